"""Authors: whom the ids and e-mails that tools send belong to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.bulk import BulkInsert
from app.db.database import serialize
from app.domain.actor import Act
from app.domain.draft import PersonId
from app.domain.intake.reports import Author
from app.domain.text import emails, names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, NotFound, PersonUnknown
from app.models import Connection, Delivery, Person, SourceIdentity
from app.models.columns import is_id, new_id
from app.services import paging
from app.services.access import accounts
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.intake import author_ids, connections, deliveries, typed
from app.services.ledger.drafts import code_flaw
from app.services.people import people


class IdentityTaken(Conflict):
    """The id is somebody else's; `fact` says whose, without what to do about it."""

    def __init__(self, external_id: str, holder: Person) -> None:
        self.fact = f"“{external_id}” is {apart(holder.name)} ({holder.email})."
        super().__init__(f"{self.fact} Set “replace” to name someone else.")


class Naming(NamedTuple):
    """The id of somebody at a tool and their folded e-mail, empty where it can't be one; `written` is as it came."""

    source: str
    external_id: str
    email: str
    written: str

    @classmethod
    def of(cls, source: str, external_id: str, email: str) -> "Naming":
        """A naming as somebody wrote it, with the id as it is kept."""
        folded = names.fold_email(emails.written(email))
        is_text = not names.flaw(folded, emails.LONGEST)
        return cls(source, author_ids.tidy(external_id, source), folded if is_text else "", email)


class Known(NamedTuple):
    """The sources of connections, people by e-mail, identities by source and id, and who has these, by id."""

    sources: Collection[str]
    people: Mapping[str, Person]
    identities: Mapping[tuple[str, str], SourceIdentity]
    holders: Mapping[str, Person]


_MAKE = BulkInsert(SourceIdentity, tuple(SourceIdentity.model_fields))


def resolve(session: Session, source: str, author: Author | None, act: Act) -> PersonId | None:
    """The person whom a source calls so; an identity beats an e-mail, and an e-mail that matches is remembered."""
    if author is None:
        return None
    for external_id in author_ids.of(author):
        if (identity := _find(session, source, external_id)) is not None:
            return PersonId(identity.person_id)
    person = accounts.by_email(session, author.email) if author.email else None
    if person is None:
        return None
    for external_id in author.ids[:1]:
        _learn(session, source, external_id, person, act)
    return PersonId(person.id)


def _learn(session: Session, source: str, external_id: str, person: Person, act: Act) -> None:
    """Remember an id; another process that learns it at the same moment does no harm."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "id": new_id(), "source": source, "external_id": external_id, "person_id": person.id, "created_at": act.now,
        "created_by": act.actor.name,
    }  # fmt: skip
    insert = dialect.insert(SourceIdentity).values(row)
    session.connection().execute(insert.on_conflict_do_nothing(index_elements=["source", "external_id"]))


def _find(session: Session, source: str, external_id: str) -> SourceIdentity | None:
    query = select(SourceIdentity).where(SourceIdentity.source == source, SourceIdentity.external_id == external_id)
    return session.exec(query).first()


def _add(session: Session, source: str, external_id: str, person: Person, act: Act) -> SourceIdentity:
    identity = SourceIdentity(
        source=source, external_id=external_id, person_id=person.id, created_at=act.now, created_by=act.actor.name
    )
    session.add(identity)
    session.flush()
    return identity


def name(
    session: Session, source: str, external_id: str, email: str, act: Act, *, replace: bool = False
) -> tuple[SourceIdentity, bool]:
    """Say whom an id belongs to, and credit what waits for it; the identity, and whether it was so before.

    Raises what `look` raises.
    """
    serialize(session)
    external_id = author_ids.tidy(external_id, source)
    person, identity = look(session, source, external_id, email, replace=replace)
    if identity is not None and identity.person_id == person.id:
        return identity, True
    before = identity.person_id if identity is not None else None
    if identity is None:
        identity = _add(session, source, external_id, person, act)
    else:
        identity.person_id, identity.created_at, identity.created_by = person.id, act.now, act.actor.name
        session.add(identity)
        session.flush()
    details = {"source": source, "external_id": external_id, "person": person.id}
    audit.note(session, "author.named", audit_target(identity), act, before={"person": before}, after=details)
    of_source = connections.ids_of_source(session, source)
    deliveries.requeue(session, col(Delivery.state) == "unmatched", deliveries.naming(of_source, external_id))
    return identity, False


def name_all(session: Session, namings: Sequence[tuple[Naming, Person]], act: Act) -> list[str]:
    """Give people ids that nobody has, as `name` does, and look again at what waits; the ids of the identities."""
    made = [
        SourceIdentity(
            source=naming.source, external_id=naming.external_id, person_id=person.id, created_at=act.now,
            created_by=act.actor.name,
        )
        for naming, person in namings
    ]  # fmt: skip
    _MAKE.run(session, [{name: getattr(each, name) for name in SourceIdentity.model_fields} for each in made])
    told = [
        (audit_target(each), {"source": each.source, "external_id": each.external_id, "person": each.person_id})
        for each in made
    ]
    audit.note_made(session, "author.named", told, act)
    of_them = connections.ids_of_source(session, *{each.source for each in made})
    deliveries.requeue(session, col(Delivery.state) == "unmatched", col(Delivery.connection_id).in_(of_them))
    return [each.id for each in made]


def look(
    session: Session, source: str, external_id: str, email: str, *, replace: bool = False
) -> tuple[Person, SourceIdentity | None]:
    """The person that an id would be given to, and its identity as it is. Raises what `judge` raises."""
    naming = Naming.of(source, external_id, email)
    return judge(known(session, [naming]), naming, replace=replace)


def known(session: Session, namings: Iterable[Naming]) -> Known:
    """Look up what namings are judged by, with a few queries however many there are."""
    ids: dict[str, set[str]] = {}
    written: set[str] = set()
    for naming in namings:
        ids.setdefault(naming.source, set()).add(naming.external_id)
        written.add(naming.email)
    found = [
        identity
        for source, external_ids in ids.items()
        for chunk in people.chunks(sorted(external_ids), people.CHUNK)
        for identity in session.exec(
            select(SourceIdentity).where(SourceIdentity.source == source, col(SourceIdentity.external_id).in_(chunk))
        )
    ]
    return Known(
        sources(session), people.by_email(session, written),
        {(each.source, each.external_id): each for each in found},
        people.by_id(session, (each.person_id for each in found)),
    )  # fmt: skip


def check_id(text: str) -> str:
    """Somebody's id at a tool, as it was written. Raises Malformed."""
    if flaw := code_flaw(text.strip()):
        raise Malformed(f"The id {flaw}.")
    return text


