"""Removal of people that nothing stands against. They are marked: memberships, which only grow, refer to them."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import literal, update
from sqlalchemy import select as sql_select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col

from app.db.database import announce
from app.domain.actor import Act
from app.events import AccessChanged
from app.models import (
    AnswerReview,
    AuditEntry,
    CalendarFeed,
    Cheer,
    FeedbackItem,
    GuestbookEntry,
    Identity,
    KnowledgeCard,
    LedgerEntry,
    Membership,
    Person,
    PersonAddress,
    ReviewPerson,
    ScheduledChange,
    Seat,
    SeatOffer,
    SignIn,
    SignInLink,
    SourceIdentity,
    WaitingEntry,
)
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.id_sets import among
from app.services.people.week_members import BY_HAND

Obstacles = dict[str, list[str]]
"""By id, the nouns of what stands against removing something, such as “members” and “activities”."""

REFER: tuple[tuple[str, Any, tuple[ColumnElement[bool], ...]], ...] = (
    ("a team", Membership.person_id, (col(Membership.team_id).is_not(None), BY_HAND)),
    ("activities", LedgerEntry.person_id, ()),
    ("shifts", Seat.person_id, ()),
    ("places on waiting lists", WaitingEntry.person_id, ()),
    ("offers of seats", SeatOffer.person_id, ()),
    ("offers of seats", SeatOffer.taker_id, ()),
    ("guestbook entries", GuestbookEntry.person_id, ()),
    ("feedback to see to", FeedbackItem.owner_id, ()),
    ("knowledge cards", KnowledgeCard.owner_id, ()),
    ("edited knowledge cards", KnowledgeCard.writer_id, ()),
    ("reviews of answers", AnswerReview.author_id, ()),
    ("reviews of answers", AnswerReview.reviewer_id, ()),
    ("reviews of answers", ReviewPerson.person_id, ()),
    ("cheers", Cheer.person_id, ()),
    ("further emails", PersonAddress.person_id, ()),
    ("been merged with", Person.merged_into, ()),
    ("signed in", SignIn.person_id, ()),
    ("an invitation", SignInLink.person_id, (col(SignInLink.revoked_at).is_(None),)),
    ("a company account", Identity.person_id, ()),
    ("ids in other tools", SourceIdentity.person_id, ()),
    ("a calendar", CalendarFeed.person_id, (col(CalendarFeed.revoked_at).is_(None),)),
    ("planned changes of weeks", ScheduledChange.person_id, ()),
    ("entries in the audit", AuditEntry.person_id, ()),
    ("organizers’ rights", Person.id, (col(Person.role) != "player",)),
    ("been deactivated", Person.id, (col(Person.disabled_at).is_not(None),)),
)
"""Nouns, the columns that refer to a person, and which rows count."""


def remove(session: Session, person_ids: Collection[str], act: Act) -> Obstacles:
    """Remove those of these people whom nothing stands against, in any week; what stands against the others.

    Their e-mails are free then: who has one comes anew. The caller waited in `serialize`.
    """
    columns = sql_select(col(Person.id), col(Person.name), col(Person.email)).where(col(Person.removed_at).is_(None))
    rows = session.connection().execute(columns.where(among(session, Person.id, person_ids))).all()
    against = obstacles(session, [person_id for person_id, *_ in rows])
    gone = {person_id: (name, email) for person_id, name, email in rows if person_id not in against}
    targets = [(AuditTarget("person", id_, name), {"email": email}) for id_, (name, email) in gone.items()]
    audit.note_each(session, "person.removed", targets, act)
    no_email = literal("removed\n") + col(Person.id)  # no e-mail has two lines
    changes = {"disabled_at": act.now, "removed_at": act.now, "email": no_email}
    if gone:
        session.connection().execute(update(Person).where(among(session, Person.id, gone)).values(changes))
        announce(session, AccessChanged(frozenset(gone)))
    for person in [each for each in session if isinstance(each, Person) and each.id in gone]:
        session.expire(person)
    return against


def obstacles(session: Session, person_ids: Collection[str]) -> Obstacles:
    """Find what stands against removing people; who may go is left out.

    Teams that only undone imports put them into do not count.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for noun, column, conditions in REFER:
        query = sql_select(column).where(among(session, column, person_ids), *conditions).distinct()
        for (person_id,) in session.connection().execute(query):
            found[person_id].append(noun)
    return {person_id: list(dict.fromkeys(nouns)) for person_id, nouns in found.items()}
