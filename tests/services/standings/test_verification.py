"""The proof: random histories verify, and whatever was tampered with is found."""

import json
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.calendar.days import day_bounds
from app.errors import Problem
from tests.builders import (
    ADA,
    CATS,
    ENDS,
    GUS,
    NAMES,
    NOW,
    OWLS,
    PACIFIC,
    RULES,
    STARTS,
    Game,
    an_activity,
    changed_rules,
    dearer_issues,
    moment,
)  # fmt: skip

START, _ = day_bounds(STARTS, ENDS, PACIFIC)
TEAMS = (OWLS, CATS, "Foxes", "Hens")
VARIANTS = (
    RULES,
    dearer_issues(),
    RULES.replace('per = "subject"', 'per = "person-day"'),
    RULES.replace("members = 3", 'members = 2\nper = "day"'),
    RULES.replace("points = 25", "points = -25"),
)


class History:
    """Somebody who does anything an organizer or a tool can do, in any order; refusals are part of the game."""

    def __init__(self, game: Game, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 (a history, not a secret)
        self.game = game
        self.public = game.public()
        self.taken = 0

    def step(self) -> None:
        """Time passes, then something happens, or is refused."""
        self.game = self.game.at(self.game.now + timedelta(minutes=self.chance.randrange(90)))
        deeds = (self._record, self._batch, self._reverse, self._reinstate, self._move, self._leave, self._adjust)
        rare = (self._activate, self.game.close, self.game.open, self.game.freeze, self.game.reveal)
        weights = (12, 2, 4, 3, 4, 1, 2, 1, 1, 2, 1, 1)
        try:
            self.chance.choices((*deeds, *rare), weights)[0]()
        except Problem:
            return

    def _record(self) -> None:
        self.game.take(**self._activity())
        self.taken += 1

    def _batch(self) -> None:
        self.game.batch(*(an_activity(**self._activity()) for _ in range(self.chance.randrange(5))))

    def _reverse(self) -> None:
        self.game.reverse(self.game.take(**self._activity()).entry)

    def _reinstate(self) -> None:
        taken = self.game.take(**self._activity())
        self.game.reverse(taken.entry)
        self.game.reinstate(taken.entry)

    def _move(self) -> None:
        self.game.team(self.chance.choice(TEAMS), self.chance.choice(list(NAMES)))

    def _leave(self) -> None:
        self.game.leave(self.chance.choice(list(NAMES)[:6]))

    def _adjust(self) -> None:
        self.game.adjust(self.chance.choice(TEAMS[:2]), self.chance.randrange(-20, 20))

    def _activate(self) -> None:
        self.game.activate(self.chance.choice(VARIANTS))

    def _activity(self) -> dict[str, object]:
        span = self.game.now - START
        return {
            "kind": self.chance.choice(("shift", "response", "response", "issue", "feature_request", "knowledge_card")),
            "person": self.chance.choice(list(NAMES)),
            "occurred_at": START + span * self.chance.random(),
            "external_id": f"h-{self.chance.randrange(60)}",
            "subject": self.chance.choice(("t-1", "t-2", None)),
            "response_seconds": self.chance.choice((60, 3600, 3601, None)),
        }


@pytest.mark.parametrize("seed", range(3))
def test_verify_finds_nothing_at_any_moment_of_a_random_history(game: Game, seed: int) -> None:
    Game(game.database, slug="q2-2022").start().team("Guests", GUS)
    history = History(game, seed)

    for _ in range(10):
        for _ in range(5):
            history.step()
        found = history.game.verify()
        board = history.game.board()
        receipts = {standing.team: history.game.receipt(standing.team).points for standing in board.standings}
        assert (found, receipts) == ([], {standing.team: standing.points for standing in board.standings})

    assert history.taken > 0


@pytest.fixture
def played(game: Game) -> Game:
    """A frozen week with a little work, some of it since the freeze."""
    Game(game.database, slug="q2-2022").start().team("Guests", GUS)
    game.take(kind="shift", occurred_at=moment("06:30"))
    game.take(person=GUS)
    game.freeze()
    game.take()
    return game


def tamper(game: Game, statement: str, **values: object) -> None:
    with game.database.unit_of_work() as session:
        session.execute(text(statement), values)


def test_verify_of_an_untouched_week_finds_nothing(played: Game) -> None:
    assert played.verify() == []


def test_verify_finds_a_tampered_score(played: Game) -> None:
    tamper(
        played,
        """UPDATE score SET data = replace(data, '"points"\\:25', '"points"\\:26') WHERE team_id = :team""",
        team=played.team_id(OWLS),
    )

    assert played.verify() == [
        f"Week q3-2022: the kept score of team {played.team_id(OWLS)} differs from the ledger's.",
        "Week q3-2022: Owls is shown with 26 points on rank 1; the ledger differs.",
    ]


def test_verify_finds_a_missing_score(played: Game) -> None:
    tamper(played, "DELETE FROM score WHERE team_id = :team", team=played.team_id(OWLS))

    assert len(played.verify()) == 4


def test_verify_finds_a_score_of_no_team(played: Game) -> None:
    tamper(
        played,
        "INSERT INTO score (week_id, team_id, data) SELECT week_id, 'nobody', data FROM score WHERE team_id = :team",
        team=played.team_id(OWLS),
    )

    assert played.verify() == ["Week q3-2022: the kept score of team nobody differs from the ledger's."]


def test_verify_finds_tampered_counts_of_people_without_a_team(played: Game) -> None:
    tamper(played, "UPDATE score SET data = '{}' WHERE team_id = '' AND week_id = :week", week=played.week().id)

    assert played.verify() == [
        "Week q3-2022: the counts of activities without a team differ from the ledger's.",
        "Week q3-2022: the board reads “1 shift, 1 issue”, the ledger “1 shift, 2 issues”.",
    ]


@pytest.mark.parametrize(
    "data", ["", "null", "[]", "{}", '{"days": 7}', '{"days": {"x": {}}, "people": {}, "last": null}']
)
def test_verify_finds_an_unreadable_score(played: Game, data: str) -> None:
    tamper(played, "UPDATE score SET data = :data WHERE team_id = :team", data=data, team=played.team_id(OWLS))

    assert played.verify() == ["Week q3-2022: the kept scores can’t be read."]


TAMPERING: dict[str, Callable[[str], str]] = {
    "points": lambda board: board.replace('"points": 20', '"points": 90'),
    "a rank": lambda board: board.replace('"rank": 2', '"rank": 1'),
    "a member": lambda board: board.replace("Bo Nguyen", "Mallory"),
    "a winner": lambda board: board.replace('"winners": ["Owls"]', '"winners": ["Cats"]'),
    "a total": lambda board: board.replace('"totals": {"shift": 1', '"totals": {"shift": 7'),
    "a team's id": lambda board: board.replace('"team_id": "', '"team_id": "x'),
    "nothing but its form": lambda board: "{" + board,
    "everything": lambda board: "[]",
}


@pytest.mark.parametrize("change", TAMPERING.values(), ids=TAMPERING)
def test_verify_finds_a_tampered_frozen_board(played: Game, change: Callable[[str], str]) -> None:
    board = played.week().frozen_board or ""

    tamper(played, "UPDATE week SET frozen_board = :board WHERE slug = :slug", board=change(board), slug=played.slug)

    assert change(board) != board
    assert len(played.verify()) > 0


def test_verify_takes_a_board_that_was_frozen_before_tie_breaks_were_named(played: Game) -> None:
    board = json.loads(played.week().frozen_board or "")
    for standing in board["standings"]:
        del standing["ties"]

    tamper(
        played, "UPDATE week SET frozen_board = :board WHERE slug = :slug", board=json.dumps(board), slug=played.slug
    )

    assert (played.verify(), played.public().tie_breakers()[played.team_id(OWLS)]) == ([], ())


def test_verify_keeps_work_smuggled_in_later_off_the_frozen_board(played: Game) -> None:
    played.take(occurred_at=START)

    assert played.verify() == []
    assert {standing.team: standing.points for standing in played.public().standings} == {OWLS: 20, CATS: 0}


def test_verify_after_names_and_rules_changed_behind_a_freeze_finds_nothing(played: Game) -> None:
    frozen = played.public()

    played.rename(ADA, "Augusta King", OWLS)
    played.activate(changed_rules('points = 10\none = "shift"', 'points = 12\none = "shift"'))

    assert (played.verify(), played.public()) == ([], frozen)
    assert played.board() != frozen


def test_verify_after_a_team_was_made_behind_a_freeze_finds_nothing(played: Game) -> None:
    played.reveal()
    played.adjust(CATS, -5)
    played.freeze()

    played.at(NOW + timedelta(hours=1)).team("Foxes", GUS)

    assert played.verify() == []


def test_verify_names_a_week_whose_zone_is_not_known_here(played: Game) -> None:
    tamper(played, "UPDATE week SET timezone = 'Mars/Base'")

    differences = played.verify()

    assert differences[0] == (
        "Week q3-2022: its time zone “Mars/Base” isn’t known here, so its days are counted in UTC."
    )
