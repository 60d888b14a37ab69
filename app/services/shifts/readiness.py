"""Readiness for a first shift: the list that organizers write, what a person ticked of it, and who is ready."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, exists, func, insert, literal, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.db.statements import Prepared
from app.domain import readiness
from app.domain.actor import Act
from app.domain.readiness import ReadyItem
from app.domain.text import passages
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed
from app.models import Person, ReadyList, ReadyPerson, ReadyTick, Seat
from app.models.shift import IS_LIVE
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.people import people as people_
from app.services.shifts import timetable

MOST_ITEMS = 30  # longer lists nobody ticks
LONGEST_ITEM = 200
LONGEST = 3_000  # characters: what a form takes in any script
SHIPPED = 0
"""The number of the list that comes with the program, which holds until organizers save one."""

# The index of live seats is found by its own words only.
_HAS_COMPLETED = exists().where(col(Seat.person_id) == col(Person.id), IS_LIVE, col(Seat.state) == "completed")
_IS_READY = or_(exists().where(col(ReadyPerson.person_id) == col(Person.id)), _HAS_COMPLETED)
_READY = Prepared(sql_select(col(Person.id)).where(col(Person.id) == bindparam("person"), _IS_READY))


class SavedList(NamedTuple):
    """A version of the list; the shipped one has neither author nor time."""

    number: int
    text: str
    by: str = ""
    at: datetime | None = None

    @property
    def items(self) -> tuple[ReadyItem, ...]:
        """Its items, in order."""
        return readiness.items_of(self.text)


class ListChanged(Conflict):
    """Another version was saved after the one that a change began with."""

    def __init__(self, newest: SavedList) -> None:
        super().__init__(
            f"Not saved: {apart(newest.by)} saved the list after you opened this page. "
            "What you typed is kept. Compare it with theirs, then save again to replace theirs.",
            code="stale",
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """A person's way through the list: keys of items they ticked, when they had ticked all, and if they did a shift."""

    items: tuple[ReadyItem, ...]
    ticked: frozenset[str]
    finished_at: datetime | None
    has_completed: bool

    @property
    def is_ready(self) -> bool:
        """True if they finished the list once, or have completed a shift already."""
        return self.finished_at is not None or self.has_completed

    @property
    def done(self) -> int:
        """The number of items they ticked."""
        return sum(item.key in self.ticked for item in self.items)


def current(session: Session) -> SavedList:
    """The list as it holds."""
    found = session.exec(select(ReadyList).order_by(col(ReadyList.id).desc()).limit(1)).first()
    return SavedList(found.id, found.text, found.by, found.at) if found else SavedList(SHIPPED, readiness.SHIPPED)


def check_text(text: str) -> str:
    """The list as it is kept, an item a line. Raises Malformed."""
    lines = (" ".join(line.split()) for line in passages.plain(text).split("\n"))
    items = readiness.items_of("\n".join(lines))
    if not items:
        raise Malformed("The list needs an item. To ask nobody for it, turn off the setting of the week’s shifts.")
    if len(items) > MOST_ITEMS:
        raise Malformed(f"The list has {len(items)} items. Keep it to {MOST_ITEMS}.")
    for item in items:
        if flaw := passages.flaw(item.text, LONGEST_ITEM):
            raise Malformed(f"“{apart(passages.excerpt(item.text, 40))}” {flaw}. Change that and try again.")
    kept = "".join(f"{item.text}\n" for item in items)
    if flaw := passages.flaw(kept, LONGEST):
        raise Malformed(f"The list {flaw}. Shorten it and try again.")
    return kept


def change(session: Session, text: str, act: Act, *, version: int) -> SavedList:
    """Save the list, made from the `version` somebody has seen; the same text again makes no new one.

    Whoever is ready stays so. Others keep their ticks of items that stay, and are ready if those are all there is.
    Raises ListChanged or Malformed.
    """
    text = check_text(text)
    serialize(session)
    before = current(session)
    if version != before.number:
        raise ListChanged(before)
    if text == before.text:
        return before
    saved = ReadyList(text=text, by=act.actor.name, at=act.now)
    session.add(saved)
    session.flush()
    finish(session, act.now)
    target = AuditTarget("ready-list", str(saved.id), f"Version {saved.id}")
    counts = {"items": len(readiness.items_of(before.text))}, {"items": len(readiness.items_of(text))}
    audit.note(session, "ready-list.changed", target, act, before=counts[0], after=counts[1])
    return SavedList(saved.id, text, saved.by, saved.at)


def progress(session: Session, person_id: str) -> Progress:
    """A person's way through the list as it holds."""
    ticked = session.exec(select(ReadyTick.item).where(ReadyTick.person_id == person_id))
    finished = session.get(ReadyPerson, person_id)
    completed = session.execute(sql_select(col(Person.id)).where(col(Person.id) == person_id, _HAS_COMPLETED)).first()
    finished_at = finished.at if finished is not None else None
    return Progress(current(session).items, frozenset(ticked), finished_at, has_completed=completed is not None)


def tick(session: Session, person_id: str, keys: Collection[str], act: Act) -> Progress:
    """Tick these items of a person's list and no others; who has ticked all is ready, for good.

    Keys of items that are gone are passed over. Who has finished the list changes nothing any more.
    """
    serialize(session)  # with whoever changes the list
    if session.get(ReadyPerson, person_id) is None:
        known = [item.key for item in current(session).items]
        own = col(ReadyTick.person_id) == person_id
        session.connection().execute(delete(ReadyTick).where(own, col(ReadyTick.item).in_(known)))
        session.add_all(ReadyTick(person_id=person_id, item=key, at=act.now) for key in known if key in keys)
        session.flush()
        finish(session, act.now, person_id)
    return progress(session, person_id)


def names_of_unready(session: Session, people: Sequence[str]) -> list[str]:
    """The names of those of these people who are not ready, in order."""
    query = select(Person.name).where(col(Person.id).in_(people), ~_IS_READY)
    return list(session.exec(query.order_by(func.lower(Person.name), col(Person.id))))


def finish(session: Session, now: datetime, person_id: str | None = None) -> None:
    """Write down who has ticked the whole list, of all or this one; they may get a seat that they wait for."""
    keys = [item.key for item in current(session).items]
    finished: Any = (
        sql_select(col(ReadyTick.person_id), literal(now, ReadyPerson.at.type))  # type: ignore[attr-defined]  # a column, whatever the model's type says
        .where(
            col(ReadyTick.item).in_(keys), ~exists().where(col(ReadyPerson.person_id) == col(ReadyTick.person_id))
        )
        .group_by(col(ReadyTick.person_id))
        .having(func.count() == len(keys))
    )  # fmt: skip
    if person_id is not None:
        finished = finished.where(col(ReadyTick.person_id) == person_id)
    written = insert(ReadyPerson).from_select(["person_id", "at"], finished).returning(col(ReadyPerson.person_id))
    people = session.connection().execute(written).scalars().all()
    if people:
        timetable.plan_waited_for(session, now, people)


def count(session: Session) -> int:
    """The number of people who are ready and can sign in."""
    there = people_.IS_REAL, col(Person.disabled_at).is_(None)
    query = select(func.count()).select_from(Person).where(*there, _IS_READY)
    return session.exec(query).one()


def unready(session: Session, people: Sequence[str]) -> list[str]:
    """Find who of these people has neither finished the list nor completed a shift, in their order."""
    if len(people) == 1:
        return [] if _READY.rows(session, person=people[0]) else list(people)
    ready = set(session.exec(select(Person.id).where(col(Person.id).in_(people), _IS_READY)))
    return [person_id for person_id in people if person_id not in ready]
