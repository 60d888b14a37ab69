"""`/organizer/forecast`: contacts imported, days marked, shifts set to what the forecast says, and what is missing."""

import re
from datetime import date, timedelta

import httpx
import pytest

from app.domain.calendar.days import first_moment
from app.domain.calendar.slots import slot
from app.domain.forecast.intervals import Count
from app.models import Shift
from app.services.forecasts import contacts
from app.services.forecasts.contacts import Imported
from app.services.shifts import shifts
from app.services.shifts.shifts import ShiftFields
from tests.builders import PACIFIC, SLUG, a_week
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import API, RunningApp, Visitor, sign_in

FORECAST = "/organizer/forecast"
FRIDAY = date(2022, 9, 16)
FIGURES = {"channel": "email", "handling": "9", "within": "60", "shrinkage": "15"}


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer."""
    return sign_in(site, "olu@example.com", "organizer")


def remember(site: RunningApp, weeks: int = 12, *, times: int = 1) -> None:
    """So many past Fridays with 6, 8, 12 and 10 messages from 10:00 to 12:00, or times as many."""
    days = [first_moment(FRIDAY - timedelta(days=7 * back), PACIFIC) for back in range(1, weeks + 1)]
    rows = [
        Imported("email", Count(day + timedelta(minutes=600 + 30 * number), 30, count * times))
        for day in days
        for number, count in enumerate((6, 8, 12, 10))
    ]
    with site.database.unit_of_work() as session:
        contacts.put(session, rows, site.game.act)


def make_shift(site: RunningApp, start: int, until: int) -> str:
    with site.database.unit_of_work() as session:
        made = shifts.create(session, SLUG, slot(FRIDAY, start * 60, until * 60, PACIFIC), ShiftFields(), site.game.act)
        return made.id


def shift_of(site: RunningApp, shift_id: str) -> Shift:
    with site.database.reading() as session:
        found = session.get(Shift, shift_id)
        assert found is not None
        return found


def test_page_without_history_says_what_is_missing_and_how_to_get_it(olu: Visitor) -> None:
    text = text_of(olu.get(FORECAST))

    assert "No history yet. Import some." in text
    assert "Set 1 shift" not in text


def test_shifts_are_set_to_the_forecast_in_one_click(site: RunningApp, olu: Visitor) -> None:
    remember(site)
    busy, quiet = make_shift(site, 10, 12), make_shift(site, 18, 20)

    page = text_of(olu.get(FORECAST))
    answer = olu.post(f"{FORECAST}/plan", **FIGURES, step="set")
    coverage = text_of(olu.get(answer.headers["location"]))

    assert (
        "About 36 customers will write (likely 28 to 44). At 9 minutes each, 4 people keep everybody under an hour."
        in page
    )
    assert "Set 1 shift to this" in page
    assert answer.headers["location"] == f"/organizer/weeks/{SLUG}/shifts/coverage?done=planned&asked=1"
    assert "Set 1 shift to the forecast." in coverage
    assert "4 more people between 10:00 and 12:00 on Fri 16 Sep would keep everybody under an hour." in coverage
    assert [(found.needed, found.seats) for found in (shift_of(site, busy), shift_of(site, quiet))] == [(4, 4), (1, 3)]


def test_figures_that_somebody_tries_change_nothing(site: RunningApp, olu: Visitor) -> None:
    remember(site)
    shift = make_shift(site, 10, 12)

    text = text_of(olu.get(f"{FORECAST}?handling=18"))

    assert "At 18 minutes each, 8 people keep about 92 of 100 under an hour." in text
    assert (shift_of(site, shift).needed, shift_of(site, shift).seats) == (1, 3)


def test_next_week_is_planned_while_this_one_runs(site: RunningApp, olu: Visitor) -> None:
    remember(site)
    here = make_shift(site, 10, 12)
    after = FRIDAY + timedelta(days=7)
    with site.database.unit_of_work() as session:
        a_week(session, "next", state="draft", name="Next", starts=after, ends=after)
        times = slot(after, 600, 720, PACIFIC)
        there = shifts.create(session, "next", times, ShiftFields(), site.game.act).id

    page = olu.get(f"{FORECAST}?week=next")
    marked = olu.post(f"{FORECAST}/days", day="2022-08-01", kind="holiday", week="next")
    answer = olu.post(f"{FORECAST}/plan", **FIGURES, week="next", step="set")

    assert '<option value="next" selected>' in page.text
    assert "Email from Friday 23 September" in text_of(page)
    assert "week=next" in marked.headers["location"]
    assert answer.headers["location"] == "/organizer/weeks/next/shifts/coverage?done=planned&asked=1"
    assert [shift_of(site, each).needed for each in (here, there)] == [1, 4]
    assert olu.get(f"{FORECAST}?week=nowhere").status_code == 404


def test_customers_of_a_shift_are_rounded_half_up(site: RunningApp, olu: Visitor) -> None:
    remember(site, 2)
    tenth = first_moment(FRIDAY - timedelta(days=7), PACIFIC) + timedelta(minutes=600)
    with site.database.unit_of_work() as session:
        contacts.put(session, [Imported("email", Count(tenth, 30, 7))], site.game.act)
    make_shift(site, 10, 12)

    text = text_of(olu.get(FORECAST))

    assert "Fri 16, 10:00–12:00 37 " in text


def test_promise_shorter_than_an_answer_is_not_said_to_hang_on_one_person(site: RunningApp, olu: Visitor) -> None:
    remember(site)
    make_shift(site, 10, 12)

    text = text_of(olu.get(f"{FORECAST}?handling=60&within=15"))

    assert ("people keep about 2 of 10 under 15 minutes" in text, "wait longer" in text) == (True, False)


def test_more_messages_than_anybody_answers_are_not_simulated(site: RunningApp, olu: Visitor) -> None:
    remember(site, times=50_000)
    make_shift(site, 10, 12)
    olu.post(f"{FORECAST}/plan", **FIGURES, step="save")

    text, coverage = text_of(olu.get(FORECAST)), text_of(olu.get(f"/organizer/weeks/{SLUG}/shifts/coverage"))

    assert "5,000 people wouldn’t answer all of that in time." in text
    assert "would help, but a shift has no room for all whom it takes." in coverage


def mistakes_in(answer: httpx.Response) -> list[str]:
    """The sentences at fields of the page."""
    return re.findall(r'class="field__error"[^>]*>(.*?)</p>', answer.text)


def test_figures_that_make_no_sense_are_marked(site: RunningApp, olu: Visitor) -> None:
    refused = olu.post(f"{FORECAST}/plan", **{**FIGURES, "handling": "0", "within": "soon"}, step="set")
    tried = olu.get(f"{FORECAST}?channel=chat&handling=nine&within=2&shrinkage=99")

    assert refused.status_code == 422
    assert mistakes_in(refused) == ["Write a number from 0.1 to 480.", "Write a number, such as 9."]
    assert mistakes_in(tried) == [
        "Write a number, such as 9.", "Write a number from 5 to 3,600.", "Write a number from 0 to 90.",
    ]  # fmt: skip
    assert "No history yet" in text_of(tried)


def test_contacts_are_imported_from_the_page_all_or_nothing(site: RunningApp, olu: Visitor) -> None:
    head = "starts_at,minutes,channel,contacts\n"
    answer = olu.post(f"{FORECAST}/contacts", text=f"{head}2022-09-07 10:00,30,email,8\n")
    refused = olu.post(f"{FORECAST}/contacts", text=f"{head}2022-09-08 10:00,30,email,8\n2022-09-08 10:30,30,fax,8\n")

    found = site.get(f"{API}/forecast?from=2022-09-14&until=2022-09-16", "read").json()["items"]
    assert flash(olu.get(answer.headers["location"])) == "Imported 1 interval."
    assert refused.status_code == 422
    assert "“channel” is email, chat or phone." in text_of(refused)
    assert [item["starts_at"] for item in found if item["contacts"]] == ["2022-09-14T17:00:00.000000Z"]


def test_days_are_marked_and_unmarked(site: RunningApp, olu: Visitor) -> None:
    marked = olu.post(f"{FORECAST}/days", day="2022-09-09", kind="not-normal", name="Outage")
    page = text_of(olu.get(marked.headers["location"]))
    unmarked = olu.post(f"{FORECAST}/days/remove", day="2022-09-09")
    again = olu.post(f"{FORECAST}/days/remove", day="2022-09-09")

    assert "Not normal: Outage" in page
    assert unmarked.headers["location"] == f"{FORECAST}?done=unmarked&channel=email"
    assert again.status_code == 404
    assert olu.post(f"{FORECAST}/days", day="soon").status_code == 422


def test_every_form_leads_back_to_its_channel(site: RunningApp, olu: Visitor) -> None:
    text = "starts_at,minutes,channel,contacts\n2022-09-07 10:00,30,chat,8\n"

    answers = [
        olu.post(f"{FORECAST}/contacts", text=text, channel="chat"),
        olu.post(f"{FORECAST}/days", day="2022-09-09", kind="not-normal", channel="chat"),
        olu.post(f"{FORECAST}/days/remove", day="2022-09-09", channel="chat"),
    ]
    refused = olu.post(f"{FORECAST}/contacts", text="?", channel="chat")

    assert ["channel=chat" in answer.headers["location"] for answer in answers] == [True] * 3
    assert refused.text.count('type="hidden" name="channel" value="chat"') >= 3


@pytest.mark.parametrize(
    ("channel", "within", "sentence"),
    [("chat", "3601", "Write a number from 5 to 3,600."), ("email", "0.5", "Write a number from 1 to 10,080.")],
)
def test_limit_of_a_promise_is_the_one_it_says(olu: Visitor, channel: str, within: str, sentence: str) -> None:
    page = olu.get(f"{FORECAST}?channel={channel}").text
    refused = olu.post(f"{FORECAST}/plan", **{**FIGURES, "channel": channel, "within": within}, step="save")

    assert sentence in text_of(refused)
    assert f'max="{sentence.rpartition(" ")[2].rstrip(".").replace(",", "")}"' in page


def test_coverage_promises_no_more_than_the_plan_keeps(site: RunningApp, olu: Visitor) -> None:
    remember(site)
    make_shift(site, 10, 12)
    told = []
    for handling, within in (("18", "60"), ("60", "15")):
        figures = {**FIGURES, "handling": handling, "within": within}
        answer = olu.post(f"{FORECAST}/plan", **figures, step="set")
        told.append(text_of(olu.get(answer.headers["location"].partition("?")[0])))

    assert "would keep about 92 of 100 under an hour." in told[0]
    assert "would help, but most would still wait longer than 15 minutes." in told[1]


def test_export_is_the_forecast_by_the_half_hour(site: RunningApp, olu: Visitor) -> None:
    remember(site)

    lines = olu.get(f"{FORECAST}/export?first=2022-09-16").text.splitlines()

    assert len(lines) == 1 + 7 * 48
    assert lines[0] == "\ufeffstarts_at,minutes,channel,contacts,low,high,weeks,people,note"
    assert lines[21] == "2022-09-16T17:00:00.000000Z,30,email,6.0,3,9,12,,"
