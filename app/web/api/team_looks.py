"""Colours and emblems of teams."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from app.domain.standings.tones import NAMES
from app.services.organizing import team_admin
from app.services.teams import teams
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import naming, takes_changes
from app.web.api.merging import TeamKey
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppDatabase, RawBody
from app.web.documents import team_document
from app.web.routes import DatabaseRoute

router = APIRouter(route_class=DatabaseRoute)


class LookIn(BaseModel):
    """A team's colour and emblem; null is chosen by itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    colour: Annotated[str | None, Field(max_length=20, description=f"One of {', '.join(NAMES)}.")] = None
    emblem: Annotated[
        str | None, Field(max_length=team_admin.LONGEST_EMBLEM, description="One or two letters, or one emoji.")
    ] = None

    def sent(self) -> dict[str, str]:
        """The fields that are sent; empty is chosen by itself."""
        return {name: getattr(self, name) or "" for name in self.model_fields_set}


@router.patch(
    "/weeks/{week}/teams/{team_id}/look",
    operation_id="changeTeamLook",
    tags=["weeks"],
    openapi_extra=takes_changes(LookIn, {"colour": "Violet", "emblem": "🦉"}),
    responses={200: {"model": documents.Team}},
)
def change_team_look(act: AdminAct, database: AppDatabase, week: Slug, team_id: TeamKey, body: RawBody) -> Response:
    """Choose a team's colour and emblem, as board, receipt, display and charts have them; what is left out stays."""
    wish = parse(LookIn, body)
    with naming("emblem"), database.unit_of_work() as session:
        team = team_admin.change_look(session, week, team_id, act, **wish.sent())
        members = teams.members(session, weeks.find(session, week, act.now)).get(team.id, [])
        return JSONResponse(team_document(team, [member.name for member in members]))
