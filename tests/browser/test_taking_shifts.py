"""Shifts in a real browser: taken by touch, by keyboard and without scripts, raced for, and done from start to end."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.looking import OFFICE, PHONE, cut_off, looking, overflow, serious_flaws
from tests.browser.test_me import looking_as
from tests.builders import ADA, BO, CHIDI, DUA, SLUG, moment
from tests.web.playing_shifts import Shifts
from tests.web.running_app import RunningApp, Visitor, sign_in, until
from tests.web.shifts.test_page import change

pytestmark = pytest.mark.browser

PAGE = f"/weeks/{SLUG}/shifts"
SMALL = """[...document.querySelectorAll('main a, main button, main summary, main label')]
           .filter(each => { const box = each.getBoundingClientRect(); return box.width && box.height < 43.9; })
           .map(each => each.textContent.trim())"""


@pytest.fixture
def shifts(site: RunningApp) -> Shifts:
    return Shifts(site)


@contextmanager
def quiet(chromium: Browser, who: Visitor) -> Iterator[BrowserContext]:
    """A browser of somebody whose console may say that they were refused."""
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    context.add_cookies([{"name": name, "value": value, "url": who.site.url} for name, value in who.cookies.items()])
    try:
        yield context
    finally:
        context.close()


def take(page: Page, hour: str = "06:00") -> None:
    """Take a seat of Thursday's shift."""
    page.get_by_role("button", name=f"Take a seat on Thursday 15 September {hour}").click()


