"""The write queue: group commit for single activities; those that arrive together share one transaction."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Actor
from app.domain.draft import Reading
from app.errors import Problem
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.ledger import Submission
from app.web.group_commit import MEMORY, SECONDS, GroupCommit

MAX_GROUP = 500  # activities in one transaction: less than half a second, for which nobody else writes
OVERHEAD = 512  # bytes of something read that has no long texts, about
Record = Callable[..., Sequence[Recorded | Problem]]
"""Records a group as `ledger.record` does, with an answer for each."""


class _Request(NamedTuple):
    slug: str
    submission: Submission


class WriteQueue:
    """Group commit of single activities: those of one week share a transaction."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        record: Record = ledger.record,
    ) -> None:
        self._record, self._database, self._clock = record, database, clock
        self._commits: GroupCommit[_Request, Recorded] = GroupCommit(
            self._record_together, most=MAX_GROUP, common=lambda request: request.slug, seconds=seconds, memory=memory
        )

    async def record(self, slug: str, reading: Reading, actor: Actor) -> Recorded:
        """Record one activity as it was read. Raises what `ledger.record` answers, Busy or Unavailable."""
        return await self._commits.join(_Request(slug, Submission(reading, actor)), size_of(reading))

    async def close(self) -> None:
        """Take nothing more, and wait until what was taken is committed or refused."""
        await self._commits.close()

    def _record_together(self, requests: list[_Request]) -> Sequence[Recorded | Exception]:
        submissions = [request.submission for request in requests]
        with self._database.unit_of_work() as session:
            return self._record(session, requests[0].slug, submissions, now=self._clock.game(), with_activities=True)


def size_of(reading: Reading) -> int:
    """Estimate the bytes of memory that something read takes while it waits; each character as if it took four."""
    draft, key = reading.draft, reading.key or ()
    texts = [*key, *(flaw.message for flaw in reading.flaws)]
    if draft is not None:
        texts += [text for text in (draft.subject, draft.url, draft.note) if text]
    return OVERHEAD + 4 * sum(map(len, texts))
