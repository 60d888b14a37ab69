"""`/organizer/webhooks` and the API: added with the secret shown once, tried, disabled, enabled, sent again."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.config import Settings
from app.models import WebhookEndpoint, WebhookMessage
from tests.builders import SLUG
from tests.receiver import Receiver, answer, receiver
from tests.web.running_app import API, SIGNED_IN, RunningApp, sign_in, until

pytestmark = SIGNED_IN
PAGE = "/organizer/webhooks"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.changed(outbound_networks="127.0.0.0/8")


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def endpoint_of(site: RunningApp) -> WebhookEndpoint:
    with site.database.reading() as session:
        return session.exec(select(WebhookEndpoint)).one()


def states(site: RunningApp) -> list[str]:
    with site.database.reading() as session:
        return [message.state for message in session.exec(select(WebhookMessage).order_by(col(WebhookMessage.seq)))]


def test_webhook_is_added_tried_and_sent_again(site: RunningApp, server: Receiver) -> None:
    olu = sign_in(site, "olu@example.com", "organizer")
    empty = olu.get(PAGE).text

    added = olu.post(PAGE, url=server.url, event="week.closed", week=SLUG).text
    place = f"{PAGE}/{endpoint_of(site).id}"
    server.respond = lambda _: [answer(500, body=b"<script>alert(1)</script>")]
    tested = olu.post(f"{place}/test")
    until(lambda: len(server.received) == 1 and states(site) == ["waiting"])
    until(lambda: "alert(1)" in olu.get(place).text)
    failing = olu.get(f"{place}?done=tested").text
    server.respond = lambda _: [answer(200)]
    with site.database.reading() as session:
        message_id = session.exec(select(WebhookMessage.id)).one()
    again = olu.post(f"{place}/messages/{message_id}/replay")
    until(lambda: states(site) == ["sent"])
    arrived = olu.get(f"{place}?done=tested").text

    assert "No webhooks yet." in empty
    assert [["The test message arrived." in each, "is on its way" in each] for each in (failing, arrived)] == [
        [False, False], [True, False],
    ]  # fmt: skip
    assert ("whsec_" in added, "whsec_" in olu.get(place).text, "whsec_" in olu.get(PAGE).text) == (True, False, False)
    assert (tested.status_code, again.status_code) == (303, 303)
    assert "&lt;script&gt;" in failing
    assert "Failing" in failing
    assert len({received.headers["webhook-id"] for received in server.received}) == 1
    assert json.loads(server.received[0].body)["type"] == "webhook.test"
    assert "1 sent" in olu.get(PAGE).text


def test_a_webhook_that_rests_says_until_when(site: RunningApp, server: Receiver) -> None:
    olu = sign_in(site, "olu@example.com", "organizer")
    olu.post(PAGE, url=server.url, event="week.closed")
    endpoint = endpoint_of(site)
    endpoint.failing_since, endpoint.resting_until = site.clock.now, site.clock.now + timedelta(hours=1)
    with site.database.unit_of_work() as session:
        session.add(endpoint)

    tested = olu.post(f"{PAGE}/{endpoint.id}/test")
    page = olu.get(tested.headers["location"]).text

    assert ["Nothing is sent before" in page, "is on its way" in page, "every 2s" in page] == [True, False, False]


def test_what_cannot_be_added_is_refused_with_what_was_typed(site: RunningApp) -> None:
    olu = sign_in(site, "olu@example.com", "organizer")

    answers = [
        olu.post(PAGE, url="ftp://a.example.com", event="week.closed"),
        olu.post(PAGE, url="https://10.0.0.1/a.example.com", event="week.closed"),
        olu.post(PAGE, url="https://a.example.com"),
        olu.post(PAGE, url="https://a.example.com", event="rain"),
        olu.post(PAGE, url="https://a.example.com", event="week.closed", week="nothing"),
    ]

    assert [(each.status_code, "a.example.com" in each.text) for each in answers] == [
        (422, True), (422, True), (422, True), (422, True), (404, True),
    ]  # fmt: skip
    assert "10.0.0.1 isn’t a public address." in answers[1].text


def test_disabled_webhook_is_told_of_on_the_overview_until_it_is_enabled(site: RunningApp, server: Receiver) -> None:
    olu = sign_in(site, "olu@example.com", "organizer")
    olu.post(PAGE, url=server.url, event="week.closed")
    place = f"{PAGE}/{endpoint_of(site).id}"
    server.respond = lambda _: [answer(410)]
    olu.post(f"{place}/test")
    until(lambda: endpoint_of(site).disabled_for == "gone")

    overview, page = olu.get("/organizer").text, olu.get(place).text
    refused = olu.post(f"{place}/test")
    server.respond = lambda _: [answer(200)]
    enabled, replayed = olu.post(f"{place}/enable"), olu.post(f"{place}/replay")
    until(lambda: states(site) == ["sent"])

    assert ("Webhooks that were disabled" in overview, "it answered 410" in page) == (True, True)
    assert (refused.status_code, enabled.status_code, replayed.status_code) == (409, 303, 303)
    assert "Webhooks that were disabled" not in olu.get("/organizer").text


def test_unknown_webhook_is_404(site: RunningApp) -> None:
    olu = sign_in(site, "olu@example.com", "organizer")

    assert [olu.get(f"{PAGE}/{'0' * 16}").status_code, olu.post(f"{PAGE}/x/test").status_code] == [404, 404]


def test_api_adds_switches_and_lists(site: RunningApp) -> None:
    new = site.post(f"{API}/webhooks", "admin", json={"url": "https://127.0.0.1/", "events": ["week.closed"]}).json()
    place = f"{API}/webhooks/{new['id']}"

    off = [site.ask("PATCH", place, "admin", json={"enabled": False}).json()["state"] for _ in range(2)]
    tested = site.post(f"{place}/test", "admin")
    on = site.ask("PATCH", place, "admin", json={"enabled": True}).json()
    rotated = site.post(f"{place}/rotation", "admin", json={"at_once": True}).json()
    flaws = site.post(f"{API}/webhooks", "admin", json={"url": "x", "events": ["week.closed"]}).json()
    removed = site.ask("DELETE", place, "admin")

    assert (off, tested.status_code, on["state"]) == (["disabled", "disabled"], 409, "enabled")
    assert new["secret"].startswith("whsec_")
    assert rotated["secret"] not in ("", new["secret"])
    assert flaws["errors"] == [
        {"field": "url", "message": "This isn’t an address. It looks like https://example.com/hooks."}
    ]
    assert (removed.json()["id"], site.get(f"{API}/webhooks", "admin").json()) == (
        new["id"], {"items": [], "next_cursor": None},
    )  # fmt: skip
