"""Feedback items: make one, change it, and tell whose wish it was; each change is of the newest version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlmodel import Session, col, func, select

from app.domain.actor import Act
from app.domain.feedback import DAYS_TO_DO, OPEN, STATES, State, Wanted, flaw_of_move
from app.domain.text import names, passages
from app.errors import Conflict, Malformed, NotFound, PersonUnknown
from app.models import FeedbackEntry, FeedbackItem, GuestbookEntry, Person, Week
from app.models.columns import is_id
from app.services import notices, reasons
from app.services.access import accounts
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.feedback import reminders
from app.services.notices import News
from app.services.people.people import CHUNK, chunks
from app.services.weeks import weeks

LONGEST_TITLE = 200  # characters: what should improve, in a line
LONGEST_TEXT = 1_000  # characters of what was done, or why not
MOST_ITEMS = 200  # in a week: more than anybody answers for


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an item; None leaves a field as it is. `owner` is an email, `reason` why an item goes back.

    `version` is the one it was seen at, None where nobody looked.
    """

    title: str | None = None
    state: str | None = None
    owner: str | None = None
    due_on: date | None = None
    did: str | None = None
    why: str | None = None
    reason: str = ""
    entries: tuple[str, ...] | None = None
    version: int | None = None


def check_title(text: str) -> str:
    """A title as it is kept. Raises Malformed."""
    title = names.tidy(text)
    if flaw := names.flaw(title, LONGEST_TITLE):
        raise Malformed(f"The title {flaw}. Say in a line what should improve.")
    return title


def check_text(text: str) -> str:
    """Tidy what was done, or why not; it may be empty. Raises Malformed."""
    text = passages.tidy(text)
    if flaw := passages.flaw(text, LONGEST_TEXT):
        raise Malformed(f"The text {flaw}. Change that and try again.")
    return text


def make(session: Session, slug: str, change: Change, act: Act) -> FeedbackItem:
    """Make a new item of a week, of these entries of its guestbook. Raises WeekUnknown, Malformed or Conflict."""
    week = weeks.lock(session, slug, act.now)
    count = select(func.count()).select_from(FeedbackItem).where(FeedbackItem.week_id == week.id)
    if session.exec(count).one() >= MOST_ITEMS:
        raise Conflict(f"This week has {MOST_ITEMS} items, which is the most there may be. Change one of those.")
    item = FeedbackItem(week_id=week.id, title=check_title(change.title or ""), created_at=act.now, changed_at=act.now)
    session.add(item)
    session.flush()
    _link(session, week, item, change.entries or ())
    audit.note(session, "feedback.created", target(item), act, after={"title": item.title, "week": week.slug})
    if change.state not in {None, "new"}:
        raise Malformed.at(state="A new item is new. Create it first, then plan it.")
    return item


def change(session: Session, slug: str, item_id: str, wanted: Change, act: Act) -> FeedbackItem:
    """Change an item, and tell its authors of a new state. Raises WeekUnknown, NotFound, Malformed, PersonUnknown.

    Conflict where a state lacks what it needs, goes back without a reason, or somebody changed the item meanwhile.
    """
    week = weeks.find(session, slug, act.now)
    item = _lock(session, week, item_id)
    if wanted.version is not None and wanted.version != item.version:
        raise Conflict("Someone changed this item meanwhile. Look at it again, then change it.")
    before = _noted(session, item)
    reason = reasons.welcome(wanted.reason)
    state_before, due_before = cast("State", item.state), item.due_on
    _set(session, item, wanted)
    _move(week, item, state_before, reason)
    if wanted.entries is not None:
        _link(session, week, item, wanted.entries)
    after = _noted(session, item)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if not changed and wanted.entries is None:
        return item
    item.version += 1
    item.changed_at = act.now
    session.add(item)
    session.flush()
    audit.note(
        session, "feedback.changed", target(item), act, before={name: before[name] for name in changed},
        after=changed | ({"reason": reason} if reason else {}),
    )  # fmt: skip
    if item.state != state_before:
        _tell_authors(session, week, item, act)
    if item.state in OPEN and (state_before not in OPEN or item.due_on != due_before):
        reminders.plan(session, week, item, act.now)
    return item


