"""People: found by e-mail, made by imports."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import NamedTuple, TypeVar

from sqlalchemy import bindparam, func, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.bulk import BulkInsert
from app.db.database import announce
from app.db.statements import Prepared
from app.domain.text import emails as email_rules
from app.domain.text import names as name_rules
from app.events import AccessChanged
from app.models import Person, PersonAddress
from app.models.columns import new_id
from app.services import paging
from app.services.id_sets import among
from app.services.paging import Page
from app.services.people import newcomers

CHUNK = 500  # ids or e-mails in one IN (…): SQLite takes 32,766 parameters, and a long statement is slow to build

DISGUISED = "letters or marks that pass for others"

IS_REAL = col(Person.rehearsal_id).is_(None)
"""Whatever looks for people of all weeks leaves out the stand-ins of rehearsals."""

Item = TypeVar("Item")

_ADD = BulkInsert(Person, ("id", "email", "name", "created_at", "role", "theme"))
_RENAME = Prepared(update(Person).where(col(Person.id) == bindparam("person")).values(name=bindparam("changed")))


def organizers(session: Session) -> list[str]:
    """The ids of everybody who organizes and is not switched off."""
    query = select(Person.id).where(Person.role != "player", col(Person.disabled_at).is_(None))
    return list(session.exec(query))


def flaws_of(name: str, email: str) -> dict[str, str]:
    """The flaws of a person's tidied name and folded e-mail, a sentence for each of the two that has one."""
    flaws = {"name": f"The name {flaw}."} if (flaw := name_rules.public_flaw(name)) else {}
    return flaws | {"email": sentence} if (sentence := email_flaw(email)) else flaws


def email_flaw(email: str) -> str | None:
    """Find what keeps a folded text from being somebody's e-mail, as a sentence; None for a good one."""
    if sentence := email_rules.flaw(email):
        return sentence
    if len(email) > email_rules.LONGEST:
        return f"“{email[:60]}…” isn’t an email: it has more than {email_rules.LONGEST} characters."
    if name_rules.flaw(email, email_rules.LONGEST) or email_rules.is_disguised(email):
        return f"“{email[:60]}” isn’t an email: it has {DISGUISED}."
    return None


def by_email(session: Session, emails: Iterable[str]) -> dict[str, Person]:
    """The people who have these (folded) e-mails among theirs, by the e-mail asked for."""
    found = {}
    for chunk in chunks(sorted(set(emails)), CHUNK):
        for person in session.exec(select(Person).where(col(Person.email).in_(chunk))):
            found[person.email] = person
        if missing := [email for email in chunk if email not in found]:
            further = select(PersonAddress.email, Person).join(Person, col(Person.id) == PersonAddress.person_id)
            found |= dict(session.exec(further.where(col(PersonAddress.email).in_(missing))).all())
    return found


def by_id(session: Session, ids: Iterable[str]) -> dict[str, Person]:
    """The people of these ids, by id."""
    found = {}
    for chunk in chunks(sorted(set(ids)), CHUNK):
        for person in session.exec(select(Person).where(col(Person.id).in_(chunk))):
            found[person.id] = person
    return found


def names_of(session: Session, ids: Collection[str]) -> dict[str, str]:
    """The names of the people of these ids, by id."""
    query = sql_select(col(Person.id), col(Person.name)).where(among(session, Person.id, ids))
    return dict(session.connection().execute(query).all())


def known(session: Session, most: int) -> list[tuple[str, str]]:
    """The emails and names of who can sign in, by name; of more than `most` the first ones."""
    query = select(Person.email, Person.name).where(IS_REAL, col(Person.disabled_at).is_(None))
    return list(session.exec(query.order_by(func.lower(Person.name), col(Person.id)).limit(most)))


