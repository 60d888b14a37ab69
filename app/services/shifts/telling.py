"""Telling people what became of their seats and shifts, in the transaction that does it; nobody of their own deeds."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.memberships import current_team
from app.domain.notices.model import Facts, Kind
from app.domain.notices.timing import send_at
from app.domain.shifts.model import LIVE
from app.models import Person, Seat, SeatOffer, Shift
from app.services import notices, slack_messages
from app.services.notices import News
from app.services.people import people as people_
from app.services.shifts import refusals, reminders
from app.services.shifts.seat_queries import Change
from app.services.slack_messages import COVER, PlannedMessage
from app.services.teams import teams
from app.services.weeks.weeks import AnyWeek

Ended = Literal["withdrawn", "gone", "busy"]
"""A reason why a cover that waited for approval ends: its offer, or its seat; or its taker can’t have it."""


class Teller(NamedTuple):
    """The shift that news is about, and whose act made it."""

    session: Session
    week: AnyWeek
    shift: Shift
    act: Act

    def tell(self, kind: Kind, people: Iterable[str], revision: int, **facts: str) -> None:
        """Tell these people, but for whoever did it."""
        self.hand_on(kind, people, revision, facts)

    def hand_on(
        self, kind: Kind, people: Iterable[str], revision: int, facts: Facts, *, is_posted: bool = False
    ) -> None:
        """Tell these people, but for whoever did it; what `is_posted` is read in Slack's channel as well."""
        others = set(people) - {self.act.actor.person_id}
        if others:
            shift = self.shift
            news = News(kind, shift.id, revision, self._facts(facts), shift.id, shift.starts_at, is_posted=is_posted)
            notices.tell(self.session, self.week, others, news, self.act.now)

    def _facts(self, facts: Facts) -> Facts:
        shift = self.shift
        return {
            "when": refusals.dated(shift),
            "label": shift.label,
            "place": shift.place,
            "week": self.week.name,
            **facts,
        }


def seat_changed(teller: Teller, seat: Seat, change: Change) -> None:
    """Tell people of a seat that somebody else gave them or took from them, and plan reminders of a new one.

    What a cancelled shift does to its seats is told by `cancelled`.
    """
    reason, by = change.reason or "", _doer(teller)
    if change.before is None and change.after == "signed_up":
        if teller.shift.taken == 1:  # whoever was first had them planned, and an edit plans them anew
            reminders.plan(teller.session, teller.week, teller.shift, teller.act.now)
        _got_seat(teller, seat, change)
    elif change.after == "cancelled" and teller.shift.cancelled_at is None:
        teller.tell("removed", [seat.person_id], change.id, **by, reason=reason)


def _got_seat(teller: Teller, seat: Seat, change: Change) -> None:
    by, reason = _doer(teller), change.reason or ""
    giver = teller.session.get(Seat, seat.giver_id) if seat.giver_id else None
    if seat.signed_up_at != change.changed_at:  # taken long ago, given away, and back again
        teller.tell("returned", [seat.person_id], change.id, **by)
    elif giver is not None:
        teller.tell("taken", [giver.person_id], change.id, name=_name(teller, seat))
        teller.tell("approved", [seat.person_id], change.id, name=_name(teller, giver), reason=reason)
    elif seat.origin == "waiting":
        teller.tell("promoted", [seat.person_id], change.id)
    else:
        teller.tell("signed-up", [seat.person_id], change.id, **by, reason=reason)


def _doer(teller: Teller) -> dict[str, str]:
    """The facts of who did it: a person by their name; what a program's token is called is for organizers alone."""
    actor = teller.act.actor
    return {"name": actor.person_name, **({"program": "yes"} if actor.kind == "token" else {})}


def cancelled(teller: Teller, people: Iterable[str], reason: str | None) -> None:
    """Tell whoever had a seat of a shift, waited for one or asked to take one over, that it is cancelled."""
    teller.tell("cancelled", people, teller.shift.version, reason=reason or "")


