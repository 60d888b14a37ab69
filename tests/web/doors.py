"""The table of doors: every route, who may pass it, and what they then get. Everybody else is refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from app.domain.who import SCOPES, Scope
from app.services import accounts, credentials, displays, join_codes, links, secrets, sign_ins, teams, tokens, weeks
from tests.builders import ADA, CATS, DUA, OWLS, RULES, SLUG, an_activity
from tests.web.site import Site, Visitor, pair, sign_in

Rule = Literal["everybody", "boards", "members", "organizers", "owners", "presenter"] | Scope
Role = Literal["visitor", "display", "player", "outsider", "organizer", "owner", "disabled"] | Scope

PEOPLE: tuple[Role, ...] = ("visitor", "display", "player", "outsider", "organizer", "owner", "disabled")
ROLES: tuple[Role, ...] = (*PEOPLE, *SCOPES)
MEMBERS: tuple[Role, ...] = ("player", "outsider", "organizer", "owner")
UNKNOWN: tuple[Role, ...] = ("visitor", "disabled")
"""Players are of the team a route is about, outsiders of another one. Scopes stand for tokens with that one alone."""


@dataclass(frozen=True)
class Door:
    """Who may pass, which status they then get (`but` some), and what they send along: a form, a document, or text."""

    rule: Rule
    status: int = 200
    form: Mapping[str, str] | None = None
    document: Callable[["Stage"], Any] | None = None
    content: str | None = None
    but: Mapping[Role, int] = field(default_factory=dict)


def expected(door: Door, role: Role, path: str, *, public: bool) -> int:
    """The status somebody of this role gets."""
    if _may(door.rule, role, public=public):
        return door.but.get(role, door.status)
    if path.startswith("/api/") or path == "/metrics":
        return 403 if role in SCOPES else 401
    return 401 if role in UNKNOWN else 403


def _may(rule: Rule, role: Role, *, public: bool) -> bool:
    match rule:
        case "everybody":
            return True
        case "boards":
            return public or role in {"display", "read", "admin", *MEMBERS}
        case "members":
            return role in MEMBERS
        case "organizers":
            return role in {"organizer", "owner"}
        case "owners":
            return role == "owner"
        case "presenter":
            return False
        case _:
            return role in {rule, "admin"}


EMAILS: dict[Role, tuple[str, Literal["player", "organizer", "owner"]]] = {
    "player": (ADA, "player"),
    "outsider": (DUA, "player"),
    "organizer": ("organizer@example.com", "organizer"),
    "owner": ("owner@example.com", "owner"),
}


@dataclass
class Stage:
    """A site with somebody of every role, and something fresh for every placeholder of a path."""

    site: Site
    people: dict[Role, Visitor] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        """Let everybody come in."""
        for role in MEMBERS:
            self.come_in(role)
        self.people["display"] = pair(self.site)
        self.people["disabled"] = sign_in(self.site, "gone@example.com", "organizer")
        with self.site.database.unit_of_work() as session:
            gone = accounts.find(session, self.people["disabled"].person_id)
            accounts.switch(session, gone, on=False, granter=None, by="Olu", now=self._now)

    def come_in(self, role: Role) -> None:
        """Sign somebody of this role in, whatever they did with the sign-in before."""
        email, rank = EMAILS[role]
        self.people[role] = sign_in(self.site, email, rank)

    def shown_by(self, role: Role) -> dict[str, str]:
        """What somebody of this role shows at a door."""
        if role in SCOPES:
            return {"Authorization": f"Bearer {self.site.token(role)}"}
        visitor = self.people.get(role)
        cookies = visitor.cookies if visitor else {}
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}

    def ask(self, method: str, template: str, door: Door, role: Role) -> int:
        """The status of a well-formed request by somebody of this role; of a stream only the head."""
        if method == "POST" and role in MEMBERS:
            self.come_in(role)
        path = self.path(template, role)
        headers = self.shown_by(role)
        if template.endswith("/live"):
            with self.site.client.stream(method, path, headers=headers) as answer:
                return answer.status_code
        return self._send(method, path, door, role, headers).status_code

    def _send(self, method: str, path: str, door: Door, role: Role, headers: Mapping[str, str]) -> httpx.Response:
        if door.document is not None:
            return self.site.ask(method, path, headers=headers, json=door.document(self))
        if door.content is not None:
            return self.site.ask(method, path, headers=headers, content=door.content)
        if method == "POST":
            csrf = self.people[role].csrf if role in self.people else ""
            form = {name: text.format_map(_Fresh(self, role)) for name, text in (door.form or {}).items()}
            return self.site.ask(method, path, headers=headers, data={"csrf": csrf, **form})
        return self.site.ask(method, path, headers=headers)

    def path(self, template: str, role: Role) -> str:
        """An address of this route at which there is something."""
        return template.format_map(_Fresh(self, role))

    def fresh(self, name: str, role: Role) -> str:
        """Something nobody has used yet, for a placeholder of this name."""
        self.made += 1
        return str(getattr(self, f"_{name}")(role))

    @property
    def _now(self) -> Any:
        return self.site.clock.now

    def _week(self, _role: Role) -> str:
        return SLUG

    def _number(self, _role: Role) -> int:
        return self.made

    def _team(self, _role: Role) -> str:
        return self.site.game.team_id(OWLS)

    _team_id = _team

    def _other_team(self, _role: Role) -> str:
        return self.site.game.team_id(CATS)

    def _activity_id(self, _role: Role) -> str:
        return str(self.site.record(person=ADA).json()["id"])

    def _form(self, _role: Role) -> str:
        return f"{self.made:016x}"

    def _own_activity(self, role: Role) -> str:
        """Something somebody of this role did; for who is nobody, something Ada did."""
        email = EMAILS[role][0] if role in EMAILS else ADA
        return str(self.site.record(person=email).json()["id"])

    def _name(self, _role: Role) -> str:
        return "days"

    def _secret(self, role: Role) -> str:
        person_id = self._person_id(role)
        with self.site.database.unit_of_work() as session:
            person = accounts.find(session, person_id)
            return links.make(session, person, "invitation", by="Olu", now=self._now)

    def _person_id(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            email = f"somebody-{self.made}@example.com"
            return accounts.create(session, name="Somebody", email=email, by="Olu", now=self._now).id

    def _code(self, _role: Role) -> str:
        """The code of a team with room for one more."""
        with self.site.database.unit_of_work() as session:
            week = weeks.lock(session, SLUG, self._now)
            team = teams.find_or_create(session, week, f"Team {self.made}", self._now)
            weeks.touch(session, week)
            return join_codes.renew(session, team, by="Olu", now=self._now)

    def _sign_in(self, role: Role) -> str:
        """Another browser of the same person; for who has none, of somebody else."""
        visitor = self.people.get(role)
        if visitor is None or not visitor.person_id or role == "disabled":
            visitor = self.people["player"]
        with self.site.database.unit_of_work() as session:
            person = accounts.find(session, visitor.person_id)
            where = "192.0.2.8"
            sign_ins.start(session, person, "email", address=where, agent="", replaces=None, now=self._now)
            newest = sign_ins.of_person(session, person.id, self._now)
            return next(each.id for each in newest if each.address == where)

    def _display_id(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            return displays.pair(session, credentials.make_code(), "Hall", by="Olu", now=self._now).id

    def _token(self, _role: Role) -> str:
        with self.site.database.unit_of_work() as session:
            name = f"tool-{self.made}"
            tokens.create(session, name=name, scopes=["read"], days=None, by="Olu", now=self._now)
            return name

    def _presenter_key(self, _role: Role) -> str:
        return secrets.presenter_key(self.site.app.state.installation.settings, SLUG)


class _Fresh(dict[str, str]):
    """What `format_map` asks for placeholders."""

    def __init__(self, stage: Stage, role: Role) -> None:
        super().__init__()
        self._stage = stage
        self._role = role

    def __missing__(self, name: str) -> str:
        return self._stage.fresh(name, self._role)


def _activity(_stage: Stage) -> Any:
    return an_activity()


def _reason(_stage: Stage) -> Any:
    return {"reason": "Fair"}


def _adjustment(stage: Stage) -> Any:
    key = an_activity()["external_id"]
    return {"team_id": stage.site.game.team_id(OWLS), "points": 1, "reason": "Fair", "external_id": key}


API = "/api/v1"
NEW = {"name": "New", "email": "new-{number}@example.com"}
TAKEN: Mapping[Role, int] = {"player": 409, "outsider": 409}  # they are in a team already
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
    ("POST", f"{API}/weeks/{{week}}/activities"): Door("activities:write", 201, document=_activity),
    ("POST", f"{API}/weeks/{{week}}/activities/batch"): Door("activities:write", content=""),
    ("POST", f"{API}/activities/{{activity_id}}/reversal"): Door("ledger:correct", 201, document=_reason),
    ("POST", f"{API}/activities/{{activity_id}}/reinstatement"): Door("ledger:correct", 409, document=_reason),
    ("POST", f"{API}/weeks/{{week}}/adjustments"): Door("ledger:correct", 201, document=_adjustment),
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
    ("POST", "/weeks/{week}/summary/present"): Door("presenter", form={"to": "next"}),
    ("GET", "/display"): Door("boards"),
    ("GET", "/display/live"): Door("boards"),
    ("GET", "/display/pulse"): Door("boards"),
    ("GET", "/healthz"): Door("everybody"),
    ("GET", "/readyz"): Door("everybody"),
    ("GET", "/openapi.json"): Door("everybody"),
    ("POST", "/csp-reports"): Door("everybody", 204, content="{}"),
    ("GET", "/sign-in"): Door("everybody", but=dict.fromkeys(MEMBERS, 303)),
    ("GET", "/sign-in/link/{secret}"): Door("everybody"),
    ("POST", "/sign-in/link/{secret}"): Door("everybody", 303),
    ("POST", "/sign-in/email"): Door("everybody", 303, form={"email": "nobody@example.com"}),
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
}
