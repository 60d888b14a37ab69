"""The end of a rehearsal: all its rows go, table by table, the ones that refer to others first."""

from functools import cache
from typing import Final

from sqlalchemy import ColumnElement, Table, bindparam, delete, or_, select
from sqlmodel import Session, SQLModel

from app.db.database import announce
from app.domain.actor import Act
from app.events import WeekChanged
from app.models import Week
from app.services.audit import audit
from app.services.rehearsals import rehearsals
from app.services.weeks import weeks
from app.services.weeks.rehearsing import inside

KEPT: Final = frozenset({"audit"})
"""Tables that refer to people and weeks and stay as they are: nothing that stand-ins did is in them."""


def throw_away(session: Session, slug: str, act: Act) -> int:
    """Delete the rehearsal of a week with everybody and everything in it; the number of rows.

    What stays is in the audit alone: that it began, moved and ended, and what organizers did in it. The database
    refuses to delete a row of any other week. Raises WeekUnknown, or NotFound without a rehearsal.
    """
    source = weeks.lock(session, slug, act.now)
    week = rehearsals.require(session, source).week
    with inside(week.slug):
        week = weeks.lock(session, week.slug, act.now)
    week_id, news = week.id, WeekChanged(week.slug, week.version + 1)
    session.flush()
    session.expunge_all()  # what is deleted behind the session's back would be written again
    rows = sum(_delete(session, table, week_id) for table in reversed(SQLModel.metadata.sorted_tables))
    announce(session, news)
    source = weeks.lock(session, slug, act.now)
    audit.note(session, "rehearsal.thrown-away", weeks.audit_target(source), act, after={"rows": rows})
    return rows


def _delete(session: Session, table: Table, week_id: int) -> int:
    if (belongs := _belongs(table)) is None:
        return 0
    result = session.connection().execute(delete(table).where(belongs), {"rehearsal": week_id})
    return result.rowcount


@cache
def _belongs(table: Table) -> ColumnElement[bool] | None:
    """The rows of a table that are a rehearsal's, or refer to one that is; None where none can be."""
    if table.name in KEPT:
        return None
    week = SQLModel.metadata.tables[str(Week.__tablename__)]
    if table is week:
        return week.c.id == bindparam("rehearsal")
    found: list[ColumnElement[bool]] = []
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        parent = key.column.table
        if parent is week:
            found.append(key.parent == bindparam("rehearsal"))
        elif parent is not table and (theirs := _belongs(parent)) is not None:
            found.append(key.parent.in_(select(key.column).where(theirs)))
    return or_(*found) if found else None
