"""Rows of the page of a week's teams: with their forms where few are shown, a line each where there are many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from app.domain.actor import SignedInAct
from app.domain.standings.tones import NAMES, TONES, tones_of
from app.domain.text.direction import isolated
from app.models import Person, Team, Week
from app.models.columns import new_id
from app.services.access import credentials
from app.services.organizing import join_codes, team_admin
from app.services.rules import rule_sets
from app.services.shifts.settings import settings_of
from app.services.teams import teams
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.http.forms import FormState
from app.web.http.qr import qr
from app.web.organizer.team_forms import AdjustmentForm, LookForm, MemberForm, RenameForm
from app.web.submit import Page

MOST_CHOICES = 150
"""Teams shown with their forms, times the teams that each of their members may move to."""


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team with who is in it, and its join code as people read it."""

    team: Team
    members: list[Person]
    code: str = ""


@dataclass(frozen=True, slots=True)
class TeamRow(TeamLine):
    """A team with its forms as well, and its join code's address, also as a picture."""

    add: FormState[MemberForm] | None = None
    adjust: FormState[AdjustmentForm] | None = None
    rename: FormState[RenameForm] | None = None
    look: FormState[LookForm] | None = None
    address: str = ""
    picture: Markup | None = None


@dataclass(frozen=True, slots=True)
class TeamsInfo:
    """The context of the teams' page; `size` is the most members a team may have.

    `rows` are the teams shown with their forms; where those are too many, `lines` are shown instead. `only` is the team
    that was asked for, `find` the words that were. `needs_team` says if seats of the week's shifts do.
    """

    week: Week
    teams: list[TeamLine]
    lines: list[TeamLine]
    rows: list[TeamRow]
    size: int
    uninvited: int
    needs_team: bool
    only: str = ""
    find: str = ""
    tones: Mapping[str, int] = field(default_factory=dict)
    """Each team’s tone, by its id."""

    def colours(self, team_id: str) -> list[tuple[str, str]]:
        """The options of a team’s colour, with who else has chosen one."""
        chosen = {line.team.tone: line.team.name for line in self.teams if line.team.id != team_id}
        named = ((number, f" ({isolated(chosen[number])})" if number in chosen else "") for number in range(TONES))
        return [("", "Automatic"), *((str(number), NAMES[number] + who) for number, who in named)]


def show_teams(page: Page[SignedInAct], week: Week, uninvited: int, *, only: str = "", find: str = "") -> TeamsInfo:
    """Return the teams to show: one, those that some words find, or all; by name, 2 before 10."""
    session = page.session
    members, codes = teams.members(session, week), join_codes.every(session, week)
    every = [
        TeamLine(team, members.get(team.id, []), credentials.shown_code(code) if (code := codes.get(team.id)) else "")
        for team in teams.of_week(session, week)
    ]
    only = only if any(line.team.id == only for line in every) else ""
    shown = [line for line in every if line.team.id == only] if only else _found(every, find.casefold().split())
    chosen = {line.team.id: line.team.tone for line in every if line.team.tone is not None}
    has_forms = len(shown) * len(every) <= MOST_CHOICES or len(shown) == 1
    return TeamsInfo(
        week,
        every,
        lines=[] if has_forms else shown,
        rows=[_row(page, line, codes.get(line.team.id, "")) for line in shown] if has_forms else [],
        size=rule_sets.rules_of(session, week).team_size,
        uninvited=uninvited,
        needs_team=settings_of(session, week).needs_team,
        only=only,
        find=find,
        tones=tones_of((line.team.id for line in every), chosen),
    )


def _found(lines: Sequence[TeamLine], words: Sequence[str]) -> list[TeamLine]:
    def text(line: TeamLine) -> str:
        return " ".join([line.team.name, *(f"{each.name} {each.email}" for each in line.members)]).casefold()

    return [line for line in lines if all(word in text(line) for word in words)]


def _row(page: Page[SignedInAct], line: TeamLine, code: str) -> TeamRow:
    team = line.team
    add = page.form(MemberForm, team.id)
    adjust = page.form(AdjustmentForm, team.id, once=f"{new_id()}-{team.id}")
    address = base_of(page.request, page.settings) + url_for("join_team", code=code) if code else ""
    picture = qr(address, title=f"Join {isolated(team.name)}") if code else None
    rename = page.form(RenameForm, team.id, name=team.name).having(seen=team.name)
    tone = "" if team.tone is None else str(team.tone)
    look = page.form(LookForm, team.id, tone=tone, emblem=team.emblem or "").having(seen=team_admin.look_text(team))
    return TeamRow(team, line.members, line.code, add, adjust, rename, look, address, picture)
