"""The demo at play: its exact totals, and that playing it slowly or at once comes to the same."""

import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from app.config import Settings
from app.db.database import Database
from app.domain import actor
from app.domain.actor import Act
from app.domain.draft import Draft
from app.domain.memberships import Join
from app.domain.notices.wording import as_text
from app.domain.standings.board import Board
from app.domain.view import EVERYTHING
from app.errors import Conflict
from app.models import Cheer, GuestbookEntry, LedgerEntry, Person, Seat, Shift, WaitingEntry
from app.services import notices
from app.services.demo import replay
from app.services.demo.cast import CAST, SLUG, ZONE
from app.services.demo.script import events
from app.services.demo.story import Gift
from app.services.ledger import activities
from app.services.operations import startup
from app.services.shifts import seats
from app.services.standings import boards, verification
from app.services.teams import teams
from app.services.weeks import weeks

LATER = datetime(2022, 10, 1, tzinfo=UTC)
ATTENDANCES = 20


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database with the shipped rules and the demo's week, open and empty."""
    file = tmp_path_factory.mktemp("demo") / "beginning.sqlite3"
    with opened(file) as database:
        startup.prepare(database, Settings(_env_file=None, rules_file=startup.SHIPPED_RULES), LATER)
        replay.prepare(database)
    return file


@pytest.fixture
def database(beginning: Path, tmp_path: Path) -> Iterator[Database]:
    with opened(Path(shutil.copy(beginning, tmp_path / "demo.sqlite3"))) as database:
        yield database


@pytest.fixture(scope="module")
def finished(beginning: Path) -> Iterator[Database]:
    with opened(Path(shutil.copy(beginning, beginning.with_name("finished.sqlite3")))) as database:
        replay.finish(database)
        yield database


@contextmanager
def opened(file: Path) -> Iterator[Database]:
    """The database of a file; all of it is in there afterwards."""
    database = Database(f"sqlite:///{file}")
    yield database
    database.dispose()


def board_of(database: Database) -> Board:
    with database.reading() as session:
        return boards.live(session, weeks.find(session, SLUG, LATER), LATER)


def ledger_of(database: Database) -> list[activities.ActivityView]:
    with database.reading() as session:
        return activities.page(
            session, weeks.find(session, SLUG, LATER), cursor=None, limit=1_000, view=EVERYTHING
        ).items


def timeless(board: Board) -> Board:
    """The board without its age and the ids that every database makes up anew."""
    standings = tuple(replace(standing, team_id="") for standing in board.standings)
    return replace(board, as_of=LATER, version=0, standings=standings)


def test_finish_ends_on_the_totals_of_q3_2022(finished: Database) -> None:
    board = board_of(finished)

    assert board.totals == {"shift": 20, "response": 154, "issue": 18, "feature_request": 6, "knowledge_card": 2}
    assert board.headline == "20 shifts, 154 responses, 18 issues, 6 feature requests, 2 knowledge cards"


def test_finish_leaves_a_week_that_verifies(finished: Database) -> None:
    with finished.reading() as session:
        found = verification.verify(session, weeks.find(session, SLUG, LATER), LATER)

    assert found == []


def test_finish_ends_close_and_with_a_shared_rank(finished: Database) -> None:
    standings = board_of(finished).standings

    assert [(standing.rank, standing.team, standing.points) for standing in standings] == [
        (1, "Tea & Triage", 172),
        (2, "Rubber Ducks", 166),
        (3, "First Light", 164),
        (4, "Kind Regards", 146),
        (5, "Still Typing…", 77),
        (5, "Warm Handoff", 77),
        (7, "Second Breakfast", 59),
        (8, "Merge Gently", 56),
        (9, "Happy Path", 40),
        (10, "Null Island", 35),
    ]


