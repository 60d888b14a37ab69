"""Backfills as jobs: page by page into deliveries, once, whatever happens between; comparisons and their gaps."""

import asyncio
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from app.db.database import Database
from app.domain.text.public_addresses import Allowed
from app.errors import Conflict, Malformed
from app.integrations.backfills import fetching
from app.integrations.outbound import Outbound
from app.jobs import backfill as jobs_of_backfills
from app.jobs.intake import Intake
from app.models import Backfill, Delivery, LedgerEntry
from app.services import jobs
from app.services.intake import api_keys, authors, backfills, comparisons, connections, deliveries
from app.services.intake.deliveries import Incoming
from app.services.jobs import Claim
from app.services.operations.secrets import SigningKey
from tests.builders import ADA, NOW, SIGNING_KEY, Game, act_by
from tests.receiver import Received, answer
from tests.stand_ins import KEYS, StandIn, comment, issue, stand_in
from tests.web.running_app import SettableClock

KEY = SigningKey(SIGNING_KEY)
ACT = act_by("Gus")
SINCE = datetime(2022, 9, 13, tzinfo=UTC)
CLIENT = Outbound(allow_private=True, timeout=5)
ON_SQLITE = pytest.mark.parametrize("engine", ["sqlite"])


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands still until it is set."""
    return SettableClock(NOW)


@pytest.fixture
def github(game: Game) -> Iterator[StandIn]:
    """GitHub, connected, with a key, and Ada known there."""
    with stand_in("github") as tool:
        connect(game.database, tool)
        yield tool


def connect(database: Database, tool: StandIn) -> None:
    with database.unit_of_work() as session:
        connections.connect(session, KEY, tool.kind, ACT)
        repositories = "acme/support" if tool.kind == "github" else ""
        secret = KEYS[tool.kind]
        api_keys.set_key(
            session, KEY, tool.kind, ACT, secret=secret, address=tool.url, repositories=repositories,
            allowed=Allowed(private=True),
        )  # fmt: skip
        authors.name(session, tool.kind, "7700123" if tool.kind == "zendesk" else "21", ADA, ACT)


def start(database: Database, clock: SettableClock, name: str = "github") -> None:
    with database.unit_of_work() as session:
        backfills.start(session, name, SINCE, act_by("Gus", clock.now))


def claims(database: Database, now: datetime) -> list[Claim]:
    with database.unit_of_work() as session:
        return jobs.claim(session, "worker", {backfills.FETCH: jobs_of_backfills.LEASE}, now, 9)


def fetch(database: Database, clock: SettableClock, client: Outbound = CLIENT) -> int:
    """Fetch the pages that are due; how many attempts."""
    due = claims(database, clock.now)
    for claim in due:
        jobs_of_backfills.fetch_here(database, clock, KEY, client, claim)
        with database.unit_of_work() as session:
            jobs.finish(session, claim, clock.now)
    return len(due)


def fetch_all(database: Database, clock: SettableClock) -> None:
    """Fetch until nothing is to be fetched any more, however long the pauses are."""
    while fetch(database, clock) or waits(database):
        clock.set(clock.now + timedelta(seconds=7))


def waits(database: Database) -> bool:
    with database.reading() as session:
        return session.exec(select(Backfill).where(Backfill.state == "running")).first() is not None


def process(database: Database, clock: SettableClock) -> None:
    intake = Intake(database, clock)
    while intake.process_some():
        pass


def newest(database: Database) -> Backfill:
    with database.reading() as session:
        return session.exec(select(Backfill).order_by(col(Backfill.created_at).desc(), col(Backfill.id))).all()[0]


def states(database: Database) -> dict[str | None, str]:
    with database.reading() as session:
        return {each.event_id: each.state for each in session.exec(select(Delivery))}


def recorded(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(LedgerEntry.external_id)))


def test_a_backfill_makes_deliveries_that_are_processed_like_any(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    start(game.database, clock)

    fetch_all(game.database, clock)
    process(game.database, clock)

    done = newest(game.database)
    assert (done.state, done.pages, done.fetched, done.stored, done.error) == ("done", 2, 3, 3, None)
    assert states(game.database) == {
        "backfill:7/11": "recorded", "backfill:7/13": "ignored", "backfill:7/14": "unmatched",
    }  # fmt: skip
    assert recorded(game.database) == ["7/11"]


def test_a_backfill_after_a_webhook_repeats_and_a_second_one_stores_nothing(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    deliver(game.database, issue(11, "08:00:00"))
    process(game.database, clock)
    start(game.database, clock)
    fetch_all(game.database, clock)
    process(game.database, clock)
    clock.set(clock.now + timedelta(minutes=1))

    start(game.database, clock)
    fetch_all(game.database, clock)
    process(game.database, clock)

    assert states(game.database)["backfill:7/11"] == "repeated"
    assert recorded(game.database) == ["7/11"]
    assert (newest(game.database).fetched, newest(game.database).stored) == (3, 0)


def deliver(database: Database, of: dict[str, object], event_id: str = "webhook-1") -> None:
    """A webhook of GitHub's comes in."""
    body = json.dumps({"action": "opened", "issue": of, "repository": {"id": 7}}).encode()
    with database.unit_of_work() as session:
        connection = connections.find(session, "github")
        headers = [(b"x-github-event", b"issues")]
        deliveries.store(session, Incoming(connection.id, headers, body, NOW, event_id))


