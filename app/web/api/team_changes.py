"""Teams of a week: create, rename and remove them, who is in them, and what lets people in."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.domain.actor import Act
from app.errors import Conflict
from app.models import Team
from app.services.access import links
from app.services.organizing import invitations, join_codes, member_moves, team_admin
from app.services.teams import teams
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import naming, takes_json
from app.web.api.merging import PersonKey, TeamKey
from app.web.api.weeks import Slug
from app.web.deps import AdminAct, AppClock, AppDatabase, AppMailer, AppSettings, RawBody
from app.web.documents import join_code_document, move_document, team_document
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.routes import DatabaseRoute

router = APIRouter(tags=["weeks"], route_class=DatabaseRoute)

Name = Annotated[str, Field(min_length=1, max_length=200)]


class TeamIn(BaseModel):
    """A team by its name."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name


class MemberIn(BaseModel):
    """Someone for a team; `name` is needed for who is not known by this email yet."""

    model_config = ConfigDict(extra="forbid", strict=True)

    email: Annotated[str, Field(min_length=1, max_length=254)]
    name: Annotated[str, Field(max_length=200)] = ""


class MoveIn(BaseModel):
    """The team that a member moves to; null is none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    team_id: Annotated[str | None, Field(max_length=40)]
    dry_run: Annotated[bool, Field(description="Only say what would happen.")] = False


class InviteIn(BaseModel):
    """Whom sign-in links are for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    again: Annotated[bool, Field(description="Also who has a link that still works; it stops working.")] = False
    email: Annotated[
        bool, Field(description="Email a new link to everyone who never signed in, and show none; 409 without mail.")
    ] = False


@router.post(
    "/weeks/{week}/teams",
    operation_id="createTeam",
    status_code=201,
    openapi_extra=takes_json(TeamIn, {"name": "Night Owls"}),
    responses={201: {"model": documents.Team}},
)
def create_team(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Create a team without members; 409 for a name that another team of the week has."""
    wish = parse(TeamIn, body)
    with naming("name"), database.unit_of_work() as session:
        return JSONResponse(team_document(team_admin.make_team(session, week, wish.name, act), []), 201)


@router.patch(
    "/weeks/{week}/teams/{team_id}",
    operation_id="renameTeam",
    openapi_extra=takes_json(TeamIn, {"name": "Early Birds"}),
    responses={200: {"model": documents.Team}},
)
def rename_team(act: AdminAct, database: AppDatabase, week: Slug, team_id: TeamKey, body: RawBody) -> Response:
    """Give a team another name, everywhere; 409 while the board is frozen."""
    wish = parse(TeamIn, body)
    with naming("name"), database.unit_of_work() as session:
        team = team_admin.rename_team(session, week, team_id, wish.name, act)
        return JSONResponse(_about(session, week, team, act))


@router.delete("/weeks/{week}/teams/{team_id}", operation_id="removeTeam", responses={200: {"model": documents.Team}})
def remove_team(act: AdminAct, database: AppDatabase, week: Slug, team_id: TeamKey) -> Response:
    """Remove a team that nothing stands against; 409 says what does."""
    with database.unit_of_work() as session:
        document = _about(session, week, teams.find(session, weeks.find(session, week, act.now), team_id), act)
        team_admin.remove_team(session, week, team_id, act)
        return JSONResponse(document)


@router.post(
    "/weeks/{week}/teams/{team_id}/members",
    operation_id="addMember",
    status_code=201,
    openapi_extra=takes_json(MemberIn, {"email": "grace@example.com", "name": "Grace Hopper"}),
    responses={201: {"model": documents.Team}},
)
def add_member(act: AdminAct, database: AppDatabase, week: Slug, team_id: TeamKey, body: RawBody) -> Response:
    """Put someone who is in no team into one; 409 for a member of another team, who moves from there."""
    wish = parse(MemberIn, body)
    with naming("email"), database.unit_of_work() as session:
        team_admin.add(session, week, team_id, act, name=wish.name, email=wish.email)
        return JSONResponse(
            _about(session, week, teams.find(session, weeks.find(session, week, act.now), team_id), act), 201
        )


@router.patch(
    "/weeks/{week}/members/{person_id}",
    operation_id="moveMember",
    openapi_extra=takes_json(MoveIn, {"team_id": "9f86d081884c7d65", "dry_run": True}),
    responses={200: {"model": documents.MemberMove}},
)
def move_member(act: AdminAct, database: AppDatabase, week: Slug, person_id: PersonKey, body: RawBody) -> Response:
    """Move a member to another team, or out of all; their points stay, `seats` says what becomes of theirs."""
    wish = parse(MoveIn, body)
    with database.unit_of_work() as session:
        plan = member_moves.preview(session, week, person_id, wish.team_id or "", act)
        if not wish.dry_run:
            team_admin.move(session, week, person_id, wish.team_id or "", act)
        return JSONResponse(move_document(plan, moved=not wish.dry_run))


@router.put(
    "/weeks/{week}/teams/{team_id}/join-code",
    operation_id="createJoinCode",
    responses={200: {"model": documents.JoinCode}},
)
def create_join_code(
    request: Request, act: AdminAct, database: AppDatabase, settings: AppSettings, week: Slug, team_id: TeamKey
) -> Response:
    """Give a team a new join code; the one before stops working."""
    with database.unit_of_work() as session:
        code = join_codes.renew_in(session, week, team_id, act)
    return JSONResponse(join_code_document(code, base_of(request, settings) + url_for("join_team", code=code)))


@router.delete(
    "/weeks/{week}/teams/{team_id}/join-code", operation_id="revokeJoinCode", responses={200: {"model": documents.Team}}
)
def revoke_join_code(act: AdminAct, database: AppDatabase, week: Slug, team_id: TeamKey) -> Response:
    """End a team's join code, if it has one."""
    with database.unit_of_work() as session:
        return JSONResponse(_about(session, week, join_codes.withdraw_in(session, week, team_id, act), act))


@router.post(
    "/weeks/{week}/invitations",
    operation_id="inviteMembers",
    openapi_extra=takes_json(InviteIn, {"again": False}, required=False),
    responses={200: {"model": documents.InvitationList}},
)
def invite_members(
    request: Request, act: AdminAct, database: AppDatabase, clock: AppClock, settings: AppSettings, mailer: AppMailer,
    week: Slug, body: RawBody,
) -> Response:  # fmt: skip
    """Create sign-in links for the week's people who never signed in and have none; each is told this once.

    Its people are who ever was in a team or signed up; everyone where seats need no team, or there are no teams yet.
    """
    wish, base, act = parse(InviteIn, body or b"{}"), base_of(request, settings), act.at(clock.real())
    if wish.email and mailer is None:
        raise Conflict(invitations.NO_MAIL)
    with database.unit_of_work() as session:
        found = weeks.find(session, week, act.now)
        if wish.email:
            return JSONResponse(documents.InvitationList(items=[], emailed=invitations.mail(session, found, act)))
        items: list[documents.Invitation] = [
            {"team": each.team, "name": each.name, "email": each.email, "link": links.address(base, each.secret)}
            for each in invitations.invite(session, found, act, again=wish.again)
        ]
    return JSONResponse(documents.InvitationList(items=items, emailed=0))


def _about(session: Session, slug: str, team: Team, act: Act) -> documents.Team:
    members = teams.members(session, weeks.find(session, slug, act.now)).get(team.id, [])
    return team_document(team, [member.name for member in members])
