"""The desk that checks secrets, and remembers good answers for a moment."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import Session

from app.db import Database
from app.domain.who import Who
from app.errors import SignInNeeded, Unavailable
from app.services import displays, sign_ins, tokens
from app.web.clock import Clock

KEEP_SECONDS = 2.0
MOST_KEPT = 10_000
TOUCH_SECONDS = 0.25


class Credential(NamedTuple):
    """What somebody shows: the secret, and by which way it came, for none counts where another is asked for."""

    kind: Literal["token", "sign-in", "display"]
    secret: str


@dataclass(frozen=True, slots=True)
class _Checked:
    who: Who
    at: float


_CHECK: dict[str, Callable[[Session, str, datetime], tuple[Who, bool]]] = {
    "token": tokens.check,
    "sign-in": sign_ins.check,
    "display": displays.check,
}
_TOUCH: dict[str, Callable[[Session, str, datetime], None]] = {
    "token": tokens.touch,
    "sign-in": sign_ins.touch,
    "display": displays.touch,
}


class Desk:
    """Checks secrets against the database and trusts a good answer for two seconds, so revoking takes hold in time.

    While the database is away nobody can revoke, and what was good stays good.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._checked: dict[Credential, _Checked] = {}
        self._touching: set[asyncio.Task[None]] = set()

    async def check(self, credential: Credential) -> Who:
        """Who shows this. Raises SignInNeeded."""
        known = self._checked.get(credential)
        if known is not None and time.monotonic() - known.at < KEEP_SECONDS:
            return known.who
        try:
            who, is_stale = await self._database.reads.run(self._look_up, credential)
        except Unavailable:
            if known is None:
                raise
            return known.who
        except SignInNeeded:
            self.forget(credential)
            raise
        if len(self._checked) >= MOST_KEPT:
            self._checked.clear()
        self._checked[credential] = _Checked(who, time.monotonic())
        if is_stale:
            task = asyncio.create_task(self._touch(credential))
            self._touching.add(task)
            task.add_done_callback(self._touching.discard)
            await asyncio.wait({task}, timeout=TOUCH_SECONDS)
        return who

    def remembered(self, credential: Credential) -> Who | None:
        """Who shows this, if that was found out within the last two seconds."""
        known = self._checked.get(credential)
        return known.who if known is not None and time.monotonic() - known.at < KEEP_SECONDS else None

    def forget(self, credential: Credential) -> None:
        """Check this anew the next time."""
        self._checked.pop(credential, None)

    def forget_all(self) -> None:
        """Check everybody anew: somebody's rights have changed."""
        self._checked.clear()

    def _look_up(self, credential: Credential) -> tuple[Who, bool]:
        with self._database.reading() as session:
            return _CHECK[credential.kind](session, credential.secret, self._clock())

    async def _touch(self, credential: Credential) -> None:
        """When something was last used is worth a write now and then, but no refusal, and nobody waits for it."""
        with suppress(Unavailable):
            await self._database.writes.run(self._write_use, credential)

    def _write_use(self, credential: Credential) -> None:
        with self._database.unit_of_work() as session:
            _TOUCH[credential.kind](session, credential.secret, self._clock())
