"""The published API: complete, with examples that work, and answers that are what it says."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.domain.rules import parse_rules
from app.services.ledger.drafts import read_json
from app.services.people import people
from app.services.rehearsals import rehearsals
from tests.builders import ADA, OWLS, SLUG, an_activity
from tests.web.playing_shifts import Shifts
from tests.web.role_clients import RoleClients
from tests.web.running_app import API, RunningApp
from tools import api_reference

SHIFTS = f"{API}/weeks/{{week}}/shifts"
SIGN_UPS = f"{SHIFTS}/{{shift_id}}/sign-ups"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def description(site: RunningApp) -> dict[str, Any]:
    """The published description."""
    found: dict[str, Any] = site.get("/openapi.json").json()
    return found


def operations(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation by method and path."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def references(node: object) -> Iterator[str]:
    """Every $ref anywhere in the description."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in description["components"]["schemas"]}

    assert set(references(description)) - known == set()
    assert '"$defs"' not in json.dumps(description)


def test_every_operation_is_described(description: dict[str, Any]) -> None:
    lacking = {
        name
        for name, operation in operations(description)
        if not (operation.get("summary") and operation.get("description") and operation.get("tags"))
        or operation.get("security") != [{"HTTPBearer": []}]
        or {"401", "403", "422", "503"} - set(operation["responses"])
    }

    assert lacking == set()
    assert description["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"


def test_the_reference_is_made_of_the_description(description: dict[str, Any]) -> None:
    page = api_reference.PAGE.read_text(encoding="utf-8")

    assert page == api_reference.written(page, description), "run `make reference`"


def test_only_the_api_is_published(description: dict[str, Any]) -> None:
    assert {path.startswith(API) for path in description["paths"]} == {True}


def examples(description: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """Each operation's body: its content type and its example."""
    return {
        name: next((kind, body["example"]) for kind, body in operation["requestBody"]["content"].items())
        for name, operation in operations(description)
        if "requestBody" in operation
    }


def test_every_body_has_an_example_that_the_server_takes(site: RunningApp, description: dict[str, Any]) -> None:
    with site.database.unit_of_work() as session:
        people.find_or_create(session, "ada@example.com", "Ada", site.clock.now)
    activity, team = site.record().json()["id"], site.game.team_id(OWLS)
    stage, statuses = RoleClients(site), {}
    stage.path("{source}", "admin")

    for name, (kind, example) in examples(description).items():
        method, _, path = name.partition(" ")
        body = (
            example
            if isinstance(example, str)
            else json.dumps({**example, "team_id": team} if "team_id" in example else example)
        )
        answer = site.ask(
            method,
            stage.path(path.replace("{activity_id}", activity).replace("{display}", "{display_id}"), "admin"),
            "admin",
            content=body,
            headers={"Content-Type": kind},
        )
        statuses[name.removeprefix(f"{method} {API}")] = answer.status_code

    # Those that are 404 and 409 were understood: nobody has the id; a seat is free, not offered, or its shift to come.
    assert statuses == {
        "/cards/{card_id}": 200,
        "/weeks/{week}/feedback": 201,
        "/weeks/{week}/feedback/{feedback_id}": 200,
        "/weeks/{week}/activities": 201,
        "/weeks/{week}/activities/batch": 200,
        "/weeks/{week}/adjustments": 201,
        "/weeks": 201,
        "/weeks/{week}": 200,
        "/weeks/{week}/copy": 201,
        "/weeks/{week}/state": 409,
        "/weeks/{week}/rehearsal": 404,
        "/weeks/{week}/schedule": 200,
        "/weeks/{week}/shifts": 201,
        "/weeks/{week}/shifts/generate": 200,
        "/weeks/{week}/shifts/settings": 200,
        "/weeks/{week}/shifts/{shift_id}": 200,
        "/weeks/{week}/shifts/{shift_id}/cancellation": 200,
        "/weeks/{week}/shifts/{shift_id}/waiting": 409,
        "/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/offer": 201,
        "/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/accept": 409,
        "/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/approval": 409,
        "/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/correction": 409,
        "/weeks/{week}/shifts/{shift_id}/sign-ups": 201,
        "/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/check-in": 200,
        "/weeks/{week}/shifts/{shift_id}/sign-ups/{sign_up_id}/complete": 200,
        "/activities/{activity_id}/reversal": 201,
        "/activities/{activity_id}/reinstatement": 201,
        "/calendar-feeds": 201,
        "/weeks/{week}/teams/{team_id}/merge": 404,
        "/people/{person_id}/merge": 404,
        "/people/{person_id}/addresses": 201,
        "/identities": 201,
        "/sources/{connection}/accounts": 201,
        "/contacts": 200,
        "/capacity/email": 200,
        "/capacity/chat": 200,
        "/announcement": 200,
        "/appearance": 200,
        "/appearance/logo": 422,  # a picture is no text
        "/rules": 200,
        "/rules/preview": 200,
        "/displays": 201,
        "/displays/{display}": 200,
        "/displays/{display}/settings": 200,
        "/displays/{display}/remote": 200,
        "/display-messages": 201,
        "/display-messages/{screen_message}": 200,
        "/weeks/{week}/teams/{team_id}/look": 200,
        "/weeks/{week}/teams": 201,
        "/weeks/{week}/teams/{team_id}": 200,
        "/weeks/{week}/teams/{team_id}/members": 409,
        "/weeks/{week}/members/{person_id}": 409,
        "/weeks/{week}/invitations": 200,
        "/weeks/{week}/reversals": 200,
        "/webhooks": 201,
        "/webhooks/{webhook_id}": 200,
        "/webhooks/{webhook_id}/rotation": 200,
    }


def test_examples_say_what_they_should(description: dict[str, Any]) -> None:
    bodies = examples(description)

    assert parse_rules(bodies[f"PUT {API}/rules"][1])[1] == []
    assert [
        read_json(line).flaws for line in bodies[f"POST {API}/weeks/{{week}}/activities/batch"][1].splitlines()
    ] == [
        (),
        (),
    ]


def seeded(site: RunningApp) -> dict[str, str]:
    """A week with something of everything; what paths can be filled with."""
    activity = site.record(external_id="one", subject="ticket", response_seconds=5, url="https://x.example").json()[
        "id"
    ]
    site.batch(an_activity(kind="shift"), an_activity(kind="response"))
    site.adjust(OWLS, 5)
    shift = Shifts(site).make()
    Shifts(site).sign_up(shift, ADA)
    stage = RoleClients(site)
    return {
        "week": SLUG, "team_id": site.game.team_id(OWLS), "activity_id": activity, "shift_id": shift,
        "delivery_id": stage.path("{delivery_id}", "admin"), "connection": stage.path("{connection}", "admin"),
        "webhook_id": stage.path("{webhook_id}", "admin"), "table": "ledger",
        "display": stage.path("{display_id}", "admin"),
    }  # fmt: skip


def test_reads_answer_in_the_documented_shapes(site: RunningApp, description: dict[str, Any]) -> None:
    places = seeded(site)
    with site.database.unit_of_work() as session:
        rehearsals.begin(session, places["week"], site.game.act)
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=site.url)
    headers = {"Authorization": f"Bearer {site.token('admin')}"}
    seen = []

    for operation in published(schema):
        if operation.method == "get":
            path = {parameter.name: places[parameter.name] for parameter in operation.path_parameters}
            answer = operation.Case(path_parameters=path).call_and_validate(headers=headers, checks=CHECKS)
            seen.append(answer.status_code)

    assert seen == [200] * 32


def published(schema: Any) -> Iterator[Any]:
    """The operations as schemathesis knows them, but the stream, which never ends."""
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        if not result.ok().path.endswith("/live"):
            yield result.ok()


def test_description_names_its_server_licence_and_contact(description: dict[str, Any]) -> None:
    info = description["info"]

    assert (info["license"], list(info["contact"])) == ({"name": "MIT", "identifier": "MIT"}, ["name"])
    assert description["servers"] == [{"url": "/", "description": "This server"}]


def test_description_describes_every_tag(description: dict[str, Any]) -> None:
    used = {tag for _, operation in operations(description) for tag in operation["tags"]}

    assert sorted(used) == [tag["name"] for tag in description["tags"]]
    assert [tag for tag in description["tags"] if not tag["description"]] == []


def test_operations_have_names_that_generated_clients_can_keep(description: dict[str, Any]) -> None:
    names = {name: operation["operationId"] for name, operation in operations(description)}

    assert names == {
        f"GET {API}/appearance": "getAppearance",
        f"PUT {API}/appearance": "setAppearance",
        f"PUT {API}/appearance/logo": "setLogo",
        f"DELETE {API}/appearance/logo": "removeLogo",
        f"GET {API}/announcement": "getAnnouncement",
        f"PUT {API}/announcement": "setAnnouncement",
        f"DELETE {API}/announcement": "clearAnnouncement",
        f"GET {API}/forecast": "getForecast",
        f"PUT {API}/contacts": "putContacts",
        f"POST {API}/capacity/email": "planEmail",
        f"POST {API}/capacity/chat": "planChat",
        f"GET {API}/people": "listPeople",
        f"GET {API}/rules": "getRules",
        f"GET {API}/weeks": "listWeeks",
        f"GET {API}/weeks/{{week}}": "getWeek",
        f"GET {API}/weeks/{{week}}/activities": "listActivities",
        f"GET {API}/weeks/{{week}}/exports/{{table}}": "exportWeek",
        f"GET {API}/weeks/{{week}}/leaderboard": "getLeaderboard",
        f"GET {API}/weeks/{{week}}/live": "streamLeaderboard",
        f"GET {API}/weeks/{{week}}/metrics": "getWeekMetrics",
        f"GET {API}/cards": "listCards",
        f"GET {API}/weeks/{{week}}/reviews": "getReviews",
        f"PATCH {API}/cards/{{card_id}}": "changeCard",
        f"GET {API}/weeks/{{week}}/feedback": "listFeedback",
        f"POST {API}/weeks/{{week}}/feedback": "addFeedback",
        f"PATCH {API}/weeks/{{week}}/feedback/{{feedback_id}}": "changeFeedback",
        f"DELETE {API}/weeks/{{week}}/rehearsal": "endRehearsal",
        f"GET {API}/weeks/{{week}}/rehearsal": "getRehearsal",
        f"PATCH {API}/weeks/{{week}}/rehearsal": "moveRehearsal",
        f"POST {API}/weeks/{{week}}/rehearsal": "beginRehearsal",
        f"GET {API}/weeks/{{week}}/unresolved": "getUnresolved",
        f"POST {API}/weeks": "createWeek",
        f"PATCH {API}/weeks/{{week}}": "changeWeek",
        f"DELETE {API}/weeks/{{week}}": "deleteWeek",
        f"POST {API}/weeks/{{week}}/state": "changeWeekState",
        f"POST {API}/weeks/{{week}}/copy": "copyWeek",
        f"GET {API}/weeks/{{week}}/schedule": "getSchedule",
        f"PATCH {API}/weeks/{{week}}/schedule": "changeSchedule",
        f"GET {API}/weeks/{{week}}/teams": "listTeams",
        f"GET {API}/weeks/{{week}}/teams/{{team_id}}/receipt": "getReceipt",
        f"POST {API}/activities/{{activity_id}}/reinstatement": "reinstateActivity",
        f"POST {API}/activities/{{activity_id}}/reversal": "reverseActivity",
        f"POST {API}/rules/preview": "previewRules",
        f"POST {API}/weeks/{{week}}/activities": "recordActivity",
        f"POST {API}/weeks/{{week}}/activities/batch": "recordActivities",
        f"POST {API}/weeks/{{week}}/adjustments": "adjustTeam",
        f"GET {SHIFTS}": "listShifts",
        f"POST {SHIFTS}": "createShift",
        f"POST {SHIFTS}/generate": "generateShifts",
        f"GET {SHIFTS}/settings": "getShiftSettings",
        f"PATCH {SHIFTS}/settings": "changeShiftSettings",
        f"GET {SHIFTS}/{{shift_id}}": "getShift",
        f"PATCH {SHIFTS}/{{shift_id}}": "editShift",
        f"POST {SHIFTS}/{{shift_id}}/cancellation": "cancelShift",
        f"POST {SHIFTS}/{{shift_id}}/waiting": "waitForShift",
        f"DELETE {SHIFTS}/{{shift_id}}/waiting": "stopWaitingForShift",
        f"POST {SIGN_UPS}/{{sign_up_id}}/offer": "offerSeat",
        f"DELETE {SIGN_UPS}/{{sign_up_id}}/offer": "withdrawOffer",
        f"POST {SIGN_UPS}/{{sign_up_id}}/accept": "acceptSeat",
        f"POST {SIGN_UPS}/{{sign_up_id}}/approval": "approveCover",
        f"POST {SIGN_UPS}/{{sign_up_id}}/correction": "correctSignUp",
        f"DELETE {SIGN_UPS}/{{sign_up_id}}": "leaveShift",
        f"POST {SIGN_UPS}": "signUpForShift",
        f"POST {SIGN_UPS}/{{sign_up_id}}/check-in": "checkInToShift",
        f"POST {SIGN_UPS}/{{sign_up_id}}/complete": "completeShift",
        f"GET {API}/deliveries": "listDeliveries",
        f"GET {API}/deliveries/{{delivery_id}}": "getDelivery",
        f"POST {API}/deliveries/{{delivery_id}}/replay": "replayDelivery",
        f"POST {API}/weeks/{{week}}/teams/{{team_id}}/merge": "mergeTeams",
        f"POST {API}/people/{{person_id}}/merge": "mergePeople",
        f"POST {API}/people/{{person_id}}/addresses": "addAddress",
        f"DELETE {API}/people/{{person_id}}/addresses": "removeAddress",
        f"GET {API}/identities": "listIdentities",
        f"POST {API}/identities": "nameIdentity",
        f"DELETE {API}/identities/{{identity_id}}": "forgetIdentity",
        f"GET {API}/sources/{{connection}}/accounts": "listServiceAccounts",
        f"POST {API}/sources/{{connection}}/accounts": "addServiceAccount",
        f"DELETE {API}/sources/{{connection}}/accounts": "removeServiceAccount",
        f"GET {API}/displays": "listDisplays",
        f"POST {API}/displays": "pairDisplay",
        f"PATCH {API}/displays/{{display}}": "renameDisplay",
        f"DELETE {API}/displays/{{display}}": "unpairDisplay",
        f"GET {API}/displays/{{display}}/settings": "getDisplaySettings",
        f"PATCH {API}/displays/{{display}}/settings": "changeDisplaySettings",
        f"POST {API}/displays/{{display}}/remote": "tellDisplay",
        f"GET {API}/display-messages": "listMessages",
        f"POST {API}/display-messages": "writeMessage",
        f"PATCH {API}/display-messages/{{screen_message}}": "changeMessage",
        f"DELETE {API}/display-messages/{{screen_message}}": "removeMessage",
        f"PATCH {API}/weeks/{{week}}/teams/{{team_id}}/look": "changeTeamLook",
        f"POST {API}/weeks/{{week}}/teams": "createTeam",
        f"PATCH {API}/weeks/{{week}}/teams/{{team_id}}": "renameTeam",
        f"DELETE {API}/weeks/{{week}}/teams/{{team_id}}": "removeTeam",
        f"POST {API}/weeks/{{week}}/teams/{{team_id}}/members": "addMember",
        f"PATCH {API}/weeks/{{week}}/members/{{person_id}}": "moveMember",
        f"PUT {API}/weeks/{{week}}/teams/{{team_id}}/join-code": "createJoinCode",
        f"DELETE {API}/weeks/{{week}}/teams/{{team_id}}/join-code": "revokeJoinCode",
        f"POST {API}/weeks/{{week}}/invitations": "inviteMembers",
        f"POST {API}/weeks/{{week}}/reversals": "reverseActivities",
        f"POST {API}/weeks/{{week}}/reversals/{{bulk_id}}/undo": "undoReversals",
        f"GET {API}/webhooks": "listWebhooks",
        f"POST {API}/webhooks": "addWebhook",
        f"GET {API}/webhooks/{{webhook_id}}": "getWebhook",
        f"PATCH {API}/webhooks/{{webhook_id}}": "switchWebhook",
        f"DELETE {API}/webhooks/{{webhook_id}}": "removeWebhook",
        f"POST {API}/webhooks/{{webhook_id}}/rotation": "rotateWebhook",
        f"POST {API}/webhooks/{{webhook_id}}/test": "testWebhook",
        f"GET {API}/webhooks/{{webhook_id}}/messages": "listWebhookMessages",
        f"POST {API}/webhooks/{{webhook_id}}/messages/{{message_id}}/replay": "replayWebhookMessage",
        f"POST {API}/webhooks/{{webhook_id}}/replay": "replayWebhook",
        f"DELETE {API}/calendar-feeds/{{feed_id}}": "revokeCalendarFeed",
        f"POST {API}/calendar-feeds": "createCalendarFeed",
        f"PUT {API}/rules": "activateRules",
    }
