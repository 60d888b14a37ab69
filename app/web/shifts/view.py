"""The shifts of a week as the reader of a page sees them, and what a button of it has just done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

from app.clock import Clock
from app.domain.actor import SignedInActor
from app.domain.memberships import current_team
from app.domain.shifts.model import LIVE
from app.domain.shifts.seats import UNDO
from app.domain.text.direction import apart
from app.errors import NotFound
from app.models import Week
from app.services.ledger import my_week
from app.services.ledger.my_week import OwnActivity
from app.services.shifts import choices, own_seats, readiness, refusals
from app.services.shifts.choices import MANY_IN_A_ROW, Choice, Reader
from app.services.shifts.listing import ShiftItem
from app.services.shifts.own_seats import OwnSeat
from app.services.shifts.worth import ReaderWorths
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.seats.shown import short
from app.web.shift_lists import NEVER, KeptShifts, moments_of
from app.web.shifts.rows import Rows
from app.web.submit import Page

NO_WORTHS = ReaderWorths({}, {})
WORTH_SECONDS = 60


class Undo(NamedTuple):
    """The way back from what was just done: the button's words, and the route it posts to."""

    label: str
    route: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence about what was done, around the time of its shift, and the way back from it."""

    before: str
    after: str = "."
    undo: Undo | None = None


SAID: Mapping[str, Said] = {
    "taken": Said("You’re on: ", undo=Undo("Undo", "shift_leave")),
    "team": Said("Your team is on: ", undo=Undo("Undo", "shift_undo_team")),
    "team-undone": Said("Undone for your team: ", undo=Undo("Take it again", "shift_take_team")),
    "left": Said("You left ", undo=Undo("Take it again", "shift_take")),
    "waiting": Said("You’re on the waiting list: ", undo=Undo("Undo", "shift_stop_waiting")),
    "not-waiting": Said("You left the waiting list: "),
    "offered": Said("You offer your seat: ", ". It stays yours until it is taken.", Undo("Undo", "shift_withdraw")),
    "withdrawn": Said("Your seat is yours alone again: "),
    "covered": Said("You took over: ", undo=Undo("Undo", "shift_leave")),
    "cover-asked": Said(
        "You asked for: ", ". An organizer has to approve it first.", Undo("Undo", "shift_withdraw_request")
    ),
    "request-withdrawn": Said("You don’t ask for it any more: "),
    "checked-in": Said("You’re checked in: "),
    "completed": Said("Completed: ", ". Thank you!"),
}


class DoneWith(NamedTuple):
    """The sentence about what was done with a shift, and the button that undoes it while that can be.

    `leave_until` is told where a whole team signed up; `earned` is the activity that a completed seat became.
    """

    words: Said
    when: str
    shift_id: str
    undo: Undo | None
    in_a_row: int
    leave_until: datetime | None = None
    earned: OwnActivity | None = None


@dataclass(frozen=True, slots=True)
class WeekShifts:
    """A week's shifts and their reader, who may be a visitor; `since` is the position from which the stream goes on."""

    week: Week
    kept: KeptShifts
    reader: Reader | None
    rows: Rows
    clock: Clock
    since: str = ""

    @property
    def team_id(self) -> str | None:
        """The reader's team now."""
        return self.reader.team_id if self.reader is not None else None

    @property
    def opens_at(self) -> datetime | None:
        """The moment at which signing up opens, if that is ahead."""
        opens_at = self.kept.settings.opens_at if self.week.state == "open" else None
        return opens_at if opens_at is not None and opens_at > self.rows.now else None

    @property
    def opens_in(self) -> int:
        """The whole seconds until then."""
        return ceil(self.clock.seconds_until(self.opens_at)) if self.opens_at is not None else 0

    def changes_in(self, item: ShiftItem | None = None) -> int | None:
        """The whole seconds until the page may say something else of all shifts, or of one; None for never.

        Time alone changes what it says at known moments. What a seat is worth follows what every team earns: it is
        made anew once a minute, for with each activity would cost every reader a page.
        """
        now = self.rows.now
        seats: Sequence[OwnSeat] = self.reader.seats if self.reader is not None else ()
        if item is None:
            moments = [self.kept.next_moment(now)]
        else:
            moments = moments_of(item.shift, self.kept.settings)
            seats = [seat for seat in seats if seat.shift_id == item.shift.id]
        ahead = [moment for moment in (*moments, *(seat.signed_up_at + UNDO for seat in seats)) if now < moment < NEVER]
        if self.week.state != "open":
            return None
        seconds = [ceil(self.clock.seconds_until(min(ahead)))] if ahead else []
        told = self.kept.items if item is None else [item]
        tells_worth = any(each.shift.starts_at > now and each.shift.id in self.rows.worths.own for each in told)
        return min([*seconds, WORTH_SECONDS] if tells_worth else seconds, default=None)

    @property
    def me(self) -> str:
        """The reader and their team, as the seats of shifts name them; empty for visitors."""
        reader = self.reader
        return f"{short(reader.person_id)}:{short(reader.team_id)}" if reader is not None else ""

    def item(self, shift_id: str) -> ShiftItem:
        """A shift of the week. Raises NotFound."""
        item = self.kept.by_id.get(shift_id)
        if item is None:
            raise NotFound(f"There’s no such shift in {apart(self.week.name)}. Its list has them all.")
        return item

    def done_with(self, done: str, shift_id: str) -> DoneWith | None:
        """Tell what a button has just done with a shift; None where it says nothing."""
        words, item = SAID.get(done), self.kept.by_id.get(shift_id)
        if words is None or item is None or self.reader is None:
            return None
        choice = self.rows.choice(item)
        if not _is_so(done, choice):
            return None
        is_possible = {
            "shift_leave": choice.can_leave,
            "shift_take": choice.is_open and item.free > 0,
            "shift_take_team": 0 < choice.for_team <= item.free,
            "shift_undo_team": _can_undo_team(item, self.reader.team_id, self.rows.now),
        }
        undo = words.undo if words.undo is not None and is_possible.get(words.undo.route, True) else None
        number = choices.in_a_row(self.reader.seats, item.shift) if choice.seat is not None else 0
        return DoneWith(
            words, refusals.when_in(self.week, item.shift), shift_id, undo, number if number >= MANY_IN_A_ROW else 0,
            choice.leave_until if done == "team" else None,
        )  # fmt: skip