def _lock(session: Session, week: Week, item_id: str) -> FeedbackItem:
    query = select(FeedbackItem).where(FeedbackItem.id == item_id, FeedbackItem.week_id == week.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    item = session.exec(locked).first() if is_id(item_id) else None
    if item is None:
        raise NotFound("There’s no such feedback in this week.")
    return item


def _set(session: Session, item: FeedbackItem, wanted: Change) -> None:
    if wanted.title is not None:
        item.title = check_title(wanted.title)
    if wanted.owner is not None:
        owner = accounts.by_email(session, wanted.owner)
        if owner is None or owner.disabled_at is not None:
            raise PersonUnknown(wanted.owner)
        item.owner_id = owner.id
    if wanted.due_on is not None:
        item.due_on = wanted.due_on
    item.did = item.did if wanted.did is None else check_text(wanted.did)
    item.why = item.why if wanted.why is None else check_text(wanted.why)
    if wanted.state is not None:
        if wanted.state not in STATES:
            raise Malformed.at(state=f"“{wanted.state[:40]}” isn’t a state. Use one of {', '.join(STATES)}.")
        item.state = wanted.state


def _move(week: Week, item: FeedbackItem, before: State, reason: str) -> None:
    """Hold an item against what its state needs. Raises Conflict with the field that lacks something."""
    state = cast("State", item.state)
    flaw = flaw_of_move(before, Wanted(state, item.owner_id is not None, item.did, item.why, reason))
    if flaw is not None:
        field, sentence = flaw
        raise Conflict.at(**{field: sentence})
    if state in OPEN and item.due_on is None:
        item.due_on = week.ends + DAYS_TO_DO


def _link(session: Session, week: Week, item: FeedbackItem, entries: Iterable[str]) -> None:
    """Have an item come from these entries alone. Raises Malformed for one that isn't in the week's guestbook."""
    wanted = set(entries)
    known: set[str] = set()
    for chunk in chunks(sorted(entry for entry in wanted if is_id(entry)), CHUNK):
        query = select(GuestbookEntry.id).where(
            col(GuestbookEntry.id).in_(chunk), GuestbookEntry.week_id == week.id,
            col(GuestbookEntry.withdrawn_at).is_(None), GuestbookEntry.improve != "",
        )  # fmt: skip
        known |= set(session.exec(query))
    if wanted - known:
        raise Malformed.at(entries="An entry isn’t in this week’s guestbook, or wishes for nothing. Leave it out.")
    linked = select(FeedbackEntry).where(FeedbackEntry.item_id == item.id)
    links = {link.entry_id: link for link in session.exec(linked)}
    for entry_id in sorted(wanted - links.keys()):
        session.add(FeedbackEntry(item_id=item.id, entry_id=entry_id))
    for entry_id in links.keys() - wanted:
        session.delete(links[entry_id])
    session.flush()


def _tell_authors(session: Session, week: Week, item: FeedbackItem, act: Act) -> None:
    """Tell who wished for it what became of it, on their page and by email."""
    query = (
        select(GuestbookEntry.person_id)
        .join(FeedbackEntry, col(FeedbackEntry.entry_id) == GuestbookEntry.id)
        .where(FeedbackEntry.item_id == item.id, col(GuestbookEntry.withdrawn_at).is_(None))
    )
    facts = {"title": item.title, "state": item.state, "did": item.did, "why": item.why, "week": week.name}
    notices.tell(session, week, session.exec(query), News("feedback-step", item.id, item.version, facts), act.now)


def target(item: FeedbackItem) -> AuditTarget:
    """An item as the audit names it."""
    return AuditTarget("feedback", item.id, item.title)


def _noted(session: Session, item: FeedbackItem) -> dict[str, str]:
    owner = session.get(Person, item.owner_id) if item.owner_id else None
    return {
        "title": item.title, "state": item.state, "owner": owner.name if owner else "",
        "due_on": item.due_on.isoformat() if item.due_on else "", "did": item.did, "why": item.why,
    }  # fmt: skip
