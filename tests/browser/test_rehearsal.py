"""A rehearsal in a browser: begun by keyboard on a phone, moved on, frozen, presented, and thrown away."""

import pytest
from playwright.sync_api import Browser, expect

from app.services.shifts import patterns
from app.services.shifts.shifts import ShiftFields
from tests.browser.looking import LAPTOP, PHONE, flaws_light_and_dark, looking, overflow
from tests.browser.test_organizer_weeks import desk
from tests.builders import ENDS, SLUG, STARTS
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

HERE, TRIED = f"/organizer/weeks/{SLUG}/rehearsal", f"{SLUG}~rehearsal"
BANNER = "Rehearsal: not real."


def test_rehearsal_is_played_looked_at_and_thrown_away(chromium: Browser, site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        patterns.generate_ready(
            session, SLUG, patterns.ASSEMBLY, STARTS, ENDS, ShiftFields(seats=3, label="Desk"), site.game.act
        )
    with desk(chromium, site, PHONE) as mine, looking(chromium, LAPTOP) as players:
        players.goto(f"{site.url}/weeks/{SLUG}")
        mine.goto(f"{site.url}/organizer/weeks/{SLUG}")
        mine.get_by_role("link", name="Rehearsal", exact=True).press("Enter")
        mine.get_by_role("button", name="Start rehearsal").press("Enter")
        expect(mine.get_by_role("status")).to_contain_text("The rehearsal is on.")
        assert (overflow(mine), flaws_light_and_dark(mine)) == (0, [])

        mine.get_by_role("button", name="Next morning").click()
        expect(mine.get_by_text("Tuesday 13 September, 09:00")).to_be_visible()
        mine.get_by_role("link", name="Board", exact=True).last.click()
        expect(mine.get_by_role("note")).to_contain_text(BANNER)
        expect(mine.locator(".row__name")).to_have_count(2)
        assert (overflow(mine), flaws_light_and_dark(mine)) == (0, [])
        for page in ("shifts", "summary", "summary/present"):
            mine.goto(f"{site.url}/weeks/{TRIED}/{page}")
            expect(mine.get_by_role("note")).to_contain_text(BANNER)
            assert overflow(mine) == 0

        mine.goto(f"{site.url}/organizer/weeks/{TRIED}")
        mine.get_by_text("Freeze board").first.click()
        mine.get_by_role("button", name="Freeze board").click()
        expect(mine.get_by_role("status")).to_contain_text("Board frozen.")
        mine.get_by_role("note").get_by_role("link").click()
        mine.get_by_role("button", name="Next morning").click()
        mine.goto(f"{site.url}/weeks/{TRIED}?as=public")
        expect(mine.get_by_text("Frozen at Tue 09:00")).to_be_visible()

        players.reload()
        expect(players.get_by_role("note")).to_have_count(0)
        mine.goto(site.url + HERE)
        other = mine.context.new_page()  # another organizer's, whose console may say that something was refused
        other.goto(site.url + HERE)
        mine.get_by_role("button", name="Throw rehearsal away").click()
        expect(mine.get_by_role("status")).to_contain_text("Thrown away.")
        other.get_by_role("button", name="Next morning").click()
        expect(other.get_by_role("alert")).to_contain_text("isn’t being rehearsed. Start a rehearsal first.")
        expect(mine.get_by_role("button", name="Start rehearsal")).to_be_visible()
