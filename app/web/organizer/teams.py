"""Organizers and the teams of a week: members, join codes, lists, invitations, and points given by hand."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, UploadFile
from markupsafe import Markup
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInActor
from app.errors import Malformed, Problem, WeekUnknown
from app.models import Person, Team, Week
from app.models.columns import new_id
from app.services.access import credentials, links
from app.services.exports import ledger_export
from app.services.imports import roster_import
from app.services.ledger import ledger
from app.services.organizing import join_codes, team_admin
from app.services.organizing.team_admin import Invitation
from app.services.rules import rule_sets
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.access import Organizer
from app.web.context import installation
from app.web.deps import act_of
from app.web.http import redirects
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.http.csrf import MAX_PARTS
from app.web.http.qr import qr
from app.web.organizer.page import NOTHING, Reply, page, refusal
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/teams", route_class=DatabaseRoute)

DONE = {
    "made": "The team is made. Now it needs people.",
    "added": "They are in the team. If they have never signed in, make invitation links below.",
    "moved": "Moved. Points stay where the work was done; what they do from now on counts for the new team.",
    "out": "Taken out of the team. What they have done stays with it.",
    "code": "There is a fresh join code. One from before counts no more.",
    "withdrawn": "The join code counts no more.",
    "imported": "The list is taken over.",
    "adjusted": "The points are given. The receipt of the team names them with your reason.",
}
_POINTS = re.compile(r"[+-]?[0-9]{1,6}")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})

Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Listed:
    """A team with who is in it, and its join code: as people read it, its address, and that as a picture."""

    team: Team
    members: list[Person]
    code: str
    address: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class Told:
    """The context of the teams' page; `size` is the most members a team may have."""

    week: Week
    teams: list[Listed]
    size: int
    uninvited: int


@router.get("")
async def organizer_teams(request: Request, who: Organizer, week: str, done: str = "") -> Response:
    """The teams of a week, and everything that can be done with them."""
    return await _page(request, who, week, done=done)


async def _page(
    request: Request, who: SignedInActor, slug: str, reply: Reply = NOTHING, *, done: str = "", **more: object
) -> Response:
    told = await installation(request).database.reads.run(_load, request, who, slug)
    context = {"mistakes": [], "invitations": [], "invitations_csv": "", **more}
    return page(
        request,
        "organizer/teams.html",
        who,
        reply,
        told=told,
        slug=told.week.slug,
        once=new_id(),
        done=DONE.get(done, ""),
        **context,
    )


def _load(request: Request, who: SignedInActor, slug: str) -> Told:
    place = installation(request)
    with place.database.reading() as session:
        week = weeks.find(session, slug, place.clock.game())
        members, codes = teams.members(session, week), join_codes.every(session, week)
        listed = [
            _listed(request, team, members.get(team.id, []), codes.get(team.id, ""))
            for team in teams.of_week(session, week)
        ]
        waiting = team_admin.uninvited(session, week, act_of(request, who, place.clock.real()))
        return Told(week, listed, rule_sets.rules_of(session, week).team_size, len(waiting))


def _listed(request: Request, team: Team, members: list[Person], code: str) -> Listed:
    if not code:
        return Listed(team, members, "", "", Markup())
    address = base_of(request, installation(request).settings) + url_for("join_team", code=code)
    return Listed(team, members, credentials.shown_code(code), address, qr(address, title=f"Join {team.name}"))


async def _change(
    request: Request, who: SignedInActor, slug: str, change: Callable[[Session, Act], str], reply: Reply
) -> Response:
    """Do one thing; `change` says what was done. Where it is refused, the page says why and keeps what was typed."""
    place = installation(request)

    def save() -> str:
        with place.database.unit_of_work() as session:
            return change(session, act_of(request, who, place.clock.game()))

    try:
        done = await place.database.writes.run(save)
    except WeekUnknown:
        raise
    except Problem as problem:
        return await _page(request, who, slug, refusal(problem, reply.form, reply.typed))
    return redirects.see("organizer_teams", done=done, week=slug)


@router.post("", name="team_create")
async def make_team(request: Request, who: Organizer, week: str, name: Text = "") -> Response:
    """Make a team."""

    def change(session: Session, act: Act) -> str:
        team_admin.make_team(session, week, name, act)
        return "made"

    return await _change(request, who, week, change, Reply(form="make", typed={"name": name}))


