"""A database that is kept from test to test, so that what was compiled for it is compiled once."""

from collections.abc import Callable

from app.db.database import Database, Listener


class KeptDatabase(Database):
    """One of ours that can be rid of the listeners of the test before."""

    def __init__(self, url: str, *, checkpoints: bool = False) -> None:
        super().__init__(url, checkpoints=checkpoints)
        self._stops: list[Callable[[], None]] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Subscribe a listener, until it or everybody is unsubscribed."""
        stop = super().subscribe(listener)
        self._stops.append(stop)
        return stop

    def unsubscribe_everybody(self) -> None:
        """Let no listener hear anything any more."""
        while self._stops:
            self._stops.pop()()
