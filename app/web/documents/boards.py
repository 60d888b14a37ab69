"""Leaderboard and receipt."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.rules.model import Audience
from app.domain.standings import board as domain
from app.domain.standings import receipt
from app.services.exports.ledger_export import moment
from app.web.documents.values import Moment, State, state_of


class Standing(TypedDict):
    """One team's rank."""

    rank: int
    team: str
    team_id: str
    points: int
    counts: dict[str, int]
    bonuses: dict[str, int]
    quests: list[str]
    members: list[str]
    movement: int | None


# Written as a call, because `for` is a word of Python.
Trophy = TypedDict("Trophy", {"name": str, "for": Audience, "value": int, "winners": list[str]})
Trophy.__doc__ = "A trophy and who has it; without winners `value` is 0."


class Leaderboard(TypedDict):
    """One week's board."""

    week: str
    name: str
    state: State
    frozen: bool
    version: int
    as_of: Moment
    headline: Annotated[
        str, Field(examples=["20 shifts, 154 responses, 18 issues, 6 feature requests, 2 knowledge cards"])
    ]
    totals: dict[str, int]
    standings: list[Standing]
    trophies: list[Trophy]


def head_document(head: domain.BoardHead) -> Leaderboard:
    """The board of a week, without its teams."""
    return {
        "week": head.week,
        "name": head.name,
        "state": state_of(head.state),
        "frozen": head.frozen,
        "version": head.version,
        "as_of": moment(head.as_of),
        "headline": head.headline,
        "totals": dict(head.totals),
        "standings": [],
        "trophies": [
            {"name": trophy.name, "for": trophy.audience, "value": trophy.value, "winners": list(trophy.winners)}
            for trophy in head.trophies
        ],
    }


def standing_document(standing: domain.Standing) -> Standing:
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


class ReceiptLine(TypedDict):
    """One reason for points, or an activity that earned none."""

    at: Moment
    person: str | None
    what: str
    why: str
    points: int


class Receipt(TypedDict):
    """A team's receipt; the lines sum to `points`."""

    points: int
    items: list[ReceiptLine]


def receipt_document(source: receipt.Receipt) -> Receipt:
    """A team's receipt as JSON."""
    return {
        "points": source.points,
        "items": [
            {"at": moment(line.at), "person": line.person, "what": line.what, "why": line.why, "points": line.points}
            for line in source.items
        ],
    }
