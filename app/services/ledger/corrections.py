"""One person's activities in a week with their rulings, for organizers to correct."""

from collections import defaultdict
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.domain.text.direction import apart
from app.domain.view import EVERYTHING
from app.errors import NotFound
from app.models import LedgerEntry, Person, Reversal, Week
from app.models.columns import is_id
from app.services import paging
from app.services.ledger import activities
from app.services.ledger.activities import ActivityView
from app.services.paging import Page
from app.services.people import aliases


class RuledActivity(NamedTuple):
    """An activity and what organizers ruled on it, oldest first: reversed, reinstated, and so on in turn."""

    activity: ActivityView
    rulings: list[Reversal]


def of_person(session: Session, week: Week, person: Person, *, cursor: str | None, limit: int) -> Page[RuledActivity]:
    """Up to `limit` of a person's activities after the cursor, the last recorded first. Raises Malformed."""
    query = select(LedgerEntry).where(
        col(LedgerEntry.person_id).in_(aliases.ids_of(person.id)), LedgerEntry.week_id == week.id
    )
    if cursor:
        last = paging.last_before(cursor, lambda id_: session.exec(query.where(LedgerEntry.id == id_)).first())
        query = query.where(LedgerEntry.seq < last.seq)
    found = session.exec(query.order_by(col(LedgerEntry.seq).desc()).limit(limit + 1)).all()
    entries, next_cursor = paging.cut(found, limit, lambda entry: entry.id)
    rulings = rulings_of(session, [entry.seq for entry in entries])
    views = activities.views(session, week, entries, EVERYTHING)
    return Page(
        [RuledActivity(view, rulings[entry.seq]) for view, entry in zip(views, entries, strict=True)], next_cursor
    )


def rulings_of(session: Session, numbers: list[int]) -> defaultdict[int, list[Reversal]]:
    """The rulings on activities by their numbers in the ledger, oldest first."""
    found: defaultdict[int, list[Reversal]] = defaultdict(list)
    query = select(Reversal).where(col(Reversal.activity_seq).in_(numbers)).order_by(col(Reversal.ordinal))
    for ruling in session.exec(query):
        found[ruling.activity_seq].append(ruling)
    return found


def check_owns(session: Session, person: Person, activity_id: str) -> None:
    """Raise NotFound unless the activity of this id is this person's."""
    query = select(aliases.owner_id(col(LedgerEntry.person_id))).where(LedgerEntry.id == activity_id)
    if not is_id(activity_id) or session.exec(query).first() != person.id:
        raise NotFound(f"{apart(person.name)} has no activity with that id.")
