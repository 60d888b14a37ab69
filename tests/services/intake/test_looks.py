"""Looks at deliveries that are made each second, or on each page, go by an index however many there are."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from app.services import clocks
from app.services.intake import deliveries, health, processing, unmatched
from tests.builders import Game
from tests.cost import plan_of

LOOKS: dict[str, Callable[[Session, Game], object]] = {
    "is_due": lambda session, game: deliveries.is_due(session, game.now),
    "requeue_due": lambda session, game: deliveries.requeue_due(session, game.now),
    "requeue_outside": lambda session, _: deliveries.requeue_outside(session),
    "claim": lambda session, _: processing.claim(session),
    "claim newest": lambda session, _: processing.claim(session, newest=True),
    "unmatched.count": lambda session, _: unmatched.count(session),
    "unmatched.look": lambda session, _: unmatched.look(session),
    "health": lambda session, _: health._unmatched(session),
}


@pytest.mark.parametrize("name", LOOKS)
def test_no_look_reads_all_deliveries(game: Game, name: str) -> None:
    with game.database.unit_of_work() as session:
        connection = session.connection()
        if not game.database.on_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # as where there are many
        plans = [step for step in plan_of(connection, lambda: LOOKS[name](session, game)) if "delivery" in step]

    assert plans
    assert [step for step in plans if step == "SCAN delivery" or "Seq Scan on delivery" in step] == []


def test_the_ticket_of_a_comment_is_found_without_reading_all_facts(game: Game) -> None:
    reply = {"source": "zendesk", "external_id": "s1"}
    with game.database.unit_of_work() as session:
        if not game.database.on_sqlite:
            session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")  # as where there are many
        plans = [
            plan_of(session.connection(), lambda: session.execute(clocks._TICKETS, reply)),
            plan_of(session.connection(), lambda: clocks.tickets_of(session, **reply)),
        ]

    assert [any("clock_fact_of_comment" in step for step in plan) for plan in plans] == [True, True]
