"""The ways in, as a browser goes them: what it says about where a form comes from is its own."""

import pytest
from playwright.sync_api import Browser

from app.services import accounts, links
from tests.browser.looking import PHONE, looking, overflow, serious_flaws
from tests.builders import GUS
from tests.web.site import Site, sign_in

pytestmark = pytest.mark.browser


def personal_link(site: Site) -> str:
    """A link for Gus, who has signed in before."""
    gus = sign_in(site, GUS)
    with site.database.unit_of_work() as session:
        person = accounts.find(session, gus.person_id)
        secret = links.make(session, person, "invitation", granter="owner", by="Olu", now=site.clock.now)
    return f"{site.url}/sign-in/link/{secret}"


def test_personal_link_lets_a_browser_in(chromium: Browser, site: Site) -> None:
    where = personal_link(site)
    with looking(chromium, PHONE) as page:
        page.goto(where)
        flaws = (overflow(page), serious_flaws(page))
        page.get_by_role("button", name="Sign in as Gus").click()

        assert (page.url, flaws) == (f"{site.url}/me", (0, []))
