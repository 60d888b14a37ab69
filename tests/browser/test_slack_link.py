"""Connecting a Slack account in a real browser: from a visitor to "Not me", by keyboard, in light and dark."""

import pytest
from playwright.sync_api import Browser

from app.services.intake import connections
from app.services.slack import links
from app.services.slack.links import Asked
from tests.browser.looking import LAPTOP, PHONE, looking, overflow, serious_flaws, texts, theme_at
from tests.builders import ADA
from tests.web.anonymous_browser import link_for
from tests.web.running_app import RunningApp

ACCOUNT = "<!here> rosencrantz-von-guildenstern-and-a-very-long-name-without-any-space"


def slack_link(site: RunningApp) -> str:
    """The secret of a link from Slack."""
    with site.database.unit_of_work() as session:
        made = connections.connect(session, site.app.state.context.key, "slack", site.game.act).connection
        return links.make(session, Asked(made.id, "U1", ACCOUNT), site.clock.now)


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_a_slack_account_is_connected_and_parted_again(
    chromium: Browser, site: RunningApp, size: tuple[int, int]
) -> None:
    secret = slack_link(site)
    path, seen, flaws = f"{site.url}/sign-in/slack/{secret}", [], {}

    with looking(chromium, size, color_scheme=theme_at(size)) as page:

        def look(name: str) -> None:
            seen.extend(texts(page, "h1"))
            flaws[name] = serious_flaws(page), overflow(page)

        page.goto(path)
        look("visitor")
        assert page.locator("main a.button").get_attribute("href") == f"/sign-in?to=slack_link%2F{secret}"
        page.goto(f"{site.url}{link_for(site, ADA)}?to=slack_link/{secret}")
        page.focus("main form button")
        page.keyboard.press("Enter")
        page.wait_for_url(path)
        look("signed in")
        page.focus("main form button")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Not me")
        look("connected")
        page.focus("main form button")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Not connected")
        look("parted")

    assert seen == ["Connect Slack", "Connect Slack", "Connected", "Not connected"]
    assert {name: found for name, found in flaws.items() if found != ([], 0)} == {}
