"""Knowledge cards as their readers see them: those of the ledger, with what was done to them since."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, ColumnElement, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.domain.actor import Actor
from app.domain.calendar.days import local_day
from app.domain.knowledge import State, flaw_of_retiring, flaw_of_verifying
from app.models import CardChange, KnowledgeCard, LedgerEntry, Person, Reversal, Week
from app.models.columns import is_id
from app.services import paging
from app.services.paging import Page
from app.services.people import aliases
from app.services.weeks import weeks

KIND: Final = "knowledge_card"
MOST_CHANGES = 20  # of each card's history, the newest


@dataclass(frozen=True, slots=True)
class Card:
    """A card: the ledger's activity and what became of it. `title` may be empty, `writer_id` None: nobody we know."""

    entry: LedgerEntry
    week: Week
    state: State
    owner: Person
    writer_id: str | None
    title: str
    url: str
    due_on: date | None
    version: int

    @property
    def id(self) -> str:
        """Its id, which is that of the activity."""
        return self.entry.id

    @property
    def zone(self) -> ZoneInfo:
        """The zone its days are counted in."""
        return self.week.zone

    def is_of(self, actor: Actor | None) -> bool:
        """Tell whether somebody owns it."""
        return actor is not None and actor.person_id == self.owner.id

    def flaw_of_verifying(self, person_id: str | None, now: datetime) -> str | None:
        """The sentence that stands against its being verified by this person."""
        return flaw_of_verifying(
            self.state, self.due_on, local_day(now, self.zone), is_owner=person_id == self.owner.id,
            is_writer=person_id is not None and person_id == self.writer_id,
        )  # fmt: skip

    def may_verify(self, actor: Actor, now: datetime) -> bool:
        """Tell whether somebody who signed in may verify it now."""
        return actor.person_id is not None and self.flaw_of_verifying(actor.person_id, now) is None

    def may_retire(self, actor: Actor) -> bool:
        """Tell whether somebody may retire it now."""
        return flaw_of_retiring(self.state, is_owner=self.is_of(actor), organizes=actor.may("admin")) is None


def page(
    session: Session, actor: Actor, *, state: str = "", mine: bool = False, cursor: str | None, limit: int
) -> Page[Card]:
    """Up to `limit` cards after the cursor, the newest first; `mine` are those the actor owns. Raises Malformed."""
    query = _cards(actor)
    if state:
        query = query.where(func.coalesce(col(KnowledgeCard.state), "draft") == state)
    if mine:
        query = query.where(actor.person_id == _OWNER)
    if cursor:
        last = paging.last_before(cursor, lambda id_: session.execute(query.where(col(LedgerEntry.id) == id_)).first())
        query = query.where(col(LedgerEntry.seq) < last[0].seq)
    rows = session.execute(query.order_by(col(LedgerEntry.seq).desc()).limit(limit + 1)).all()
    return paging.cut([_card(*row) for row in rows], limit, lambda card: card.id)


def find(session: Session, card_id: str, actor: Actor) -> Card | None:
    """The card of this id, if there is one that the actor may see."""
    row = session.execute(_cards(actor).where(col(LedgerEntry.id) == card_id)).first() if is_id(card_id) else None
    return _card(*row) if row else None


def counts(session: Session, actor: Actor) -> dict[str, int]:
    """The number of cards in each state, as an actor sees them."""
    cards = _cards(actor).subquery()
    state = func.coalesce(cards.c[f"{KnowledgeCard.__tablename__}_state"], "draft")
    return dict(session.connection().execute(sql_select(state, func.count()).group_by(state)).all())


def histories(session: Session, cards: Collection[Card]) -> Mapping[str, Sequence[CardChange]]:
    """The newest changes of each of these cards, newest first, by the card's id."""
    ids = {card.entry.seq: card.id for card in cards}
    number = func.row_number().over(partition_by=col(CardChange.activity_seq), order_by=col(CardChange.id).desc())
    ranked = sql_select(col(CardChange.id), number.label("number")).where(col(CardChange.activity_seq).in_(ids))
    newest = ranked.subquery()
    query = select(CardChange).join(newest, newest.c.id == CardChange.id).where(newest.c.number <= MOST_CHANGES)
    found: defaultdict[str, list[CardChange]] = defaultdict(list)
    for change in session.exec(query.order_by(col(CardChange.id).desc())):
        found[ids[change.activity_seq]].append(change)
    return found


_AUTHOR = aliases.owner_id(LedgerEntry.person_id)
_OWNER: ColumnElement[str] = func.coalesce(col(KnowledgeCard.owner_id), _AUTHOR)


def _cards(actor: Actor) -> Any:
    """The query of live cards that an actor may see: while a week is frozen, what came since is for organizers."""
    query = (
        sql_select(LedgerEntry, Week, KnowledgeCard, Person)
        .join(Week, col(Week.id) == col(LedgerEntry.week_id))
        .outerjoin(KnowledgeCard, col(KnowledgeCard.activity_seq) == col(LedgerEntry.seq))
        .join(Person, col(Person.id) == _OWNER)
        .where(col(LedgerEntry.kind) == KIND, weeks.IS_REAL)
        .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
    )
    if actor.may("admin"):
        return query.where(_count_of_reversals() % 2 == 0)
    upto = col(Week.frozen_version)
    before = or_(upto.is_(None), col(Reversal.version) <= upto)
    return query.where(or_(upto.is_(None), col(LedgerEntry.version) <= upto), _count_of_reversals(before) % 2 == 0)


def _count_of_reversals(*conditions: ColumnElement[bool]) -> Any:
    of_entry = sql_select(func.count()).select_from(Reversal)
    of_entry = of_entry.where(col(Reversal.activity_seq) == col(LedgerEntry.seq), *conditions)
    return of_entry.correlate(LedgerEntry, Week).scalar_subquery()


def _card(entry: LedgerEntry, week: Week, row: KnowledgeCard | None, owner: Person) -> Card:
    if row is None:
        return Card(entry, week, "draft", owner, owner.id, "", entry.url or "", None, 0)
    return Card(
        entry, week, row.state, owner, row.writer_id, row.title,  # type: ignore[arg-type]  # the database takes no other (`knowledge_card_state`)
        row.url or entry.url or "", row.due_on, row.version,
    )  # fmt: skip
