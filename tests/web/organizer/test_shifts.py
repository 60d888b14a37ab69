"""Organizers' pages of shifts: made from a pattern with a preview, one by one, from a table; how they work."""

import re
from datetime import date
from typing import Any

import httpx
import pytest

from app.models import Shift
from app.services.imports import lists
from app.services.shifts import settings, shifts
from app.services.weeks import weeks
from tests.builders import ENDS, SLUG, STARTS
from tests.web.reading import mistakes, part, text
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

HERE = f"/organizer/weeks/{SLUG}/shifts"
SEATS = {"seats": "3", "needed": "1"}
DAYS = {"first": STARTS.isoformat(), "last": ENDS.isoformat()}
TOLD = r'class="alert[^>]*>(.*?)</p>'


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def made(site: RunningApp, slug: str = SLUG) -> list[Shift]:
    """The shifts of a week."""
    with site.database.reading() as session:
        return shifts.of_week(session, weeks.find(session, slug, site.clock.now))


def a_rotation(site: RunningApp) -> None:
    """A week of a quarter without teams or shifts, over the end of summer time."""
    days = {"starts": date(2026, 10, 1), "ends": date(2026, 12, 31)}
    with site.database.unit_of_work() as session:
        weeks.create(session, site.game.act, slug="rotation", name="Rotation", timezone="America/Los_Angeles", **days)


