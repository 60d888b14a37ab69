"""The page of a week's metrics and the API's document: who reads them, what a freeze hides, and over weeks."""

from datetime import date

from tests.builders import ADA, SLUG, a_week
from tests.web.running_app import RunningApp, sign_in

API = f"/api/v1/weeks/{SLUG}/metrics"
PAGE = f"/weeks/{SLUG}/metrics"


def answer(site: RunningApp, number: int, seconds: int = 600) -> None:
    """A first response of Ada's."""
    site.game.take(kind="response", person=ADA, subject=f"T{number}", response_seconds=seconds)


def test_page_says_what_each_number_means(site: RunningApp) -> None:
    for number in range(9):
        answer(site, number)
    answer(site, 9, 7200)

    page = sign_in(site).get(PAGE)

    assert page.status_code == 200
    assert "9 of 10 customers answered within the hour." in page.text
    assert "90%" in page.text
    assert "The first response to a ticket" in page.text
    assert "Over weeks" not in page.text


def test_times_are_rounded_once(site: RunningApp) -> None:
    for number in range(3):
        answer(site, number, 89)
    for number in range(3, 6):
        answer(site, number, 90)

    page = sign_in(site).get(PAGE).text

    assert '<dd class="metric__value">1 min</dd>' in page


def test_page_of_a_week_in_which_nothing_happened_says_so(site: RunningApp) -> None:
    assert "No metrics yet" in sign_in(site).get(PAGE).text


def test_page_and_document_of_a_frozen_week_have_nothing_newer(site: RunningApp) -> None:
    answer(site, 1)
    site.game.freeze()
    answer(site, 2)

    public, organizers = site.get(API, "read").json(), site.get(API, "admin").json()

    assert (public["responses"], organizers["responses"]) == (1, 2)
    assert "Newer numbers show at the reveal." in sign_in(site).get(PAGE).text


def test_page_compares_closed_weeks_and_no_rehearsal(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        a_week(session, "spring", starts=date(2022, 6, 13), ends=date(2022, 6, 17), name="Spring", state="closed")
    answer(site, 1)

    page = sign_in(site).get(PAGE).text

    assert "Over weeks" in page
    assert "/weeks/spring/metrics" in page
