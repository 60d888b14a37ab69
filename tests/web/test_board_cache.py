"""The cache of boards: computed once for everybody, never older than what is acknowledged, and one's fault its own."""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TypeVar

import pytest
from sqlalchemy import ExceptionContext, event, text

from app.db.database import Database, announce
from app.domain.view import AUDIENCES
from app.errors import Unavailable, WeekUnknown
from app.events import DeliveryStored
from app.live.timing import Timing
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.weeks import weeks
from app.services.weeks.weeks import CURRENT
from app.web.board_cache import BoardCache
from app.web.boards import BoardSnapshot
from tests import postgresql as pg
from tests.builders import NOW, SLUG, Game, moment
from tests.cost import statements_to
from tests.web.running_app import BOTH_ENGINES, SettableClock

QUICK = Timing(away=0.05, retry_first=0.05, retry_most=0.2)
Result = TypeVar("Result")


@pytest.fixture
def clock() -> SettableClock:
    """Wednesday of the standard week, 13:00 in its zone."""
    return SettableClock()


@pytest.fixture
def cache(game: Game, clock: SettableClock) -> BoardCache:
    """A cache that hears of this database's own commits."""
    return BoardCache(game.database, clock, QUICK)


def run(work: Callable[[], Awaitable[Result]]) -> Result:
    """Play something in an event loop."""

    async def play() -> Result:
        return await work()

    return asyncio.run(play())


async def everybodys(cache: BoardCache) -> list[BoardSnapshot]:
    """The board of the standard week by all its names, as every audience gets it."""
    return [await cache.get(slug, audience) for slug in (CURRENT, SLUG) for audience in AUDIENCES]


def test_what_a_tool_sends_costs_no_board_anything_before_it_is_processed(cache: BoardCache, game: Game) -> None:
    before = cache.generation
    with game.database.unit_of_work() as session:
        announce(session, DeliveryStored())
    stored = cache.generation
    game.take(external_id="i-1")

    assert (stored is before, cache.generation is before) == (True, False)


def test_board_is_computed_once_for_all_names_and_audiences(cache: BoardCache, game: Game) -> None:
    async def play() -> tuple[list[BoardSnapshot], list[str]]:
        await everybodys(cache)
        game.take()
        with statements_to(game.database) as statements:
            boards = await everybodys(cache)
        return boards, [statement for statement in statements if "FROM score" in statement]

    boards, computations = run(play)

    assert [board is boards[0] for board in boards] == [True] * 4
    assert (len(computations), boards[0].board.totals["issue"]) == (1, 1)


def test_board_of_a_freeze_is_a_constant_for_the_public_and_moves_for_organizers(
    cache: BoardCache, game: Game, clock: SettableClock
) -> None:
    async def play() -> list[tuple[bool, int]]:
        game.take()
        game.freeze()
        frozen = await cache.get(SLUG, "public")
        seen = []
        for change in (game.take, lambda: clock.set("2022-09-15 12:00"), game.close):
            change()
            await cache.refresh()
            live = await cache.get(SLUG, "organizers")
            seen.append((await cache.get(CURRENT, "public") is frozen, live.board.totals["issue"]))
        return seen

    assert run(play) == [(True, 2), (True, 2), (True, 2)]


def test_board_after_a_reveal_is_one_for_everybody_again(cache: BoardCache, game: Game) -> None:
    async def play() -> list[list[bool]]:
        seen = []
        for change in (game.take, game.freeze, game.take, game.reveal):
            change()
            boards = await everybodys(cache)
            seen.append([board is boards[0] for board in boards])
        return seen

    one, two = [True] * 4, [True, False, True, False]
    assert run(play) == [one, two, two, one]


def test_refresh_makes_each_changed_board_once_and_looks_once_for_all_others(cache: BoardCache, game: Game) -> None:
    others = [Game(game.database, slug=f"other-{number}").start() for number in range(3)]

    async def play() -> tuple[list[bool], list[str]]:
        for slug in (SLUG, *(other.slug for other in others)):
            await cache.get(slug, "public")
            await cache.get(slug, "organizers")
        others[0].take()
        with statements_to(game.database) as statements:
            is_news = [await cache.refresh(), await cache.refresh()]
        return is_news, [statement for statement in statements if "FROM week" in statement or "FROM score" in statement]

    is_news, statements = run(play)

    assert is_news == [True, False]
    # All stamps and changes of topics, one week's stamp, its row for the latest activities, and scores that changed.
    assert len(statements) == 5


@BOTH_ENGINES
def test_news_that_changed_nothing_computes_nothing(cache: BoardCache, game: Game) -> None:
    async def play() -> tuple[list[bool], list[str]]:
        before = await everybodys(cache)
        with statements_to(game.database) as statements:
            cache.notify()
            snapshots = [await cache.get(SLUG, "public"), *await everybodys(cache)]
        return [board is before[0] for board in snapshots], statements

    same, statements = run(play)

    assert same == [True] * 5
    assert [statement for statement in statements if "FROM score" in statement] == []
    # The week's stamp, which is current, and the changes of all topics.
    assert len([statement for statement in statements if "FROM week" in statement]) == 3


