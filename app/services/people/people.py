"""People: found by e-mail, made by imports."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.database import announce
from app.db.statements import Prepared
from app.domain.text import emails as email_rules
from app.domain.text import names as name_rules
from app.events import AccessChanged
from app.models import Person
from app.models.columns import new_id
from app.services import paging
from app.services.paging import Page
from app.services.people import newcomers

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
CHUNK = 500  # ids or e-mails in one IN (…): SQLite takes 32,766 parameters, and a long statement is slow to build

Item = TypeVar("Item")

_ADD = Prepared(
    insert(Person).values({name: bindparam(name) for name in ("id", "email", "name", "created_at", "role", "theme")})
)
_RENAME = Prepared(update(Person).where(col(Person.id) == bindparam("person")).values(name=bindparam("changed")))


def flaws_of(name: str, email: str) -> list[str]:
    """List the flaws of a person's tidied name and folded e-mail, a sentence each."""
    flaws = [f"The name {flaw}."] if (flaw := name_rules.flaw(name)) else []
    return flaws if is_email(email) else [*flaws, f"“{email[:60]}” is no e-mail."]


def is_email(email: str) -> bool:
    """Tell whether a folded text can be somebody's e-mail."""
    is_plain = _EMAIL.fullmatch(email) is not None and not name_rules.flaw(email, email_rules.LONGEST)
    return is_plain and not email_rules.is_disguised(email)


def by_email(session: Session, emails: Iterable[str]) -> dict[str, Person]:
    """The people who have these (folded) e-mails, by e-mail."""
    found = {}
    for chunk in chunks(sorted(set(emails)), CHUNK):
        for person in session.exec(select(Person).where(col(Person.email).in_(chunk))):
            found[person.email] = person
    return found


def by_id(session: Session, ids: Iterable[str]) -> dict[str, Person]:
    """The people of these ids, by id."""
    found = {}
    for chunk in chunks(sorted(set(ids)), CHUNK):
        for person in session.exec(select(Person).where(col(Person.id).in_(chunk))):
            found[person.id] = person
    return found


def page(session: Session, *, cursor: str | None, limit: int) -> Page[Person]:
    """Up to `limit` people after the cursor, by e-mail. Raises Malformed for a bad cursor."""
    query = select(Person).order_by(col(Person.email)).limit(limit + 1)
    if cursor:
        last = paging.last_before(cursor, lambda id_: session.get(Person, id_))
        query = query.where(col(Person.email) > last.email)
    return paging.cut(session.exec(query).all(), limit, lambda person: person.id)


def find_or_create(session: Session, email: str, name: str, now: datetime) -> tuple[Person, bool]:
    """The person with this folded e-mail, made if there is none; and whether a known person got a new name."""
    person = session.exec(select(Person).where(Person.email == email)).first()
    is_renamed = person is not None and person.name != name
    if person is None:
        person = Person(email=email, name=name, created_at=now)
        newcomers.welcome(session)
    person.name = name
    session.add(person)
    session.flush()
    if is_renamed:
        announce(session, AccessChanged(frozenset({person.id})))
    return person, is_renamed


def ensure(
    session: Session, names: Mapping[str, str], now: datetime, progress: Callable[[int], None] = lambda _: None
) -> tuple[dict[str, str], set[str]]:
    """The ids of people by their folded emails, made where there are none; and the ids of those with a new name.

    `names` are by email; `progress` is told how many more were looked up. A few queries, however many people there are.
    """
    session.flush()
    known: dict[str, tuple[str, str]] = {}
    for chunk in chunks(sorted(names), CHUNK):
        query = sql_select(col(Person.email), col(Person.id), col(Person.name)).where(col(Person.email).in_(chunk))
        known |= {email: (id_, name) for email, id_, name in session.connection().execute(query)}
        progress(len(chunk))
    fresh: list[dict[str, Any]] = [
        {"id": new_id(), "email": email, "name": name, "created_at": now, "role": "player", "theme": "auto"}
        for email, name in names.items()
        if email not in known
    ]
    renamed = [{"person": id_, "changed": names[email]} for email, (id_, name) in known.items() if name != names[email]]
    if fresh:
        _ADD.run(session, fresh)
        newcomers.welcome(session)
    if renamed:
        _RENAME.run(session, renamed)
    ids = {email: id_ for email, (id_, _) in known.items()} | {row["email"]: row["id"] for row in fresh}
    return ids, {row["person"] for row in renamed}


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut into lists of at most `size`: databases limit the parameters of one statement."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
