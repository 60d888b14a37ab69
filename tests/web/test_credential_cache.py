"""The credential cache: many asked about at once, nobody trusted for long, and nothing revived by an outage."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import event
from sqlalchemy.pool import QueuePool
from sqlmodel import select

from app.db.database import Database
from app.db.engine import Limits
from app.domain.actor import SignedInActor, rights_of
from app.domain.credential import Credential
from app.errors import SignInNeeded, Unavailable
from app.jobs import background
from app.live.timing import USUAL, Timing
from app.models import Display, SignIn, Token
from app.services.access import accounts, credentials, sign_ins, tokens
from app.services.displays import displays
from app.services.people import people
from app.web.credential_cache import CredentialCache
from tests import postgresql as pg
from tests.builders import NOW, act_by
from tests.cost import statements_to
from tests.web.running_app import BOTH_ENGINES, SettableClock

SHORT = replace(USUAL, trust=0.0, grace=0.4, patience=3.0, touch=0.01)
"""Every check asks the database, and a moment is enough to be too old for an outage."""


@dataclass
class CountingAuthority:
    """A cache in front of a database, and people who sign in, tools with tokens, screens."""

    database: Database
    clock: SettableClock
    timing: Timing = SHORT

    def sign_in(self, number: int = 0, **how: str | None) -> Credential:
        """Somebody's new sign-in."""
        with self.database.unit_of_work() as session:
            person, _ = people.find_or_create(session, f"p{number}@example.com", f"Person {number}", NOW)
            secret = sign_ins.start(
                session, person, "email", act_by("", self.clock.now, client=""), agent="", replaces=how.get("replaces")
            )
            return Credential("sign-in", secret)

    def token(self, name: str = "zendesk", days: int | None = None) -> Credential:
        """A tool's token."""
        with self.database.unit_of_work() as session:
            text = tokens.create(session, act_by("Olu", self.clock.now), name=name, scopes=["read"], days=days)
            return Credential("token", text)

    def screen(self) -> Credential:
        """A paired screen."""
        secret = credentials.make(credentials.SCREEN)
        with self.database.unit_of_work() as session:
            code = displays.code_of("a key", secret)
            displays.pair(session, code, "Lobby", act_by("Olu", self.clock.now))
            displays.claim(session, code, secret, self.clock.now)
        return Credential("display", secret)

    def run(self, story: Callable[[CredentialCache], Awaitable[None]]) -> None:
        """Tell a story about a cache of this database."""

        async def told() -> None:
            cache = CredentialCache(self.database, self.clock, self.timing)
            async with background.running(cache.touch, retry=1.0):
                await story(cache)

        asyncio.run(told())


@pytest.fixture
def desk(database: Database, clock: SettableClock) -> CountingAuthority:
    """The database of the test, behind a cache."""
    return CountingAuthority(database, clock)


def names(cache: CredentialCache, *shown: Credential) -> list[str | None]:
    """The holders of these credentials, as far as the cache knows."""
    return [actor.name if (actor := cache.holder(credential)) else None for credential in shown]


async def outcome(cache: CredentialCache, shown: Credential) -> str:
    """The holder of a credential, or the problem."""
    try:
        return (await cache.check(shown)).name
    except (SignInNeeded, Unavailable) as problem:
        return type(problem).__name__


@contextmanager
def another_process(desk: CountingAuthority) -> Iterator[Database]:
    """The same database in another process, whose commits the cache does not hear of."""
    other = Database(desk.database.url)
    try:
        yield other
    finally:
        other.dispose()


@BOTH_ENGINES
def test_check_says_who_holds_a_credential_of_each_kind(desk: CountingAuthority) -> None:
    shown = [desk.sign_in(), desk.token(), desk.screen()]

    async def story(cache: CredentialCache) -> None:
        assert [(await cache.check(credential)).name for credential in shown] == ["Person 0", "zendesk", "Lobby"]
        wrong = [
            Credential("token", shown[0].secret),
            Credential("sign-in", shown[1].secret),
            Credential("display", "x"),
        ]
        assert [await outcome(cache, credential) for credential in wrong] == ["SignInNeeded"] * 3

    desk.run(story)


