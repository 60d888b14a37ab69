"""Shift lists: taken over all or nothing, every bad line named, a line that repeats a shift left as it is."""

from collections.abc import Sequence

import pytest
from sqlmodel import select

from app.errors import ShiftRefused
from app.models import AuditEntry, Shift
from app.services import lifecycle
from app.services.imports import shift_import
from app.services.imports.lists import ListRefused
from app.services.imports.shift_import import Outcome
from app.services.shifts import shifts
from tests.builders import SLUG, Game

HEADER = "date,from,until,seats,needed,label,place,link"


def apply(game: Game, *lines: str, header: str = HEADER) -> Outcome:
    found = shift_import.read("\r\n".join([header, *lines]))
    with game.database.unit_of_work() as session:
        return shift_import.apply(session, SLUG, found, game.act)


def made(game: Game) -> Sequence[Shift]:
    with game.database.reading() as session:
        return shifts.of_week(session, game.week())


def test_list_makes_shifts_at_the_weeks_clocks(game: Game) -> None:
    lines = [
        "2022-09-15,6:00,08:00,2,2,Front desk,Room 4,https://meet.example.com/desk",
        '2022-09-16,22:00,24:00,,,"Late, very",,',
    ]

    assert apply(game, *lines, header=HEADER.upper()) == Outcome(2, 0)
    assert apply(game, *lines) == Outcome(0, 2)

    first, last = made(game)
    assert (first.local_from, first.local_until, first.seats, first.needed, first.place, first.link) == (
        "06:00", "08:00", 2, 2, "Room 4", "https://meet.example.com/desk",
    )  # fmt: skip
    assert (f"{first.starts_at:%d %H:%M}", f"{last.ends_at:%d %H:%M}") == ("15 13:00", "17 07:00")
    assert (last.label, last.seats, last.needed, last.link) == ("Late, very", 3, 1, None)
    with game.database.reading() as session:
        query = select(AuditEntry.after).where(AuditEntry.action == "shifts.imported").order_by("id")
        assert session.exec(query).first() == '{"created": 2, "unchanged": 0}'


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("9/15/2022,06:00,08:00,,,,,", "Write the date as year-month-day: 2026-03-09."),
        ("2022-09-15,6,08:00,,,,,", "Write “from” as HH:MM, such as 06:00."),
        ("2022-09-15,06:00,13 pm,,,,,", "Write “until” as HH:MM, such as 06:00. In a spreadsheet, format the column"),
        ("2022-09-15,06:00,25:00,,,,,", "Write “until” as HH:MM, such as 06:00."),
        ("2022-09-15,06:00,08:00,many,,,,", "“seats” is a whole number, or left empty."),
        ("2022-09-15,06:00,08:00,0,0,,,", "A shift has 1 to 1,000 seats."),
        ("2022-09-15,06:00,08:00,2,3,,,", "“needed” can’t be more than the seats there are."),
        ("2022-09-15,06:00,08:00,,,,,javascript:alert(1)", "A link begins with http:// or https://, has no spaces,"),
        ("2022-09-15,06:00", "This line has 2 cells, the line of the columns has 8."),
        ("2022-09-15,06:00,08:00,,,,,,more", "This line has 9 cells, the line of the columns has 8."),
        ('2022-09-15,06:00,08:00,,,"open', "a quotation mark opens here and is never closed."),
        ("2022-09-15,22:00,02:00,,,,,", "22:00 to 02:00 doesn’t. Midnight is 24:00."),
        ("2022-09-19,06:00,08:00,,,,,", "2022-09-19 is outside of the week, 2022-09-12 to 2022-09-16."),
        ("2022-09-12,06:00,07:00,,,,,", "A shift of this start and label is already on line 2; keep one of them."),
    ],
)
def test_list_with_a_bad_line_makes_nothing(game: Game, line: str, sentence: str) -> None:
    with pytest.raises(ListRefused) as refused:
        apply(game, "2022-09-12,06:00,08:00,3,1,,,", line)

    (error,) = refused.value.extra["errors"]
    assert (error["line"], sentence in error["message"]) == (3, True)
    assert list(made(game)) == []


@pytest.mark.parametrize(
    ("line", "beginnings"),
    [
        (
            "9/15/2022,6,13 pm,many,few,,,javascript:alert(1)",
            ["Write the date", "Write “from”", "Write “until”", "“seats” is", "“needed” is", "A link begins"],
        ),
        ("9/15/2022,06:00,08:00,2,3,,,", ["Write the date", "“needed” can’t be more"]),
        ("2022-12-24,22:00,02:00,,,,,", ["A shift must end after it starts", "2022-12-24 is outside of the week"]),
    ],
)
def test_list_names_all_mistakes_of_a_line_at_once(game: Game, line: str, beginnings: list[str]) -> None:
    with pytest.raises(ListRefused) as refused:
        apply(game, line)

    errors = refused.value.extra["errors"]
    told = [error["message"][: len(beginning)] for error, beginning in zip(errors, beginnings, strict=True)]
    assert ({error["line"] for error in errors}, told) == ({2}, beginnings)


def test_list_without_its_header_is_refused(game: Game) -> None:
    with pytest.raises(ListRefused, match=r"Line 1 reads “date;from;till”: there is no column until\."):
        apply(game, header="date;from;till")


def test_list_for_a_closed_week_is_refused(game: Game) -> None:
    with game.database.unit_of_work() as session:
        lifecycle.close(session, SLUG, game.act)

    with pytest.raises(ShiftRefused, match="is closed"):
        apply(game, "2022-09-12,06:00,08:00,3,1,,,")
