"""The people of an installation as organizers look for them: by name or e-mail, by role, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.domain.memberships import current_team
from app.domain.text import names
from app.models import Person, PersonAddress, Week
from app.services.access import accounts, links, sign_ins
from app.services.people import people
from app.services.teams import teams

LONGEST = 254  # characters of what is typed to pick somebody: an e-mail's
PER_PAGE = 50  # people: a long screen, and as many look-ups of teams and sign-ins


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whom a reader looks for: part of a name or an e-mail, and a role, or `off` for who is switched off."""

    text: str = ""
    role: str = ""


class PersonRow(NamedTuple):
    """One person as the list shows them; `invited_until` is when an unused invitation ends."""

    person: Person
    team: str | None
    signed_in_at: datetime | None
    invited_until: datetime | None


class Choice(NamedTuple):
    """A person whom somebody may pick, as a field suggests them."""

    name: str
    email: str


class Found(NamedTuple):
    """One page of a search (the first is 1), of how many, and how many people there are on all of them."""

    people: list[PersonRow]
    page: int
    pages: int
    total: int


def search(session: Session, wanted: Wanted, week: Week | None, *, page: int, now: datetime) -> Found:
    """People in order of their names, with their team in this week; a page beyond the last is the last."""
    ids = _matching(session, wanted)
    pages = max(1, -(-len(ids) // PER_PAGE))
    page = min(max(page, 1), pages)
    shown = ids[(page - 1) * PER_PAGE : page * PER_PAGE]
    return Found(_listed(session, shown, week, now), page, pages, len(ids))


def _matching(session: Session, wanted: Wanted) -> list[str]:
    """Names are compared folded, which no database does as we do: names and e-mails alone are read for that."""
    query = select(Person.id, Person.name, Person.email).where(col(Person.removed_at).is_(None))
    if wanted.role == "off":
        query = query.where(col(Person.disabled_at).is_not(None))
    elif wanted.role:
        query = query.where(Person.role == wanted.role)
    text = names.fold(wanted.text)
    folded = ((names.fold(name), email, person_id) for person_id, name, email in session.exec(query))
    further = select(PersonAddress.person_id).where(col(PersonAddress.email).contains(text, autoescape=True))
    by_further = set(session.exec(further)) if text else set[str]()
    return [
        person_id
        for name, email, person_id in sorted(folded)
        if text in name or text in email or person_id in by_further
    ]


def _listed(session: Session, ids: Sequence[str], week: Week | None, now: datetime) -> list[PersonRow]:
    person = people.by_id(session, ids)
    joined = _team_names(session, week, ids) if week else {}
    last, pending = sign_ins.latest(session, ids), links.pending(session, now)
    return [PersonRow(person[each], joined.get(each), last.get(each), pending.get(each)) for each in ids]


def _team_names(session: Session, week: Week, ids: Sequence[str]) -> dict[str, str]:
    by_id = {team.id: team.name for team in teams.of_week(session, week)}
    present = {each: current_team(joins) for each, joins in teams.joins(session, week, ids).items()}
    return {each: by_id[team_id] for each, team_id in present.items() if team_id is not None}


def choices(session: Session) -> list[Choice]:
    """Everybody who is not switched off, by name."""
    query = select(Person.name, Person.email).where(people.IS_REAL, col(Person.disabled_at).is_(None))
    return sorted((Choice(*row) for row in session.exec(query)), key=lambda each: (names.fold(each.name), each.email))


def pick(session: Session, typed: str) -> Person | str:
    """The person whom somebody typed, by e-mail or whole name; or the sentence for who typed one that is none."""
    typed = typed.strip()
    if not typed:
        return "Type the name or email of a person."
    if "@" in typed:
        return accounts.by_email(session, typed) or "No person with this email. Add them under People first."
    folded = names.fold(typed)
    query = select(Person.id, Person.name).where(col(Person.removed_at).is_(None))
    ids = [person_id for person_id, name in session.exec(query) if names.fold(name) == folded]
    if len(ids) > 1:
        return f"{len(ids)} people have this name. Type the email."
    return session.get_one(Person, ids[0]) if ids else "No person with this name. Type the email instead."


def look_up(session: Session, person: Person, week: Week | None, now: datetime) -> PersonRow:
    """One person as the list shows them."""
    return _listed(session, [person.id], week, now)[0]
