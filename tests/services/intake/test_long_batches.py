"""Batches with many reports: processed some at a time, resumed where that ended, each counted once."""

from typing import Any

import pytest
from sqlmodel import select

from app.integrations.sources import registry
from app.models import LedgerEntry
from app.services.intake import authors, deliveries, processing
from tests.builders import ADA, BO, Game, act_by
from tests.integrations.sources.samples import GURU, LINEAR
from tests.services.intake.inbox import Inbox
from tests.services.intake.test_unmatched import changed

NUMBER = 10


def card(number: int, user: str = ADA) -> dict[str, Any]:
    return changed(GURU, user=user, properties__cardId=f"card-{number}")


@pytest.fixture
def inbox(game: Game, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr(processing, "REPORTS_AT_ONCE", 3)
    inbox = Inbox(game.database)
    inbox.connect("guru")
    return inbox


def step(inbox: Inbox, most: int = 1) -> int:
    """Process in one transaction; the number of activities there are then."""
    with inbox.database.unit_of_work() as session:
        processing.process_some(session, registry.parse, inbox.now, most)
    with inbox.database.reading() as session:
        return len(session.exec(select(LedgerEntry)).all())


def test_a_long_batch_takes_several_transactions_and_counts_none_twice(inbox: Inbox) -> None:
    inbox.take("guru", GURU, card(4))
    batch = inbox.store("guru", GURU, [card(number) for number in range(NUMBER)])

    numbers = [step(inbox) for _ in range(5)]

    found = inbox.find(batch)
    assert (numbers, found.state, found.attempts, found.body) == ([4, 6, 9, 10, 10], "recorded", 1, None)
    assert '"progress"' not in (found.reading or "")


def test_a_replay_of_a_long_batch_counts_nothing_twice(inbox: Inbox, game: Game) -> None:
    batch = inbox.take("guru", GURU, [card(0, user="x@example.org"), *map(card, range(1, NUMBER))])
    assert (inbox.state(batch), inbox.find(batch).author) == ("unmatched", "x@example.org")

    with inbox.database.unit_of_work() as session:
        deliveries.replay(session, batch, act_by("Olu", inbox.now))
    inbox.process()

    assert (inbox.state(batch), step(inbox), game.verify()) == ("unmatched", NUMBER - 1, [])


def test_a_new_delivery_does_not_wait_for_a_long_batch(inbox: Inbox) -> None:
    inbox.connect("linear")
    inbox.store("guru", GURU, [card(number) for number in range(NUMBER)])
    inbox.store("linear", LINEAR, linear_delivery="old")
    new = inbox.store("linear", LINEAR, changed(LINEAR, data__id="i-2"), linear_delivery="new")

    recorded = step(inbox, most=5)

    assert (recorded, inbox.state(new)) == (4, "recorded")


def test_who_is_named_while_a_long_batch_is_under_way_is_credited_with_what_came_before(inbox: Inbox) -> None:
    users = ["x@example.org", *[ADA] * (NUMBER - 1)]
    batch = inbox.store("guru", GURU, [card(number, user) for number, user in enumerate(users)])
    step(inbox)

    with inbox.database.unit_of_work() as session:
        authors.name(session, "guru", "x@example.org", BO, act_by("Olu", inbox.now))
    inbox.process()

    assert (inbox.state(batch), step(inbox)) == ("recorded", NUMBER)
