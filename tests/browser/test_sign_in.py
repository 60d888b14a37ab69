"""The ways in, in a real browser: with its own idea of origins and policies, by keyboard, without scripts."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page

from app.config import Settings
from tests.browser.looking import LAPTOP, PHONE, looking, overflow, serious_flaws, texts, theme_at
from tests.builders import ADA
from tests.provider import CLIENT, SECRET, HonestProvider, running
from tests.web.anonymous_browser import SIGNED_IN_MARK, first_link, link_for
from tests.web.running_app import RunningApp, SettableClock, serving
from tests.web.test_join import code_for

NAME = "Ada Augusta King-Noel, Countess of Lovelace, née Byron (she)"


@pytest.fixture(scope="module")
def provider() -> Iterator[HonestProvider]:
    """A running provider."""
    with running() as provider:
        yield provider


@pytest.fixture
def clock() -> SettableClock:
    """The provider's clock is the real one, so ours is too."""
    return SettableClock(datetime.now(UTC))


@pytest.fixture
def firm(public_settings: Settings, clock: SettableClock, provider: HonestProvider) -> Iterator[RunningApp]:
    """A site with every way in."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    wishes = {
        "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET,
        "oidc_label": "Example Corp", "oidc_allowed_domains": "example.com", "smtp_url": "smtp://127.0.0.1:1",
        "mail_from": "week@example.com", "public_url": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    with serving(public_settings.changed(**wishes), clock, port) as site:
        site.game.start()
        yield site


def is_in(page: Page, site: RunningApp) -> bool:
    """Tell whether the browser is signed in."""
    return SIGNED_IN_MARK in page.context.request.get(f"{site.url}/me/mark.css").text()


@pytest.mark.parametrize("scripts", [True, False])
def test_company_sign_in_from_the_first_click_to_the_last(chromium: Browser, firm: RunningApp, scripts: bool) -> None:
    with looking(chromium, PHONE, java_script_enabled=scripts) as page:
        page.goto(f"{firm.url}/sign-in?to=board")
        page.click("text=Continue with Example Corp")
        page.click("button:text-is('ada')")
        if not scripts:
            page.click("text=Continue")
        page.wait_for_url(f"{firm.url}/")

        cookies = {cooky["name"]: cooky for cooky in page.context.cookies()}

    assert set(cookies) == {"plain-sign-in"}
    assert (cookies["plain-sign-in"]["httpOnly"], cookies["plain-sign-in"]["sameSite"]) == (True, "Lax")


def test_company_sign_in_that_is_refused_leaves_the_other_ways(chromium: Browser, firm: RunningApp) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{firm.url}/sign-in")
    page.click("text=Continue with Example Corp")
    page.click("button:text-is('stranger')")
    page.wait_for_selector("[role=alert]")

    assert texts(page, "[role=alert]")[0].startswith("Accounts of this email domain may not sign in here.")
    assert page.is_visible("text=Find my team")
    context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_personal_link_by_keyboard_alone(chromium: Browser, firm: RunningApp, scripts: bool) -> None:
    with looking(chromium, java_script_enabled=scripts) as page:
        page.goto(f"{firm.url}{link_for(firm)}")
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.tagName") == "BUTTON":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/me")

        assert is_in(page, firm)


def test_first_owner_and_team_code_by_keyboard_alone(chromium: Browser, firm: RunningApp) -> None:
    link, code = first_link(firm), code_for(firm)
    for path, name, email in (
        (link, "Olu Okoro", "olu@example.com"),
        (f"/join/{code}", "Gus Björk", "gus@example.com"),
    ):
        with looking(chromium) as page:
            page.goto(f"{firm.url}{path}")
            page.focus("#name")
            page.keyboard.type(name)
            page.keyboard.press("Tab")
            page.keyboard.type(email)
            page.keyboard.press("Enter")
            page.wait_for_url(re.compile("/(organizer|me)"))

            assert is_in(page, firm)


def test_code_typed_on_the_sign_in_page_finds_the_team(chromium: Browser, firm: RunningApp) -> None:
    code = code_for(firm)
    with looking(chromium, PHONE) as page:
        page.goto(f"{firm.url}/sign-in")
        page.fill("#code", f"{code[:4].lower()} - {code[4:]}")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/join/{code}")

        assert texts(page, "h1") == ["Join Ducks"]


def pages(site: RunningApp) -> dict[str, str]:
    """Every state of the ways in that a visitor can open."""
    refused = {"unknown code": "/join/NOPE", "code": "/join", "used link": "/sign-in/link/x"}
    return {
        "sign-in": "/sign-in?done=mailed", "link": link_for(site, ADA), "owner": first_link(site),
        "join": f"/join/{code_for(site)}", "full": f"/join/{code_for(site, 'Cats')}", "away": "/sign-in/return?code=x",
        **refused,
    }  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_ways_in_keep_nobody_out(chromium: Browser, firm: RunningApp, size: tuple[int, int]) -> None:
    firm.game.rename(ADA, NAME, "Owls")
    flaws, wide = {}, {}
    page = chromium.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme_at(size)).new_page()
    page.route("**/static/continue.js*", lambda route: route.abort())
    for name, path in pages(firm).items():
        page.goto(f"{firm.url}{path}")
        flaws[name], wide[name] = serious_flaws(page), overflow(page)
    page.context.close()

    assert {name: found for name, found in flaws.items() if found} == {}
    assert {name: pixels for name, pixels in wide.items() if pixels} == {}


def test_no_request_tells_the_address_of_the_page_it_comes_from(chromium: Browser, firm: RunningApp) -> None:
    told: list[str | None] = []
    with looking(chromium, LAPTOP) as page:
        page.on("request", lambda request: told.append(request.all_headers().get("referer")))

        page.goto(f"{firm.url}{link_for(firm)}")
        page.get_by_role("button").first.click()
        page.wait_for_url(f"{firm.url}/me")

    assert set(told) == {None, f"{firm.url}/"}
