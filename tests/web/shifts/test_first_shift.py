"""First shifts on pages: the own team and organizers see whose it is, and who the buddy is; nobody else does."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, update

from app.models import Seat
from tests.builders import ADA, BO, CHIDI, DUA
from tests.web.playing_shifts import Shifts
from tests.web.reading import part, text
from tests.web.running_app import RunningApp, sign_in
from tests.web.shifts.test_page import PAGE


@pytest.fixture
def shifts(site: RunningApp) -> Shifts:
    return Shifts(site)


def test_first_shift_and_buddy_are_shown_to_the_own_team_and_organizers_alone(site: RunningApp, shifts: Shifts) -> None:
    past, shift_id = shifts.make("2022-09-14 06:00"), shifts.make(seats=4)
    for email in (ADA, BO):
        shifts.sign_up(shift_id, email)
    shifts.sign_up(past, BO, "admin", reason="They were there")
    with site.database.unit_of_work() as session:
        session.connection().execute(update(Seat).where(col(Seat.shift_id) == past).values(state="completed"))

    def told(answer: httpx.Response) -> list[str]:
        return part(answer, r'<p class="shift__first">.*?</p>')

    here = f"{PAGE}/{shift_id}"
    seen = {email: told(sign_in(site, email).get(here)) for email in (ADA, BO, CHIDI, DUA)}
    olu = sign_in(site, "olu@example.com", "organizer")

    assert seen == {
        ADA: ["First shift Your first. Buddy: Bo Nguyen"],
        BO: ["First shift Ada Lovelace . You’re the buddy: show the way."],
        CHIDI: ["First shift Ada Lovelace . Buddy: Bo Nguyen"],
        DUA: [],
    }
    assert told(olu.get(here)) == seen[CHIDI]
    assert told(site.get(here)) == []
    assert "First shift. Buddy: Bo Nguyen" in text(olu.get(f"/organizer{here}"))


def test_first_shift_without_a_buddy_says_so(site: RunningApp, shifts: Shifts) -> None:
    shift_id = shifts.make()
    told = "No buddy yet: nobody on it or in the team has completed a shift. Ask an organizer for one."
    found = []
    for email in (ADA, BO, CHIDI):
        site.clock.set(site.clock.now + timedelta(seconds=1))  # seats stand in the order in which they were taken
        shifts.sign_up(shift_id, email)
        found.append(part(sign_in(site, ADA).get(f"{PAGE}/{shift_id}"), r'<p class="shift__first">.*?</p>'))

    assert found == [
        [f"First shift Your first. {told}"],
        [f"First shift You and Bo Nguyen . {told}"],
        [f"First shift You, Bo Nguyen and Chidi Okafor . {told}"],
    ]