@router.post("/import", name="teams_import", form_limits={"max_fields": MAX_PARTS})
async def import_teams(
    request: Request, who: Organizer, week: str, text: Text = "", file: UploadFile | None = None
) -> Response:
    """Take over a list of teams, all or nothing; every bad line is named."""
    uploaded = await file.read() if file is not None and file.filename else b""
    try:
        given = uploaded.decode("utf-8-sig") if uploaded else text.removeprefix("\ufeff")
    except UnicodeDecodeError:
        sentence = "That file is no text in UTF-8. Save it as “CSV UTF-8” and send it again."
        return await _page(request, who, week, Reply(sentence, Malformed.status, "import", {"text": text}))
    place = installation(request)

    def save() -> None:
        entries = roster_import.read_csv(StringIO(given, newline=""))
        if not entries:
            raise Malformed("The list has a header and nothing below it. Write a line for each person.")
        with place.database.unit_of_work() as session:
            act = act_of(request, who, place.clock.game())
            roster_import.apply(session, weeks.find(session, week, act.now).slug, entries, act)

    try:
        await place.database.writes.run(save, long=True)
    except WeekUnknown:
        raise
    except Problem as problem:
        mistakes = problem.extra.get("errors", [])
        return await _page(request, who, week, refusal(problem, "import", {"text": given}), mistakes=mistakes)
    return redirects.see("organizer_teams", done="imported", week=week)


@router.post("/invitations", name="invitations_create")
async def invite_members(request: Request, who: Organizer, week: str) -> Response:
    """Make links for everybody who has never signed in and has none that counts; shown in this answer alone."""
    place = installation(request)

    def save() -> list[Invitation]:
        with place.database.unit_of_work() as session:
            found = weeks.find(session, week, place.clock.game())
            return team_admin.invite(session, found, act_of(request, who, place.clock.real()))

    made = await place.database.writes.run(save)
    rows = [
        (each.team, each.name, each.email, links.address(base_of(request, place.settings), each.secret))
        for each in made
    ]
    return await _page(request, who, week, invitations=rows, invitations_csv=_csv_address(rows))


def _csv_address(rows: list[tuple[str, str, str, str]]) -> str:
    """The list as a file inside the page itself: asking for it once more would make other links."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["team", "name", "email", "link"])
    writer.writerows([ledger_export.cell(each) for each in row] for row in rows)
    return f"data:text/csv;charset=utf-8,{quote(out.getvalue())}"


@router.post("/members/{person}", name="member_move")
async def move_member(request: Request, who: Organizer, week: str, person: str, team: Text = "") -> Response:
    """Move somebody to another team, or out of all of them."""

    def change(session: Session, act: Act) -> str:
        _person, target = team_admin.move(session, week, person, team, act)
        return "moved" if target else "out"

    return await _change(request, who, week, change, NOTHING)


@router.post("/{team}/members", name="member_add")
async def add_member(
    request: Request, who: Organizer, week: str, team: str, email: Text = "", name: Text = ""
) -> Response:
    """Put somebody into a team."""

    def change(session: Session, act: Act) -> str:
        team_admin.add(session, week, team, act, name=name, email=email)
        return "added"

    typed = {"email": email, "name": name}
    return await _change(request, who, week, change, Reply(form=f"add-{team}", typed=typed))


@router.post("/{team}/code", name="join_code_renew")
async def renew_join_code(request: Request, who: Organizer, week: str, team: str) -> Response:
    """Give a team a fresh join code."""

    def change(session: Session, act: Act) -> str:
        held = weeks.lock(session, week, act.now)
        join_codes.renew(session, teams.find(session, held, team), act)
        return "code"

    return await _change(request, who, week, change, NOTHING)


@router.post("/{team}/code/withdraw", name="join_code_revoke")
async def withdraw_join_code(request: Request, who: Organizer, week: str, team: str) -> Response:
    """Take a team's join code away."""

    def change(session: Session, act: Act) -> str:
        held = weeks.lock(session, week, act.now)
        join_codes.withdraw(session, teams.find(session, held, team), act)
        return "withdrawn"

    return await _change(request, who, week, change, NOTHING)


@router.post("/{team}/adjustment", name="team_adjust")
async def adjust_team(
    request: Request, who: Organizer, week: str, team: str, points: Text = "", reason: Text = "", once: Text = ""
) -> Response:
    """Give a team points, or take some; the same form sent twice counts once."""

    def change(session: Session, act: Act) -> str:
        given = points.strip().translate(_MINUS)
        if not _POINTS.fullmatch(given):
            raise Malformed("Points are a whole number, such as 10 or -5.")
        ledger.adjust(session, week, act, team_id=team, points=int(given), reason=reason, external_id=once)
        return "adjusted"

    typed = {"points": points, "reason": reason, "once": once}
    return await _change(request, who, week, change, Reply(form=f"adjust-{team}", typed=typed))
