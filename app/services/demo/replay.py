"""The demo at play: the week is prepared, then its script goes through the services, at once or at a pace."""

import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlmodel import Session

from app.db import Database
from app.services import ledger, lifecycle, rosters, teams, weeks
from app.services.demo.cast import CAST, ENDS, NAME, SIGNED_UP, SLUG, STARTS, ZONE
from app.services.demo.pace import WEEK_SECONDS, moment_at, seconds_until
from app.services.demo.script import Correction, Event, events
from app.services.demo.story import Gift
from app.services.intake import Draft, Reading

BY = "demo"

__all__ = ["WEEK_SECONDS", "Event", "Replay", "events", "finish", "prepare"]


def prepare(database: Database) -> None:
    """Create and open the week with its teams, dated the Friday before. Raises Conflict where there is one already."""
    roster = [rosters.Entry(line, *row) for line, row in enumerate(_rows(), start=2)]
    with database.unit_of_work() as session:
        weeks.create(
            session, slug=SLUG, name=NAME, timezone=ZONE.key, starts=STARTS, ends=ENDS, by=BY, now=SIGNED_UP
        )  # fmt: skip
        rosters.apply(session, SLUG, roster, by=BY, now=SIGNED_UP)
        lifecycle.open_(session, SLUG, by=BY, now=SIGNED_UP)


def _rows() -> Iterable[tuple[str, str, str]]:
    return ((player.team, player.name, player.email) for player in CAST.values())


def finish(database: Database) -> None:
    """Play the whole week at once, as one transaction."""
    _play(database, events())


def _play(database: Database, script: Iterable[Event]) -> None:
    with database.unit_of_work() as session:
        for event in script:
            _record(session, event)


def _record(session: Session, event: Event) -> None:
    match event.what:
        case Draft() as draft:
            ledger.take(session, SLUG, Reading(draft.key, draft), by=draft.source, now=event.at)
        case Correction(key, reason):
            entry = ledger.get(session, weeks.find(session, SLUG, event.at), key)
            ledger.reverse(session, entry.id, reason=reason, by=BY, now=event.at)
        case Gift() as gift:
            _give(session, gift, event.at)


def _give(session: Session, gift: Gift, at: datetime) -> None:
    team = teams.find_or_create(session, weeks.find(session, SLUG, at), gift.team, at)
    ledger.adjust(
        session, SLUG, team_id=team.id, points=gift.points, reason=gift.reason, external_id=f"gift {at:%Y-%m-%dT%H:%MZ}",
        by=BY, now=at,
    )  # fmt: skip


class Replay:
    """Plays the week once, in WEEK_SECONDS at speed 1; `speed` is more than 0. The clock may be read from any thread."""

    def __init__(self, database: Database, speed: float = 1.0) -> None:
        self._database = database
        self._speed = speed
        self._started: float | None = None
        self._over = False

    def clock(self) -> datetime:
        """The simulated moment until the week has played, then the real one (UTC)."""
        return datetime.now(UTC) if self._over else moment_at(self._played())

    def run(self, stop: threading.Event) -> None:
        """Record each event when its moment comes, until the week is over or `stop` is set."""
        self._started = time.monotonic()
        script = list(events())
        try:
            while script and not stop.is_set():
                due = [event for event in script if event.at <= self.clock()]
                del script[: len(due)]
                if due:
                    _play(self._database, due)
                elif script:
                    self._wait(stop, seconds_until(script[0].at))
            self._wait(stop, WEEK_SECONDS)
        finally:
            self._over = True

    def _wait(self, stop: threading.Event, until: float) -> None:
        stop.wait(max(until - self._played(), 0.0) / self._speed)

    def _played(self) -> float:
        """The seconds played, as they would be at speed 1."""
        return 0.0 if self._started is None else (time.monotonic() - self._started) * self._speed
