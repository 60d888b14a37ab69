"""Rations: what somebody does again and again is written down a few times, and that there was more."""

import pytest

from app.web.http.rations import Ration, Rations

WRITE, CLOSE, DROP = Ration.WRITE, Ration.CLOSE, Ration.DROP


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is set."""
    return Clock()


def test_take_of_the_same_thing_is_written_once_in_a_while(clock: Clock) -> None:
    rations = Rations(quiet=60, clock=clock)

    first, again = rations.take("ada", "door"), rations.take("ada", "door")
    clock.now = 60
    later = rations.take("ada", "door")

    assert (first, again, later) == (WRITE, DROP, WRITE)


def test_take_of_more_than_the_ration_is_closed_once_and_then_dropped(clock: Clock) -> None:
    rations = Rations(most=3, window=3_600, clock=clock)

    told = [rations.take("ada", number) for number in range(10)]
    clock.now = 3_600
    anew = [rations.take("ada", number) for number in range(10)]

    assert told == anew == [WRITE] * 3 + [CLOSE] + [DROP] * 6


def test_take_of_one_person_leaves_others_their_ration(clock: Clock) -> None:
    rations = Rations(most=1, clock=clock)

    told = [rations.take(person, number) for number in range(2) for person in ("ada", "bo")]

    assert told == [WRITE, WRITE, CLOSE, CLOSE]


def test_take_remembers_so_many_people_and_forgets_who_was_seen_least_recently(clock: Clock) -> None:
    rations = Rations(most=1, people=2, clock=clock)
    for person in ("ada", "bo", "ada", "chidi"):
        rations.take(person, "door")

    told = {person: rations.take(person, "another door") for person in ("ada", "chidi")}

    assert told == {"ada": CLOSE, "chidi": CLOSE}
    assert rations.take("bo", "door") is WRITE
