"""The table of doors: every route, who may pass it, and what they then get. Everybody else is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.domain.actor import SCOPES, Scope
from tests.builders import ADA, BO, ENDS, RULES, SLUG, STARTS, ZONE
from tests.pictures import badge

Rule = Literal["everybody", "boards", "members", "organizers", "owners"] | Scope
Role = Literal["visitor", "display", "player", "outsider", "organizer", "owner", "disabled"] | Scope

PEOPLE: tuple[Role, ...] = ("visitor", "display", "player", "outsider", "organizer", "owner", "disabled")
ROLES: tuple[Role, ...] = (*PEOPLE, *SCOPES)
MEMBERS: tuple[Role, ...] = ("player", "outsider", "organizer", "owner")
UNKNOWN: tuple[Role, ...] = ("visitor", "disabled")
"""Players are of the team a route is about, outsiders of another one. Scopes stand for tokens with that one alone."""


@dataclass(frozen=True)
class RouteAccess:
    """The roles that may pass, the status they then get, and what they send along: a form, a document, text or a query.

    `files` come with a form. `but` names who gets another status, `closed` who does where boards are for members.
    Placeholders in braces stand for something fresh of that name; see `Stage`.
    """

    rule: Rule
    status: int = 200
    form: Mapping[str, str] | None = None
    document: Mapping[str, Any] | None = None
    content: str | bytes | None = None
    files: Mapping[str, bytes] | None = None
    query: Mapping[str, str] | None = None
    but: Mapping[Role, int] = field(default_factory=dict)
    closed: Mapping[Role, int] = field(default_factory=dict)


def expected(door: RouteAccess, role: Role, path: str, *, public: bool) -> int:
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
BLIND: Mapping[Role, int] = dict.fromkeys(("activities:write", "shifts:write", "ledger:correct", "rules:write"), 403)
CODELESS: Mapping[Role, int] = {**BLIND, "visitor": 409, "disabled": 409}  # no screen without a code's cookie
SPAN = {"starts_at": "2022-09-16T22:00:00-07:00", "ends_at": "2022-09-16T23:00:00-07:00"}
SLOTS = {"days": ["fri"], "from": "18:00", "until": "20:00"}
WHY = {"reason": "Fair"}
NEW_WEEK = {"week": "made-{number}", "name": "Made", "timezone": "UTC", "starts": "2022-10-10", "ends": "2022-10-14"}
CONTACTS = '[{"starts_at": "2022-09-07T10:00:00-07:00", "minutes": 30, "channel": "email", "contacts": 8}]'
CONTACTS_CSV = "starts_at,minutes,channel,contacts\n2022-09-07T10:00:00-07:00,30,chat,8\n"
ANSWERING = {"channel": "email", "handling": "9", "within": "60", "shrinkage": "15", "step": "set"}
CHAT = {"contacts": 100, "period_s": 1800, "aht_s": 180, "people": 14, "within_s": 20}
IDENTITY = {"source": "{source}", "external_id": "id-{number}", "email": ADA}
FURTHER = {"email": "further{number}@example.com"}
NO_ADDRESS = {"email": "no@example.com"}
NAMING = {"source": "{source}", "external_id": "id-{number}"}
ACCOUNT = {"external_id": "robot-{number}"}
ADJUSTMENT = {"team_id": "{team}", "points": 1, "reason": "Fair", "external_id": "door-{number}"}
NEW = {"name": "New", "email": "new-{number}@example.com"}
TAKEN: Mapping[Role, int] = {"player": 409, "outsider": 409}  # they are in a team already
TEAMLESS: Mapping[Role, int] = {"organizer": 409, "owner": 409}  # seats are for teams
DAYS = {"starts": "2023-03-06", "ends": "2023-03-10"}
PEOPLE_TO_DRAW = {"text": "name,email\nNew,drawn-{number}@example.com\n", "seed": "7"}
WEEK_COPY = {"name": "Copy {number}", "starts": "2022-10-10", "people": "no"}
WEEK_EDIT = {"name": "Week {number}", "timezone": ZONE, "starts": str(STARTS), "ends": str(ENDS)}
NEXT_DAY = {"now": "2022-09-13T09:00:00-07:00"}
FREEZE = {"action": "freeze", "at": "2022-09-16T15:00"}
WEEK = {"name": "Week {number}", "timezone": "Europe/Berlin", "begin": "draft", **DAYS}
LIST = "team,name,email\nTeam {number},New,new-{number}@example.com\n"
SEATS = {"seats": "3", "needed": "1"}
SHIFT = {"date": "2022-09-15", "start": "06:00", "until": "08:00", **SEATS}
PATTERN = {"pattern": "wednesday", "first": "2022-09-12", "last": "2022-09-16", "step": "make", **SEATS}
EDIT = {**SHIFT, "version": "1", "reason": "Fair"}
MANY = {"shifts": "{shift_id}:1", "place": "Room {number}", "step": "change"}
PEOPLE_LIST = f"email,name\n{ADA},Ada Lovelace\n"
SHIFT_LIST = "date,from,until,seats,needed,label,place,link\n2022-09-16,06:00,08:00,3,1,Desk {number},,"
SHIFT_SETTINGS = {
    "players": "teams", "leave_until_h": "12", "completes": "itself", "early_before": "07:00",
    "first_round": "{number}",
}  # fmt: skip
POINTS = {"points": "5", "reason": "Fair", "once": "door-{number}"}
WHAT = {"id": "{form}", "week": SLUG, "kind": "issue", "day": "2022-09-14", "time": "10:00"}
MARKS = {"q1": "yes", "q2": "partly", "q3": "no", "q4": "na", "rubric": "{rubric}"}
NOW_DONE = {"id": "{form}", "kind": "issue"}
LINE = {"text": "Prizes at 17:{number}", "version": "{newest_line}"}
LOOK = {"name": "Week {number}", "accent": "#1d6849", "version": "{newest_look}"}
GUIDE = {"text": "Guide {number}", "version": "{newest_guide}"}
API_KEY = {"key": "ghp_0123456789", "address": "https://api.example", "repositories": "acme/support"}
WEBHOOK = {"url": "https://nobody.invalid/", "events": ["week.closed"], "week": SLUG}
NEWEST = {"version": "{newest_guide}"}
READY_LIST = {"text": "Item {number}", "version": "{newest_ready_list}"}
NEW_RULES = {"text": "{rules_text}", "version": "{newest_rules}", "note": "Fair"}
SIGN_UP = f"{API}/weeks/{{week}}/shifts/{{shift_id}}/sign-ups/{{sign_up_id}}"
ROUTES: dict[tuple[str, str], RouteAccess] = {
    ("GET", f"{API}/weeks"): RouteAccess("read"),
    ("GET", f"{API}/weeks/{{week}}"): RouteAccess("read"),
    ("POST", f"{API}/weeks"): RouteAccess("admin", 201, document=NEW_WEEK),
    ("PATCH", f"{API}/weeks/{{week}}"): RouteAccess("admin", document={"customers": 2_000}),
    ("DELETE", f"{API}/weeks/{{draft_week}}"): RouteAccess("admin"),
    ("GET", f"{API}/weeks/{{week}}/teams"): RouteAccess("read"),
    ("GET", f"{API}/weeks/{{week}}/metrics"): RouteAccess("read"),
    ("GET", f"{API}/cards"): RouteAccess("read"),
    ("GET", f"{API}/weeks/{{week}}/reviews"): RouteAccess("admin"),
    ("PATCH", f"{API}/cards/{{card_id}}"): RouteAccess("admin", document={"state": "verified", "by": BO}),
    ("GET", f"{API}/weeks/{{week}}/feedback"): RouteAccess("read"),
    ("POST", f"{API}/weeks/{{week}}/feedback"): RouteAccess("admin", 201, document={"title": "Item {number}"}),
    ("PATCH", f"{API}/weeks/{{week}}/feedback/{{feedback_id}}"): RouteAccess("admin", document={"title": "Better"}),
    ("GET", f"{API}/weeks/{{week}}/schedule"): RouteAccess("admin"),
    ("PATCH", f"{API}/weeks/{{week}}/schedule"): RouteAccess("admin", document={"close": "2022-09-16T20:00:00-07:00"}),
    ("GET", f"{API}/weeks/{{week}}/unresolved"): RouteAccess("admin"),
    ("POST", f"{API}/weeks/{{closed_week}}/state"): RouteAccess("admin", document={"action": "archive"}),
    ("POST", f"{API}/weeks/{{week}}/copy"): RouteAccess("admin", 201, document={"week": "copy-{number}"}),
    ("GET", f"{API}/weeks/{{rehearsed_week}}/rehearsal"): RouteAccess("admin"),
    ("POST", f"{API}/weeks/{{played_week}}/rehearsal"): RouteAccess("admin", 201),
    ("PATCH", f"{API}/weeks/{{rehearsed_week}}/rehearsal"): RouteAccess("admin", document=NEXT_DAY),
    ("DELETE", f"{API}/weeks/{{rehearsed_week}}/rehearsal"): RouteAccess("admin"),
    ("GET", f"{API}/people"): RouteAccess("read"),
    ("GET", f"{API}/weeks/{{week}}/activities"): RouteAccess("read"),
    ("GET", f"{API}/weeks/{{week}}/exports/{{table}}"): RouteAccess("read"),
    ("GET", f"{API}/rules"): RouteAccess("read"),
    ("GET", "/metrics"): RouteAccess("read"),
    ("GET", f"{API}/weeks/{{week}}/leaderboard"): RouteAccess("boards"),
    ("GET", f"{API}/weeks/{{week}}/teams/{{team_id}}/receipt"): RouteAccess("boards"),
    ("GET", f"{API}/weeks/{{week}}/live"): RouteAccess("boards"),
    ("POST", f"{API}/weeks/{{week}}/activities"): RouteAccess("activities:write", 201, document=ACTIVITY),
    ("POST", f"{API}/weeks/{{week}}/activities/batch"): RouteAccess("activities:write", content=""),
    ("POST", f"{API}/activities/{{activity_id}}/reversal"): RouteAccess("ledger:correct", 201, document=WHY),
    ("POST", f"{API}/activities/{{activity_id}}/reinstatement"): RouteAccess("ledger:correct", 409, document=WHY),
    ("POST", f"{API}/weeks/{{week}}/adjustments"): RouteAccess("ledger:correct", 201, document=ADJUSTMENT),
    ("GET", f"{API}/weeks/{{week}}/shifts"): RouteAccess("read"),
    ("GET", f"{API}/weeks/{{week}}/shifts/{{shift_id}}"): RouteAccess("read"),
    ("POST", f"{API}/weeks/{{week}}/shifts"): RouteAccess("admin", 201, document=SPAN),
    ("POST", f"{API}/weeks/{{week}}/shifts/generate"): RouteAccess("admin", document=SLOTS),
    ("GET", f"{API}/weeks/{{week}}/shifts/settings"): RouteAccess("admin"),
    ("PATCH", f"{API}/weeks/{{week}}/shifts/settings"): RouteAccess("admin", document={"leave_until_h": 1}),
    ("PATCH", f"{API}/weeks/{{week}}/shifts/{{shift_id}}"): RouteAccess("admin", document={"version": 1}),
    ("POST", f"{API}/weeks/{{week}}/shifts/{{shift_id}}/cancellation"): RouteAccess("admin", document=WHY),
    ("POST", f"{API}/weeks/{{week}}/shifts/{{shift_id}}/waiting"): RouteAccess(
        "shifts:write", 409, document={"person": ADA}
    ),
    ("DELETE", f"{API}/weeks/{{week}}/shifts/{{shift_id}}/waiting"): RouteAccess(
        "shifts:write", 404, query={"person": ADA}
    ),
    ("POST", f"{SIGN_UP}/offer"): RouteAccess("shifts:write", 201, document={"to": "everyone"}),
    ("DELETE", f"{SIGN_UP}/offer"): RouteAccess("shifts:write", 409),
    ("POST", f"{SIGN_UP}/accept"): RouteAccess("shifts:write", 409, document={"person": BO}),
    ("POST", f"{SIGN_UP}/approval"): RouteAccess("admin", 409, document={"approve": True}),
    ("POST", f"{SIGN_UP}/correction"): RouteAccess("admin", document={"state": "cancelled", **WHY}),
    ("POST", f"{API}/weeks/{{week}}/shifts/{{shift_id}}/sign-ups"): RouteAccess(
        "shifts:write", 201, document={"person": ADA}
    ),
    ("DELETE", f"{SIGN_UP}"): RouteAccess("shifts:write"),
    ("POST", f"{SIGN_UP}/check-in"): RouteAccess("shifts:write", 409, document={}),
    ("POST", f"{SIGN_UP}/complete"): RouteAccess("shifts:write", 409, document={}),
    ("GET", f"{API}/deliveries"): RouteAccess("admin"),
    ("GET", f"{API}/deliveries/{{delivery_id}}"): RouteAccess("admin"),
    ("POST", f"{API}/deliveries/{{delivery_id}}/replay"): RouteAccess("admin", 202),
    ("POST", f"{API}/weeks/{{week}}/teams/{{team_id}}/merge"): RouteAccess("admin", document={"other": "{empty_team}"}),
    ("POST", f"{API}/people/{{person_id}}/merge"): RouteAccess("admin", document={"other": "{invited}"}),
    ("POST", f"{API}/people/{{person_id}}/addresses"): RouteAccess("admin", 201, document=FURTHER),
    ("DELETE", f"{API}/people/{{person_id}}/addresses"): RouteAccess("admin", 404, query={"email": "no@example.com"}),
    ("GET", f"{API}/identities"): RouteAccess("admin"),
    ("POST", f"{API}/identities"): RouteAccess("admin", 201, document=IDENTITY),
    ("DELETE", f"{API}/identities/{{identity_id}}"): RouteAccess("admin"),
    ("GET", f"{API}/sources/{{connection}}/accounts"): RouteAccess("admin"),
    ("POST", f"{API}/sources/{{connection}}/accounts"): RouteAccess("admin", 201, document=ACCOUNT),
    ("DELETE", f"{API}/sources/{{connection}}/accounts"): RouteAccess("admin", 404, query=ACCOUNT),
    ("GET", "/organizer/deliveries"): RouteAccess("organizers"),
    ("POST", "/organizer/deliveries/replay"): RouteAccess("organizers", 303, form={"state": "ignored"}),
    ("GET", "/organizer/deliveries/{delivery_id}"): RouteAccess("organizers"),
    ("POST", "/organizer/deliveries/{delivery_id}/replay"): RouteAccess("organizers", 303),
    ("GET", "/organizer/unmatched"): RouteAccess("organizers"),
    ("POST", "/organizer/unmatched/{unmatched_id}/credit"): RouteAccess("organizers", 303, form={"person": ADA}),
    ("POST", "/organizer/unmatched/{unmatched_id}/bot"): RouteAccess("organizers", 303),
    ("POST", "/organizer/unmatched/{unmatched_id}/aside"): RouteAccess("organizers", 409),
    ("GET", "/organizer/identities"): RouteAccess("organizers"),
    ("POST", "/organizer/identities"): RouteAccess("organizers", 303, form={**NAMING, "person": ADA}),
    ("POST", "/organizer/identities/{identity_id}/remove"): RouteAccess("organizers", 303),
    ("POST", "/organizer/people/{person_id}/identities"): RouteAccess("organizers", 303, form=NAMING),
    ("GET", "/organizer/sources/{connection}/accounts"): RouteAccess("organizers"),
    ("POST", "/organizer/sources/{connection}/accounts"): RouteAccess("organizers", 303, form=ACCOUNT),
    ("POST", "/organizer/sources/{connection}/accounts/remove"): RouteAccess("organizers", 404, form=ACCOUNT),
    ("POST", "/hooks/{connection}"): RouteAccess("everybody", 401, content="{}"),
    ("POST", "/hooks/{connection}/"): RouteAccess("everybody", 401, content="{}"),
    ("POST", "/hooks/{connection}/{url_key}"): RouteAccess("everybody", 401, content="{}"),
    ("GET", f"{API}/webhooks"): RouteAccess("admin"),
    ("POST", f"{API}/webhooks"): RouteAccess("admin", 201, document=WEBHOOK),
    ("GET", f"{API}/webhooks/{{webhook_id}}"): RouteAccess("admin"),
    ("PATCH", f"{API}/webhooks/{{webhook_id}}"): RouteAccess("admin", document={"enabled": False}),
    ("DELETE", f"{API}/webhooks/{{webhook_id}}"): RouteAccess("admin"),
    ("POST", f"{API}/webhooks/{{webhook_id}}/rotation"): RouteAccess("admin", document={}),
    ("POST", f"{API}/webhooks/{{webhook_id}}/test"): RouteAccess("admin", 202),
    ("POST", f"{API}/webhooks/{{webhook_id}}/replay"): RouteAccess("admin", 202),
    ("GET", f"{API}/webhooks/{{webhook_id}}/messages"): RouteAccess("admin"),
    ("POST", f"{API}/webhooks/{{webhook_id}}/messages/{{message_id}}/replay"): RouteAccess("admin", 202),
    ("GET", f"{API}/displays"): RouteAccess("admin"),
    ("POST", f"{API}/displays"): RouteAccess("admin", 201, document={"code": "{display_code}", "name": "Hall"}),
    ("PATCH", f"{API}/displays/{{display_id}}"): RouteAccess("admin", document={"name": "Hall {number}"}),
    ("DELETE", f"{API}/displays/{{display_id}}"): RouteAccess("admin"),
    ("GET", f"{API}/displays/{{display_id}}/settings"): RouteAccess("admin"),
    ("PATCH", f"{API}/displays/{{display_id}}/settings"): RouteAccess("admin", document={"theme": "dark"}),
    ("POST", f"{API}/displays/{{display_id}}/remote"): RouteAccess("admin", document={"do": "pause"}),
    ("GET", f"{API}/display-messages"): RouteAccess("admin"),
    ("POST", f"{API}/display-messages"): RouteAccess("admin", 201, document={"title": "Thanks"}),
    ("PATCH", f"{API}/display-messages/{{screen_message}}"): RouteAccess(
        "admin", document={"title": "Thanks {number}"}
    ),
    ("DELETE", f"{API}/display-messages/{{screen_message}}"): RouteAccess("admin"),
    ("PATCH", f"{API}/weeks/{{week}}/teams/{{team_id}}/look"): RouteAccess("admin", document={"colour": "Violet"}),
    ("POST", f"{API}/weeks/{{week}}/teams"): RouteAccess("admin", 201, document={"name": "Bats {number}"}),
    ("PATCH", f"{API}/weeks/{{week}}/teams/{{team_id}}"): RouteAccess("admin", document={"name": "Bats {number}"}),
    ("DELETE", f"{API}/weeks/{{week}}/teams/{{empty_team_id}}"): RouteAccess("admin"),
    ("POST", f"{API}/weeks/{{week}}/teams/{{empty_team_id}}/members"): RouteAccess(
        "admin", 201, document={"email": "new-{number}@example.com", "name": "New"}
    ),
    ("PATCH", f"{API}/weeks/{{week}}/members/{{member_id}}"): RouteAccess("admin", document={"team_id": None}),
    ("PUT", f"{API}/weeks/{{week}}/teams/{{team_id}}/join-code"): RouteAccess("admin"),
    ("DELETE", f"{API}/weeks/{{week}}/teams/{{team_id}}/join-code"): RouteAccess("admin"),
    ("POST", f"{API}/weeks/{{week}}/invitations"): RouteAccess("admin", document={"again": True}),
    ("POST", f"{API}/weeks/{{week}}/reversals"): RouteAccess("admin", 201, document={"kind": "issue", **WHY}),
    ("POST", f"{API}/weeks/{{week}}/reversals/{{bulk_id}}/undo"): RouteAccess("admin"),
    ("POST", f"{API}/calendar-feeds"): RouteAccess("admin", 201, document={"person": ADA}),
    ("DELETE", f"{API}/calendar-feeds/{{feed_id}}"): RouteAccess("admin"),
    ("POST", f"{API}/rules/preview"): RouteAccess("rules:write", content=RULES),
    ("GET", f"{API}/forecast"): RouteAccess("read"),
    ("PUT", f"{API}/contacts"): RouteAccess("admin", content=CONTACTS),
    ("POST", f"{API}/capacity/email"): RouteAccess("read", document={"contacts": [3], "handling_min": 9}),
    ("POST", f"{API}/capacity/chat"): RouteAccess("read", document=CHAT),
    ("GET", f"{API}/announcement"): RouteAccess("read"),
    ("PUT", f"{API}/announcement"): RouteAccess("admin", document={"text": "Prizes at 17:00"}),
    ("DELETE", f"{API}/announcement"): RouteAccess("admin"),
    ("GET", f"{API}/appearance"): RouteAccess("read"),
    ("PUT", f"{API}/appearance"): RouteAccess("admin", document={"name": "Our Week"}),
    ("PUT", f"{API}/appearance/logo"): RouteAccess("admin", content=badge()),
    ("DELETE", f"{API}/appearance/logo"): RouteAccess("admin"),
    ("PUT", f"{API}/rules"): RouteAccess("rules:write", content=RULES),
    ("GET", "/"): RouteAccess("boards"),
    ("GET", "/weeks/{week}"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/live"): RouteAccess("boards"),
    ("GET", "/shifts"): RouteAccess("boards", 303),
    ("GET", "/summary"): RouteAccess("boards", 303),
    ("GET", "/weeks/{week}/shifts"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/shifts/live"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/shifts/{shift_id}"): RouteAccess("boards"),
    ("GET", "/me/shift"): RouteAccess("members", 303),
    ("POST", "/weeks/{week}/shifts/{shift_id}/take"): RouteAccess("members", 303, but=TEAMLESS),
    ("POST", "/weeks/{week}/shifts/{shift_id}/take-team"): RouteAccess("members", 303, but=TEAMLESS),
    ("POST", "/weeks/{week}/shifts/{own_shift}/leave"): RouteAccess("members", 303),
    ("POST", "/weeks/{week}/shifts/{full_shift}/wait"): RouteAccess("members", 303, but=TEAMLESS),
    ("POST", "/weeks/{week}/shifts/{waited_shift}/stop-waiting"): RouteAccess("members", 303),
    ("POST", "/weeks/{week}/shifts/{own_shift}/offer"): RouteAccess("members", 303, form={"to": "everyone"}),
    ("POST", "/weeks/{week}/shifts/{own_shift}/withdraw"): RouteAccess("members", 409),
    ("POST", "/weeks/{week}/shifts/{shift_id}/seats/{offered_seat}/cover"): RouteAccess("members", 303, but=TEAMLESS),
    ("POST", "/weeks/{week}/shifts/{own_shift}/undo-team"): RouteAccess("members", 409),
    ("POST", "/weeks/{week}/shifts/{shift_id}/withdraw-request"): RouteAccess("members", 303),
    ("POST", "/weeks/{week}/shifts/{own_shift}/log"): RouteAccess("members", 303, form=NOW_DONE),
    ("POST", "/weeks/{week}/shifts/{own_shift}/check-in"): RouteAccess("members", 409),
    ("POST", "/weeks/{week}/shifts/{own_shift}/complete"): RouteAccess("members", 409),
    ("GET", "/weeks/{week}/teams/{team}"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/metrics"): RouteAccess("members"),
    ("GET", "/weeks/{week}/feedback"): RouteAccess("boards"),
    ("GET", "/me/reviews"): RouteAccess("members"),
    ("POST", "/me/reviews"): RouteAccess("members", 303, form={"has_answers": "yes", "reviews": "yes"}),
    ("POST", "/me/reviews/asked"): RouteAccess("members", 303, form={"answer": "{own_answer}"}),
    ("POST", "/me/reviews/calibration/{answer_id}"): RouteAccess("members", 303, form=MARKS),
    ("POST", "/me/reviews/{review_id}"): RouteAccess("members", 303, form=MARKS | {"good": "Warm"}),
    ("POST", "/me/reviews/{own_review}/deletion"): RouteAccess("members", 303),
    ("GET", "/organizer/reviews"): RouteAccess("organizers"),
    ("POST", "/organizer/reviews"): RouteAccess(
        "organizers",
        303,
        form={f"q{number}": f"Question {number} {{number}}?" for number in range(1, 5)} | {"rubric": "{rubric}"},
    ),
    ("POST", "/organizer/weeks/{week}/calibration"): RouteAccess(
        "organizers", 303, form={f"url{number}": f"https://example.com/{number}" for number in range(1, 4)}
    ),
    ("GET", "/cards"): RouteAccess("members"),
    ("POST", "/cards"): RouteAccess("organizers"),
    ("GET", "/cards/{card_id}"): RouteAccess("members"),
    ("POST", "/cards/{card_id}"): RouteAccess("members", 303, form={"title": "Card {number}", "version": "0"}),
    ("POST", "/cards/{card_id}/owner"): RouteAccess("organizers", 303, form={"owner": BO}),
    ("POST", "/cards/{card_id}/verification"): RouteAccess("members", 303, form={"version": "0"}),
    ("POST", "/cards/{due_card}/retirement"): RouteAccess("members", 303, but={"outsider": 403}),
    ("GET", "/organizer/feedback"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/feedback"): RouteAccess("organizers", 303, form={"title": "Item {number}"}),
    ("POST", "/organizer/weeks/{week}/feedback/{feedback_id}"): RouteAccess(
        "organizers", 303, form={"title": "Better", "state": "new", "version": "1"}
    ),
    ("GET", "/weeks/{week}/summary"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/summary/charts/{name}.svg"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/summary/card.png"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/summary/present"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/summary/present/live"): RouteAccess("boards"),
    ("POST", "/weeks/{week}/summary/present"): RouteAccess("everybody", 403, form={"to": "next"}),
    ("GET", "/display"): RouteAccess(
        "everybody", closed=BLIND
    ),  # who may not see boards gets a code to pair the screen with
    ("GET", "/display/live"): RouteAccess("boards"),
    ("GET", "/display/pulse"): RouteAccess("boards"),
    ("GET", "/robots.txt"): RouteAccess("everybody"),
    ("GET", "/healthz"): RouteAccess("everybody"),
    ("GET", "/readyz"): RouteAccess("everybody"),
    ("GET", "/openapi.json"): RouteAccess("everybody"),
    ("POST", "/csp-reports"): RouteAccess("everybody", 204, content="{}"),
    ("GET", "/sign-in"): RouteAccess("everybody", but=dict.fromkeys(MEMBERS, 303)),
    ("GET", "/sign-in/link/{secret}"): RouteAccess("everybody"),
    ("POST", "/sign-in/link/{secret}"): RouteAccess("everybody", 303),
    ("GET", "/sign-in/slack/{open_link}"): RouteAccess("everybody"),
    ("POST", "/sign-in/slack/{open_link}"): RouteAccess("members", 303),
    ("POST", "/sign-in/slack/{used_link}/undo"): RouteAccess("members", 303),
    ("POST", "/sign-in/email"): RouteAccess("everybody", 404, form={"email": "nobody-{number}@example.com"}),
    ("GET", "/sign-in/company"): RouteAccess("everybody", 404),
    ("GET", "/sign-in/return"): RouteAccess("everybody", 404),
    ("POST", "/sign-in/return"): RouteAccess("everybody", 404),
    ("GET", "/join"): RouteAccess("everybody"),
    ("GET", "/join/{code}"): RouteAccess("everybody"),
    ("POST", "/join/{code}"): RouteAccess("everybody", 303, form=NEW, but=TAKEN),
    ("GET", "/me/mark.css"): RouteAccess("everybody"),
    ("GET", "/me"): RouteAccess("members"),
    ("GET", "/me/log"): RouteAccess("members"),
    ("POST", "/me/log"): RouteAccess("members", 303, form=WHAT),
    ("GET", "/me/activities"): RouteAccess("members"),
    ("GET", "/me/activities/{own_activity}"): RouteAccess("members"),
    ("POST", "/me/activities/{own_log}/undo"): RouteAccess("members", 303),
    ("GET", "/me/calendar"): RouteAccess("members"),
    ("POST", "/me/calendar"): RouteAccess("members", form={"whose": "me"}),
    ("POST", "/me/calendar/{own_feed}/revoke"): RouteAccess("members", 303),
    ("GET", "/me/notices"): RouteAccess("members"),
    ("POST", "/me/notices/read"): RouteAccess("members", 303, form={"until": "2022-09-14T20:00:00+00:00"}),
    ("GET", "/me/ready"): RouteAccess("members"),
    ("POST", "/me/ready"): RouteAccess("members", 303, form={"ticked": "0123456789abcdef"}),
    ("POST", "/me/notices/settings"): RouteAccess("members", 303, form={"kind": "soon", "timezone": "Europe/Berlin"}),
    ("GET", "/unsubscribe/{choice}"): RouteAccess("everybody"),
    ("POST", "/unsubscribe/{choice}"): RouteAccess("everybody"),
    ("GET", "/calendar/{feed}.ics"): RouteAccess("everybody"),
    ("GET", "/me/settings"): RouteAccess("members"),
    ("POST", "/me/settings"): RouteAccess("members", 303, form={"name": "New name", "theme": "dark"}),
    ("POST", "/me/sign-ins/{sign_in}/end"): RouteAccess("members", 303),
    ("POST", "/me/sign-ins/end-others"): RouteAccess("members", 303),
    ("POST", "/sign-out"): RouteAccess("members", 303),
    ("GET", "/display/pairing"): RouteAccess("everybody", closed=BLIND),
    ("POST", "/display/pairing"): RouteAccess("everybody", 303, closed=CODELESS),
    ("GET", "/organizer"): RouteAccess("organizers"),
    ("POST", "/organizer/jobs/{job_id}/retry"): RouteAccess("organizers", 303),
    ("POST", "/organizer/jobs/{job_id}/dismiss"): RouteAccess("organizers", 303),
    ("GET", "/organizer/weeks"): RouteAccess("organizers"),
    ("GET", "/organizer/shifts"): RouteAccess("organizers", 303),
    ("GET", "/organizer/teams"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks"): RouteAccess("organizers", 303, form=WEEK),
    ("GET", "/organizer/weeks/{week}"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{draft_week}/open"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{closed_week}/reopen"): RouteAccess("organizers", 303, form=WHY),
    ("POST", "/organizer/weeks/{open_week}/close"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{open_week}/freeze"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{frozen_week}/reveal"): RouteAccess("organizers", 303),
    ("GET", "/organizer/weeks/{week}/rehearsal"): RouteAccess("organizers"),
    ("GET", "/organizer/weeks/{week}/display"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{played_week}/rehearsal"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{rehearsed_week}/rehearsal/clock"): RouteAccess("organizers", 303, form={"to": "hour"}),
    ("POST", "/organizer/weeks/{rehearsed_week}/rehearsal/end"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{week}/edit"): RouteAccess("organizers", 303, form=WEEK_EDIT),
    ("POST", "/organizer/weeks/{week}/copy"): RouteAccess("organizers", 303, form=WEEK_COPY),
    ("POST", "/organizer/weeks/{open_week}/schedule"): RouteAccess("organizers", 303, form=FREEZE),
    ("POST", "/organizer/weeks/{open_week}/schedule/remove"): RouteAccess("organizers", 303, form={"action": "close"}),
    ("POST", "/organizer/weeks/{closed_week}/archive"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{archived_week}/unarchive"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{draft_week}/remove"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{week}/presenter"): RouteAccess("organizers"),
    ("GET", "/organizer/exports"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/export"): RouteAccess("organizers", form={"format": "csv"}),
    ("GET", "/organizer/weeks/{week}/teams"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/teams"): RouteAccess("organizers", 303, form={"name": "Team {number}"}),
    ("GET", "/organizer/weeks/{week}/teams/draw"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/teams/draw"): RouteAccess("organizers", form=PEOPLE_TO_DRAW),
    ("POST", "/organizer/weeks/{week}/teams/import"): RouteAccess("organizers", 303, form={"text": LIST}),
    ("POST", "/organizer/weeks/{week}/teams/invitations"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/teams/members/{person_in_team}"): RouteAccess(
        "organizers", 303, form={"team": ""}
    ),
    ("POST", "/organizer/weeks/{week}/teams/{team}/name"): RouteAccess(
        "organizers", 303, form={"name": "Team {number}"}
    ),
    ("POST", "/organizer/weeks/{week}/teams/{empty_team}/remove"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{week}/teams/{empty_team}/members"): RouteAccess("organizers", 303, form=NEW),
    ("POST", "/organizer/weeks/{week}/teams/{team}/code"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{week}/teams/{team}/code/withdraw"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{week}/teams/{team}/adjustment"): RouteAccess("organizers", 303, form=POINTS),
    ("GET", "/organizer/ledger"): RouteAccess("organizers", 303),
    ("GET", "/organizer/weeks/{week}/ledger"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/ledger"): RouteAccess("organizers", 303, form={**WHAT, "person": ADA}),
    ("GET", "/organizer/weeks/{week}/ledger/new"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/ledger/limit"): RouteAccess("organizers", 303, form={"most": "900"}),
    ("POST", "/organizer/weeks/{week}/ledger/adjustment"): RouteAccess(
        "organizers", 303, form={**POINTS, "team": "{team}"}
    ),
    ("GET", "/organizer/weeks/{week}/ledger/reversal"): RouteAccess("organizers", query={"all": "on"}),
    ("POST", "/organizer/weeks/{week}/ledger/reversal"): RouteAccess(
        "organizers", 303, form={**WHY, "ids": "{ledger_entry}"}
    ),
    ("POST", "/organizer/weeks/{week}/ledger/reversal/undo"): RouteAccess(
        "organizers", 303, form={"id": "{bulk_reversal}"}
    ),
    ("GET", "/organizer/weeks/{week}/ledger/{ledger_entry}"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/ledger/{ledger_entry}/reversal"): RouteAccess("organizers", 303, form=WHY),
    ("POST", "/organizer/weeks/{week}/ledger/{ledger_entry}/reinstatement"): RouteAccess("organizers", 409, form=WHY),
    ("GET", "/organizer/weeks/{week}/lists"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/lists"): RouteAccess("organizers", form={"text": LIST, "step": "preview"}),
    ("POST", "/organizer/weeks/{week}/lists/undo"): RouteAccess("organizers", form={"id": "{list_import}"}),
    ("GET", "/organizer/lists"): RouteAccess("organizers"),
    ("POST", "/organizer/lists"): RouteAccess("organizers", form={"text": PEOPLE_LIST}),
    ("POST", "/organizer/lists/undo"): RouteAccess("organizers", form={"id": "{identity_import}"}),
    ("GET", "/organizer/weeks/{week}/shifts"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/shifts"): RouteAccess("organizers", 303, form=SHIFT),
    ("GET", "/organizer/weeks/{week}/shifts/new"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/shifts/generate"): RouteAccess("organizers", 303, form=PATTERN),
    ("POST", "/organizer/weeks/{week}/shifts/import"): RouteAccess("organizers", 303, form={"text": SHIFT_LIST}),
    ("GET", "/organizer/weeks/{week}/shifts/settings"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/shifts/settings"): RouteAccess("organizers", 303, form=SHIFT_SETTINGS),
    ("GET", "/organizer/weeks/{week}/shifts/coverage"): RouteAccess("organizers"),
    ("GET", "/organizer/weeks/{week}/shifts/coverage/export"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/shifts/coverage/nudges/{team}"): RouteAccess("organizers", 303),
    ("POST", "/organizer/weeks/{week}/shifts/edit"): RouteAccess("organizers", 303, form=MANY),
    ("GET", "/organizer/weeks/{week}/shifts/{shift_id}"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}"): RouteAccess("organizers", 303, form=EDIT),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/completion"): RouteAccess("organizers", 409),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/cancel"): RouteAccess("organizers", 303, form=WHY),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/sign-ups"): RouteAccess(
        "organizers", 303, form={"email": ADA, **WHY}
    ),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}"): RouteAccess(
        "organizers", 303, form={"to": "cancelled", **WHY}
    ),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/approval"): RouteAccess(
        "organizers", 409, form={"approve": "yes"}
    ),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/offer"): RouteAccess(
        "organizers", 303, form={"to": "everyone", **WHY}
    ),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/offer/withdrawal"): RouteAccess(
        "organizers", 409, form=WHY
    ),
    ("POST", "/organizer/weeks/{week}/shifts/{shift_id}/waiting/end"): RouteAccess(
        "organizers", 422, form={"person": "{person_id}", **WHY}
    ),
    ("GET", "/organizer/people"): RouteAccess("organizers"),
    ("POST", "/organizer/people"): RouteAccess("organizers", form=NEW),
    ("GET", "/organizer/people/{person_id}"): RouteAccess("organizers"),
    ("POST", "/organizer/people/{person_id}/link"): RouteAccess("organizers"),
    ("POST", "/organizer/people/{person_id}/link/mail"): RouteAccess("organizers", 409),
    ("POST", "/organizer/people/{invited}/link/revoke"): RouteAccess("organizers", 303),
    ("POST", "/organizer/people/{person_id}/switch-off"): RouteAccess("organizers", 303),
    ("POST", "/organizer/people/{person_id}/switch-on"): RouteAccess("organizers", 303),
    ("POST", "/organizer/people/{person_id}/role"): RouteAccess("owners", 303, form={"role": "organizer"}),
    ("POST", "/organizer/people/{person_id}/sign-ins/end"): RouteAccess("organizers", 303),
    ("POST", "/organizer/people/{person_id}/name"): RouteAccess("organizers", 303, form={"name": "Somebody else"}),
    ("GET", "/organizer/weeks/{week}/teams/members/{person_in_team}"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/teams/{team}/look"): RouteAccess(
        "organizers", 303, form={"tone": "3", "emblem": "\N{OWL}"}
    ),
    ("GET", "/organizer/weeks/{week}/teams/{team}/merge"): RouteAccess("organizers"),
    ("POST", "/organizer/weeks/{week}/teams/{team}/merge"): RouteAccess(
        "organizers", 303, form={"other": "{empty_team}"}
    ),
    ("GET", "/organizer/people/{person_id}/merge"): RouteAccess("organizers"),
    ("POST", "/organizer/people/{person_id}/merge"): RouteAccess("organizers", 303, form={"other": "{invited}"}),
    ("POST", "/organizer/people/{person_id}/addresses"): RouteAccess("organizers", 303, form=FURTHER),
    ("POST", "/organizer/people/{person_id}/addresses/main"): RouteAccess("organizers", 404, form=NO_ADDRESS),
    ("POST", "/organizer/people/{person_id}/addresses/remove"): RouteAccess("organizers", 404, form=NO_ADDRESS),
    ("POST", "/organizer/people/{ada}/activities/{activity_id}/reversal"): RouteAccess("organizers", 303, form=WHY),
    ("POST", "/organizer/people/{ada}/activities/{activity_id}/reinstatement"): RouteAccess(
        "organizers", 409, form=WHY
    ),
    ("GET", "/organizer/rules"): RouteAccess("organizers"),
    ("POST", "/organizer/rules"): RouteAccess("organizers", 303, form=NEW_RULES),
    ("POST", "/organizer/rules/check"): RouteAccess("organizers", form=NEW_RULES),
    ("POST", "/organizer/rules/run"): RouteAccess("organizers", form=NEW_RULES),
    ("GET", "/organizer/rules/history"): RouteAccess("organizers"),
    ("GET", "/organizer/rules/versions/{rules_version}"): RouteAccess("organizers"),
    ("GET", "/organizer/displays"): RouteAccess("organizers"),
    ("POST", "/organizer/displays"): RouteAccess("organizers", 303, form={"code": "{display_code}", "name": "Hall"}),
    ("POST", "/organizer/displays/rotation"): RouteAccess("organizers", 303, form={"default": "yes"}),
    ("POST", "/organizer/displays/{display_id}/name"): RouteAccess("organizers", 303, form={"name": "Hall {number}"}),
    ("POST", "/organizer/displays/{display_id}/revoke"): RouteAccess("organizers", 303),
    ("GET", "/organizer/displays/{display_id}"): RouteAccess("organizers"),
    ("POST", "/organizer/displays/{display_id}/look"): RouteAccess("organizers", 303, form={"theme": "dark"}),
    ("POST", "/organizer/displays/{display_id}/rotation"): RouteAccess("organizers", 303, form={"default": "yes"}),
    ("GET", "/organizer/displays/remote"): RouteAccess("organizers"),
    ("POST", "/organizer/displays/remote"): RouteAccess("organizers", 303, form={"do": "pause"}),
    ("GET", "/organizer/displays/messages"): RouteAccess("organizers"),
    ("POST", "/organizer/displays/messages"): RouteAccess("organizers", 303, form={"title": "Thanks {number}"}),
    ("POST", "/organizer/displays/messages/{screen_message}"): RouteAccess(
        "organizers", 303, form={"title": "Thank you {number}"}
    ),
    ("POST", "/organizer/displays/messages/{screen_message}/removal"): RouteAccess("organizers", 303),
    ("GET", "/weeks/{week}/rules"): RouteAccess("boards"),
    ("GET", "/weeks"): RouteAccess("boards"),
    ("GET", "/weeks/hall-of-fame"): RouteAccess("boards"),
    ("GET", "/weeks/{week}/latest"): RouteAccess("boards"),
    ("POST", "/weeks/{week}/activities/{mates_activity}/cheer"): RouteAccess("members", 303),
    ("GET", "/weeks/{week}/guestbook"): RouteAccess("boards"),
    ("POST", "/weeks/{week}/guestbook"): RouteAccess("members", 303, form={"worked": "All {number}"}),
    ("POST", "/weeks/{week}/guestbook/{own_entry}/withdraw"): RouteAccess("members", 303),
    ("POST", "/weeks/{week}/guestbook/{entry}/hide"): RouteAccess("organizers", 303, form=WHY),
    ("POST", "/weeks/{week}/guestbook/{hidden_entry}/show"): RouteAccess("organizers", 303),
    ("POST", "/weeks/{week}/guestbook/export"): RouteAccess("organizers"),
    ("GET", "/guide"): RouteAccess("boards"),
    ("GET", "/organizer/forecast"): RouteAccess("organizers"),
    ("GET", "/organizer/forecast/export"): RouteAccess("organizers"),
    ("POST", "/organizer/forecast/contacts"): RouteAccess("organizers", 303, form={"text": CONTACTS_CSV}),
    ("POST", "/organizer/forecast/days"): RouteAccess("organizers", 303, form={"day": "2022-07-04", "kind": "holiday"}),
    ("POST", "/organizer/forecast/days/remove"): RouteAccess("organizers", 303, form={"day": "{marked_day}"}),
    ("POST", "/organizer/forecast/plan"): RouteAccess("organizers", 303, form=ANSWERING),
    ("GET", "/organizer/announcement"): RouteAccess("organizers"),
    ("POST", "/organizer/announcement"): RouteAccess("organizers", 303, form=LINE),
    ("POST", "/organizer/announcement/clear"): RouteAccess("organizers", 303, form={"version": "{newest_line}"}),
    ("GET", "/brand.css"): RouteAccess("everybody"),
    ("GET", "/brand.png"): RouteAccess("everybody", 404),
    ("GET", "/brand.webmanifest"): RouteAccess("everybody"),
    ("GET", "/organizer/appearance"): RouteAccess("organizers"),
    ("GET", "/organizer/appearance/preview.css"): RouteAccess("organizers", query={"accent": "1d6849"}),
    ("POST", "/organizer/appearance"): RouteAccess("organizers", 303, form=LOOK),
    ("POST", "/organizer/appearance/reset"): RouteAccess("organizers", 303, form={"version": "{newest_look}"}),
    ("POST", "/organizer/appearance/logo"): RouteAccess(
        "organizers", 303, form={"version": "{newest_look}"}, files={"file": badge()}
    ),
    ("POST", "/organizer/appearance/logo/remove"): RouteAccess("organizers", 303, form={"version": "{newest_look}"}),
    ("GET", "/organizer/guide"): RouteAccess("organizers"),
    ("POST", "/organizer/guide"): RouteAccess("organizers", 303, form=GUIDE),
    ("GET", "/organizer/guide/versions/{guide_version}"): RouteAccess("organizers"),
    ("POST", "/organizer/guide/versions/{guide_version}/restore"): RouteAccess("organizers", 303, form=NEWEST),
    ("GET", "/organizer/ready"): RouteAccess("organizers"),
    ("POST", "/organizer/ready"): RouteAccess("organizers", 303, form=READY_LIST),
    ("GET", "/organizer/sources"): RouteAccess("organizers"),
    ("POST", "/organizer/sources"): RouteAccess("organizers", form={"kind": "github", "name": "hub-{number}"}),
    ("GET", "/organizer/sources/connect/{kind}"): RouteAccess("organizers"),
    ("GET", "/organizer/sources/{connection}"): RouteAccess("organizers"),
    ("POST", "/organizer/sources/{connection}/secret"): RouteAccess("organizers"),
    ("POST", "/organizer/sources/{connection}/key"): RouteAccess("organizers", 422),
    ("POST", "/organizer/sources/{connection}/revoke"): RouteAccess("organizers", 303),
    ("POST", "/organizer/sources/{connection}/gone"): RouteAccess("organizers", 422),
    ("POST", "/organizer/sources/{connection}/send"): RouteAccess("organizers", 404),
    ("POST", "/organizer/sources/{connection}/disconnect"): RouteAccess("organizers", 303),
    ("GET", "/organizer/sources/{keyed_connection}/backfill"): RouteAccess("organizers"),
    ("POST", "/organizer/sources/{keyed_connection}/backfill"): RouteAccess(
        "organizers", 303, form={"since": "2022-09-12"}
    ),
    ("POST", "/organizer/sources/{asked_connection}/backfill/cancel"): RouteAccess("organizers", 303),
    ("POST", "/organizer/sources/{connection}/bot-token"): RouteAccess(
        "organizers", 409, form={"token": "xoxb-0123456789"}
    ),
    ("POST", "/organizer/sources/{connection}/bot-token/clear"): RouteAccess("organizers", 409),
    ("POST", "/organizer/sources/{connection}/app-token"): RouteAccess(
        "organizers", 409, form={"app_token": "xapp-1-0123456789"}
    ),
    ("POST", "/organizer/sources/{connection}/app-token/clear"): RouteAccess("organizers", 409),
    ("POST", "/organizer/sources/{connection}/slack-test"): RouteAccess("organizers", 409),
    ("POST", "/organizer/sources/{connection}/backfill/key"): RouteAccess("organizers", 303, form=API_KEY),
    ("POST", "/organizer/sources/{keyed_connection}/backfill/key/clear"): RouteAccess("organizers", 303),
    ("GET", "/organizer/webhooks"): RouteAccess("organizers"),
    ("POST", "/organizer/webhooks"): RouteAccess(
        "organizers", form={"url": "https://nobody.invalid/", "event": "week.closed", "week": SLUG}
    ),
    ("GET", "/organizer/webhooks/{webhook_id}"): RouteAccess("organizers"),
    ("POST", "/organizer/webhooks/{webhook_id}/rotate"): RouteAccess("organizers"),
    ("POST", "/organizer/webhooks/{webhook_id}/test"): RouteAccess("organizers", 303),
    ("POST", "/organizer/webhooks/{webhook_id}/enable"): RouteAccess("organizers", 409),
    ("POST", "/organizer/webhooks/{webhook_id}/disable"): RouteAccess("organizers", 303),
    ("POST", "/organizer/webhooks/{webhook_id}/remove"): RouteAccess("organizers", 303),
    ("POST", "/organizer/webhooks/{webhook_id}/replay"): RouteAccess("organizers", 303),
    ("POST", "/organizer/webhooks/{webhook_id}/messages/{message_id}/replay"): RouteAccess("organizers", 303),
    ("GET", "/organizer/tokens"): RouteAccess("organizers"),
    ("POST", "/organizer/tokens"): RouteAccess(
        "organizers", form={"name": "tool {number}", "scope": "read", "days": "7"}
    ),
    ("POST", "/organizer/tokens/{token_id}/revoke"): RouteAccess("organizers", 303),
    ("GET", "/organizer/audit"): RouteAccess("organizers"),
    ("POST", "/organizer/audit/export"): RouteAccess("organizers"),
}
