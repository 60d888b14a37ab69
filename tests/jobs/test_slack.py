"""Slack's jobs against a stand-in: tokens are tried before they are used, people looked up, and the pace kept."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlmodel import col, select

from app.db.database import Database
from app.domain.actor import Act
from app.errors import Conflict, Malformed
from app.jobs.slack import SlackJobs
from app.jobs.worker import Worker
from app.models import Connection, Person, QueuedJob, SlackPace, SlackUser, SlackWorkspace, SourceIdentity
from app.services.access import accounts
from app.services.intake import connections
from app.services.operations.secrets import SigningKey
from app.services.slack import finding, meeting, pace, workspaces
from app.services.slack.workspaces import BY_SLACK
from tests.builders import ADA, NOW, SIGNING_KEY, Game
from tests.races import several
from tests.slack.running import StandIn, running
from tests.slack.workspace import BOT_TOKEN, TEAM
from tests.web.running_app import SettableClock

KEY = SigningKey(SIGNING_KEY)
SECOND = timedelta(seconds=1)
POST, CHANNEL = "chat.postMessage", "C1"


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        stand_in.order("user", id="U1", email="Ada@example.com")
        stand_in.order("user", id="U2", email="stranger@example.com")
        for number, flaw in enumerate(("is_bot", "deleted", "is_restricted"), 3):
            stand_in.order("user", id=f"U{number}", email="ada@example.com", **{flaw: True})
        stand_in.order("token", token="xoxb-few-scopes-00", scopes="commands,chat:write")
        stand_in.order("token", token="xoxb-org-wide-0000", is_org_wide=True)
        stand_in.order("token", token="xoxb-revoked-00000", error="token_revoked")
        yield stand_in


@pytest.fixture
def slack(program: StandIn, game: Game) -> "Slack":
    """A connection to Slack whose server has a clock that stands still."""
    program.order("calm")
    with game.database.unit_of_work() as session:
        made = connections.connect(session, KEY, "slack", game.act)
    return Slack(program, game, made.connection)


class Slack:
    """A connection, and the worker that does its jobs."""

    def __init__(self, stand_in: StandIn, game: Game, connection: Connection) -> None:
        self.stand_in, self.game, self.id = stand_in, game, connection.id
        self.clock = SettableClock(NOW)

    def give(self, token: str) -> SlackWorkspace:
        """Hand a token over, and have it tried; the workspace then."""
        with self.game.database.unit_of_work() as session:
            workspaces.set_token(session, KEY, "slack", self.game.act, token=token)
        self.work(lambda: self.workspace.next_token is None)
        return self.workspace

    def meet(self, *users: str) -> dict[str, str]:
        """Have users looked up; the person of each who is known."""
        with self.game.database.unit_of_work() as session:
            for user in users:
                meeting.plan(session, self.id, user, self.clock.now)
        self.work(lambda: all(job.done_at for job in self.jobs(meeting.MEET)))
        with self.game.database.reading() as session:
            return {each.external_id: each.person_id for each in session.exec(select(SourceIdentity))}

    @property
    def workspace(self) -> SlackWorkspace:
        """The workspace as it is."""
        with self.game.database.reading() as session:
            return session.get_one(SlackWorkspace, self.id)

    def jobs(self, kind: str) -> list[QueuedJob]:
        """The jobs of a kind."""
        with self.game.database.reading() as session:
            return list(session.exec(select(QueuedJob).where(QueuedJob.kind == kind)))

    def work(self, is_over: Callable[[], bool]) -> None:
        """Do jobs until a condition holds; each look is a second later than the one before."""
        database = self.game.database

        async def play() -> None:
            jobs = SlackJobs(database, self.clock, KEY, self.stand_in.api_url).jobs()
            worker = Worker(database, self.clock, jobs, look=0.01)
            task = asyncio.create_task(worker.run())
            async with asyncio.timeout(20):
                while not is_over():
                    await asyncio.sleep(0.05)
                    self.clock.set(self.clock.now + SECOND)
            await worker.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(play())


def test_a_token_that_works_is_used_and_kept_sealed(slack: Slack) -> None:
    workspace = slack.give(BOT_TOKEN)

    assert (workspace.team_id, workspace.team_name, workspace.error) == (TEAM, "Test team", None)
    assert (workspace.token_end, BOT_TOKEN in str(workspace.model_dump())) == (BOT_TOKEN[-4:], False)
    with slack.game.database.reading() as session:
        assert workspaces.token_of(session, KEY, slack.id) == BOT_TOKEN


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("xoxb-few-scopes-00", "The app may not do enough: users:read."),
        ("xoxb-org-wide-0000", "The app is installed for a whole organization."),
        ("xoxb-revoked-00000", "Slack doesn’t accept this token."),
        ("xoxb-unheard-of-000", "Slack doesn’t accept this token."),
    ],
)
def test_a_token_that_does_not_work_leaves_the_one_in_use(slack: Slack, token: str, sentence: str) -> None:
    before = slack.give(BOT_TOKEN)

    after = slack.give(token)

    assert (after.error or "").startswith(sentence)
    assert (after.token, after.token_end, after.team_id) == (before.token, before.token_end, TEAM)


@pytest.mark.parametrize("token", ["", "xoxp-0123456789", "xoxe.xoxb-1-0123456789", "xoxb-é0123456789", "xoxb-1"])
def test_what_is_no_bot_token_is_refused_at_once(slack: Slack, token: str) -> None:
    with slack.game.database.unit_of_work() as session, pytest.raises(Malformed):
        workspaces.set_token(session, KEY, "slack", slack.game.act, token=token)


def test_only_slack_has_a_bot_token(slack: Slack) -> None:
    with slack.game.database.unit_of_work() as session:
        connections.connect(session, KEY, "github", slack.game.act)
        with pytest.raises(Conflict, match="Only a connection to Slack"):
            workspaces.set_token(session, KEY, "github", slack.game.act, token=BOT_TOKEN)


def test_a_rest_that_slack_asks_for_spends_no_attempt_and_trouble_does(slack: Slack) -> None:
    slack.stand_in.order("trouble", method="auth.test", retry_after=30)
    slack.stand_in.order("trouble", method="auth.test", status=503, times=2)
    before = len(slack.stand_in.calls("auth.test"))

    slack.give(BOT_TOKEN)

    [job] = slack.jobs(workspaces.TRY)
    assert (len(slack.stand_in.calls("auth.test")) - before, job.attempts) == (4, 3)
    assert slack.clock.now - NOW >= timedelta(seconds=30 + 1 + 2)


def test_people_are_known_by_the_email_that_slack_has_of_them(slack: Slack) -> None:
    slack.give(BOT_TOKEN)

    known = slack.meet("U1", "U2", "U3", "U4", "U5", "U99")

    with slack.game.database.reading() as session:
        ada = accounts.by_email(session, ADA)
    assert known == {"U1": ada.id if ada else ""}
    assert slack.meet("U1") == known
    assert len(slack.jobs(meeting.MEET)) == 6, "once a day"


def test_a_token_that_may_not_read_emails_works_and_looks_nobody_up(slack: Slack) -> None:
    slack.stand_in.order("token", token="xoxb-no-emails-000", scopes="commands,chat:write,users:read")
    workspace = slack.give("xoxb-no-emails-000")

    with slack.game.database.unit_of_work() as session:
        finding.begin(session, slack.clock.now)
    slack.work(lambda: all(job.done_at for job in slack.jobs(finding.FIND)))

    assert (workspace.error, slack.workspace.error, len(slack.jobs(finding.FIND))) == (None, None, 1)
    assert slack.workspace.token is not None


def test_people_of_whom_no_account_is_known_are_looked_up_by_their_email_once_a_day(slack: Slack) -> None:
    slack.give(BOT_TOKEN)
    slack.stand_in.order("user", id="UBO", email="bo@example.com")
    slack.stand_in.order("user", id="UDUA", email="dua@example.com")
    before = len(slack.stand_in.calls("users.lookupByEmail"))
    with slack.game.database.unit_of_work() as session:
        session.exec(select(Person).where(Person.email == "chidi@example.com")).one().disabled_at = NOW
        session.add(SlackUser(connection_id=slack.id, user_id="UDUA", kind="member"))  # "Not me", she said

    for _ in range(2):
        with slack.game.database.unit_of_work() as session:
            finding.begin(session, slack.clock.now)
        slack.work(lambda: all(job.done_at for job in slack.jobs(finding.FIND)))

    with slack.game.database.reading() as session:
        found = dict(session.exec(select(SourceIdentity.external_id, Person.email).join(Person)).all())
        people = session.exec(select(Person.email).where(col(Person.disabled_at).is_(None))).all()
    asked = [call["body"] for call in slack.stand_in.calls("users.lookupByEmail")[before:]]
    assert found == {"U1": ADA, "UBO": "bo@example.com"}
    assert sorted(asked) == sorted(urlencode({"email": email}) for email in people), "each once"
    assert slack.clock.now - NOW >= len(people[1:]) * timedelta(seconds=1.2), "at Slack's pace"


def test_a_token_that_slack_took_back_is_erased_unless_it_is_newer(slack: Slack) -> None:
    slack.give(BOT_TOKEN)

    def revoke(at: Any) -> bool:
        with slack.game.database.unit_of_work() as session:
            return workspaces.revoked(session, slack.id, at, Act(BY_SLACK, NOW), "The app was removed.")

    assert [revoke(NOW - SECOND), revoke(NOW + SECOND), revoke(NOW + SECOND)] == [False, True, False]
    workspace = slack.workspace
    assert (workspace.token, workspace.error, workspace.team_id) == (None, "The app was removed.", TEAM)
    assert slack.give(BOT_TOKEN).error is None


def test_disconnect_erases_the_tokens(slack: Slack) -> None:
    slack.give(BOT_TOKEN)

    with slack.game.database.unit_of_work() as session:
        connections.disconnect(session, "slack", slack.game.act)
        assert [session.exec(select(each)).all() for each in (SlackWorkspace, SlackPace)] == [[], []]


def take(place: Database, connection_id: str, now: Any, **wishes: Any) -> Any:
    with place.unit_of_work() as session:
        return pace.take(session, connection_id, POST, now, channel=CHANNEL, **wishes)


def test_take_lets_one_of_many_on_two_servers_post_in_a_second(slack: Slack) -> None:
    with several(slack.game.database.url, 2) as places, ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda number: take(places[number % 2], slack.id, NOW), range(20)))

    assert sorted(turns, key=str) == [NOW + SECOND] * 19 + [None]
    assert take(slack.game.database, slack.id, NOW + SECOND) is None


def test_take_puts_whoever_waits_first_and_a_rest_holds_all(slack: Slack) -> None:
    database = slack.game.database
    first, waits = take(database, slack.id, NOW), take(database, slack.id, NOW, is_awaited=True)
    later = take(database, slack.id, NOW)

    assert (first, waits, later) == (None, NOW + SECOND, NOW + 2 * SECOND)
    with database.unit_of_work() as session:
        pace.rest(session, slack.id, POST, NOW + timedelta(minutes=1), NOW, channel=CHANNEL)
        pace.rest(session, slack.id, POST, NOW + timedelta(seconds=5), NOW, channel=CHANNEL)
        assert pace.take(session, slack.id, POST, NOW, channel="C2") is None
    assert take(database, slack.id, NOW + 9 * SECOND, is_awaited=True) == NOW + timedelta(minutes=1)
