"""Previews: the open weeks' standings under other rules, without activating them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.rulebook.changes import differences
from app.domain.rules import Rules
from app.domain.standings.board import Board
from app.domain.standings.rescoring import Scoring, TeamChange, TrophyChange, team_changes, trophy_changes
from app.models import Week
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.standings import boards
from app.services.weeks import weeks

MOST_CHANGES = 200
"""Differences that a preview lists; a hostile file has thousands."""


@dataclass(frozen=True, slots=True)
class WeekPreview:
    """One open week's board under the active rules and under the offered ones."""

    before: Board
    after: Board


@dataclass(frozen=True, slots=True)
class Preview:
    """The open weeks before and after, why activation would be refused (a sentence each), what differs in words."""

    weeks: list[WeekPreview]
    refused: list[str]
    changes: list[str]


def preview(session: Session, text: str, act: Act) -> Preview:
    """Score every open week under a text without keeping anything, as the actor may see it.

    Raises RulesRefused for a text with mistakes.
    """
    rules = rule_sets.checked(text)
    followers = [week for week in weeks.every(session) if week.state != "closed"]
    return Preview(
        [_compare(session, week, rules, act) for week in followers if week.state == "open"],
        rule_sets.unfit(session, followers, rules),
        list(differences(rule_sets.rules_numbered(session, None), rules)[:MOST_CHANGES]),
    )


@dataclass(frozen=True, slots=True)
class WeekRun:
    """One open week as it stands and as other rules would score it: its teams in the later order, its trophies."""

    slug: str
    name: str
    teams: tuple[TeamChange, ...]
    trophies: tuple[TrophyChange, ...]

    @property
    def rescored(self) -> int:
        """The number of teams whose receipts would change."""
        return sum(team.is_rescored for team in self.teams)


@dataclass(frozen=True, slots=True)
class DryRun:
    """The open weeks under other rules, and why activation would be refused (a sentence each)."""

    weeks: list[WeekRun]
    refused: list[str]


def dry_run(session: Session, text: str, now: datetime) -> DryRun:
    """Score every open week's whole ledger under a text, and say of each team what changes and why. Keeps nothing.

    For organizers, who see behind a freeze. Raises RulesRefused for a text with mistakes.
    """
    rules = rule_sets.checked(text)
    followers = [week for week in weeks.every(session) if week.state != "closed"]
    return DryRun(
        [_run(session, week, rules, now) for week in followers if week.state == "open"],
        rule_sets.unfit(session, followers, rules),
    )


def _run(session: Session, week: Week, rules: Rules, now: datetime) -> WeekRun:
    active = rule_sets.rules_of(session, week)
    before, after = (
        Scoring(version, kept.teams, boards.assemble(session, week, version, kept, now))
        for version, kept in (
            (active, scores.of_week(session, week)),
            (rules, scores.compute(session, week, rules)),
        )
    )
    return WeekRun(week.slug, week.name, team_changes(before, after), trophy_changes(before.board, after.board))


def _compare(session: Session, week: Week, rules: Rules, act: Act) -> WeekPreview:
    view = weeks.view(week, act.actor)
    before = boards.seen(session, week, view, act.now)
    kept = scores.compute(session, week, rules, view=view)
    moment = before.as_of if before.frozen else act.now
    return WeekPreview(before, boards.assemble(session, week, rules, kept, moment, view=view))
