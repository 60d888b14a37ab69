"""My team and its standing in the current week."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.db.database import Database
from app.domain.actor import SignedInAct
from app.domain.standings.board import Standing
from app.domain.standings.quest_progress import Reach
from app.domain.standings.team_position import placing
from app.models import Team, Week
from app.services import announcements, notices
from app.services.announcements import NO_LINE, Line
from app.services.ledger import my_week
from app.services.ledger.my_week import OwnActivity
from app.services.shifts import own_seats, readiness, settings, shifts
from app.services.shifts.own_seats import NextSeat
from app.services.shifts.readiness import Progress
from app.services.teams import teams
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import NOTHING, Upcoming
from app.web.boards import BoardSnapshot
from app.web.deps import AppDatabase, MemberAct
from app.web.http.render import tones
from app.web.routes import DatabaseRoute
from app.web.submit import Page
from app.web.views import board_for

FEW = 5  # of one's own activities: a glance; the page behind it has all of them
DONE = {"joined": "You’ve joined the team."}

router = APIRouter(route_class=DatabaseRoute)


@dataclass(frozen=True, slots=True)
class _TeamContext:
    """The week somebody is in, and their team there; `coming` is the week after it, `shift` their next one.

    `opens_at` is the moment at which signing up opens, where that is ahead; `upcoming` what happens to the week by
    itself; `unfinished` the shift that they have yet to complete; `readiness` is there until they are ready;
    `line` is the announcement.
    """

    week: Week | None
    team: Team | None = None
    members: tuple[str, ...] = ()
    coming: Week | None = None
    shift: NextSeat | None = None
    has_shifts: bool = False
    opens_at: datetime | None = None
    needs_team: bool = True
    upcoming: Upcoming = NOTHING
    unfinished: NextSeat | None = None
    readiness: Progress | None = None
    line: Line = NO_LINE


class _Deeds(NamedTuple):
    """The team's quests within reach, the person's latest activities, and their number of unread notices."""

    reach: Reach | None
    latest: list[OwnActivity]
    unread: int


@router.get("/me", name="me")
async def my_team(
    request: Request, act: MemberAct, database: AppDatabase, done: Annotated[str, Query()] = ""
) -> Response:
    """Show my team's position in the current week, and my latest activities; it waits for a board that is ready."""
    scene = await database.reads.run(_look, database, act)
    if scene.week is None:
        return Page(request, act).render("me/no_week.html", section="team", unread=0, line=scene.line)
    snapshot = await board_for(request, scene.week.slug, act.actor)
    board = snapshot.board
    standing = next(
        (standing for standing in board.standings if scene.team and standing.team_id == scene.team.id), None
    )
    deeds = await database.reads.run(_deeds, database, act, scene.week, snapshot, standing)
    return Page(request, act, flash=DONE.get(done, "") if scene.team else "").render(
        "me/index.html", section="team", scene=scene, week=board.week, board=board, standing=standing,
        placing=placing(board.standings, standing) if standing else None, tones=tones(board.standings),
        kinds=snapshot.rules.kind_by_name, zone=snapshot.zone, reach=deeds.reach, latest=deeds.latest,
        unread=deeds.unread, now=act.now,
    )  # fmt: skip


def _look(database: Database, act: SignedInAct) -> _TeamContext:
    with database.reading() as session:
        week = my_week.week_to_play(session, act.now)
        if week is None:
            return _TeamContext(None, line=announcements.current(session, act.now))
        team = my_week.team_in(session, week, act.actor.person_id)
        members = teams.members(session, week).get(team.id, []) if team else []
        coming = my_week.coming(session, week, act.now)
        shift = own_seats.next_seat(session, act.actor.person_id, act.now)
        names = tuple(member.name for member in members)
        has_shifts = shifts.has_any_ahead(session, week, act.now)
        opens_at = settings.opens_after(session, week, act.now) if has_shifts and shift is None else None
        needs_team = team is not None or settings.settings_of(session, week).needs_team
        return _TeamContext(
            week, team, names, coming, shift, has_shifts, opens_at, needs_team,
            upcoming=schedule.upcoming(session, week.id),
            unfinished=own_seats.unfinished(session, act.actor.person_id, act.now),
            readiness=_readiness(session, act.actor.person_id),
            line=announcements.current(session, act.now),
        )  # fmt: skip


def _readiness(session: Session, person_id: str) -> Progress | None:
    """A person's way to being ready for a first shift; None once they are."""
    return readiness.progress(session, person_id) if readiness.unready(session, [person_id]) else None


def _deeds(
    database: Database, act: SignedInAct, week: Week, snapshot: BoardSnapshot, standing: Standing | None
) -> _Deeds:
    board = snapshot.board
    with database.reading() as session:
        reach = None
        if standing is not None and board.state == "open" and not board.frozen:
            reach = my_week.within_reach(session, week, snapshot.rules, standing, act.now)
        view = weeks.view(week, act.actor)
        latest = my_week.page(session, week, act.actor.person_id, cursor=None, limit=FEW, view=view)
        return _Deeds(reach, latest.items, notices.unread(session, act.actor.person_id, act.now))
