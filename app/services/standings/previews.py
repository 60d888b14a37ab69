"""Previews: the open weeks' standings under other rules, without activating them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.domain.rules import Rules
from app.domain.standings.board import Board
from app.models import Week
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.standings import boards
from app.services.weeks import weeks


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


def preview(session: Session, text: str, now: datetime, *, public: bool = False) -> Preview:
    """Score every open week under a text without keeping anything; the public looks at a frozen one as it was.

    Raises RulesRefused for a text with mistakes.
    """
    rules = rule_sets.checked(text)
    followers = [week for week in weeks.every(session) if week.state != "closed"]
    return Preview(
        [_compare(session, week, rules, now, public=public) for week in followers if week.state == "open"],
        rule_sets.unfit(session, followers, rules),
    )


def _compare(session: Session, week: Week, rules: Rules, now: datetime, *, public: bool) -> WeekPreview:
    before = boards.public(session, week, now) if public else boards.live(session, week, now)
    upto = week.frozen_version if public else None
    names = boards.frozen_names(week) if public else None
    kept = scores.compute(session, week, rules, upto=upto)
    moment = before.as_of if before.frozen else now
    return WeekPreview(before, boards.assemble(session, week, rules, kept, moment, upto=upto, names=names))
