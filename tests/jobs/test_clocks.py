"""Clocks are looked at again by jobs: facts of earlier deliveries taken over, replies of open weeks caught up."""

from functools import partial

from sqlalchemy import delete, text
from sqlmodel import col, select

from app.jobs import clocks
from app.jobs.worker import Job, Worker
from app.models import KeptClockFact, QueuedJob
from app.services.ledger import timings
from tests.builders import OWLS, Game
from tests.jobs.test_worker import LOOK, run_until
from tests.services.intake.desk import Desk, answered, asked, opened
from tests.web.running_app import SettableClock

QUEUED_BY_0014 = (
    "INSERT INTO job (kind, key, payload, run_at, attempts)"
    " VALUES ('clocks.take_over', 'clocks.take_over', '{}', '2022-01-01T00:00:00.000000+00:00', 0)"
)


def test_a_worker_takes_facts_over_and_times_what_was_recorded_without(game: Game) -> None:
    desk = Desk(game)
    desk.send(asked("T1", "c1", 1), answered("T1", "s1", 30))
    desk.send(opened("T1", 0))
    with game.database.unit_of_work() as session:
        session.exec(delete(KeptClockFact).where(col(KeptClockFact.event) != "staff"))
        timings.catch_up_all(session, game.act)
        session.execute(text(QUEUED_BY_0014))
    assert desk.seconds() == {"s1": None}
    clock = SettableClock(game.now)
    handlers = [
        Job(clocks.TAKE_OVER, partial(clocks.take_over, game.database, clock)),
        Job(timings.CATCH_UP, partial(clocks.catch_up, game.database, clock)),
    ]

    def is_done() -> bool:
        with game.database.reading() as session:
            return session.exec(select(QueuedJob.done_at)).one() is not None

    run_until(is_done, Worker(game.database, clock, handlers, look=LOOK))

    assert (desk.seconds(), game.points()[OWLS], game.verify()) == ({"s1": 1800}, 3, [])
