"""Join codes: who they let in, and whom they send away with which sentence."""

import pytest
from sqlmodel import col, select

from app.db.database import Database
from app.errors import Conflict, Malformed, NotFound, TeamFull, WeekNotOpen
from app.models import AuditEntry, Person
from app.services.access import accounts
from app.services.organizing import join_codes
from app.services.people import people
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, GUS, NAMES, OWLS, Game, act_by
from tests.races import outcomes, race, repeat


def code_of(game: Game, name: str = OWLS) -> str:
    """A fresh join code of the team of this name."""
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, game.slug, game.now)
        return join_codes.renew(session, teams.find(session, week, game.team_id(name)), act_by("Olu", game.now))


def person(game: Game, email: str) -> Person:
    """Somebody, made if there is nobody with this e-mail."""
    with game.database.unit_of_work() as session:
        name = NAMES.get(email, email.partition("@")[0].title())
        return people.find_or_create(session, email, name, game.now)[0]


def join(game: Game, code: str, email: str) -> str:
    """Somebody who signed in uses a code; the name of the team they are in then."""
    who = person(game, email)
    with game.database.unit_of_work() as session:
        account = accounts.find(session, who.id)
        return join_codes.join(session, code, account, act_by("", game.now)).name


def members(game: Game, name: str = OWLS) -> list[str]:
    """The members of a team on the board."""
    return next(list(standing.members) for standing in game.board().standings if standing.team == name)


def test_join_lets_somebody_in(game: Game) -> None:
    game.leave(BO)
    code = code_of(game)

    joined = join(game, code.lower()[:4] + "-" + code[4:], GUS)

    assert (joined, members(game)) == (OWLS, ["Ada Lovelace", "Chidi Okafor", "Gus Björk"])
    assert game.verify() == []


def test_join_as_new_makes_a_person(game: Game) -> None:
    game.leave(BO)
    code = code_of(game)

    with game.database.unit_of_work() as session:
        made, team = join_codes.join_as_new(
            session, code, act_by("", game.now), name=" Nia  Okoro ", email=" NIA@example.com "
        )

    assert (made.name, made.email, made.role, team.name) == ("Nia Okoro", "nia@example.com", "player", OWLS)
    assert members(game) == ["Ada Lovelace", "Chidi Okafor", "Nia Okoro"]


def test_join_by_fifty_for_the_last_seat_lets_one_in(games: list[Game]) -> None:
    games[0].leave(BO)
    code = code_of(games[0])
    everybody = [person(games[0], f"racer{number}@example.com") for number in range(50)]

    def run(number: int) -> str:
        database = games[number % 4].database
        with database.unit_of_work() as session:
            racer = accounts.find(session, everybody[number].id)
            return join_codes.join(session, code, racer, act_by("", games[0].now)).name

    results = race(repeat(50, run))

    assert outcomes(results) == {"str": 1, "TeamFull": 49}
    sentences = {result.detail for result in results if isinstance(result, TeamFull)}
    assert sentences == {
        "Team Owls would have 4 members; the rules allow 3. Remove someone from it, or raise team.size in the rules."
    }
    assert len(members(games[0])) == 3
    assert games[0].verify() == []


def test_join_as_new_by_fifty_for_the_last_seat_makes_one_person(games: list[Game]) -> None:
    games[0].leave(BO)
    code = code_of(games[0])

    def run(number: int) -> str:
        with games[number % 4].database.unit_of_work() as session:
            email = f"new{number}@example.com"
            return join_codes.join_as_new(session, code, act_by("", games[0].now), name=f"New {number}", email=email)[
                0
            ].id

    results = race(repeat(50, run))

    assert outcomes(results) == {"str": 1, "Conflict": 49}
    assert {result.detail for result in results if isinstance(result, Conflict)} == {join_codes.CANNOT_JOIN}
    with games[0].database.reading() as session:
        made = [each.id for each in session.exec(select(Person)) if each.email.startswith("new")]
    assert made == [result for result in results if isinstance(result, str)]


def test_join_as_new_by_twenty_with_one_email_makes_one_person(games: list[Game]) -> None:
    games[0].leave(BO)
    code = code_of(games[0])

    def run(number: int) -> str:
        with games[number % 4].database.unit_of_work() as session:
            email = "Same@example.com" if number % 2 else "same@example.com"
            return join_codes.join_as_new(session, code, act_by("", games[0].now), name="Same", email=email)[0].id

    results = race(repeat(20, run))

    assert outcomes(results) == {"str": 1, "Conflict": 19}