@BOTH_ENGINES
def test_confirm_takes_as_many_queries_for_200_viewers_as_for_2(desk: CountingAuthority) -> None:
    viewers = [desk.sign_in(number) for number in range(200)] + [desk.token(), desk.screen()]
    desk.timing = USUAL

    def queries(watched: list[Credential]) -> int:
        async def story(cache: CredentialCache) -> None:
            with statements_to(desk.database) as statements:
                await cache.confirm(watched)
            counts.append(len([statement for statement in statements if statement.lstrip().startswith("SELECT")]))
            assert None not in names(cache, *watched)

        counts: list[int] = []
        desk.run(story)
        return counts[0]

    assert [queries(viewers[:2]), queries(viewers[:200]), queries(viewers[199:]), queries(viewers)] == [1, 1, 3, 3]


def test_confirm_asks_about_nobody_while_nobody_commits(desk: CountingAuthority) -> None:
    desk.timing = replace(USUAL, trust=0.2)
    shown, newcomer = [desk.sign_in(1), desk.token()], desk.sign_in(2)

    async def story(cache: CredentialCache) -> None:
        await cache.confirm(shown)
        await cache.confirm([*shown, newcomer])
        assert names(cache, newcomer) == ["Person 2"]
        await asyncio.sleep(0.25)
        with statements_to(desk.database) as statements:
            await cache.confirm(shown)
        assert [statement for statement in statements if statement.startswith("SELECT")] == []
        assert None not in [cache.remembered(credential) for credential in shown]

        with another_process(desk) as other, other.unit_of_work() as session:
            tokens.revoke(session, "zendesk", act_by("Olu", NOW))
        await cache.confirm(shown)

        assert names(cache, *shown) == ["Person 1", None]

    desk.run(story)


def test_confirm_writes_who_is_there_also_while_nobody_commits(desk: CountingAuthority) -> None:
    credential = desk.sign_in()

    async def story(cache: CredentialCache) -> None:
        await cache.confirm([credential])
        desk.clock.now = later = NOW + timedelta(minutes=6)

        await cache.confirm([credential])

        def used() -> object:
            with desk.database.reading() as session:
                return session.exec(select(SignIn.used_at)).one()

        while used() != later:
            await asyncio.sleep(0.02)

    desk.run(story)


@pytest.mark.parametrize(("count", "queries"), [(500, 1), (501, 2)])
def test_check_many_takes_a_query_for_every_500(desk: CountingAuthority, count: int, queries: int) -> None:
    secrets = [desk.sign_in(1).secret, *(f"as_{number}" for number in range(1, count))]

    with statements_to(desk.database) as statements, desk.database.reading() as session:
        answers = sign_ins.check_many(session, secrets, NOW)

    assert (len(answers), [secret for secret, answer in answers.items() if not isinstance(answer, SignInNeeded)]) == (
        count,
        secrets[:1],
    )
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == queries


def test_check_by_many_requests_at_once_takes_one_query(desk: CountingAuthority) -> None:
    shown = [desk.sign_in(number) for number in range(50)]

    async def story(cache: CredentialCache) -> None:
        with statements_to(desk.database) as statements:
            actors = await asyncio.gather(*(cache.check(credential) for credential in shown))
        assert [actor.name for actor in actors] == [f"Person {number}" for number in range(50)]
        assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1

    desk.run(story)


def test_check_trusts_an_answer_for_a_moment_and_no_longer(desk: CountingAuthority) -> None:
    desk.timing = replace(USUAL, trust=0.2)
    credential = desk.token()

    async def story(cache: CredentialCache) -> None:
        await cache.check(credential)
        with another_process(desk) as other, other.unit_of_work() as session:
            tokens.revoke(session, "zendesk", act_by("Olu", NOW))
        first = await outcome(cache, credential)
        await asyncio.sleep(0.25)

        assert (first, await outcome(cache, credential), names(cache, credential)) == (
            "zendesk",
            "SignInNeeded",
            [None],
        )

    desk.run(story)


