"""Activities that arrive together: one commit, an answer each, and nobody suffers for another."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from app.errors import Malformed, PersonUnknown, Problem, Unavailable, WeekUnknown
from app.services.ledger import Answer
from app.web.recorder import Recorder
from tests.builders import ADA, CATS, DUA, OWLS, SLUG, Game, an_activity
from tests.web.site import SettableClock


def sent(recorder: Recorder, *bodies: dict[str, Any] | bytes, slug: str = SLUG) -> list[Answer | BaseException]:
    """What everybody hears who sends one of these at the same moment."""

    async def together() -> list[Answer | BaseException]:
        raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in bodies]
        return await asyncio.gather(*(recorder.record(slug, body, "a tool") for body in raw), return_exceptions=True)

    return asyncio.run(together())


def gist(results: Sequence[Answer | BaseException]) -> list[object]:
    """The external id of an activity and whether it was there before, or the kind of problem."""
    return [(each.key.external_id, each.repeated) if isinstance(each, Answer) else type(each) for each in results]


@pytest.fixture
def recorder(game: Game) -> Recorder:
    """A recorder of the standard week."""
    return Recorder(game.database, SettableClock())


class Brittle(Recorder):
    """A recorder that breaks on a certain word."""

    error: Exception = ZeroDivisionError()

    def _take(self, group: Sequence[Any]) -> Sequence[Answer | Exception]:
        if any(b"break" in each.body for each in group):
            raise self.error
        return super()._take(group)


def test_those_who_wait_together_share_one_change_of_the_week(recorder: Recorder, game: Game) -> None:
    before = game.week().version

    results = sent(recorder, *(an_activity(external_id=f"i-{number}") for number in range(10)))

    assert gist(results) == [(f"i-{number}", False) for number in range(10)]
    assert game.week().version == before + 2  # the first did not wait for company
    assert (game.points(), game.verify()) == ({OWLS: 50, CATS: 0}, [])


def test_each_hears_what_became_of_its_own(recorder: Recorder, game: Game) -> None:
    results = sent(
        recorder,
        an_activity(external_id="first"),
        an_activity(external_id="good"),
        an_activity(external_id="bad", person="nobody@example.com"),
        b"{",
        an_activity(external_id="also good", person=DUA),
    )

    assert gist(results) == [("first", False), ("good", False), PersonUnknown, Malformed, ("also good", False)]
    assert (game.points(), game.verify()) == ({OWLS: 10, CATS: 5}, [])


def test_copies_that_wait_together_are_one_activity(recorder: Recorder, game: Game) -> None:
    results = sent(recorder, an_activity(external_id="alone"), *[an_activity(external_id="once")] * 4)

    assert gist(results) == [("alone", False), ("once", False), *[("once", True)] * 3]
    assert len({each.id for each in results if isinstance(each, Answer)}) == 2
    assert game.points() == {OWLS: 10, CATS: 0}


def test_those_of_another_week_are_not_kept_from_theirs(recorder: Recorder, game: Game) -> None:
    async def together() -> list[Answer | BaseException]:
        body = json.dumps(an_activity(external_id="one")).encode()
        slugs = (SLUG, "no-such-week", SLUG)
        return await asyncio.gather(*(recorder.record(slug, body, "a") for slug in slugs), return_exceptions=True)

    results = asyncio.run(together())

    assert gist(results) == [("one", False), WeekUnknown, ("one", True)]


def test_one_that_breaks_takes_nobody_with_it(game: Game) -> None:
    recorder = Brittle(game.database, SettableClock())

    results = sent(recorder, *(an_activity(external_id=name) for name in ("first", "good", "break", "fine")))

    assert gist(results) == [("first", False), ("good", False), ZeroDivisionError, ("fine", False)]
    assert game.points() == {OWLS: 15, CATS: 0}


def test_while_the_database_is_away_everybody_hears_it(game: Game) -> None:
    recorder = Brittle(game.database, SettableClock())
    recorder.error = Unavailable("Away.")

    results = sent(recorder, *(an_activity(external_id=name) for name in ("first", "good", "break", "fine")))

    assert gist(results) == [("first", False), Unavailable, Unavailable, Unavailable]
    assert game.points() == {OWLS: 5, CATS: 0}


def test_recorder_goes_on_after_a_problem(recorder: Recorder, game: Game) -> None:
    refused = sent(recorder, an_activity(person="nobody@example.com"))

    taken = sent(recorder, an_activity(person=ADA, external_id="next"))

    assert ([isinstance(each, Problem) for each in refused], gist(taken)) == ([True], [("next", False)])
    assert game.points() == {OWLS: 5, CATS: 0}
