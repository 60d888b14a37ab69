"""The installation's own name and accent in browsers: previewed, saved, read by day and by night, and taken back."""

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from app.services import appearances
from tests.browser.looking import FADED, PHONE, flaws_light_and_dark, looking, overflow
from tests.browser.test_organizer_weeks import desk
from tests.builders import SLUG, act_by
from tests.pictures import BLACK, badge
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

NAME = "בוקר טוב Support Olympics of the West 🎉"[:40]
COLOUR = "each => getComputedStyle(each).color"


def test_name_and_accent_are_previewed_saved_and_taken_back(chromium: Browser, site: RunningApp) -> None:
    site.record()
    with desk(chromium, site) as organizer, looking(chromium, PHONE) as phone:
        organizer.goto(f"{site.url}/organizer/appearance")
        organizer.get_by_label("Name optional").fill(NAME)
        organizer.get_by_label("Accent colour optional").fill("#1d6849")
        organizer.get_by_role("button", name="Preview").click()
        links = organizer.locator(".brand-preview a")
        previewed = [links.nth(number).evaluate(COLOUR) for number in range(2)]
        flaws = flaws_light_and_dark(organizer)
        organizer.get_by_role("button", name="Save appearance").click()
        expect(organizer.locator(".masthead__brand")).to_have_text(NAME)

        phone.goto(f"{site.url}/weeks/{SLUG}")
        phone.set_viewport_size({"width": 768, "height": 1024})
        title, width = phone.title(), overflow(phone)
        link = phone.locator(".latest__more")
        by_day = link.evaluate(COLOUR)
        flaws += flaws_light_and_dark(phone)
        phone.emulate_media(color_scheme="dark")
        phone.wait_for_function(FADED, polling=20)
        by_night = link.evaluate(COLOUR)
        organizer.locator("summary", has_text="Use the defaults").click()
        organizer.get_by_role("button", name="Use the defaults").click()

        expect(organizer.locator(".masthead__brand")).to_have_text("Assembly Week")
        assert previewed == [by_day, by_night] == ["rgb(29, 104, 73)", "rgb(48, 173, 122)"]
        assert (NAME in title, width, flaws) == (True, 0, [])


def test_long_name_of_the_installation_leaves_room_for_the_live_sign_of_the_stage(
    chromium: Browser, site: RunningApp
) -> None:
    with site.database.unit_of_work() as session:
        appearances.change(session, "W" * 40, "", act_by("Olu", site.clock.now))
    with looking(chromium, (768, 1024)) as page:
        page.goto(f"{site.url}/weeks/{SLUG}/summary/present")
        sign = page.locator(".live-sign")
        expect(sign).to_contain_text("Live")
        name, live = page.locator(".masthead__brand").bounding_box(), sign.bounding_box()

    assert name
    assert live
    assert name["x"] + name["width"] <= live["x"]


def test_wide_logo_is_chosen_shown_beside_no_word_of_the_navigation_and_removed(
    chromium: Browser, site: RunningApp
) -> None:
    picture = FilePayload(name="logo.png", mimeType="image/png", buffer=badge(BLACK, 200, 40))
    with desk(chromium, site) as organizer, looking(chromium, PHONE) as phone:
        other = organizer.context.new_page()  # of its own, where a 409 is no failure
        for page in (organizer, other):
            page.goto(f"{site.url}/organizer/appearance")
        organizer.get_by_label("Choose a logo").set_input_files(picture)
        organizer.get_by_role("button", name="Save logo").click()
        expect(organizer.locator(".masthead .logo")).to_be_visible()
        other.get_by_label("Name optional").fill("Theirs")
        other.get_by_role("button", name="Save appearance").click()
        expect(other.locator(".alert--refused")).to_contain_text("changed the appearance after you opened this page")
        other.get_by_role("button", name="Save appearance").click()
        expect(other.locator(".masthead .logo")).to_be_visible()

        phone.goto(f"{site.url}/weeks/{SLUG}")
        logo, first = phone.locator(".masthead .logo"), phone.locator(".masthead__nav a").first
        drawn = logo.evaluate("each => [each.naturalWidth, each.clientWidth > 60]")
        boxes = [each.evaluate("each => each.getBoundingClientRect().toJSON()") for each in (logo, first)]
        flaws = flaws_light_and_dark(phone) + flaws_light_and_dark(other)
        other.get_by_role("button", name="Remove logo").click()

        expect(other.locator(".masthead .mark")).to_be_visible()
        assert (drawn, boxes[0]["bottom"] <= boxes[1]["top"], boxes[0]["left"] >= 0) == ([200, True], True, True)
        assert (flaws, overflow(phone)) == ([], 0)
