"""Reversal of many activities at once: what it would do, what it does, and one step back."""

from typing import Any

import pytest

from app.errors import AlreadyDone, Conflict, Malformed, NotFound, WeekNotOpen
from app.models import BulkReversal
from app.services.organizing import bulk_reversals
from app.services.organizing.bulk_reversals import MOST_AT_ONCE, Preview, Selection
from app.services.organizing.ledger_search import Wanted
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, OWLS, Game, an_activity
from tests.services.shifts.test_completion import check_in, complete
from tests.services.shifts.test_seats import Plan

ALL = Selection(wanted=Wanted())


def reverse(game: Game, selection: Selection = ALL, reason: str = "Counted twice") -> BulkReversal:
    with game.database.unit_of_work() as session:
        return bulk_reversals.reverse(session, game.slug, selection, game.act, reason=reason)


def undo(game: Game, bulk: BulkReversal) -> tuple[int, int]:
    with game.database.unit_of_work() as session:
        return bulk_reversals.undo(session, game.slug, bulk.id, game.act)


def previewed(game: Game, selection: Selection = ALL) -> Preview:
    with game.database.reading() as session:
        return bulk_reversals.preview(session, weeks.find(session, game.slug, game.now), selection, game.now)


@pytest.fixture
def ledger(game: Game) -> Game:
    """Two issues of Ada's and one of Bo's, one of Dua's that is reversed, 12 points for the Cats."""
    for _ in range(2):
        game.take(source="by hand")
    game.take(person=BO)
    game.reverse(game.take(person=DUA).entry)
    game.adjust(CATS, 12)
    return game


def test_preview_tells_who_loses_what_and_changes_nothing(ledger: Game) -> None:
    found = previewed(ledger, Selection(wanted=Wanted(by_hand=True)))

    assert [tuple(loss) for loss in found.people] == [("Ada Lovelace", 2, -10)]
    told = [
        (pair.after.team, pair.before.points, pair.after.points, pair.before.rank, pair.after.rank)
        for pair in found.teams
    ]
    assert told == [(CATS, 12, 12, 2, 1), (OWLS, 15, 5, 1, 2)]
    assert (len(found.chosen.entries), found.chosen.reversed, found.chosen.of_seats) == (2, 0, 0)
    assert ledger.points() == {OWLS: 15, CATS: 12}


def test_reverse_does_what_the_preview_said_and_undo_takes_it_back(ledger: Game) -> None:
    before = ledger.board()
    foreseen = previewed(ledger)
    assert (len(foreseen.chosen.entries), foreseen.chosen.reversed) == (4, 1)

    bulk = reverse(ledger)

    after = ledger.board()
    assert {pair.after.team: pair.after.points for pair in foreseen.teams} == ledger.points() == {OWLS: 0, CATS: 0}
    assert (bulk.activities, ledger.verify()) == (4, [])
    with pytest.raises(AlreadyDone, match="Nothing to reverse"):
        reverse(ledger)
    assert undo(ledger, bulk) == (4, 0)
    assert (ledger.board().standings, ledger.verify()) == (before.standings, [])
    assert after.standings != before.standings
    with pytest.raises(AlreadyDone, match="undone already"):
        undo(ledger, bulk)


def test_reverse_leaves_what_follows_a_seat(game: Game) -> None:
    plan = Plan(game)
    seat, during = plan.sign_up(plan.shift(), ADA).seat, plan.at("2022-09-15 07:00")
    check_in(during, seat, ADA)
    complete(during, seat, ADA)
    played = game.at("2022-09-15 07:00")
    before = played.points()

    assert (previewed(played).chosen.of_seats, previewed(played).chosen.entries) == (1, [])
    with pytest.raises(AlreadyDone):
        reverse(played)
    assert played.points() == before


def test_undo_leaves_what_somebody_ruled_on_since(ledger: Game) -> None:
    entry = ledger.take(external_id="mine").entry
    bulk = reverse(ledger)
    ledger.reinstate(entry)
    ledger.reverse(entry)

    assert undo(ledger, bulk) == (4, 1)
    assert ledger.verify() == []


def test_reverse_takes_nothing_that_came_after_its_preview(ledger: Game) -> None:
    upto = ledger.week().version
    ledger.take(external_id="later")

    assert reverse(ledger, ALL._replace(upto=upto)).activities == 4
    assert ledger.points()[OWLS] == 5


def test_reverse_of_something_else_than_was_seen_is_refused(ledger: Game) -> None:
    seen = previewed(ledger).chosen.mark
    one = reverse(ledger, Selection(wanted=Wanted(by_hand=True)))

    with ledger.database.unit_of_work() as session, pytest.raises(Conflict, match="after you opened this page"):
        bulk_reversals.reverse(session, ledger.slug, ALL, ledger.act, reason="Tests", seen=seen)
    undo(ledger, one)
    with ledger.database.unit_of_work() as session:
        assert bulk_reversals.reverse(session, ledger.slug, ALL, ledger.act, reason="Tests", seen=seen).activities == 4


@pytest.mark.parametrize(
    ("selection", "reason", "problem"),
    [
        (ALL, " ", Malformed),
        (Selection(["0" * 16, "", "\0"]), "So", AlreadyDone),
        (Selection(), "So", AlreadyDone),
        (Selection(wanted=Wanted(team="0" * 16)), "So", NotFound),
    ],
    ids=["no reason", "unknown", "nothing chosen", "unknown team"],
)
def test_reverse_of_nothing_is_refused(ledger: Game, selection: Selection, reason: str, problem: Any) -> None:
    with pytest.raises(problem):
        reverse(ledger, selection, reason)


def test_reverse_and_undo_in_a_closed_week_are_refused(ledger: Game) -> None:
    bulk = reverse(ledger, Selection(wanted=Wanted(by_hand=True)))
    ledger.close()

    with pytest.raises(WeekNotOpen):
        reverse(ledger)
    with pytest.raises(WeekNotOpen):
        undo(ledger, bulk)


def test_undo_of_a_bulk_of_another_week_is_refused(ledger: Game) -> None:
    other = Game(ledger.database, slug="q4-2022").start()

    with pytest.raises(NotFound):
        undo(other, reverse(ledger))


def test_reverse_is_bounded_and_takes_the_newest(ledger: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.batch(*(an_activity(person=ADA, external_id=f"many-{number}") for number in range(3)))
    monkeypatch.setattr(bulk_reversals, "MOST_AT_ONCE", 2)

    found = previewed(ledger)

    assert (found.chosen.is_cut, len(found.chosen.entries)) == (True, 2)
    assert MOST_AT_ONCE == 10_000
    assert reverse(ledger).activities == 2
