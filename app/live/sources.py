"""Sources of streams: states to render, news of changes, credentials of viewers."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, Protocol

from app.domain.actor import Actor
from app.domain.credential import Credential

Look = Callable[[Any], Awaitable[Any]]
"""A look at what there is to show of a topic now. Raises the problem of what does not exist."""


class News(Protocol):
    """News that something may have changed, and what is then kept ready, watched or not."""

    async def wait(self, timeout: float) -> None:
        """Wait until something may have changed, at most `timeout` seconds."""

    async def refresh(self) -> bool:
        """Bring up to date what readers ask for; whether any of it is new."""


class Credentials(Protocol):
    """Credentials of viewers: who holds which, and when that may have changed."""

    async def changes(self, timeout: float) -> bool:
        """Wait `timeout` seconds for somebody's access to change; tell whether it did."""

    async def confirm(self, watched: Collection[Credential], /) -> None:
        """Ask about these; `holder` knows the answers afterwards."""

    async def reconfirm(self, doubtful: Collection[Credential], /) -> None:
        """Ask about these alone, as `confirm` does."""

    def holder(self, credential: Credential, /) -> Actor | None:
        """Find who shows this as far as is known; asks nobody."""
