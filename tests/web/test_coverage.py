"""The line about coverage: on board and page, moving with every sign-up, while the API's board stays as it is."""

import re
from html import unescape

from app.services.shifts import settling
from tests.builders import ADA, BO, GUS, SLUG
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import RunningApp, sign_in
from tests.web.viewing import watching

PAGE = f"/weeks/{SLUG}"


def line(html: str) -> str | None:
    """The line in a page or a message."""
    found = re.search(r'id="coverage"><a [^>]*>([^<]*)<', html)
    return unescape(found[1]) if found else None


def test_board_without_shifts_says_nothing_of_coverage(site: RunningApp) -> None:
    assert line(site.get(PAGE).text) is None


def test_sign_up_moves_the_line_and_leaves_the_board_of_the_api_alone(site: RunningApp) -> None:
    plan = Plan(site.game)
    first, _ = plan.shift(), plan.shift(start=8)
    page, api = site.get(PAGE), site.get(f"/api/v1{PAGE}/leaderboard")

    with watching(site, f"{PAGE}/live") as events:
        events.get(timeout=5)
        plan.sign_up(first, ADA)
        change = events.get(timeout=5)

    assert (line(page.text), line(change["data"])) == (
        "0 of 2 shifts covered, 1 early one open",
        "1 of 2 shifts covered",
    )
    assert re.findall(r'hx-target="#([^"]+)"', change["data"]) == ["coverage", "as-of"]
    after = site.get(PAGE), site.get(f"/api/v1{PAGE}/leaderboard", headers={"If-None-Match": api.headers["etag"]})
    assert (line(after[0].text), after[0].headers["etag"] != page.headers["etag"]) == ("1 of 2 shifts covered", True)
    assert after[1].status_code == 304


def test_line_follows_the_clock(site: RunningApp) -> None:
    plan = Plan(site.game)
    plan.sign_up(plan.shift(), ADA)
    plan.shift(start=5)
    said = []

    for time in ("04:59", "05:00", "08:00"):
        site.clock.set(f"2022-09-15 {time}")
        said.append(line(site.get(PAGE).text))

    assert said == [
        "1 of 2 shifts covered, 1 early one open",
        "1 of 2 shifts covered",
        "1 of 2 shifts were covered",
    ]


def test_line_of_a_frozen_board_is_of_a_week_that_was_closed_behind_it(site: RunningApp) -> None:
    Plan(site.game).shift()
    site.game.freeze()
    said = [line(site.get(PAGE).text)]

    site.game.close()
    said.append(line(site.get(PAGE).text))

    assert said == ["0 of 1 shift covered, 1 early one open", "The one shift wasn’t covered"]


def test_frozen_board_follows_sign_ups_and_tells_nothing_of_who_did_not_come(site: RunningApp) -> None:
    plan = Plan(site.game)
    first, second, _ = plan.shift(), plan.shift(start=8), plan.shift(start=10)
    plan.sign_up(first, ADA)
    site.game.freeze()
    frozen = line(site.get(PAGE).text)
    plan.sign_up(second, BO)
    later = line(site.get(PAGE).text)

    site.clock.set("2022-09-15 23:00")
    with site.database.unit_of_work() as session:
        settling.settle(session, SLUG, first, site.clock.now)
    organizer = sign_in(site, GUS, "organizer")
    seen = [line(reader.get(PAGE).text) for reader in (site, organizer)]

    assert (frozen, later) == ("1 of 3 shifts covered", "2 of 3 shifts covered")
    assert seen == ["2 of 3 shifts were covered", "1 of 3 shifts were covered"]