def test_finish_completes_quests_and_gives_both_trophies(finished: Database) -> None:
    board = board_of(finished)

    assert {standing.team: standing.quests for standing in board.standings if standing.quests} == {
        "Tea & Triage": ("All hands", "Grand slam"),
        "Rubber Ducks": ("All hands", "Grand slam"),
        "First Light": ("All hands",),
        "Kind Regards": ("All hands",),
        "Still Typing…": ("All hands",),
        "Warm Handoff": ("All hands",),
        "Second Breakfast": ("All hands",),
        "Merge Gently": ("All hands",),
    }
    assert [(trophy.name, trophy.winners) for trophy in board.trophies] == [
        ("Early birds", ("First Light",)),
        ("Customer hero", ("Yūki Tanabe",)),
    ]


def test_finish_has_one_reversal_and_one_adjustment(finished: Database) -> None:
    ledger = ledger_of(finished)

    assert [(entry.team, entry.kind) for entry in ledger if entry.reversed] == [("Null Island", "response")]
    assert [(entry.team, entry.points, entry.source) for entry in ledger if entry.points] == [
        ("Happy Path", 5, "organizer")
    ]
    assert len(ledger) == 20 + 154 + 18 + 6 + 2 + 2 + ATTENDANCES


def test_finish_has_shifts_of_seats_alone_with_a_cover_a_no_show_and_somebody_who_waited(finished: Database) -> None:
    with finished.reading() as session:
        states = Counter(session.exec(select(Seat.state)))
        origins = Counter(session.exec(select(Seat.origin)))
        waited = session.exec(select(WaitingEntry.state)).all()
        taken = session.exec(select(Shift.taken)).all()
    of_seats = Counter(entry.kind for entry in ledger_of(finished) if entry.recorded_by == "shifts")

    assert states == {"completed": 20 + ATTENDANCES, "no_show": 1, "covered": 1}
    assert (origins["cover"], waited) == (1, ["expired"])
    assert (len(taken), sum(each > 0 for each in taken)) == (30, 19)
    assert of_seats == {"shift": 20, "attendance": ATTENDANCES}


def told_the_player(database: Database) -> list[tuple[str, str]]:
    """The moments and titles of what the player of the demo was told, oldest first."""
    with database.reading() as session:
        person_id = session.exec(select(Person.id).where(Person.email == next(iter(CAST.values())).email)).one()
        inbox = notices.page(session, person_id, LATER, cursor=None, limit=20).items
    return [(f"{notice.at.astimezone(ZONE):%a %H:%M}", as_text(notice.words.title)) for notice in reversed(inbox)]


def test_player_of_the_demo_is_reminded_of_a_shift_that_nobody_of_the_cast_takes(database: Database) -> None:
    with database.unit_of_work() as session:
        person = session.exec(select(Person).where(Person.email == next(iter(CAST.values())).email)).one()
        last = session.exec(select(Shift).order_by(col(Shift.starts_at).desc())).first()
        assert last is not None
        act = Act(actor.person(person.name, person.id, "player"), datetime(2022, 9, 12, 13, tzinfo=UTC))
        seats.sign_up(session, SLUG, last.id, person.id, act)
    replay.finish(database)

    assert told_the_player(database)[-4:-2] == [
        ("Thu 16:00", "Reminder: your shift Fri 16 Sep 16:00–18:00 PDT"),
        ("Fri 15:30", "Your shift starts soon"),
    ]


def test_what_the_demo_told_outlives_the_years_since(finished: Database) -> None:
    with finished.unit_of_work() as session:
        assert notices.forget(session, LATER + 10 * notices.KEPT) == 0


def test_finish_has_told_the_player_of_the_demo_what_became_of_shifts(finished: Database) -> None:
    assert told_the_player(finished) == [
        ("Sun 06:00", "Reminder: your shift Mon 12 Sep 06:00–08:00 PDT"),
        ("Mon 05:30", "Your shift starts soon"),
        ("Tue 09:20", "\u2068Tāne Parata\u2069 offers a seat: Wed 14 Sep 06:00–08:00 PDT"),
        ("Wed 16:00", "Reminder: your shift Thu 15 Sep 16:00–18:00 PDT"),
        ("Thu 15:30", "Your shift starts soon"),
        ("Fri 17:30", "An answer waits for your review"),
        ("Fri 17:40", "An answer of yours was reviewed"),
    ]


