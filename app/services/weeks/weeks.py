"""Weeks: create them, find them, open and close them, and lock one before changing anything in it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, TypeVar

from sqlalchemy import bindparam, update
from sqlalchemy import select as sql_select
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from app.db.database import announce, serialize
from app.db.statements import Prepared
from app.domain.actor import Act, Actor
from app.domain.calendar.days import local_day
from app.domain.view import Audience, View, audience_of
from app.errors import Conflict, Malformed, NotFound, WeekNotOpen, WeekUnknown
from app.events import WeekChanged
from app.models import Week, WeekEvent
from app.services import paging
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.paging import Page
from app.services.weeks import week_fields
from app.services.weeks.rehearsing import may_enter
from app.services.weeks.week_rows import AnyWeek as AnyWeek
from app.services.weeks.week_rows import HeldWeek as HeldWeek
from app.services.weeks.week_rows import WeekStamp as WeekStamp

CURRENT = week_fields.CURRENT


AnyStamp = TypeVar("AnyStamp", Week, WeekStamp)

_STAMPS = sql_select(*(col(getattr(Week, name)) for name in WeekStamp._fields))
_ALL_STAMPS = Prepared(_STAMPS.where(col(Week.removed_at).is_(None)))
_STAMP = Prepared(_STAMPS.where(col(Week.slug) == bindparam("slug")))

IS_REAL = col(Week.rehearsal_of).is_(None)
"""Whatever looks for weeks rather than for one leaves rehearsals out."""

_HELD = sql_select(*(col(getattr(Week, name)) for name in HeldWeek._fields)).where(col(Week.slug) == bindparam("slug"))
# Weaker than for deletion: rows that merely refer to the week come in meanwhile, such as a seat's, whose transaction
# holds a shift that whoever holds the week waits for.
_LOOK, _HOLD = Prepared(_HELD), Prepared(_HELD.with_for_update(key_share=True))
_BY_SLUG = select(Week).where(Week.slug == bindparam("slug"))
_LOCK = _BY_SLUG.with_for_update(key_share=True).execution_options(populate_existing=True)
_COUNT = Prepared(
    update(Week)
    .where(col(Week.id) == bindparam("week"))
    .values(version=bindparam("next"), score_changes=col(Week.score_changes) + bindparam("score_changes"))
)

Details = Mapping[str, str]
Action = Literal[
    "created", "changed", "opened", "closed", "reopened", "frozen", "revealed", "removed", "imported", "archived",
    "unarchived",
]  # fmt: skip


def create(session: Session, act: Act, *, slug: str, name: str, timezone: str, starts: date, ends: date) -> Week:
    """Create a draft week. Raises Malformed or Conflict with a sentence for each thing that does not fit."""
    slug, name = week_fields.check_slug(slug), week_fields.check_name(name)
    timezone = week_fields.check_zone(timezone)
    week_fields.check_days(starts, ends)
    serialize(session)
    if session.exec(select(Week).where(Week.slug == slug)).first():
        raise Conflict.at(slug=f"There’s already a week “{slug}”. Choose another slug.")
    week = Week(slug=slug, name=name, timezone=timezone, starts=starts, ends=ends, created_at=act.now)
    session.add(week)
    session.flush()
    note(session, week, "created", act)
    announce(session, WeekChanged(week.slug, week.version))
    return week


def history(session: Session, week: Week) -> list[WeekEvent]:
    """The events of a week, newest first."""
    query = select(WeekEvent).where(WeekEvent.week_id == week.id).order_by(col(WeekEvent.id).desc())
    return list(session.exec(query))


def find(session: Session, slug: str, now: datetime) -> Week:
    """The week of this slug, or the current one for “current”. Raises WeekUnknown."""
    week: Week | None = None
    if slug == CURRENT:
        week = pick_current(every(session), now)
    elif _is_address(slug):
        week = session.exec(_BY_SLUG, params={"slug": slug}).first()
    if week is None:
        raise WeekUnknown(slug)
    return week


def _is_address(slug: str) -> bool:
    """Tell whether a week may have this slug; a rehearsal's counts only where somebody entered it."""
    return week_fields.ADDRESS.fullmatch(slug) is not None and may_enter(slug)


