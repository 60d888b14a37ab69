"""Boards as text, so that a frozen week can serve the very board of the moment it was frozen."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from app.domain.standings.board import Board, LastEarned, Standing, TieValue, TrophyResult


def to_text(board: Board) -> str:
    """A board as JSON; `from_text` gives an equal one."""
    return json.dumps(asdict(board), ensure_ascii=False, default=_moment)


def from_text(text: str) -> Board:
    """The board that `to_text` wrote."""
    packed = json.loads(text)
    return Board(
        **{
            **packed,
            "as_of": datetime.fromisoformat(packed["as_of"]),
            "standings": tuple(_standing(standing) for standing in packed["standings"]),
            "trophies": tuple(
                TrophyResult(**{**trophy, "winners": tuple(trophy["winners"])}) for trophy in packed["trophies"]
            ),
        }
    )


def _standing(packed: dict[str, Any]) -> Standing:
    last = packed["last_earned"]
    return Standing(
        **{
            **packed,
            "quests": tuple(packed["quests"]),
            "members": tuple(packed["members"]),
            "last_earned": LastEarned(**{**last, "at": datetime.fromisoformat(last["at"])}) if last else None,
            # Boards frozen before ties were named have none.
            "ties": tuple(
                TieValue(tie["words"], _read(tie["at"]), tie.get("is_dated", False)) for tie in packed.get("ties", ())
            ),
        }
    )


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat()