@pytest.mark.parametrize("kind", ["token", "sign-in", "display", "person"])
def test_a_change_here_takes_hold_at_once_and_only_for_whom_it_concerns(desk: CountingAuthority, kind: str) -> None:
    desk.timing = USUAL
    shown = {"token": desk.token(), "sign-in": desk.sign_in(1), "display": desk.screen(), "person": desk.sign_in(2)}

    def change(person_id: str, sign_in_id: str) -> None:
        with desk.database.unit_of_work() as session:
            if kind == "token":
                tokens.revoke(session, "zendesk", act_by("Olu", NOW))
            elif kind == "sign-in":
                sign_ins.end(session, person_id, sign_in_id, act_by("Olu", NOW))
            elif kind == "display":
                displays.revoke(session, session.exec(select(Display.id)).one(), act_by("Olu", NOW))
            else:
                person = accounts.find(session, person_id)
                accounts.switch(session, person, act_by("Olu", NOW), on=False)

    async def story(cache: CredentialCache) -> None:
        for each in shown.values():
            await cache.check(each)
        holder = cache.holder(shown[kind])
        change(getattr(holder, "person_id", ""), getattr(holder, "sign_in_id", ""))

        remembered = {each: cache.remembered(credential) is not None for each, credential in shown.items()}

        assert remembered == {each: each != kind for each in shown}
        assert await outcome(cache, shown[kind]) == "SignInNeeded"

    desk.run(story)


def test_signing_in_forgets_only_what_it_replaces(desk: CountingAuthority) -> None:
    desk.timing = USUAL
    mine, others = desk.sign_in(1), [desk.sign_in(2), desk.token(), desk.screen()]

    async def story(cache: CredentialCache) -> None:
        for credential in (mine, *others):
            await cache.check(credential)

        desk.sign_in(1, replaces=mine.secret)

        with statements_to(desk.database) as statements:
            assert [await outcome(cache, other) for other in others] == ["Person 2", "zendesk", "Lobby"]
        assert (statements, await outcome(cache, mine)) == ([], "SignInNeeded")

    desk.run(story)


@pytest.mark.parametrize("how", ["rights", "name", "theme"])
def test_check_after_a_change_of_the_person_shows_it_at_once(desk: CountingAuthority, how: str) -> None:
    desk.timing = USUAL
    credential = desk.sign_in()

    async def story(cache: CredentialCache) -> None:
        await cache.check(credential)
        with desk.database.unit_of_work() as session:
            person = people.by_email(session, ["p0@example.com"])["p0@example.com"]
            if how == "rights":
                accounts.set_role(session, person, "organizer", act_by("Olu", NOW))
            elif how == "name":
                people.find_or_create(session, "p0@example.com", "Somebody Else", NOW)
            else:
                accounts.set_theme(session, person, "dark")

        actor = await cache.check(credential)

        expected = {"rights": rights_of("organizer"), "name": "Somebody Else", "theme": "dark"}
        assert getattr(actor, how) == expected[how]

    desk.run(story)


def test_check_that_read_before_a_change_is_not_remembered_after_it(desk: CountingAuthority) -> None:
    desk.timing = USUAL
    credential = desk.sign_in()

    def change() -> None:
        with desk.database.unit_of_work() as session:
            person = people.by_email(session, ["p0@example.com"])["p0@example.com"]
            accounts.set_theme(session, person, "dark")

    def change_elsewhere(*_connection: object) -> None:
        """The row was read, and nobody has it yet."""
        changing = Thread(target=change)
        changing.start()
        changing.join()

    async def story(cache: CredentialCache) -> None:
        event.listen(desk.database.reader.pool, "checkin", change_elsewhere)
        before = await cache.check(credential)
        event.remove(desk.database.reader.pool, "checkin", change_elsewhere)

        forgotten, after = cache.remembered(credential), await cache.check(credential)
        assert isinstance(before, SignedInActor)
        assert isinstance(after, SignedInActor)
        assert (before.theme, forgotten, after.theme) == ("auto", None, "dark")

    desk.run(story)


@BOTH_ENGINES
def test_touch_writes_who_is_there_in_one_transaction(desk: CountingAuthority) -> None:
    shown = [*(desk.sign_in(number) for number in range(30)), desk.token(), desk.screen()]
    later = desk.clock.now + timedelta(minutes=10)

    def used() -> set[object]:
        with desk.database.reading() as session:
            columns = (SignIn.used_at, Token.used_at, Display.seen_at)
            return {moment for column in columns for moment in session.exec(select(column))}

    async def story(cache: CredentialCache) -> None:
        desk.clock.now = later
        with statements_to(desk.database) as statements:
            await cache.confirm(shown)
            while used() != {later}:
                await asyncio.sleep(0.02)
        assert len([statement for statement in statements if statement.startswith("UPDATE")]) == 3
        with statements_to(desk.database) as statements:
            await cache.confirm(shown)
            await asyncio.sleep(0.1)
        assert [statement for statement in statements if statement.startswith("UPDATE")] == []

    desk.run(story)


