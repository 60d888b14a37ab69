"""The people and ids of an archive, held against what is here."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app.domain.text.direction import apart
from app.errors import Conflict
from app.models import GuestbookEntry, LedgerEntry, Person, Seat, Shift, Team
from app.models.columns import new_id
from app.services.archives import carried
from app.services.archives.checks import Checked
from app.services.people import people

_MODELS: dict[str, Any] = {
    "team": Team, "shift": Shift, "seat": Seat, "activity": LedgerEntry, "guestbook_entry": GuestbookEntry,
}  # fmt: skip


@dataclass(slots=True)
class Matched:
    """The ids here of an archive's people, teams, shifts and seats, by theirs there, for each table.

    `known` are the people who are here already, by id there. `taken` says that one of the ids is taken here, so that
    all that comes has new ones.
    """

    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    known: dict[str, Person] = field(default_factory=dict)
    taken: bool = False


def match(session: Session, checked: Checked) -> Matched:
    """Find who is here already, by any address; give ids to the others. Raises Conflict where two become one."""
    emails = {email for row in checked.people.values() for email in row["emails"]}
    here = people.by_email(session, emails)
    matched = Matched()
    for person_id, row in checked.people.items():
        found = {here[email].id: here[email] for email in row["emails"] if email in here}
        if len(found) > 1:
            names = " and ".join(apart(person.name) for person in found.values())
            raise Conflict(
                f"{apart(row['name'])} is one person in the archive and two here: {names}. Merge them first."
            )
        if found:
            matched.known[person_id] = next(iter(found.values()))
    _check_apart(checked, matched)
    fresh = checked.people.keys() - matched.known.keys()
    matched.taken = _is_taken(session, checked, fresh)
    for table in ("team", "shift", "seat"):
        matched.ids[table] = _numbered(checked.ids[table], matched)
    matched.ids["person"] = _numbered(fresh, matched)
    matched.ids["person"] |= {person_id: person.id for person_id, person in matched.known.items()}
    return matched


def _numbered(ids: Iterable[str], matched: Matched) -> dict[str, str]:
    return {each: new_id() if matched.taken else each for each in ids}


def _check_apart(checked: Checked, matched: Matched) -> None:
    counts = Counter(person.id for person in matched.known.values())
    twice: defaultdict[str, list[str]] = defaultdict(list)
    for person_id, person in matched.known.items():
        if counts[person.id] > 1:
            twice[person.id].append(apart(checked.people[person_id]["name"]))
    for names in twice.values():
        raise Conflict(f"{' and '.join(names)} are two people in the archive and one here. Merge them there first.")


def _is_taken(session: Session, checked: Checked, fresh: Iterable[str]) -> bool:
    wanted: list[tuple[Any, Iterable[Any]]] = [(Person, fresh)]
    wanted += [(_MODELS[table], _ids(checked, table)) for table in carried.WITH_IDS]
    return any(
        session.execute(select(model.id).where(col(model.id).in_(chunk)).limit(1)).first() is not None
        for model, ids in wanted
        for chunk in people.chunks(ids, people.CHUNK)
    )


def _ids(checked: Checked, table: str) -> Iterable[Any]:
    return checked.activity_ids if table == "activity" else checked.ids[table]