def test_join_as_new_says_the_same_of_a_full_team_and_a_known_email(game: Game) -> None:
    full = code_of(game)
    game.leave(DUA)
    roomy = code_of(game, CATS)

    with pytest.raises(Conflict) as no_room, game.database.unit_of_work() as session:
        join_codes.join_as_new(session, full, act_by("", game.now), name="Nia", email="nia@example.com")
    with pytest.raises(Conflict) as info, game.database.unit_of_work() as session:
        join_codes.join_as_new(session, roomy, act_by("", game.now), name="Nia", email=ADA)

    assert (no_room.value.detail, info.value.detail) == (join_codes.CANNOT_JOIN, join_codes.CANNOT_JOIN)
    assert (no_room.value.status, info.value.status) == (409, 409)


def test_join_as_new_that_is_refused_leaves_nothing_behind(game: Game) -> None:
    code = code_of(game)

    with pytest.raises(Conflict), game.database.unit_of_work() as session:
        join_codes.join_as_new(session, code, act_by("", game.now), name="Nia", email="nia@example.com")

    with game.database.reading() as session:
        assert accounts.by_email(session, "nia@example.com") is None


def test_join_in_a_closed_week_is_refused(game: Game) -> None:
    game.leave(BO)
    code = code_of(game)
    game.close()

    with pytest.raises(WeekNotOpen) as refusal:
        join(game, code, GUS)
    with pytest.raises(WeekNotOpen), game.database.unit_of_work() as session:
        join_codes.join_as_new(session, code, act_by("", game.now), name="Nia", email="nia@example.com")

    assert refusal.value.detail == "Q3-2022 is closed. Ask an organizer to reopen it."


def test_join_of_somebody_in_another_team_moves_nobody(game: Game) -> None:
    game.leave(BO)
    code = code_of(game)

    with pytest.raises(Conflict) as refusal:
        join(game, code, DUA)

    assert refusal.value.detail == "You are in team Cats. Ask an organizer to move you."
    assert members(game, CATS) == ["Dua Krasniqi", "Elif Şahin", "文子 Fumiko"]


def test_join_of_a_member_changes_nothing(game: Game) -> None:
    code = code_of(game)
    before = game.week().version

    joined = join(game, code, ADA)

    assert (joined, game.week().version) == (OWLS, before)


def test_join_after_leaving_lets_somebody_back_in(game: Game) -> None:
    game.leave(BO)
    code = code_of(game)

    assert join(game, code, BO) == OWLS


@pytest.mark.parametrize("code", ["", "AAAAAAAA", "ABCD-EFGH", "x" * 5_000, "\x00", "%", "ÄÄÄÄ-ÄÄÄÄ"])
def test_join_with_an_unknown_code_is_not_found(game: Game, code: str) -> None:
    with pytest.raises(NotFound) as refusal:
        join(game, code, GUS)

    assert refusal.value.detail == join_codes.UNKNOWN


def test_renew_replaces_the_code_before(game: Game) -> None:
    game.leave(BO)
    old = code_of(game)
    fresh = code_of(game)

    with pytest.raises(NotFound):
        join(game, old, GUS)

    assert join(game, fresh, GUS) == OWLS


def test_withdraw_makes_a_code_unknown(game: Game) -> None:
    game.leave(BO)
    code = code_of(game)
    with game.database.unit_of_work() as session:
        team = teams.find(session, weeks.find(session, game.slug, game.now), game.team_id(OWLS))
        join_codes.withdraw(session, team, act_by("Olu", game.now))

    with pytest.raises(NotFound):
        join(game, code, GUS)


def test_renew_by_twenty_at_once_leaves_one_code(games: list[Game]) -> None:
    made = race(repeat(20, lambda number: code_of(games[number % 4])))

    with games[0].database.reading() as session:
        kept = join_codes.every(session, games[0].week())
    assert outcomes(made) == {"str": 20}
    assert [code in made for code in kept.values()] == [True]


def test_join_as_new_with_a_bad_name_makes_nobody(game: Game) -> None:
    game.leave(BO)
    code = code_of(game)

    with pytest.raises(Malformed), game.database.unit_of_work() as session:
        join_codes.join_as_new(session, code, act_by("", game.now), name="Ni\u202ea", email="nia@example.com")


def test_join_is_in_the_audit(game: Game) -> None:
    game.leave(BO)

    join(game, code_of(game), GUS)

    with game.database.reading() as session:
        found = [
            entry.action
            for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
            if entry.object_name in {OWLS, NAMES[GUS]}
        ]
    assert found == ["join-code.made", "membership.changed"]


def test_every_lists_no_code_of_another_week(game: Game, database: Database) -> None:
    Game(database, slug="q4-2022").start()
    code = code_of(game)

    with database.reading() as session:
        here = join_codes.every(session, weeks.find(session, game.slug, game.now))
        there = join_codes.every(session, weeks.find(session, "q4-2022", game.now))

    assert (here, there) == ({game.team_id(OWLS): code}, {})
