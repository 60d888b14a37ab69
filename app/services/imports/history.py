"""History of lists: which were imported, what each changed, and whether it was undone."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.errors import NotFound
from app.models import ListImport
from app.models.columns import is_id
from app.services.audit.audit import AuditTarget
from app.services.weeks.weeks import AnyWeek

Kind = Literal["teams", "people", "activities", "shifts", "identities"]
MOST = 20
"""Shown of one week, the newest first."""


def note(
    session: Session, kind: Kind, week: AnyWeek | None, act: Act, counts: Mapping[str, int], made: Mapping[str, Any]
) -> ListImport:
    """Note a list that changed something, in the transaction that does it and after the week's version was counted.

    A `HeldWeek` is the week as it was before, so its next version is meant.
    """
    version = None if week is None else version_of(week)
    found = ListImport(
        kind=kind, week_id=None if week is None else week.id, at=act.now, by=act.actor.name, version=version,
        counts=json.dumps(dict(counts)), made=json.dumps(dict(made)),
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def version_of(week: AnyWeek) -> int:
    """The version of a change that a week has just counted."""
    return week.version + 1 if isinstance(week, tuple) else week.version


def recent(session: Session, week: AnyWeek | None) -> list[ListImport]:
    """The newest lists of a week, or of none, the last one first.

    Without what each made, which is a megabyte for a long one; it is read where somebody asks for it.
    """
    of_week = col(ListImport.week_id).is_(None) if week is None else col(ListImport.week_id) == week.id
    query = (
        select(ListImport)
        .where(of_week)
        .order_by(col(ListImport.at).desc(), col(ListImport.version).desc(), col(ListImport.id))
        .limit(MOST)
        .options(defer(ListImport.made))  # type: ignore[arg-type]  # a column to SQLAlchemy, a text to mypy
    )
    return list(session.exec(query))


def find(session: Session, import_id: str) -> ListImport:
    """The list of this id. Raises NotFound."""
    found = session.get(ListImport, import_id) if is_id(import_id) else None
    if found is None:
        raise NotFound("There’s no import with that id.")
    return found


def undone_versions(session: Session, week: AnyWeek) -> list[int]:
    """The versions of a week by which imports of activities were undone."""
    query = select(ListImport.undone_version).where(
        ListImport.week_id == week.id, ListImport.kind == "activities", col(ListImport.undone_version).is_not(None)
    )
    return [version for version in session.exec(query) if version is not None]


def audit_target(found: ListImport) -> AuditTarget:
    """An import as the audit names it."""
    return AuditTarget("import", found.id, f"{found.kind}, {found.at:%Y-%m-%d %H:%M} UTC")
