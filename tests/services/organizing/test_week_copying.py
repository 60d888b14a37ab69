"""Copies of weeks: teams, members, shifts and settings on other days, and nothing that was done."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from app.errors import Conflict, Malformed
from app.models import LedgerEntry, Seat
from app.services.access import accounts
from app.services.organizing import team_admin, week_copying
from app.services.organizing.week_copying import Copied
from app.services.shifts import patterns, seats, settings, shifts
from app.services.shifts.shifts import ShiftFields
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, CAST, CATS, DUA, ENDS, NOW, OWLS, SLUG, STARTS, Game, act_by, an_activity

COPY = "autumn"


def copy(game: Game, slug: str = SLUG, new: str = COPY, **options: Any) -> Copied:
    """Copy a week."""
    with game.database.unit_of_work() as session:
        return week_copying.copy(session, slug, new, act_by("Olu", game.now), **options)


def line_up(game: Game, slug: str = COPY) -> dict[str, list[str]]:
    """The members of each team of a week, by email."""
    with game.database.reading() as session:
        week = weeks.find(session, slug, game.now)
        found = teams.members(session, week)
        return {
            team.name: sorted(each.email for each in found.get(team.id, [])) for team in teams.of_week(session, week)
        }


def planned(game: Game, slug: str = COPY) -> list[tuple[str, str, str, int]]:
    """The shifts of a week: local day and times, and seats."""
    with game.database.reading() as session:
        found = shifts.of_week(session, weeks.find(session, slug, game.now))
        return [(str(each.local_date), each.local_from, each.local_until, each.seats) for each in found]


def plan(game: Game) -> None:
    """The shifts of an Assembly Week, five seats each."""
    with game.database.unit_of_work() as session:
        act = act_by("Olu", game.now)
        patterns.generate_ready(session, SLUG, patterns.ASSEMBLY, STARTS, ENDS, ShiftFields(seats=5, label="Desk"), act)


def test_copy_is_a_draft_on_the_same_weekdays_after_the_week(game: Game) -> None:
    copied = copy(game)

    assert (copied.week.name, copied.week.state, copied.week.timezone) == (
        "Q3-2022 (copy)",
        "draft",
        "America/Los_Angeles",
    )
    assert (copied.week.starts, copied.week.ends) == (date(2022, 9, 19), date(2022, 9, 23))
    assert (copied.teams, copied.people) == (2, len(CAST[OWLS]) + len(CAST[CATS]))


def test_copy_of_a_week_long_ago_begins_after_today(game: Game) -> None:
    game = game.at("2022-12-01T12:00:00-08:00")

    assert copy(game).week.starts == date(2022, 12, 5)


def test_copy_has_the_teams_as_they_are_now_and_nothing_that_was_done(game: Game) -> None:
    game.batch(an_activity(person=ADA))
    with game.database.unit_of_work() as session:
        act = act_by("Olu", game.now)
        team_admin.make_team(session, SLUG, "Foxes", act)
        dua = accounts.by_email(session, DUA)
        assert dua is not None
        accounts.switch(session, dua, act, on=False)
    before = line_up(game, SLUG)

    copied = copy(game)

    assert line_up(game) == {**before, CATS: [each for each in before[CATS] if each != DUA]}
    with game.database.reading() as session:
        found = session.exec(select(LedgerEntry).where(LedgerEntry.week_id == copied.week.id)).all()
    assert (found, copied.teams) == ([], 3)
    assert game.verify() == []


def test_copy_without_people_has_empty_teams(game: Game) -> None:
    assert copy(game, with_people=False).people == 0

    assert line_up(game) == {CATS: [], OWLS: []}


def test_shifts_keep_their_local_times_over_a_change_of_clocks(game: Game) -> None:
    plan(game)
    with game.database.unit_of_work() as session:
        [first, *_] = shifts.of_week(session, weeks.find(session, SLUG, game.now))
        act = act_by("Olu", game.now)
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        seats.sign_up(session, SLUG, first.id, ada.id, act, reason="A test")

    copied = copy(game, starts=date(2022, 11, 7))

    later = [
        (str(date.fromisoformat(day).replace(month=11, day=int(day[-2:]) - 5)), *rest)
        for day, *rest in planned(game, SLUG)
    ]
    assert [(day, *rest) for day, *rest in planned(game)] == later
    with game.database.reading() as session:
        [first, *_] = shifts.of_week(session, copied.week)
        assert first.starts_at.hour == 14  # 06:00 in winter, as it was 13:00 UTC in summer
        assert session.exec(select(Seat).where(Seat.shift_id == first.id)).all() == []


def test_settings_come_along_and_sign_up_opens_as_long_before(game: Game) -> None:
    opens_at = NOW.replace(day=10, hour=16)
    with game.database.unit_of_work() as session:
        changes = {"opens_at": opens_at, "early_per_team": 2, "completes": "organizer"}
        settings.change(session, SLUG, changes, act_by("Olu", game.now))

    copied = copy(game)

    with game.database.reading() as session:
        found = settings.settings_of(session, copied.week)
    assert (found.opens_at, found.early_per_team, found.completes) == (opens_at.replace(day=17), 2, "organizer")


def test_copy_needs_a_slug_of_its_own(game: Game) -> None:
    with pytest.raises(Conflict):
        copy(game, new=SLUG)
    with pytest.raises(Malformed):
        copy(game, new="Not a slug")
