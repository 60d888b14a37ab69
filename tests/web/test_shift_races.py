"""Races for seats over HTTP: one wins, the others hear why not, and no server fails."""

from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from tests.builders import ADA, moment
from tests.races import race, repeat
from tests.web.playing_shifts import Shifts
from tests.web.running_app import BOTH_ENGINES, RunningApp


@pytest.fixture
def shifts(site: RunningApp) -> Shifts:
    """The shifts of a server, with its token made."""
    site.clock.set("2022-09-14 08:00")
    site.token("shifts:write")
    return Shifts(site)


def racers(shifts: Shifts, number: int) -> list[str]:
    """The emails of so many people, in teams of three."""
    emails = [f"racer{each}@example.com" for each in range(number)]
    for first in range(0, number, 3):
        shifts.site.game.team(f"Racers {first}", *emails[first : first + 3])
    return emails


def ask_at_once(number: int, call: Callable[[int], httpx.Response]) -> Counter[tuple[int, str | None]]:
    """The statuses and codes of answers to requests sent at once."""
    answers = [answer for answer in race(repeat(number, call)) if isinstance(answer, httpx.Response)]
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


@BOTH_ENGINES
def test_fifty_for_the_last_seat_are_one_winner_and_forty_nine_for_the_waiting_list(shifts: Shifts) -> None:
    shift_id, emails = shifts.make(seats=1), racers(shifts, 50)

    found = ask_at_once(50, lambda number: shifts.sign_up(shift_id, emails[number]))

    assert found == {(201, None): 1, (409, "full"): 49}


@BOTH_ENGINES
def test_two_tabs_at_once_have_one_seat(shifts: Shifts) -> None:
    shift_id = shifts.make()

    answers = race(repeat(2, lambda _: shifts.sign_up(shift_id, ADA)))

    found = [answer for answer in answers if isinstance(answer, httpx.Response)]
    assert sorted(answer.status_code for answer in found) == [200, 201]
    assert len({answer.json()["id"] for answer in found}) == 1


@BOTH_ENGINES
def test_overlapping_shifts_at_once_are_one_seat(shifts: Shifts) -> None:
    found = [shifts.make("2022-09-15 06:00"), shifts.make("2022-09-15 07:00")]

    answers = ask_at_once(2, lambda number: shifts.sign_up(found[number], ADA))

    assert answers == {(201, None): 1, (409, "overlap"): 1}


@BOTH_ENGINES
def test_twenty_who_accept_a_seat_at_once_are_one_taker(shifts: Shifts) -> None:
    seat, emails = shifts.seat(shifts.make(), ADA), racers(shifts, 20)
    shifts.post(f"{seat}/offer", to="everyone")

    found = ask_at_once(20, lambda number: shifts.post(f"{seat}/accept", person=emails[number]))

    assert found == {(201, None): 1, (409, "gone"): 19}


@BOTH_ENGINES
def test_two_hundred_at_the_opening_are_seated_or_told_that_it_is_full(shifts: Shifts) -> None:
    begins = [f"2022-09-15 {hour:02}:00" for hour in range(6, 18, 2)]
    made, emails = [shifts.make(begin, seats=20) for begin in begins], racers(shifts, 200)
    shifts.set(opens_at=moment("2022-09-14 08:00"))

    def insist(number: int) -> httpx.Response:
        """Sign up, and again where the server was too busy: how soon it answers is measured by `make bench`."""
        answer = shifts.sign_up(made[number % len(made)], emails[number])
        while answer.status_code == 503:
            answer = shifts.sign_up(made[number % len(made)], emails[number])
        return answer

    found = ask_at_once(200, insist)

    assert found == {(201, None): 120, (409, "full"): 80}
