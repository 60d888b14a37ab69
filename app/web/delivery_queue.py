"""The queue of deliveries on their way to the disk: those that arrive together are stored in one transaction."""

from collections.abc import Sequence
from contextlib import suppress

from app.db.database import Database
from app.errors import Problem
from app.services.intake import deliveries
from app.services.intake.deliveries import Incoming
from app.web.group_commit import MEMORY, GroupCommit

MAX_GROUP = 100


class DeliveryQueue:
    """Group commit of deliveries; what is too much while the disk hangs is refused, and its tool sends it again."""

    def __init__(self, database: Database, *, memory: int = MEMORY) -> None:
        self._database = database
        self._commits: GroupCommit[Incoming, str] = GroupCommit(self._store, most=MAX_GROUP, memory=memory)

    async def store(self, incoming: Incoming) -> str:
        """Store a delivery; its id, or the first one's if it is a copy. Raises Busy or Unavailable."""
        return await self._commits.join(incoming, len(incoming.body))

    async def close(self) -> None:
        """Take nothing more, and wait until what was taken is stored or refused."""
        await self._commits.close()

    def _store(self, several: list[Incoming]) -> Sequence[str]:
        with self._database.statements() as statements:
            ids = deliveries.store_all(statements, several)
        proving = [incoming for incoming in several if incoming.ends]
        if proving:
            # Apart from what is stored, for that counts; where this fails, the next delivery proves the same.
            with suppress(Problem), self._database.unit_of_work() as session:
                deliveries.see_newest(session, proving)
        return ids