def test_refresh_leaves_nothing_to_do_for_readers(cache: BoardCache, game: Game) -> None:
    async def play() -> list[bool]:
        await everybodys(cache)
        game.freeze()
        await cache.refresh()
        boards = [cache.ready(slug, audience) for slug in (CURRENT, SLUG) for audience in AUDIENCES]
        return [board is not None and board.board.frozen for board in boards]

    assert run(play) == [True, False, True, False]


def test_current_is_another_week_once_there_is_news_of_it(cache: BoardCache, game: Game) -> None:
    async def play() -> list[str]:
        seen = [(await cache.get(CURRENT, "public")).board.week]
        Game(game.database, slug="later").start()
        game.close()
        return [*seen, (await cache.get(CURRENT, "public")).board.week]

    assert run(play) == [SLUG, "later"]


def test_public_of_an_unknown_week_is_refused_and_nothing_of_it_is_kept(cache: BoardCache) -> None:
    async def play() -> list[object]:
        for slug in ("nope", "", "\ud800", "a" * 10_000):
            with pytest.raises(WeekUnknown):
                await cache.get(slug, "public")
        return [cache.ready("nope", "public"), await cache.refresh()]

    assert run(play) == [None, False]


@contextmanager
def held(database: Database, passage: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """The first statement with this passage has to wait: events for "it has come" and "it may go on"."""
    has_come, may_go_on = threading.Event(), threading.Event()

    def hold(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if passage in statement and not has_come.is_set():
            has_come.set()
            may_go_on.wait(10)

    event.listen(database.reader, "before_cursor_execute", hold)
    try:
        yield has_come, may_go_on
    finally:
        may_go_on.set()
        event.remove(database.reader, "before_cursor_execute", hold)


@BOTH_ENGINES
def test_news_that_comes_while_a_board_is_made_is_not_lost(cache: BoardCache, game: Game) -> None:
    async def play() -> list[int]:
        with held(game.database, "FROM week") as (has_come, may_go_on):
            first = asyncio.create_task(cache.get(SLUG, "public"))
            assert await asyncio.to_thread(has_come.wait, 10)
            await asyncio.to_thread(game.take)
            may_go_on.set()
            boards = [await first, await cache.get(SLUG, "public")]
        return [snapshot.board.totals["issue"] for snapshot in boards]

    assert run(play) == [0, 1]


SPOIL = "UPDATE score SET data = {} WHERE week_id = :week AND team_id <> ''"
FAULTS = pytest.mark.parametrize(
    ("fault", "error"),
    [
        (SPOIL.format("'nonsense'"), ValueError),
        (SPOIL.format("'[]'"), TypeError),
        (SPOIL.format("'{}'"), KeyError),
    ],
)


def spoil(game: Game, fault: str) -> None:
    """Change behind the program's back what the board of a week is made of."""
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, game.slug, NOW)
        session.execute(text(fault), {"week": week.id})
        weeks.bump_version(session, week)


def mend(game: Game) -> None:
    """Compute the scores of a week anew."""
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, game.slug, NOW)
        scores.rebuild(session, week, rule_sets.rules_of(session, week))
        weeks.bump_version(session, week)


LAST_WEEK = moment("2022-09-07 12:00")


def a_sound_week(database: Database) -> Game:
    """Another open week, not the current one."""
    return Game(database, slug="sound").start(starts=date(2022, 9, 5), ends=date(2022, 9, 9))


@FAULTS
def test_refresh_keeps_every_other_board_up_to_date_where_one_cannot_be_made(
    cache: BoardCache, game: Game, caplog: pytest.LogCaptureFixture, fault: str, error: type[Exception]
) -> None:
    sound = a_sound_week(game.database)

    async def play() -> list[tuple[bool, bool]]:
        await cache.get(CURRENT, "public")
        await cache.get(sound.slug, "public")
        spoil(game, fault)
        seen = []
        for _ in range(3):
            sound.take(occurred_at=LAST_WEEK)
            seen.append((await cache.refresh(), cache.ready(sound.slug, "public") is not None))
            await asyncio.sleep(QUICK.retry_most)
        with pytest.raises(error):
            await cache.get(SLUG, "public")
        return seen

    assert run(play) == [(True, True)] * 3
    messages = [(record.levelno, record.getMessage(), bool(record.exc_info)) for record in caplog.records]
    assert messages == [(logging.ERROR, f"the board of week {SLUG} cannot be made", True)]