def stamp(session: Session, slug: str) -> WeekStamp:
    """The stamp of the week of this slug, which is not “current”, a rehearsal's too. Raises WeekUnknown."""
    rows = _STAMP.rows(session, slug=slug) if week_fields.ADDRESS.fullmatch(slug) else []
    if not rows:
        raise WeekUnknown(slug)
    return WeekStamp(*rows[0])


def stamps(session: Session) -> list[WeekStamp]:
    """The stamps of all weeks, in one query."""
    return [WeekStamp(*row) for row in _ALL_STAMPS.rows(session)]


def admitted(session: Session, slug: str) -> Week:
    """The week of a slug whose reader was let in before, as a stream's was; a rehearsal's too. Raises WeekUnknown."""
    return find_by_id(session, stamp(session, slug).id)


def find_by_id(session: Session, week_id: int) -> Week:
    """The week a row belongs to."""
    week = session.get(Week, week_id)
    if week is None:
        raise NotFound("There’s no such week.")
    return week


def pick_current(weeks: Sequence[AnyStamp], now: datetime) -> AnyStamp | None:
    """The open week whose days include today, else the open one that started last, else the one closed last.

    An archived one is current only where every closed one is archived, and a rehearsal never.
    """
    weeks = [week for week in weeks if week.rehearsal_of is None]

    def has_today(week: AnyStamp) -> bool:
        return week.starts <= local_day(now, week.zone) <= week.ends

    def newest(week: AnyStamp) -> tuple[date, int]:
        return week.starts, week.id

    opened = [week for week in weeks if week.state == "open"]
    closed = [week for week in weeks if week.state == "closed"]
    if opened:
        return max([week for week in opened if has_today(week)] or opened, key=newest)
    closed = [week for week in closed if week.archived_at is None] or closed
    return max(closed, key=lambda week: (week.closed_at or week.created_at, week.id), default=None)


def default_week(session: Session, now: datetime) -> Week | None:
    """The week organizers have in mind: the open one, else the next that is being prepared, else the last."""
    weeks = every(session)
    current = pick_current(weeks, now)
    drafts = [week for week in weeks if week.state == "draft" and (current is None or week.starts > current.starts)]
    return drafts[-1] if drafts and (current is None or current.state != "open") else current


def every(session: Session) -> list[Week]:
    """All weeks, archived ones too but no rehearsals, the one that starts last first."""
    query = select(Week).where(col(Week.removed_at).is_(None), IS_REAL)
    return list(session.exec(query.order_by(col(Week.starts).desc(), col(Week.id).desc())))


def has_frozen(session: Session) -> bool:
    """Tell whether any week hides something from the public now."""
    return session.exec(select(Week.id).where(col(Week.frozen_at).is_not(None), IS_REAL).limit(1)).first() is not None


def page(session: Session, *, cursor: str | None, limit: int, with_archived: bool = False) -> Page[Week]:
    """Up to `limit` weeks after the cursor, in the order they were created. Raises Malformed for a bad cursor."""
    query = select(Week).where(col(Week.removed_at).is_(None), IS_REAL).order_by(col(Week.id)).limit(limit + 1)
    if not with_archived:
        query = query.where(col(Week.archived_at).is_(None))
    if cursor:
        query = query.where(Week.id > _with_slug(session, paging.decode(cursor)).id)
    return paging.cut(session.exec(query).all(), limit, lambda week: week.slug)


def _with_slug(session: Session, slug: str) -> Week:
    """The week that a cursor names. Raises Malformed."""
    week = session.exec(_BY_SLUG, params={"slug": slug}).first() if week_fields.SLUG.fullmatch(slug) else None
    if week is None:
        raise Malformed(paging.STRANGE_CURSOR)
    return week


