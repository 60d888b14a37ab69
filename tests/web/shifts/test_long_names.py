"""Shifts with many people: lists name the first ones and count the others, a shift's own page names all."""

from datetime import timedelta

import httpx

from app.domain.calendar.slots import slot
from app.models import Shift
from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.web.http import render
from app.web.seats.shown import seats_html
from tests.builders import NOW, PACIFIC
from tests.web.reading import part


def crowd(people: int, *, teams: int = 2) -> ShiftItem:
    """A shift with so many people on it, in so many teams one after the other."""
    span = slot(NOW.date(), 600, 720, PACIFIC)
    shift = Shift(
        id="s", week_id=1, starts_at=span.starts_at, ends_at=span.ends_at, local_date=span.day, local_from="10:00",
        local_until="12:00", zone="America/Los_Angeles", seats=300, needed=1, taken=people, created_at=NOW,
        created_by="Olu",
    )  # fmt: skip
    seats = (
        ShiftSeat(
            str(number), f"p{number}", f"Person {number}", "", f"t{number % teams}", f"Team {number % teams}",
            "signed_up", promoted=False, signed_up_at=NOW + timedelta(seconds=number),
        )
        for number in range(people)
    )  # fmt: skip
    return ShiftItem(shift, tuple(seats))


def test_a_list_names_a_dozen_and_counts_the_others() -> None:
    html = seats_html(crowd(30), shows_everyone=True).decode()

    shown = html.partition("seats__beyond")[0]
    assert (shown.count("seats__person"), html.count("seats__person")) == (12, 30)
    assert '<li class="seats__rest">and 18 others</li>' in html
    assert "seats__beyond" not in seats_html(crowd(13), shows_everyone=True).decode()


def test_my_shifts_name_three_of_many() -> None:
    def told(people: int) -> str:
        item = crowd(people)
        html = render.render(
            "shifts/_own.html", item=item, shift=item.shift, seat=item.seats[0], week="w", person_id="p0", now=NOW
        )
        return part(httpx.Response(200, content=html), r'<p class="own-shift__with">(.*?)</p>')[0]

    assert [told(people) for people in (1, 3, 5, 300)] == [
        "Only you so far", "With Person 1 and Person 2", "With Person 1 , Person 2 , Person 3 and Person 4",
        "With Person 1 , Person 2 , Person 3 and 296 others",
    ]  # fmt: skip
