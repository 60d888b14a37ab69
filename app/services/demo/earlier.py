"""The week before the demo's, closed long ago, so that lists, summary and hall of fame have a past to show."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.draft import Draft, Reading
from app.errors import Problem
from app.services import lifecycle
from app.services.demo.cast import CAST, ZONE
from app.services.demo.lots import lot
from app.services.demo.replay import BY, roster
from app.services.imports import roster_import
from app.services.ledger import ledger
from app.services.ledger.ledger import Submission
from app.services.weeks import weeks

SLUG, NAME = "q2-2022", "Q2 2022"
STARTS, ENDS = date(2022, 6, 13), date(2022, 6, 17)

_SOURCES = {"response": "zendesk", "issue": "github", "feature_request": "canny", "knowledge_card": "guru"}
_WORK = (*["response"] * 14, "issue", "issue", "feature_request", "knowledge_card")
_DAYS = (ENDS - STARTS).days + 1
_SLOWEST: Final = 4_500  # seconds to an answer: three of four come within the hour


def prepare(session: Session) -> None:
    """Create the week, play it at once with the same teams, and close it the evening it ended."""
    before, after = _moment(0, time(0)) - timedelta(days=3), _moment(_DAYS - 1, time(20))
    act = Act(BY, before)
    weeks.create(session, act, slug=SLUG, name=NAME, timezone=ZONE.key, starts=STARTS, ends=ENDS)
    roster_import.apply(session, SLUG, roster(), act)
    lifecycle.open_week(session, SLUG, act)
    submissions = [Submission(Reading.of(draft), BY) for draft in _drafts()]
    for outcome in ledger.record(session, SLUG, submissions, now=after, all_or_nothing=True):
        if isinstance(outcome, Problem):
            raise outcome
    lifecycle.close(session, SLUG, Act(BY, after))


def _drafts() -> Iterator[Draft]:
    """Two to six pieces of work of each person, mostly few, on one day of theirs or two."""
    for number, player in enumerate(CAST.values()):
        for place in range(2 + int(5 * lot(player.handle, SLUG) ** 4)):
            kind = _WORK[int(len(_WORK) * lot(SLUG, player.handle, place))]
            day = (number + place // 4) % _DAYS
            at = _moment(day, time(9)) + timedelta(minutes=25 * place + int(20 * lot(player.handle, place)))
            key = f"{SLUG}-{player.handle}-{place}"
            is_answer = kind == "response"
            seconds = 300 + int((_SLOWEST - 300) * lot("seconds", key)) if is_answer else None
            yield Draft(kind, player.email, at, _SOURCES[kind], key, key if is_answer else None, seconds)


def _moment(day: int, at: time) -> datetime:
    """The moment (UTC) of a local time on a day of the week; 0 is Monday."""
    return datetime.combine(STARTS + timedelta(days=day), at, ZONE).astimezone(UTC)