def test_seat_is_taken_and_given_back_by_touch_in_place(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    site.game.rename(BO, "W" * 60, "Owls")
    ids = [shifts.make(f"2022-09-15 {hour:02}:00", label="W" * 40) for hour in (6, 8, 10, 12, 14)]
    shifts.sign_up(ids[0], BO)
    with looking_as(chromium, sign_in(site, ADA), has_touch=True) as page:
        page.goto(site.url + PAGE)
        button = page.get_by_role("button", name="Take a seat on Thursday 15 September 14:00")
        button.scroll_into_view_if_needed()
        button.tap()

        expect(page.get_by_role("status")).to_contain_text("You’re on: Thu 14:00–16:00 PDT.")
        assert page.evaluate("scrollY") > 0
        assert (overflow(page), page.evaluate(SMALL), serious_flaws(page)) == (0, [], [])
        shifts.sign_up(ids[1], CHIDI)
        expect(page.locator(f"#shift-{ids[1]}")).to_contain_text("0 points: your team has this shift")
        page.get_by_role("button", name="Undo").tap()
        expect(page.get_by_role("status")).to_contain_text("You left Thu 14:00–16:00 PDT.")
        assert page.url == site.url + PAGE


def test_seat_is_taken_by_keyboard_and_the_focus_stays(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.goto(site.url + PAGE)
        while page.evaluate("document.activeElement.id") != f"act-{shift_id}":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        expect(page.get_by_role("button", name="Leave the shift on Thursday 15 September 06:00")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Take a seat on Thursday 15 September 06:00")).to_be_focused()


def test_seat_is_taken_without_scripts(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    shifts.make()
    with looking_as(chromium, sign_in(site, ADA), java_script_enabled=False) as page:
        page.goto(site.url + PAGE)
        take(page)

        expect(page.get_by_role("heading", name="My shifts")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("button", name="Take it again")).to_be_visible()


def test_two_browsers_race_for_one_seat_and_one_gets_it(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make(seats=1)
    with quiet(chromium, sign_in(site, ADA)) as ada, quiet(chromium, sign_in(site, DUA)) as dua:
        pages = [context.new_page() for context in (ada, dua)]
        for page in pages:
            page.goto(site.url + PAGE)
        for page in pages:  # neither waits for what the other did: the stream would hide the button first
            page.evaluate(f"document.getElementById('act-{shift_id}').click()")

        expect(pages[0].get_by_role("status").or_(pages[0].get_by_role("alert"))).to_be_visible()
        expect(pages[1].get_by_role("status").or_(pages[1].get_by_role("alert"))).to_be_visible()
        said = sorted(page.locator(".alert").inner_text().replace("\n", " ").strip() for page in pages)
        waiting = [page.get_by_role("button", name="Join the waiting list").count() for page in pages]

    assert said[0] == "This shift is full. Join the waiting list."
    assert said[1].startswith("You’re on: Thu 06:00–08:00 PDT.")
    assert sorted(waiting) == [0, 1]


def test_a_whole_shift_from_its_reminder_to_the_guestbook(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    shifts.make()
    site.clock.set("2022-09-15 05:20")
    ada = sign_in(site, ADA)
    with looking_as(chromium, ada, has_touch=True) as page:
        page.goto(f"{site.url}/me")
        page.get_by_role("link", name="Take a shift").tap()
        take(page)
        expect(page.get_by_role("heading", name="My shifts")).to_be_visible()
        site.clock.set("2022-09-15 05:50")
        until(lambda: "Your shift starts soon" in ada.get("/me/notices").text)
        page.goto(f"{site.url}/me/notices")
        page.get_by_role("link", name="Your shift starts soon").tap()
        page.get_by_role("button", name="Check in").tap()
        expect(page.locator("main")).to_contain_text("You’re on it, checked in")
        page.get_by_role("checkbox").first.check()
        assert (overflow(page), serious_flaws(page)) == (0, [])
        site.clock.set("2022-09-15 07:30")
        page.reload()
        assert page.get_by_role("checkbox").first.is_checked()
        page.get_by_label("Note").fill("The export is fixed")
        page.get_by_role("button", name="Issue, +5").tap()
        expect(page.get_by_role("complementary", name="My team today")).to_contain_text("5 points")
        page.get_by_role("button", name="Complete shift").tap()
        expect(page.get_by_role("complementary", name="My team today")).to_contain_text("25 points")
        page.get_by_label("What worked?").fill("We answered within the hour")
        page.get_by_role("button", name="Save entry").tap()
        expect(page.locator("main")).to_contain_text("We answered within the hour")

    assert site.points()["Owls"] == 25


def test_teams_numbers_of_a_shift_follow_within_seconds_and_rest_while_paused(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    shift_id = shifts.make()
    shifts.sign_up(shift_id, ADA)
    site.clock.set("2022-09-15 05:50")
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.clock.install()
        page.goto(f"{site.url}{PAGE}/{shift_id}")
        today, sign = page.get_by_role("complementary", name="My team today"), page.locator("[data-live]")
        expect(sign.get_by_text("Live", exact=True)).to_be_visible()
        page.get_by_label("Note").fill("What I am writing")
        expect(today).to_contain_text("0 points")
        site.record(occurred_at="2022-09-15T05:48:00-07:00")
        page.clock.run_for(6_000)
        expect(today).to_contain_text("5 points")

        sign.get_by_role("button", name="Pause updates").click()
        site.record(occurred_at="2022-09-15T05:49:00-07:00", external_id="while-paused")
        page.clock.run_for(6_000)
        page.wait_for_load_state("networkidle")
        while_paused = today.inner_text()
        sign.get_by_role("button", name="Resume updates").click()
        page.clock.run_for(6_000)
        expect(today).to_contain_text("10 points")

        assert "5 points" in while_paused
        assert page.get_by_label("Note").input_value() == "What I am writing"


def test_signing_up_opens_by_itself_at_its_moment(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    shifts.make()
    change(site, opens_at=moment("2022-09-14 13:00:02"))
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.goto(site.url + PAGE)
        button = page.get_by_role("button", name="Take a seat on Thursday 15 September 06:00")

        expect(page.locator("[data-countdown]")).to_contain_text("In 00:00:0")
        assert button.count() == 0
        site.clock.set("2022-09-14 13:00:02")
        button.click()
        expect(page.get_by_role("status")).to_contain_text("You’re on")


def test_whole_team_is_offered_while_there_is_a_seat_for_each(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    shift_id = shifts.make()
    with looking_as(chromium, sign_in(site, ADA)) as page:
        page.goto(site.url + PAGE)
        team = page.get_by_role("button", name="Whole team: 3 seats")
        expect(team).to_be_visible()
        worth = page.get_by_text("and All hands +15")
        expect(worth).to_be_visible()

        seat = shifts.seat(shift_id, DUA)
        expect(team).to_be_hidden()
        assert worth.is_hidden()
        page.reload()
        assert team.is_hidden()
        shifts.delete(seat)
        expect(team).to_be_visible()
        page.emulate_media(media="print")
        expect(team).to_be_hidden()  # on paper nothing can be pressed


def test_open_pages_follow_the_time(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    shifts.sign_up(shift_id, ADA)
    site.clock.set("2022-09-15 05:44:59")
    with looking_as(chromium, sign_in(site, ADA)) as page, looking_as(chromium, sign_in(site, BO)) as list_page:
        page.goto(f"{site.url}{PAGE}/{shift_id}")
        check_in = page.get_by_role("button", name="Check in")
        assert check_in.count() == 0
        site.clock.set("2022-09-15 05:45")
        check_in.click(timeout=8_000)
        site.clock.set("2022-09-15 05:59:59")
        page.goto(f"{site.url}{PAGE}/{shift_id}")
        list_page.goto(site.url + PAGE)
        complete = page.get_by_role("button", name="Complete")
        expect(list_page.get_by_role("button", name="Take a seat")).to_have_count(1)
        assert complete.count() == 0
        site.clock.set("2022-09-15 06:00")

        expect(complete).to_be_visible(timeout=8_000)
        expect(list_page.locator(f"#shift-{shift_id}")).to_contain_text("On now. Signing up ended", timeout=8_000)


def test_hours_stand_beside_each_other_on_wide_screens(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    ids = [shifts.make(f"2022-09-{day} {hour:02}:00") for day in (15, 16) for hour in (6, 8)]
    shifts.sign_up(ids[0], ADA)
    with looking(chromium, OFFICE, color_scheme="dark") as page:
        page.goto(site.url + PAGE)
        boxes = [page.locator(f"#shift-{shift_id}").bounding_box() for shift_id in ids]
        tops = [round(box["y"]) for box in boxes if box]
        lefts = [round(box["x"]) for box in boxes if box]

        assert (tops[0], tops[1], lefts[0], lefts[2]) == (tops[2], tops[3], lefts[1], lefts[3])
        assert tops[0] < tops[1]
        assert lefts[0] < lefts[2]
        assert serious_flaws(page) == []


def test_page_says_whether_it_is_live_and_stays_as_it_is_while_paused(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    shift_id = shifts.make()
    with quiet(chromium, sign_in(site, ADA)) as context:
        page = context.new_page()
        page.goto(site.url + PAGE)
        sign, seats = page.locator("[data-live]"), page.locator(f"#seats-{shift_id}")
        expect(sign.get_by_text("Live", exact=True)).to_be_visible()
        cut_off(context, site)
        expect(sign).to_contain_text(re.compile(r"Not live since \d\d:\d\d"))
        context.set_offline(False)
        expect(sign.get_by_text("Live", exact=True)).to_be_visible()

        sign.get_by_role("button", name="Pause updates").click()
        until(lambda: not site.app.state.context.streams.viewers)
        shifts.sign_up(shift_id, BO)
        page.wait_for_timeout(1_000)  # it would have connected again by now
        while_paused = sign.inner_text(), seats.inner_text()
        sign.get_by_role("button", name="Resume updates").click()
        expect(seats).to_contain_text("Bo")

        expect(sign.get_by_text("Live", exact=True)).to_be_visible()
        assert "Paused" in while_paused[0]
        assert "Bo" not in while_paused[1]
        assert (overflow(page), page.evaluate(SMALL), serious_flaws(page)) == (0, [], [])


def test_page_whose_stream_falls_silent_says_so_and_begins_it_anew(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    shifts.make()
    with quiet(chromium, sign_in(site, ADA)) as context:
        page = context.new_page()
        page.clock.install(time=site.clock.now)
        page.goto(site.url + PAGE)
        sign = page.locator("[data-live]")
        expect(sign.get_by_text("Live", exact=True)).to_be_visible()
        page.route("**/shifts/live*", lambda route: route.abort())

        page.clock.fast_forward(40_000)  # two heartbeats that did not come
        page.wait_for_timeout(100)
        after_two = sign.inner_text()
        page.clock.fast_forward(46_000)
        expect(sign).to_contain_text(re.compile(r"Not live since 13:0\d"))
        page.unroute("**/shifts/live*")
        page.clock.fast_forward(11_000)

        expect(sign.get_by_text("Live", exact=True)).to_be_visible()
        assert "Live" in after_two


def test_times_are_shown_in_the_readers_own_zone_where_they_ask_for_it(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    shift_id = shifts.make("2022-09-15 16:00")
    with looking_as(chromium, sign_in(site, ADA), timezone_id="Europe/Berlin") as page:
        page.goto(site.url + PAGE)
        time, zone = page.locator(f"#shift-{shift_id} h4 time"), page.locator("[data-zone]")
        before = time.inner_text(), zone.inner_text()
        page.get_by_role("button", name="Show my own (Berlin)").click()
        own = time.inner_text(), zone.inner_text()
        page.get_by_role("button", name="Take a seat on Friday 16 September, 01:00").click()
        expect(page.get_by_role("status")).to_contain_text("You’re on")
        after_taking = time.inner_text()
        expect(page.get_by_role("link", name="See shift on Friday 16 September, 01:00")).to_be_visible()
        page.goto(f"{site.url}{PAGE}/{shift_id}")
        expect(page.locator("h1")).to_contain_text("Friday 16 September, 01:00–03:00")
        page.get_by_role("button", name="Show times of Los Angeles").click()

        expect(page.locator("h1")).to_contain_text("Thursday 15 September, 16:00–18:00")
        assert before == ("16:00–18:00", "Los Angeles")
        assert own == ("Fri 01:00–03:00", "Berlin, your own; days are those of Los Angeles")
        assert after_taking == own[0]


def test_shifts_stay_still_under_a_finger_and_the_pointer_and_catch_up_after(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    above, below = (shifts.make(f"2022-09-15 {hour:02}:00") for hour in (6, 10))
    with looking_as(chromium, sign_in(site, ADA), PHONE, has_touch=True) as page:
        sign, seats, button = (
            page.locator("[data-live]"),
            page.locator(f"#seats-{above}"),
            page.locator(f"#act-{below}"),
        )
        page.goto(site.url + PAGE)
        expect(sign).to_contain_text("Live")
        page.wait_for_function("() => document.fonts.status === 'loaded'")  # another font breaks lines elsewhere
        for email, leave in ((BO, "touchend"), (CHIDI, "pointer")):
            button.dispatch_event("touchstart") if leave == "touchend" else button.hover()
            free, place = seats.get_attribute("data-free"), button.bounding_box()  # as it is from now on
            shifts.sign_up(above, email)
            expect(sign).to_have_attribute("data-waits", "")
            assert (seats.get_attribute("data-free"), button.bounding_box()) == (free, place)

            button.dispatch_event("touchend") if leave == "touchend" else page.mouse.move(0, 0)

            expect(sign).not_to_have_attribute("data-waits", "")
            expect(seats).not_to_have_attribute("data-free", str(free))


def test_page_that_was_asked_for_before_a_finger_came_waits_until_it_left(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    above, below = (shifts.make(f"2022-09-15 {hour:02}:00") for hour in (6, 10))
    with looking_as(chromium, sign_in(site, ADA), PHONE, has_touch=True) as page:
        row, button = page.locator(f"#shift-{above}"), page.locator(f"#act-{below}")
        page.goto(site.url + PAGE)
        expect(page.locator("[data-live]")).to_contain_text("Live")
        asked: list[Route] = []
        page.route(f"**{PAGE}", lambda route: asked.append(route), times=1)
        with page.expect_request(f"**{PAGE}"):
            shifts.sign_up(above, BO)
        button.dispatch_event("touchstart")
        place = button.bounding_box()
        page.evaluate("addEventListener('htmx:finally:request', () => { window.isAnswered = true; })")
        asked[0].continue_()
        page.wait_for_function("() => window.isAnswered")

        assert button.bounding_box() == place
        button.dispatch_event("touchend")
        expect(row).to_contain_text("0 points: your team has this shift")


def test_what_a_page_says_to_its_reader_follows_what_others_do(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    shift_id, other = shifts.make(seats=1), shifts.make("2022-09-15 08:00")
    bo, olu = sign_in(site, BO), sign_in(site, "olu@example.com", "organizer")
    with looking_as(chromium, sign_in(site, ADA)) as page, quiet(chromium, sign_in(site, ADA)) as context:
        own = context.new_page()
        own.goto(f"{site.url}{PAGE}/{other}")
        own.evaluate(f"document.getElementById('act-{other}').formAction = '{PAGE}/{other}/check-in?at=shift'")
        own.get_by_role("button", name="Take a seat").click()
        expect(own.get_by_role("alert")).to_have_text("You have no seat in this shift.")
        page.goto(site.url + PAGE)
        row, mine = page.locator(f"#shift-{shift_id}"), own.locator("#shifts")
        for sign in (page.locator("[data-live]"), own.locator("[data-live]")):
            expect(sign.get_by_text("Live", exact=True)).to_be_visible()

        shifts.sign_up(shift_id, BO)
        expect(row).to_contain_text("0 points: your team has this shift")
        bo.post(f"{PAGE}/{shift_id}/offer", to="everyone")
        expect(row.get_by_role("button", name="Take over from Bo Nguyen")).to_be_visible()
        bo.post(f"{PAGE}/{other}/take-team")
        expect(page.locator(f"#shift-{other}")).to_contain_text("You’re on it")
        expect(mine.get_by_role("button", name="Leave the shift")).to_be_visible()
        olu.post(
            f"/organizer/weeks/{SLUG}/shifts/{other}",
            date="2022-09-15",
            start="09:00",
            until="11:00",
            seats="3",
            needed="1",
            version="1",
            place="Room 4",
            reason="Later",
        )
        expect(own.locator("h1")).to_contain_text("09:00–11:00")
        olu.post(f"/organizer/weeks/{SLUG}/shifts/{other}/cancel", reason="Holidays")
        expect(mine).not_to_contain_text("You’re on it")
        expect(page.locator(f"#shift-{other}")).not_to_contain_text("You’re on it")


def test_tap_that_is_not_answered_as_usual_says_so_and_leaves_the_list(
    chromium: Browser, site: RunningApp, shifts: Shifts
) -> None:
    shift_id = shifts.make()
    with quiet(chromium, sign_in(site, ADA)) as context:
        page = context.new_page()
        page.goto(site.url + PAGE)
        row, address = page.locator(f"#shift-{shift_id}"), f"**/{shift_id}/take"
        page.route(
            address, lambda route: route.fulfill(status=503, body="<main><h1>Too busy</h1><p>Try again</p></main>")
        )
        take(page)
        expect(row.get_by_role("alert")).to_have_text("Too busy. Try again.")
        page.unroute(address)
        page.route(address, lambda route: route.abort())
        take(page)
        expect(row.get_by_role("alert")).to_have_text("Not sent. Check your connection and try again.")
        page.unroute(address)
        page.route(f"**{PAGE}", lambda route: route.fulfill(status=503, body="Away"))
        late = shifts.make("2022-09-15 08:00")
        page.wait_for_timeout(2_500)
        while_away = row.is_visible()
        page.unroute(f"**{PAGE}")
        expect(page.locator(f"#shift-{late}")).to_be_visible(timeout=10_000)
        context.clear_cookies()
        take(page)
        page.wait_for_url(f"{site.url}/sign-in?to=week_shifts%2F{SLUG}")

        assert while_away


def test_focus_goes_to_the_waiting_list_after_a_lost_race(chromium: Browser, site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make(seats=1)
    with quiet(chromium, sign_in(site, ADA)) as context:
        page = context.new_page()
        page.route("**/shifts/live*", lambda route: route.abort())
        page.goto(site.url + PAGE)
        shifts.sign_up(shift_id, BO)
        page.get_by_role("button", name="Take a seat on Thursday 15 September 06:00").focus()
        page.keyboard.press("Enter")

        expect(page.locator(f"#wait-{shift_id}")).to_be_focused()
