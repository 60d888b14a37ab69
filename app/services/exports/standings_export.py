"""Standings of a week: a row for each team, with what it did and how often it earned each bonus."""

from datetime import datetime

from sqlmodel import Session

from app.domain.standings.board import Standing
from app.domain.view import View
from app.models import Week
from app.services.exports.tables import Table
from app.services.standings import boards


def table(session: Session, week: Week, view: View, now: datetime) -> Table:
    """The board's rows, as a view has them; in JSON with the totals and the trophies."""
    board = boards.seen(session, week, view, now)
    rows = [_row(standing) for standing in board.standings]
    bonuses = board.standings[0].bonuses if board.standings else ()
    columns = [
        "rank", "team", "team_id", "points", "movement", *(f"counts.{kind}" for kind in board.totals),
        *(f"bonuses.{name}" for name in bonuses), "quests", "members",
    ]  # fmt: skip
    trophies = [
        {"name": each.name, "for": each.audience, "value": each.value, "winners": each.winners}
        for each in board.trophies
    ]
    more = {
        "frozen": board.frozen, "version": board.version, "as_of": board.as_of, "headline": board.headline,
        "totals": dict(board.totals), "trophies": trophies,
    }  # fmt: skip
    return Table("standings", columns, [rows], more)


def _row(standing: Standing) -> dict[str, object]:
    return {
        "rank": standing.rank, "team": standing.team, "team_id": standing.team_id, "points": standing.points,
        "movement": standing.movement, "counts": dict(standing.counts), "bonuses": dict(standing.bonuses),
        "quests": standing.quests, "members": standing.members,
    }  # fmt: skip
