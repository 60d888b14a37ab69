"""Teams drawn from lists of people: who takes part, their names, and what is refused."""

import pytest

from app.errors import Conflict, Malformed
from app.services.imports import people_import, previews, roster_import
from app.services.imports.lists import ListRefused
from app.services.organizing import team_admin, team_drawing
from app.services.organizing.team_drawing import Drawn
from app.services.people import people, places
from tests.builders import ADA, SLUG, Game, act_by

PEOPLE = [f"p{number}@example.com" for number in range(7)]
LIST = "email,name,function,office\n" + "".join(
    f"p{number}@example.com,P{number},{'Sales' if number % 2 else 'Design'},Oslo\n" for number in range(7)
)


def draw(game: Game, text: str = LIST, seed: int = 7) -> Drawn:
    """Draw teams from a list."""
    with game.database.reading() as session:
        return team_drawing.draw_teams(session, SLUG, people_import.read(text), seed, act_by("Olu", game.now))


def test_drawn_teams_are_imported_like_a_list(game: Game) -> None:
    drawn = draw(game)

    with game.database.reading() as session:
        preview = previews.preview(session, "teams", SLUG, drawn.text(), None, act_by("Olu", game.now))
    with game.database.unit_of_work() as session:
        plan = roster_import.prepare(session, SLUG, roster_import.read(drawn.text()), act_by("Olu", game.now))
        outcome = roster_import.apply(session, SLUG, plan, act_by("Olu", game.now))

    assert [(team, len(players)) for team, players in drawn.teams] == [("Team 1", 3), ("Team 2", 2), ("Team 3", 2)]
    assert preview is not None
    with game.database.reading() as session:
        placed = places.of(session, [each.id for each in people.by_email(session, PEOPLE).values()])
        assert sorted(placed.values()) == [("Design", "Oslo")] * 4 + [("Sales", "Oslo")] * 3
    assert (outcome.teams, outcome.people, outcome.moved) == (3, 7, 7)
    with pytest.raises(Conflict, match="in a team already"):
        draw(game)
    assert game.verify() == []


def test_drawn_list_has_no_column_that_the_other_lacks(game: Game) -> None:
    office, neither = draw(game, "email,name,office\na@x,A,Oslo\nb@x,B,\n"), draw(game, "email,name\na@x,A\n")

    assert office.text().splitlines()[0].endswith("team,name,email,office")
    assert sorted(office.text().splitlines()[1:]) == ["Team 1,A,a@x,Oslo", "Team 1,B,b@x,"]
    assert neither.text().splitlines()[0].endswith("team,name,email")


def test_who_is_in_a_team_is_left_out_and_taken_names_are_passed_over(game: Game) -> None:
    with game.database.unit_of_work() as session:
        team_admin.make_team(session, SLUG, "team 1", act_by("Olu", game.now))

    drawn = draw(game, f"email,name\n{ADA.upper()},Ada\nnew@example.com,New\n")

    assert [(team, [player.email for player in players]) for team, players in drawn.teams] == [
        ("Team 2", ["new@example.com"])
    ]
    assert drawn.left_out == [ADA]


def test_mistakes_of_the_list_are_told(game: Game) -> None:
    with pytest.raises(ListRefused):
        draw(game, "email,name\nno address,New\n")


def test_so_many_people_are_refused(game: Game) -> None:
    rows = "".join(f"p{number}@example.com,P\n" for number in range(team_drawing.MOST_PEOPLE + 1))

    with pytest.raises(Malformed, match="at most 1,000"):
        draw(game, f"email,name\n{rows}")