def test_finish_has_a_guestbook_with_words_to_quote(finished: Database) -> None:
    with finished.reading() as session:
        written = session.exec(select(GuestbookEntry)).all()

    assert [bool(entry.worked and entry.may_quote) for entry in written].count(True) == 5
    assert [entry.improve for entry in written if not entry.is_public] == [
        "We were one too few, and nobody knew whom to ask."
    ]


def test_finish_has_cheers_for_what_others_did(finished: Database) -> None:
    query = select(LedgerEntry.kind, LedgerEntry.person_id, Cheer.person_id).join(
        Cheer, col(Cheer.activity_seq) == LedgerEntry.seq
    )
    with finished.reading() as session:
        given = session.exec(query).all()

    assert 40 < len(given) < 120
    assert {kind for kind, _, _ in given} == {"response", "issue", "feature_request", "knowledge_card"}
    assert [by for _, to, by in given if to == by] == []


def test_run_in_steps_ends_on_the_same_board(database: Database, finished: Database) -> None:
    playing = replay.Replay(speed=60)

    playing.run(database, threading.Event())

    assert timeless(board_of(database)) == timeless(board_of(finished))


def test_run_at_huge_speed_ends_on_the_same_board(database: Database, finished: Database) -> None:
    playing = replay.Replay(speed=1e9)

    playing.run(database, threading.Event())

    assert timeless(board_of(database)) == timeless(board_of(finished))


def test_run_records_within_the_hour_of_the_simulated_moment(finished: Database) -> None:
    moments = [event.at for event in events() if isinstance(event.what, Draft | Gift)]
    reported = [activity for activity in ledger_of(finished) if activity.source != "shifts"]

    delays = [activity.recorded_at - at for activity, at in zip(reported, moments, strict=True)]

    assert min(delays) == timedelta(0)
    assert max(delays) < timedelta(hours=1)


def test_run_stops_when_told(database: Database) -> None:
    stop = threading.Event()
    playing = replay.Replay(speed=0.001)
    thread = threading.Thread(target=playing.run, args=(database, stop), daemon=True)

    thread.start()
    stop.set()
    thread.join(timeout=5)

    assert not thread.is_alive()
    assert ledger_of(database) == []


def test_game_clock_waits_runs_and_comes_home(database: Database) -> None:
    stop = threading.Event()
    playing = replay.Replay(speed=1)
    thread = threading.Thread(target=playing.run, args=(database, stop), daemon=True)

    before = playing.game()
    six = before + timedelta(minutes=30)
    waits = [replay.Replay(speed=speed).seconds_until(six) for speed in (1, 2)]
    thread.start()
    time.sleep(0.2)
    during = playing.game()
    waits.append(playing.seconds_until(six))
    stop.set()
    thread.join(timeout=5)

    assert before == datetime(2022, 9, 12, 5, 30, tzinfo=ZONE)
    assert timedelta(0) < during - before < timedelta(days=1)
    assert abs(playing.game() - datetime.now(UTC)) < timedelta(seconds=5)
    assert 0.1 < waits[0] - waits[2] < 5
    assert 0 < waits[0] == 2 * waits[1] < 60
    assert 55 < playing.seconds_until(datetime.now(UTC) + timedelta(minutes=1)) < 65


def test_prepare_a_second_time_is_refused_and_changes_nothing(finished: Database) -> None:
    before = board_of(finished)

    with pytest.raises(Conflict) as refused:
        replay.prepare(finished)

    assert refused.value.detail == "There’s already a week “q3-2022”. Choose another slug."
    assert board_of(finished) == before


def test_prepare_dates_everybody_before_the_week(database: Database) -> None:
    with database.reading() as session:
        week = weeks.find(session, SLUG, LATER)
        joins = teams.joins(session, week)

    assert (week.state, week.name, week.timezone) == ("open", "Q3 2022", "America/Los_Angeles")
    assert (week.starts, week.ends) == (date(2022, 9, 12), date(2022, 9, 16))
    assert len(joins) == 30
    assert max(at for join in joins.values() for _, at in join) < datetime(2022, 9, 12, tzinfo=ZONE)
    assert {type(join) for each in joins.values() for join in each} == {Join}
