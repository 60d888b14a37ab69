"""Aliases of teams: those that were merged into another one. Points given to them read as given to that one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, bindparam
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.models import Team
from app.services import alias_columns
from app.services.weeks.weeks import AnyWeek

_OF_TEAM = Prepared(select(Team.id).where(col(Team.merged_into) == bindparam("team")))


def canonical(session: Session, week: AnyWeek) -> Mapping[str, str]:
    """Read which team each alias of a week was merged into, by the alias’s id; mostly there is none."""
    query = select(Team.id, Team.merged_into).where(Team.week_id == week.id, col(Team.merged_into).is_not(None))
    return {alias: str(team_id) for alias, team_id in session.exec(query)}


def of_team(session: Session, team_id: str) -> list[str]:
    """The ids of the teams that were merged into a team; mostly there is none."""
    return [alias for (alias,) in _OF_TEAM.rows(session, team=team_id)]


def ids_of(team_id: Any) -> CompoundSelect[Any]:
    """Select a team's id, given as text or as a parameter, and those of its aliases, for `in_`."""
    return alias_columns.ids_of(Team, team_id)


def owner_id(team_id: Any) -> ColumnElement[Any]:
    """The column expression for whose the rows of a column of teams' ids are."""
    return alias_columns.owner_id(Team, team_id)
