"""Screens that are away: which ones, and telling organizers of each once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.domain.calendar.days import day_bounds
from app.domain.screens.wall import Plan
from app.models import Display, Notice, Week
from app.services import notices
from app.services.displays import displays, plans
from app.services.notices import News
from app.services.people import people
from app.services.weeks import weeks

AWAY = timedelta(hours=1)
"""The time after which a screen that is not seen any more is told of."""


def away(session: Session, now: datetime, usual: ZoneInfo, *, since: datetime | None = None) -> list[Display]:
    """The screens that came for their code and were not seen for an hour in which they should have been, newest first.

    A screen in its quiet hours is not away, and the hour begins anew at their end, or at `since`. It is real time.
    """
    wall = plans.wall(session)
    return [
        display
        for display in displays.every(session)
        if display.seen_at is not None and _is_away(display.seen_at, wall.plan(display.id), now, usual, since)
    ]


def _is_away(seen_at: datetime, plan: Plan, now: datetime, usual: ZoneInfo, since: datetime | None) -> bool:
    begun = seen_at if since is None else max(seen_at, since)
    if plan.hours is not None:
        zone = plan.zone_or(usual)
        if plan.hours.is_on(now, zone):
            return False
        begun = max(begun, plan.hours.last_end(now, zone))
    return now - begun >= AWAY


def untold(session: Session, now: datetime, wall: datetime) -> Sequence[Display]:
    """The screens that are away on a day of the open week that is on by `now`, and that nobody was told of."""
    week = _week_on(session, now)
    if week is None:
        return []
    begins, _ = day_bounds(week.starts, week.ends, week.zone)
    missing = away(session, wall, week.zone, since=begins)
    query = select(Notice.subject, Notice.revision).where(Notice.kind == "display-away")
    told = set(session.exec(query.where(col(Notice.subject).in_([each.id for each in missing])))) if missing else set()
    return [each for each in missing if (each.id, _outage(each)) not in told]


def tell(session: Session, now: datetime, wall: datetime) -> int:
    """Tell every organizer of each of them, once for each time a screen goes away; the number of screens."""
    week, found = _week_on(session, now), untold(session, now, wall)
    if week is None or not found:
        return 0
    organizers, chosen = people.organizers(session), plans.wall(session)
    for display in found:
        zone = chosen.plan(display.id).zone_or(week.zone)
        facts = {"name": display.name, "when": _stamp(display.seen_at, zone)}
        notices.tell(session, week, organizers, News("display-away", display.id, _outage(display), facts), now)
    return len(found)


def _week_on(session: Session, now: datetime) -> Week | None:
    week = weeks.pick_current(weeks.every(session), now)
    if week is None or week.state != "open":
        return None
    begins, ends = day_bounds(week.starts, week.ends, week.zone)
    return week if begins <= now < ends else None


def _outage(display: Display) -> int:
    """The second in which a screen was seen last, which tells one absence of it from another."""
    return int(display.seen_at.timestamp()) if display.seen_at else 0


def _stamp(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b, %H:%M %Z}"
