"""The credential cache: who holds which secret, asked of the database for many at a time and trusted for a moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Actor
from app.domain.credential import Credential, CredentialKind
from app.errors import Busy, SignInNeeded, Unavailable
from app.events import AccessChanged, Event
from app.live.single_flight import SingleFlight
from app.live.timing import USUAL, Timing
from app.services.access import sign_ins, tokens
from app.services.access.credentials import Answer, ValidCredential, take
from app.services.displays import displays

MAX_ENTRIES = 10_000
"""Twice what 5,000 viewers need. Made-up secrets are not kept, and as many questions may be under way."""
SLOW = "The database doesn’t answer in time. Try again in a moment."

Ask = Callable[[Collection[Credential]], Awaitable[object]]


@dataclass(slots=True)
class _Entry:
    """A valid credential; times are monotonic. `confirmed_at` is when the database was asked, not when it answered."""

    valid: ValidCredential
    confirmed_at: float
    used_at: float


_CHECK: dict[CredentialKind, Callable[[Session, Collection[str], datetime], dict[str, Answer]]] = {
    "token": tokens.check_many,
    "sign-in": sign_ins.check_many,
    "display": displays.check_many,
}
_TOUCH: dict[CredentialKind, Callable[[Session, Iterable[str], datetime], None]] = {
    "token": tokens.touch,
    "sign-in": sign_ins.touch,
    "display": displays.touch,
}


class CredentialCache:
    """A cache of checked credentials. An answer is trusted for some seconds, so that revoking takes hold in time.

    The database is asked about many at once, by one thread for requests and one for open streams, however many wait.
    AccessChanged makes an answer void from the moment of its commit. While the database is away, nobody can revoke, and
    an answer stays valid until it expires if it was confirmed at most `grace` seconds before the first question that
    failed. A database that is merely slow, or whose connections are all in use, is not away: then an answer is valid
    for `grace` seconds and no longer. For one thread, the loop's; only events of `Database` may come from others.
    """

    def __init__(self, database: Database, clock: Clock, timing: Timing = USUAL) -> None:
        self._database, self._clock, self._timing = database, clock, timing
        self._entries: dict[Credential, _Entry] = {}
        self._changed_at: dict[str, float] = {}
        self._questions: dict[Credential, asyncio.Future[Answer | Exception]] = {}
        self._answering = SingleFlight(self._answer)
        self._sweep: asyncio.Task[None] | None = None
        self._swept: tuple[int | None, float] = None, 0.0  # the database's change mark at the last sweep, and when
        self._stale: set[Credential] = set()
        self._away_since: float | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_changes = asyncio.Event()
        database.subscribe(self._hear)

    async def check(self, credential: Credential) -> Actor:
        """Find who shows this. Raises SignInNeeded, or Unavailable where the database does not say."""
        actor = self.remembered(credential)
        if actor is None and self._away_since is not None:
            actor = self._kept(credential)
        if actor is not None:
            return actor
        try:
            answer = await self._ask(credential)
        except Unavailable:
            if (actor := self._kept(credential)) is None:
                raise
            return actor
        return take(answer).actor

    def remembered(self, credential: Credential) -> Actor | None:
        """Find who shows this, if that was confirmed within `trust` seconds; asks nobody."""
        entry = self._entries.get(credential)
        now = time.monotonic()
        if entry is None or now - entry.confirmed_at >= self._timing.trust or not self._is_valid(entry):
            return None
        entry.used_at = now
        return entry.valid.actor

    def holder(self, credential: Credential) -> Actor | None:
        """Find who shows this as far as is known, however long ago it was confirmed; asks nobody."""
        entry = self._entries.get(credential)
        return entry.valid.actor if entry is not None and self._is_valid(entry) else None

    async def confirm(self, watched: Collection[Credential]) -> None:
        """Ask about these, which open streams show, and about all that were used lately, so that no request has to.

        Waits `patience` seconds for the answer; `holder` knows it afterwards.
        """
        self._forget_idle(watched)
        await self._sweep_over({**dict.fromkeys(self._entries), **dict.fromkeys(watched)}, self._confirm_all)

    async def reconfirm(self, doubtful: Collection[Credential]) -> None:
        """Ask about these alone, as `confirm` does."""
        await self._sweep_over(doubtful, self._look_up)

    async def changes(self, timeout: float) -> bool:
        """Wait `timeout` seconds for somebody's access to change; tell whether it did. For the one job that follows."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                await self._has_changes.wait()
        except TimeoutError:
            return False
        self._has_changes.clear()
        return True

    async def _answer(self) -> None:
        """Answer all questions that wait."""
        questions, self._questions = self._questions, {}
        if not questions:
            return
        outcome: dict[Credential, Answer] | Exception
        try:
            outcome = await self._look_up(questions)
        except Exception as error:
            outcome = error
        for credential, future in questions.items():
            if not future.done():
                future.set_result(outcome if isinstance(outcome, Exception) else outcome[credential])

    async def touch(self) -> None:
        """Write now and then which credentials are in use, all at once; a job for as long as the server runs."""
        while True:
            await asyncio.sleep(self._timing.touch)
            if self._stale:
                stale, self._stale = self._stale, set()
                with suppress(Unavailable):  # when something was used is worth no failure, and is noted the next time
                    await self._database.writes.run(self._write_use, stale)

    async def _ask(self, credential: Credential) -> Answer:
        if credential not in self._questions:
            if len(self._questions) >= MAX_ENTRIES:
                raise Busy(SLOW)
            self._questions[credential] = asyncio.get_running_loop().create_future()
        future = self._questions[credential]
        self._answering.ask()
        try:
            async with asyncio.timeout(self._timing.patience):
                answer = await asyncio.shield(future)
        except TimeoutError:
            raise Busy(SLOW) from None
        if isinstance(answer, Exception) and not isinstance(answer, SignInNeeded):
            raise answer
        return answer

    async def _sweep_over(self, credentials: Collection[Credential], ask: Ask) -> None:
        """Ask about these, unless an earlier sweep is still waiting for its answer: then wait for that one."""
        if self._sweep is None:
            if not credentials:
                return
            self._sweep = asyncio.create_task(_quietly(ask(list(credentials))))
        tasks, _ = await asyncio.wait({self._sweep}, timeout=self._timing.patience)
        if tasks:
            sweep, self._sweep = self._sweep, None
            sweep.result()

    async def _confirm_all(self, credentials: Collection[Credential]) -> None:
        """Ask about all of these; only whether anybody has committed anything, where the database can tell (SQLite)."""
        asked_at = time.monotonic()
        mark = await self._database.checks.run(self._database.change_mark)
        last_mark, swept_at = self._swept
        entries = [self._entries.get(credential) for credential in credentials]
        if mark is None or mark != last_mark or not all(entry and entry.confirmed_at >= swept_at for entry in entries):
            await self._look_up(credentials)
            self._swept = mark, asked_at
            return
        for credential, entry in self._entries.items():
            entry.confirmed_at = asked_at
            self._note_use(credential, entry.valid)

    async def _look_up(self, credentials: Collection[Credential]) -> dict[Credential, Answer]:
        """Ask the database, and remember what it says."""
        asked_at = time.monotonic()
        try:
            answers = await self._database.checks.run(self._query, list(credentials))
        except Busy:
            raise
        except Unavailable:
            self._away_since = asked_at if self._away_since is None else min(self._away_since, asked_at)
            raise
        self._away_since = None
        for credential, answer in answers.items():
            self._remember(credential, answer, asked_at)
        return answers

    def _query(self, credentials: Collection[Credential]) -> dict[Credential, Answer]:
        now = self._clock.real()
        answers: dict[Credential, Answer] = {}
        with self._database.reading() as session:
            for kind, secrets in _by_kind(credentials).items():
                found = _CHECK[kind](session, secrets, now)
                answers |= {Credential(kind, secret): answer for secret, answer in found.items()}
        return answers

    def _write_use(self, credentials: Collection[Credential]) -> None:
        now = self._clock.real()
        with self._database.unit_of_work() as session:
            for kind, secrets in _by_kind(credentials).items():
                _TOUCH[kind](session, secrets, now)

    def _remember(self, credential: Credential, answer: Answer, asked_at: float) -> None:
        """Keep a good answer at the end of the entries, whose first goes where there are too many."""
        entry = self._entries.pop(credential, None)
        is_late = time.monotonic() - asked_at > self._timing.idle  # what changed meanwhile may be forgotten already
        if isinstance(answer, SignInNeeded) or is_late:
            return
        if len(self._entries) >= MAX_ENTRIES:
            del self._entries[next(iter(self._entries))]
        self._entries[credential] = _Entry(answer, asked_at, entry.used_at if entry else asked_at)
        self._note_use(credential, answer)

    def _note_use(self, credential: Credential, valid: ValidCredential) -> None:
        if valid.touch_at <= self._clock.real():
            self._stale.add(credential)

    def _is_valid(self, entry: _Entry) -> bool:
        """Tell whether a credential has not expired, and nobody changed what it may since it was confirmed."""
        expires_at = entry.valid.expires_at
        if expires_at is not None and expires_at <= self._clock.real():
            return False
        changed_at = self._changed_at
        return not changed_at or all(changed_at.get(each, 0.0) < entry.confirmed_at for each in entry.valid.ids)

    def _kept(self, credential: Credential) -> Actor | None:
        """Find who shows this if it was confirmed shortly before now, or before the database went away."""
        entry = self._entries.get(credential)
        silent_since = time.monotonic() if self._away_since is None else self._away_since
        if entry is None or entry.confirmed_at < silent_since - self._timing.grace or not self._is_valid(entry):
            return None
        entry.used_at = time.monotonic()
        return entry.valid.actor

    def _forget_idle(self, watched: Collection[Credential]) -> None:
        """Forget what nobody uses any more, and changes that are older than any answer."""
        since = time.monotonic() - self._timing.idle
        for credential, entry in list(self._entries.items()):
            if not self._is_valid(entry) or (entry.used_at < since and credential not in watched):
                del self._entries[credential]
        for changed, at in list(self._changed_at.items()):
            if at < since:
                del self._changed_at[changed]

    def _hear(self, event: Event) -> None:
        """Make answers void whose holders may do something else now; safe to call from any thread."""
        if isinstance(event, AccessChanged):
            self._changed_at.update(dict.fromkeys(event.ids, time.monotonic()))
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._has_changes.set)


async def _quietly(asking: Awaitable[object]) -> None:
    """Ask, and let an outage be nobody's failure: what was known stays known for a while."""
    with suppress(Unavailable):
        await asking


def _by_kind(credentials: Iterable[Credential]) -> dict[CredentialKind, list[str]]:
    by_kind: dict[CredentialKind, list[str]] = {}
    for credential in credentials:
        by_kind.setdefault(credential.kind, []).append(credential.secret)
    return by_kind
