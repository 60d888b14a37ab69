"""Line-ups by hand: teams made, people added, moved and taken out, and invitations for who has never signed in."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.domain.actor import Role
from app.errors import Conflict, Malformed, NotFound, Problem, TeamFull, WeekNotOpen
from app.models import AuditEntry
from app.services.access import accounts, links, sign_ins
from app.services.organizing import invitations, team_admin
from app.services.organizing.invitations import Invitation
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, CHIDI, DUA, GUS, OWLS, Game, act_by
from tests.races import outcomes, race, repeat


def make(game: Game, name: str = "Foxes") -> str:
    """Make a team; its id."""
    with game.database.unit_of_work() as session:
        return team_admin.make_team(session, game.slug, name, act_by("Olu", game.now)).id


def add(game: Game, team_id: str, email: str, name: str = "") -> str:
    """Put somebody into a team; their id."""
    with game.database.unit_of_work() as session:
        return team_admin.add(session, game.slug, team_id, act_by("Olu", game.now), name=name, email=email).id


def move(game: Game, email: str, team_id: str = "") -> None:
    """Move somebody into a team, or out of all."""
    with game.database.unit_of_work() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        team_admin.move(session, game.slug, person.id, team_id, act_by("Olu", game.now))


def invite(game: Game, role: Role = "organizer") -> list[Invitation]:
    """Invite whoever has never signed in."""
    with game.database.unit_of_work() as session:
        week = weeks.find(session, game.slug, game.now)
        return invitations.invite(session, week, act_by("Olu", game.now, role))


def emails(game: Game) -> dict[str, list[str]]:
    """The members of each team, by the team's name."""
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, game.now)
        found = teams.members(session, week)
        return {team.name: [person.email for person in found.get(team.id, [])] for team in teams.of_week(session, week)}


def test_make_team_shows_it_without_points(game: Game) -> None:
    make(game, "  The   Foxes ")

    assert game.points() == {"Cats": 0, "Owls": 0, "The Foxes": 0}
    assert game.verify() == []


@pytest.mark.parametrize("name", ["Owls", " OWLS ", "ｏｗｌｓ"])
def test_make_team_of_a_taken_name_is_refused(game: Game, name: str) -> None:
    with pytest.raises(Conflict):
        make(game, name)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "Ow\u202els", "Ow\x00ls"])
def test_make_team_of_a_deceptive_name_is_refused(game: Game, name: str) -> None:
    with pytest.raises(Malformed) as refusal:
        make(game, name)

    assert refusal.value.detail.startswith("The team’s name must ")


def test_make_team_of_one_name_by_twenty_at_once_makes_one(games: list[Game]) -> None:
    results = race(repeat(20, lambda number: make(games[number % 4])))

    assert outcomes(results) == {"str": 1, "Conflict": 19}


def test_add_makes_a_new_person_by_name(game: Game) -> None:
    foxes = make(game)

    add(game, foxes, " NIA@example.com ", "Nia Okoro")

    assert emails(game)["Foxes"] == ["nia@example.com"]
    assert game.verify() == []


def test_add_of_a_known_person_keeps_their_name(game: Game) -> None:
    game.leave(BO)

    add(game, make(game), BO, "Somebody else")

    assert next(list(standing.members) for standing in game.board().standings if standing.team == "Foxes") == [
        "Bo Nguyen"
    ]


def test_add_of_a_stranger_without_a_name_asks_for_it(game: Game) -> None:
    with pytest.raises(Malformed) as refusal:
        add(game, make(game), "nia@example.com")

    assert refusal.value.detail == "No person with the email nia@example.com yet. Enter their name too."


def test_add_of_a_member_of_another_team_is_refused(game: Game) -> None:
    with pytest.raises(Conflict) as refusal:
        add(game, make(game), DUA)

    assert refusal.value.detail == "Dua Krasniqi is in Cats already. Move them from there."


def test_add_to_a_full_team_makes_nobody(game: Game) -> None:
    with pytest.raises(TeamFull):
        add(game, game.team_id(OWLS), "nia@example.com", "Nia")

    with game.database.reading() as session:
        assert accounts.by_email(session, "nia@example.com") is None


def test_move_moves_no_points(game: Game) -> None:
    game.take(person=ADA)
    foxes = make(game)

    later = game.at("15:00")
    move(later, ADA, foxes)
    later.take(person=ADA, occurred_at="2022-09-14T14:59:00-07:00")
    move(later.at("15:30"), CHIDI)

    assert emails(game) == {"Cats": [DUA, "elif@example.com", "fumiko@example.com"], "Foxes": [ADA], "Owls": [BO]}
    assert game.points() == {"Cats": 0, "Foxes": 0, "Owls": 10}
    assert game.verify() == []


def test_move_into_a_full_team_is_refused(game: Game) -> None:
    with pytest.raises(TeamFull):
        move(game, ADA, game.team_id(CATS))

    assert emails(game)[OWLS] == [ADA, BO, CHIDI]


def test_move_of_somebody_in_no_team_is_refused(game: Game) -> None:
    game.leave(ADA)

    with pytest.raises(Conflict) as refusal:
        move(game, ADA, game.team_id(CATS))

    assert refusal.value.detail == "Ada Lovelace isn’t in a team of this week. Add them to one."


