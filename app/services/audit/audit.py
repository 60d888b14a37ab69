"""The audit: who did what, when, from where, to which object. It only grows."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.db.bulk import BulkInsert
from app.domain.actor import PLAYED, Act
from app.models import AuditEntry, Person
from app.services import paging
from app.services.paging import Page

_ADD = BulkInsert(
    AuditEntry,
    ("at", "by", "person_id", "address", "action", "object_kind", "object_id", "object_name", "before", "after"),
)

LONGEST_TEXT = 2_000  # characters of one detail: entries are kept for ever, and some hold what somebody typed


class AuditTarget(NamedTuple):
    """The object of an audit entry: its kind, its id, and its name as people read it."""

    kind: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of entries; empty fields do not narrow. `person_id` matches the actor and the object alike."""

    action: str = ""
    person_id: str = ""
    object_kind: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def note(
    session: Session,
    action: str,
    audit_target: AuditTarget,
    act: Act,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write down one thing that was done or refused, in the transaction that does it. Actions read `week.opened`.

    What a rehearsal plays by itself is no deed of anybody's.
    """
    if act.actor == PLAYED:
        return
    session.add(AuditEntry(**_fields(action, audit_target, act, before, after)))
    session.flush()


def note_each(
    session: Session, action: str, targets: Iterable[tuple[AuditTarget, Mapping[str, Any]]], act: Act
) -> None:
    """Write down one thing that was done to many, an entry for each with what it was before."""
    _ADD.run(session, [_fields(action, audit_target, act, before, None) for audit_target, before in targets])


def note_made(
    session: Session, action: str, targets: Iterable[tuple[AuditTarget, Mapping[str, Any]]], act: Act
) -> None:
    """Write down many things that were made, an entry for each with what it is."""
    _ADD.run(session, [_fields(action, audit_target, act, None, after) for audit_target, after in targets])


def _fields(
    action: str,
    audit_target: AuditTarget,
    act: Act,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> dict[str, Any]:
    return {
        "at": act.now,
        "by": act.actor.name,
        "person_id": act.actor.person_id,
        "address": act.client or "",
        "action": action,
        "object_kind": audit_target.kind,
        "object_id": audit_target.id,
        "object_name": audit_target.name,
        "before": _document(before),
        "after": _document(after),
    }


def _document(details: Mapping[str, Any] | None) -> str | None:
    if details is None:
        return None
    return json.dumps({name: _short(value) for name, value in details.items()}, ensure_ascii=False, default=str)


def _short(value: Any) -> Any:
    return f"{value[:LONGEST_TEXT]}…" if isinstance(value, str) and len(value) > LONGEST_TEXT else value


def page(session: Session, wanted: Filter, *, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """Up to `limit` entries after the cursor, newest first. Raises Malformed for a bad cursor."""
    # A number, for organizers see every entry and its number.
    query = _narrowed(wanted).order_by(col(AuditEntry.id).desc()).limit(limit + 1)
    if cursor:
        query = query.where(col(AuditEntry.id) < paging.decode_number(cursor))
    return paging.cut(session.exec(query).all(), limit, lambda entry: str(entry.id))


def actions(session: Session) -> list[str]:
    """Every action there is an entry of, in order."""
    return list(session.exec(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def kinds(session: Session) -> list[str]:
    """Every kind of thing that something was done to, in order."""
    return list(session.exec(select(AuditEntry.object_kind).distinct().order_by(AuditEntry.object_kind)))


def _narrowed(wanted: Filter) -> SelectOfScalar[AuditEntry]:
    query = select(AuditEntry)
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.object_kind, wanted.object_kind),
        (AuditEntry.object_id, wanted.object_id),
    ):
        if value:
            query = query.where(column == value)
    if wanted.person_id:
        one, merged = col(Person.id) == wanted.person_id, col(Person.merged_into) == wanted.person_id
        ids = select(Person.id).where(or_(one, merged))
        is_object = and_(col(AuditEntry.object_kind) == "person", col(AuditEntry.object_id).in_(ids))
        query = query.where(or_(col(AuditEntry.person_id).in_(ids), is_object))
    if wanted.since is not None:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(AuditEntry.at) < wanted.until)
    return query
