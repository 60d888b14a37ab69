"""Proof that what is shown is what the ledger says."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from app.domain.scoring.tally import TeamScore
from app.domain.standings.board import Board
from app.domain.standings.snapshot import from_text
from app.errors import Malformed
from app.models import Week
from app.services.rules import rule_sets
from app.services.scoring import response_times, scores
from app.services.scoring.scores import WeekScores
from app.services.standings import boards, seat_verification
from app.services.weeks import weeks

_UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError)
"""Exceptions that our code raises over content it cannot make sense of, such as a file that somebody else wrote."""


_LONGEST = 200  # characters; what a foreign file holds may come to be part of an error's text


def weeks_to_verify(session: Session, slug: str | None, now: datetime) -> list[Week]:
    """The week of this slug, or all. Raises WeekUnknown, or Malformed for weeks that make no sense."""
    try:
        return weeks.every(session) if slug is None else [weeks.find(session, slug, now)]
    except _UNREADABLE as error:
        raise Malformed(f"The weeks can’t be read: {_said(error)}.") from error


def verify(session: Session, week: Week, now: datetime) -> list[str]:
    """Score a week anew from its ledger and compare with what is shown; a sentence for each difference."""
    try:
        return [
            *_unknown_zone(week),
            *_changed_rules(session, week),
            *_live_differences(session, week, now),
            *_frozen_differences(session, week),
            *seat_verification.differences(session, week),
            *_untimely(session, week),
        ]
    except _UNREADABLE as error:
        return [f"Week {week.slug} can’t be scored from its ledger and rules: {_said(error)}."]


def _said(error: Exception) -> str:
    sentence = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return sentence if len(sentence) <= _LONGEST else f"{sentence[:_LONGEST]}…"


def _unknown_zone(week: Week) -> list[str]:
    if week.has_known_zone:
        return []
    return [f"Week {week.slug}: its time zone “{week.timezone}” isn’t known here, so its days are counted in UTC."]


def _changed_rules(session: Session, week: Week) -> list[str]:
    versions = [week.rule_set_id, week.frozen_rule_set_id] if week.frozen_board else [week.rule_set_id]
    if all(rule_sets.is_intact(session, version) for version in versions):
        return []
    return [f"Week {week.slug}: the text of its rules isn’t the one that was activated."]


def _live_differences(session: Session, week: Week, now: datetime) -> list[str]:
    rules = rule_sets.rules_of(session, week)
    computed = scores.compute(session, week, rules)
    try:
        kept = scores.of_week(session, week)
        board = boards.live(session, week, now)
    except _UNREADABLE:
        return [f"Week {week.slug}: the kept scores can’t be read."]
    proved = boards.assemble(session, week, rules, computed, now)
    return _score_differences(week, kept, computed) + _board_differences(board, proved)


def _untimely(session: Session, week: Week) -> list[str]:
    """The response times that clocks say are others; those of a week that isn't open wait for that."""
    if week.state != "open":
        return []
    return [
        f"Week {week.slug}: the response time of {entry.source} {entry.external_id} differs from its ticket’s clock, "
        f"which says {'none' if seconds is None else f'{seconds} s'}."
        for entry, seconds in response_times.pending(session, week)
    ]


def _score_differences(week: Week, kept: WeekScores, computed: WeekScores) -> list[str]:
    found = [
        f"Week {week.slug}: the kept score of team {team_id} differs from the ledger's."
        for team_id in sorted(kept.teams.keys() | computed.teams.keys())
        if kept.teams.get(team_id, TeamScore()) != computed.teams.get(team_id)
    ]
    if kept.unassigned != computed.unassigned:
        found.append(f"Week {week.slug}: the counts of activities without a team differ from the ledger's.")
    return found


def _board_differences(shown: Board, proved: Board) -> list[str]:
    if shown == proved:
        return []
    found = [
        f"Week {shown.week}: {standing.team} is shown with {standing.points} points on rank {standing.rank}; "
        "the ledger differs."
        for standing in shown.standings
        if standing not in proved.standings
    ]
    if shown.headline != proved.headline:
        found.append(f"Week {shown.week}: the board reads “{shown.headline}”, the ledger “{proved.headline}”.")
    return found or [f"Week {shown.week}: the board differs from the ledger."]


def _frozen_differences(session: Session, week: Week) -> list[str]:
    if week.frozen_board is None or week.frozen_at is None:
        return []
    rules = rule_sets.rules_numbered(session, week.frozen_rule_set_id)
    view = weeks.view_of(week, "public")
    then = scores.compute(session, week, rules, view=view)
    try:
        board = from_text(week.frozen_board)
        proved = boards.assemble(session, week, rules, then, week.frozen_at, view=view)
    except _UNREADABLE:
        return [f"Week {week.slug}: the frozen board can’t be read."]
    # A freeze keeps what the week was called, as it does its state.
    proved = replace(proved, frozen=True, name=board.name, state=board.state, version=board.version)
    if '"ties": ' not in week.frozen_board:  # frozen by a release that named no tie-breaks
        proved = replace(proved, standings=tuple(replace(standing, ties=()) for standing in proved.standings))
    return [f"The frozen board: {difference}" for difference in _board_differences(board, proved)]
