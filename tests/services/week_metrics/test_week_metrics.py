"""Metrics from the ledger: the contract's week on both engines, other weeks, freezes, merges, and few queries."""

from datetime import date, timedelta

from sqlmodel import select

from app.db.database import Database
from app.domain.view import Audience
from app.domain.week_metrics import as_document
from app.models import Person, Seat, SeatChange, Week
from app.services import lifecycle
from app.services.week_metrics import week_metrics
from app.services.weeks import weeks
from tests.builders import act_by
from tests.cost import statements_to
from tests.domain.week_metrics.contract_week import DOCUMENT
from tests.services.week_metrics.worlds import (
    NOW,
    SLUG,
    add,
    add_slot,
    contract,
    make_week,
    person_id,
)


def measured(database: Database, slug: str = SLUG, audience: Audience = "organizers") -> dict[str, object]:
    with database.reading() as session:
        week = weeks.find(session, slug, NOW)
        return as_document(week_metrics.of_week(session, week, weeks.view_of(week, audience), NOW))


def test_of_week_gives_the_document_of_the_contract(database: Database) -> None:
    contract(database)

    assert measured(database) == DOCUMENT


def test_of_week_of_a_frozen_week_tells_the_public_nothing_newer(database: Database) -> None:
    contract(database)
    with database.unit_of_work() as session:
        lifecycle.freeze(session, SLUG, act_by("Olu", NOW))
    with database.unit_of_work() as session:
        week = weeks.lock(session, SLUG, NOW)
        weeks.bump_version(session, week)
        entry = add(session, week, "03 09:00", "response", "sam", "T9", 10)
        entry.version = week.version
        seat = session.exec(select(Seat).where(Seat.state == "signed_up")).one()
        seat.state = "completed"
        session.add(SeatChange(seat_id=seat.id, after="completed", changed_by="Olu", changed_at=NOW + timedelta(1)))
        for other in session.exec(select(Seat).where(Seat.state == "completed", Seat.id != seat.id)):
            session.add(SeatChange(seat_id=other.id, after="completed", changed_by="Olu", changed_at=NOW))
    hidden = {"responses": 9, "first_responses": 7}

    assert measured(database, audience="public") == DOCUMENT
    assert measured(database).items() >= hidden.items()


def test_of_week_subject_that_an_earlier_week_answered_is_a_next_response(database: Database) -> None:
    contract(database)
    with database.unit_of_work() as session:
        before = weeks.find(session, "w40", NOW)
        add(session, before, "01 05:00", "response", "zoe", "T4", 10)

    assert measured(database).items() >= {"first_responses": 5, "next_responses": 2}.items()


def test_of_week_rehearsals_count_in_no_other_week(database: Database) -> None:
    contract(database)
    with database.unit_of_work() as session:
        real = weeks.find(session, "w40", NOW)
        rehearsal = Week(
            slug="w40~rehearsal", name="w40", timezone=real.timezone, starts=date(2026, 9, 1), ends=date(2026, 9, 2),
            state="open", created_at=NOW, rehearsal_of=real.id,
        )  # fmt: skip
        session.add(rehearsal)
        session.flush()
        add(session, rehearsal, "01 05:00", "response", "ben", "T4", 10)

    assert measured(database) == DOCUMENT


def test_of_week_work_of_a_merged_person_is_the_other_ones(database: Database) -> None:
    contract(database)
    with database.unit_of_work() as session:
        eve = session.exec(select(Person).where(Person.name == "eve")).one()
        eve.merged_into, eve.removed_at = person_id(session, "ana"), NOW

    document = measured(database)

    assert document["participation"] == {
        "took_part": 4, "members": 11, "share": 0.3636,
        "by_function": {
            "Sales": {"took_part": 1, "members": 5, "share": 0.2},
            "Other functions": {"took_part": 3, "members": 6, "share": 0.5},
        },
    }  # fmt: skip
    assert document["repeat_share"] is None


def test_of_week_without_teams_has_everyone_with_a_sign_up_as_members(database: Database) -> None:
    contract(database)
    with database.unit_of_work() as session:
        week = make_week(session, "w46", date(2026, 11, 2), date(2026, 11, 6), {})
        add_slot(session, week, "04 06:00", ("ana", "completed"), ("dan", "no_show"))
        add_slot(session, week, "04 08:00", ("ben", "cancelled"))

    assert measured(database, "w46")["participation"] == {
        "took_part": 1, "members": 2, "share": 0.5, "by_function": {},
    }  # fmt: skip


def test_of_week_seat_completed_in_an_earlier_week_is_taking_part_too(database: Database) -> None:
    contract(database)
    with database.unit_of_work() as session:
        add_slot(session, weeks.find(session, "w40", NOW), "02 06:00", ("ben", "completed"), ("eve", "no_show"))

    assert measured(database)["repeat_share"] == 0.6


def test_of_week_has_as_many_queries_for_many_rows_as_for_few(database: Database) -> None:
    contract(database)
    with statements_to(database) as few:
        measured(database)
    with database.unit_of_work() as session:
        week = weeks.find(session, SLUG, NOW)
        for number in range(20):
            add(session, week, "03 09:00", "response", "sam", f"X{number}", 10)
            add_slot(session, week, "03 10:00")

    with statements_to(database) as many:
        measured(database)
    assert len(many) == len(few) > 0


def test_of_week_without_any_contacts_known_has_no_rate(database: Database) -> None:
    contract(database)
    with database.unit_of_work() as session:
        weeks.find(session, "w40", NOW).customers = 2_000

    assert measured(database, "w40")["contact_rate_per_100_customers"] is None
