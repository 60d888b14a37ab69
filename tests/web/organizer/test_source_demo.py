"""The demo's button: a tool of every kind signs a delivery and sends it from outside."""

from collections import Counter
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

import pytest
from sqlmodel import select

from app.cli import demo_sources
from app.domain.intake.kinds import KINDS, TOOLS
from app.integrations.sources import registry
from app.models import SourceIdentity
from app.services.access import accounts
from app.services.demo.cast import CAST
from app.services.intake import authors, connections
from app.web.demo_tools import DemoAuthor, DemoTools, tells_no_email
from tests.builders import ADA
from tests.web.running_app import API, RunningApp, Visitor, sign_in, until

KNOWN = DemoAuthor("77", "ada", ADA)


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer of a demo with a connection of every kind."""
    context, keys = site.app.state.context, {}
    with site.database.unit_of_work() as session:
        for kind in TOOLS:
            keys[kind] = connections.connect(session, context.key, kind, site.game.act).key
            if tells_no_email(kind):
                authors.name(session, kind, KNOWN.id, ADA, site.game.act)
    address = urlsplit(site.url)
    tools = DemoTools(str(address.hostname), int(address.port or 0), [KNOWN], keys)
    site.app.state.context = replace(context, demo_tools=tools)
    return sign_in(site, "olu@example.com", "organizer")


def states(site: RunningApp, kind: str) -> list[str]:
    """The states of a connection's deliveries, the newest first."""
    return [row["state"] for row in site.get(f"{API}/deliveries?connection={kind}", "admin").json()["items"]]


def all_are(site: RunningApp, expected: list[str]) -> bool:
    """Tell whether the deliveries of every connection have these states."""
    return all(states(site, kind) == expected for kind in TOOLS)


def test_send_is_recorded_repeated_and_unmatched_at_will_for_every_kind(site: RunningApp, olu: Visitor) -> None:
    outcomes = ("recorded", "repeated", "unmatched")

    for number, outcome in enumerate(outcomes, 1):
        for kind in TOOLS:
            assert olu.post(f"/organizer/sources/{kind}/send", outcome=outcome).status_code == 303
        expected = list(reversed(outcomes[:number]))
        until(partial(all_are, site, expected))


def test_demo_names_the_people_of_a_tool_that_was_just_added(site: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new kind of source touches four places: the demo asks its example, and keeps no list of its own."""
    monkeypatch.setitem(KINDS, "acme", KINDS["github"])
    monkeypatch.setattr(demo_sources, "TOOLS", (*TOOLS, "acme"))
    monkeypatch.setitem(registry.SOURCES, "acme", registry.SOURCES["github"])
    context = site.app.state.context
    with site.database.unit_of_work() as session:
        for number, player in enumerate(CAST.values()):
            accounts.create(session, site.game.act, name=f"Player {number}", email=player.email)

    demo_sources.connect(site.database, context.settings, site.game.act, "127.0.0.1", 1)

    with site.database.reading() as session:
        named = Counter(session.exec(select(SourceIdentity.source)))
    assert named == dict.fromkeys(("zendesk", "github", "jira", "acme"), len(CAST))


def test_button_is_there_in_the_demo_alone(site: RunningApp, olu: Visitor) -> None:
    assert "Send one that counts" in olu.get("/organizer/sources/github").text
    waits = "Who isn’t known at this account yet waits for a name first."
    with site.database.unit_of_work() as session:
        connections.connect(session, site.app.state.context.key, "github", site.game.act, name="second", account="two")
    assert [waits in olu.get(f"/organizer/sources/{each}").text for each in ("github", "second")] == [False, True]
    assert "have it send a delivery" in olu.get("/organizer/sources").text


def test_what_was_sent_shows_within_two_seconds(site: RunningApp, olu: Visitor) -> None:
    assert olu.post("/organizer/sources/jira/send", outcome="recorded").status_code == 303
    until(lambda: states(site, "jira") == ["recorded"])

    assert 'hx-trigger="every 2s"' in olu.get("/organizer/sources/jira").text
    assert olu.post("/organizer/sources/github/send", outcome="lost").status_code == 422
    assert olu.post("/organizer/sources/nowhere/send").status_code == 404

    site.app.state.context = replace(site.app.state.context, demo_tools=None)

    assert "Send one that counts" not in olu.get("/organizer/sources/github").text
    assert olu.post("/organizer/sources/github/send").status_code == 404


def test_tools_greet_as_the_demo_begins_also_those_that_sign_nothing(
    site: RunningApp, olu: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(DemoTools, "send", lambda _tools, name, *_rest: sent.append(name))

    demo_sources.greet(site.app, site.app.state.context.demo_tools)

    assert set(sent) == set(TOOLS) - set(demo_sources.SILENT)