def judge(known: Known, naming: Naming, *, replace: bool = False) -> tuple[Person, SourceIdentity | None]:
    """The person that an id would be given to, and its identity as it is.

    Raises Malformed for a source of no connection or an unfit id, PersonUnknown, or Conflict where the id is somebody
    else's and `replace` is not set.
    """
    source, external_id = naming.source, naming.external_id
    if flaw := code_flaw(external_id):
        raise Malformed.at(external_id=f"“external_id” {flaw}.")
    if source not in known.sources:
        meant = next((each for each in known.sources if each.casefold() == source.casefold()), "")
        advice = f"Did you mean “{meant}”?" if meant else "Connect the tool first."
        raise Malformed.at(source=f"“{source[:80]}” isn’t the source of a connection. {advice}")
    person = known.people.get(naming.email)
    if person is None:
        raise PersonUnknown(naming.written)
    identity = known.identities.get((source, external_id))
    if identity is not None and identity.person_id != person.id and not replace:
        raise IdentityTaken(external_id, known.holders[identity.person_id])
    return person, identity


def forget(session: Session, identity_id: str, act: Act) -> SourceIdentity:
    """Take an identity away; what was credited stays. Raises NotFound."""
    identity = session.get(SourceIdentity, identity_id) if is_id(identity_id) else None
    if identity is None:
        raise NotFound("There’s no identity with that id.")
    session.delete(identity)
    session.flush()
    audit.note(session, "author.forgotten", audit_target(identity), act, before={"person": identity.person_id})
    return identity


def forget_all(session: Session, found: Sequence[SourceIdentity], act: Act) -> None:
    """Take identities away as `forget` does; what was credited stays."""
    gone = [(audit_target(each), {"person": each.person_id}) for each in found]
    for chunk in people.chunks(found, people.CHUNK):
        of_chunk = col(SourceIdentity.id).in_([each.id for each in chunk])
        session.connection().execute(delete(SourceIdentity).where(of_chunk))
    audit.note_each(session, "author.forgotten", gone, act)
    for each in found:
        session.expunge(each)


def by_id(session: Session, ids: Iterable[str]) -> list[SourceIdentity]:
    """The identities of these ids that are there, by source and id."""
    found = [
        identity
        for chunk in people.chunks(ids, people.CHUNK)
        for identity in session.exec(select(SourceIdentity).where(col(SourceIdentity.id).in_(chunk)))
    ]
    return sorted(found, key=lambda each: (each.source, each.external_id))


def of_person(session: Session, person_id: str) -> list[SourceIdentity]:
    """The identities of a person, by source and id."""
    query = select(SourceIdentity).where(SourceIdentity.person_id == person_id)
    return list(session.exec(query.order_by(SourceIdentity.source, SourceIdentity.external_id)))


def sources(session: Session) -> list[str]:
    """The sources of connections, past ones too: those that identities can be of."""
    return sorted({connection.source for connection in session.exec(select(Connection))})


def page(
    session: Session, *, cursor: str | None, limit: int, text: str = ""
) -> paging.Page[tuple[SourceIdentity, Person]]:
    """Identities with their people, by source and id; those with a text in id, name or e-mail. Raises Malformed."""
    query = select(SourceIdentity, Person).join(Person).order_by(SourceIdentity.source, SourceIdentity.external_id)
    if text:
        searched = (SourceIdentity.source, SourceIdentity.external_id, Person.name, Person.email)
        query = query.where(or_(*(typed.holds(each, text) for each in searched)))
    if cursor is not None:
        last = paging.last_before(cursor, lambda id_: session.get(SourceIdentity, id_))
        after = (col(SourceIdentity.source) > last.source) | (
            (col(SourceIdentity.source) == last.source) & (col(SourceIdentity.external_id) > last.external_id)
        )
        query = query.where(after)
    rows: Sequence[tuple[SourceIdentity, Person]] = session.exec(query.limit(limit + 1)).all()
    return paging.cut(rows, limit, lambda row: row[0].id)


def audit_target(identity: SourceIdentity) -> AuditTarget:
    """The identity as the audit names it."""
    return AuditTarget("identity", identity.id, f"{identity.source} {identity.external_id}")
