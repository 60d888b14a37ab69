"""Object-level access: an id that is somebody else's, of another week or of another kind of thing opens nothing."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import pytest
from sqlmodel import Session

from app.domain.calendar.slots import slot_between
from app.models import Seat
from app.services import calendar_feeds
from app.services.access import accounts, credentials, sign_ins, tokens
from app.services.displays import displays
from app.services.operations import secrets
from app.services.shifts import shifts
from app.services.shifts.shifts import ShiftFields
from tests.builders import ADA, DUA, ELIF, OWLS, PACIFIC, SLUG, a_team, a_week, act_by, moment
from tests.web.kept_rows import Tables, changed, tables
from tests.web.role_clients import RoleClients, forget_tries
from tests.web.route_access import API, ROUTES, Role, RouteAccess
from tests.web.running_app import SIGNED_IN, WEEK, RunningApp, screen_code, sign_in

OTHER = "q4-2022"
OTHER_KIND = ("team", "person", "display", "sign-in of another", "nothing")
NOT_OF_THIS_WEEK = ("team of another week", "person", "display", "nothing")
FOREIGN = {
    "week": ("team", "person", "nothing"),
    "draft_week": ("team", "nothing"),
    "open_week": ("team", "nothing"),
    "archived_week": ("team", "nothing"),
    "played_week": ("team", "nothing"),
    "rehearsed_week": ("team", "nothing"),
    "closed_week": ("team", "nothing"),
    "frozen_week": ("team", "nothing"),
    "team": NOT_OF_THIS_WEEK,
    "team_id": NOT_OF_THIS_WEEK,
    "empty_team": NOT_OF_THIS_WEEK,
    "empty_team_id": NOT_OF_THIS_WEEK,
    "person_in_team": ("team", "display", "nothing"),
    "member_id": ("team", "display", "nothing"),
    "bulk_id": ("team", "person", "nothing"),
    "person_id": ("team", "display", "nothing"),
    "invited": ("team", "display", "nothing"),
    "ada": ("another person", "team", "nothing"),
    "own_activity": ("activity of another", "adjustment", "team", "nothing"),
    "own_log": ("activity of another", "adjustment", "team", "nothing"),
    "mates_activity": ("adjustment", "team", "nothing"),
    "sign_in": ("sign-in of another", "person", "nothing"),
    "activity_id": ("activity of another", "adjustment", "team", "nothing"),
    "ledger_entry": ("person", "team", "nothing"),
    "own_shift": ("shift of another week", "team", "nothing"),
    "full_shift": ("shift of another week", "team", "nothing"),
    "waited_shift": ("shift of another week", "team", "nothing"),
    "offered_seat": ("sign-up of another shift", "person", "nothing"),
    "shift_id": ("shift of another week", "team", "nothing"),
    "sign_up_id": ("sign-up of another shift", "person", "nothing"),
    "display_id": ("person", "token", "nothing"),
    "screen_message": ("person", "display", "nothing"),
    "token_id": ("person", "display", "nothing"),
    "feed": ("secret of a sign-in", "text of a token", "feed", "nothing"),
    "choice": ("secret of a sign-in", "text of a token", "feed", "person", "nothing"),
    "delivery_id": ("person", "token", "nothing"),
    "unmatched_id": ("person", "token", "nothing"),
    "identity_id": ("person", "token", "nothing"),
    "webhook_id": ("person", "token", "nothing"),
    "message_id": ("person", "token", "nothing"),
    "connection": ("person", "nothing"),
    "kind": ("team", "nothing"),
    "keyed_connection": ("person", "nothing"),
    "asked_connection": ("person", "nothing"),
    "url_key": (),  # a wrong one is 401, as a wrong signature is: tests/web/test_hooks.py
    "own_feed": ("feed of another", "person", "nothing"),
    "feed_id": ("person", "token", "nothing"),
    "answer_id": ("person", "display", "nothing"),
    "review_id": ("person", "display", "nothing"),
    "own_review": ("review of another", "person", "nothing"),
    "card_id": ("activity of another", "person", "nothing"),
    "due_card": ("activity of another", "person", "nothing"),
    "feedback_id": ("person", "display", "nothing"),
    "entry": ("person", "display", "nothing"),
    "own_entry": ("entry of another", "person", "nothing"),
    "hidden_entry": ("person", "display", "nothing"),
    "guide_version": ("person", "display", "nothing"),
    "rules_version": ("person", "display", "nothing"),
    "job_id": ("person", "display", "nothing"),
    "secret": ("secret of a sign-in", "secret of a screen", "text of a token", "nothing"),
    "open_link": ("secret of a sign-in", "secret of a screen", "text of a token", "nothing"),
    "used_link": ("secret of a sign-in", "secret of a screen", "text of a token", "nothing"),
    "code": ("code of a display", "nothing"),
    "name": ("team", "nothing"),
    "table": ("team", "nothing"),
}
"""The values of the placeholders."""
ANY_ACTIVITY = (f"{API}/activities/{{activity_id}}/reversal", f"{API}/activities/{{activity_id}}/reinstatement")
"""Whoever may correct the ledger may correct all of it: there are no activities of others here."""
PLACEHOLDER = re.compile(r"{(\w+)}")


@dataclass
class Strangers:
    """Things of somebody else, of another week, of another kind, by what FOREIGN calls them."""

    stage: RoleClients

    def __post_init__(self) -> None:
        """Make each of them."""
        site, outsider = self.stage.site, self.stage.people["outsider"]
        with site.database.unit_of_work() as session:
            now = site.clock.now
            a_week(session, OTHER, state="draft", now=now)
            team = a_team(session, "Wrens", ELIF, slug=OTHER, now=now)
            screen = credentials.make(credentials.SCREEN)
            code = screen_code()
            self.ids = {
                "team of another week": team.id,
                "person": outsider.person_id,
                "another person": outsider.person_id,
                "sign-in of another": sign_ins.of_person(session, outsider.person_id, now)[0].id,
                "display": displays.pair(session, code, "Hall", act_by("Olu", now)).id,
                "code of a display": code,
                "secret of a screen": screen,
                "secret of a sign-in": next(iter(outsider.cookies.values())),
                "text of a token": tokens.create(session, act_by("Olu", now), name="t", scopes=["read"], days=None),
                "token": str(tokens.every(session)[0].id),
                "feed of another": _feed_of(session, outsider.person_id, now),
                "nothing": "0" * 16,
            }
            begin = moment("2022-09-15 23:00")
            span = slot_between(begin, begin + timedelta(hours=1), PACIFIC)
            shift = shifts.create(session, OTHER, span, ShiftFields(), act_by("Olu", now))
            self.ids["shift of another week"] = shift.id
            seat = Seat(shift_id=shift.id, person_id=outsider.person_id, signed_up_at=now)
            session.add(seat)
            self.ids["sign-up of another shift"] = seat.id
        self.ids["feed"] = self.ids["feed of another"]
        self.ids["entry of another"] = self.stage.path("{entry}", "outsider")
        self.ids["review of another"] = self.stage.path("{own_review}", "outsider")
        self.ids["team"] = site.game.team_id("Owls")
        self.ids["activity of another"] = str(site.record(person=DUA).json()["id"])
        self.ids["adjustment"] = str(site.adjust("Owls", 1).json()["id"])


def _feed_of(session: Session, person_id: str, now: datetime) -> str:
    return calendar_feeds.create(session, accounts.find(session, person_id), None, act_by("Olu", now)).feed.id


def asked_by(door: RouteAccess) -> tuple[Role, ...]:
    """The most privileged role at a door, which could do the most harm."""
    match door.rule:
        case "boards":
            return ("player", "organizer", "admin")
        case "members" | "everybody":
            return ("player", "organizer")
        case "organizers" | "owners":
            return ("owner",)
        case scope:
            return (scope, "admin")


def swaps() -> Iterator[tuple[str, str, Role, str, str]]:
    """Every door with an id in its address, who asks, which id is replaced and by what."""
    for (method, path), door in ROUTES.items():
        for name in PLACEHOLDER.findall(path):
            for foreign in FOREIGN[name]:
                if path in ANY_ACTIVITY and foreign in {"activity of another", "adjustment"}:
                    continue
                yield from ((method, path, role, name, foreign) for role in asked_by(door))


@pytest.mark.timeout(180)  # every door there is
def test_an_id_of_somebody_else_opens_nothing_and_changes_nothing(site: RunningApp) -> None:
    stage = RoleClients(site)
    strangers = Strangers(stage)
    wrong = {}

    with closing(Tables(site)) as found:
        for method, path, role, name, foreign in swaps():
            door, shown = ROUTES[method, path], stage.shown_by(role)
            address = stage.path(path.replace(f"{{{name}}}", strangers.ids[foreign]), role)
            form = {key: stage.path(text, role) for key, text in (door.form or {}).items()}
            forget_tries(site)
            before = found.read()
            status = _send(stage, method, address, door, shown, {"csrf": _csrf(stage, role), **form})
            if (written := changed(before, found.read())) or status != 404:
                wrong[method, path, role, foreign] = (status, written)

    assert wrong == {}


def _csrf(stage: RoleClients, role: Role) -> str:
    return stage.people[role].csrf if role in stage.people else ""


def _send(
    stage: RoleClients, method: str, address: str, door: RouteAccess, headers: dict[str, str], form: dict[str, str]
) -> int:
    if method == "GET":
        with stage.site.client.stream("GET", address, headers=headers) as answer:
            return answer.status_code
    if door.document is not None:
        return stage.site.ask(method, address, headers=headers, json=dict(door.document)).status_code
    if door.content is not None:
        return stage.site.ask(method, address, headers=headers, content=door.content).status_code
    return stage.site.ask(method, address, headers=headers, data=form, params=door.query).status_code


def test_every_id_in_an_address_is_swapped() -> None:
    wanted = {name for _, path in ROUTES for name in PLACEHOLDER.findall(path)}

    assert set(FOREIGN) == wanted


def test_a_form_that_names_something_of_another_week_changes_nothing(site: RunningApp) -> None:
    stage = RoleClients(site)
    strange, owls = Strangers(stage).ids["team of another week"], site.game.team_id(OWLS)
    owner, player = stage.people["owner"], stage.people["player"]
    before = tables(site)
    what = {"id": "0" * 16, "kind": "issue", "day": "2022-09-14", "time": "10:00"}

    answers = [
        owner.post(f"/organizer/weeks/{SLUG}/teams/members/{player.person_id}", team=strange),
        owner.post(f"/organizer/weeks/{OTHER}/teams/members/{player.person_id}", team=owls),
        player.post("/me/log", week=OTHER, **what),
        _present(site, SLUG, secrets.presenter_key(site.app.state.context.key, OTHER, site.clock.now)),
        _adjust(site, strange),
    ]

    assert [answer.status_code for answer in answers] == [404, 409, 409, 403, 404]
    assert changed(before, tables(site)) == []


def _present(site: RunningApp, slug: str, key: str) -> httpx.Response:
    return site.post(f"/weeks/{slug}/summary/present", data={"to": "next", "key": key})


def _adjust(site: RunningApp, team_id: str) -> httpx.Response:
    body = {"team_id": team_id, "points": 1, "reason": "Fair", "external_id": "strange"}
    return site.post(f"{WEEK}/adjustments", "ledger:correct", json=body)


def test_the_same_form_of_two_people_is_two_activities(site: RunningApp) -> None:
    one, other = sign_in(site, ADA), sign_in(site, DUA)
    what = {"id": "0" * 16, "week": SLUG, "kind": "issue", "day": "2022-09-14", "time": "10:00"}

    places = [
        visitor.post("/me/log", note=email, **what).headers["location"] for visitor, email in ((one, ADA), (other, DUA))
    ]

    assert len(set(places)) == 2
    assert [one.get(place).status_code for place in places] == [200, 404]
    assert [other.get(place).status_code for place in places] == [404, 200]


def test_a_form_token_counts_for_its_own_sign_in_alone(site: RunningApp) -> None:
    player, again, outsider = sign_in(site, ADA), sign_in(site, ADA), sign_in(site, DUA)
    before = tables(site)

    answers = [
        player.post("/me/settings", csrf=visitor.csrf, name="Taken", theme="dark") for visitor in (again, outsider)
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert changed(before, tables(site)) == []


@SIGNED_IN
def test_a_secret_of_one_kind_is_none_of_another(site: RunningApp) -> None:
    stage = RoleClients(site)
    member, screen = (next(iter(stage.people[role].cookies.values())) for role in ("organizer", "display"))
    link, token = stage.fresh("secret", "organizer"), site.token("admin")
    ways: dict[str, Callable[[str], dict[str, str]]] = {
        "sign-in": lambda secret: {"Cookie": f"plain-sign-in={secret}"},
        "display": lambda secret: {"Cookie": f"plain-display={secret}"},
        "token": lambda secret: {"Authorization": f"Bearer {secret}"},
    }
    held = {"sign-in": member, "display": screen, "token": token, "link": link}

    let_in = {
        (kind, way)
        for kind, secret in held.items()
        for way, shown in ways.items()
        if site.get(f"/weeks/{SLUG}", headers=shown(secret)).status_code != 401
    }

    assert let_in == {("sign-in", "sign-in"), ("display", "display"), ("token", "token")}


def test_a_place_in_somebody_elses_list_is_refused(site: RunningApp) -> None:
    for number in range(60):
        site.record(person=DUA, external_id=f"of-dua-{number}")
    page = sign_in(site, DUA).get("/me/activities").text
    cursor = re.findall(r"cursor=([^&\"]+)", page)[0]

    answer = sign_in(site, ADA).get(f"/me/activities?cursor={cursor}")

    assert answer.status_code == 422
