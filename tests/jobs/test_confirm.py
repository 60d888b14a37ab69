"""Canny's posts, whose signature leaves the body out: its API is asked before one counts, whatever it answers."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.bulkheads import Bulkhead
from app.domain.text.public_addresses import Allowed
from app.errors import Problem
from app.integrations.outbound import Outbound
from app.jobs import confirm
from app.models import LedgerEntry
from app.services import jobs
from app.services.intake import api_keys, deliveries
from app.services.jobs import Claim
from app.services.operations.secrets import SigningKey
from tests.builders import ADA, SIGNING_KEY, Game, act_by
from tests.integrations.sources.samples import CANNY, NOW
from tests.receiver import answer
from tests.services.intake.inbox import Inbox
from tests.stand_ins import KEYS, StandIn, json_answer, post, stand_in
from tests.web.running_app import SettableClock

KEY = SigningKey(SIGNING_KEY)
CLIENT = Outbound(allow_private=True, timeout=5)
SENT = {"id": "p-1", "created": "2022-09-14T08:00:00.000Z", "author": {"id": "c-1", "email": ADA}}


@dataclass
class Board:
    """A feedback board with one post, that its webhook and its API tell of."""

    inbox: Inbox
    tool: StandIn
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOW))

    def send(self, event: str = "post.created", **changed: object) -> str:
        """A webhook comes in; the delivery's id."""
        return self.inbox.take("canny", CANNY, {"type": event, "object": {**SENT, **changed}})

    def ask(self) -> str:
        """Do the jobs that are due, each once, and process what follows; why the last one failed."""
        return asyncio.run(self._ask())

    async def _ask(self) -> str:
        failure = ""
        database = self.inbox.database
        threads = Bulkhead("backfill", threads=1, seconds=5, sentence="")
        for claim in self._claims():
            try:
                await confirm.confirm(database, self.clock, KEY, CLIENT, threads, claim)
                with database.unit_of_work() as session:
                    jobs.finish(session, claim, self.clock.now)
            except Problem as problem:
                failure = problem.detail
                with database.unit_of_work() as session:
                    jobs.retry(session, claim, failure, self.clock.now)
        self.inbox.process()
        return failure

    def _claims(self) -> list[Claim]:
        with self.inbox.database.unit_of_work() as session:
            return jobs.claim(session, "worker", {confirm.CONFIRM: confirm.LEASE}, self.clock.now, 9)

    def recorded(self) -> dict[str, datetime]:
        """The times of recorded posts, by their ids."""
        with self.inbox.database.reading() as session:
            found = session.exec(select(LedgerEntry).where(LedgerEntry.source == "canny"))
            return {entry.external_id: entry.occurred_at for entry in found}


@pytest.fixture
def board(game: Game) -> Iterator[Board]:
    """Canny, connected, with a key of its API."""
    inbox = Inbox(game.database)
    inbox.connect("canny")
    with stand_in("canny", [[post("p-1", "08:05:00", by={"id": "c-1", "email": ADA})]]) as tool:
        with game.database.unit_of_work() as session:
            api_keys.set_key(
                session,
                KEY,
                "canny",
                act_by("Gus"),
                secret=KEYS["canny"],
                address=tool.url,
                allowed=Allowed(private=True),
            )
        yield Board(inbox, tool)


def test_a_post_counts_as_the_api_tells_it(board: Board) -> None:
    sent = board.send(author={"id": "c-7", "email": "bo@example.com"})
    waiting = board.inbox.find(sent)
    assert (waiting.state, bool(waiting.reason), board.recorded()) == ("received", True, {})

    board.ask()

    assert board.inbox.state(sent) == "recorded"
    assert board.recorded() == {"p-1": datetime.fromisoformat("2022-09-14T08:05:00Z")}
    assert board.inbox.find(sent).author == "c-1"
    assert len(board.tool.asked) == 1


def test_a_post_that_the_api_does_not_know_is_set_aside_and_may_be_replayed(board: Board) -> None:
    forged = board.send(id="p-9")

    board.ask()

    kept = board.inbox.find(forged)
    assert (kept.state, kept.body is not None, board.recorded()) == ("quarantined", True, {})
    board.tool.pages[0].append(post("p-9", "08:10:00", by={"id": "c-1", "email": ADA}))
    with board.inbox.database.unit_of_work() as session:
        deliveries.replay(session, forged, act_by("Gus"))
    board.inbox.process()
    board.ask()
    assert board.inbox.state(forged) == "recorded"


@pytest.mark.parametrize("away", [answer(503), answer(429), json_answer({"error": "invalid API key"}, status=400)])
def test_a_tool_that_is_away_is_asked_again_and_nothing_is_lost(board: Board, away: bytes) -> None:
    sent = board.send()
    board.tool.first = [away]

    failure = board.ask()

    assert failure
    assert failure in str(board.inbox.find(sent).reason)
    assert board.inbox.state(sent) == "received"
    assert board.ask() == ""
    assert board.inbox.state(sent) == "recorded"


def test_a_tool_that_stays_away_leaves_the_delivery_to_be_replayed(board: Board) -> None:
    sent = board.send()
    board.tool.first = [answer(503)] * confirm.ATTEMPTS

    for _ in range(confirm.ATTEMPTS):
        board.ask()

    assert board.inbox.state(sent) == "quarantined"


def test_a_deletion_counts_only_of_a_post_that_is_gone(board: Board) -> None:
    false = board.send("post.deleted")
    board.ask()
    assert board.inbox.state(false) == "quarantined"

    board.tool.pages[0].clear()
    with board.inbox.database.unit_of_work() as session:
        deliveries.replay(session, false, act_by("Gus"))
    board.inbox.process()
    board.ask()

    assert board.inbox.state(false) == "ignored"


def test_a_key_that_is_taken_away_ends_the_asking(board: Board) -> None:
    sent = board.send()
    with board.inbox.database.unit_of_work() as session:
        api_keys.clear(session, "canny", act_by("Gus"))

    board.ask()

    assert board.inbox.state(sent) == "recorded"
    assert board.tool.asked == []


def test_a_delivery_whose_job_is_lost_is_looked_at_again(board: Board) -> None:
    sent = board.send()
    later = NOW + timedelta(days=5)
    with board.inbox.database.unit_of_work() as session:
        assert not deliveries.is_due(session, NOW)
        assert deliveries.is_due(session, later)
        deliveries.requeue_due(session, later)

    board.inbox.process()

    board.ask()
    assert board.inbox.state(sent) == "recorded"
