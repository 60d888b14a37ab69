"""The contract's week of metrics, written into a database: its ledger, its slots, its people, and the week before."""

from datetime import UTC, date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from app.db.database import Database
from app.domain.forecast.intervals import Count
from app.models import LedgerEntry, Person, Seat, Shift, Week
from app.services import lifecycle
from app.services.forecasts import contacts
from app.services.forecasts.contacts import Imported
from app.services.imports import roster_import
from app.services.imports.roster_import import Entry
from app.services.ledger import ledger
from app.services.weeks import weeks
from tests.builders import act_by
from tests.domain.week_metrics.contract_week import BEFORE, CONTACTS, CUSTOMERS, FUNCTIONS, REVERSED, ROWS, SLOTS

ZONE = "America/Los_Angeles"
SLUG = "w45"
NOW = datetime(2026, 11, 4, 20, tzinfo=UTC)
_numbers = count(1)


def local(text: str) -> datetime:
    """A local time of November 2026, by default of Monday the 2nd: "06:20", or "03 06:00"."""
    day, _, clock = text.rpartition(" ")
    return datetime.fromisoformat(f"2026-11-{day or '02'}T{clock}").replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def person_id(session: Session, name: str) -> str:
    return session.exec(select(Person.id).where(Person.name == name)).one()


def make_week(session: Session, slug: str, starts: date, ends: date, people: dict[str, str]) -> Week:
    """An open week with everyone in teams of three, by team and name."""
    weeks.create(session, act_by("Olu", NOW), slug=slug, name=slug.upper(), timezone=ZONE, starts=starts, ends=ends)
    week = lifecycle.open_week(session, slug, act_by("Olu", NOW))
    entries = [Entry(line, f"Team {line // 3}", name, f"{name}@example.com") for line, name in enumerate(people, 3)]
    roster_import.apply(session, slug, entries, act_by("Olu", NOW))
    for name, function in people.items():
        session.exec(select(Person).where(Person.name == name)).one().function = function
    session.flush()
    return week


def add(
    session: Session,
    week: Week,
    clock: str,
    kind: str,
    who: str,
    subject: str | None = None,
    seconds: int | None = None,
) -> LedgerEntry:
    """A row of the ledger."""
    entry = LedgerEntry(
        week_id=week.id, version=week.version, kind=kind, person_id=person_id(session, who), occurred_at=local(clock),
        recorded_at=NOW, source="zendesk", external_id=f"e{next(_numbers)}", subject=subject, response_seconds=seconds,
        recorded_by="a tool",
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def add_slot(session: Session, week: Week, clock: str, *seats: tuple[str, str], cancelled: bool = False) -> Shift:
    """A slot of two hours that needs one, with the seats of people in these states."""
    starts = local(clock)
    shift = Shift(
        week_id=week.id, starts_at=starts, ends_at=starts.replace(hour=starts.hour + 2), local_date=date(2026, 11, 2),
        local_from=clock[-5:], local_until="later", zone=ZONE, seats=3, needed=1, created_at=NOW, created_by="Olu",
        cancelled_at=NOW if cancelled else None,
    )  # fmt: skip
    session.add(shift)
    session.flush()
    for who, state in seats:
        session.add(Seat(shift_id=shift.id, person_id=person_id(session, who), state=state, signed_up_at=NOW))
    session.flush()
    return shift


def contract(database: Database) -> None:
    """The contract's week, w45, and the one before it, in which ana, dan and zoe took part."""
    with database.unit_of_work() as session:
        before = make_week(session, "w40", date(2026, 10, 5), date(2026, 10, 9), {**FUNCTIONS, "zoe": "Legal"})
        for who in BEFORE:
            add(session, before, "02 06:00", "issue", who)
        week = make_week(session, SLUG, date(2026, 11, 2), date(2026, 11, 6), FUNCTIONS)
        week.customers = CUSTOMERS
        contacts.put(session, [Imported("email", Count(local("06:00"), 30, CONTACTS))], act_by("Olu", NOW))
        for row in ROWS:
            add(session, week, *row)
        reversed_one = add(session, week, *REVERSED)
        ledger.reverse(session, reversed_one.id, act_by("Olu", NOW), reason="A mistake")
        for begins, seats in SLOTS:
            add_slot(session, week, begins, *seats)
        add_slot(session, week, "03 10:00", cancelled=True)
        add_slot(session, week, "05 10:00", ("sam", "signed_up"))  # not over yet
