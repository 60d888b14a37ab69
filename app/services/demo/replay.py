"""The demo at play: the week is prepared, then its script goes through the services, at once or at a pace."""

import threading
import time
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act, system
from app.domain.draft import Draft, Reading
from app.errors import Problem
from app.services import lifecycle
from app.services.demo import aftercare, applause, seats
from app.services.demo.aftercare import Reviewed
from app.services.demo.applause import Applause
from app.services.demo.cast import CAST, ENDS, NAME, SIGNED_UP, SLUG, STARTS, ZONE
from app.services.demo.pace import WEEK_SECONDS, moment_at, seconds_until
from app.services.demo.rota import Remind, RotaEntry, Settle, Written
from app.services.demo.script import Correction, Event, events
from app.services.demo.story import Gift
from app.services.imports import roster_import
from app.services.ledger import ledger
from app.services.ledger.ledger import Submission
from app.services.teams import teams
from app.services.weeks import weeks

BY = system("demo")

__all__ = ["WEEK_SECONDS", "Event", "Replay", "events", "finish", "prepare", "roster"]


def roster() -> list[roster_import.Entry]:
    """The cast as a list of teams, in its order."""
    return [
        roster_import.Entry(line, player.team, player.name, player.email)
        for line, player in enumerate(CAST.values(), start=2)
    ]


def prepare(database: Database) -> None:
    """Create and open the week with teams, shifts and sign-ups, dated the Friday before.

    Raises Conflict where there is one already.
    """
    with database.unit_of_work() as session:
        weeks.create(session, Act(BY, SIGNED_UP), slug=SLUG, name=NAME, timezone=ZONE.key, starts=STARTS, ends=ENDS)
        roster_import.apply(session, SLUG, roster(), Act(BY, SIGNED_UP))
        lifecycle.open_week(session, SLUG, Act(BY, SIGNED_UP))
        seats.prepare(session, Act(BY, SIGNED_UP))


def finish(database: Database) -> None:
    """Play the whole week at once, as one transaction."""
    _play(database, events())


def _play(database: Database, script: Iterable[Event]) -> None:
    """Record events as one transaction; what tools report within an hour goes in together, for speed."""
    with database.unit_of_work() as session:
        for (what, _), run in groupby(script, _turn):
            if what is Draft:
                _report(session, list(run))
            else:
                for event in run:
                    _happen(session, event)


def _turn(event: Event) -> tuple[type, datetime]:
    return type(event.what), event.at.replace(minute=0, second=0)


def _report(session: Session, run: list[Event]) -> None:
    drafts = [event.what for event in run if isinstance(event.what, Draft)]
    submissions = [Submission(Reading.of(draft), BY) for draft in drafts]
    for outcome in ledger.record(session, SLUG, submissions, now=run[-1].at, all_or_nothing=True):
        if isinstance(outcome, Problem):
            raise outcome


def _happen(session: Session, event: Event) -> None:
    """Do what only an organizer does, or somebody about a seat or for others."""
    week = weeks.find(session, SLUG, event.at)
    match event.what:
        case RotaEntry() | Written() | Remind() | Settle() as what:
            seats.play(session, what, event.at)
        case Reviewed():
            aftercare.look_back(session, event.at)
        case Applause() as what:
            applause.play(session, what, event.at)
        case Correction(key, reason):
            ledger.reverse(session, ledger.get(session, week, key).id, Act(BY, event.at), reason=reason)
        case Gift() as gift:
            team = teams.find_or_create(session, week, gift.team, event.at)
            name, reason = f"gift {event.at:%Y-%m-%dT%H:%MZ}", gift.reason
            ledger.adjust(
                session, SLUG, Act(BY, event.at), team_id=team.id, points=gift.points, reason=reason, external_id=name
            )


class Replay(Clock):
    """Plays the week once, in WEEK_SECONDS at speed 1; `speed` is more than 0. Any thread may ask it the time."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed
        self._started: float | None = None
        self._over = False

    def game(self) -> datetime:
        """The simulated moment until the week has played, then the real one (UTC)."""
        return self.real() if self._over else moment_at(self._played())

    def seconds_until(self, moment: datetime) -> float:
        """The real seconds until a moment of the week that plays, or of what comes after it."""
        if self._over:
            return super().seconds_until(moment)
        return (seconds_until(moment) - self._played()) / self._speed

    def run(self, database: Database, stop: threading.Event) -> None:
        """Record each event when its moment comes, until the week is over or `stop` is set."""
        self._started = time.monotonic()
        script = list(events())
        try:
            while script and not stop.is_set():
                now = self.game()  # once: an event whose moment comes meanwhile would be taken out of turn
                due = [event for event in script if event.at <= now]
                del script[: len(due)]
                if due:
                    _play(database, due)
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
