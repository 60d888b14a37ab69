"""Authors that wait for a name, in a browser: named on a phone and by keyboard, whatever they are called."""

import pytest
from playwright.sync_api import Browser, expect

from app.services.access import accounts
from tests.browser.looking import LAPTOP, PHONE, overflow, serious_flaws, theme_at
from tests.browser.test_organizer_weeks import SMALL, desk
from tests.browser.test_screens import open_as
from tests.builders import act_by
from tests.integrations.sources.samples import GITHUB, JIRA, LINEAR
from tests.services.intake.inbox import Inbox
from tests.web.running_app import RunningApp, sign_in

pytestmark = pytest.mark.browser

SCRIPT = "<script>document.title = 'taken'</script>"
WIDE = "W" * 200
ARABIC = "\u202eالبوم 7"


def furnish(site: RunningApp) -> str:
    """Authors that wait, one of them twice, and something that nobody can read; that delivery's id."""
    inbox = Inbox(site.database, site.clock.now)
    for kind in ("github", "jira", "linear"):
        inbox.connect(kind)
    with site.database.unit_of_work() as session:
        accounts.create(session, act_by("Olu"), name=SCRIPT, email="script@example.com")
    for number in range(2):
        issue = {**GITHUB.body["issue"], "id": number}
        inbox.take("github", GITHUB, {**GITHUB.body, "issue": issue}, x_github_delivery=f"d-{number}")
    for number, name in enumerate((SCRIPT, WIDE, ARABIC, None)):
        user = {"accountId": f"a-{number}", "displayName": name} if name else None
        body = {**JIRA.body, "user": user, "issue": {**JIRA.body["issue"], "id": str(number)}}
        inbox.take("jira", JIRA, body, x_atlassian_webhook_identifier=f"w-{number}")
    return inbox.take("linear", LINEAR, {**LINEAR.body, "data": {"title": SCRIPT + WIDE}}, linear_delivery=WIDE)


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
def test_pages_of_deliveries_fit_and_are_accessible(chromium: Browser, site: RunningApp, size: tuple[int, int]) -> None:
    unread = furnish(site)
    pages = ("deliveries", f"deliveries/{unread}", "unmatched", "identities", "sources/github/accounts")

    with desk(chromium, site, size, color_scheme=theme_at(size), has_touch=size == PHONE) as page:
        for path in pages:
            page.goto(f"{site.url}/organizer/{path}")
            for fold in page.locator("summary").all():
                fold.click()
            assert (overflow(page), serious_flaws(page), page.evaluate(SMALL)) == (0, [], []), path
            assert page.title() != "taken"


def test_an_author_is_named_by_touch_and_another_by_keyboard(chromium: Browser, site: RunningApp) -> None:
    furnish(site)

    with desk(chromium, site, PHONE, has_touch=True) as page:
        page.goto(f"{site.url}/organizer/unmatched")
        first = page.locator(".waiting__group").filter(has_text="login like their email")
        first.get_by_role("button", name="Credit 2 reports").tap()
        expect(page.get_by_role("status")).to_contain_text("2 activities credited to \u2068Ada Lovelace\u2069.")

        page.locator(".waiting__group").filter(has_text=ARABIC).get_by_label("Person").focus()
        page.keyboard.type("bo nguyen")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("1 activity credited to \u2068Bo Nguyen\u2069.")


def test_a_source_says_since_when_its_deliveries_are_not_live_and_waits_while_paused(
    chromium: Browser, site: RunningApp
) -> None:
    inbox = Inbox(site.database, site.clock.now)
    inbox.connect("github")  # without a delivery yet, its page asks every two seconds

    context = chromium.new_context()
    try:
        page = context.new_page()
        open_as(page, sign_in(site, "olu@example.com", "organizer"), "/organizer/sources/github")
        sign = page.locator("[data-live]")
        expect(sign).to_contain_text("Live")
        context.set_offline(True)
        expect(sign).to_contain_text("Not live since")
        context.set_offline(False)
        expect(sign).not_to_contain_text("Not live since")
        sign.get_by_role("button", name="Pause updates").click()
        expect(sign).to_contain_text("Paused")
        inbox.take("github", GITHUB, GITHUB.body, x_github_delivery="d-1")
        page.wait_for_timeout(2_500)
        paused = page.locator("#lately").inner_text()
        sign.get_by_role("button", name="Resume updates").click()
        expect(page.get_by_text("All its deliveries")).to_be_visible()
    finally:
        context.close()

    assert "All its deliveries" not in paused
