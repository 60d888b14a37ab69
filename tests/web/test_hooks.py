"""Webhooks over HTTP: what is stored and answered, in which order refused, and what becomes of each delivery."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.models import Delivery, LedgerEntry
from app.services import lifecycle
from app.services.intake import authors, connections, deliveries
from app.services.intake.deliveries import Incoming
from app.services.ledger import ledger
from app.services.operations import secrets
from tests.builders import ADA, BO, SLUG, act_by
from tests.integrations.sources import samples
from tests.integrations.sources.samples import ALL, CANNY, GITHUB, GURU, LINEAR, SECRET, STANDARD, ZENDESK, Sample
from tests.web.running_app import API, BOTH_ENGINES, RunningApp, until

KIND = {
    "zendesk": "zendesk", "messaging": "zendesk", "trigger": "zendesk", "github": "github", "linear": "linear",
    "jira": "jira", "canny": "canny", "guru": "guru", "standard": "generic",
}  # fmt: skip
AUTHOR = {"github": "7", "zendesk": "77", "jira": "a-1"}
"""Ids of authors whom the samples name without an e-mail."""


@pytest.fixture
def tools(site: RunningApp) -> "Tools":
    """Connections to tools, at the moment their samples were signed."""
    site.clock.set(samples.NOW)
    return Tools(site)


class Tools:
    """Tools that are connected here and send their samples."""

    def __init__(self, site: RunningApp) -> None:
        self.site = site

    def connect(self, kind: str, secret: str = SECRET, **options: Any) -> str:
        """Connect a tool; the path it sends to."""
        key = self.site.app.state.context.key
        with self.site.database.unit_of_work() as session:
            made = connections.connect(session, key, kind, self.site.game.act, secret=secret, **options)
            return connections.address("", made)

    def send(self, path: str, sample: Sample, body: Any = None, secret: str = SECRET, **more: str) -> httpx.Response:
        """Send a sample, signed, with another body or further headers where these are given."""
        envelope = sample.envelope(body, secret=secret, **more)
        headers = {"content-type": "application/json", **{name.decode(): value for name, value in envelope.headers}}
        return self.site.post(path, headers=headers, content=envelope.body)

    def outcome(self, answer: httpx.Response) -> dict[str, Any]:
        """A delivery once it is processed."""
        assert answer.status_code == 200, answer.text
        path = f"{API}/deliveries/{answer.json()['delivery']}"
        until(lambda: self.site.get(path, "admin").json()["state"] != "received")
        found: dict[str, Any] = self.site.get(path, "admin").json()
        return found

    def name(self, source: str, external_id: str, email: str = ADA) -> None:
        """Say whose an id is."""
        with self.site.database.unit_of_work() as session:
            authors.name(session, source, external_id, email, act_by("Olu", self.site.clock.now))


@pytest.mark.parametrize("name", ALL)
def test_a_delivery_of_each_source_becomes_an_activity(tools: Tools, name: str) -> None:
    kind, sample = KIND[name], ALL[name]
    path = tools.connect(kind)
    if kind in AUTHOR and name != "trigger":
        tools.name(kind, AUTHOR[kind])

    delivery = tools.outcome(tools.send(path, sample))

    assert (delivery["state"], delivery["reason"], delivery["attempts"]) == ("recorded", None, 1)
    [activity] = tools.site.get(f"{API}/weeks/{SLUG}/activities", "read").json()["items"]
    assert (activity["id"], activity["recorded_by"]) == (delivery["activity_id"], kind)
    assert activity["source"] == ("tracker" if name == "standard" else kind)


def test_an_address_with_a_slash_too_much_is_the_same(tools: Tools) -> None:
    github, canny = tools.connect("github"), tools.connect("canny")

    assert tools.send(f"{github}/", GITHUB).status_code == 200
    assert tools.send(f"{canny.rpartition('/')[0]}/", CANNY).status_code == 401


@BOTH_ENGINES
def test_copies_at_once_are_one_delivery_and_one_activity(tools: Tools) -> None:
    path = tools.connect("linear")

    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: httpx.post(f"{tools.site.url}{path}", **signed(LINEAR)), range(20)))

    assert {answer.status_code for answer in sent} == {200}
    assert len({answer.json()["delivery"] for answer in sent}) == 1
    assert tools.outcome(sent[0])["state"] == "recorded"
    with tools.site.database.reading() as session:
        assert len(session.exec(select(LedgerEntry)).all()) == 1


def signed(sample: Sample) -> dict[str, Any]:
    envelope = sample.envelope()
    return {"headers": [(name, value) for name, value in envelope.headers], "content": envelope.body}


@pytest.mark.parametrize("name", ["github", "canny", "trigger", "guru"])
def test_a_copy_of_what_nobody_can_read_is_the_same_delivery(tools: Tools, name: str) -> None:
    kept = {"id", "type", "action", "webhookEvent", "template", "eventType"}
    body = {field: value for field, value in ALL[name].body.items() if field in kept}
    path = tools.connect(KIND[name])

    first, second = tools.send(path, ALL[name], body), tools.send(path, ALL[name], body)

    delivery = tools.outcome(first)
    assert first.json() == second.json()
    assert (delivery["state"], delivery["event_id"] is None) == ("quarantined", False)


def test_two_connections_of_one_account_count_once(tools: Tools) -> None:
    first, second = tools.connect("linear"), tools.connect("linear", name="linear-2")

    tools.outcome(tools.send(first, LINEAR))
    again = tools.outcome(tools.send(second, LINEAR))

    assert again["state"] == "repeated"


def test_an_author_nobody_knows_waits_until_they_are_named(tools: Tools) -> None:
    path = tools.connect("github")
    waiting = tools.send(path, GITHUB)
    assert tools.outcome(waiting)["state"] == "unmatched"

    named = tools.site.post(
        f"{API}/identities", "admin", json={"source": "github", "external_id": "@ADA", "email": ADA}
    )

    assert named.status_code == 201
    until(lambda: tools.outcome(waiting)["state"] == "recorded")
    [activity] = tools.site.get(f"{API}/weeks/{SLUG}/activities", "read").json()["items"]
    assert activity["occurred_at"] == "2022-09-14T08:00:00.000000Z"
    with tools.site.database.reading() as session:
        kept = session.exec(select(Delivery)).one()
        assert (kept.body, kept.headers) == (None, "[]"), "the text of customers is gone once it is read"


def test_an_identity_beats_an_email_and_an_email_that_matches_is_remembered(tools: Tools) -> None:
    path = tools.connect("linear")
    tools.outcome(tools.send(path, LINEAR))

    [learnt] = tools.site.get(f"{API}/identities", "admin").json()["items"]
    assert (learnt["source"], learnt["external_id"], learnt["email"]) == ("linear", "u-1", ADA)

    body = {"source": "linear", "external_id": "u-1", "email": BO}
    assert tools.site.post(f"{API}/identities", "admin", json=body).status_code == 409
    assert tools.site.post(f"{API}/identities", "admin", json={**body, "replace": True}).status_code == 201
    assert tools.site.post(f"{API}/identities", "admin", json=body).status_code == 200
    another = copy.deepcopy(LINEAR.body)
    another["data"]["id"] = "i-2"
    tools.outcome(tools.send(path, LINEAR, another, linear_delivery="d-9"))
    with tools.site.database.reading() as session:
        people = [entry.person_id for entry in session.exec(select(LedgerEntry).order_by(LedgerEntry.external_id))]
    assert people[0] != people[1]


def test_a_comment_made_private_is_reversed_once_even_if_that_comes_first(tools: Tools) -> None:
    path = tools.connect("zendesk")
    tools.name("zendesk", "77")
    private = {**ZENDESK.body, "id": "01GCZ", "type": "zen:event-type:ticket.comment_made_private"}

    first = tools.outcome(tools.send(path, ZENDESK, private))
    tools.outcome(tools.send(path, ZENDESK))

    assert first["state"] == "ignored"
    [activity] = tools.site.get(f"{API}/weeks/{SLUG}/activities", "read").json()["items"]
    assert activity["reversed"] is True
    with tools.site.database.unit_of_work() as session:
        ledger.reinstate(session, activity["id"], act_by("Olu", tools.site.clock.now), reason="It was public")
    tools.site.post(f"{API}/deliveries/{first['id']}/replay", "admin")
    until(lambda: tools.site.get(f"{API}/deliveries/{first['id']}", "admin").json()["attempts"] == 2)
    [activity] = tools.site.get(f"{API}/weeks/{SLUG}/activities", "read").json()["items"]
    assert activity["reversed"] is False


def test_a_delivery_outside_of_every_open_week_waits_for_one_to_open(tools: Tools) -> None:
    path = tools.connect("linear")
    with tools.site.database.unit_of_work() as session:
        lifecycle.close(session, SLUG, tools.site.game.act)
    waiting = tools.send(path, LINEAR)
    assert tools.outcome(waiting)["state"] == "outside"

    with tools.site.database.unit_of_work() as session:
        lifecycle.open_week(session, SLUG, tools.site.game.act, reason="One more thing")

    until(lambda: tools.outcome(waiting)["state"] == "recorded")


def test_a_delivery_ahead_of_its_time_is_recorded_then(tools: Tools) -> None:
    path = tools.connect("linear")
    body = copy.deepcopy(LINEAR.body)
    body["data"]["createdAt"] = "2022-09-14T09:00:00Z"
    waiting = tools.send(path, LINEAR, body)
    assert tools.outcome(waiting)["state"] == "outside"

    tools.site.clock.set("02:00")

    until(lambda: tools.outcome(waiting)["state"] == "recorded")


@pytest.mark.parametrize("source", ["shifts", "organizer", "zendesk", "slack", "github:acme"])
def test_a_generic_delivery_does_not_pass_itself_off_as_another_source(tools: Tools, source: str) -> None:
    delivery = tools.outcome(tools.send(tools.connect("generic"), STANDARD, {**STANDARD.body, "source": source}))

    assert delivery["state"] == "quarantined"
    assert "only its own connection reports" in delivery["reason"]


def test_a_body_that_cannot_be_read_is_kept_and_can_be_replayed(tools: Tools) -> None:
    path = tools.connect("github")

    delivery = tools.outcome(tools.send(path, GITHUB, b"not JSON"))

    assert (delivery["state"], delivery["reason"]) == ("quarantined", "The body isn’t JSON.")
    assert tools.site.post(f"{API}/deliveries/{delivery['id']}/replay", "admin").status_code == 202
    until(lambda: tools.site.get(f"{API}/deliveries/{delivery['id']}", "admin").json()["attempts"] == 2)
    with tools.site.database.reading() as session:
        assert session.exec(select(Delivery)).one().body == b"not JSON"


def test_refusals_come_in_their_order(tools: Tools) -> None:
    path = tools.connect("github")
    form = {"content-type": "application/x-www-form-urlencoded"}
    large = b" " * (1024 * 1024 + 1)

    def status(path: str, body: bytes, headers: dict[str, str], secret: str = SECRET) -> int:
        signature = GITHUB.sign(secret, body)
        return tools.site.post(path, headers={**GITHUB.headers, **signature, **headers}, content=body).status_code

    assert status("/hooks/nowhere", large, form, "wrong") == 404
    assert status(path, large, form, "wrong") == 413
    assert status(path, b"payload=1", form, "wrong") == 401
    assert status(path, b"payload=1", form) == 415
    assert status(f"{path}/key", b"{}", {}) == 401
    with tools.site.database.reading() as session:
        assert session.exec(select(Delivery)).all() == []


def test_the_key_in_an_address_is_the_secret_of_tools_that_sign_nothing(tools: Tools) -> None:
    path = tools.connect("guru")

    assert tools.send(path, GURU).status_code == 200
    assert tools.send("/hooks/guru", GURU).status_code == 401
    assert tools.send("/hooks/guru/a-guess", GURU).status_code == 401


def test_the_old_secret_is_valid_until_the_new_one_is_seen_and_for_a_day_at_most(tools: Tools) -> None:
    path, key = tools.connect("github", "old"), tools.site.app.state.context.key
    with tools.site.database.unit_of_work() as session:
        connections.rotate(session, key, "github", tools.site.game.act, secret="new")

    assert tools.send(path, GITHUB, secret="old").status_code == 200
    assert tools.send(path, GITHUB, secret="new").status_code == 200
    assert tools.send(path, GITHUB, secret="old").status_code == 401

    with tools.site.database.unit_of_work() as session:
        connections.rotate(session, key, "github", tools.site.game.act, secret="newer")
    tools.site.clock.set("2022-09-15 12:00")
    assert tools.send(path, GITHUB, secret="new").status_code == 401
    assert tools.send(path, GITHUB, secret="newer").status_code == 200


def test_a_secret_changed_twice_leaves_what_the_tool_still_has_valid(tools: Tools) -> None:
    path, key = tools.connect("github", "old"), tools.site.app.state.context.key
    keyed = tools.connect("guru")
    with tools.site.database.unit_of_work() as session:
        connections.rotate(session, key, "github", tools.site.game.act, secret="mislaid")
        connections.rotate(session, key, "github", tools.site.game.act, secret="new")
        anew = [connections.rotate(session, key, "guru", tools.site.game.act).key for _ in range(2)]

    sent = ("old", "mislaid", "new", "old", "mislaid")
    answers = [tools.send(path, GITHUB, secret=each).status_code for each in sent]
    addresses = [keyed, *(f"/hooks/guru/{each}" for each in anew), keyed]

    assert answers == [200, 200, 200, 401, 401]
    assert [tools.send(each, GURU).status_code for each in addresses] == [200, 200, 200, 401]


def test_a_delivery_ends_no_secret_that_was_replaced_after_it_was_signed(tools: Tools) -> None:
    path, key = tools.connect("github", "old"), tools.site.app.state.context.key
    with tools.site.database.unit_of_work() as session:
        connections.rotate(session, key, "github", tools.site.game.act, secret="new")
        seen = connections.recipient(session, key, "github", tools.site.clock.real())
        connections.rotate(session, key, "github", tools.site.game.act, secret="newer")
    assert seen.replaced_secret is not None
    late = Incoming(seen.id, [], b"{}", tools.site.clock.real(), "d-late", ends=(seen.replaced_secret,))

    with tools.site.database.unit_of_work() as session:
        deliveries.store(session, late)

    assert tools.send(path, GITHUB, secret="new").status_code == 200


def test_a_secret_is_sealed_in_the_database(tools: Tools) -> None:
    tools.connect("github", "very-secret")

    with tools.site.database.reading() as session:
        kept = connections.find(session, "github").secret

    assert "very-secret" not in kept
    assert kept.startswith(secrets.SEALED)


def test_a_delivery_that_fails_in_a_way_nobody_foresaw_holds_up_no_other(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tools.connect("linear")
    resolve = authors.resolve

    failures = iter(range(2))

    def fail_twice(*arguments: Any) -> Any:  # with others in a transaction, and then in one of its own
        if next(failures, None) is None:
            return resolve(*arguments)
        raise RuntimeError("a bug")

    monkeypatch.setattr(authors, "resolve", fail_twice)
    broken = tools.send(path, LINEAR)
    fine = tools.send(path, LINEAR, linear_delivery="d-5")

    assert tools.outcome(broken)["state"] == "quarantined"
    assert tools.outcome(fine)["state"] == "recorded"


def test_deliveries_are_listed_newest_first_by_connection_and_state(tools: Tools) -> None:
    path = tools.connect("linear")
    sent = [tools.send(path, LINEAR, linear_delivery=f"d-{number}").json()["delivery"] for number in range(3)]

    first = tools.site.get(f"{API}/deliveries?connection=linear&limit=2", "admin").json()
    second = tools.site.get(f"{API}/deliveries?limit=2&cursor={first['next_cursor']}", "admin").json()

    assert [item["id"] for item in first["items"] + second["items"]] == sent[::-1]
    assert tools.site.get(f"{API}/deliveries?state=lost", "admin").status_code == 422
    assert tools.site.get(f"{API}/deliveries?connection=jira", "admin").json()["items"] == []
    assert json.dumps(first).count("Hi") == 0


HOSTILE = [
    b"",
    b"\xff\xfe",
    "é".encode(),
    b"sha256=",
    b"v1,",
    b"v1,=",
    b"sha256=" + b"g" * 64,
    b"a" * 5_000,
    b"%00 \t,;=",
]


def test_malformed_signatures_of_every_kind_are_401_and_no_failure_of_ours(tools: Tools) -> None:
    for name, sample in samples.SIGNED.items():
        path = tools.connect(KIND[name], name=name)
        whole = list(sample.envelope().headers)
        may_be_missing = {b"canny-timestamp"}
        signed_by = [header for header, _ in whole if header not in dict(samples.encoded(sample.headers))]
        for header in signed_by:
            others = [each for each in whole if each[0] != header]
            malformed = [whole + [each for each in whole if each[0] == header]]
            malformed += [others] if header not in may_be_missing else []
            malformed += [[*others, (header, value)] for value in HOSTILE]
            for headers in malformed:
                answer = tools.site.client.post(path, headers=headers, content=sample.envelope().body)
                assert answer.status_code == 401, (name, header, headers)


def test_a_tampered_body_of_canny_needs_a_nonce_of_its_own(tools: Tools) -> None:
    path = tools.connect("canny")
    first = tools.send(path, samples.CANNY)
    tampered = copy.deepcopy(samples.CANNY.body)
    tampered["object"]["id"] = "p-2"

    again = tools.send(path, samples.CANNY, tampered)
    elsewhere = tools.send(path.rpartition("/")[0], samples.CANNY, tampered)

    assert tools.outcome(first)["state"] == "recorded"
    assert (again.json(), elsewhere.status_code) == (first.json(), 401)
    assert len(tools.site.get(f"{API}/deliveries", "admin").json()["items"]) == 1
