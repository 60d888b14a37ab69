"""Organizers' page of coverage: gaps first, the grid, no-shows, hours and rows, idle teams and their nudge, a CSV."""

import csv
from datetime import date
from io import StringIO

import pytest
from sqlmodel import select

from app.domain.calendar.slots import slot
from app.models import Notice
from app.services.shifts import seats, settling, shifts
from app.services.shifts.shifts import ShiftFields
from tests.builders import ADA, BO, CATS, PACIFIC, SLUG
from tests.web.organizer.test_shift import person
from tests.web.reading import part, text
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

HERE = f"/organizer/weeks/{SLUG}/shifts/coverage"
TOLD = r'class="alert[^>]*>(.*?)</p>'


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def plan(site: RunningApp, *starts: int, day: int = 15, label: str = "", people: tuple[str, ...] = ()) -> list[str]:
    """Shifts of two hours with people on them; their ids."""
    ids = []
    with site.database.unit_of_work() as session:
        for start in starts:
            span = slot(date(2022, 9, day), 60 * start, 60 * start + 120, PACIFIC)
            shift = shifts.create(session, SLUG, span, ShiftFields(label=label), site.game.act)
            ids.append(shift.id)
            for email in people:
                seats.sign_up(session, SLUG, shift.id, person(site, email).id, site.game.act, reason="Late")
    return ids


def test_coverage_tells_gaps_first_and_marks_who_has_too_much(site: RunningApp, organizer: Visitor) -> None:
    empty = organizer.get(HERE)
    plan(site, 6, 8, 10, people=(ADA,))
    plan(site, 16, people=(BO,))
    plan(site, 6, day=16, label="Front desk")

    page = organizer.get(HERE)

    assert "No shifts yet." in text(empty)
    assert part(page, '<li class="gap">(.*?)</li>') == ["Fri 16 Sep, 06:00–08:00 Front desk Needs 1"]
    assert part(page, '<table class="grid">(.*?)</table>') == [
        "Day 06:00 08:00 10:00 16:00"
        " Thu 15 Sep 06:00–08:00: 1 of 1 needed 1/1 08:00–10:00: 1 of 1 needed 1/1 10:00–12:00: 1 of 1 needed 1/1"
        " 16:00–18:00: 1 of 1 needed 1/1"
        " Fri 16 Sep 06:00–08:00, Front desk: 0 of 1 needed 0/1"
    ]
    assert part(page, '<li class="list__item list__item--row">(.*?)</li>') == [
        f"{CATS} 3 members Nudge {CATS}", "Ada Lovelace 3 in a row 3 shifts 6 h", "Bo Nguyen 1 shift 2 h",
    ]  # fmt: skip


def test_who_did_not_come_is_told(site: RunningApp, organizer: Visitor) -> None:
    (shift_id,) = plan(site, 6, people=(ADA, BO))
    before = text(organizer.get(HERE))
    site.clock.set("2022-09-15 20:01")
    with site.database.unit_of_work() as session:
        settling.settle(session, SLUG, shift_id, site.clock.now)

    page = sign_in(site, "olu@example.com", "organizer").get(HERE)

    assert "Nobody so far." in before
    assert "Thursday 15 September, 06:00–08:00 Ada Lovelace , Bo Nguyen" in text(page)
    assert "No gaps" in text(page)


@BOTH_ENGINES
def test_team_without_a_shift_is_nudged_once_a_day(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    plan(site, 6, people=(ADA,))
    there = f"{HERE}/nudges/{site.game.team_id(CATS)}"

    before = organizer.get(HERE)
    answers = [organizer.post(there) for _ in range(2)]

    assert [part(organizer.get(answer.headers["location"]), TOLD) for answer in answers] == [
        ["Asked 3 people to take a shift."],
        ["They were asked today already, so nobody was asked again."],
    ]
    with site.database.reading() as session:
        assert len(session.exec(select(Notice).where(Notice.kind == "nudge", Notice.channel == "page")).all()) == 3
    after = organizer.get(HERE)
    assert (f'action="{there}"' in before.text, f'action="{there}"' in after.text) == (True, False)
    assert "Asked today" in text(after)
    assert organizer.post(f"{HERE}/nudges/nothing").status_code == 404


def test_coverage_is_exported_with_names_and_without_emails(site: RunningApp, organizer: Visitor) -> None:
    plan(site, 6, label="=1+1", people=(ADA, BO))

    answer = organizer.get(f"{HERE}/export")

    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(StringIO(answer.text.removeprefix("\ufeff"), newline=""))
    assert dict(zip(header, row, strict=True)) == {
        "date": "2022-09-15", "from": "06:00", "until": "08:00", "zone": "America/Los_Angeles", "label": "'=1+1",
        "place": "", "seats": "3",
        "needed": "1", "taken": "2", "completed": "0", "no_show": "0", "waiting": "0",
        "people": "Ada Lovelace; Bo Nguyen",
    }  # fmt: skip
    assert answer.headers["content-disposition"] == f'attachment; filename="{SLUG}-coverage.csv"'


def test_coverage_of_an_unknown_week_is_not_found(organizer: Visitor) -> None:
    there = "/organizer/weeks/q1-1999/shifts/coverage"

    assert [organizer.get(f"{there}{path}").status_code for path in ("", "/export")] == [404, 404]
