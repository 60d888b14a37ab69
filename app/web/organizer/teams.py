"""Organizers and the teams of a week: members, join codes, lists, invitations, and points given by hand."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.text.direction import isolated
from app.domain.wording import points_text
from app.errors import Conflict, Problem
from app.models import Team
from app.services.access import links
from app.services.exports import csv_text
from app.services.imports import doors, wording
from app.services.ledger import ledger
from app.services.organizing import invitations, join_codes, team_admin
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.deps import AppClock, AppDatabase, AppMailer, AppSettings, OrganizerAct, ReadSession
from app.web.http import csrf, redirects
from app.web.http.client import base_of
from app.web.http.forms import FormState
from app.web.http.render import plural
from app.web.organizer.import_form import ImportForm, mistakes, unpacked
from app.web.organizer.page import Tidied
from app.web.organizer.team_forms import (
    AdjustmentForm,
    InviteForm,
    LookForm,
    MemberForm,
    MoveForm,
    RenameForm,
    TeamForm,
)
from app.web.organizer.team_rows import show_teams
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, refuse, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/teams", route_class=DatabaseRoute)

DONE = {
    "made": "Team created. Next: add people.",
    "renamed": "Team renamed.",
    "look": "Colour and emblem changed.",
    "merged": "Merged. Both are one team now.",
    "removed": "Team removed.",
    "added": "Added 1 person.",
    "moved": "Moved 1 person. Points stay with the team that earned them.",
    "out": "Removed 1 person from the team. Points stay with it.",
    "code": "Join code created.",
    "replaced": "Join code replaced. The old one stopped working.",
    "withdrawn": "Join code revoked.",
}
TeamsPage = Page[SignedInAct]
_IMPORTED = re.compile(r"imported-([0-9]{1,7})-([0-9]{1,7})-([0-9]{1,7})")
_MAILED = re.compile(r"mailed-([0-9]{1,6})")
_ADJUSTED = re.compile(r"adjusted-(-?[0-9]{1,6})-([0-9a-f-]{1,36})")


@router.get("")
def organizer_teams(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    week: str,
    done: str = "",
    only: str = "",
    find: Tidied = "",
    code: str = "",
) -> Response:
    """The teams of a week, and everything that can be done with them; of many, those that are asked for."""
    page = Page(request, act, session, flash=_flash(session, done))
    return teams_page(page, slug=week, only=only, find=find, code=code)


def _flash(session: Session, done: str) -> str:
    """The sentence of what was done; imports and adjustments come with their numbers."""
    if found := _IMPORTED.fullmatch(done):
        counts = dict(zip(("people", "teams", "moved"), map(int, found.groups()), strict=True))
        return f"Imported {wording.imported('teams', counts)}."
    if found := _MAILED.fullmatch(done):
        return f"{plural(int(found[1]), 'email is', 'emails are')} on the way. People who sign in before get none."
    found = _ADJUSTED.fullmatch(done)
    if found is None or (team := session.get(Team, found[2])) is None:
        return DONE.get(done, "")
    points = int(found[1])
    verb, preposition = ("Gave", "to") if points > 0 else ("Took", "from")
    return f"{verb} {points_text(abs(points))} {preposition} {isolated(team.name)}"


def teams_page(page: TeamsPage, *, slug: str, only: str = "", find: str = "", code: str = "") -> Response:
    """The page of a week's teams; invitation links are shown where they were just made. Raises WeekUnknown.

    `code` is the team whose join code is shown open.
    """
    week = weeks.find(page.session, slug, page.act.now)
    now = page.act.at(page.clock.real())
    never_in = invitations.never_in(page.session, week, now)
    pending = links.pending(page.session, now.now)
    uninvited = sum(each.person.id not in pending for each in never_in)
    made = page.shown_once or []
    return page.render(
        "organizer/teams.html", slug=week.slug, mistakes=mistakes(page.problem),
        told=show_teams(page, week, uninvited, only=only, find=find), never_in=never_in, by_mail=page.has_mail,
        create=page.form(TeamForm), roster=page.form(ImportForm),
        code=code, invitations=made, invitations_csv=_csv_address(made) if made else "",
    )  # fmt: skip


def _csv_address(rows: list[tuple[str, str, str, str]]) -> str:
    """The list as a file inside the page itself: asking for it once more would make other links."""
    text = csv_text.text([("team", "name", "email", "link"), *rows])
    return f"data:text/csv;charset=utf-8,{quote(text)}"


def _change(
    request: Request, act: SignedInAct, slug: str, change: Callable[[Session, Act], str], form: FormState[Any] | None,
    *, code: str = "",
) -> Response:  # fmt: skip
    """Do one thing; `change` says what was done. Where it is refused, the page says why and keeps what was typed.

    Whoever works on one team of many stays with it: `only` in the form's address.
    """
    only = request.query_params.get("only", "")

    def save(session: Session, act: Act) -> Done:
        return Done("organizer_teams", change(session, act), {"week": slug, "only": only, "code": code})

    return submit(request, act, save, form=form, page=partial(teams_page, slug=slug, only=only))


@router.post("", name="team_create")
def make_team(request: Request, act: OrganizerAct, week: str, form: FormState[TeamForm]) -> Response:
    """Make a team."""

    def change(session: Session, act: Act) -> str:
        team_admin.make_team(session, week, form.data.name, act)
        return "made"

    return _change(request, act, week, change, form)


@router.post("/import", name="teams_import", max_body_size=csrf.MAX_LIST_BYTES)
@takes_long
def import_teams(
    request: Request, act: OrganizerAct, database: AppDatabase, week: str, form: FormState[ImportForm]
) -> Response:
    """Take over a list of teams, all or nothing; every bad line is named."""
    sent, only = unpacked(form), request.query_params.get("only", "")
    try:
        counts = doors.run(database, "teams", week, form.data.content, None, act)
    except Problem as problem:
        return refuse(request, act, problem, page=partial(teams_page, slug=week, only=only), form=sent)
    done = "imported-{people}-{teams}-{moved}".format_map(counts)
    return redirects.see("organizer_teams", done=done, week=week, only=only)


@router.post("/invitations", name="invitations_create")
def invite_members(
    request: Request, act: OrganizerAct, clock: AppClock, settings: AppSettings, mailer: AppMailer, week: str,
    form: FormState[InviteForm],
) -> Response:  # fmt: skip
    """Make links for everybody who has never signed in and has none that counts, or for all; shown once, or sent."""

    def make(session: Session, act: SignedInAct) -> Done:
        found, again = weeks.find(session, week, act.now), form.data.again == "yes"
        if form.data.by == "mail":
            if mailer is None:
                raise Conflict(invitations.NO_MAIL)
            number = invitations.mail(session, found, act.at(clock.real()))
            return Done("organizer_teams", f"mailed-{number}", {"week": found.slug})
        base = base_of(request, settings)
        return Done(
            shown_once=[
                (each.team, each.name, each.email, links.address(base, each.secret))
                for each in invitations.invite(session, found, act.at(clock.real()), again=again)
            ]
        )

    return submit(request, act, make, form=form, page=partial(teams_page, slug=week))


@router.post("/members/{person}", name="member_move")
def move_member(request: Request, act: OrganizerAct, week: str, person: str, form: FormState[MoveForm]) -> Response:
    """Move somebody to another team, or out of all of them."""

    def change(session: Session, act: Act) -> str:
        _person, target = team_admin.move(session, week, person, form.data.team, act, seen=form.data.seen)
        return "moved" if target else "out"

    return _change(request, act, week, change, form)


@router.post("/{team}/name", name="team_rename")
def rename_team(request: Request, act: OrganizerAct, week: str, team: str, form: FormState[RenameForm]) -> Response:
    """Give a team another name."""

    def change(session: Session, act: Act) -> str:
        team_admin.rename_team(session, week, team, form.data.name, act, seen=form.data.seen)
        return "renamed"

    return _change(request, act, week, change, form.keyed(team))


@router.post("/{team}/look", name="team_look")
def choose_look(request: Request, act: OrganizerAct, week: str, team: str, form: FormState[LookForm]) -> Response:
    """Choose a team's colour and emblem."""

    def change(session: Session, act: Act) -> str:
        team_admin.set_look(session, week, team, form.data.tone, form.data.emblem, act, seen=form.data.seen)
        return "look"

    return _change(request, act, week, change, form.keyed(team))


