"""The organizers' desk for the rules: mistakes and the dry run while typing, and two organizers at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services.rules import rule_sets
from tests.browser.looking import LAPTOP, PHONE, overflow, serious_flaws, theme_at
from tests.builders import OWLS, RULES, SLUG, dearer_issues
from tests.web.running_app import RunningApp, sign_in

pytestmark = pytest.mark.browser

DESK = "/organizer/rules"
GRANDER = RULES.replace("points = 25", "points = 30")


@contextmanager
def desk(chromium: Browser, site: RunningApp, name: str, **options: Any) -> Iterator[Page]:
    """An organizer's browser with the desk open."""
    organizer = sign_in(site, f"{name}@example.com", "organizer")
    context = chromium.new_context(viewport={"width": LAPTOP[0], "height": LAPTOP[1]}, **options)
    context.add_cookies([{"name": key, "value": value, "url": site.url} for key, value in organizer.cookies.items()])
    page = context.new_page()  # whose console may say that a form was refused
    page.goto(site.url + DESK)
    try:
        yield page
    finally:
        context.close()


def test_typing_shows_mistakes_at_their_lines_and_then_the_dry_run(chromium: Browser, site: RunningApp) -> None:
    site.game.take()
    with desk(chromium, site, "olu") as page:
        broken = dearer_issues().replace("points = 7", "points = seven")
        line = broken[: broken.index("points = seven")].count("\n") + 1
        page.fill("#text", broken)
        expect(page.locator("#checked .mistakes__line")).to_have_text(f"Line {line}")
        expect(page.locator(".editor__wrong")).to_have_text(str(line))
        page.click("#checked .mistakes__line")
        chosen = page.evaluate(
            "(([a, b]) => document.getElementById('text').value.slice(a, b))([text.selectionStart, text.selectionEnd])"
        )

        page.fill("#text", dearer_issues())
        expect(page.locator("#checked")).to_contain_text("issues: 5 → 7 points")
        page.fill("#text", f"{dearer_issues()}#")
        expect(page.locator("#run")).to_contain_text("Issue: 1 time, 5 → 7 points +2")

    assert chosen == "points = seven"
    assert site.points()[OWLS] == 5


def test_two_organizers_at_once_merge_without_a_script_too(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site, "olu") as first, desk(chromium, site, "eve", java_script_enabled=False) as second:
        first.fill("#text", dearer_issues())
        first.fill("#note", "Issues matter")
        first.click("text=Activate rules")
        expect(first.locator(".alert--done")).to_have_text("These rules are active. Open weeks are scored by them.")

        second.fill("#text", GRANDER)
        second.fill("#note", "Grander")
        second.click("text=Activate rules")
        expect(second.locator(".alert--refused")).to_contain_text("Not activated: olu activated version 2")
        flaws = overflow(second)
        second.click("text=Merge both")
        expect(second.locator("#checked")).to_contain_text("quest “Grand slam”: 25 → 30 points")
        second.click("text=Activate rules")
        expect(second.locator(".alert--done")).to_be_visible()

    with site.database.reading() as session:
        assert rule_sets.active(session).text == dearer_issues().replace("points = 25", "points = 30")
    assert flaws == 0


@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_pages_of_rules_fit_with_a_dry_run_and_two_versions(
    chromium: Browser, site: RunningApp, size: tuple[int, int]
) -> None:
    site.game.take()
    found: dict[str, object] = {}
    with desk(chromium, site, "olu", color_scheme=theme_at(size)) as page:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.fill("#text", GRANDER.replace("points = 2\n", "points = 3\n"))
        site.game.activate(dearer_issues())
        page.fill("#note", "Grander")
        with page.expect_navigation():
            page.evaluate("document.getElementById('rules-form').submit()")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        expect(page.locator("#run")).to_contain_text("receipt")
        found["desk"] = (overflow(page), serious_flaws(page))
        page.goto(f"{site.url}/weeks/{SLUG}/rules")
        found["players"] = (overflow(page), serious_flaws(page))

    assert found == {"desk": (0, []), "players": (0, [])}