def changed(teller: Teller, holders: Sequence[str], was: str, reason: str | None) -> None:
    """Tell whoever has a seat of an edited shift, and plan reminders of its start; `was` is when it was before."""
    if holders:
        reminders.plan(teller.session, teller.week, teller.shift, teller.act.now)
    teller.tell("changed", holders, teller.shift.version, was=was, reason=reason or "")


def seat_free(teller: Teller, people: Iterable[str]) -> None:
    """Tell these people, who wait, that a seat is free to anybody."""
    teller.tell("seat-free", people, _moment(teller))


def offered(teller: Teller, seat: Seat, offer: SeatOffer) -> None:
    """Tell whoever may take an offered seat: one person, the holder's team, or all who play in the week.

    Who is on the shift themselves can't, the holder among them.
    """
    people = {offer.person_id} if offer.person_id else _audience(teller, seat, offer.audience)
    on_it = select(Seat.person_id).where(Seat.shift_id == teller.shift.id, col(Seat.state).in_(LIVE))
    seated = teller.session.exec(on_it).all()
    others = {each for each in people if each and each not in seated}
    teller.hand_on("offered", others, offer.id, {"name": _name(teller, seat)}, is_posted=_post(teller, offer))


def _post(teller: Teller, offer: SeatOffer) -> bool:
    """Post an offer to everyone in Slack's channel, if there is one: by day, or at any hour if the shift is near."""
    if offer.audience != "everyone" or teller.week.rehearsal_of is not None:
        return False
    shift, now = teller.shift, teller.act.now
    due = send_at(now, shift.starts_at, teller.week.zone)
    message = PlannedMessage("", COVER, offer.seat_id, offer.id, "", due, week_id=teller.week.id, shift_id=shift.id)
    return slack_messages.post(teller.session, message, now)


def _audience(teller: Teller, seat: Seat, audience: str) -> set[str]:
    joins = teams.joins(teller.session, teller.week)
    playing = {person_id: current_team(each) for person_id, each in joins.items()}
    if audience == "team":
        team = playing.get(seat.person_id)
        return {person_id for person_id, theirs in playing.items() if team is not None and theirs == team}
    members = {person_id for person_id, theirs in playing.items() if theirs is not None}
    seated = select(Seat.person_id).join(Shift, col(Shift.id) == Seat.shift_id)
    plays = Shift.week_id == teller.week.id, col(Seat.state).in_(LIVE)
    return members | set(teller.session.exec(seated.where(*plays).distinct()))


def unlisted(teller: Teller, person_id: str, reason: str | None) -> None:
    """Tell somebody who waited that another took them off the list."""
    teller.tell("removed", [person_id], _moment(teller), **_doer(teller), reason=reason or "", list="waiting")


def declined(teller: Teller, seat: Seat, taker_id: str, reason: str | None) -> None:
    """Tell both sides of a cover that an organizer declined it; `seat` stays its holder's."""
    people = (seat.person_id, taker_id)
    teller.tell("declined", people, _moment(teller), name=_name(teller, seat), reason=reason or "")


def undecided(teller: Teller, seat: Seat, taker_id: str, ended: Ended) -> None:
    """Tell who asked to take over a seat that nobody decides on that any more, and why."""
    teller.tell("declined", [taker_id], _moment(teller), name=_name(teller, seat), ended=ended)


def asked(teller: Teller, seat: Seat, taker_id: str) -> None:
    """Tell organizers that somebody takes over a seat once one of them approves."""
    names = {"name": teller.session.get_one(Person, taker_id).name, "giver": _name(teller, seat)}
    teller.tell("cover-asked", people_.organizers(teller.session), _moment(teller), **names)


def unconfirmed(teller: Teller) -> None:
    """Tell organizers, once, that a shift is over whose people one of them has to confirm."""
    teller.tell("unconfirmed", people_.organizers(teller.session), 0)


def _moment(teller: Teller) -> int:
    """The act's moment in microseconds, a number for what may happen to a shift any number of times."""
    return int(teller.act.now.timestamp() * 1_000_000)


def _name(teller: Teller, seat: Seat) -> str:
    return teller.session.get_one(Person, seat.person_id).name
