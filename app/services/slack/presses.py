"""Presses of buttons: each runs the very service that its page uses, once, and says what became of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.slack import writing
from app.domain.slack.writing import Button, Lines, Part
from app.errors import NotFound, Problem, ShiftRefused
from app.models import Connection, Person, SeatOffer, Shift, SlackCall, Week
from app.models.columns import is_id
from app.services.ledger import my_week
from app.services.shifts import completion, covers, listing, refusals, seats, waiting
from app.services.slack import homes, links, logs, own_deeds, pending, people, proofs, sentences, stages
from app.services.slack.homes import Opening
from app.services.weeks import weeks

NO_SHIFT = "There’s no such shift any more. Type /assembly shifts to see the open ones."
NO_SEAT = "You have no seat in this shift."
UNKNOWN_BUTTON = "This button is of an older version. Type /assembly shifts instead."
MYSELF: Final = "link"
"""The value of an undo that parts the account at Slack from who it is here."""
TEAM: Final = "team"
PROVE: Final = "prove"
"""The button of a test, which anybody may press who sees it."""
PROVED = "Your press got there. The connection’s page says that both directions work."


class Press(NamedTuple):
    """A press: of which shift, and of which sign-up where it names one; by whom, in whose name the act is."""

    session: Session
    week: Week
    shift: Shift
    sign_up: str
    person: Person
    act: Act

    @property
    def place(self) -> tuple[Session, str, str]:
        """The session, the week's slug and the shift's id, as services of shifts take them."""
        return self.session, self.week.slug, self.shift.id

    @property
    def when(self) -> str:
        """The time of the shift."""
        return refusals.when_in(self.week, self.shift)

    @property
    def seat_id(self) -> str:
        """The sign-up that is named, else the presser's own. Raises NotFound."""
        own = self.sign_up or listing.seat_id_of(self.session, self.shift.id, self.person.id)
        if own is None:
            raise NotFound(NO_SEAT)
        return own

    def value(self, seat_id: str) -> str:
        """The value of a button about a seat of this shift."""
        return f"{self.shift.id}/{seat_id}"


def do(session: Session, call_id: str, week_now: datetime, now: datetime, *, in_home: bool = False) -> None:
    """Do what a press asks for, unless that is done; what to say is kept, and shown on top of Home for a press there.

    Raises the problem that stands against it.
    """
    call = pending.hold(session, call_id)
    if call is None:
        return
    source = session.get_one(Connection, call.connection_id).source
    person = people.find(session, source, call.user_id)
    if call.action == PROVE:
        lines: Lines = [PROVED if proofs.press(session, call.connection_id, call.value, now) else UNKNOWN_BUTTON]
    elif person is None:
        lines = []  # they get a link once the answer is sent: no secret is kept
    else:
        act = people.act_of(person, week_now)
        lines = _act(session, call, source, person, act)
    _settle(session, call, lines, now, in_home=in_home)


def refuse(session: Session, call_id: str, problem: Problem, now: datetime, *, in_home: bool = False) -> None:
    """Keep why a press did nothing, unless it did."""
    call = pending.hold(session, call_id)
    if call is not None:
        _settle(session, call, [problem.detail], now, in_home=in_home)


def _settle(session: Session, call: SlackCall, lines: Lines, now: datetime, *, in_home: bool) -> None:
    if in_home:
        homes.opened(session, Opening(call.connection_id, call.user_id, call.event_id, call.id), now)
    pending.settle(session, call, writing.dump(lines) if lines else "", now)


def _act(session: Session, call: SlackCall, source: str, person: Person, act: Act) -> Lines:
    if call.action == "undo" and call.value == MYSELF:
        return _undo_link(session, call, act)
    if call.action == "undo" and call.value.startswith(f"{sentences.LOG}/"):
        logs.undo(session, source, call.value.removeprefix(f"{sentences.LOG}/"), person, act)
        return [sentences.UNDONE]
    return _deed(session, call, person, act)


def _undo_link(session: Session, call: SlackCall, act: Act) -> Lines:
    links.part(session, call.connection_id, call.user_id, act)
    return sentences.PARTED


def _deed(session: Session, call: SlackCall, person: Person, act: Act) -> Lines:
    deed = DEEDS.get(call.action)
    if deed is None:
        raise NotFound(UNKNOWN_BUTTON)
    shift_id, _, sign_up = call.value.removeprefix(f"{TEAM}/").partition("/")
    shift = session.get(Shift, shift_id) if is_id(shift_id) else None
    if shift is None or (sign_up and not is_id(sign_up)):
        raise NotFound(NO_SHIFT)
    press = Press(session, weeks.find_by_id(session, shift.week_id), shift, sign_up, person, act)
    return _undo_team(press) if call.value.startswith(f"{TEAM}/") else deed(press)


