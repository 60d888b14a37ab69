"""Reversal of many activities at once: previewed, done for one reason as one change, and undone as a whole."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select as sql_select
from sqlalchemy import update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.draft import SHIFTS_SOURCE
from app.domain.memberships import team_at
from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import TeamScore
from app.domain.standings.board import Board, Standing
from app.errors import AlreadyDone, Conflict, NotFound
from app.models import BulkReversal, LedgerEntry, Membership, Reversal, Week
from app.models.columns import is_id
from app.services import reasons
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.ledger import rulings
from app.services.organizing import ledger_search
from app.services.organizing.ledger_search import Wanted
from app.services.people import aliases, people
from app.services.rules import rule_sets
from app.services.scoring import activity_queries, scores
from app.services.scoring.scores import WeekScores
from app.services.standings import boards
from app.services.teams import aliases as team_aliases
from app.services.teams import teams
from app.services.weeks import weeks

MOST_AT_ONCE = 10_000
"""Entries of one bulk: what is locked for a second or two; the rest is another bulk."""
MOST_RECENT = 10
NONE_LEFT = "Nothing to reverse: each of these is reversed already, or follows its seat in a shift."
CHANGED = (
    "Not reversed yet: some of these were reversed or reinstated after you opened this page. "
    "See what’s left, then reverse it."
)
UNDO_REASON = "The bulk reversal was undone"


class Selection(NamedTuple):
    """The entries of a bulk: chosen ones by id, or all that a filter finds; none newer than a version of the week."""

    ids: Sequence[str] = ()
    wanted: Wanted | None = None
    upto: int | None = None


class Chosen(NamedTuple):
    """The entries of a selection that can be reversed, and how many are reversed already, of seats, or too many."""

    entries: list[Any]
    reversed: int
    of_seats: int
    is_cut: bool

    @property
    def mark(self) -> str:
        """A mark that tells these entries from any others, which a preview’s form sends back."""
        return hashlib.sha256(",".join(str(row.seq) for row in self.entries).encode()).hexdigest()[:32]


class TeamChange(NamedTuple):
    """A team's standing before and after."""

    before: Standing
    after: Standing


class PersonLoss(NamedTuple):
    """A person's activities that go, and the points of their own that go with them."""

    name: str
    activities: int
    points: int


class Preview(NamedTuple):
    """The outcome of reversing a selection: who loses what, and whose points or rank change."""

    chosen: Chosen
    people: list[PersonLoss]
    teams: list[TeamChange]


def choose(session: Session, week: Week, selection: Selection) -> Chosen:
    """The newest `MOST_AT_ONCE` entries of a selection, told apart by what can become of them."""
    conditions = ledger_search.conditions_of(session, week, selection.wanted or Wanted())
    if selection.wanted is None:
        conditions.append(col(LedgerEntry.id).in_([id_ for id_ in selection.ids if is_id(id_)]))
    if selection.upto is not None:
        conditions.append(col(LedgerEntry.version) <= selection.upto)
    columns: tuple[Any, ...] = (
        LedgerEntry.seq, LedgerEntry.id, aliases.owner_id(col(LedgerEntry.person_id)).label("person_id"),
        team_aliases.owner_id(col(LedgerEntry.team_id)).label("team_id"), LedgerEntry.occurred_at, LedgerEntry.source,
        ledger_search.is_reversed().label("is_reversed"),
    )  # fmt: skip
    query = sql_select(*columns).where(*conditions).order_by(col(LedgerEntry.seq).desc()).limit(MOST_AT_ONCE + 1)
    found = list(session.connection().execute(query))
    rows = found[:MOST_AT_ONCE]
    standing = [row for row in rows if not row.is_reversed]
    entries = [row for row in standing if row.source != SHIFTS_SOURCE]
    return Chosen(entries, len(rows) - len(standing), len(standing) - len(entries), len(found) > MOST_AT_ONCE)


def preview(session: Session, week: Week, selection: Selection, now: datetime) -> Preview:
    """Score the teams concerned without a selection, and compare. Raises NotFound for a team that isn't there."""
    chosen = choose(session, week, selection)
    joins = teams.joins(session, week, {row.person_id for row in chosen.entries if row.person_id})
    team_of = {row.id: row.team_id or team_at(joins.get(row.person_id, ()), row.occurred_at) for row in chosen.entries}
    concerned = {team_id for team_id in team_of.values() if team_id is not None}
    kept = scores.of_week(session, week)
    left = kept.teams | _without(session, week, team_of.keys(), concerned)
    before = boards.live(session, week, now)
    after = boards.assemble(session, week, rule_sets.rules_of(session, week), WeekScores(left, kept.unassigned), now)
    losses = _losses(session, chosen, kept.teams, left, concerned)
    return Preview(chosen, losses, _changes(before, after, concerned))