def test_refresh_goes_on_board_by_board_where_the_weeks_cannot_be_looked_at(
    cache: BoardCache, game: Game, caplog: pytest.LogCaptureFixture
) -> None:
    sound = a_sound_week(game.database)

    async def play() -> list[bool]:
        await cache.get(SLUG, "public")
        await cache.get(sound.slug, "public")
        spoil(game, "UPDATE week SET starts = 'nonsense' WHERE id = :week")
        seen = []
        for _ in range(3):
            sound.take(occurred_at=LAST_WEEK)
            seen.append(await cache.refresh() and cache.ready(sound.slug, "public") is not None)
            await asyncio.sleep(QUICK.retry_most)
        return seen

    assert run(play) == [True] * 3
    messages = [record.getMessage() for record in caplog.records]
    assert messages == ["the weeks cannot be looked at", f"the board of week {SLUG} cannot be made"]


def test_refresh_leaves_a_board_alone_longer_and_longer_and_takes_it_up_again(cache: BoardCache, game: Game) -> None:
    async def play() -> tuple[int, list[bool]]:
        fine = await cache.get(SLUG, "public")
        spoil(game, SPOIL.format("'nonsense'"))
        until = time.monotonic() + 1.0
        with statements_to(game.database) as statements:
            while time.monotonic() < until:
                await cache.refresh()
                await asyncio.sleep(0.01)
        mend(game)
        await asyncio.sleep(QUICK.retry_most)
        is_news = await cache.refresh()
        mended = cache.ready(SLUG, "public")
        return len([statement for statement in statements if "FROM score" in statement]), [
            is_news,
            mended is not None,
            mended is fine,
        ]

    attempts, ending = run(play)

    assert 2 <= attempts <= 8  # at 0, 0.05, 0.15, 0.35, 0.55, 0.75 and 0.95 s; a slow machine gets to fewer
    assert ending == [True, True, False]


@contextmanager
def asked_in_vain(database: Database) -> Iterator[list[ExceptionContext]]:
    """The outcomes of every try to connect to a database that is away, inside the block."""
    failures: list[ExceptionContext] = []

    def note(context: ExceptionContext) -> None:
        if context.connection is None:
            failures.append(context)

    event.listen(database.writer, "handle_error", note)
    try:
        yield failures
    finally:
        event.remove(database.writer, "handle_error", note)


@pytest.mark.parametrize("engine", ["own_postgresql"])
def test_boards_that_are_kept_are_served_for_as_long_as_the_database_is_away(
    cache: BoardCache, game: Game, own_postgresql: pg.PostgreSQL
) -> None:
    async def play() -> tuple[list[bool], int, float]:
        before = await everybodys(cache)
        await asyncio.to_thread(own_postgresql.stop)
        begun = time.monotonic()
        try:
            with asked_in_vain(game.database) as failures:
                same = []
                while time.monotonic() < begun + 1.0:
                    cache.notify()  # as the re-read does every other second, only more often
                    is_news = await cache.refresh()
                    snapshots = await everybodys(cache)
                    same.append(
                        [is_news, *(one is other for one, other in zip(snapshots, before, strict=True))] == SAME
                    )
                elapsed = time.monotonic() - begun
                with pytest.raises(Unavailable):
                    await cache.get("never looked at", "public")
        finally:
            await asyncio.to_thread(own_postgresql.start)
        return same, len(failures), elapsed

    same, attempts, elapsed = run(play)

    assert (len(same) > 100, set(same)) == (True, {True})
    assert 1 < attempts <= elapsed / QUICK.away + 2


@pytest.mark.parametrize("engine", ["own_postgresql"])
def test_board_shows_what_is_acknowledged_once_the_database_is_back(
    game: Game, clock: SettableClock, own_postgresql: pg.PostgreSQL
) -> None:
    cache = BoardCache(game.database, clock, Timing(away=60))

    async def play() -> list[int]:
        await cache.get(SLUG, "public")
        await asyncio.to_thread(own_postgresql.stop)
        cache.notify()
        away = await cache.get(SLUG, "public")
        await asyncio.to_thread(own_postgresql.start)
        await asyncio.to_thread(game.take)
        return [snapshot.board.totals["issue"] for snapshot in (away, await cache.get(SLUG, "public"))]

    assert run(play) == [0, 1]


SAME = [False, True, True, True, True]


@pytest.mark.parametrize("engine", ["own_postgresql"])
def test_a_database_that_is_away_is_asked_once_a_while_however_many_ask_for_boards(
    game: Game, clock: SettableClock, own_postgresql: pg.PostgreSQL
) -> None:
    cache = BoardCache(game.database, clock, Timing(away=60))  # so long that a slow machine does not ask once more

    async def play() -> tuple[list[type[object]], int]:
        await cache.get(CURRENT, "public")
        await asyncio.to_thread(own_postgresql.stop)
        try:
            with asked_in_vain(game.database) as failures:
                cache.notify()
                askers = [cache.get(slug, "public") for slug in (CURRENT, SLUG, "another") for _ in range(50)]
                answers = await asyncio.gather(*askers, return_exceptions=True)
        finally:
            await asyncio.to_thread(own_postgresql.start)
        return [type(answer) for answer in answers], len(failures)

    answers, attempts = run(play)

    assert answers == [BoardSnapshot] * 100 + [Unavailable] * 50
    assert 1 <= attempts <= 4
