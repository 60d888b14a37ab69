"""Clocks: what is kept of tickets' lives for good, and the response times that follow from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import bindparam, exists
from sqlalchemy import select as sql_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.draft import Key
from app.domain.intake.clocks import REPLY, response_seconds
from app.domain.intake.reports import Author, ClockFact
from app.domain.text.names import fold_email
from app.models import Connection, KeptClockFact, ServiceAccount, WithdrawnActivity
from app.services.people.people import CHUNK, chunks

Values = dict[str, int | None]
"""Response times in seconds, by the ids of replies; None where nothing was waiting, or for too long."""

_TICKETS: Any = (
    sql_select(col(KeptClockFact.ticket))
    .where(
        col(KeptClockFact.source) == bindparam("source"),
        col(KeptClockFact.external_id) == bindparam("external_id"),
        col(KeptClockFact.event) == "staff",
    )
    .order_by(col(KeptClockFact.at), col(KeptClockFact.ticket))
    .limit(1)
)
_TICKET_OF = Prepared(_TICKETS)
_HAS_ANY = Prepared(sql_select(exists().where(col(KeptClockFact.source) == bindparam("source"))))
FEW = 16
"""Up to so many replies are looked up one by one with prepared statements, quicker than one long statement."""


def keep(session: Session, source: str, facts: Iterable[ClockFact]) -> set[str]:
    """Keep what a source tells of its tickets, once however often it is told; the tickets."""
    rows = [
        {
            "source": source, "ticket": fact.ticket, "external_id": fact.external_id, "event": fact.event,
            "at": fact.at, "author": _id_of(fact.author), "channel": fact.channel,
        }
        for fact in facts
    ]  # fmt: skip
    if rows:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.connection().execute(dialect.insert(KeptClockFact).on_conflict_do_nothing(), rows)
    return {str(row["ticket"]) for row in rows}


def _id_of(author: Author | None) -> str:
    """The id that names an author, or their e-mail where the tool sends no id."""
    if author is None:
        return ""
    return author.ids[0] if author.ids else fold_email(author.email or "")


def tickets_of(session: Session, source: str, external_id: str) -> set[str]:
    """The tickets that a comment is known to be in: one, if the tool makes sense."""
    query = select(KeptClockFact.ticket).where(KeptClockFact.source == source, KeptClockFact.external_id == external_id)
    return set(session.exec(query))


def replies_in(session: Session, source: str, tickets: Collection[str]) -> set[str]:
    """The ids of all that staff is known to have written in these tickets."""
    found: set[str] = set()
    for chunk in chunks(sorted(tickets), CHUNK):
        query = select(KeptClockFact.external_id).where(
            KeptClockFact.source == source, col(KeptClockFact.ticket).in_(chunk), KeptClockFact.event == "staff"
        )
        found.update(session.exec(query))
    return found


def known(session: Session, keys: Iterable[Key]) -> dict[Key, int | None]:
    """The response times of those of these activities that clocks know as a reply of staff; they beat given values."""
    by_source: defaultdict[str, list[str]] = defaultdict(list)
    for key in keys:
        if key.kind == REPLY:
            by_source[key.source].append(key.external_id)
    return {
        Key(source, REPLY, external_id): seconds
        for source, replies in by_source.items()
        for external_id, seconds in of_replies(session, source, replies).items()
    }


def of_replies(session: Session, source: str, replies: Collection[str]) -> Values:
    """The response times of those of these comments of a source that clocks know as a reply of staff.

    One that was made private, or that a service account wrote, has none. Should a tool tell of one comment in two
    tickets, the ticket in which it was told of as the earliest has it.
    """
    tickets = _tickets_of(session, source, replies)
    by_ticket: defaultdict[str, list[str]] = defaultdict(list)
    for reply, ticket in tickets.items():
        by_ticket[ticket].append(reply)
    if not by_ticket:
        return {}
    facts = _facts_of(session, source, by_ticket)
    withdrawn = _withdrawn(session, source, {fact.external_id for each in facts.values() for fact in each})
    services = service_accounts(session, source)
    waits = {ticket: response_seconds(facts[ticket], withdrawn, services) for ticket in by_ticket}
    return {reply: waits[ticket].get(reply) for reply, ticket in tickets.items()}


def _tickets_of(session: Session, source: str, replies: Collection[str]) -> dict[str, str]:
    if len(replies) <= FEW:
        found = ((reply, _TICKET_OF.rows(session, source=source, external_id=reply)) for reply in replies)
        return {reply: rows[0][0] for reply, rows in found if rows}
    if not _HAS_ANY.rows(session, source=source)[0][0]:
        return {}
    tickets: dict[str, str] = {}
    for chunk in chunks(sorted(replies), CHUNK):
        query = (
            select(KeptClockFact.external_id, KeptClockFact.ticket)
            .where(
                KeptClockFact.source == source, col(KeptClockFact.external_id).in_(chunk),
                KeptClockFact.event == "staff",
            )
            .order_by(col(KeptClockFact.at), col(KeptClockFact.ticket))
        )  # fmt: skip
        for reply, ticket in session.exec(query):
            tickets.setdefault(reply, ticket)
    return tickets


def _facts_of(session: Session, source: str, tickets: Iterable[str]) -> defaultdict[str, list[ClockFact]]:
    found: defaultdict[str, list[ClockFact]] = defaultdict(list)
    for chunk in chunks(sorted(tickets), CHUNK):
        query = select(KeptClockFact).where(KeptClockFact.source == source, col(KeptClockFact.ticket).in_(chunk))
        for kept in session.exec(query):
            found[kept.ticket].append(_fact(kept))
    return found


def _fact(kept: KeptClockFact) -> ClockFact:
    author = Author((kept.author,)) if kept.author else None
    return ClockFact(kept.ticket, kept.event, kept.at, kept.external_id, author, kept.channel)  # type: ignore[arg-type]


def _withdrawn(session: Session, source: str, comments: Collection[str]) -> set[str]:
    """Those of these comments that were made private."""
    found: set[str] = set()
    for chunk in chunks(sorted(comments), CHUNK):
        query = select(WithdrawnActivity.external_id).where(
            WithdrawnActivity.source == source, WithdrawnActivity.kind == REPLY,
            WithdrawnActivity.cause == "private", col(WithdrawnActivity.external_id).in_(chunk),
        )  # fmt: skip
        found.update(session.exec(query))
    return found


def service_accounts(session: Session, source: str) -> frozenset[str]:
    """The ids that start and stop no clock: bots on the lists of a source's connections."""
    query = (
        select(ServiceAccount.external_id, Connection)
        .join(Connection)
        .where(Connection.kind == source.partition(":")[0])
    )
    return frozenset(external_id for external_id, connection in session.exec(query) if connection.source == source)
