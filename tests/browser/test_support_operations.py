"""Pages of support operations in a real browser: on phones and desks, by night, and each with something to show."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from app.models import AnswerReview, Person, Week
from app.services.demo import earlier
from app.services.demo.cast import CAST, SLUG
from tests.browser.looking import OFFICE, PHONE, overflow, serious_flaws, theme_at
from tests.browser.test_me import looking_as
from tests.web.running_app import RunningApp, sign_in

pytestmark = pytest.mark.browser

PLAYER = next(iter(CAST.values())).email
PAGES = {
    "cards": "/cards", "reviews": "/me/reviews", "feedback": f"/weeks/{earlier.SLUG}/feedback",
    "next feedback": f"/weeks/{SLUG}/feedback", "metrics": f"/weeks/{SLUG}/metrics",
    "guestbook": f"/weeks/{earlier.SLUG}/guestbook", "welcome": f"/weeks/{SLUG}/summary/present",
}  # fmt: skip
DESKS = {
    "forecast": "/organizer/forecast", "chat": "/organizer/forecast?channel=chat",
    "feedback desk": f"/organizer/feedback?week={earlier.SLUG}",
    "reviews desk": f"/organizer/reviews?week={earlier.SLUG}", "calibration": f"/organizer/reviews?week={SLUG}",
}  # fmt: skip


def look(page: Page, site: RunningApp, pages: dict[str, str], size: str) -> Iterator[tuple[str, object]]:
    """The flaws of each page: of its colours, names and roles, and of its width."""
    for name, path in pages.items():
        page.goto(f"{site.url}{path}")
        if wide := overflow(page):
            yield f"{name} {size}", wide
        yield from ((f"{name} {size}", flaw) for flaw in serious_flaws(page))


@pytest.mark.parametrize(("size", "name"), [(PHONE, "phone"), (OFFICE, "office")])
def test_no_page_keeps_anybody_out_or_is_too_wide(
    chromium: Browser, demo: RunningApp, size: tuple[int, int], name: str
) -> None:
    found = []
    for who, pages in ((sign_in(demo, PLAYER), PAGES), (sign_in(demo, role="owner"), DESKS)):
        with looking_as(chromium, who, size, color_scheme=theme_at(size)) as page:
            found += list(look(page, demo, pages, name))

    assert found == []


def test_card_is_found_verified_and_edited_by_keyboard(chromium: Browser, demo: RunningApp) -> None:
    with looking_as(chromium, sign_in(demo, role="owner")) as page:
        page.goto(f"{demo.url}/cards")
        page.get_by_label("State").select_option("due")
        page.get_by_role("button", name="Show").press("Enter")
        page.get_by_role("link", name="Why an invoice comes twice").press("Enter")
        page.locator("summary", has_text="Verify card").press("Enter")
        page.get_by_role("button", name="Verify card").press("Enter")
        expect(page.get_by_role("status")).to_have_text("Card verified for 90 days. Thank you!")
        page.locator("summary", has_text="Edit card").press("Enter")
        page.get_by_label("Title").fill("Why an invoice comes three times")
        page.get_by_role("button", name="Save card").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Why an invoice comes three times")
        expect(page.get_by_role("status")).to_contain_text("It’s a draft until someone else verifies it.")


def test_review_is_given_by_keyboard(chromium: Browser, demo: RunningApp) -> None:
    with looking_as(chromium, sign_in(demo, _who_still_reviews(demo))) as page:
        page.goto(f"{demo.url}/me/reviews")
        form = page.get_by_role("region", name="For you to review")
        form.locator("summary", has_text="Review answer").press("Enter")
        for question in ("answer the question", "true and complete", "clear and kind"):
            form.get_by_label(question).select_option("yes")
        page.get_by_label("One good thing").fill("Warm from the first word.")
        form.get_by_label("next step").select_option("partly")
        page.get_by_role("button", name="Send review").press("Enter")
        expect(page.get_by_role("status")).to_have_text("Review sent. Thank you!")
        expect(page.get_by_role("heading", name="Reviews I gave")).to_be_visible()


def _who_still_reviews(demo: RunningApp) -> str:
    """The email of a reviewer whose answer still waits."""
    waits = col(AnswerReview.done_at).is_(None), col(Week.slug) == SLUG
    query = select(Person.email).join(AnswerReview, col(AnswerReview.reviewer_id) == Person.id)
    with demo.database.reading() as session:
        return session.exec(query.join(Week, col(Week.id) == AnswerReview.week_id).where(*waits)).one()


def test_sliders_of_the_forecast_change_its_sentences(chromium: Browser, demo: RunningApp) -> None:
    demo.clock.set("2022-09-12 05:00")
    with looking_as(chromium, sign_in(demo, role="owner")) as page:
        page.goto(f"{demo.url}/organizer/forecast")
        before = page.locator(".plan__lead").all_inner_texts()
        page.get_by_label("Minutes for an answer").first.fill("18")
        page.get_by_role("button", name="Try these figures").click()
        expect(page.get_by_text("At 18 minutes each").first).to_be_visible()

        assert before != page.locator(".plan__lead").all_inner_texts()
