"""The jobs that weeks have done at their times: shifts settled, reminders, clocks, planned changes, screens watched."""

from functools import partial

from app.clock import Clock
from app.db.database import Database
from app.jobs import clocks, quality, reminders, scheduled_changes, screens, shifts
from app.jobs.worker import Job
from app.services import shift_stages, slack_news
from app.services.cards import aging
from app.services.feedback import reminders as feedback_reminders
from app.services.ledger import timings
from app.services.reviews import retention
from app.services.shifts import reminders as shift_reminders
from app.services.shifts import timetable
from app.services.weeks import schedule

KINDS = (
    shifts.PLAN, timetable.SETTLE, shift_reminders.REMIND, clocks.TAKE_OVER, timings.CATCH_UP, schedule.CHANGE,
    feedback_reminders.REMIND, aging.LOOK, retention.FORGET, shift_stages.STAGE,
    slack_news.PLAN,
)  # fmt: skip
watch_screens = screens.watch
DAILY = (shifts.PLAN, slack_news.PLAN, aging.LOOK, retention.FORGET)
"""Those of them that are done once a day."""


def jobs(database: Database, clock: Clock) -> list[Job]:
    """A handler for each of `KINDS`."""
    return [
        Job(shifts.PLAN, partial(shifts.plan_all, database, clock)),
        Job(timetable.SETTLE, partial(shifts.settle, database, clock)),
        Job(shift_reminders.REMIND, partial(reminders.remind, database, clock)),
        Job(shift_stages.STAGE, partial(reminders.tell_stage, database, clock)),
        Job(slack_news.PLAN, partial(reminders.plan_news, database, clock)),
        Job(clocks.TAKE_OVER, partial(clocks.take_over, database, clock), lease=clocks.LEASE),
        Job(timings.CATCH_UP, partial(clocks.catch_up, database, clock), lease=clocks.LEASE),
        Job(feedback_reminders.REMIND, partial(reminders.remind_of_feedback, database, clock)),
        Job(aging.LOOK, partial(quality.look, database, clock)),
        Job(retention.FORGET, partial(quality.forget, database, clock)),
        Job(schedule.CHANGE, partial(scheduled_changes.change, database, clock)),
    ]
