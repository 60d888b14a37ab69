"""Moves of members, looked at before they are done: on a page, and in the preview of a list."""

import re
from datetime import date

import httpx
import pytest

from app.domain.calendar.slots import slot
from app.models import ShiftSettings
from app.services.access import accounts
from app.services.shifts import seats, shifts
from app.services.shifts.shifts import ShiftFields
from tests.builders import ADA, CHIDI, DUA, GUS, OWLS, PACIFIC, SLUG
from tests.web.organizer.test_person_merge import known, said
from tests.web.running_app import RunningApp, Visitor, sign_in

TEAMS = f"/organizer/weeks/{SLUG}/teams"
WEDNESDAY, THURSDAY = date(2022, 9, 14), date(2022, 9, 15)


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def a_seat(site: RunningApp, email: str, day: date, hour: int) -> None:
    """A seat of somebody in a shift of two hours."""
    with site.database.unit_of_work() as session:
        span = slot(day, hour * 60, hour * 60 + 120, PACIFIC)
        shift = shifts.create(session, SLUG, span, ShiftFields(), site.game.act)
        person = accounts.by_email(session, email)
        assert person is not None
        seats.sign_up(session, SLUG, shift.id, person.id, site.game.act, reason="They asked")


def look(site: RunningApp, olu: Visitor, email: str, team: str) -> httpx.Response:
    """The page of a move."""
    return olu.get(f"{TEAMS}/members/{known(site, email)}", params={"team": team})


def test_move_shows_points_that_stay_and_seats_that_move(site: RunningApp, olu: Visitor) -> None:
    bats = site.game.team("Bats", GUS)
    site.record(person=ADA)
    a_seat(site, ADA, WEDNESDAY, 12)  # it began an hour ago
    a_seat(site, ADA, THURSDAY, 6)

    into, out = look(site, olu, ADA, bats), look(site, olu, ADA, "")
    moved = olu.post(f"{TEAMS}/members/{known(site, ADA)}", team=bats)

    assert "From Owls to Bats" in said(into)
    assert "5 points of their own stay with Owls" in said(into)
    assert "1 moves, 1 stays." in said(into)
    assert "Stays with Owls : it has begun" in said(into)
    assert "06:00–08:00 Moves to Bats" in said(into)
    assert "who leaves all teams keeps their seats for the last one" in said(out)
    assert moved.status_code == 303
    assert site.game.verify() == []


def test_move_says_which_seat_is_beyond_the_other_teams_limit(site: RunningApp, olu: Visitor) -> None:
    bats = site.game.team("Bats", GUS)
    with site.database.unit_of_work() as session:
        session.add(ShiftSettings(week_id=site.game.week().id, early_per_team=1))
    a_seat(site, GUS, date(2022, 9, 16), 6)
    a_seat(site, ADA, date(2022, 9, 16), 5)

    assert "Moves to Bats : beyond that team’s limit; the seat stays theirs" in said(look(site, olu, ADA, bats))


def test_move_of_whom_another_organizer_moved_since_the_preview_is_refused(site: RunningApp, olu: Visitor) -> None:
    bats, cows = (site.game.team(name, person) for name, person in (("Bats", GUS), ("Cows", "hal@example.com")))
    address = f"{TEAMS}/members/{known(site, ADA)}"
    seen = re.search('name="seen" value="([^"]*)"', look(site, olu, ADA, bats).text)
    assert seen is not None

    first = olu.post(address, team=cows, seen=seen[1])
    second = olu.post(address, team=bats, seen=seen[1])

    assert (first.status_code, second.status_code) == (303, 409)
    assert "Someone moved Ada Lovelace to Cows after you opened that page. They stay there." in said(second)
    assert "From Cows to Bats" in said(look(site, olu, ADA, bats))


def test_move_that_cannot_be_says_why_and_has_no_button(site: RunningApp, olu: Visitor) -> None:
    owls = site.game.team_id(OWLS)

    full, same = look(site, olu, DUA, owls), look(site, olu, ADA, owls)

    assert "Owls is full: the rules allow 3. Move someone out first." in said(full)
    assert "Move person" not in said(full)
    assert (same.status_code, "Ada Lovelace is in Owls already." in said(same)) == (409, True)


def test_preview_of_a_list_counts_the_seats_that_come_along(site: RunningApp, olu: Visitor) -> None:
    a_seat(site, CHIDI, THURSDAY, 6)

    page = olu.post(
        f"/organizer/weeks/{SLUG}/lists?kind=teams", step="preview",
        text="team,name,email\nBats,Chidi Okafor,chidi@example.com\n",
    )  # fmt: skip

    assert "from Owls to Bats, with 1 coming seat" in said(page).replace("From", "from")
