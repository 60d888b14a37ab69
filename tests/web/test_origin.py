"""A request's client is what the connection says; only a proxy that the settings name may say otherwise."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from app.config import Settings
from app.services.audit import audit
from tests.builders import ADA, SLUG, Game
from tests.web.anonymous_browser import browsing, link_for
from tests.web.running_app import RunningApp, SettableClock, serving

BOARD = f"/weeks/{SLUG}/live"
PEER, CLIENT = "127.0.0.1", "203.0.113.9"


@pytest.fixture
def proxies() -> str:
    """The proxies that the settings name."""
    return ""


@pytest.fixture
def place(game: Game, settings: Settings, clock: SettableClock, proxies: str) -> Iterator[RunningApp]:
    """A site that lets one address hold one stream."""
    assert game.slug == SLUG
    wishes = {"trusted_proxies": proxies, "max_streams_per_address": 1, "allow_http": True}
    with serving(settings.changed(board_visibility="public", **wishes), clock) as site:
        yield site


def sign_in_from(site: RunningApp, forwarded: str) -> str:
    """The address that the audit notes when somebody signs in through what calls itself a proxy."""
    with browsing(site, **{"X-Forwarded-For": forwarded}) as ada:
        assert ada.send(link_for(site, ADA)).status_code == 303
    with site.database.reading() as session:
        wanted = audit.Filter(action="sign-in.started")
        return audit.page(session, wanted, cursor=None, limit=1).items[0].address


def knock_from(site: RunningApp, forwarded: str) -> int:
    """The status of a wrong sign-in link."""
    return site.get("/sign-in/link/al_wrong", headers={"X-Forwarded-For": forwarded}).status_code


def watch_from(site: RunningApp, *forwarded: str) -> list[int]:
    """The statuses of streams that are open at once."""
    with ExitStack() as opened:
        streams = [site.client.stream("GET", BOARD, headers={"X-Forwarded-For": each}) for each in forwarded]
        return [opened.enter_context(stream).status_code for stream in streams]


def test_address_that_a_stranger_claims_is_in_no_audit(place: RunningApp) -> None:
    assert sign_in_from(place, CLIENT) == PEER


def test_addresses_that_a_stranger_claims_escape_no_throttle(place: RunningApp) -> None:
    statuses = [knock_from(place, f"203.0.113.{number}") for number in range(31)]

    assert statuses == [404] * 30 + [429]


def test_addresses_that_a_stranger_claims_escape_no_cap(place: RunningApp) -> None:
    assert watch_from(place, "203.0.113.1", "203.0.113.2") == [200, 503]


def test_scheme_that_a_stranger_claims_is_not_believed(place: RunningApp) -> None:
    with browsing(place, **{"X-Forwarded-Proto": "https"}) as ada:
        ada.send(link_for(place, ADA))

        assert list(ada.client.cookies) == ["plain-sign-in"]


@pytest.mark.parametrize("proxies", ["127.0.0.1"])
@pytest.mark.parametrize("forwarded", [CLIENT, f"198.51.100.7, {CLIENT}", f"unknown, {CLIENT}, 127.0.0.1"])
def test_named_proxy_says_where_a_request_comes_from_and_its_client_does_not(place: RunningApp, forwarded: str) -> None:
    assert sign_in_from(place, forwarded) == CLIENT


@pytest.mark.parametrize("proxies", ["127.0.0.1"])
def test_clients_of_a_named_proxy_are_capped_apart(place: RunningApp) -> None:
    assert watch_from(place, "203.0.113.1", "203.0.113.2", "203.0.113.1") == [200, 200, 503]


@pytest.mark.parametrize("proxies", ["10.0.0.1"])
def test_another_than_the_named_proxy_is_not_believed(place: RunningApp) -> None:
    assert sign_in_from(place, CLIENT) == PEER
