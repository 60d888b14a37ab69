"""Shifts settle by themselves while a worker runs, by the game's clock."""

from functools import partial

from sqlmodel import select

from app.jobs import shifts
from app.jobs.worker import Job, Worker
from app.models import Seat
from app.services.shifts import timetable
from tests.builders import ADA, Game, moment
from tests.jobs.test_worker import LOOK, run_until
from tests.services.shifts.test_seats import Plan
from tests.services.shifts.test_settling import check_in, signed_up
from tests.web.running_app import SettableClock


def test_a_worker_completes_who_checked_in_once_the_shift_is_over(game: Game) -> None:
    plan, clock = Plan(game), SettableClock(moment("2022-09-15 08:00"))
    check_in(plan, signed_up(plan, ADA)[ADA], ADA, "2022-09-15 06:05")
    handlers = [
        Job(timetable.SETTLE, partial(shifts.settle, game.database, clock)),
        Job(shifts.PLAN, partial(shifts.plan_all, game.database, clock)),
    ]

    def is_completed() -> bool:
        with game.database.reading() as session:
            return session.exec(select(Seat.state)).one() == "completed"

    run_until(is_completed, Worker(game.database, clock, handlers, daily={shifts.PLAN: 0}, look=LOOK))

    assert game.at("2022-09-15 08:00").points()["Owls"] == 20
