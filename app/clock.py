"""The one clock: the game's time, which a demo hurries on, and the real one. Nothing else asks what time it is."""

from datetime import UTC, datetime


class Clock:
    """Moments in UTC. Weeks and ledgers go by the game's time; sign-ins, tokens, displays and jobs by the real one."""

    def game(self) -> datetime:
        """The moment it is in the game; a subclass may have a week of its own go by faster."""
        return self.real()

    def real(self) -> datetime:
        """The moment it is outside."""
        return datetime.now(UTC)

    def seconds_until(self, moment: datetime) -> float:
        """The real seconds until a moment of the game, if nothing stops it; negative where it is over."""
        return (moment - self.game()).total_seconds()


class Stopped(Clock):
    """A clock that stands at one moment of the game, as a rehearsal's does until organizers move it."""

    def __init__(self, moment: datetime, outside: Clock) -> None:
        self._moment = moment
        self._outside = outside

    def game(self) -> datetime:
        """The moment at which it stands."""
        return self._moment

    def real(self) -> datetime:
        """The moment it is outside."""
        return self._outside.real()