def _without(session: Session, week: Week, gone: Any, team_ids: set[str]) -> dict[str, TeamScore]:
    """The scores of teams without some of their entries."""
    members = select(Membership.person_id).where(col(Membership.team_id).in_(team_ids)).distinct()
    ids = list(session.exec(members))
    live = activity_queries.live_activities(session, week, teams.joins(session, week, ids), people=ids)
    own = (activity for activity in live if activity.team in team_ids and activity.id not in gone)
    given = (each for each in activity_queries.adjustments(session, week) if each.team in team_ids)
    rules = rule_sets.rules_of(session, week)
    scored = score_teams(own, (each for each in given if each.id not in gone), rules, week.zone)
    return {team_id: scored.get(team_id, TeamScore()) for team_id in team_ids}


def _losses(
    session: Session, chosen: Chosen, before: dict[str, TeamScore], after: dict[str, TeamScore], team_ids: set[str]
) -> list[PersonLoss]:
    """The people of a selection, who loses most first."""
    counts = Counter(row.person_id for row in chosen.entries if row.person_id)
    points: Counter[str] = Counter()
    for team_id in team_ids:
        for score, sign in ((before.get(team_id, TeamScore()), -1), (after[team_id], 1)):
            points.update({person: sign * tally.points for person, tally in score.people.items()})
    named = people.by_id(session, counts)
    losses = [PersonLoss(named[id_].name, number, points[id_]) for id_, number in counts.items()]
    return sorted(losses, key=lambda loss: (loss.points, -loss.activities, loss.name.casefold()))


def _changes(before: Board, after: Board, concerned: set[str]) -> list[TeamChange]:
    """The teams concerned, and those that rise or fall because of them, as they will stand."""
    was = {standing.team_id: standing for standing in before.standings}
    pairs = [TeamChange(was[standing.team_id], standing) for standing in after.standings]
    return [pair for pair in pairs if pair.after.team_id in concerned or pair.before.rank != pair.after.rank]


def reverse(
    session: Session, slug: str, selection: Selection, act: Act, *, reason: str, seen: str = ""
) -> BulkReversal:
    """Reverse what can be of a selection, as one change of the week.

    `seen` is the mark of what a preview showed; empty is any. Raises WeekUnknown, Malformed for no reason, WeekNotOpen,
    AlreadyDone where nothing is left to reverse, or Conflict where that is something else than was seen.
    """
    reason = reasons.require(reason)
    week = weeks.lock(session, slug, act.now)
    weeks.require_open(week)
    chosen = choose(session, week, selection)
    numbers = [row.seq for row in chosen.entries]
    if not numbers:
        raise AlreadyDone(NONE_LEFT)
    if seen and seen != chosen.mark:
        raise Conflict(CHANGED)
    bulk = BulkReversal(
        week_id=week.id, at=act.now, by=act.actor.name, reason=reason, version=week.version + 1,
        activities=rulings.add_all(session, week, numbers, act, stand=False, reason=reason),
    )  # fmt: skip
    session.add(bulk)
    weeks.bump_version(session, week, scores_alone=True)
    details = {"activities": bulk.activities, "reason": reason}
    audit.note(session, "activities.reversed", _target(bulk), act, after=details)
    return bulk


def undo(session: Session, slug: str, bulk_id: str, act: Act) -> tuple[int, int]:
    """Reinstate what one bulk reversed; how many, and how many stay because somebody ruled on them since.

    Raises WeekUnknown, NotFound, WeekNotOpen, or AlreadyDone where it is undone.
    """
    week = weeks.lock(session, slug, act.now)
    bulk = session.get(BulkReversal, bulk_id) if is_id(bulk_id) else None
    if bulk is None or bulk.week_id != week.id:
        raise NotFound("There’s no bulk reversal with that id in this week.")
    weeks.require_open(week)
    mark = update(BulkReversal).where(col(BulkReversal.id) == bulk.id, col(BulkReversal.undone_at).is_(None))
    if session.connection().execute(mark.values(undone_at=act.now, undone_by=act.actor.name)).rowcount == 0:
        raise AlreadyDone("This bulk reversal is undone already.")
    session.refresh(bulk)
    later = aliased(Reversal)
    since = select(later.id).where(
        col(later.activity_seq) == Reversal.activity_seq, col(later.ordinal) > Reversal.ordinal
    )
    latest = (
        select(Reversal.activity_seq)
        .join(LedgerEntry, col(LedgerEntry.seq) == Reversal.activity_seq)
        .where(LedgerEntry.week_id == week.id, Reversal.version == bulk.version, ~since.exists())
    )
    numbers = list(session.exec(latest))
    reinstated = rulings.add_all(session, week, numbers, act, stand=True, reason=UNDO_REASON)
    weeks.bump_version(session, week, scores_alone=True)
    stayed = bulk.activities - reinstated
    after = {"reinstated": reinstated, "stayed": stayed}
    audit.note(session, "activities.reinstated", _target(bulk), act, after=after)
    return reinstated, stayed


def recent(session: Session, week: Week) -> list[BulkReversal]:
    """The newest bulks of a week, the last one first."""
    query = select(BulkReversal).where(BulkReversal.week_id == week.id).order_by(col(BulkReversal.version).desc())
    return list(session.exec(query.limit(MOST_RECENT)))


def _target(bulk: BulkReversal) -> AuditTarget:
    return AuditTarget("bulk", bulk.id, f"{bulk.activities:,} {'activity' if bulk.activities == 1 else 'activities'}")
