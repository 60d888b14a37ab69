"""A week's life: open, close, reopen, freeze, reveal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from app.db.database import Database
from app.errors import Conflict, Malformed, NotFound, Problem, RulesUnfit, WeekUnknown
from app.services import lifecycle
from tests.builders import (
    ADA,
    BO,
    CATS,
    GUS,
    NOW,
    OWLS,
    RULES,
    Game,
    act_by,
    changed_rules,
    dearer_issues,
    moment,
)

GUESTBOOK = '\n[activities.guestbook_entry]\npoints = 1\none = "entry"\nmany = "entries"\n'


def test_open_week_opens_a_draft(database: Database) -> None:
    game = Game(database).start(state="draft")

    game.open()

    assert game.week().state == "open"
    assert game.points() == {OWLS: 0, CATS: 0}


VERBS: dict[str, Callable[[Game], None]] = {
    "open": Game.open,
    "close": Game.close,
    "freeze": Game.freeze,
    "reveal": Game.reveal,
}


@pytest.mark.parametrize("verb", VERBS)
def test_open_week_of_an_unknown_slug_is_refused(game: Game, verb: str) -> None:
    with pytest.raises(WeekUnknown):
        VERBS[verb](replace(game, slug="q9"))


@pytest.mark.parametrize(
    ("state", "verb"),
    [("open", "open"), ("open", "reveal"), ("closed", "close"), ("closed", "freeze"), ("closed", "reveal"),
     ("draft", "close"), ("draft", "freeze"), ("draft", "reveal")],
)  # fmt: skip
def test_open_week_and_the_others_are_refused_where_the_state_does_not_fit(
    database: Database, state: str, verb: str
) -> None:
    game = Game(database).start(state="draft")
    if state != "draft":
        game.open()
    if state == "closed":
        game.close()
    before = game.week().version

    with pytest.raises(Conflict):
        VERBS[verb](game)

    assert (game.week().state, game.week().version) == (state, before)


def test_freeze_of_a_frozen_week_is_refused(game: Game) -> None:
    game.freeze()

    with pytest.raises(Conflict, match="frozen already"):
        game.freeze()


def test_close_keeps_the_rules_of_the_week(game: Game) -> None:
    game.take()
    game.close()
    before = game.board()

    game.activate(dearer_issues())

    assert game.board() == before
    assert game.verify() == []


def test_open_week_again_follows_the_active_rules(game: Game) -> None:
    game.take()
    game.close()
    game.activate(dearer_issues())

    game.open()

    assert game.points() == {OWLS: 7, CATS: 0}
    assert (game.week().rule_set_id, game.week().closed_at) == (None, None)
    assert game.verify() == []


def test_open_week_again_is_refused_where_the_rules_dropped_a_kind(game: Game) -> None:
    game.activate(RULES + GUESTBOOK)
    game.take(kind="guestbook_entry")
    game.close()
    game.activate(RULES)

    with pytest.raises(RulesUnfit, match=r"keep \[activities.guestbook_entry\]"):
        game.open()

    assert game.week().state == "closed"


def test_open_week_again_is_refused_where_a_team_is_too_large_now(game: Game) -> None:
    game.close()
    game.activate(changed_rules("size = 3 ", "size = 2 ").replace("members = 3", "members = 2"))

    with pytest.raises(RulesUnfit, match="Cats would have 3 members; the rules allow 2"):
        game.open()


def test_open_week_again_takes_a_usable_reason(game: Game) -> None:
    game.close()

    with game.database.unit_of_work() as session, pytest.raises(Problem, match="reason"):
        lifecycle.open_week(session, game.slug, act_by("Olu", NOW), reason="a\u202eb")


@pytest.mark.parametrize("reason", [None, "", " "])
def test_open_week_again_is_refused_without_a_reason(game: Game, reason: str | None) -> None:
    game.close()

    with game.database.unit_of_work() as session, pytest.raises(Malformed, match="Say why it is reopened"):
        lifecycle.open_week(session, game.slug, act_by("Olu", NOW), reason=reason)

    assert game.week().state == "closed"


def change_everything(game: Game) -> None:
    """Whatever may come later: work, late work, reversals, adjustments, moves, new teams, names, rules, the end."""
    later = game.at(NOW + timedelta(hours=3))
    first = later.take(external_id="first")
    later.take(kind="shift", occurred_at=moment("06:30"))
    later.take(person=BO, occurred_at=NOW + timedelta(hours=1))
    later.reverse(first.entry)
    later.adjust(CATS, -3)
    later.team("Aardvarks", ADA, GUS)
    later.take(person=GUS)
    later.rename(ADA, "Ada King", "Aardvarks")
    later.activate(dearer_issues() + GUESTBOOK)
    later.take(kind="guestbook_entry", person=BO)


@pytest.fixture
def frozen(game: Game) -> Game:
    """The standard week with a little work in it, frozen."""
    game.take(external_id="first")
    game.take(kind="shift", occurred_at=moment("2022-09-13 06:30"), person=BO)
    game.adjust(CATS, 4)
    game.freeze()
    return game


def test_freeze_keeps_the_public_board_whatever_comes_later(frozen: Game) -> None:
    before = frozen.public()

    change_everything(frozen)
    tomorrow = frozen.at(NOW + timedelta(days=1))

    assert tomorrow.public() == before
    assert tomorrow.board() != before
    assert frozen.verify() == []


def test_freeze_keeps_the_public_board_that_was_served_before(game: Game) -> None:
    game.take()
    before = game.public()

    game.freeze()

    assert game.public() == replace(before, frozen=True)


def test_freeze_keeps_the_public_receipts(frozen: Game) -> None:
    before = {team: frozen.receipt(team, "public") for team in (OWLS, CATS)}

    change_everything(frozen)

    assert {team: frozen.receipt(team, "public") for team in (OWLS, CATS)} == before
    assert frozen.receipt(OWLS) != before[OWLS]


def test_freeze_hides_the_receipt_of_a_team_made_later(frozen: Game) -> None:
    change_everything(frozen)

    with pytest.raises(NotFound):
        frozen.receipt("Aardvarks", "public")


def test_freeze_shows_organizers_both_boards(frozen: Game) -> None:
    frozen.take()

    assert {standing.team: standing.points for standing in frozen.public().standings} == {OWLS: 25, CATS: 4}
    assert frozen.points() == {OWLS: 30, CATS: 4}
    assert (frozen.public().frozen, frozen.board().frozen) == (True, False)


def test_reveal_shows_everything_again(frozen: Game) -> None:
    change_everything(frozen)

    frozen.reveal()

    assert frozen.public() == frozen.board()
    assert frozen.receipt("Aardvarks", "public") == frozen.receipt("Aardvarks")
    assert frozen.week().frozen_names is None


def test_close_of_a_frozen_week_hides_it_until_the_reveal(frozen: Game) -> None:
    before = frozen.public()
    change_everything(frozen)

    frozen.close()
    hidden = frozen.public()
    frozen.reveal()

    assert hidden == before
    assert (frozen.public().state, frozen.public() == frozen.board()) == ("closed", True)


def test_freeze_after_a_reveal_works_again(frozen: Game) -> None:
    frozen.reveal()
    frozen.take()

    frozen.freeze()

    assert {standing.team: standing.points for standing in frozen.public().standings} == {OWLS: 30, CATS: 4}
