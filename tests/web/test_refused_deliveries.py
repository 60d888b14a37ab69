"""Refused deliveries: counted by connection, reason and hour; keys in addresses are rotated with an overlap."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from app.models import RefusedDelivery
from app.services.intake import connections, refused
from app.services.intake.connections import NewConnection
from tests.integrations.sources import samples
from tests.integrations.sources.samples import CANNY, GITHUB, GURU, LINEAR, SECRET, Sample
from tests.web.running_app import BOTH_ENGINES, RunningApp, until

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def at_the_time_of_samples(site: RunningApp) -> None:
    site.clock.set(samples.NOW)


def change(site: RunningApp, act: Callable[..., NewConnection], *details: Any, **more: Any) -> NewConnection:
    """Connect or rotate."""
    with site.database.unit_of_work() as session:
        return act(session, site.app.state.context.key, *details, site.game.act, **more)


def send(site: RunningApp, path: str, sample: Sample, *, secret: str = SECRET, **more: str) -> int:
    """Send a sample; the status."""
    envelope = sample.envelope(secret=secret, **more)
    headers = {name.decode(): value.decode() for name, value in envelope.headers}
    return site.post(path, headers=headers, content=envelope.body).status_code


def counted(site: RunningApp) -> dict[str, int]:
    """The refused deliveries by reason."""
    with site.database.reading() as session:
        return {row.reason: row.times for row in session.exec(select(RefusedDelivery))}


@BOTH_ENGINES
def test_refusals_are_counted_by_reason_and_a_flood_is_one_row(site: RunningApp) -> None:
    change(site, connections.connect, "github", secret=SECRET)
    key = change(site, connections.connect, "canny", secret=SECRET).key
    change(site, connections.connect, "zendesk", awaits_secret=True)

    for _ in range(20):
        assert send(site, "/hooks/github", GITHUB, secret="wrong") == 401
    assert send(site, "/hooks/github", GITHUB, content_type=FORM["content-type"]) == 415
    assert site.post("/hooks/github", content=b"{}").status_code == 401
    assert site.post("/hooks/github", content=b" " * (1024 * 1024 + 1)).status_code == 413
    assert send(site, "/hooks/canny/a-guess", CANNY) == 401
    assert send(site, f"/hooks/canny/{key}", CANNY) == 200
    assert send(site, "/hooks/zendesk", samples.ZENDESK) == 401
    assert site.post("/hooks/nowhere", content=b"{}").status_code == 404

    expected = {"signature": 20, "form": 1, "unsigned": 1, "size": 1, "address": 1, "no_secret": 1}
    until(lambda: counted(site) == expected)


def test_a_clock_that_is_off_is_told_by_how_much(site: RunningApp) -> None:
    change(site, connections.connect, "linear", secret="old")
    site.clock.set(samples.NOW + timedelta(days=2))
    change(site, connections.rotate, "linear", secret=SECRET)

    assert send(site, "/hooks/linear", LINEAR) == 401

    until(lambda: counted(site) == {"clock": 1})
    with site.database.reading() as session:
        [told] = refused.hours_since(session, site.clock.now)
    assert told.seconds == pytest.approx(-2 * 24 * 3600, abs=1800)


def test_the_key_in_an_address_is_rotated_with_an_overlap(site: RunningApp) -> None:
    old = change(site, connections.connect, "guru").key

    new = change(site, connections.rotate, "guru").key

    assert send(site, f"/hooks/guru/{old}", GURU) == 200
    assert send(site, f"/hooks/guru/{new}", GURU) == 200
    assert send(site, f"/hooks/guru/{old}", GURU) == 401
    newest = change(site, connections.rotate, "guru", at_once=True).key
    assert send(site, f"/hooks/guru/{new}", GURU) == 401
    assert send(site, f"/hooks/guru/{newest}", GURU) == 200


def test_revoke_previous_ends_the_old_secret_at_once(site: RunningApp) -> None:
    change(site, connections.connect, "github", secret="old")
    change(site, connections.rotate, "github", secret="new")

    with site.database.unit_of_work() as session:
        connections.revoke_previous(session, "github", site.game.act)

    assert send(site, "/hooks/github", GITHUB, secret="old") == 401
    assert send(site, "/hooks/github", GITHUB, secret="new") == 200


def test_forget_deletes_what_was_refused_long_ago(site: RunningApp) -> None:
    made = change(site, connections.connect, "github")
    now = site.clock.now

    def forget(session: Session) -> int:
        old = refused.Refused(made.connection.id, "form", 3, now - timedelta(days=8))
        refused.add(session, [old, old._replace(last_at=now)])
        return refused.forget(session, now)

    with site.database.unit_of_work() as session:
        assert forget(session) == 1
    assert counted(site) == {"form": 3}