def lock(session: Session, slug: str, now: datetime) -> Week:
    """Lock a week's row until the transaction ends, and read it again: all that changes a week queues here (ADR 3)."""
    name = find(session, slug, now).slug if slug == CURRENT else slug
    week = session.exec(_LOCK, params={"slug": name}).first() if _is_address(name) else None
    if week is None:
        raise WeekUnknown(slug)
    return week


def hold(session: Session, slug: str, now: datetime) -> HeldWeek:
    """Lock a week like `lock`, on the way that every single activity takes. Raises WeekUnknown."""
    return _held(session, _HOLD, slug, now)


def look(session: Session, slug: str, now: datetime) -> HeldWeek:
    """Read a week like `hold`, without a lock. Raises WeekUnknown."""
    return _held(session, _LOOK, slug, now)


def _held(session: Session, statement: Prepared, slug: str, now: datetime) -> HeldWeek:
    name = find(session, slug, now).slug if slug == CURRENT else slug
    rows = statement.rows(session, slug=name) if _is_address(name) else []
    if not rows:
        raise WeekUnknown(slug)
    return HeldWeek(*rows[0])


def bump_version(session: Session, week: AnyWeek, *, scores_alone: bool = False) -> int:
    """Count one more change of a locked week, announced after the commit; `scores_alone`: nothing else has changed."""
    version = week.version + 1
    _COUNT.run(session, [{"week": week.id, "next": version, "score_changes": int(scores_alone)}])
    if isinstance(week, Week):  # written already: assigned as usual, the flush would send a second UPDATE of the same
        set_committed_value(week, "version", version)
        set_committed_value(week, "score_changes", week.score_changes + scores_alone)
    announce(session, WeekChanged(week.slug, version))
    return version


def edits(week: Week | WeekStamp) -> int:
    """The number of a week's changes that were not of scores alone: names, teams, state, rules, a freeze."""
    return week.version - week.score_changes


def view(week: Week, actor: Actor | None, *, preview: bool = False) -> View:
    """The view of a week for an actor; in a preview, the public's."""
    return view_of(week, audience_of(actor, preview=preview))


def view_of(week: Week, audience: Audience) -> View:
    """The view of a week for an audience: the public of a frozen one sees it as it was then."""
    if audience == "public" and week.frozen_version is not None:
        return View(audience, week.frozen_version, week.frozen_rule_set_id, _names_of(week.frozen_names or "{}"))
    return View(audience, rule_set_id=week.rule_set_id)


@lru_cache(maxsize=8)
def _names_of(text: str) -> Mapping[str, str]:
    """Names by person id, read once for the many activities of a batch."""
    return MappingProxyType(json.loads(text))


def require_open(week: AnyWeek) -> None:
    """Raise WeekNotOpen unless the week takes activities."""
    if week.state != "open":
        raise WeekNotOpen(week.name, week.state)


def require_begun(week: AnyWeek) -> None:
    """Raise WeekNotOpen for a draft: it has no activities, so a list of them repeats none either."""
    if week.state == "draft":
        raise WeekNotOpen(week.name, week.state)


def note(
    session: Session, week: Week, action: Action, act: Act, *, reason: str | None = None,
    before: Details | None = None, after: Details | None = None,
) -> None:  # fmt: skip
    """Write down who did what to a week; with what changed, from what to what."""
    session.add(WeekEvent(week_id=week.id, action=action, reason=reason, by=act.actor.name, at=act.now))
    after = {"reason": reason} if reason else after
    audit.note(session, f"week.{action}", audit_target(week), act, before=before, after=after)


def audit_target(week: AnyWeek) -> AuditTarget:
    """A week as the audit names it."""
    return AuditTarget("week", week.slug, week.name)
