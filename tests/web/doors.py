"""The table of doors: every route, who may pass it, and what they then get. Everybody else is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.domain.actor import SCOPES, Scope
from tests.builders import ADA, RULES, SLUG

Rule = Literal["everybody", "boards", "members", "organizers", "owners"] | Scope
Role = Literal["visitor", "display", "player", "outsider", "organizer", "owner", "disabled"] | Scope

PEOPLE: tuple[Role, ...] = ("visitor", "display", "player", "outsider", "organizer", "owner", "disabled")
ROLES: tuple[Role, ...] = (*PEOPLE, *SCOPES)
MEMBERS: tuple[Role, ...] = ("player", "outsider", "organizer", "owner")
UNKNOWN: tuple[Role, ...] = ("visitor", "disabled")
"""Players are of the team a route is about, outsiders of another one. Scopes stand for tokens with that one alone."""


@dataclass(frozen=True)
class Door:
    """The roles that may pass, the status they then get, and what they send along: a form, a document, or text.

    `but` names who gets another status, `closed` who does where boards are for members.
    Placeholders in braces stand for something fresh of that name; see `Stage`.
    """

    rule: Rule
    status: int = 200
    form: Mapping[str, str] | None = None
    document: Mapping[str, Any] | None = None
    content: str | None = None
    but: Mapping[Role, int] = field(default_factory=dict)
    closed: Mapping[Role, int] = field(default_factory=dict)


def expected(door: Door, role: Role, path: str, *, public: bool) -> int:
    """The status somebody of this role gets."""
    if not public and role in door.closed:
        return door.closed[role]
    is_for_tokens = path.startswith("/api/") or path == "/metrics"
    if _may(door.rule, role, public=public, cookies=not is_for_tokens):
        return door.but.get(role, door.status)
    if is_for_tokens:
        return 403 if role in SCOPES else 401
    return 401 if role in UNKNOWN else 403


def _may(rule: Rule, role: Role, *, public: bool, cookies: bool) -> bool:
    """Tell whether the rule lets somebody pass; `cookies` is false where no cookie counts."""
    match rule:
        case "everybody":
            return True
        case "boards":
            return public or role in {"read", "admin"} or (cookies and role in {"display", *MEMBERS})
        case "members":
            return role in MEMBERS
        case "organizers":
            return role in {"organizer", "owner"}
        case "owners":
            return role == "owner"
        case _:
            return role in {rule, "admin"}


API = "/api/v1"
ACTIVITY = {
    "kind": "issue", "person": ADA, "occurred_at": "2022-09-14T09:00:00-07:00", "source": "github",
    "external_id": "door-{number}",
}  # fmt: skip
BLIND: Mapping[Role, int] = {"activities:write": 403, "ledger:correct": 403, "rules:write": 403}
CODELESS: Mapping[Role, int] = {**BLIND, "visitor": 409, "disabled": 409}  # no screen without a code's cookie
WHY = {"reason": "Fair"}
ADJUSTMENT = {"team_id": "{team}", "points": 1, "reason": "Fair", "external_id": "door-{number}"}
NEW = {"name": "New", "email": "new-{number}@example.com"}
TAKEN: Mapping[Role, int] = {"player": 409, "outsider": 409}  # they are in a team already
DAYS = {"starts": "2023-03-06", "ends": "2023-03-10"}
WEEK = {"name": "Week {number}", "timezone": "Europe/Berlin", "begin": "draft", **DAYS}
LIST = "team,name,email\nTeam {number},New,new-{number}@example.com\n"
POINTS = {"points": "5", "reason": "Fair", "once": "door-{number}"}
WHAT = {"id": "{form}", "week": SLUG, "kind": "issue", "day": "2022-09-14", "time": "10:00"}
DOORS: dict[tuple[str, str], Door] = {
    ("GET", f"{API}/weeks"): Door("read"),
    ("GET", f"{API}/weeks/{{week}}"): Door("read"),
    ("GET", f"{API}/weeks/{{week}}/teams"): Door("read"),
    ("GET", f"{API}/people"): Door("read"),
    ("GET", f"{API}/weeks/{{week}}/activities"): Door("read"),
    ("GET", f"{API}/rules"): Door("read"),
    ("GET", "/metrics"): Door("read"),
    ("GET", f"{API}/weeks/{{week}}/leaderboard"): Door("boards"),
    ("GET", f"{API}/weeks/{{week}}/teams/{{team_id}}/receipt"): Door("boards"),
    ("GET", f"{API}/weeks/{{week}}/live"): Door("boards"),
    ("POST", f"{API}/weeks/{{week}}/activities"): Door("activities:write", 201, document=ACTIVITY),
    ("POST", f"{API}/weeks/{{week}}/activities/batch"): Door("activities:write", content=""),
    ("POST", f"{API}/activities/{{activity_id}}/reversal"): Door("ledger:correct", 201, document=WHY),
    ("POST", f"{API}/activities/{{activity_id}}/reinstatement"): Door("ledger:correct", 409, document=WHY),
    ("POST", f"{API}/weeks/{{week}}/adjustments"): Door("ledger:correct", 201, document=ADJUSTMENT),
    ("POST", f"{API}/rules/preview"): Door("rules:write", content=RULES),
    ("PUT", f"{API}/rules"): Door("rules:write", content=RULES),
    ("GET", "/"): Door("boards"),
    ("GET", "/weeks/{week}"): Door("boards"),
    ("GET", "/weeks/{week}/live"): Door("boards"),
    ("GET", "/weeks/{week}/teams/{team}"): Door("boards"),
    ("GET", "/weeks/{week}/summary"): Door("boards"),
    ("GET", "/weeks/{week}/summary/charts/{name}.svg"): Door("boards"),
    ("GET", "/weeks/{week}/summary/card.png"): Door("boards"),
    ("GET", "/weeks/{week}/summary/present"): Door("boards"),
    ("GET", "/weeks/{week}/summary/present/live"): Door("boards"),
    ("POST", "/weeks/{week}/summary/present"): Door("everybody", 403, form={"to": "next"}),
    ("GET", "/display"): Door("everybody", closed=BLIND),  # who may not see boards gets a code to pair the screen with
    ("GET", "/display/live"): Door("boards"),
    ("GET", "/display/pulse"): Door("boards"),
    ("GET", "/healthz"): Door("everybody"),
    ("GET", "/readyz"): Door("everybody"),
    ("GET", "/openapi.json"): Door("everybody"),
    ("POST", "/csp-reports"): Door("everybody", 204, content="{}"),
    ("GET", "/sign-in"): Door("everybody", but=dict.fromkeys(MEMBERS, 303)),
    ("GET", "/sign-in/link/{secret}"): Door("everybody"),
    ("POST", "/sign-in/link/{secret}"): Door("everybody", 303),
    ("POST", "/sign-in/email"): Door("everybody", 404, form={"email": "nobody-{number}@example.com"}),
    ("GET", "/sign-in/company"): Door("everybody", 404),
    ("GET", "/sign-in/return"): Door("everybody", 404),
    ("POST", "/sign-in/return"): Door("everybody", 404),
    ("GET", "/join"): Door("everybody"),
    ("GET", "/join/{code}"): Door("everybody"),
    ("POST", "/join/{code}"): Door("everybody", 303, form=NEW, but=TAKEN),
    ("GET", "/me/mark.css"): Door("everybody"),
    ("GET", "/me"): Door("members"),
    ("GET", "/me/log"): Door("members"),
    ("POST", "/me/log"): Door("members", 303, form=WHAT),
    ("GET", "/me/activities"): Door("members"),
    ("GET", "/me/activities/{own_activity}"): Door("members"),
    ("GET", "/me/settings"): Door("members"),
    ("POST", "/me/settings"): Door("members", 303, form={"name": "New name", "theme": "dark"}),
    ("POST", "/me/sign-ins/{sign_in}/end"): Door("members", 303),
    ("POST", "/me/sign-ins/end-others"): Door("members", 303),
    ("POST", "/sign-out"): Door("members", 303),
    ("GET", "/display/pairing"): Door("everybody", closed=BLIND),
    ("POST", "/display/pairing"): Door("everybody", 303, closed=CODELESS),
    ("GET", "/organizer"): Door("organizers"),
    ("GET", "/organizer/weeks"): Door("organizers"),
    ("POST", "/organizer/weeks"): Door("organizers", 303, form=WEEK),
    ("GET", "/organizer/weeks/{week}"): Door("organizers"),
    ("POST", "/organizer/weeks/{draft_week}/open"): Door("organizers", 303),
    ("POST", "/organizer/weeks/{closed_week}/reopen"): Door("organizers", 303, form=WHY),
    ("POST", "/organizer/weeks/{open_week}/close"): Door("organizers", 303),
    ("POST", "/organizer/weeks/{open_week}/freeze"): Door("organizers", 303),
    ("POST", "/organizer/weeks/{frozen_week}/reveal"): Door("organizers", 303),
    ("POST", "/organizer/weeks/{week}/presenter"): Door("organizers"),
    ("POST", "/organizer/weeks/{week}/export"): Door("organizers", form={"format": "csv"}),
    ("GET", "/organizer/weeks/{week}/teams"): Door("organizers"),
    ("POST", "/organizer/weeks/{week}/teams"): Door("organizers", 303, form={"name": "Team {number}"}),
    ("POST", "/organizer/weeks/{week}/teams/import"): Door("organizers", 303, form={"text": LIST}),
    ("POST", "/organizer/weeks/{week}/teams/invitations"): Door("organizers"),
    ("POST", "/organizer/weeks/{week}/teams/members/{person_in_team}"): Door("organizers", 303, form={"team": ""}),
    ("POST", "/organizer/weeks/{week}/teams/{empty_team}/members"): Door("organizers", 303, form=NEW),
    ("POST", "/organizer/weeks/{week}/teams/{team}/code"): Door("organizers", 303),
    ("POST", "/organizer/weeks/{week}/teams/{team}/code/withdraw"): Door("organizers", 303),
    ("POST", "/organizer/weeks/{week}/teams/{team}/adjustment"): Door("organizers", 303, form=POINTS),
    ("GET", "/organizer/people"): Door("organizers"),
    ("POST", "/organizer/people"): Door("organizers", form=NEW),
    ("GET", "/organizer/people/{person_id}"): Door("organizers"),
    ("POST", "/organizer/people/{person_id}/link"): Door("organizers"),
    ("POST", "/organizer/people/{person_id}/link/mail"): Door("organizers", 409),
    ("POST", "/organizer/people/{invited}/link/revoke"): Door("organizers", 303),
    ("POST", "/organizer/people/{person_id}/switch-off"): Door("organizers", 303),
    ("POST", "/organizer/people/{person_id}/switch-on"): Door("organizers", 303),
    ("POST", "/organizer/people/{person_id}/role"): Door("owners", 303, form={"role": "organizer"}),
    ("POST", "/organizer/people/{person_id}/sign-ins/end"): Door("organizers", 303),
    ("POST", "/organizer/people/{person_id}/name"): Door("organizers", 303, form={"name": "Somebody else"}),
    ("POST", "/organizer/people/{ada}/activities/{activity_id}/reversal"): Door("organizers", 303, form=WHY),
    ("POST", "/organizer/people/{ada}/activities/{activity_id}/reinstatement"): Door("organizers", 409, form=WHY),
    ("GET", "/organizer/displays"): Door("organizers"),
    ("POST", "/organizer/displays"): Door("organizers", 303, form={"code": "{display_code}", "name": "Hall"}),
    ("POST", "/organizer/displays/rotation"): Door("organizers", 303, form={"default": "yes"}),
    ("POST", "/organizer/displays/{display_id}/revoke"): Door("organizers", 303),
    ("GET", "/organizer/tokens"): Door("organizers"),
    ("POST", "/organizer/tokens"): Door("organizers", form={"name": "tool {number}", "scope": "read", "days": "7"}),
    ("POST", "/organizer/tokens/{token_id}/revoke"): Door("organizers", 303),
    ("GET", "/organizer/audit"): Door("organizers"),
    ("POST", "/organizer/audit/export"): Door("organizers"),
}