def test_add_and_move_to_a_team_of_another_week_are_refused(game: Game) -> None:
    other = Game(game.database, slug="q4-2022").start()

    with pytest.raises(NotFound):
        add(game, other.team_id(OWLS), GUS, "Gus")
    with pytest.raises(NotFound):
        move(game, ADA, other.team_id(OWLS))


def test_make_team_add_and_move_in_a_closed_week_are_refused(game: Game) -> None:
    game.close()

    made = race([lambda: make(game), lambda: add(game, game.team_id(OWLS), GUS, "Gus")])
    moved = race([lambda: move(game, ADA)])

    assert outcomes([*made, *moved]) == {WeekNotOpen.__name__: 3}


def test_invite_makes_links_for_those_who_never_signed_in_and_have_none(game: Game) -> None:
    with game.database.unit_of_work() as session:
        found = accounts.by_email(session, ADA), accounts.by_email(session, BO)
        assert found[0] is not None
        assert found[1] is not None
        sign_ins.start(session, found[0], "email", act_by("", game.now, client=""), agent="", replaces=None)
        links.make(session, found[1], "invitation", act_by("Olu", game.now))
    game.leave(DUA)

    made = invite(game)
    again = invite(game)

    assert [(invitation.team, invitation.email) for invitation in made] == [
        ("Cats", "elif@example.com"), ("Cats", "fumiko@example.com"), ("Owls", CHIDI), ("", DUA),
    ]  # fmt: skip
    assert again == []
    with game.database.reading() as session:
        assert {(links.look(session, invitation.secret, game.now)[1] or invitation).email for invitation in made} == {
            invitation.email for invitation in made
        }


def test_invite_replaces_an_expired_link(game: Game) -> None:
    first = invite(game)

    later = invite(game.at(game.now + timedelta(days=7)))

    assert [invitation.email for invitation in later] == [invitation.email for invitation in first]


def test_invite_makes_no_link_for_owners_or_those_switched_off(game: Game) -> None:
    with game.database.unit_of_work() as session:
        ada, bo = accounts.by_email(session, ADA), accounts.by_email(session, BO)
        assert ada is not None
        assert bo is not None
        accounts.set_role(session, ada, "owner", act_by("Olu", game.now))
        accounts.switch(session, bo, act_by("Olu", game.now), on=False)

    as_organizer = [invitation.email for invitation in invite(game)]
    as_owner = [invitation.email for invitation in invite(game, "owner")]

    assert as_organizer == [DUA, "elif@example.com", "fumiko@example.com", CHIDI]
    assert as_owner == [ADA]


def test_make_team_add_and_move_are_in_the_audit(game: Game) -> None:
    foxes = make(game)
    add(game, foxes, "nia@example.com", "Nia")
    move(game, "nia@example.com")

    with game.database.reading() as session:
        actions = [entry.action for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]
    assert actions[-4:] == ["team.made", "person.created", "membership.changed", "membership.changed"]


def test_move_by_many_at_once_meets_problems_alone(games: list[Game]) -> None:
    games[0].leave(BO)
    foxes = make(games[0])

    results = race(
        [
            *repeat(6, lambda number: move(games[number % 4], ADA, foxes)),
            *repeat(6, lambda number: add(games[number % 4], foxes, BO) and None),
        ]
    )

    assert [result for result in results if result is not None and not isinstance(result, Problem)] == []
    assert emails(games[0])["Foxes"] == [ADA, BO]
    assert games[0].verify() == []


def rename(game: Game, team: str, name: str) -> None:
    """Give a team another name."""
    with game.database.unit_of_work() as session:
        team_admin.rename_team(session, game.slug, game.team_id(team), name, act_by("Olu", game.now))


def remove(game: Game, team_id: str) -> str:
    """Remove a team."""
    with game.database.unit_of_work() as session:
        return team_admin.remove_team(session, game.slug, team_id, act_by("Olu", game.now))


def test_renamed_team_keeps_its_points(game: Game) -> None:
    game.take(person=ADA)

    rename(game, OWLS, "  Night   Owls ")
    rename(game, "Night Owls", "night owls")

    assert game.points() == {"Cats": 0, "night owls": 5}
    assert game.verify() == []


@pytest.mark.parametrize("name", ["", "CATS", "a@example.com"])
def test_name_that_no_team_can_have_is_refused(game: Game, name: str) -> None:
    with pytest.raises((Malformed, Conflict)):
        rename(game, OWLS, name)

    assert set(game.points()) == {"Cats", "Owls"}


def test_names_on_a_frozen_board_stay(game: Game) -> None:
    game.freeze()

    with pytest.raises(Conflict, match="Reveal it first"):
        rename(game, OWLS, "Night Owls")


def test_team_is_removed_while_nothing_stands_against_it(game: Game) -> None:
    foxes = make(game)

    assert remove(game, foxes) == "Foxes"

    assert game.points() == {"Cats": 0, "Owls": 0}
    assert game.verify() == []
    with pytest.raises(NotFound):
        remove(game, foxes)


def test_team_that_somebody_was_in_stays(game: Game) -> None:
    foxes = make(game)
    add(game, foxes, "new@example.com", "New")
    move(game, "new@example.com")

    with pytest.raises(Conflict, match="Foxes stays: it has or had members"):
        remove(game, foxes)
