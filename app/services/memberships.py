"""Memberships: people are assigned to teams of a week, and the teams that this changes are scored again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.db.bulk import BulkInsert
from app.domain.actor import Act
from app.domain.memberships import Join, current_team, work_moves
from app.domain.rules import Rules
from app.errors import TeamFull
from app.models import Membership, Person, Team, Week
from app.services.access import accounts
from app.services.audit import audit
from app.services.people import aliases, people
from app.services.rules import rule_sets
from app.services.scoring import activity_queries, scores
from app.services.shifts import credit, timetable
from app.services.teams import teams
from app.services.weeks import weeks

FEW_TEAMS = 8
"""Up to so many changed teams are scored one by one; more with the whole week, which is read once then."""

_COLUMNS = ("week_id", "person_id", "team_id", "at", "version", "by")
_ADD = BulkInsert(Membership, _COLUMNS)


def assign(session: Session, week: Week, person: Person, team: Team | None, act: Act) -> bool:
    """Put a person into a team of a locked week, or out of all (None); says whether that changed anything.

    Board and audit are up to date afterwards. Raises TeamFull; then nothing may be committed.
    """
    before = teams.joins(session, week, [person.id]).get(person.id, [])
    if not assign_all(session, week, {person.id: team.id if team else None}, act):
        return False
    weeks.bump_version(session, week)
    was_id = current_team(before)
    was = teams.find(session, week, was_id).name if was_id else None
    audit.note(
        session, "membership.changed", accounts.audit_target(person), act, before={"week": week.slug, "team": was},
        after={"week": week.slug, "team": team.name if team else None},
    )  # fmt: skip
    return True


def assign_all(session: Session, week: Week, places: Mapping[str, str | None], act: Act) -> int:
    """Put people into teams of a locked week, or out of all (None), by their ids; how many that moved.

    Scores are up to date afterwards, completed seats are credited to their teams of now, and free seats handed on to
    whom limits held up; the caller touches the week. Raises TeamFull; then nothing may be committed.
    """
    histories = teams.joins(session, week, places if len(places) <= people.CHUNK else None)
    rows = [
        {"person_id": person_id, "team_id": team_id, "at": _at(histories.get(person_id, ()), act.now)}
        for person_id, team_id in places.items()
        if current_team(histories.get(person_id, ())) != team_id
    ]
    rules = rule_sets.rules_of(session, week)
    if rows:
        followers = _take_aliases_along(session, week, places, histories, act)
        _ADD.run(
            session, [{**row, "week_id": week.id, "version": week.version + 1, "by": act.actor.name} for row in rows]
        )
        check_sizes(session, week, rules.team_size)
        _rescore(session, week, rules, histories, rows, followers)
        credit.follow_people(session, week, [str(row["person_id"]) for row in rows if row["team_id"]], act)
        timetable.plan_waited_for(session, act.now)  # limits count teams with members
    return len(rows)


def _take_aliases_along(
    session: Session, week: Week, places: Mapping[str, str | None], histories: Mapping[str, Sequence[Join]], act: Act
) -> list[str]:
    """Give the aliases of who joins a first team that history, so that their work comes along; their ids.

    Versions of their own come before the one of the move, by which an import is undone.
    """
    first = {each: team_id for each, team_id in places.items() if team_id is not None and not histories.get(each)}
    joins = {
        alias: [Join(first[person_id], act.now), Join(None, act.now)]
        for alias, person_id in aliases.canonical(session).items()
        if person_id in first
    }
    write_down(session, week, joins, act)
    return list(joins)


def write_down(session: Session, week: Week, joins: Mapping[str, Sequence[Join]], act: Act) -> None:
    """Add joins to the histories of people of a locked week, by their ids, oldest first, and nothing else.

    Their moments stay as they are; the caller scores the week again. Each step is a version of the week.
    """
    for step in range(max(map(len, joins.values()), default=0)):
        rows = [(person_id, each[step]) for person_id, each in joins.items() if step < len(each)]
        same = {"week_id": week.id, "version": week.version + 1, "by": act.actor.name}
        _ADD.run(session, [{**same, "person_id": id_, "team_id": join.team, "at": join.at} for id_, join in rows])
        weeks.bump_version(session, week)


def _at(history: Sequence[Join], now: datetime) -> datetime:
    """The moment a join takes effect: never before the last one, so that a clock set back cannot reorder history."""
    return max([now, *(join.at for join in history)])


def check_sizes(session: Session, week: Week, size: int) -> None:
    """Raise TeamFull if a team of the week has more members than the rules allow."""
    if sentences := teams.oversized(session, week, size):
        raise TeamFull(" ".join(sentences))


def _rescore(
    session: Session,
    week: Week,
    rules: Rules,
    histories: Mapping[str, Sequence[Join]],
    rows: Iterable[Mapping[str, Any]],
    followers: Sequence[str],
) -> None:
    """Score the teams again between which work moves, and count it no longer among what belongs to none."""
    moves = {row["person_id"]: work_moves(histories.get(row["person_id"], ()), row["team_id"]) for row in rows}
    changed = {team_id for move in moves.values() if move for team_id in move if team_id is not None}
    newcomers = [person_id for person_id, move in moves.items() if move and move[0] is None]
    if len(changed) > FEW_TEAMS or len(newcomers) > people.CHUNK:
        scores.rebuild(session, week, rules)
        return
    for team_id in sorted(changed):
        scores.refresh(session, week, rules, team_id)
    brought = activity_queries.count_by_kind(session, week, [*newcomers, *followers])
    scores.count_unassigned(session, week, {kind: -number for kind, number in brought.items()})
