"""Simulation: what stand-ins do up to a moment, drawn by lots that fall the same way in every rehearsal of a week."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from app.domain.actor import PLAYED, Act
from app.domain.calendar.days import boundary
from app.domain.draft import Draft, PersonId, Reading
from app.domain.rules import Rules
from app.domain.shifts.seats import NO_SHOW_AFTER
from app.errors import Problem
from app.models import Person, Seat, Shift, Week
from app.services import lifecycle
from app.services.demo.lots import lot
from app.services.ledger import ledger
from app.services.ledger.ledger import Submission
from app.services.rules import rule_sets
from app.services.shifts import completion, seats, settings, settling, shifts
from app.services.weeks import schedule

BY: Final = PLAYED
SOURCE: Final = "rehearsal"
WHY = "Played in a rehearsal"
MOST_SEATS, MOST_ACTIVITIES = 600, 6_000
"""Bounds on what one rehearsal plays, whatever the size of the week: a click has to come to an end."""
COMES_BEFORE = timedelta(minutes=8)
COMES = 0.88
"""The share of people who come to their shift."""
FIRST_REPLY, WORKDAY_MINUTES = time(9), 8 * 60
MOST_A_DAY = 5
_USUAL = "response"


class _Moment(NamedTuple):
    """A moment of a shift at which somebody comes, or something becomes of its seats by itself."""

    at: datetime
    shift_id: str
    seat_id: str = ""


def sign_up(session: Session, week: Week, at: datetime) -> None:
    """Have stand-ins take seats of most shifts, as many as are needed and now and then all of them."""
    people = _people(session, week)
    left = MOST_SEATS
    for number, shift in enumerate(shifts.of_week(session, week)):
        share = 0.5 + 0.6 * lot(week.slug, "share", number)
        wanted = min(shift.seats, max(shift.needed, round(shift.seats * share)), left)
        by_lot = sorted(range(len(people)), key=lambda place: lot(week.slug, number, place))
        for place in by_lot[:wanted]:
            with suppress(Problem):  # they have a seat at that time already
                seats.sign_up(session, week.slug, shift.id, people[place].id, Act(BY, at), reason=WHY)
                left -= 1


def play(session: Session, week: Week, since: datetime, until: datetime) -> None:
    """Play what happens after a moment and up to another one, while the week is open.

    What is planned of the week happens at its moment, and what comes after a closing doesn't.
    """
    plans = [row for row in schedule.planned(session, week.id).values() if since < row.due_at <= until]
    for row in sorted(plans, key=lambda row: row.due_at):
        action, at = row.action, row.due_at
        _play_open(session, week, since, at)
        with suppress(Problem):  # done by hand before, say
            (lifecycle.freeze if action == "freeze" else lifecycle.close)(session, week.slug, Act(BY, at), reason=WHY)
        since = at
    _play_open(session, week, since, until)


def _play_open(session: Session, week: Week, since: datetime, until: datetime) -> None:
    session.refresh(week)
    if week.state != "open" or since >= until:
        return
    for moment in sorted(_moments(session, week, since, until)):
        with suppress(Problem):  # an organizer cancelled the shift, say
            _happen(session, week, moment)
    drafts = _drafts(session, week, since, until)
    submissions = [Submission(Reading.of(draft), BY) for draft in drafts]
    ledger.record(session, week.slug, submissions, now=until)
    session.refresh(week)


def _happen(session: Session, week: Week, moment: _Moment) -> None:
    at, shift_id, seat_id = moment
    if seat_id:
        completion.check_in(session, week.slug, shift_id, seat_id, Act(BY, at))
        return
    settling.settle(session, week.slug, shift_id, at)
    if settings.settings_of(session, week).completes == "organizer":
        query = select(Seat.id).where(Seat.shift_id == shift_id, Seat.state == "checked_in").order_by(Seat.id)
        for each in session.exec(query).all():
            completion.complete(session, week.slug, shift_id, each, Act(BY, at))


def _moments(session: Session, week: Week, since: datetime, until: datetime) -> Iterator[_Moment]:
    places = {person.id: place for place, person in enumerate(_people(session, week))}
    query = select(Seat, Shift).join(Shift, col(Shift.id) == Seat.shift_id)
    for seat, shift in session.exec(query.where(Shift.week_id == week.id, Seat.state == "signed_up")).all():
        words = (week.slug, shift.starts_at, places.get(seat.person_id))
        at = shift.starts_at - COMES_BEFORE + timedelta(seconds=int(240 * lot("early", *words)))
        if since < at <= until and lot("comes", *words) < COMES:
            yield _Moment(at, shift.id, seat.id)
    for shift in shifts.of_week(session, week):
        for at in (shift.ends_at, shift.ends_at + NO_SHOW_AFTER):
            if since < at <= until:
                yield _Moment(at, shift.id)


def _drafts(session: Session, week: Week, since: datetime, until: datetime) -> list[Draft]:
    """The work of the days between two moments: more replies than anything else, and none of a shift."""
    people, days = _people(session, week), (week.ends - week.starts).days + 1
    share = min(1.0, MOST_ACTIVITIES / (len(people) * days * MOST_A_DAY / 3))
    kinds = _kinds(rule_sets.rules_of(session, week))
    drafts = []
    for day in range(days):
        first = boundary(datetime.combine(week.starts + timedelta(days=day), FIRST_REPLY), week.zone)
        for place, person in enumerate(people):
            for number in range(int((MOST_A_DAY + 1) * lot(week.slug, day, place) ** 2)):
                words = (week.slug, day, place, number)
                at = first + timedelta(minutes=int(WORKDAY_MINUTES * lot("at", *words)))
                if since < at <= until and lot("kept", *words) < share:
                    drafts.append(_draft(kinds, person, at, words))
    return drafts


def _draft(kinds: Sequence[str], person: Person, at: datetime, words: tuple[object, ...]) -> Draft:
    kind, name = kinds[int(len(kinds) * lot("kind", *words))], "-".join(map(str, words[1:]))
    seconds = int(120 + 5_400 * lot("wait", *words) ** 2) if kind == _USUAL else None
    return Draft(kind, PersonId(person.id), at, SOURCE, name, f"case-{name}", seconds)


def _kinds(rules: Rules) -> list[str]:
    """The kinds to draw from, those that are frequent more than once."""
    others = [kind for kind in rules.kind_by_name if kind not in ("shift", _USUAL)]
    return [_USUAL] * (3 * len(others)) + others


def _people(session: Session, week: Week) -> list[Person]:
    query = select(Person).where(Person.rehearsal_id == week.id)
    return list(session.exec(query.order_by(col(Person.name), col(Person.email))))
