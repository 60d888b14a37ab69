"""Previews: the open weeks' standings under other rules, without activating them."""

from dataclasses import dataclass

from sqlmodel import Session

from app.domain.actor import Act
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


def preview(session: Session, text: str, act: Act) -> Preview:
    """Score every open week under a text without keeping anything, as the actor may see it.

    Raises RulesRefused for a text with mistakes.
    """
    rules = rule_sets.checked(text)
    followers = [week for week in weeks.every(session) if week.state != "closed"]
    return Preview(
        [_compare(session, week, rules, act) for week in followers if week.state == "open"],
        rule_sets.unfit(session, followers, rules),
    )


def _compare(session: Session, week: Week, rules: Rules, act: Act) -> WeekPreview:
    view = weeks.view(week, act.actor)
    before = boards.seen(session, week, view, act.now)
    kept = scores.compute(session, week, rules, view=view)
    moment = before.as_of if before.frozen else act.now
    return WeekPreview(before, boards.assemble(session, week, rules, kept, moment, view=view))
