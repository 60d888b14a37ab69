"""Two organizers at once, each with a page from before: teams renamed and removed, weeks changed and closed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services.organizing import team_admin
from tests.browser.looking import LAPTOP, PHONE, looking, overflow, serious_flaws
from tests.browser.test_organizer_weeks import desk
from tests.browser.test_taking_shifts import quiet
from tests.builders import CATS, OWLS, SLUG
from tests.web.running_app import RunningApp, sign_in

pytestmark = pytest.mark.browser

WEEK = f"/organizer/weeks/{SLUG}"
TEAMS = f"{WEEK}/teams"


@contextmanager
def two(chromium: Browser, site: RunningApp, path: str) -> Iterator[tuple[Page, Page]]:
    """A laptop and a phone of two organizers on the same page; the phone may be refused."""
    nia = sign_in(site, "nia@example.com", "organizer")
    with desk(chromium, site, LAPTOP) as first, quiet(chromium, nia) as context:
        second = context.new_page()
        second.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        for page in (first, second):
            page.goto(site.url + path)
        yield first, second


def make_team(site: RunningApp, name: str) -> str:
    """The selector of a new team's panel."""
    with site.database.unit_of_work() as session:
        return f"#team-{team_admin.make_team(session, SLUG, name, site.game.act).id}"


def flaws(page: Page) -> tuple[int, list[str]]:
    return overflow(page), serious_flaws(page)


def team(page: Page, name: str) -> str:
    """The selector of a team's panel."""
    heading = page.locator("section.panel h2", has=page.get_by_text(name, exact=True))
    return f"#{heading.locator('xpath=ancestor::section').get_attribute('id')}"


def rename(page: Page, panel: str, name: str) -> None:
    """Rename a team by keyboard."""
    fold = page.locator(f"{panel} details", has=page.get_by_label("Team name"))
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.press("Enter")
    fold.get_by_label("Team name").fill(name)
    fold.get_by_label("Team name").press("Enter")


def test_second_who_renames_a_team_reads_the_firsts_name_before_it_is_replaced(
    chromium: Browser, site: RunningApp
) -> None:
    with two(chromium, site, TEAMS) as (first, second), looking(chromium, PHONE) as board:
        board.goto(f"{site.url}/weeks/{SLUG}")
        panel = team(first, OWLS)
        rename(first, panel, "Night Owls")
        expect(first.get_by_role("status").first).to_have_text("Team renamed.")
        expect(board.get_by_text("Night Owls").first).to_be_visible()

        rename(second, panel, "Barn Owls")
        expect(second.locator(f"{panel} .field__error")).to_contain_text("renamed it to “Night Owls”")
        expect(second.locator(f"{panel} h2")).to_contain_text("Night Owls")
        expect(second.locator(panel).get_by_label("Team name")).to_have_value("Barn Owls")
        refused = flaws(second)
        rename(second, panel, "Barn Owls")

        expect(second.get_by_role("status").first).to_have_text("Team renamed.")
        expect(board.get_by_text("Barn Owls").first).to_be_visible()
        assert refused == (0, [])


def test_team_that_one_fills_is_not_removed_by_the_other(chromium: Browser, site: RunningApp) -> None:
    foxes = make_team(site, "Foxes")
    with two(chromium, site, TEAMS) as (first, second):
        first.locator(f"{foxes} summary", has_text="Add person").press("Enter")
        first.locator(foxes).get_by_label("Email").fill("zoe@example.com")
        first.locator(foxes).get_by_label("Name", exact=False).last.fill("Zoë")
        second.locator(f"{foxes} summary", has_text="or remove").press("Enter")
        second.locator(f"{foxes} summary", has_text="Remove team").press("Enter")
        first.get_by_role("button", name="Add to Foxes").press("Enter")
        expect(first.get_by_role("status").first).to_have_text("Added 1 person.")

        second.locator(foxes).get_by_role("button", name="Remove team").press("Enter")

        expect(second.get_by_role("alert").first).to_contain_text("Foxes stays: it has or had members")
        expect(second.locator(foxes)).to_contain_text("Zoë")
        assert flaws(second) == (0, [])


def test_team_that_one_removed_is_gone_for_the_other_who_adds_to_it(chromium: Browser, site: RunningApp) -> None:
    foxes = make_team(site, "Foxes")
    with two(chromium, site, TEAMS) as (first, second):
        second.locator(f"{foxes} summary", has_text="Add person").press("Enter")
        second.locator(foxes).get_by_label("Email").fill("zoe@example.com")
        first.locator(f"{foxes} summary", has_text="or remove").press("Enter")
        first.locator(f"{foxes} summary", has_text="Remove team").press("Enter")
        first.locator(foxes).get_by_role("button", name="Remove team").press("Enter")
        expect(first.get_by_role("status").first).to_have_text("Team removed.")

        second.get_by_role("button", name="Add to Foxes").press("Enter")

        expect(second.get_by_role("alert").first).to_contain_text("There’s no team")
        expect(second.locator(foxes)).to_have_count(0)
        expect(second.get_by_role("heading", name=CATS)).to_be_visible()
        assert flaws(second) == (0, [])


def test_second_who_changes_a_week_reads_what_the_first_changed(chromium: Browser, site: RunningApp) -> None:
    with two(chromium, site, WEEK) as (first, second):
        for page in (first, second):
            page.locator("summary", has_text="Edit week").press("Enter")
        first.get_by_label("Last day", exact=True).fill("2022-09-17")
        first.get_by_role("button", name="Save", exact=True).press("Enter")
        expect(first.get_by_role("status").first).to_be_visible()
        second.locator("form", has=second.get_by_label("Last day", exact=True)).get_by_label("Name", exact=True).fill(
            "Autumn"
        )
        second.get_by_role("button", name="Save", exact=True).press("Enter")

        expect(second.get_by_role("alert").first).to_contain_text("another organizer changed this week")
        expect(second.locator(".weekfacts")).to_contain_text("12–17 Sep")
        expect(second.get_by_role("button", name="Save", exact=True)).to_be_visible()
        refused = flaws(second)
        second.get_by_label("Last day", exact=True).fill("2022-09-17")
        second.get_by_role("button", name="Save", exact=True).press("Enter")

        expect(second.get_by_role("heading", level=1)).to_have_text("Autumn")
        expect(second.locator(".weekfacts")).to_contain_text("12–17 Sep")
        assert refused == (0, [])


def test_week_is_closed_once_and_the_second_reads_that_it_is(chromium: Browser, site: RunningApp) -> None:
    with two(chromium, site, WEEK) as (first, second), looking(chromium, PHONE) as board:
        board.goto(f"{site.url}/weeks/{SLUG}")
        for page in (first, second):
            page.locator("summary", has_text="Close week").press("Enter")
        first.get_by_role("button", name="Close week").press("Enter")
        expect(first.get_by_role("status").first).to_contain_text("is closed")
        expect(board.get_by_text("Closed").first).to_be_visible()

        second.get_by_role("button", name="Close week").press("Enter")

        expect(second.get_by_role("alert").first).to_contain_text("is closed. Only an open week can be closed.")
        expect(second.locator("summary", has_text="Reopen week")).to_be_visible()
        assert flaws(second) == (0, [])
