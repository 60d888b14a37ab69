"""My team and its standing in the current week."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInActor
from app.domain.standings.board import Standing
from app.domain.standings.quest_progress import Reach
from app.domain.standings.team_position import placing
from app.models import Team, Week
from app.services.ledger import my_week
from app.services.ledger.my_week import OwnActivity
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.boards import BoardSnapshot
from app.web.context import AppContext, installation
from app.web.deps import SignedIn
from app.web.http.areas import find_area
from app.web.http.render import tones
from app.web.me.private import page
from app.web.routes import DatabaseRoute
from app.web.views import board_for

FEW = 5  # of one's own activities: a glance; the page behind it has all of them
DONE = {"joined": "You are in. This is your team from now on."}

router = APIRouter(route_class=DatabaseRoute)


@dataclass(frozen=True, slots=True)
class _TeamContext:
    """The week somebody is in, and their team there; `coming` is the week after it."""

    week: Week | None
    team: Team | None = None
    members: tuple[str, ...] = ()
    coming: Week | None = None


class _Deeds(NamedTuple):
    """The team's quests within reach, and the person's latest activities."""

    reach: Reach | None
    latest: list[OwnActivity]


@router.get("/me", name="me")
async def my_team(request: Request, actor: SignedIn, done: Annotated[str, Query()] = "") -> Response:
    """Show my team's position in the current week, and my latest activities."""
    place = installation(request)
    scene = await place.database.reads.run(_look, place, actor)
    if scene.week is None:
        return page(request, actor, "no_week", section="team")
    snapshot = await board_for(place, find_area(request.scope["path"]), scene.week.slug, actor)
    board = snapshot.board
    standing = next(
        (standing for standing in board.standings if scene.team and standing.team_id == scene.team.id), None
    )
    deeds = await place.database.reads.run(_deeds, place, actor, scene.week, snapshot, standing)
    return page(
        request, actor, "index", section="team", scene=scene, week=board.week, board=board, standing=standing,
        placing=placing(board.standings, standing) if standing else None, tones=tones(board.standings),
        kinds=snapshot.rules.kind_by_name, zone=snapshot.zone, reach=deeds.reach, latest=deeds.latest,
        done=DONE.get(done, "") if scene.team else "",
    )  # fmt: skip


def _look(place: AppContext, actor: SignedInActor) -> _TeamContext:
    now = place.clock.game()
    with place.database.reading() as session:
        week = my_week.week_to_play(session, now)
        if week is None:
            return _TeamContext(None)
        team = my_week.team_in(session, week, actor.person_id)
        members = teams.members(session, week).get(team.id, []) if team else []
        return _TeamContext(week, team, tuple(member.name for member in members), my_week.coming(session, week, now))


def _deeds(
    place: AppContext, actor: SignedInActor, week: Week, snapshot: BoardSnapshot, standing: Standing | None
) -> _Deeds:
    board = snapshot.board
    with place.database.reading() as session:
        reach = None
        if standing is not None and board.state == "open" and not board.frozen:
            reach = my_week.within_reach(session, week, snapshot.rules, standing, place.clock.game())
        view = weeks.view(week, actor)
        latest = my_week.page(session, week, actor.person_id, cursor=None, limit=FEW, view=view)
        return _Deeds(reach, latest.items)