def _is_so(done: str, choice: Choice) -> bool:
    """Tell whether a sentence about what was done is still true: its address outlives that."""
    state = choice.seat.state if choice.seat is not None else None
    match done:
        case "taken" | "team" | "covered":
            return state in LIVE
        case "checked-in" | "completed":
            return state == done.replace("-", "_")
        case "left" | "team-undone":
            return state not in LIVE
        case "request-withdrawn":
            return not choice.asked_of and state not in LIVE
        case "waiting" | "not-waiting":
            return choice.is_waiting is (done == "waiting")
        case "offered" | "withdrawn":
            return state in LIVE and (choice.offer is not None) is (done == "offered")
        case _:
            return bool(choice.asked_of)


def _can_undo_team(item: ShiftItem, team_id: str | None, now: datetime) -> bool:
    """Tell whether the seats that a team took last, all at once, can still be left at once."""
    seats = [seat for seat in item.seats if seat.is_live and seat.team_id == team_id]
    last = max((seat.signed_up_at for seat in seats), default=now - UNDO)
    taken = [seat for seat in seats if seat.signed_up_at == last]
    return now < min(last + UNDO, item.shift.starts_at) and all(seat.state == "signed_up" for seat in taken)


def say(page: Page[Any], shown: WeekShifts, done: str, shift_id: str) -> DoneWith | None:
    """Tell what a button has just done with a shift, and what a completed one earned; None where it says nothing."""
    told, reader = shown.done_with(done, shift_id), shown.reader
    if told is None or reader is None or done != "completed":
        return told
    [seat] = [seat for seat in reader.seats if seat.shift_id == shift_id and seat.is_live]
    earned = my_week.of_seat(page.session, shown.week, shift_id, seat.id, page.act.actor)
    return told._replace(earned=earned)


def look(page: Page[Any], slug: str) -> WeekShifts:
    """A week's shifts as the reader of a page sees them. Raises WeekUnknown."""
    session, act = page.session, page.act
    week = weeks.find(session, slug, act.now)
    view = weeks.view(week, act.actor)
    kept = page.shift_lists.get(session, week, view)
    actor = member_of(page)
    reader: Reader | None = None
    worths = NO_WORTHS
    if actor is not None:
        joins = teams.joins(session, week, [actor.person_id]).get(actor.person_id, [])
        members = kept.crowd.members.get(current_team(joins) or "", ())
        unready = readiness.unready(session, [actor.person_id, *members]) if kept.settings.require_ready else ()
        seats = own_seats.of_person(session, actor.person_id, kept.items)
        reader = Reader(actor.person_id, joins, seats, frozenset(unready))
        if week.state == "open":
            worths = page.worths.for_reader(session, week, kept.items, view, act.now, actor.person_id, members)
    rows = Rows(week.slug, kept, week.zone, act.now, week.state == "open", reader, worths)
    position = page.seat_lists.position(session, week, view.audience, shows_everyone=actor is not None)
    return WeekShifts(week, kept, reader, rows, page.clock, str(position or ""))


def member_of(page: Page[Any]) -> SignedInActor | None:
    """Whoever signed in and reads a page; None for visitors, screens and programs."""
    return page.act.actor if isinstance(page.act.actor, SignedInActor) else None
