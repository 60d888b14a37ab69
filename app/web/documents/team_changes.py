"""Members who move, join codes, and sign-in links for a week's people."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.services.exports.ledger_export import moment
from app.services.organizing.member_moves import MovePlan, SeatAfter
from app.web.documents.values import Moment


class MovedSeat(TypedDict):
    """A seat of who moves, and the team it counts for then."""

    shift_id: str
    starts_at: Moment
    team: str | None
    moves: Annotated[bool, Field(description="Whether it counts for another team than before.")]
    note: Annotated[str, Field(description="Why it stays, or what is odd; often empty.")]


class MemberMove(TypedDict):
    """A move of a member from `team` to another one, or to none (null)."""

    moved: Annotated[bool, Field(description="False for a dry run.")]
    person: str
    team: str
    to: str | None
    points: Annotated[int, Field(description="Points of their own that stay with the team they leave.")]
    seats: list[MovedSeat]
    refusals: Annotated[list[str], Field(description="What stands against it; empty once it is done.")]


class JoinCode(TypedDict):
    """A team's join code, and the address that leads people to it."""

    code: str
    address: str


class Invitation(TypedDict):
    """A sign-in link for someone; `team` is empty for who is in none."""

    team: str
    name: str
    email: str
    link: str


class InvitationList(TypedDict):
    """Sign-in links, each told this once; `emailed` are those that are on their way by email instead."""

    items: list[Invitation]
    emailed: int


def move_document(plan: MovePlan, *, moved: bool) -> MemberMove:
    """A move that was done, or would be."""
    return {
        "moved": moved,
        "person": plan.person.name,
        "team": plan.source.name,
        "to": plan.target.name if plan.target else None,
        "points": plan.points,
        "seats": [_seat(each) for each in plan.seats],
        "refusals": list(plan.refusals),
    }


def _seat(each: SeatAfter) -> MovedSeat:
    return {
        "shift_id": each.shift.id,
        "starts_at": moment(each.shift.starts_at),
        "team": each.team,
        "moves": each.moves,
        "note": each.note,
    }


def join_code_document(code: str, address: str) -> JoinCode:
    """A join code as programs see it."""
    return {"code": code, "address": address}
