"""Whom the sign-in links of a week reach: members, who signed up, and everyone where anyone may come."""

from datetime import date

import pytest
from sqlmodel import select

from app.domain.calendar.slots import slot
from app.models import Person
from app.services.access import accounts, links, sign_ins
from app.services.organizing import dashboard, invitations
from app.services.rehearsals import rehearsals
from app.services.shifts import seats, settings, shifts, waiting
from app.services.shifts.shifts import ShiftFields
from app.services.weeks import weeks
from app.services.weeks.rehearsing import inside
from tests.builders import ADA, BO, CHIDI, GUS, PACIFIC, Game, a_week, act_by

NIA, OMAR = "nia@example.com", "omar@example.com"


def strangers(game: Game, *emails: str) -> None:
    """People who are in no team."""
    with game.database.unit_of_work() as session:
        for email in emails:
            accounts.create(session, game.act, name=email.partition("@")[0].capitalize(), email=email)


def a_shift(game: Game, hour: int = 8, places: int = 1) -> str:
    with game.database.unit_of_work() as session:
        span = slot(date(2022, 9, 15), 60 * hour, 60 * hour + 120, PACIFIC)
        return shifts.create(session, game.slug, span, ShiftFields(seats=places), game.act).id


def is_anyones(game: Game) -> None:
    """Let everyone sign up, with or without a team."""
    with game.database.unit_of_work() as session:
        settings.change(session, game.slug, {"needs_team": False}, game.act)


def sign_up(game: Game, shift_id: str, email: str) -> str:
    with game.database.unit_of_work() as session:
        person = session.exec(select(Person).where(Person.email == email)).one()
        return seats.sign_up(session, game.slug, shift_id, person.id, game.act, reason="They asked").seat.id


def reached(game: Game) -> list[tuple[str, str]]:
    """Team and email of each person whom the links of the week reach."""
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, game.now)
        return [(each.team, each.person.email) for each in invitations.never_in(session, week, game.act)]


def counted(game: Game) -> int:
    """The number of people whom the overview says never signed in."""
    with game.database.reading() as session:
        return dashboard.look(session, game.now, game.now).never_in


@pytest.fixture
def solo(game: Game) -> Game:
    """An open week of later without a team, in which anyone takes seats."""
    with game.database.unit_of_work() as session:
        a_week(session, "solo", state="open", now=game.now)
    solo = Game(game.database, game.now, "solo")
    is_anyones(solo)
    return solo


def test_never_in_has_who_left_their_team_last(game: Game) -> None:
    game.leave(BO)
    strangers(game, NIA)

    assert [email for team, email in reached(game) if team == "Owls"] == [ADA, CHIDI]
    assert reached(game)[-1] == ("", BO)
    assert len(reached(game)) == 6


def test_never_in_has_who_signed_up_or_waits_while_seats_need_no_team_or_did(game: Game) -> None:
    strangers(game, GUS, NIA, OMAR)
    is_anyones(game)
    shift_id = a_shift(game)
    sign_up(game, shift_id, GUS)
    with game.database.unit_of_work() as session:
        nia = session.exec(select(Person).where(Person.email == NIA)).one()
        waiting.join(session, game.slug, shift_id, nia.id, game.act)
    open_to_all = reached(game)
    with game.database.unit_of_work() as session:
        settings.change(session, game.slug, {"needs_team": True}, game.act)

    assert [email for team, email in open_to_all if not team] == [GUS, NIA, OMAR]
    assert [email for team, email in reached(game) if not team] == [GUS, NIA]
    assert counted(game) == len(reached(game)) == 8


def test_never_in_of_a_week_without_teams_has_everyone_but_who_came_or_was_deactivated(solo: Game) -> None:
    strangers(solo, GUS, NIA, OMAR)
    with solo.database.unit_of_work() as session:
        nia, omar = (session.exec(select(Person).where(Person.email == email)).one() for email in (NIA, OMAR))
        sign_ins.start(session, nia, "email", act_by("", solo.now, client=""), agent="", replaces=None)
        accounts.switch(session, omar, act_by("Olu", solo.now), on=False)

    assert len(reached(solo)) == 7
    assert ("", GUS) in reached(solo)


def test_invite_and_mail_reach_those_of_a_week_without_teams(solo: Game) -> None:
    strangers(solo, GUS)
    with solo.database.unit_of_work() as session:
        week = weeks.find(session, solo.slug, solo.now)
        made = invitations.invite(session, week, solo.act)
        emailed = invitations.mail(session, week, solo.act)

    assert emailed == len(made) == 7
    with solo.database.reading() as session:
        mine = next(each for each in made if each.email == GUS)
        person = links.look(session, mine.secret, solo.now)[1]
    assert mine.team == ""
    assert person is not None
    assert person.email == GUS


def test_rehearsal_invites_nobody(game: Game) -> None:
    with game.database.unit_of_work() as session:
        rehearsals.begin(session, game.slug, game.act)
    tried = f"{game.slug}~rehearsal"

    with inside(tried):
        assert reached(Game(game.database, game.now, tried)) == []