def page(session: Session, *, cursor: str | None, limit: int) -> Page[Person]:
    """Up to `limit` people after the cursor, by e-mail. Raises Malformed for a bad cursor."""
    query = select(Person).where(col(Person.removed_at).is_(None)).order_by(col(Person.email)).limit(limit + 1)
    if cursor:
        last = paging.last_before(cursor, lambda id_: session.get(Person, id_))
        query = query.where(col(Person.email) > last.email)
    return paging.cut(session.exec(query).all(), limit, lambda person: person.id)


def find_or_create(session: Session, email: str, name: str, now: datetime) -> tuple[Person, bool]:
    """The person with this folded e-mail, made if there is none; and whether a known person got a new name."""
    person = by_email(session, [email]).get(email)
    is_renamed = person is not None and person.name != name
    if person is None:
        person = Person(email=email, name=name, created_at=now)
        newcomers.welcome(session, [email])
    person.name = name
    session.add(person)
    session.flush()
    if is_renamed:
        announce(session, AccessChanged(frozenset({person.id})))
    return person, is_renamed


class Wanted(NamedTuple):
    """People as a list wants them: their ids by folded e-mail, those of who is to be made, and who is renamed.

    `renamed` has the former and the new name by the person's id; `everybody` is how many e-mails people had.
    """

    ids: dict[str, str]
    fresh: dict[str, str]
    renamed: dict[str, tuple[str, str]]
    everybody: int

    @property
    def known(self) -> list[str]:
        """The ids of those who were there before."""
        fresh = set(self.fresh.values())
        return [person_id for person_id in dict.fromkeys(self.ids.values()) if person_id not in fresh]


def look_up(session: Session, names: Mapping[str, str], progress: Callable[[int], None] = lambda _: None) -> Wanted:
    """Look up people by their folded e-mails, and give ids to those who are not there; `names` are by e-mail.

    `progress` is told how many more were looked up. A few queries, however many people there are.
    """
    session.flush()
    known: dict[str, tuple[str, str]] = {}
    for chunk in chunks(sorted(names), CHUNK):
        query = sql_select(col(Person.email), col(Person.id), col(Person.name)).where(col(Person.email).in_(chunk))
        known |= {email: (id_, name) for email, id_, name in session.connection().execute(query)}
        further = (
            sql_select(col(PersonAddress.email), col(Person.id), col(Person.name))
            .join(Person, col(Person.id) == PersonAddress.person_id)
            .where(col(PersonAddress.email).in_(chunk))
        )
        known |= {email: (id_, name) for email, id_, name in session.connection().execute(further)}
        progress(len(chunk))
    fresh = {email: new_id() for email in names if email not in known}
    renamed = {id_: (name, names[email]) for email, (id_, name) in known.items() if name != names[email]}
    return Wanted({email: id_ for email, (id_, _) in known.items()} | fresh, fresh, renamed, count(session))


def count(session: Session) -> int:
    """The number of e-mails that people have, further ones too."""
    there = col(Person.removed_at).is_(None)
    own = sql_select(func.count()).select_from(Person).where(there).scalar_subquery()
    further = sql_select(func.count()).select_from(PersonAddress).scalar_subquery()
    return int(session.connection().execute(sql_select(own + further)).scalar_one())


def make(session: Session, wanted: Wanted, names: Mapping[str, str], now: datetime) -> None:
    """Make the people who are not there, and give known ones their new names."""
    same = {"created_at": now, "role": "player", "theme": "auto"}
    _ADD.run(
        session, [{**same, "id": id_, "email": email, "name": names[email]} for email, id_ in wanted.fresh.items()]
    )
    if wanted.fresh:
        newcomers.welcome(session, wanted.fresh)
    rename(session, {id_: name for id_, (_, name) in wanted.renamed.items()})


def rename(session: Session, names: Mapping[str, str]) -> None:
    """Give known people these names, by their ids, and say so to whoever remembers them."""
    if names:
        announce(session, AccessChanged(frozenset(names)))
        _RENAME.run(session, [{"person": id_, "changed": name} for id_, name in names.items()])


def chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Cut into lists of at most `size`: databases limit the parameters of one statement."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
