"""The API's answers as plain values, key by key as the contract names them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, cast

from app.domain.board import Board, Standing
from app.domain.receipt import Receipt
from app.models import Person, Reversal, RuleSet, Team, Week
from app.services.activities import ActivityView
from app.services.gate import Recorded
from app.services.previews import Preview
from app.services.transfer import moment
from app.web import schemas


def board_document(board: Board) -> schemas.Leaderboard:
    """The board of a week."""
    return {
        "week": board.week,
        "name": board.name,
        "state": _state_of(board.state),
        "frozen": board.frozen,
        "version": board.version,
        "as_of": moment(board.as_of),
        "headline": board.headline,
        "totals": dict(board.totals),
        "standings": [standing_document(each) for each in board.standings],
        "trophies": [
            {"name": each.name, "for": each.audience, "value": each.value, "winners": list(each.winners)}
            for each in board.trophies
        ],
    }


def standing_document(standing: Standing) -> schemas.Standing:
    """One team's rank on the board."""
    return {
        "rank": standing.rank,
        "team": standing.team,
        "team_id": standing.team_id,
        "points": standing.points,
        "counts": dict(standing.counts),
        "bonuses": dict(standing.bonuses),
        "quests": list(standing.quests),
        "members": list(standing.members),
        "movement": standing.movement,
    }


def receipt_document(receipt: Receipt) -> schemas.Receipt:
    """A team's receipt as JSON."""
    return {
        "points": receipt.points,
        "items": [
            {"at": moment(line.at), "person": line.person, "what": line.what, "why": line.why, "points": line.points}
            for line in receipt.items
        ],
    }


def activity_document(view: ActivityView) -> schemas.Activity:
    """One activity; an adjustment also has `points` and `reason`."""
    document: schemas.Activity = {
        "id": view.id,
        "week": view.week,
        "kind": view.kind,
        "person": view.person,
        "team": view.team,
        "team_id": view.team_id,
        "occurred_at": moment(view.occurred_at),
        "recorded_at": moment(view.recorded_at),
        "source": view.source,
        "external_id": view.external_id,
        "subject": view.subject,
        "response_seconds": view.response_seconds,
        "url": view.url,
        "note": view.note,
        "recorded_by": view.recorded_by,
        "reversed": view.reversed,
    }
    if view.points is not None:
        document["points"], document["reason"] = view.points, view.reason or ""
    return document


def recorded_document(recorded: Recorded) -> schemas.Activity | schemas.ActivityKey:
    """The activity that somebody reported; its id and key alone where they may not see it."""
    if recorded.activity is not None:
        return activity_document(recorded.activity)
    key = recorded.key
    return {"id": recorded.id, "kind": key.kind, "source": key.source, "external_id": key.external_id}


def correction_document(
    row: Reversal, activity_id: str, action: Literal["reversal", "reinstatement"]
) -> schemas.Correction:
    """A reversal or a reinstatement."""
    return {"activity": activity_id, "action": action, "reason": row.reason, "by": row.by, "at": moment(row.at)}


def week_document(row: Week, *, is_current: bool, sees_all: bool) -> schemas.Week:
    """One week; its version, and whether it was closed since, only for who also sees what a freeze hides."""
    is_hidden = row.frozen_at is not None and not sees_all
    document: schemas.Week = {
        "week": row.slug,
        "name": row.name,
        "state": "open" if is_hidden else _state_of(row.state),
        "timezone": row.timezone,
        "starts": row.starts.isoformat(),
        "ends": row.ends.isoformat(),
        "frozen": row.frozen_at is not None,
        "current": is_current,
    }
    if not is_hidden:
        document["version"] = row.version
    return document


def team_document(row: Team, members: Sequence[str]) -> schemas.Team:
    """One team and who is in it, by name."""
    return {"team_id": row.id, "team": row.name, "members": list(members)}


def person_document(row: Person) -> schemas.Person:
    """One person."""
    return {"person_id": row.id, "name": row.name, "email": row.email}


def rule_set_document(row: RuleSet) -> schemas.RuleSet:
    """One version of the rules."""
    return {
        "version": row.id,
        "sha256": row.sha256,
        "by": row.by,
        "at": moment(row.at),
        "note": row.note,
        "text": row.text,
    }


def active_rules_document(row: RuleSet, file_errors: list[dict[str, Any]]) -> schemas.ActiveRules:
    """The active version, and what is wrong with the rules file."""
    return {**rule_set_document(row), "file_errors": file_errors}


def preview_document(preview: Preview) -> schemas.Preview:
    """The open weeks before and after, and why activation would be refused."""
    return {
        "weeks": [
            {
                "week": each.before.week,
                "name": each.before.name,
                "before": [standing_document(one) for one in each.before.standings],
                "after": [standing_document(one) for one in each.after.standings],
            }
            for each in preview.weeks
        ],
        "refused": preview.refused,
    }


def plain(value: object) -> object:
    """Moments and days as text, everything else as it is."""
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value


def _state_of(text: str) -> schemas.State:
    """A week's state; the database takes no other text (`week_state`)."""
    return cast("schemas.State", text)