def _take(press: Press) -> Lines:
    done = seats.sign_up(*press.place, press.person.id, press.act)
    if done.refusal is not None:
        return [done.refusal.detail]
    return [Part(f"You’re on: {press.when}.", [Button("Undo", "undo", press.value(done.seat.id))])]


def _take_team(press: Press) -> Lines:
    team = my_week.team_in(press.session, press.week, press.person.id)
    if team is None:
        return _take(press)
    done = seats.sign_up_team(*press.place, team.id, press.act)
    if done.refusal is not None:
        return [done.refusal.detail]
    return [Part(f"Your team is on: {press.when}.", [Button("Undo", "undo", f"{TEAM}/{press.shift.id}")])]


def _undo_team(press: Press) -> Lines:
    team = my_week.team_in(press.session, press.week, press.person.id)
    if team is None:
        raise NotFound("You’re in no team now, so there’s nothing of it to undo.")
    seats.undo_team(*press.place, team.id, press.act)
    again = Button("Take it again", "take_team", press.shift.id)
    return [Part(f"Undone for your team: {press.when}.", [again])]


def _wait(press: Press) -> Lines:
    waiting.join(*press.place, press.person.id, press.act)
    return [Part(f"You’re on the waiting list: {press.when}.", [Button("Undo", "leave", press.shift.id)])]


def _leave(press: Press) -> Lines:
    if not press.sign_up and listing.seat_id_of(press.session, press.shift.id, press.person.id) is None:
        waiting.leave_list(*press.place, press.person.id, press.act)
        return [f"You left the waiting list: {press.when}."]
    seats.leave(*press.place, press.seat_id, press.act)
    return [Part(f"You left {press.when}.", [Button("Take it again", "take", press.shift.id)])]


def _offer(press: Press) -> Lines:
    seat_id = press.seat_id
    covers.offer(*press.place, seat_id, "everyone", press.act)
    return _offered(press, seat_id)


def _offered(press: Press, seat_id: str) -> Lines:
    told = f"You offer your seat: {press.when}. It stays yours until it is taken."
    return [Part(told, [Button("Undo", "withdraw", press.value(seat_id))])]


def _withdraw(press: Press) -> Lines:
    covers.withdraw(*press.place, press.seat_id, press.act)
    return [f"Your seat is yours alone again: {press.when}."]


def _accept(press: Press) -> Lines:
    try:
        accepted = covers.accept(*press.place, press.sign_up, press.person.id, press.act)
    except ShiftRefused as refused:
        faster = _taker(press) if refused.code == "gone" else None
        if faster is None:
            raise
        return [sentences.faster(faster)]
    if accepted.seat is None:
        return [f"You asked for: {press.when}. An organizer has to approve it first."]
    if not accepted.repeated:
        own_deeds.took_over(press.session, press.shift, press.person.id, accepted.seat.id, press.act.now)
    return [Part(f"You took over: {press.when}.", [Button("Undo", "undo", press.value(accepted.seat.id))])]


def _taker(press: Press) -> str | None:
    """The name of who took over the seat that was pressed for."""
    query = (
        select(Person.name)
        .join(SeatOffer, col(SeatOffer.taker_id) == Person.id)
        .where(SeatOffer.seat_id == press.sign_up, SeatOffer.state == "accepted")
    )
    return press.session.exec(query).first()


def _check_in(press: Press) -> Lines:
    seat = completion.check_in(*press.place, press.seat_id, press.act)
    then = stages.done(press.session, press.shift, press.value(seat.id))
    return [Part(f"You’re checked in: {press.when}.", then)]


def _done(press: Press) -> Lines:
    completion.complete(*press.place, press.seat_id, press.act)
    return [f"Completed: {press.when}. Thank you!"]


def _cant(press: Press) -> Lines:
    """Leave, or where it is too late for that offer the seat to everyone."""
    try:
        return _leave(press)
    except ShiftRefused as refused:
        if refused.code != "too-late-to-leave":
            raise
    return ["Too late to leave, so your seat is offered to everyone.", *_offer(press)]


DEEDS: Mapping[str, Callable[[Press], Lines]] = {
    "take": _take, "take_team": _take_team, "wait": _wait, "leave": _leave, "withdraw": _withdraw,
    "accept": _accept, "check_in": _check_in, "done": _done, "cant": _cant, "undo": _leave,
}  # fmt: skip
"""Deeds by the action of the button that asks for each."""
