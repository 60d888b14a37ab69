"""Following a week costs what has changed, and shows what a look at everything shows."""

import random
from collections.abc import Callable

import pytest

from app.db.database import Database
from app.domain.standings.board import Board
from app.services.organizing import team_admin
from app.services.standings import boards
from app.services.standings.boards import LiveStandings
from app.services.weeks import weeks
from tests.builders import ADA, BO, DUA, GUS, OWLS, Game, act_by, dearer_issues, moment
from tests.cost import statements_to
from tests.services.standings.test_verification import History


class Follower:
    """Somebody who looks at a week again and again, and remembers what they saw."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.known: LiveStandings | None = None

    def look(self, game: Game) -> tuple[Board, Board]:
        """The board as it is followed, and as a look at everything shows it."""
        with self.database.reading() as session:
            self.known = boards.follow(session, weeks.stamp(session, game.slug), game.now, self.known)
            return self.known.board(game.now), boards.live(session, weeks.find(session, game.slug, game.now), game.now)

    def cost(self, game: Game) -> list[str]:
        """The statements it takes to look again."""
        with statements_to(self.database) as statements:
            self._again(game)
        return [statement for statement in statements if statement.lstrip().startswith("SELECT")]

    def _again(self, game: Game) -> None:
        with self.database.reading() as session:
            self.known = boards.follow(session, weeks.stamp(session, game.slug), game.now, self.known)


@pytest.mark.parametrize("seed", range(3))
def test_follow_shows_every_board_of_a_random_history(game: Game, seed: int) -> None:
    history, often = History(game, seed), Follower(game.database)
    seldom, chance = Follower(game.database), random.Random(seed)  # noqa: S311 (a history, not a secret)

    for _ in range(60):
        history.step()
        for follower in (often, seldom)[: 1 + (chance.random() < 0.2)]:
            followed, everything = follower.look(history.game)

            assert followed == everything

    assert history.taken > 0


def make_team(game: Game) -> None:
    with game.database.unit_of_work() as session:
        team_admin.make_team(session, game.slug, "Foxes", act_by("Olu", game.now))


DEEDS: dict[str, Callable[[Game], object]] = {
    "a person moves": lambda game: game.team("Foxes", ADA),
    "a person leaves": lambda game: game.leave(BO),
    "an empty team": make_team,
    "a new team": lambda game: game.team("Foxes", DUA),
    "a new name": lambda game: game.rename(ADA, "Ada King", OWLS),
    "other rules": lambda game: game.activate(dearer_issues()),
    "closed": lambda game: game.close(),
    "frozen": lambda game: game.freeze(),
}


@pytest.mark.parametrize("call", DEEDS)
def test_follow_notices_what_is_more_than_a_score(game: Game, call: str) -> None:
    game.take()
    follower = Follower(game.database)
    follower.look(game)

    DEEDS[call](game)
    game.take() if call != "closed" else None
    followed, everything = follower.look(game)

    assert followed == everything


def test_follow_notices_midnight(game: Game) -> None:
    game.take()
    follower = Follower(game.database)
    before, _ = follower.look(game)

    followed, everything = follower.look(game.at(moment("2022-09-15 00:00")))

    assert (before.standings[0].movement, followed.standings[0].movement) == (None, 0)
    assert followed == everything


@pytest.mark.parametrize(
    "call",
    [
        lambda game: game.take(),
        lambda game: game.adjust(OWLS, 5),
        lambda game: game.reverse(game.take().entry),
        lambda game: [game.take(person=who) for who in (ADA, DUA)],
    ],
    ids=["activity", "adjustment", "reversal", "two teams"],
)
def test_follow_reads_a_stamp_and_the_changed_scores_and_nothing_else(
    game: Game, call: Callable[[Game], object]
) -> None:
    follower = Follower(game.database)
    follower.look(game)

    call(game)

    assert len(follower.cost(game)) == 2
    assert len(follower.cost(game)) == 1
    assert follower.look(game)[0] == follower.look(game)[1]


def test_follow_trusts_no_version_that_a_program_without_score_versions_wrote(game: Game) -> None:
    """Such a program counts the week's version up and says of no score which version brought it."""
    follower = Follower(game.database)
    follower.look(game)
    game.take()
    with game.database.unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE week SET score_changes = 0")
        session.connection().exec_driver_sql("UPDATE score SET version = 0")

    followed, everything = follower.look(game)

    assert followed == everything


def test_follow_counts_activities_of_people_without_a_team(game: Game) -> None:
    Game(game.database, slug="q2-2022").start().team("Guests", GUS)
    follower = Follower(game.database)
    follower.look(game)

    for number in (1, 2):
        game.take(person=GUS)
        followed, everything = follower.look(game)

        assert (followed, followed.totals["issue"]) == (everything, number)
