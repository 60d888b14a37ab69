"""Widths between a phone and a laptop, forced colours and long names: what they once took apart stays whole."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page

from app.domain.intake.kinds import KINDS
from app.domain.notices.emails import Links, compose
from app.domain.notices.wording import told
from app.domain.webhooks.events import EVENTS
from app.services.access import accounts, links, tokens
from app.services.operations import secrets
from app.services.shifts import readiness
from app.services.webhooks import endpoints
from tests.browser.display import EARLY, screen
from tests.browser.looking import LAPTOP, PHONE, looking, overflow
from tests.browser.test_organizer_weeks import LONG, desk
from tests.browser.test_screens import open_as
from tests.builders import ADA, DUA, OWLS, SLUG, Game, a_week, act_by
from tests.services.intake.inbox import Inbox
from tests.web.running_app import RunningApp, pair, sign_in
from tests.web.test_organizer_teams import person_id

pytestmark = pytest.mark.browser

TABLET, SMALL_PHONE = (768, 1024), (320, 568)
LINES = """all => all.map((each) => {
  return Math.round(each.getBoundingClientRect().height / parseFloat(getComputedStyle(each).lineHeight));
})"""


def lines(page: Page, selector: str) -> set[int]:
    """The heights of elements in lines of their own text."""
    found: list[int] = page.eval_on_selector_all(selector, LINES)
    return set(found)


def test_receipt_on_a_tablet_keeps_its_name_whole_beside_a_tie_break(chromium: Browser, site: RunningApp) -> None:
    names = {"Team Falcon 7": "falcon@example.com", "Support Unicorns of the kitchen": "unicorn@example.com"}
    for hour, (name, email) in enumerate(names.items(), 8):
        site.game.team(name, email)
        site.record(person=email, occurred_at=f"2022-09-14T0{hour}:00:00-07:00")
    with looking(chromium, TABLET) as page:
        page.goto(f"{site.url}/weeks/{SLUG}/teams/{site.game.team_id('Team Falcon 7')}")

        assert page.locator(".receipt__tie").count() == 1
        assert (lines(page, ".receipt__team"), overflow(page)) == ({1}, 0)


def test_tables_on_a_tablet_break_no_word(chromium: Browser, site: RunningApp) -> None:
    inbox = Inbox(site.database, site.clock.now)
    for kind in list(KINDS)[:3]:
        inbox.connect(kind)
    inbox.connect("github", name="z" * 30, account="z")
    site.record(source="by hand", note="w" * 300)
    with desk(chromium, site, TABLET) as page:
        page.goto(f"{site.url}/organizer/sources")
        whole = (
            lines(page, ".table thead th"),
            page.eval_on_selector_all(
                ".table .pill", "all => all.map((each) => each.getClientRects().length === 1 && each.offsetHeight < 40)"
            ),
        )
        page.goto(f"{site.url}/organizer/weeks/{SLUG}/ledger")
        recorded = lines(page, ".table--ledger td:last-child .table__under")

    assert all(whole[1])
    assert recorded <= {1, 2}


BROKEN = """all => all.flatMap((each) => {
  const found = [], walk = document.createTreeWalker(each, NodeFilter.SHOW_TEXT), range = document.createRange();
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (const word of node.data.matchAll(/\\S+/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1) found.push(word[0]);
    }
  }
  return found;
})"""

WRAPPED = BROKEN.replace(r"\S+", ".+")


def test_long_address_or_name_breaks_no_word_of_ours_beside_it(chromium: Browser, site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        tokens.create(session, act_by("Olu"), name="x" * 60, scopes=["activities:write", "read"], days=30)
        endpoints.add(
            session, site.app.state.context.key, act_by("Olu"), url=f"https://w.invalid/{'w' * 200}", events=EVENTS
        )
        a_week(session, "longest", name="W" * 60)
    broken, wrapped = {}, {}
    with desk(chromium, site, TABLET) as page:
        for path in ("exports", "tokens", "webhooks", "weeks"):
            page.goto(f"{site.url}/organizer/{path}")
            words = page.locator(".table__whole, .table .button--small:visible")
            assert words.count()
            broken[path] = (words.evaluate_all(BROKEN), overflow(page))
            if path in ("tokens", "weeks"):
                wrapped[path] = page.locator("td.table__line").evaluate_all(WRAPPED)

    assert broken == dict.fromkeys(broken, ([], 0))
    assert wrapped == {"tokens": [], "weeks": []}


def test_merging_and_exports_on_a_phone(chromium: Browser, site: RunningApp) -> None:
    one, other = person_id(site, ADA), person_id(site, DUA)
    with desk(chromium, site, PHONE) as page:
        page.goto(f"{site.url}/organizer/people/{one}/merge?other={other}")
        marks = page.eval_on_selector_all(
            "main ul:not([role])", "all => all.map((each) => parseFloat(getComputedStyle(each).paddingInlineStart))"
        )
        choice = page.locator("#other").bounding_box()
        page.goto(f"{site.url}/organizer/exports")
        labels = page.eval_on_selector_all(
            "td:has(form)", "all => all.map((each) => getComputedStyle(each, '::before').content)"
        )

    assert marks
    assert min(marks) >= 12, "the marks of a list stand on the edge of its box"
    assert choice
    assert choice["width"] > 300
    assert set(labels) == {"none"}


def test_names_of_sixty_letters_in_a_list_of_reasons_stay_on_a_phone(chromium: Browser, site: RunningApp) -> None:
    for email in ("one@example.com", "two@example.com", "three@example.com"):
        site.game.team("W" * 60, email)
    full = f"/organizer/weeks/{SLUG}/teams/members/{person_id(site, ADA)}?team={site.game.team_id('W' * 60)}"
    with desk(chromium, site, PHONE) as page:
        page.goto(f"{site.url}{full}")

        assert page.locator(".notes").inner_text().startswith("W" * 60)
        assert overflow(page) == 0


def test_names_of_sixty_letters_in_an_earlier_week_and_in_figures_stay_on_a_phone(
    chromium: Browser, site: RunningApp
) -> None:
    before = site.clock.now - timedelta(days=91)
    with site.database.unit_of_work() as session:
        a_week(session, "q2-2022", name="W" * 60, now=before, starts=date(2022, 6, 13), ends=date(2022, 6, 17))
    Game(site.database, before, "q2-2022").close()
    site.game.team("W" * 60, "long@example.com")
    site.record(person="long@example.com")
    with looking(chromium, PHONE) as page:
        page.goto(f"{site.url}/weeks/{SLUG}/summary")
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        widths = page.eval_on_selector_all(".numbers tbody th", "all => all.map((each) => each.offsetWidth)")

        assert page.locator(".numbers__most .visually-hidden").count()
        assert overflow(page) == 0
        assert max(widths) < PHONE[0] * 2 / 3, "a name takes the numbers out of sight"


def test_names_of_sixty_letters_on_buttons_and_beside_boxes_stay_on_a_phone(
    chromium: Browser, site: RunningApp
) -> None:
    with site.database.unit_of_work() as session:
        readiness.change(session, "W" * 100, act_by("Olu"), version=readiness.current(session).number)
        person = accounts.create(session, act_by("Olu", site.clock.now), name="W" * 60, email="long@example.com")
        link = links.make(session, person, "invitation", act_by("Olu", site.clock.now))
    with looking(chromium, PHONE) as page:
        page.goto(f"{site.url}/sign-in/link/{link}")
        assert page.get_by_role("button").inner_text().endswith("W" * 60)
        assert overflow(page) == 0
        open_as(page, sign_in(site, ADA), "/me/ready")
        assert page.locator(".check").count() == 1
        assert overflow(page) == 0


def test_boxes_and_links_that_stand_alone_are_met_by_a_finger(chromium: Browser, site: RunningApp) -> None:
    site.record()
    small = []
    with desk(chromium, site, PHONE) as page:
        receipt = f"/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}"
        ledger = f"/organizer/weeks/{SLUG}/ledger"
        entry = f"{ledger}/{site.record(external_id='another').json()['id']}"
        summary, guestbook = f"/weeks/{SLUG}/summary", f"/weeks/{SLUG}/guestbook"
        for path in ("/organizer/displays", "/weeks", receipt, guestbook, "/me", ledger, entry, summary):
            page.goto(f"{site.url}{path}")
            small += page.eval_on_selector_all(
                ".check, .weeks__name a, .heading__aside > a, .footnote > a:only-child, .table th > a, .details dd > a,"
                ".step__name a, .thank__team a",
                "all => all.map((each) => each.getBoundingClientRect())"
                ".filter((box) => box.width < 43.5 || box.height < 43.5).map((box) => [box.width, box.height])",
            )

    assert small == []


def test_link_in_a_notice_stays_in_its_sentence(chromium: Browser, site: RunningApp) -> None:
    with desk(chromium, site, PHONE) as page:
        page.goto(f"{site.url}/organizer/displays")

        assert page.locator(".notice a").count()
        assert max(lines(page, ".notice a")) <= 2


def test_live_sign_stands_above_an_announcement(chromium: Browser, site: RunningApp) -> None:
    sign_in(site, "olu@example.com", "owner").post("/organizer/announcement", text="m " * 69, link="", version="0")
    with looking(chromium, LAPTOP) as page:
        page.goto(f"{site.url}/weeks/{SLUG}")
        sign, announced = (page.locator(name).bounding_box() for name in (".live-sign", ".announcement"))

        assert sign
        assert announced
        assert sign["y"] + sign["height"] <= announced["y"]


def test_email_with_names_of_sixty_letters_stays_on_a_phone(chromium: Browser) -> None:
    addresses = Links("https://w.invalid/weeks", "https://w.invalid/me/settings", "https://w.invalid/unsubscribe/x")
    email = compose("W" * 60, told("offered", {"name": "W" * 60, "when": "Thu 06:00–08:00 PDT"}), addresses)
    with looking(chromium, PHONE, is_mobile=True, color_scheme="dark") as page:
        page.set_content(email.html)

        width = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
        assert width == [PHONE[0], PHONE[0]], "a phone shows it smaller, or cuts it"
        assert 'name="color-scheme" content="light dark"' in email.html


def test_forced_colours_draw_the_edges_of_avatars_and_steps(chromium: Browser, site: RunningApp) -> None:
    site.record()
    with looking(chromium, LAPTOP, forced_colors="active") as page:
        page.goto(f"{site.url}/weeks/{SLUG}/summary")
        edges = page.eval_on_selector_all(
            ".avatar, .step__block", "all => all.map((each) => getComputedStyle(each).borderTopStyle)"
        )

    assert edges
    assert "none" not in edges


def test_forced_colours_tell_which_screen_the_remote_speaks_to(chromium: Browser, site: RunningApp) -> None:
    pair(site)
    with desk(chromium, site, PHONE, forced_colors="active") as page:
        page.goto(f"{site.url}/organizer/displays/remote")
        fills = page.eval_on_selector_all(
            ".remote__screens > *", "all => all.map((each) => getComputedStyle(each).backgroundColor)"
        )

    assert len(set(fills)) == len(fills) == 2


@pytest.mark.parametrize(("name", "others"), [(LONG[:60], 20), ("W" * 60, 0)])
def test_display_shows_all_of_a_name_of_sixty_letters(
    chromium: Browser, site: RunningApp, name: str, others: int
) -> None:
    site.game.team(name, "long@example.com")
    for number in range(others):
        site.game.team(f"Team {number}", f"p{number}@example.com")
    with screen(chromium, site) as display:
        cut = display.page.eval_on_selector_all(
            "#scene-board .rank__name",
            "all => all.filter((each) => each.scrollWidth > each.clientWidth + 1"
            " || each.scrollHeight > each.clientHeight + 4).map((each) => each.textContent)",
        )
        heights = display.page.eval_on_selector_all("#scene-board .rank", "all => all.map((each) => each.offsetHeight)")
        room = display.page.eval_on_selector_all(
            "#scene-board .rank__name",
            "all => Math.min(...all.map((each) => each.clientHeight / parseFloat(getComputedStyle(each).fontSize)))",
        )

    assert cut == []
    assert room >= 1.45, "marks above or below the letters of other scripts are cut"
    assert sum(heights) > 700, "few teams leave most of the screen empty"


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920)])
def test_result_on_a_display_shows_all_of_long_names(
    chromium: Browser, site: RunningApp, width: int, height: int
) -> None:
    for number, name in enumerate(("W" * 60, f"1 {LONG}"[:60], f"2 {LONG}"[:60])):
        site.game.team(name, f"p{number}@example.com")
        for again in range(3 - number):
            key = f"{number}-{again}"
            fields = {"kind": "response", "response_seconds": 60, "external_id": key, "subject": key}
            site.record(person=f"p{number}@example.com", **fields).raise_for_status()
    site.record(person="p0@example.com", **EARLY).raise_for_status()
    site.game.close()
    with screen(chromium, site, width=width, height=height) as display:
        display.page.wait_for_selector(".week-result__name")
        cut = display.page.eval_on_selector_all(
            ".week-result__name, .week-result__podium, .week-result",
            "all => all.filter((each) => each.scrollWidth > each.clientWidth + 1"
            " || each.scrollHeight > each.clientHeight + 4).map((each) => each.className + each.textContent)",
        )
        podium = display.page.locator(".week-result__podium").bounding_box()
        above = display.page.locator(".week-result__answered").bounding_box()
        tops = display.page.eval_on_selector_all(
            ".week-result__team", "all => all.map((each) => each.getBoundingClientRect().top)"
        )

        below = display.page.locator(".week-result__trophies").bounding_box()
        blocks = display.page.eval_on_selector_all(
            ".week-result__block", "all => all.map((each) => each.getBoundingClientRect().bottom)"
        )

    assert cut == []
    assert podium
    assert above
    assert below
    assert max(blocks) <= below["y"]
    assert min(tops) >= above["y"] + above["height"]


def test_small_phone_shows_all_of_a_step_to_the_presenter(chromium: Browser, site: RunningApp) -> None:
    key = secrets.presenter_key(site.app.state.context.key, SLUG, site.clock.now)
    with looking(chromium, SMALL_PHONE) as page:
        page.goto(f"{site.url}/weeks/{SLUG}/summary/present?key={key}")
        slide, controls = (page.locator(name).bounding_box() for name in (".ceremony__slide", ".controls"))
        cut = page.evaluate(
            "(() => { const e = document.querySelector('.ceremony__slide');"
            " return e.scrollHeight - e.clientHeight; })()"
        )

        assert slide
        assert controls
        assert (overflow(page), cut) == (0, 0)
        assert slide["y"] + slide["height"] <= controls["y"] + 1