def test_zendesk_is_asked_ten_times_a_minute_at_most_and_its_clocks_run(game: Game, clock: SettableClock) -> None:
    with stand_in("zendesk") as tool:
        connect(game.database, tool)
        start(game.database, clock, "zendesk")

        fetch(game.database, clock)
        clock.set(NOW + timedelta(seconds=5.9))
        too_early = fetch(game.database, clock)
        fetch_all(game.database, clock)
    process(game.database, clock)

    asked = [each.target for each in tool.asked if "incremental" in each.target]
    assert (too_early, len(asked)) == (0, 3)
    assert recorded(game.database) == ["102"]
    assert states(game.database)["backfill:102:private"] == "recorded"


def test_a_page_whose_process_was_killed_is_fetched_again_and_counted_once(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    start(game.database, clock)
    claims(game.database, clock.now)  # its process is killed somewhere on its way

    clock.set(NOW + jobs_of_backfills.LEASE)
    fetch_all(game.database, clock)

    done = newest(game.database)
    assert (done.state, done.pages, done.fetched, done.stored) == ("done", 2, 3, 3)
    assert len(states(game.database)) == 3


def test_the_longest_page_ends_before_its_attempt_is_given_up() -> None:
    longest = jobs_of_backfills.PLACE_SECONDS + fetching.PAGE_SECONDS + jobs_of_backfills.SECONDS

    assert longest < 0.9 * jobs_of_backfills.LIMIT.total_seconds()


def test_a_page_that_comes_after_its_lease_is_counted_once(game: Game, github: StandIn, clock: SettableClock) -> None:
    start(game.database, clock)
    [slow] = claims(game.database, clock.now)

    def overtaken(received: Received) -> Iterable[bytes]:
        github.server.respond = github.respond
        clock.set(NOW + jobs_of_backfills.LEASE)
        fetch(game.database, clock)  # another process, while this one waits for its answer
        return github.respond(received)

    github.server.respond = overtaken
    jobs_of_backfills.fetch_here(game.database, clock, KEY, CLIENT, slow)
    fetch_all(game.database, clock)

    done = newest(game.database)
    assert (done.state, done.pages, done.fetched, done.stored) == ("done", 2, 3, 3)


def test_a_page_and_its_place_are_committed_together_or_not_at_all(
    game: Game, github: StandIn, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(game.database, clock)
    with monkeypatch.context() as patched:
        patched.setattr(backfills, "_plan", raise_error)
        with pytest.raises(RuntimeError):
            fetch(game.database, clock)
    before = newest(game.database), states(game.database)

    clock.set(NOW + jobs_of_backfills.LEASE)
    fetch_all(game.database, clock)

    assert (before[0].pages, before[0].cursor, before[1]) == (0, None, {})
    assert (newest(game.database).state, len(states(game.database))) == ("done", 3)


def raise_error(*_: object) -> None:
    raise RuntimeError("killed")


def test_a_tool_that_was_asked_too_often_is_asked_when_it_says(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    github.first = [answer(429, "Retry-After: 90")]
    start(game.database, clock)

    fetch(game.database, clock)
    told = newest(game.database)
    clock.set(NOW + timedelta(seconds=89))
    early = fetch(game.database, clock)
    clock.set(NOW + timedelta(seconds=90))
    fetch_all(game.database, clock)

    assert (told.state, told.error) == ("running", "It was asked too often for now.")
    assert told.resumes_at == NOW + timedelta(seconds=90)
    assert (early, newest(game.database).state, newest(game.database).error) == (0, "done", None)


@ON_SQLITE
def test_a_tool_that_fails_is_tried_eight_times_ever_more_seldom(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    github.first = [answer(500)] * 20
    start(game.database, clock)
    moments = []

    while waits(game.database):
        moments += [clock.now - NOW] * fetch(game.database, clock)
        clock.set(clock.now + timedelta(seconds=10))

    failed = newest(game.database)
    assert (failed.state, failed.error) == ("failed", "It answers with status 500.")
    assert [each.total_seconds() for each in moments] == [0, 10, 30, 70, 150, 310, 630, 1270, 2550]


@ON_SQLITE
def test_a_refused_key_and_a_private_address_end_it_with_a_sentence_and_no_key_in_the_log(
    game: Game, github: StandIn, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with game.database.unit_of_work() as session:
        api_keys.set_key(
            session, KEY, "github", ACT, secret="ghp_a_wrong_key", address=github.url, repositories="acme/support",
            allowed=Allowed(private=True),
        )  # fmt: skip
    start(game.database, clock)
    fetch(game.database, clock)
    refused = newest(game.database)
    clock.set(NOW + timedelta(minutes=1))
    start(game.database, clock)

    fetch(game.database, clock, Outbound())

    assert (refused.state, refused.error) == (
        "failed", "It doesn’t accept the API key. Make a new one there and set it here.",
    )  # fmt: skip
    private = newest(game.database)
    assert (private.state, "isn’t a public address" in (private.error or "")) == ("failed", True)
    assert [record for record in caplog.records if "ghp_a_wrong_key" in record.getMessage()] == []
    assert len(github.asked) == 1


def test_a_backfill_is_one_at_a_time_and_can_be_cancelled(game: Game, github: StandIn, clock: SettableClock) -> None:
    start(game.database, clock)
    fetch(game.database, clock)

    with pytest.raises(Conflict, match="under way"):
        start(game.database, clock)
    with game.database.unit_of_work() as session:
        backfills.cancel(session, "github", ACT)
    fetch(game.database, clock)
    cancelled = newest(game.database)
    clock.set(NOW + timedelta(minutes=1))
    start(game.database, clock)

    assert (cancelled.state, cancelled.pages, len(github.asked)) == ("cancelled", 1, 2)
    assert newest(game.database).state == "running"


@ON_SQLITE
def test_a_day_that_makes_no_sense_and_a_connection_without_a_key_are_refused(game: Game, github: StandIn) -> None:
    with game.database.unit_of_work() as session:
        api_keys.clear(session, "github", ACT)
        connections.connect(session, KEY, "jira", ACT)
        for name, since, problem in (
            ("github", NOW + timedelta(days=1), Malformed),
            ("github", NOW - timedelta(days=400), Malformed),
            ("github", SINCE, Conflict),
            ("jira", SINCE, Conflict),
        ):
            with pytest.raises(problem):
                backfills.start(session, name, since, ACT)


@ON_SQLITE
def test_no_page_is_fetched_while_enough_deliveries_wait(
    game: Game, github: StandIn, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfills, "ENOUGH_WAITING", 1)
    start(game.database, clock)

    job = jobs_of_backfills.job(game.database, clock, KEY, ["127.0.0.0/8"])

    async def server_fetches() -> int:
        for claim in (due := claims(game.database, clock.now)):
            await job.handle(claim)
        return len(due)

    asyncio.run(server_fetches())
    clock.set(NOW + timedelta(seconds=1))
    deliver(game.database, issue(1, "08:00:00"), "one")
    asyncio.run(server_fetches())
    full = newest(game.database).pages
    process(game.database, clock)
    clock.set(NOW + timedelta(seconds=4))
    asyncio.run(server_fetches())

    assert (full, newest(game.database).pages) == (1, 2)


@ON_SQLITE
def test_what_waits_to_be_confirmed_holds_up_no_page(
    game: Game, github: StandIn, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfills, "ENOUGH_WAITING", 0)
    deliver(game.database, issue(1, "08:00:00"))
    start(game.database, clock)

    with game.database.unit_of_work() as session:
        busy = backfills.task(session, KEY, newest(game.database).id, 0)
        session.exec(select(Delivery)).one().retry_at = NOW + timedelta(days=4)
        session.flush()
        free = backfills.task(session, KEY, newest(game.database).id, 0)

    assert (busy, isinstance(free, backfills.Task)) == ("", True)


def compare(database: Database, clock: SettableClock, *, after_start: bool = False) -> int:
    with database.unit_of_work() as session:
        number = comparisons.start_due(session, clock.now, after_start=after_start)
    fetch_all(database, clock)
    return number


def test_a_comparison_fetches_what_no_webhook_delivered_and_tells_the_gap(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    age_connection(game.database)
    deliver(game.database, issue(11, "08:00:00"))
    github.pages = [[issue(11, "08:00:00"), issue(21, "10:02:00"), issue(22, "10:40:00"), issue(23, "19:59:00")]]
    process(game.database, clock)

    begun = compare(game.database, clock)
    process(game.database, clock)

    with game.database.reading() as session:
        [gap] = comparisons.gaps(session, connections.find(session, "github").id, clock.now)
    assert (begun, gap.number) == (1, 2)
    assert (gap.first_at, gap.last_at) == (
        datetime(2022, 9, 14, 10, 2, tzinfo=UTC), datetime(2022, 9, 14, 10, 40, tzinfo=UTC),
    )  # fmt: skip
    assert recorded(game.database) == ["7/11", "7/21", "7/22"]


def age_connection(database: Database) -> None:
    with database.unit_of_work() as session:
        connection = connections.find(session, "github")
        connection.created_at = SINCE
        session.add(connection)


def test_comparisons_come_hourly_and_after_a_start_and_find_nothing_twice(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    age_connection(game.database)

    first = compare(game.database, clock)
    clock.set(NOW + timedelta(minutes=20))
    unneeded = compare(game.database, clock)
    restarted = compare(game.database, clock, after_start=True)
    clock.set(clock.now + timedelta(hours=1))
    hourly = compare(game.database, clock)

    with game.database.reading() as session:
        found = session.exec(select(Backfill).order_by(col(Backfill.created_at))).all()
        assert [gap.number for gap in comparisons.gaps(session, found[0].connection_id, clock.now)] == [3]
    assert (first, unneeded, restarted, hourly) == (1, 0, 1, 1)
    assert [each.since for each in found[1:]] == [each.until - timedelta(minutes=10) for each in found[:-1]]


@ON_SQLITE
def test_a_comparison_of_zendesk_knows_customers_and_withdrawals(game: Game, clock: SettableClock) -> None:
    with stand_in("zendesk") as tool:
        connect(game.database, tool)
        with game.database.unit_of_work() as session:
            connections.find(session, "zendesk").created_at = SINCE
        start(game.database, clock, "zendesk")
        fetch_all(game.database, clock)
        process(game.database, clock)
        with game.database.unit_of_work() as session:
            for delivery in session.exec(select(Delivery)):
                delivery.event_id = f"webhook:{delivery.id}"  # as if each of them had come by a webhook
        tool.pages[-1].append(comment(201, 35436, "11:00:00"))
        clock.set(clock.now + timedelta(minutes=1))

        compare(game.database, clock)

    assert (newest(game.database).fetched, newest(game.database).stored) == (6, 1)


@ON_SQLITE
def test_disconnecting_ends_a_backfill_and_takes_the_key(game: Game, github: StandIn, clock: SettableClock) -> None:
    start(game.database, clock)
    with game.database.unit_of_work() as session:
        connection_id = connections.find(session, "github").id
        connections.disconnect(session, "github", ACT)
        kept = api_keys.find(session, connection_id)

    fetch(game.database, clock)

    assert kept is None
    assert (newest(game.database).state, newest(game.database).error) == ("failed", "The connection was disconnected.")


@ON_SQLITE
def test_an_ended_backfill_is_forgotten_after_a_while(game: Game, github: StandIn, clock: SettableClock) -> None:
    start(game.database, clock)
    fetch_all(game.database, clock)
    with game.database.unit_of_work() as session:
        assert backfills.forget(session, clock.now + timedelta(days=89)) == 0
        assert backfills.forget(session, clock.now + timedelta(days=91)) == 1


@ON_SQLITE
def test_a_server_compares_as_it_starts_and_then_once_an_hour(
    game: Game, github: StandIn, clock: SettableClock
) -> None:
    age_connection(game.database)

    async def run_for_a_moment() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await jobs_of_backfills.compare(game.database, clock, look=0.02)

    asyncio.run(run_for_a_moment())
    fetch_all(game.database, clock)
    clock.set(NOW + timedelta(minutes=10))
    asyncio.run(run_for_a_moment())  # another start

    with game.database.reading() as session:
        begun = session.exec(select(Backfill).order_by(col(Backfill.created_at))).all()
    assert [(each.purpose, each.state, each.created_at - NOW) for each in begun] == [
        ("comparison", "done", timedelta()), ("comparison", "running", timedelta(minutes=10)),
    ]  # fmt: skip
