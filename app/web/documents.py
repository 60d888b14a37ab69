"""The API's answers as plain values, key by key as the contract names them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from app.domain.board import Board, Standing
from app.domain.receipt import Receipt
from app.models import Person, RuleSet, Team, Week
from app.services.activities import ActivityView
from app.services.ledger import Answer
from app.services.previews import Preview
from app.services.transfer import moment


def board_document(board: Board) -> dict[str, Any]:
    """The leaderboard."""
    return {
        "week": board.week,
        "name": board.name,
        "state": board.state,
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


def standing_document(standing: Standing) -> dict[str, Any]:
    """One team's place on the leaderboard."""
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


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    """Why a score is what it is."""
    return {
        "points": receipt.points,
        "items": [
            {"at": moment(line.at), "person": line.person, "what": line.what, "why": line.why, "points": line.points}
            for line in receipt.items
        ],
    }


def activity_document(activity: ActivityView) -> dict[str, Any]:
    """One activity; an adjustment also has `points` and `reason`."""
    document = {name: plain(getattr(activity, name)) for name in activity.__slots__}
    if activity.points is None:
        del document["points"], document["reason"]
    return document


def answer_document(answer: Answer) -> dict[str, Any]:
    """The activity that somebody reported; its id and key alone where they may not see it."""
    if answer.activity is not None:
        return activity_document(answer.activity)
    key = answer.key
    return {"id": answer.id, "kind": key.kind, "source": key.source, "external_id": key.external_id}


def week_document(week: Week, *, is_current: bool, sees_all: bool) -> dict[str, Any]:
    """One week; its version, and whether it was closed since, only for who also sees what a freeze hides."""
    is_hidden = week.frozen_at is not None and not sees_all
    return {
        "week": week.slug,
        "name": week.name,
        "state": "open" if is_hidden else week.state,
        "timezone": week.timezone,
        "starts": week.starts.isoformat(),
        "ends": week.ends.isoformat(),
        "frozen": week.frozen_at is not None,
        "current": is_current,
    } | ({} if is_hidden else {"version": week.version})


def team_document(team: Team, members: Sequence[str]) -> dict[str, Any]:
    """One team and who is in it, by name."""
    return {"team_id": team.id, "team": team.name, "members": list(members)}


def person_document(person: Person) -> dict[str, Any]:
    """One person."""
    return {"person_id": person.id, "name": person.name, "email": person.email}


def rule_set_document(rule_set: RuleSet) -> dict[str, Any]:
    """One version of the rules."""
    return {
        "version": rule_set.id,
        "sha256": rule_set.sha256,
        "by": rule_set.by,
        "at": moment(rule_set.at),
        "note": rule_set.note,
        "text": rule_set.text,
    }


def preview_document(preview: Preview) -> dict[str, Any]:
    """The open weeks before and after, and why activation would be refused."""
    return {
        "weeks": [
            {
                "week": each.before.week,
                "name": each.before.name,
                "before": [standing_document(standing) for standing in each.before.standings],
                "after": [standing_document(standing) for standing in each.after.standings],
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
