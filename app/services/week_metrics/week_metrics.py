"""Metrics of one week, as a view has it: what a freeze hides is in none of them."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlmodel import Session

from app.domain.view import View
from app.domain.week_metrics import Response, Slot, WeekMetrics, WeekRecord, answered_line, measure
from app.domain.week_metrics.facts import Place
from app.models import Week
from app.services.people import aliases
from app.services.scoring.activity_queries import EVERY_VERSION
from app.services.week_metrics import participants, queries, week_contacts


class _Seats(NamedTuple):
    """The seats of a week: who completed one by shift, and who signed up and did not give it up."""

    completed: dict[str, list[str]]
    signed_up: set[str]


def of_week(session: Session, week: Week, view: View, now: datetime) -> WeekMetrics:
    """The metrics of a week at a moment; of a frozen one the public's stand at the freeze.

    A few queries, however large the week; the times of its responses are all that is held at once.
    """
    session.flush()
    until = week.frozen_at if view.looks_back and week.frozen_at is not None else week.clock(now)
    owners = aliases.canonical(session, view)
    values = {"week": week.id, "upto": EVERY_VERSION if view.upto is None else view.upto}
    counts: Counter[str] = Counter()
    took_part: set[str] = set()
    for person, kind, number in queries.DONE.rows(session, **values):
        counts[kind] += number
        took_part.add(owners.get(person, person))
    seats = _seats(session, week, view, until)
    took_part |= {owners.get(person, person) for people in seats.completed.values() for person in people}
    facts = WeekRecord(
        counts=counts,
        responses=_responses(session, values),
        shift_starts=[at for (at,) in queries.SHIFT_STARTS.rows(session, **values)],
        elsewhere=_elsewhere(session, week, view),
        slots=[
            Slot(needed, len(seats.completed.get(shift_id, ())))
            for shift_id, needed in queries.SLOTS.rows(session, week=week.id, until=until)
        ],
        members=participants.functions_of_members(session, week, view, owners, seats.signed_up),
        took_part=took_part,
        before=participants.took_part_before(session, week, view, took_part),
        # Nothing but the rate per customer is made of them, and clocks may have many.
        contacts=week_contacts.count(session, week, until) if week.customers else None,
        customers=week.customers,
    )
    return measure(facts, sla=week.sla, zone=week.zone)


def answered(session: Session, week: Week, view: View, now: datetime) -> str:
    """The line of a week for screens, “9 of 10 customers answered within the hour”; empty where too little is known."""
    return answered_line(of_week(session, week, view, now).first_within, week.sla)


def _responses(session: Session, values: dict[str, Any]) -> Iterator[Response]:
    # Plain tuples in the order of a Response's fields: making many of those takes as long as reading them.
    return cast("Iterator[Response]", queries.RESPONSES.stream(session, **values))


def _elsewhere(session: Session, week: Week, view: View) -> dict[str, Place]:
    """The earliest place of each subject of this week that other weeks have responses of, too."""
    if not queries.OTHER_WEEKS.rows(session, week=week.id, ends=week.ends):
        return {}
    earliest: dict[str, Place] = {}
    is_public = int(view.audience == "public")
    for subject, *place in queries.ELSEWHERE.stream(session, week=week.id, ends=week.ends, is_public=is_public):
        at, source, external_id = place
        here = (at, source, external_id)
        earliest[subject] = min(here, earliest.get(subject, here))
    return earliest


def _seats(session: Session, week: Week, view: View, until: datetime) -> _Seats:
    completed: defaultdict[str, list[str]] = defaultdict(list)
    now = queries.SEATS.rows(session, week=week.id)
    signed_up = {person for _, person, _ in now}
    if view.looks_back:
        changes = queries.CHANGES_UNTIL.rows(session, week=week.id, until=until)
        then = {seat_id: (shift_id, person, state) for seat_id, shift_id, person, state in changes}
        now = list(then.values())
    for shift_id, person, state in now:
        if state == "completed":
            completed[shift_id].append(person)
    return _Seats(completed, signed_up)
