"""Knowledge cards: edited, handed on, verified by another person, and retired once they are due."""

from dataclasses import dataclass

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.calendar.days import local_day
from app.domain.knowledge import GOOD_FOR, State, flaw_of_retiring, state_after_edit
from app.domain.text import names
from app.errors import Conflict, Malformed, NotAllowed, NotFound, PersonUnknown
from app.models import CardChange, KnowledgeCard, Person
from app.services import notices, pasted_links
from app.services.access import accounts
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.cards import listing
from app.services.cards.listing import Card
from app.services.notices import News

LONGEST_TITLE = 200  # characters: what the card answers, in a line


@dataclass(frozen=True, slots=True)
class Edit:
    """New words of a card; None leaves one as it is. `version` is the one it was seen at, None where nobody looked."""

    title: str | None = None
    url: str | None = None
    version: int | None = None


def check_title(text: str) -> str:
    """A title as it is kept. Raises Malformed."""
    title = names.tidy(text)
    if flaw := names.flaw(title, LONGEST_TITLE):
        raise Malformed(f"The title {flaw}. Say in a line what the card answers.")
    return title


def edit(session: Session, card_id: str, wanted: Edit, act: Act) -> Card:
    """Change a card's title or link; a card that somebody else than its owner edits is a draft again.

    Raises NotFound, Malformed, or Conflict where somebody changed it meanwhile.
    """
    card, row = _hold(session, card_id, act, wanted.version)
    title = card.title if wanted.title is None else check_title(wanted.title)
    url = card.url if wanted.url is None else pasted_links.check(wanted.url)
    url = url or card.entry.url or ""
    if (title, url) == (card.title, card.url):
        return card
    row.title, row.url, row.writer_id = title, url, act.actor.person_id
    _become(row, state_after_edit(card.state, is_owner=card.is_of(act.actor)))
    saved = _save(session, card, row, "edited", act)
    before = {"title": card.title, "url": card.url, "state": card.state}
    after = {"title": title, "url": url, "state": saved.state}
    audit.note(session, "card.edited", target(saved), act, before=before, after=after)
    return saved


def hand_on(session: Session, card_id: str, email: str, act: Act) -> Card:
    """Give a card another owner. Raises NotFound, NotAllowed, PersonUnknown or Conflict: who wrote it can't change."""
    card, row = _hold(session, card_id, act)
    if not act.actor.may("admin"):
        raise NotAllowed("Only organizers give a card another owner.")
    owner = accounts.by_email(session, email)
    if owner is None or owner.disabled_at is not None:
        raise PersonUnknown(email)
    if owner.id == card.owner.id:
        return card
    row.owner_id = owner.id
    saved = _save(session, card, row, "owned", act, note=owner.name)
    before, after = {"owner": card.owner.email}, {"owner": owner.email}
    audit.note(session, "card.owned", target(saved), act, before=before, after=after)
    return saved


def verify(session: Session, card_id: str, verifier_id: str | None, act: Act, *, version: int | None = None) -> Card:
    """Verify a card for 90 days, as the person of this id; only programs and commands verify for somebody else.

    Raises NotFound, NotAllowed or Conflict: it is their own, they wrote it, or it is verified.
    """
    card, row = _hold(session, card_id, act, version)
    if act.actor.person_id is not None and act.actor.person_id != verifier_id:
        raise NotAllowed("You can verify a card in your own name only.")
    if verifier_id is None:
        raise Malformed.at(by="Say who verified the card: the email of a person.")
    if flaw := card.flaw_of_verifying(verifier_id, act.now):
        raise Conflict(flaw)
    row.state, row.verified_at = "verified", act.now
    row.due_on = local_day(act.now, card.zone) + GOOD_FOR
    name = session.get_one(Person, verifier_id).name if act.actor.person_id is None else ""
    saved = _save(session, card, row, "verified", act, note=name)
    after = {"state": saved.state, "due_on": saved.due_on} | ({"for": name} if name else {})
    audit.note(session, "card.verified", target(saved), act, before={"state": card.state}, after=after)
    return saved


def retire(session: Session, card_id: str, act: Act) -> Card:
    """Retire a card that is due. Raises NotFound, NotAllowed or Conflict."""
    card, row = _hold(session, card_id, act)
    is_owner, organizes = card.is_of(act.actor), act.actor.may("admin")
    if flaw := flaw_of_retiring(card.state, is_owner=is_owner, organizes=organizes):
        raise Conflict(flaw) if is_owner or organizes else NotAllowed(flaw)
    _become(row, "retired")
    saved = _save(session, card, row, "retired", act)
    audit.note(session, "card.retired", target(saved), act, before={"state": card.state}, after={"state": saved.state})
    return saved


def _hold(session: Session, card_id: str, act: Act, version: int | None = None) -> tuple[Card, KnowledgeCard]:
    """The card and its row, made if there is none; changes of cards wait for each other."""
    serialize(session)
    card = _find(session, card_id, act)
    if version is not None and version != card.version:
        raise Conflict("Someone changed this card meanwhile. Look at it again, then try again.")
    row = session.get(KnowledgeCard, card.entry.seq, populate_existing=True)
    if row is None:
        row = KnowledgeCard(
            activity_seq=card.entry.seq, owner_id=card.owner.id, writer_id=card.writer_id, changed_at=act.now
        )
    return card, row


def _become(row: KnowledgeCard, state: State) -> None:
    row.state = state
    if state in {"draft", "retired"}:
        row.due_on = row.verified_at = None


def _save(session: Session, card: Card, row: KnowledgeCard, action: str, act: Act, *, note: str = "") -> Card:
    """Keep a change with its history, and tell the owner of what somebody else did."""
    row.version += 1
    row.changed_at = act.now
    session.add(row)
    seq = card.entry.seq
    session.add(CardChange(activity_seq=seq, action=action, state=row.state, note=note, by=act.actor.name, at=act.now))
    session.flush()
    if act.actor.person_id != row.owner_id:
        facts = {"title": row.title, "state": row.state, "did": action, "name": act.actor.person_name or note}
        news = News("card-changed", card.id, row.version, facts)
        notices.tell(session, card.week, [row.owner_id], news, act.now)
    return _find(session, card.id, act)


def target(card: Card) -> AuditTarget:
    """A card as the audit names it."""
    return AuditTarget("card", card.id, card.title or "A card without a title")


def _find(session: Session, card_id: str, act: Act) -> Card:
    card = listing.find(session, card_id, act.actor)
    if card is None:
        raise NotFound("There’s no such card. It may have been reversed.")
    return card
