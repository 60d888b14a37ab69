"""Topics: versions of what can be watched of a week beside its board, counted without a lock on the week."""

from typing import Literal

from sqlalchemy import bindparam, func, text, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.database import announce, do_last
from app.db.statements import Prepared
from app.events import Changed
from app.models import Announcement, TopicVersion, Week
from app.services.weeks.weeks import AnyWeek

TopicName = Literal["shifts", "guestbook", "cheers"]

_VERSION = Prepared(
    sql_select(TopicVersion.version).where(  # type: ignore[call-overload]  # a column, whatever the model's type says
        col(TopicVersion.week_id) == bindparam("week"), col(TopicVersion.topic) == bindparam("topic")
    )
)
_ANNOUNCED = sql_select(func.max(col(Announcement.version))).scalar_subquery()
_CHANGES = Prepared(
    sql_select(func.coalesce(func.sum(col(TopicVersion.version)), 0) + func.coalesce(_ANNOUNCED, 0)).where(
        col(TopicVersion.week_id) == bindparam("week")
    )
)
_CHANGES_BY_WEEK = Prepared(
    sql_select(col(Week.id), func.coalesce(func.sum(col(TopicVersion.version)), 0) + func.coalesce(_ANNOUNCED, 0))
    .outerjoin(TopicVersion, col(TopicVersion.week_id) == Week.id)
    .group_by(col(Week.id))
)
_COUNT_ON = Prepared(
    update(TopicVersion)
    .where(col(TopicVersion.week_id) == bindparam("week"), col(TopicVersion.topic) == bindparam("what"))
    .values(version=col(TopicVersion.version) + 1)
    .returning(col(TopicVersion.version))
)
_BEGIN_COUNT = text(
    "INSERT INTO topic_version (week_id, topic, version) VALUES (:week_id, :topic, 1)"
    " ON CONFLICT (week_id, topic) DO UPDATE SET version = topic_version.version + 1 RETURNING version"
)


def bump(session: Session, week: AnyWeek, topic: TopicName) -> None:
    """Count one more change of a topic, announced after the commit: once a transaction, as its last statement.

    So those who change different parts of a topic wait for each other no longer than a commit takes.
    """
    week_id, slug = week.id, week.slug

    def count(session: Session) -> None:
        found = _COUNT_ON.rows(session, week=week_id, what=topic)
        version = found[0][0] if found else session.scalar(_BEGIN_COUNT, {"week_id": week_id, "topic": topic})
        announce(session, Changed(topic, slug, version))

    do_last(session, f"topic {week_id:020} {topic}", count)


def version(session: Session, week_id: int, topic: TopicName) -> int:
    """The version of a week's topic; 0 while it never changed."""
    found = _VERSION.rows(session, week=week_id, topic=topic)
    return int(found[0][0]) if found else 0


def versions(session: Session, topic: TopicName) -> dict[int, int]:
    """The versions of a topic by week, in one query; weeks in which it never changed are left out."""
    query = select(TopicVersion.week_id, TopicVersion.version).where(TopicVersion.topic == topic)
    return dict(session.exec(query).all())


def changes(session: Session, week_id: int) -> int:
    """The number of changes of all of a week's topics and of the announcement, which its board's pages may show."""
    [[found]] = _CHANGES.rows(session, week=week_id)
    return int(found)


def changes_by_week(session: Session) -> dict[int, int]:
    """The same of every week, in one query."""
    return {week_id: int(changes) for week_id, changes in _CHANGES_BY_WEEK.rows(session)}
