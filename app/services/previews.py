"""What other rules would do to the open weeks, without doing it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.domain.board import Board
from app.services import boards, rule_sets, scores, weeks


@dataclass(frozen=True, slots=True)
class WeekPreview:
    """One open week's board under the active rules and under the offered ones."""

    before: Board
    after: Board


@dataclass(frozen=True, slots=True)
class Preview:
    """The open weeks before and after, and why activation would be refused (a sentence each)."""

    weeks: list[WeekPreview]
    refused: list[str]


def preview(session: Session, text: str, now: datetime) -> Preview:
    """Score every open week under a text without keeping anything. Raises RulesRefused for a text with mistakes."""
    rules = rule_sets.checked(text)
    followers = [week for week in weeks.every(session) if week.state != "closed"]
    return Preview(
        [
            WeekPreview(
                before=boards.live(session, week, now),
                after=boards.assemble(session, week, rules, scores.compute(session, week, rules), now),
            )
            for week in followers
            if week.state == "open"
        ],
        rule_sets.unfit(session, followers, rules),
    )
