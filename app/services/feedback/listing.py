"""Feedback of a week as its readers see it: items with owner and wishes, and the wishes that are no item yet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from app.domain.actor import Actor
from app.domain.feedback import STATES
from app.domain.view import EVERYTHING, Audience, View
from app.models import FeedbackEntry, FeedbackItem, GuestbookEntry, Person, Week
from app.services.guestbook import GuestbookItem
from app.services.standings import stories

MOST_WISHES = 200  # to be shown at once, the newest


@dataclass(frozen=True, slots=True)
class Listed:
    """An item with its owner's name and email ("" without one), and the entries it comes from.

    `readable` are those entries that everyone may read in the guestbook; what they say is quoted nowhere else.
    """

    item: FeedbackItem
    owner: str
    owner_email: str
    entries: tuple[str, ...]
    readable: tuple[str, ...]


def of_week(session: Session, week: Week, actor: Actor | None, view: View) -> list[Listed]:
    """The items of a week in the order of their states, then oldest first; new ones for organizers alone."""
    query = select(FeedbackItem, Person).outerjoin(Person, col(Person.id) == FeedbackItem.owner_id)
    query = query.where(FeedbackItem.week_id == week.id)
    if actor is None or not actor.may("admin"):
        query = query.where(FeedbackItem.state != "new")
    rows = session.exec(query.order_by(col(FeedbackItem.created_at), col(FeedbackItem.id))).all()
    entries: defaultdict[str, list[GuestbookEntry]] = defaultdict(list)
    links = (
        select(FeedbackEntry.item_id, GuestbookEntry)
        .join(GuestbookEntry, col(GuestbookEntry.id) == FeedbackEntry.entry_id)
        .where(GuestbookEntry.week_id == week.id, col(GuestbookEntry.withdrawn_at).is_(None))
        .order_by(col(GuestbookEntry.written_at), col(GuestbookEntry.id))
    )
    for item_id, entry in session.exec(links):
        entries[item_id].append(entry)
    listed = [_listed(item, owner, entries[item.id], view) for item, owner in rows]
    return sorted(listed, key=lambda each: STATES.index(each.item.state))


def done_before(session: Session, week: Week, audience: Audience, limit: int) -> list[str]:
    """The titles of what was done of the wishes of the week before, which opens this one; the newest first."""
    before = next(iter(stories.earlier(session, week, audience)), None)
    if before is None:
        return []
    query = select(FeedbackItem.title).where(FeedbackItem.week_id == before.id, FeedbackItem.state == "done")
    query = query.order_by(col(FeedbackItem.changed_at).desc(), col(FeedbackItem.id))
    return list(session.exec(query.limit(limit)))


def of_entries(session: Session, entries: Sequence[str]) -> dict[str, FeedbackItem]:
    """The items that entries of a guestbook became, by the entries' ids; new ones, which nobody promised, left out."""
    query = select(FeedbackEntry.entry_id, FeedbackItem).join(
        FeedbackItem, col(FeedbackItem.id) == FeedbackEntry.item_id
    )
    query = query.where(col(FeedbackEntry.entry_id).in_(entries), FeedbackItem.state != "new")
    return dict(session.exec(query.order_by(col(FeedbackItem.created_at).desc())).all())


def of_item(session: Session, item: FeedbackItem) -> Listed:
    """One item as organizers see it."""
    session.flush()
    query = (
        select(GuestbookEntry)
        .join(FeedbackEntry, col(FeedbackEntry.entry_id) == GuestbookEntry.id)
        .where(FeedbackEntry.item_id == item.id, col(GuestbookEntry.withdrawn_at).is_(None))
        .order_by(col(GuestbookEntry.written_at), col(GuestbookEntry.id))
    )
    owner = session.get(Person, item.owner_id) if item.owner_id else None
    return _listed(item, owner, session.exec(query).all(), EVERYTHING)


def _listed(item: FeedbackItem, owner: Person | None, entries: Sequence[GuestbookEntry], view: View) -> Listed:
    return Listed(
        item,
        view.name_of(owner.id, owner.name) if owner else "",
        owner.email if owner else "",
        tuple(entry.id for entry in entries),
        tuple(entry.id for entry in entries if entry.is_public and entry.hidden_at is None),
    )


def wishes(session: Session, week: Week) -> list[GuestbookItem]:
    """The newest entries of the guestbook that wish for something and belong to no item yet; for organizers."""
    linked = select(FeedbackEntry.entry_id)
    query = (
        select(GuestbookEntry, Person)
        .join(Person, col(Person.id) == GuestbookEntry.person_id)
        .where(
            GuestbookEntry.week_id == week.id, col(GuestbookEntry.withdrawn_at).is_(None),
            GuestbookEntry.improve != "", col(GuestbookEntry.id).not_in(linked),
        )
        .order_by(col(GuestbookEntry.written_at).desc(), col(GuestbookEntry.id).desc())
    )  # fmt: skip
    return [GuestbookItem(entry, person.name, "") for entry, person in session.exec(query.limit(MOST_WISHES))]
