"""The published API under fire: schemathesis sends what its description allows and forbids, the same on every run.

It runs its examples, its boundary values and its random phase against a real server: some 1,600 requests in some 25 s.
The random phase is seeded and bounded by a number of examples, never by a time, so that a slow machine tests as much.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from app.services.people import people
from tests.builders import OWLS, an_activity
from tests.web.running_app import SIGNED_IN, RunningApp

pytestmark = pytest.mark.usefixtures("quiet_log")

# A stream never ends, so that each case would wait for its time-out; tests/web/test_live.py has them.
STREAMS = "/live$"
# A week that was closed takes nothing of all the rest; tests/web/test_week_life.py has its steps.
STEPS = "/weeks/[{]week[}]/state$"
# What a shift and its seats take depends on what was sent before, a cancellation say, and what many reversals find on
# what was recorded; connections, and with them deliveries and identities, are made by commands alone; there are at most
# 20 webhooks and messages; codes of displays may be tried 30 times; teams are renamed and removed; a logo is a picture.
DEPENDENT = (
    "/shifts/{shift_id}", "/{delivery_id}", "/identities", "/webhooks", "/sources/{connection}", "/merge", "/addresses",
    "/reinstatement", "/displays", "/display-messages", "/appearance/logo",
    "/teams/{team_id}", "/members/", "/cards/{card_id}", "/adjustments", "/reversals",
)  # fmt: skip
# A description cannot say which cursors exist, which kinds the active rules know and what makes a text a rules file:
# what it allows may rightly be refused with 422. test_openapi.py holds the examples to be taken.
LEFT_OUT = {"positive_data_acceptance": {"enabled": False}}
# A repeat is known by its key, and answers 200 whatever else it says.
REPEATS = {
    "include-name": ["POST /api/v1/weeks/{week}/activities", "POST /api/v1/weeks/{week}/adjustments"],
    "checks": {"negative_data_rejection": {"enabled": False}},
}
# Their addresses are ids of shifts, too, as far as methods go: Allow names what either takes.
TWICE_ROUTED = {
    "include-path-regex": "/shifts/(generate|settings)$",
    "checks": {"allow_header_conformance": {"enabled": False}},
}
# Only where boards are public: they need no token, while one document describes both ways of running it.
OPEN_BOARDS = {
    name: {"enabled": False} for name in ("ignored_auth", "missing_required_header", "negative_data_rejection")
}
# Hypothesis itself, beside a busy worker: it could not make an example a second time, or found the process's random
# numbers used by another thread meanwhile. It asked the server nothing.
UNRELIABLE = ("example_generating_inner_function", "Do not use the `random` module inside strategies")


@dataclass
class Outcome:
    """The outcome: statuses by operation, and every check that failed, with what was sent."""

    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    failures: list[str] = field(default_factory=list)
    requests: int = 0


@schemathesis.serializer("application/x-ndjson")
def write_lines(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A text as it is; anything else as one line of JSON."""
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="surrogatepass")


def fuzz(
    site: RunningApp,
    *,
    examples: int,
    boundaries: bool = False,
    token: str | None = None,
    checks: dict[str, Any] | None = None,
) -> Outcome:
    """Send everything the description leads to: so many random examples per operation, and each field's boundaries."""
    config = SchemathesisConfig.from_dict(
        {
            "base-url": site.url,
            "headers": {"Authorization": f"Bearer {token}"} if token else {},
            "seed": 20220914,
            "generation": {"deterministic": True, "database": "none", "max-examples": examples, "no-shrink": True},
            "continue-on-failure": True,
            "suppress-health-check": ["all"],
            "checks": {**LEFT_OUT, **(checks or {})},
            "operations": [REPEATS, TWICE_ROUTED],
            "phases": {"stateful": {"enabled": False}, "coverage": {"enabled": boundaries}},
        }
    )
    schema = schemathesis.openapi.from_url(f"{site.url}/openapi.json", config=config).exclude(path_regex=STREAMS)
    if token:
        schema = schema.exclude(path_regex=STEPS)
    outcome = Outcome()
    for event in from_schema(schema).execute():
        if isinstance(event, events.FatalError):
            outcome.failures.append(repr(event))
        elif isinstance(event, events.NonFatalError):
            said = f"{event.label}: {event.info.title}: {event.info.message}"
            outcome.failures += [] if any(each in said for each in UNRELIABLE) else [said]
        elif isinstance(event, events.ScenarioFinished):
            note(outcome, event.recorder)
    return outcome


def note(outcome: Outcome, recorder: Any) -> None:
    """Add what one scenario sent and heard."""
    for case, interaction in recorder.interactions.items():
        outcome.requests += 1
        status = interaction.response.status_code if interaction.response else 0
        outcome.statuses[recorder.cases[case].value.operation.label].add(status)
    outcome.failures += [
        f"{check.name}: {check.failure_info.failure}\n{check.failure_info.code_sample}"
        for found in recorder.checks.values()
        for check in found
        if check.failure_info is not None
    ]


def fill(site: RunningApp) -> None:
    """Something of everything, and the person of the description's examples, so that what is valid gets through."""
    with site.database.unit_of_work() as session:
        people.find_or_create(session, "ada@example.com", "Ada", site.clock.now)
    site.record(external_id="one", subject="ticket", response_seconds=5, url="https://x.example")
    site.batch(an_activity(kind="shift"), an_activity(kind="response"))
    site.adjust(OWLS, 5)


def operations(site: RunningApp) -> set[str]:
    """Every operation that is described, but streams."""
    paths = site.get("/openapi.json").json()["paths"]
    return {f"{method.upper()} {path}" for path, item in paths.items() for method in item if not path.endswith("/live")}


def server_failures(outcome: Outcome) -> set[tuple[str, int]]:
    """The operations that failed (5xx), or did not answer at all (0)."""
    return {
        (name, status) for name, found in outcome.statuses.items() for status in found if status >= 500 or status == 0
    }


@pytest.mark.timeout(180)  # some 1,600 requests
@SIGNED_IN
@pytest.mark.parametrize(("engine", "boundaries"), [("sqlite", True), ("postgresql", False)])
def test_an_admin_gets_what_is_documented_whatever_they_send(site: RunningApp, boundaries: bool) -> None:
    fill(site)

    outcome = fuzz(site, examples=8, boundaries=boundaries, token=site.token("admin"))

    assert outcome.failures == []
    assert server_failures(outcome) == set()
    # It is no test of refusals alone: each operation also took something, and refused something.
    assert set(outcome.statuses) == {name for name in operations(site) if not re.search(STEPS, name)}
    refused = [name for name, found in outcome.statuses.items() if not found & {200, 201}]
    assert [name for name in refused if not any(part in name for part in DEPENDENT)] == []
    assert [name for name, found in outcome.statuses.items() if max(found) < 400] == []


@SIGNED_IN
def test_without_a_token_everything_is_refused_whatever_they_send(site: RunningApp) -> None:
    fill(site)
    before = site.points("read")

    outcome = fuzz(site, examples=2)

    assert outcome.failures == []
    assert set(outcome.statuses) == operations(site)
    assert set().union(*outcome.statuses.values()) <= {401, 405}
    assert site.points("read") == before


def test_without_a_token_public_boards_alone_are_shown(site: RunningApp) -> None:
    fill(site)

    outcome = fuzz(site, examples=2, checks=OPEN_BOARDS)

    assert outcome.failures == []
    assert server_failures(outcome) == set()
    assert {name.rpartition("/")[2] for name, found in outcome.statuses.items() if found & {200, 201}} == {
        "leaderboard",
        "receipt",
    }
