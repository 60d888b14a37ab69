"""Pages to plan a week by numbers: whole at every width, in forced colours and with forty teams."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from app.domain.calendar.days import first_moment
from app.domain.calendar.slots import slot
from app.domain.forecast.intervals import CHANNELS, Count
from app.services.feedback import items
from app.services.feedback.items import Change
from app.services.forecasts import contacts, plans
from app.services.forecasts.contacts import Imported
from app.services.shifts import shifts
from app.services.shifts.shifts import ShiftFields
from tests.browser.looking import LAPTOP, OFFICE, PHONE, WALL, overflow
from tests.browser.test_organizer_weeks import desk
from tests.browser.test_sizes import TABLET, WRAPPED, lines
from tests.builders import ADA, BO, CHIDI, ENDS, OWLS, PACIFIC, SLUG
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import RunningApp

pytestmark = pytest.mark.browser

FORECAST, METRICS, DESK = "/organizer/forecast?handling=300&within=30", f"/weeks/{SLUG}/metrics", "/organizer/feedback"
RING = """(field) => {
  const style = getComputedStyle(field), box = field.getBoundingClientRect();
  const reach = parseFloat(style.outlineOffset) + parseFloat(style.outlineWidth);
  const texts = [...field.closest(".field").querySelectorAll(".field__hint, .field__error")];
  return texts.every((each) => {
    const text = each.getBoundingClientRect();
    return text.bottom <= box.top - reach || text.top >= box.bottom + reach;
  });
}"""


def be_busy(site: RunningApp) -> None:
    """Hundreds of customers on Fridays, forty teams, and long labels and titles."""
    for number in range(40):
        site.game.team(f"Team {number}", f"player-{number}@example.com")
    days = [first_moment(ENDS - timedelta(days=7 * back), PACIFIC) for back in range(1, 9)]
    with site.database.unit_of_work() as session:
        rows = [
            Imported(channel, Count(day + timedelta(minutes=30 * at), 30, 48))
            for day in days
            for at in (20, 21)
            for channel in CHANNELS
        ]
        contacts.put(session, rows, site.game.act)
        plans.save(session, "email", plans.USUAL["email"], site.game.act)
        for start in (10, 18):
            span = slot(ENDS, 60 * start, 60 * start + 120, PACIFIC)
            shifts.create(session, SLUG, span, ShiftFields(label="W" * 40), site.game.act)
        item = items.make(session, SLUG, Change(title="W" * 60), site.game.act)
        items.change(session, SLUG, item.id, Change(state="planned", owner=ADA), site.game.act)
    site.game.freeze()


@pytest.mark.parametrize("size", [PHONE, TABLET, LAPTOP, OFFICE, WALL])
def test_pages_of_numbers_fit_at_every_width(chromium: Browser, site: RunningApp, size: tuple[int, int]) -> None:
    be_busy(site)
    with desk(chromium, site, size) as page:
        page.goto(site.url + FORECAST)
        whole = page.locator(".table__line").evaluate_all(WRAPPED)
        wide = {FORECAST: overflow(page)}
        page.goto(f"{site.url}/organizer/forecast?channel=chat")
        whole += page.locator(".table__line").evaluate_all(WRAPPED)
        wide["chat"] = overflow(page)
        wide["its table"] = page.eval_on_selector("#plan .scroll", "each => each.scrollWidth - each.clientWidth")
        for path in (METRICS, DESK, f"/organizer/weeks/{SLUG}/shifts/coverage"):
            page.goto(site.url + path)
            wide[path] = overflow(page)

    assert whole == []
    assert set(wide.values()) == {0}, wide


@pytest.mark.parametrize("size", [PHONE, LAPTOP, OFFICE])
def test_median_of_hours_and_minutes_stays_on_a_line(
    chromium: Browser, site: RunningApp, size: tuple[int, int]
) -> None:
    for number in range(10):
        site.game.take(kind="response", person=ADA, subject=f"T{number}", response_seconds=45_300)
    with desk(chromium, site, size) as page:
        page.goto(site.url + METRICS)
        values = page.locator(".metric__value")

        assert values.get_by_text("12 h 35 min").count() == 2
        assert values.evaluate_all(WRAPPED) == []


def test_arabic_names_on_two_lines_begin_where_others_do(chromium: Browser, site: RunningApp) -> None:
    for email in (BO, CHIDI):
        site.game.rename(email, f"{'مهندسو الدعم الفني ' * 3}{email[0]}"[:60], OWLS)
    plan = Plan(site.game)
    plan.sign_up(plan.shift(places=3), BO, plan.organizer, "They asked")
    with desk(chromium, site, PHONE) as page:
        page.goto(f"{site.url}/organizer/weeks/{SLUG}/shifts/coverage")
        names = page.locator(".coverage__people .list__main bdi")
        found = names.evaluate_all("all => all.map((each) => [getComputedStyle(each).textAlign, each.innerText])")

        assert [align for align, _ in found] == ["left"]
        assert lines(page, ".coverage__people .list__main bdi") != {1}


def test_mistake_stands_at_its_field_and_no_ring_cuts_it(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site, TABLET) as page:
        page.goto(f"{site.url}/organizer/forecast?handling=0&shrinkage=99")
        wrong = page.locator(".field__input[aria-invalid=true]")
        next_to_it = wrong.evaluate_all("all => all.map((each) => each.nextElementSibling.className)")
        rings = [_is_clear(page, f"#plan .field__input >> nth={number}") for number in range(3)]
        page.goto(f"{site.url}/organizer/appearance")
        rings.append(_is_clear(page, "#accent"))

    assert next_to_it == ["field__error", "field__error"]
    assert rings == [True] * 4


def _is_clear(page: Page, field: str) -> bool:
    page.focus(field)
    return bool(page.eval_on_selector(field, RING))


def test_samples_keep_their_colours_where_colours_are_forced(chromium: Browser, site: RunningApp) -> None:
    be_busy(site)
    with desk(chromium, site, forced_colors="active", color_scheme="dark") as page:
        page.goto(f"{site.url}/organizer/forecast")
        sample = page.eval_on_selector(".volume__sample--bar", "each => getComputedStyle(each).backgroundColor")
        bar = page.eval_on_selector(".volume__bar", "each => getComputedStyle(each).fill")
        page.goto(f"{site.url}/organizer/appearance")
        page.fill("#accent", "#1d6849")
        page.click("button[value=preview]")
        grounds = page.eval_on_selector_all(
            ".brand-preview", "all => all.map((each) => getComputedStyle(each).backgroundColor)"
        )

    assert sample == bar
    assert len(set(grounds)) == 2


def test_coverage_folds_all_but_twelve_of_forty_teams(chromium: Browser, site: RunningApp) -> None:
    be_busy(site)
    with desk(chromium, site) as page:
        page.goto(f"{site.url}/organizer/weeks/{SLUG}/shifts/coverage")
        nudges = page.get_by_role("button", name="Nudge")
        folded = nudges.locator("visible=true").count()
        page.get_by_text("30 more teams").click()

        assert (folded, nudges.locator("visible=true").count()) == (12, 42)


def test_desk_of_feedback_parts_its_heading_from_its_lead(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site) as page:
        page.goto(site.url + DESK)
        lead, heading = page.locator(".lead").bounding_box(), page.locator("#wishes").bounding_box()

    assert lead
    assert heading
    assert heading["y"] - lead["y"] - lead["height"] >= 16
