"""Scheduled openings, freezes and closings: planned, changed, dropped, done once at their moment, or told."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from app.db.database import Database
from app.errors import Conflict, Malformed, Problem
from app.models import AuditEntry, Notice, QueuedJob, ScheduledChange, Week, WeekEvent
from app.services import scheduling
from app.services.access import accounts
from app.services.weeks import schedule
from app.services.weeks.schedule import Action, Slot, Upcoming
from tests.builders import NOW, OWLS, PACIFIC, SLUG, Game, a_week, act_by, moment
from tests.races import race

FRIDAY, LATER, SATURDAY = moment("2022-09-16 15:00"), moment("2022-09-16 18:00"), moment("2022-09-17 12:00")
SPRING = "spring"


def plan(
    game: Game, action: Action, at: datetime | None, *, slug: str = SLUG, seen: str | None = None, grace: int = 0
) -> str:
    """Plan a change as an organizer, or drop it; its id."""
    with game.database.unit_of_work() as session:
        slot = Slot(at, grace) if at else None
        found = schedule.change(session, slug, {action: slot}, act_by("Olu", game.now, "organizer"), seen=seen)
        return found[action].id if action in found else ""


def refusal(call: Callable[[], object]) -> tuple[type[Problem], str]:
    """The problem with which something is refused."""
    with pytest.raises(Problem) as refused:
        call()
    return type(refused.value), refused.value.detail


def run_due(game: Game, now: datetime) -> int:
    """Have done what is due."""
    with game.database.unit_of_work() as session:
        return scheduling.run_due(session, now)


def ahead(game: Game) -> Upcoming:
    """The moments that everybody may know of."""
    with game.database.reading() as session:
        return schedule.upcoming(session, game.week().id)


def audited(game: Game) -> list[tuple[str, str, datetime]]:
    """The newest entries of the audit about weeks: what, who, when."""
    with game.database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.object_kind == "week").order_by(col(AuditEntry.id).desc())
        return [(entry.action, entry.by, entry.at) for entry in session.exec(query.limit(2))]


def test_plan_freeze_and_close_happen_at_their_moments_as_who_planned_them(game: Game) -> None:
    plan(game, "freeze", FRIDAY)
    plan(game, "close", LATER, grace=60)
    assert ahead(game) == Upcoming(None, FRIDAY, LATER + timedelta(hours=1))

    before = run_due(game, FRIDAY - timedelta(seconds=1))
    late = run_due(game, SATURDAY)

    week = game.week()
    assert (before, late) == (0, 2)
    assert (week.state, week.frozen_at, week.closed_at) == ("closed", FRIDAY, LATER + timedelta(hours=1))
    assert audited(game) == [("week.closed", "Olu", LATER + timedelta(hours=1)), ("week.frozen", "Olu", FRIDAY)]
    assert ahead(game) == Upcoming()
    assert (run_due(game, SATURDAY), game.verify()) == (0, [])


def test_plan_opening_opens_a_draft(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, SPRING, state="draft")
    plan(game, "open", FRIDAY, slug=SPRING)

    run_due(game, FRIDAY)

    with game.database.reading() as session:
        events = session.exec(select(WeekEvent.action, WeekEvent.reason, WeekEvent.at).order_by(col(WeekEvent.id)))
        assert list(events)[-1] == ("opened", "As scheduled", FRIDAY)


def test_plan_again_replaces_the_plan_and_drop_ends_it(game: Game) -> None:
    first = plan(game, "freeze", FRIDAY)
    second = plan(game, "freeze", LATER, seen=first)

    assert refusal(lambda: plan(game, "freeze", FRIDAY, seen=first))[0] is Conflict
    assert ahead(game).freezes_at == LATER
    assert run_due(game, FRIDAY) == 0
    plan(game, "freeze", None, seen=second)
    assert (ahead(game), run_due(game, SATURDAY)) == (Upcoming(), 0)
    assert refusal(lambda: plan(game, "freeze", None, seen=second))[0] is Conflict


def test_plan_refuses_what_cannot_be(game: Game) -> None:
    plan(game, "freeze", LATER)

    assert refusal(lambda: plan(game, "close", FRIDAY)) == (
        Conflict, "The closing has to come after the freeze, 2022-09-16 18:00.",
    )  # fmt: skip
    assert refusal(lambda: plan(game, "open", FRIDAY)) == (Conflict, "Q3-2022 is open already.")
    assert refusal(lambda: plan(game, "close", NOW)) == (
        Malformed, "That time is over. Choose one that’s still to come.",
    )  # fmt: skip
    assert refusal(lambda: plan(game, "freeze", FRIDAY, grace=1))[0] is Malformed
    assert refusal(lambda: plan(game, "close", FRIDAY + timedelta(days=400)))[0] is Malformed


def test_change_moves_freeze_and_closing_together(game: Game) -> None:
    plan(game, "freeze", FRIDAY)
    plan(game, "close", LATER)
    new = SATURDAY + timedelta(hours=2)

    with game.database.unit_of_work() as session:
        schedule.change(session, SLUG, {"freeze": Slot(SATURDAY), "close": Slot(new)}, act_by("Olu"))

    assert ahead(game) == Upcoming(None, SATURDAY, new)
    assert refusal(lambda: plan(game, "freeze", new)) == (
        Conflict, "The freeze has to come before the closing, 2022-09-17 14:00.",
    )  # fmt: skip


def test_plan_grace_may_make_room_for_the_freeze(game: Game) -> None:
    plan(game, "freeze", LATER)
    plan(game, "close", FRIDAY, grace=240)

    assert ahead(game).closes_at == FRIDAY + timedelta(hours=4)


@pytest.mark.parametrize(
    "text", ["", "Friday", "2022-09-16", "2022-W37-5 15:00", "2022-09-16 15:00+02:00", "2022-13-01 15:00"]
)
def test_read_local_refuses_what_is_no_local_time(text: str) -> None:
    with pytest.raises(Malformed):
        schedule.read_local(text)


def test_read_local_takes_what_browsers_send() -> None:
    assert schedule.moment_of(schedule.read_local("2022-09-16T15:00"), PACIFIC) == FRIDAY
    with pytest.raises(Malformed, match="Clocks skip"):
        schedule.moment_of(schedule.read_local("2022-03-13 02:30"), PACIFIC)


def test_run_what_cannot_happen_is_told_and_kept(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, SPRING, state="draft")
        accounts.make_owner(session, act_by("Olu"), name="Olu", email="olu@example.com")
    plan(game, "close", FRIDAY, slug=SPRING)

    assert run_due(game, LATER) == 1

    with game.database.reading() as session:
        row = session.exec(select(ScheduledChange)).one()
        told = session.exec(select(Notice.kind, Notice.channel)).all()
        state = session.exec(select(Week.state).where(Week.slug == SPRING)).one()
    assert row.failure == "SPRING is a draft. Only an open week can be closed."
    assert sorted(told) == [("schedule-failed", "email"), ("schedule-failed", "page")]
    assert (state, run_due(game, SATURDAY)) == ("draft", 0)
    assert audited(game)[0] == ("week.schedule-failed", "Olu", LATER)


def test_run_by_several_servers_at_once_happens_once(game: Game, places: list[Database]) -> None:
    plan_id = plan(game, "freeze", FRIDAY)

    def run(database: Database) -> bool:
        with database.unit_of_work() as session:
            return scheduling.run(session, game.week().id, "freeze", plan_id, FRIDAY, FRIDAY)

    outcomes = race([partial(run, place) for place in places])

    assert sorted(map(str, outcomes)) == [*["False"] * (len(places) - 1), "True"]
    with game.database.reading() as session:
        assert session.exec(select(WeekEvent.action)).all().count("frozen") == 1


def test_run_before_its_time_by_the_games_clock_looks_again(game: Game) -> None:
    plan_id = plan(game, "freeze", FRIDAY)
    wall = moment("2026-01-01 00:00")

    with game.database.unit_of_work() as session:
        session.connection().execute(update(QueuedJob).values(done_at=NOW))
        assert not scheduling.run(session, game.week().id, "freeze", plan_id, NOW, wall)

    with game.database.reading() as session:
        waits = session.exec(select(QueuedJob.kind, QueuedJob.run_at).where(col(QueuedJob.done_at).is_(None))).all()
    assert waits == [("week.change", wall + scheduling.LOOK_AGAIN)]


def test_change_by_hand_ends_the_plan(game: Game) -> None:
    plan(game, "freeze", FRIDAY)
    plan(game, "close", LATER)

    game.freeze()
    assert ahead(game) == Upcoming(closes_at=LATER)
    game.close()

    assert ahead(game) == Upcoming()
    assert (run_due(game, SATURDAY), game.week().frozen_at) == (0, NOW)


def test_freeze_as_scheduled_hides_what_comes_later(game: Game) -> None:
    plan(game, "freeze", FRIDAY)
    run_due(game, FRIDAY)

    game.at(LATER).adjust(OWLS, 50)

    assert [standing.points for standing in game.public().standings] == [0, 0]