@router.post("/{team}/remove", name="team_remove")
def remove_team(request: Request, act: OrganizerAct, week: str, team: str) -> Response:
    """Remove a team that nothing stands against."""

    def change(session: Session, act: Act) -> str:
        team_admin.remove_team(session, week, team, act)
        return "removed"

    return _change(request, act, week, change, None)


@router.post("/{team}/members", name="member_add")
def add_member(request: Request, act: OrganizerAct, week: str, team: str, form: FormState[MemberForm]) -> Response:
    """Put somebody into a team."""

    def change(session: Session, act: Act) -> str:
        team_admin.add(session, week, team, act, name=form.data.name, email=form.data.email)
        return "added"

    return _change(request, act, week, change, form.keyed(team))


@router.post("/{team}/code", name="join_code_renew")
def renew_join_code(request: Request, act: OrganizerAct, week: str, team: str) -> Response:
    """Give a team a fresh join code."""

    def change(session: Session, act: Act) -> str:
        held = weeks.lock(session, week, act.now)
        had_one = team in join_codes.every(session, held)
        join_codes.renew(session, teams.find(session, held, team), act)
        return "replaced" if had_one else "code"

    return _change(request, act, week, change, None, code=team)


@router.post("/{team}/code/withdraw", name="join_code_revoke")
def withdraw_join_code(request: Request, act: OrganizerAct, week: str, team: str) -> Response:
    """Take a team's join code away."""

    def change(session: Session, act: Act) -> str:
        join_codes.withdraw_in(session, week, team, act)
        return "withdrawn"

    return _change(request, act, week, change, None)


@router.post("/{team}/adjustment", name="team_adjust")
def adjust_team(request: Request, act: OrganizerAct, week: str, team: str, form: FormState[AdjustmentForm]) -> Response:
    """Give a team points, or take some; the same form sent twice counts once."""

    def change(session: Session, act: Act) -> str:
        data = form.data
        ledger.adjust(session, week, act, team_id=team, points=data.points, reason=data.reason, external_id=data.once)
        return f"adjusted-{data.points}-{team}"

    return _change(request, act, week, change, form.keyed(team))