def test_confirm_forgets_who_has_gone(desk: CountingAuthority) -> None:
    desk.timing = replace(USUAL, idle=0.1)
    one, two = desk.sign_in(1), desk.sign_in(2)

    async def story(cache: CredentialCache) -> None:
        await cache.check(one)
        await cache.check(two)
        await asyncio.sleep(0.15)

        await cache.confirm([one])

        assert names(cache, one, two) == ["Person 1", None]

    desk.run(story)


OWN_POSTGRESQL = pytest.mark.parametrize("engine", ["own_postgresql"])


@contextmanager
def away(server: pg.PostgreSQL) -> Iterator[None]:
    """The database is away for as long as the block lasts."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@OWN_POSTGRESQL
def test_an_outage_keeps_who_was_confirmed_just_before(desk: CountingAuthority, own_postgresql: pg.PostgreSQL) -> None:
    desk.timing = replace(SHORT, grace=1.0, idle=0.1)
    credential, never_seen = desk.sign_in(), desk.token()

    async def story(cache: CredentialCache) -> None:
        await cache.check(credential)
        with away(own_postgresql):
            first = [await outcome(cache, credential), await outcome(cache, never_seen)]
            await asyncio.sleep(1.2)
            await cache.confirm([credential])
            second = [await outcome(cache, credential), *names(cache, credential)]
        assert (first, second) == (["Person 0", "Unavailable"], ["Person 0", "Person 0"])
        while await outcome(cache, never_seen) == "Unavailable":
            await cache.confirm([credential])

    desk.run(story)


@OWN_POSTGRESQL
def test_an_outage_revives_nothing_revoked(desk: CountingAuthority, own_postgresql: pg.PostgreSQL) -> None:
    revoked, ended, confirmed = desk.token(), desk.sign_in(1), desk.sign_in(2)

    async def story(cache: CredentialCache) -> None:
        for credential in (revoked, ended, confirmed):
            await cache.check(credential)
        with another_process(desk) as other, other.unit_of_work() as session:
            tokens.revoke(session, "zendesk", act_by("Olu", NOW))
            person = people.by_email(session, ["p1@example.com"])["p1@example.com"]
            sign_ins.end_all(session, person.id, act_by("Olu", NOW))
        await asyncio.sleep(SHORT.grace + 0.1)
        await cache.check(confirmed)
        with away(own_postgresql):
            found = [await outcome(cache, credential) for credential in (revoked, ended, confirmed)]
        assert found == ["Unavailable", "Unavailable", "Person 2"]

    desk.run(story)


@OWN_POSTGRESQL
def test_an_outage_lengthens_no_life(desk: CountingAuthority, own_postgresql: pg.PostgreSQL) -> None:
    desk.timing = replace(SHORT, grace=60.0)
    token, idle, screen = desk.token(days=1), desk.sign_in(), desk.screen()

    async def story(cache: CredentialCache) -> None:
        shown = (token, idle, screen)
        for each in shown:
            await cache.check(each)
        with away(own_postgresql):
            found = []
            for later in (timedelta(hours=11), timedelta(hours=13), timedelta(hours=25)):
                desk.clock.now = NOW + later
                found.append([await outcome(cache, each) for each in shown])
                assert names(cache, *shown) == [None if each == "Unavailable" else each for each in found[-1]]
        assert found == [
            ["zendesk", "Person 0", "Lobby"],
            ["zendesk", "Unavailable", "Lobby"],
            ["Unavailable", "Unavailable", "Lobby"],
        ]

    desk.run(story)


@pytest.mark.parametrize("seconds", [0.2, 30.0])
def test_a_database_that_is_merely_busy_is_not_away(desk: CountingAuthority, seconds: float) -> None:
    """Every connection is in somebody's hands: what was confirmed a while ago is not believed for that."""
    desk.database = Database(desk.database.url, limits=Limits(request=0.3))
    desk.timing = replace(SHORT, patience=seconds, grace=1.0)
    credential = desk.token()
    pool = desk.database.reader.pool
    assert isinstance(pool, QueuePool)

    async def story(cache: CredentialCache) -> None:
        await cache.check(credential)
        held = [desk.database.reader.connect() for _ in range(pool.size())]
        found = [await outcome(cache, credential)]
        await asyncio.sleep(1.0)
        found += [await outcome(cache, credential) for _ in range(2)]
        for connection in held:
            connection.close()
        assert found == ["zendesk", "Busy", "Busy"]

    desk.run(story)
    desk.database.dispose()