def hidden(answer: httpx.Response) -> dict[str, list[str]]:
    """The hidden fields of the form that makes what was previewed."""
    panel = answer.text.partition('id="preview"')[2].partition("</section>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', panel):
        found.setdefault(name, []).append(value)
    return found


@BOTH_ENGINES
def test_pattern_is_previewed_and_then_made(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    form = {"pattern": "assembly-week", "label": "Front desk", "step": "preview", **DAYS, **SEATS}

    preview = organizer.post(f"{HERE}/generate", **form)
    nothing_yet = made(site)
    answer = organizer.post(f"{HERE}/generate", **{name: each[0] for name, each in hidden(preview).items()})

    assert (preview.status_code, part(preview, 'id="preview-title">(.*?)<')) == (200, ["30 new shifts"])
    assert nothing_yet == []
    assert organizer.get(answer.headers["location"]).text.count("Front desk") == 30
    assert part(organizer.get(answer.headers["location"]), TOLD) == ["Created 30 shifts."]
    again = organizer.post(f"{HERE}/generate", **{**form, "step": "make"})
    assert part(organizer.get(again.headers["location"]), TOLD) == ["Every one of these shifts was there already."]


def test_preview_of_an_own_pattern_names_odd_lengths_and_left_out_hours(site: RunningApp, organizer: Visitor) -> None:
    a_rotation(site)
    form = {"pattern": "own", "start": "0:00", "until": "05:15", "minutes": "60", "step": "preview", **SEATS}

    preview = organizer.post(
        "/organizer/weeks/rotation/shifts/generate", days=["sat", "sun"], first="2026-10-31", last="2026-11-01", **form
    )

    assert part(preview, '<ul class="notes">(.*?)</ul>') == [
        "Sat 31 October and Sun 1 November, 05:00–05:15 is left out: it’s too short for"
        " a shift. Sun 1 November, 01:00–02:00 lasts 120 minutes: clocks go back."
    ]
    assert hidden(preview)["days"] == ["sat", "sun"]


def test_wednesday_rotation_of_a_bare_week_does_without_teams(site: RunningApp, organizer: Visitor) -> None:
    a_rotation(site)
    form = {"pattern": "wednesday", "first": "2026-10-01", "last": "2026-12-31", **SEATS}
    there = "/organizer/weeks/rotation/shifts"

    preview = organizer.post(f"{there}/generate", step="preview", **form)
    organizer.post(f"{there}/generate", step="make", **form)

    assert "the week will do without teams" in text(preview)
    assert part(organizer.get(there), '<p class="lead">(.*?)</p>') == ["0 of 78 shifts covered, 0 of 234 seats taken."]
    with site.database.reading() as session:
        assert not settings.settings_of(session, weeks.find(session, "rotation", site.clock.now)).needs_team


@pytest.mark.parametrize(
    ("changes", "marked"),
    [
        ({"pattern": "own"}, {"days": "Choose at least one day."}),
        ({"pattern": "own", "days": "wed", "start": "25:00", "minutes": "5"}, {
            "start": "Write a time as hours and minutes: 06:00.", "minutes": "A shift lasts 15 to 1,440 minutes.",
         }),
        ({"pattern": "own", "days": "wed", "start": "18:00", "until": "06:00"}, {
            "until": "The last shift of a day must end after the first one starts. 00:00 is midnight.",
         }),
        ({"start": "never", "seats": "0"}, {"seats": "A shift has 1 to 1,000 seats."}),
        ({"place": "a\u202eb"}, {"place": "This must not contain the invisible character U+202E."}),
        ({"needed": "4"}, {"needed": "No more people can be needed than there are seats."}),
        ({"link": "ftp://x", "first": "soon"}, {
            "link": "A link begins with http:// or https://, has no spaces, and at most 2,000 characters.",
            "first": "Write a day as year-month-day: 2026-03-09.",
         }),
    ],
)  # fmt: skip
def test_pattern_that_cannot_be_is_refused_at_its_fields(
    site: RunningApp, organizer: Visitor, changes: dict[str, str], marked: dict[str, str]
) -> None:
    form = {"pattern": "assembly-week", "label": "Kept", **DAYS, **SEATS, **changes}

    answer = organizer.post(f"{HERE}/generate", step="make", **form)

    assert (answer.status_code, mistakes(answer)) == (422, {f"pattern-{name}": why for name, why in marked.items()})
    assert part(answer, TOLD) == ["Not saved. Fix the marked fields."]
    assert 'value="Kept"' in answer.text
    assert made(site) == []


def test_days_outside_of_the_week_are_refused(site: RunningApp, organizer: Visitor) -> None:
    answer = organizer.post(f"{HERE}/generate", first="2022-09-01", last="2022-09-30", **SEATS)

    assert (answer.status_code, part(answer, TOLD)) == (
        422, ["The days must lie within the week, 2022-09-12 to 2022-09-16."],
    )  # fmt: skip


def test_shift_is_added_at_the_weeks_clock(site: RunningApp, organizer: Visitor) -> None:
    form = {"date": "2022-09-15", "start": "22:00", "until": "00:00", "label": "Late", **SEATS}

    answer = organizer.post(HERE, **form)
    bad = organizer.post(HERE, **{**form, "until": "21:00", "date": "2022-09-31"})

    (shift,) = made(site)
    assert (f"{shift.starts_at:%d %H:%M}", f"{shift.ends_at:%d %H:%M}", shift.label) == ("16 05:00", "16 07:00", "Late")
    assert part(organizer.get(answer.headers["location"]), TOLD) == ["Added the shift."]
    assert mistakes(bad) == {
        "one-date": "Write a day as year-month-day: 2026-03-09.",
        "one-until": "A shift must end after it starts, on the same day. 00:00 is midnight.",
    }


def test_table_is_imported_all_or_nothing(site: RunningApp, organizer: Visitor) -> None:
    good = "date,from,until,seats,needed,label,place,link\n2022-09-15,06:00,08:00,3,1,Desk,,\n"

    refused = organizer.post(f"{HERE}/import", text=f"{good}2022-09-15,08:00,07:00,,,,,\n")
    empty = organizer.post(f"{HERE}/import", text=good.partition("\n")[0])
    nothing_yet = made(site)
    answer = organizer.post(f"{HERE}/import", text=good)

    assert part(refused, '<ul class="mistakes">(.*?)</ul>') == [
        "Line 3: A shift must end after it starts, on the same day: 08:00 to 07:00 doesn’t. Midnight is 24:00."
    ]
    assert "08:00,07:00" in refused.text
    assert part(empty, TOLD) == [f"{lists.NOTHING} {lists.NO_ROWS}"]
    assert nothing_yet == []
    assert [shift.label for shift in made(site)] == ["Desk"]
    assert part(organizer.get(answer.headers["location"]), TOLD) == ["Created 1 shift."]


def a_form(**changes: str) -> dict[str, str]:
    """The form of the settings, filled in well."""
    return {"players": "teams", "leave_until_h": "12", "completes": "itself", "early_before": "07:00", **changes}


def test_settings_are_saved_by_the_weeks_clock(site: RunningApp, organizer: Visitor) -> None:
    changes = {
        "opens_day": "2022-09-10",
        "opens_time": "09:00",
        "first_round": "2",
        "approve_covers": "yes",
        "require_ready": "yes",
    }

    answer = organizer.post(f"{HERE}/settings", **a_form(players="anyone", **changes))

    with site.database.reading() as session:
        found = settings.values_of(settings.settings_of(session, weeks.find(session, SLUG, site.clock.now)))
    assert found.pop("opens_at").isoformat() == "2022-09-10T16:00:00+00:00"
    assert found == {
        "needs_team": False, "require_ready": True, "leave_until_h": 12, "completes": "itself", "early_before": "07:00",
        "early_per_team": None, "first_round": 2, "approve_covers": True,
    }  # fmt: skip
    assert part(organizer.get(answer.headers["location"]), TOLD) == ["Saved how shifts work."]
    page = organizer.get(f"{HERE}/settings").text
    assert all(f'value="{each}"' in page for each in ("2022-09-10", "09:00"))


@pytest.mark.parametrize(
    ("changes", "marked"),
    [
        ({"opens_time": "09:00"}, {"opens_day": "Choose the day as well, or leave both empty."}),
        ({"opens_day": "2022-09-17"}, {"opens_day": "Signing up must open before the week is over."}),
        ({"opens_day": "2022-03-13", "opens_time": "02:30"}, {
            "opens_time": "Clocks skip this time on that day. Choose another one.",
         }),
        ({"leave_until_h": "721"}, {
            "leave_until_h": "Hours before the start until which people may leave: a whole number from 0 to 720.",
         }),
        ({"first_round": "0", "early_per_team": "x"}, {"early_per_team": "Write a whole number, such as 3."}),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_at_their_fields(
    organizer: Visitor, changes: dict[str, str], marked: dict[str, Any]
) -> None:
    answer = organizer.post(f"{HERE}/settings", **a_form(**changes))

    assert (answer.status_code, mistakes(answer)) == (422, marked)


def test_calendar_tells_how_each_shift_stands(site: RunningApp, organizer: Visitor) -> None:
    empty = organizer.get(HERE)
    for start, until in (("06:00", "08:00"), ("12:00", "14:00"), ("18:00", "20:00")):
        organizer.post(HERE, date="2022-09-14", start=start, until=until, label="<b>", seats="2", needed="2")

    page = organizer.get(HERE)

    assert "No shifts yet." in text(empty)
    assert part(page, '<li class="slot [^>]*>(.*?)</li>') == [
        f"Choose {time}, Wednesday 14 September {time} <b> 0 of 2 {state}"
        for time, state in (("06:00–08:00", "Over"), ("12:00–14:00", "Now"), ("18:00–20:00", "Needs 2"))
    ]
    assert "Times of Los Angeles." in text(page)
    assert part(
        page, r'<section class="calendar__day" aria-labelledby="day-2022-09-14">.*?id="day-2022-09-14">([^<]*)<'
    ) == [
        "Wednesday 14 September"  # what the day is called, without what its box to tick does
    ]


def test_shift_of_a_draft_offers_no_sign_up_that_would_be_refused(site: RunningApp, organizer: Visitor) -> None:
    a_rotation(site)
    there = "/organizer/weeks/rotation/shifts"
    organizer.post(there, date="2026-10-07", start="06:00", until="08:00", **SEATS)
    [shift] = made(site, "rotation")

    page = organizer.get(f"{there}/{shift.id}")

    assert "Nobody has a seat. This week is a draft. You can sign people up once it’s open." in text(page)
    assert ("Sign someone up" in page.text, "Save shift" in page.text) == (False, True)


def test_navigation_of_a_weeks_pages_leads_to_that_week(site: RunningApp, organizer: Visitor) -> None:
    a_rotation(site)
    there = "/organizer/weeks/rotation"

    pages = [
        organizer.get(f"{there}{path}").text for path in ("", "/teams", "/shifts", "/shifts/new", "/shifts/settings")
    ]

    led = [re.findall(r'<a href="(/[^"]*)">(?:Board|Shifts|Summary|Guestbook)</a>', page) for page in pages]
    assert led == [[f"/weeks/rotation{path}" for path in ("", "/shifts", "/summary", "/guestbook")]] * 5


def test_closed_week_has_no_forms(site: RunningApp, organizer: Visitor) -> None:
    organizer.post(f"/organizer/weeks/{SLUG}/close")

    pages = [organizer.get(f"{HERE}{path}") for path in ("", "/new", "/settings")]
    late = organizer.post(HERE, date="2022-09-15", start="06:00", until="08:00", **SEATS)

    assert [f'action="{HERE}' in page.text for page in pages] == [False, False, False]
    assert (late.status_code, part(late, TOLD)) == (
        409, ["Q3-2022 is closed. Ask an organizer to reopen it."],
    )  # fmt: skip


def test_shifts_of_an_unknown_week_are_not_found(organizer: Visitor) -> None:
    statuses = {
        organizer.get(f"/organizer/weeks/q1-1999/shifts{path}").status_code for path in ("", "/new", "/settings")
    }

    assert statuses == {404}
