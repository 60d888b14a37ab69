"""The organizers' overview: the week at hand, what waits for them, and what the first week still lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.calendar.days import local_day, zone_or_utc
from app.domain.rules import ADJUSTMENT, ATTENDANCE
from app.domain.view import EVERYTHING
from app.models import (
    Connection,
    Delivery,
    Display,
    LedgerEntry,
    Person,
    ScheduledChange,
    Team,
    Token,
    WebhookEndpoint,
    Week,
)
from app.services import jobs
from app.services.displays import absences
from app.services.intake import unmatched
from app.services.organizing import dead_jobs, invitations
from app.services.organizing.dead_jobs import DeadJob
from app.services.people import people
from app.services.rules import rule_sets
from app.services.shifts import attention, gaps, listing
from app.services.shifts.attention import Attention
from app.services.shifts.gaps import Gaps
from app.services.shifts.settings import settings_of
from app.services.webhooks import endpoints
from app.services.weeks import schedule, weeks

MAX_DEAD_JOBS = 20  # listed at once: what fails for one reason is revived one after the other, and the rest moves up

Phase = Literal["none", "draft", "ahead", "running", "over", "closed"]


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of what there is. `activities` are the week's, reversed ones too.

    `never_in` of its people, or of all before there is a week, have never signed in.

    `displays` are those whose screen was seen.

    `waits` is what waits for organizers in its shifts, `unmatched` are all deliveries whose author nobody knows,
    `unread` those that could not be read. `gaps` are its shifts that lack people and teams without one, `away` the
    screens that were not seen for an hour, quiet hours aside, `failed_plans` the planned changes of any week that could
    not happen.
    """

    week: Week | None
    phase: Phase
    teams: int
    activities: int
    people: int
    never_in: int
    tokens: int
    connections: int
    displays: int
    rules_version: int
    rules_errors: list[dict[str, int | str]]
    dead_jobs: Sequence[DeadJob]
    waits: Attention
    broken_webhooks: Sequence[WebhookEndpoint]
    unmatched: int
    unread: int
    gaps: Gaps
    away: Sequence[Display]
    failed_plans: Sequence[tuple[Week, ScheduledChange]]


def look(session: Session, now: datetime, wall: datetime) -> Overview:
    """Count what the overview shows; weeks go by `now`, tokens by `wall`."""
    week = weeks.default_week(session, now)
    number = _count(session, Team.week_id == week.id, col(Team.removed_version).is_(None)) if week else 0
    no_end = col(Token.expires_at).is_(None)
    return Overview(
        week=week,
        phase=phase_of(week, now),
        teams=number,
        activities=_count(
            session, LedgerEntry.week_id == week.id, col(LedgerEntry.kind).not_in((ADJUSTMENT, ATTENDANCE))
        )
        if week
        else 0,
        people=_count(session, col(Person.disabled_at).is_(None), people.IS_REAL),
        never_in=len(session.exec(invitations.never_in_ids(session, week)).all()),
        tokens=_count(session, col(Token.revoked_at).is_(None), no_end | (col(Token.expires_at) > wall)),
        connections=_count(session, col(Connection.disconnected_at).is_(None)),
        displays=_count(session, col(Display.revoked_at).is_(None), col(Display.seen_at).is_not(None)),
        rules_version=rule_sets.active(session).id,
        rules_errors=rule_sets.file_errors(session),
        dead_jobs=dead_jobs.look(session, jobs.dead(session, MAX_DEAD_JOBS)),
        unmatched=unmatched.count(session),
        waits=attention.of_week(session, week, now) if week else Attention(),
        broken_webhooks=endpoints.broken(session),
        unread=_count(session, Delivery.state == "quarantined"),
        gaps=_gaps(session, week, now) if week and week.state == "open" else Gaps(),
        away=absences.away(session, wall, week.zone if week else zone_or_utc("UTC")),
        failed_plans=schedule.failed(session),
    )


def _gaps(session: Session, week: Week, now: datetime) -> Gaps:
    needs_team = settings_of(session, week).needs_team
    items = listing.of_week(session, week, EVERYTHING)
    return gaps.among(session, week, items, now, needs_team=needs_team)


def _count(session: Session, *conditions: object) -> int:
    return session.exec(select(func.count()).where(*conditions)).one()  # type: ignore[arg-type]


def phase_of(week: Week | None, now: datetime) -> Phase:
    """The phase of a week; an open one's by its days, in its own zone."""
    if week is None:
        return "none"
    if week.state != "open":
        return "draft" if week.state == "draft" else "closed"
    today = local_day(now, week.zone)
    if today < week.starts:
        return "ahead"
    return "running" if today <= week.ends else "over"
