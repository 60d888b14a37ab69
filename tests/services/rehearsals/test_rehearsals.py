"""Rehearsals: begun, moved on, closed and thrown away, and in no place that looks for weeks, people or news."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, func, select

from app.db.database import Database
from app.domain import actor
from app.domain.draft import Key
from app.domain.webhooks.events import EVENTS
from app.errors import Conflict, Malformed, NotFound, WeekUnknown
from app.models import AuditEntry, LedgerEntry, Notice, QueuedJob, Seat, Team, WebhookMessage, Week
from app.services import ceremonies, lifecycle, notices, scheduling, webhook_news
from app.services.intake import known_activities, open_weeks
from app.services.ledger import my_week, timings
from app.services.notices import News
from app.services.operations.secrets import SigningKey
from app.services.organizing import dashboard, people_search, week_admin
from app.services.people import people
from app.services.rehearsals import ending, rehearsals, simulation
from app.services.rehearsals.rehearsals import Rehearsal
from app.services.rules import rule_sets
from app.services.scoring.response_times import Late
from app.services.shifts import patterns, readiness, seats, settling, shifts, timetable
from app.services.shifts.shifts import ShiftFields
from app.services.standings import boards, stories, verification
from app.services.standings.hall_of_fame import HallOfFame
from app.services.webhooks import endpoints
from app.services.weeks import schedule, weeks
from app.services.weeks.rehearsing import inside
from app.services.weeks.schedule import Action, Slot
from tests.builders import ENDS, NOW, SIGNING_KEY, SLUG, STARTS, Game, a_team, a_week, act_by, dearer_issues, moment

TRIED = f"{SLUG}~rehearsal"
TUESDAY, WEDNESDAY, LATE = moment("2022-09-13 12:00"), moment("2022-09-14 21:00"), moment("2022-09-17 12:00")


@pytest.fixture
def planned(game: Game) -> Game:
    """The standard week with the shifts of an Assembly Week."""
    with game.database.unit_of_work() as session:
        patterns.generate_ready(session, SLUG, patterns.ASSEMBLY, STARTS, ENDS, ShiftFields(seats=3), game.act)
    return game


def begin(game: Game, slug: str = SLUG) -> Rehearsal:
    with game.database.unit_of_work() as session:
        return rehearsals.begin(session, slug, act_by("Olu", game.now, "organizer"))


def move(game: Game, to: datetime) -> Rehearsal:
    with game.database.unit_of_work() as session:
        return rehearsals.move(session, SLUG, to, act_by("Olu", game.now, "organizer"))


def throw_away(game: Game) -> int:
    with game.database.unit_of_work() as session:
        return ending.throw_away(session, SLUG, act_by("Olu", game.now, "organizer"))


def seen(game: Game, look: Callable[[Session, Week], Any]) -> Any:
    """A look at the rehearsal from inside."""
    with game.database.reading() as session, inside(TRIED):
        return look(session, weeks.find(session, TRIED, game.now))


def attempt(game: Game, statement: str) -> None:
    with game.database.unit_of_work() as session:
        session.execute(text(statement))


def hear(game: Game) -> None:
    """Have an address told of everything that happens in any week."""
    with game.database.unit_of_work() as session:
        key = SigningKey(SIGNING_KEY)
        endpoints.add(session, key, game.act, url="https://a.example.com/", events=EVENTS, week="")


def counts(database: Database) -> dict[str, int]:
    """The number of rows of each table but the audit."""
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name != "audit"]
    with database.reading() as session:
        return {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def test_begin_copies_teams_and_shifts_with_stand_ins(planned: Game) -> None:
    begun = begin(planned)

    with planned.database.reading() as session:
        names = session.exec(select(Team.name).where(Team.week_id == begun.week.id)).all()
    assert sorted(names) == ["Cats", "Owls"]
    assert (begun.week.slug, begun.week.state, begun.now) == (TRIED, "open", moment("2022-09-12 09:00"))
    assert begun.seats > 0


def test_move_plays_what_happens_and_the_board_verifies(planned: Game) -> None:
    begin(planned)

    moved = move(planned, WEDNESDAY)

    board = seen(planned, lambda session, week: boards.live(session, week, week.clock(NOW)))
    assert moved.activities > 10
    assert sum(board.totals.values()) > 10
    assert board.totals["shift"] > 0
    assert seen(planned, lambda session, week: verification.verify(session, week, week.clock(NOW))) == []
    with planned.database.reading() as session:
        times = session.exec(select(LedgerEntry.occurred_at).where(LedgerEntry.week_id == moved.week.id)).all()
        states = set(session.exec(select(Seat.state)).all())
    assert max(times) <= WEDNESDAY
    assert {"completed", "no_show", "signed_up"} <= states


def test_rehearsal_of_the_same_week_plays_the_same(planned: Game) -> None:
    def play() -> object:
        begin(planned)
        move(planned, WEDNESDAY)
        board = seen(planned, lambda session, week: boards.live(session, week, week.clock(NOW)))
        return board.totals, [(each.team, each.points) for each in board.standings]

    first = play()
    throw_away(planned)

    assert play() == first


def test_move_freezes_and_closes_as_planned(planned: Game) -> None:
    with planned.database.unit_of_work() as session:
        wanted: dict[Action, Slot | None] = {
            "freeze": Slot(moment("2022-09-16 12:00")),
            "close": Slot(moment("2022-09-16 17:00")),
        }
        schedule.change(session, SLUG, wanted, planned.act)
    begin(planned)

    frozen = move(planned, moment("2022-09-16 13:00")).week.frozen_at
    closed = move(planned, LATE).week

    assert (frozen, closed.state, closed.closed_at) == (
        moment("2022-09-16 12:00"), "closed", moment("2022-09-16 17:00"),
    )  # fmt: skip
    assert planned.week().state == "open"
    assert seen(planned, lambda session, week: verification.verify(session, week, week.clock(NOW))) == []


def test_draft_that_is_rehearsed_is_not_deleted(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "draft", state="draft")
        a_team(session, slug="draft")
    begin(game, "draft")

    with pytest.raises(Conflict, match="Throw the rehearsal away first"), game.database.unit_of_work() as session:
        week_admin.remove_draft(session, "draft", game.act)


@pytest.mark.parametrize(
    ("to", "sentence"), [(moment("2022-09-12 08:00"), "only goes forward"), (LATE + timedelta(days=30), "two weeks")]
)
def test_move_back_or_too_far_is_refused(game: Game, to: datetime, sentence: str) -> None:
    begin(game)

    with pytest.raises(Malformed, match=sentence):
        move(game, to)


def test_begin_twice_or_of_a_rehearsal_or_without_people_is_refused(game: Game) -> None:
    begin(game)
    with game.database.unit_of_work() as session:
        weeks.create(session, game.act, slug="empty", name="Empty", timezone="Europe/Berlin", starts=STARTS, ends=ENDS)

    for slug, sentence in ((SLUG, "rehearsed already"), (TRIED, "rehearsal already"), ("empty", "nobody in its teams")):
        with pytest.raises(Conflict, match=sentence):
            begin(game, slug)
    with pytest.raises(WeekUnknown):
        begin(game, "unknown")


def test_throw_away_leaves_every_table_as_it_was_but_the_audit(planned: Game) -> None:
    before, points = counts(planned.database), planned.points()
    begin(planned)
    move(planned, LATE)
    with planned.database.unit_of_work() as session, inside(TRIED):
        lifecycle.freeze(session, TRIED, planned.act)
        ceremonies.move(session, TRIED, "next", planned.act)
        lifecycle.close(session, TRIED, planned.act)

    rows = throw_away(planned)

    assert rows > 100
    assert counts(planned.database) == before
    assert planned.points() == points
    with planned.database.reading() as session:
        entries = session.exec(select(AuditEntry.action, AuditEntry.by).where(AuditEntry.object_kind == "week")).all()
    assert {("rehearsal.begun", "Olu"), ("rehearsal.moved", "Olu"), ("rehearsal.thrown-away", "Olu")} <= set(entries)
    assert "rehearsal" not in {by for _, by in entries}
    with pytest.raises(NotFound):
        throw_away(planned)


OF_ENTRY = "(SELECT week_id FROM activity WHERE seq = activity_seq)"
OF_SHIFT = "(SELECT week_id FROM shift WHERE id = shift_id)"
GUARDED = {
    "reversal": OF_ENTRY, "timing": OF_ENTRY, "activity": "week_id", "membership": "week_id", "week_event": "week_id",
    "seat": OF_SHIFT, "week": "id",
    "seat_change": "(SELECT week_id FROM shift JOIN seat ON shift.id = seat.shift_id WHERE seat.id = seat_id)",
}  # fmt: skip


def test_rows_of_a_real_week_stay_while_those_of_a_rehearsal_go(planned: Game) -> None:
    taken = planned.take().entry
    planned.reverse(taken)
    with planned.database.unit_of_work() as session:
        timings.add(session, planned.week(), [Late(taken, 60)], planned.act)
        shift = shifts.of_week(session, planned.week())[-1]
        seats.sign_up(session, SLUG, shift.id, str(taken.person_id), planned.act)
    begin(planned)
    move(planned, TUESDAY)

    for table, week in GUARDED.items():
        with pytest.raises(DBAPIError, match=r"only grow|never deleted"):
            attempt(planned, f"DELETE FROM {table} WHERE {week} IN (SELECT id FROM week WHERE rehearsal_of IS NULL)")  # noqa: S608 (our own words)
    throw_away(planned)
    assert planned.verify() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE week SET rehearsal_of = id WHERE slug = 'q3-2022'",
        "UPDATE week SET rehearsal_of = NULL WHERE slug = 'q3-2022~rehearsal'",
        "UPDATE person SET rehearsal_id = (SELECT min(id) FROM week) WHERE email = 'ada@example.com'",
        "UPDATE person SET rehearsal_id = NULL WHERE rehearsal_id IS NOT NULL",
    ],
)
def test_mark_is_never_changed(game: Game, statement: str) -> None:
    begin(game)

    with pytest.raises(DBAPIError, match=r"marked|stays one"):
        attempt(game, statement)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_real_week_is_not_replaced_by_a_marked_one(game: Game) -> None:
    names = [column.name for column in SQLModel.metadata.tables["week"].columns if column.name != "rehearsal_of"]
    columns = ", ".join(names)

    with pytest.raises(DBAPIError, match="such a week already"):
        attempt(game, f"REPLACE INTO week ({columns}, rehearsal_of) SELECT {columns}, id FROM week")  # noqa: S608 (our own names)


def _everything(session: Session) -> dict[str, Any]:
    """Every place that looks for weeks, people or news of all of them, by name."""
    every = [week.slug for week in weeks.every(session)]
    real = weeks.find(session, SLUG, NOW)
    overview = dashboard.look(session, NOW, NOW)
    return {
        "every": every,
        "page": [week.slug for week in weeks.page(session, cursor=None, limit=50, with_archived=True).items],
        "current": weeks.find(session, "current", TUESDAY).slug,
        "of stamps": getattr(weeks.pick_current(weeks.stamps(session), TUESDAY), "slug", None),
        "default": getattr(weeks.default_week(session, TUESDAY), "slug", None),
        "frozen": weeks.has_frozen(session),
        "to play": getattr(my_week.week_to_play(session, TUESDAY), "slug", None),
        "holding": getattr(open_weeks.holding(session, TUESDAY), "slug", None),
        "ceremony": ceremonies.last_begun(session, NOW),
        "earlier": [week.slug for week in stories.earlier(session, real, "organizers")],
        "hall": [each.week for each in HallOfFame().results(session, actor.command("Olu"), NOW).results],
        "verified": [week.slug for week in verification.weeks_to_verify(session, None, NOW)],
        "news": len(webhook_news.due(session, NOW)),
        "people": people.page(session, cursor=None, limit=100).items and len(people.known(session, 100)),
        "picked": len(people_search.choices(session)),
        "e-mails": people.count(session),
        "overview": (overview.people, overview.never_in, overview.teams, overview.activities),
        "ready": readiness.count(session),
    }


def test_nothing_that_looks_for_weeks_or_people_finds_a_rehearsal(planned: Game) -> None:
    hear(planned)
    with planned.database.reading() as session:
        before = _everything(session)
    begin(planned)
    move(planned, LATE)
    with planned.database.unit_of_work() as session, inside(TRIED):
        lifecycle.freeze(session, TRIED, planned.act)
        ceremonies.move(session, TRIED, "next", planned.act)

    with planned.database.reading() as session:
        assert _everything(session) == before


def test_closed_rehearsal_is_in_no_past(planned: Game) -> None:
    begin(planned)
    move(planned, LATE)
    with planned.database.unit_of_work() as session, inside(TRIED):
        lifecycle.close(session, TRIED, planned.act)

    with planned.database.reading() as session:
        assert _everything(session)["hall"] == []
        assert weeks.pick_current([week for week in session.exec(select(Week)) if week.slug == TRIED], NOW) is None


def test_nothing_is_sent_or_queued_for_a_rehearsal(planned: Game) -> None:
    def waiting() -> list[int]:
        with planned.database.reading() as session:
            tables = (QueuedJob, Notice, WebhookMessage)
            return [session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]

    hear(planned)
    before = waiting()
    begun = begin(planned)
    move(planned, LATE)
    with planned.database.unit_of_work() as session, inside(TRIED):
        week = weeks.lock(session, TRIED, NOW)
        everybody = list(session.exec(select(Seat.person_id)).all())
        assert notices.tell(session, week, everybody, News("nudge", "x", 0, {}), NOW) == 0
        lifecycle.close(session, TRIED, planned.act)
    with planned.database.unit_of_work() as session:
        settling.plan_all(session, TUESDAY)
        timetable.plan_waited_for(session, TUESDAY)
        assert scheduling.run_due(session, LATE + timedelta(days=99)) == 0
        assert [week.slug for week in timings.lock_open(session, planned.act)] == [SLUG]

    assert begun.seats > 0
    assert [now - then for now, then in zip(waiting(), before, strict=True)][1:] == [0, 0]
    with planned.database.reading() as session:
        shift_ids = set(session.exec(select(Seat.shift_id)).all())  # those of the rehearsal: the real week has none
        assert not any(shift_id in job.payload for job in session.exec(select(QueuedJob)) for shift_id in shift_ids)


def test_report_with_the_key_of_something_played_is_no_repeat(planned: Game) -> None:
    begin(planned)
    move(planned, WEDNESDAY)

    with planned.database.reading() as session:
        played = session.exec(select(LedgerEntry).where(LedgerEntry.source == simulation.SOURCE)).first()
        assert played is not None
        assert known_activities.by_key(session, Key(played.source, played.kind, played.external_id)) == []


def test_services_know_no_rehearsal_unless_it_was_entered(game: Game) -> None:
    begin(game)

    with game.database.unit_of_work() as session:
        for look in (weeks.find, weeks.lock, weeks.hold, weeks.look):
            with pytest.raises(WeekUnknown):
                look(session, TRIED, NOW)
        with inside("another~rehearsal"), pytest.raises(WeekUnknown):
            weeks.find(session, TRIED, NOW)
        with inside(TRIED):
            assert weeks.find(session, TRIED, NOW).slug == TRIED


def test_rules_activated_meanwhile_change_nothing_in_a_rehearsal(planned: Game) -> None:
    begin(planned)
    move(planned, WEDNESDAY)
    look = lambda session, week: boards.live(session, week, week.clock(NOW))  # noqa: E731 (used twice)
    before = seen(planned, look)

    planned.activate(dearer_issues())

    assert seen(planned, look) == before
    assert seen(planned, lambda session, week: verification.verify(session, week, week.clock(NOW))) == []
    with planned.database.unit_of_work() as session:
        assert rule_sets.active(session).text == dearer_issues()
