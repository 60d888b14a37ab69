"""Undoing a whole import: what it did is reversed or put back, and what stays is said with the reason."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.text.direction import apart
from app.errors import AlreadyDone, NotFound, WeekNotOpen
from app.models import (
    GuestbookEntry,
    LedgerEntry,
    ListImport,
    Membership,
    Notice,
    Seat,
    Shift,
    WaitingEntry,
    Week,
)
from app.services import memberships, topics
from app.services.audit import audit
from app.services.imports import history, later_lists, renames
from app.services.imports.later_lists import Named
from app.services.intake import authors
from app.services.ledger import rulings
from app.services.people import people, places
from app.services.people import removal as people_removal
from app.services.people.places import Place
from app.services.people.removal import Obstacles
from app.services.people.week_members import BY_HAND, counting
from app.services.teams import removal as team_removal
from app.services.teams import teams
from app.services.weeks import weeks

REASON = "The import was undone"
MOST_NAMED = 10
_STAYS = "is on a later list, and stays there", "are on a later list, and stay there"


@dataclass
class Undone:
    """The outcome of an undoing: how much of each kind was taken back, and a sentence for what stayed."""

    counts: dict[str, int] = field(default_factory=dict)
    stayed: list[str] = field(default_factory=list)


def undo(session: Session, import_id: str, act: Act) -> Undone:
    """Take back what one import did. Raises NotFound, AlreadyDone, or WeekNotOpen for a week that is not open."""
    found = history.find(session, import_id)
    serialize(session)
    week = None
    if found.week_id is not None:
        week = weeks.lock(session, weeks.find_by_id(session, found.week_id).slug, act.now)
        if week.state == "closed":
            raise WeekNotOpen(week.name, week.state)
    _mark(session, found, act)
    undone = _VERBS[found.kind](session, week, found, json.loads(found.made), act)
    after = {**undone.counts, "stayed": len(undone.stayed)}
    audit.note(session, "import.undone", history.audit_target(found), act, after=after)
    return undone


def _mark(session: Session, found: ListImport, act: Act) -> None:
    """Note who undoes an import; of two at once one wins. Raises AlreadyDone."""
    open_one = (col(ListImport.id) == found.id, col(ListImport.undone_at).is_(None))
    changes = {"undone_at": act.now, "undone_by": act.actor.name}
    result = session.connection().execute(update(ListImport).where(*open_one).values(changes))
    if result.rowcount == 0:
        raise AlreadyDone("This import is undone already.")
    session.refresh(found)


def _activities(session: Session, week: Week | None, found: ListImport, made: dict[str, Any], act: Act) -> Undone:
    """Reverse what it recorded or reinstated, as one change of the week."""
    week = _its(week)
    weeks.require_open(week)
    brought = sql_select(col(LedgerEntry.seq)).where(
        col(LedgerEntry.week_id) == week.id, col(LedgerEntry.version) == found.version
    )
    numbers = [number for (number,) in session.connection().execute(brought)] + made.get("reinstated", [])
    reversed_ = rulings.add_all(session, week, numbers, act, stand=False, reason=REASON)
    stayed = len(numbers) - reversed_
    weeks.bump_version(session, week, scores_alone=True)
    found.undone_version = week.version
    session.add(found)
    session.flush()
    was = "was" if stayed == 1 else "were"
    return Undone({"reversed": reversed_}, [f"{stayed:,} {was} reversed before."] if stayed else [])


def _teams(session: Session, week: Week | None, found: ListImport, made: dict[str, Any], act: Act) -> Undone:
    """Put people back into the team they were in, or out of all, with former names and places; remove what it made."""
    week, undone = _its(week), Undone()
    query = select(Membership.person_id).where(Membership.week_id == week.id, Membership.version == found.version)
    moved = list(session.exec(query))
    kept = later_lists.left_by_undone(session, found, made.get("named", []))
    before, since = _around(session, week, found)
    later = later_lists.named_since(session, found)
    after = [person_id for person_id in moved if person_id in since]
    again = [person_id for person_id in moved if person_id in later.members and person_id not in since]
    names_by_id = people.names_of(session, {*moved, *made["renamed"]})
    former = {id_: before.get(id_) for id_ in [*moved, *kept] if id_ not in since and id_ not in later.members}
    undone.counts["moved back"] = memberships.assign_all(session, week, former, act)
    undone.stayed += _named(after, names_by_id, "moved on since, and stays there", "moved on since, and stay there")
    undone.stayed += _named(sorted(again, key=names_by_id.__getitem__), names_by_id, *_STAYS)
    undone.counts["renamed back"] = _rename_back(session, week, made["renamed"], names_by_id, later, undone, act)
    if changed := made.get("places"):  # lists from before they told places have none
        _place_back(session, changed, later, undone)
    found.undone_version = week.version + 1
    gone = _remove_made(session, week, made, later, undone, act)
    undone.counts["moved back"] -= len(gone & former.keys())
    weeks.bump_version(session, week)
    return undone


def _people(session: Session, _week: Week | None, found: ListImport, made: dict[str, Any], act: Act) -> Undone:
    """Give people the name, function and office they had; remove those it added, unless something stands against it."""
    undone, later = Undone(), later_lists.named_since(session, found)
    names_by_id = people.names_of(session, made["renamed"])
    undone.counts["renamed back"] = _rename_back(session, None, made["renamed"], names_by_id, later, undone, act)
    _place_back(session, made["places"], later, undone)
    _remove_people(session, made["people"], later, undone, act)
    return undone


def _place_back(session: Session, changed: dict[str, list[list[str]]], later: Named, undone: Undone) -> None:
    """Give people the function and office they had, unless somebody changed one since or a later list says the same."""
    now = places.of(session, changed)
    there = {id_: Place(*former) for id_, (former, new) in changed.items() if now.get(id_) == Place(*new)}
    back = {id_: former for id_, former in there.items() if id_ not in later.placed}
    places.put(session, back)
    undone.counts["changed back"] = len(back)
    names = people.names_of(session, changed.keys() - back.keys())
    kept = sorted(names, key=names.__getitem__)
    one, many = "has another function or office since, and keeps it", "have others since, and keep them"
    undone.stayed += _named([id_ for id_ in kept if id_ not in there], names, one, many)
    one, many = "is on a later list, and keeps function and office", "are on a later list, and keep function and office"
    undone.stayed += _named([id_ for id_ in kept if id_ in there], names, one, many)


def _around(session: Session, week: Week, found: ListImport) -> tuple[dict[str, str | None], set[str]]:
    """The teams people were in before an import, by their ids, and who moved after it.

    What imports brought that are undone as well, and their undoing, is passed over: steps back may be several.
    """
    columns = sql_select(col(Membership.person_id), col(Membership.team_id))
    standing = columns.where(col(Membership.week_id) == week.id, BY_HAND)
    earlier = standing.where(col(Membership.version) < found.version, counting(week.id))
    later = standing.where(col(Membership.version) > found.version)
    before = {
        str(id_): team_id for id_, team_id in session.connection().execute(earlier.order_by(col(Membership.version)))
    }
    return before, {str(id_) for id_, _ in session.connection().execute(later)}


def _rename_back(
    session: Session,
    week: Week | None,
    renamed: dict[str, list[str]],
    names_now: dict[str, str],
    later: Named,
    undone: Undone,
    act: Act,
) -> int:
    owners = renames.out_of_reach(session, act.actor) & renamed.keys()
    there = {id_: former for id_, (former, new) in renamed.items() if id_ not in owners and names_now.get(id_) == new}
    back = {id_: former for id_, former in there.items() if id_ not in later.people}
    again = [id_ for id_ in there if id_ not in back]
    undone.stayed += _named(
        again, names_now, "is on a later list, and keeps that name", "are on a later list, and keep those names"
    )
    kept = [id_ for id_ in renamed if id_ not in there and id_ not in owners]
    one, many = "was renamed since, and keeps that name", "were renamed since, and keep those names"
    undone.stayed += _named(kept, names_now, one, many)
    undone.stayed += _named(
        sorted(owners),
        names_now,
        "keeps that name: only owners rename owners",
        "keep those names: only owners rename owners",
    )
    people.rename(session, back)
    teams.touch_weeks_of(session, back, act.now, but=week.id if week else None)
    return len(back)


def _remove_made(
    session: Session, week: Week, made: dict[str, Any], later: Named, undone: Undone, act: Act
) -> set[str]:
    """Remove the teams and people that the import made, but for those something stands against; the people removed."""
    team_names = dict(teams.named(session, week))
    there = [team_id for team_id in made["teams"] if team_id in team_names]
    against = team_removal.remove(session, week, [id_ for id_ in there if id_ not in later.teams], act)
    against |= {id_: [later_lists.NAMED] for id_ in there if id_ in later.teams}
    undone.counts["of its teams removed"] = len(there) - len(against)
    undone.stayed += _kept(against, team_names, "(team) stays: it has", "(teams) stay: they have")
    return _remove_people(session, made["people"], later, undone, act)


def _remove_people(session: Session, person_ids: list[str], later: Named, undone: Undone, act: Act) -> set[str]:
    names = people.names_of(session, person_ids)
    against = people_removal.remove(session, [id_ for id_ in person_ids if id_ not in later.people], act)
    against |= {id_: [later_lists.NAMED] for id_ in names if id_ in later.people}
    undone.counts["of its people removed"] = len(names) - len(against)
    undone.stayed += _kept(
        {id_: nouns for id_, nouns in against.items() if id_ not in later.members},
        names,
        "stays: they have",
        "stay: they have",
    )
    return names.keys() - against.keys()


def _kept(against: Obstacles, names_by_id: dict[str, str], one: str, many: str) -> list[str]:
    """List what stays, in a sentence for each combination of reasons."""
    by_nouns: dict[str, list[str]] = {}
    for id_, nouns in against.items():
        by_nouns.setdefault(" and ".join(nouns), []).append(id_)
    return [
        sentence
        for nouns, ids in by_nouns.items()
        for sentence in _named(
            sorted(ids, key=names_by_id.__getitem__), names_by_id, f"{one} {nouns}", f"{many} {nouns}"
        )
    ]


def _shifts(session: Session, week: Week | None, found: ListImport, made: dict[str, Any], act: Act) -> Undone:
    """Remove the shifts it made that nobody ever had to do with."""
    week, ids = _its(week), made["shifts"]
    used: set[str] = set()
    for chunk in people.chunks(ids, people.CHUNK):
        for model in (Seat, WaitingEntry, Notice, GuestbookEntry):
            column = col(model.shift_id)
            query = sql_select(column).where(column.in_(chunk))
            used |= {id_ for (id_,) in session.connection().execute(query) if id_ is not None}
        edited = sql_select(col(Shift.id)).where(col(Shift.id).in_(chunk), col(Shift.version) > 1)
        used |= {id_ for (id_,) in session.connection().execute(edited)}
    free = [id_ for id_ in ids if id_ not in used]
    removed = 0
    for chunk in people.chunks(free, people.CHUNK):
        removed += session.connection().execute(delete(Shift).where(col(Shift.id).in_(chunk))).rowcount
    topics.bump(session, week, "shifts")
    kept = len(used)
    what = "shift stays" if kept == 1 else "shifts stay"
    stayed = [f"{kept:,} {what}: people signed up or waited, or it was changed since. Cancel it on its page."]
    return Undone({"removed": removed}, stayed if kept else [])


def _identities(session: Session, _week: Week | None, found: ListImport, made: dict[str, Any], act: Act) -> Undone:
    """Forget the ids it named; what was credited stays."""
    there = authors.by_id(session, made["identities"])
    own = [each for each in there if each.created_at == found.at]
    given = {each.id: f"{each.source} {each.external_id}" for each in there if each.created_at != found.at}
    stayed = _named([*given], given, "was given to someone else since", "were given to someone else since")
    if gone := len(made["identities"]) - len(there):
        stayed.append(f"{gone:,} {'was' if gone == 1 else 'were'} removed before.")
    authors.forget_all(session, own, act)
    return Undone({"forgotten": len(own)}, stayed)


def _named(ids: list[str], names_by_id: dict[str, str], one: str, many: str) -> list[str]:
    if not ids:
        return []
    shown = ", ".join(apart(names_by_id[id_]) for id_ in ids[:MOST_NAMED])
    rest = f" and {len(ids) - MOST_NAMED:,} more" if len(ids) > MOST_NAMED else ""
    return [f"{shown}{rest} {one if len(ids) == 1 else many}."]


def _its(week: Week | None) -> Week:
    if week is None:
        raise NotFound("The week of this import is gone.")
    return week


_VERBS: dict[str, Callable[[Session, Week | None, ListImport, dict[str, Any], Act], Undone]] = {
    "activities": _activities,
    "teams": _teams,
    "people": _people,
    "shifts": _shifts,
    "identities": _identities,
}
