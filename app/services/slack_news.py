"""News for Slack's channel, planned: the day's post, the gaps of the afternoon, and the results."""

from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import and_
from sqlmodel import Session, col, select

from app.domain.calendar.days import ONE_DAY, boundary, local_day
from app.domain.notices.timing import send_at
from app.models import SlackMessage, Week
from app.services import slack_messages
from app.services.slack_messages import DAY, GAPS, RESULTS, PlannedMessage
from app.services.weeks import weeks

PLAN: Final = "slack.plan_news"
"""The kind of the job that plans the news of the days ahead, once a day."""
LOOK: Final = timedelta(minutes=10)
TIMES: Final = {DAY: time(8), GAPS: time(16)}
"""The times of the week's zone at which each is posted."""
UNTIL: Final = {DAY: time(21), GAPS: time(17)}
"""The times until which each is posted still, where there was no channel or no week before."""


def plan_days(session: Session, now: datetime) -> None:
    """Plan what is posted today and tomorrow about the weeks that are open; planned twice, it is posted once."""
    for week in session.exec(select(Week).where(Week.state == "open", weeks.IS_REAL)).all():
        today = local_day(now, week.zone)
        for day in (today, today + ONE_DAY):
            for kind, at in TIMES.items():
                is_on = week.starts <= day <= week.ends
                if is_on and now < boundary(datetime.combine(day, UNTIL[kind]), week.zone):
                    due = boundary(datetime.combine(day, at), week.zone)
                    message = PlannedMessage("", kind, str(week.id), day.toordinal(), "", due, week_id=week.id)
                    slack_messages.post(session, message, now)


def week_ended(session: Session, week: Week, now: datetime) -> None:
    """Have the results of a week posted, by day, unless they are hidden; those that are there follow what changed."""
    if week.rehearsal_of is not None:
        return
    there = and_(col(SlackMessage.kind).in_((RESULTS, GAPS)), col(SlackMessage.week_id) == week.id)
    slack_messages.change(session, there, now)
    if week.state == "closed" and week.frozen_at is None:
        due = send_at(now, None, week.zone)
        message = PlannedMessage("", RESULTS, str(week.id), 0, "", due, week_id=week.id)
        slack_messages.post(session, message, now)


def next_look(message: SlackMessage, week: Week, now: datetime) -> datetime | None:
    """The moment at which the day's post is looked at again; None once its day is over."""
    evening = boundary(datetime.combine(local_day(message.due_at, week.zone), UNTIL[DAY]), week.zone)
    later = now + LOOK
    return later if message.kind == DAY and later < evening else None
