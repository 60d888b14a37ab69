"""A week in which a hundred teams share everything: its ceremony and its display name all whom they can."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.display import screen
from tests.browser.looking import OFFICE, WALL, looking
from tests.browser.test_ceremony import PRESENT
from tests.builders import SLUG, an_activity
from tests.web.running_app import RunningApp
from tests.web.test_ceremony import go

pytestmark = pytest.mark.browser

CUT = """(() => { const slide = document.querySelector('.ceremony__slide');
  return [slide.scrollHeight - slide.clientHeight > 0, slide.scrollWidth - slide.clientWidth > 0]; })()"""


@pytest.fixture
def crowd(site: RunningApp) -> RunningApp:
    """A hundred teams with an early shift each, closed; and the two of the standard week, without points."""
    players = [f"player{number}@example.com" for number in range(100)]
    for number, email in enumerate(players):
        site.game.team(f"Support Falcons {number}", email)
    site.batch(
        *(an_activity(kind="shift", person=each, occurred_at="2022-09-14T06:00:00-07:00") for each in players)
    ).raise_for_status()
    site.game.close()
    return site


def steps(page: Page, site: RunningApp) -> Iterator[str]:
    """Each step of the ceremony, on a page that is fetched anew for it."""
    go(site, "restart")
    step = ""
    while step != "thanks":
        page.goto(f"{site.url}{PRESENT}")
        step = str(page.evaluate("document.querySelector('#stage').className.match(/stage--(\\w+)/)[1]"))
        yield step
        go(site, "next")


def test_stage_and_display_have_room_for_a_hundred_teams_that_tie(chromium: Browser, crowd: RunningApp) -> None:
    with screen(chromium, crowd, live=False) as display:
        podium, trophies = (
            display.page.locator(f".week-result__{name}").bounding_box() for name in ("podium", "trophies")
        )

    for size in (OFFICE, WALL):
        with looking(chromium, size) as page:
            cut = {step: page.evaluate(CUT) for step in steps(page, crowd)}
        assert {"trophy", "winner", "thanks"} <= {*cut}
        assert cut == {step: [False, False] for step in cut}

    assert podium
    assert trophies
    assert podium["y"] + podium["height"] <= trophies["y"]


def test_stage_has_room_for_a_long_name_among_four_that_share_a_place(chromium: Browser, site: RunningApp) -> None:
    for number, name in enumerate(("W" * 60, "Falcons", "Night Owls")):
        site.game.team(name, f"player{number}@example.com")
        site.record(person=f"player{number}@example.com")
    site.record()
    for _ in range(3):
        go(site, "next")
    with looking(chromium, OFFICE) as page:
        page.goto(f"{site.url}/weeks/{SLUG}/summary/present")

        assert page.locator(".stage__name").count() == 4
        assert page.evaluate(CUT) == [False, False]
