"""Activities as readers see them: one, or a page of the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from app.domain.memberships import team_at
from app.domain.view import View
from app.models import LedgerEntry, Reversal, Week
from app.services import paging
from app.services.paging import Page
from app.services.people import aliases, people
from app.services.people.week_members import Player
from app.services.scoring import response_times
from app.services.teams import aliases as team_aliases
from app.services.teams import teams
from app.services.weeks.weeks import AnyWeek


@dataclass(frozen=True, slots=True)
class ActivityView:
    """One activity with its team resolved; `person` is an e-mail, `points` and `reason` are an adjustment's."""

    id: str
    week: str
    kind: str
    person: str | None
    team: str | None
    team_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    source: str
    external_id: str
    subject: str | None
    response_seconds: int | None
    url: str | None
    note: str | None
    recorded_by: str
    reversed: bool
    points: int | None
    reason: str | None


_AS_RECORDED = (
    "id", "kind", "occurred_at", "recorded_at", "source", "external_id", "subject", "response_seconds", "url", "note",
    "recorded_by",
)  # fmt: skip


def views(session: Session, week: Week, entries: Sequence[LedgerEntry], view: View) -> list[ActivityView]:
    """Activities as readers see them, in the order given, as a view has them."""
    person_ids = {entry.person_id for entry in entries if entry.person_id}
    found = aliases.owners(session, person_ids)
    joins = teams.joins(session, week, person_ids if len(person_ids) < people.CHUNK else None, view=view)
    names = {team.id: team.name for team in teams.of_week(session, week)} if len(entries) > 1 else None
    merged = team_aliases.canonical(session, week) if any(entry.team_id for entry in entries) else {}
    cancelled = _reversed(session, entries, view.upto)
    seconds = response_times.of_entries(session, entries, view)

    def one(entry: LedgerEntry) -> ActivityView:
        person_id, team_id = entry.person_id, merged.get(entry.team_id or "", entry.team_id)
        if person_id:
            team_id = team_at(joins.get(person_id, ()), entry.occurred_at)
        team = None if team_id is None else names[team_id] if names else teams.find(session, week, team_id).name
        return ActivityView(
            id=entry.id, week=week.slug, kind=entry.kind, person=found[person_id].email if person_id else None,
            team=team, team_id=team_id, occurred_at=entry.occurred_at, recorded_at=entry.recorded_at,
            source=entry.source, external_id=entry.external_id, subject=entry.subject,
            response_seconds=seconds[entry.seq], url=entry.url, note=entry.note, recorded_by=entry.recorded_by,
            reversed=entry.seq in cancelled, points=entry.points, reason=entry.reason,
        )  # fmt: skip

    return [one(entry) for entry in entries]


def new_view(week: AnyWeek, row: Mapping[str, Any], player: Player) -> ActivityView:
    """An activity that has just been recorded, from its row in the ledger."""
    team_id = team_at(player.joins, row["occurred_at"])
    return ActivityView(
        week=week.slug, person=player.email, team=None if team_id is None else player.teams[team_id], team_id=team_id,
        reversed=False, points=None, reason=None, **{name: row[name] for name in _AS_RECORDED},
    )  # fmt: skip


def _reversed(session: Session, entries: Sequence[LedgerEntry], upto: int | None) -> set[int]:
    cancelled: set[int] = set()
    for chunk in people.chunks((entry.seq for entry in entries), people.CHUNK):
        query = select(Reversal.activity_seq).where(col(Reversal.activity_seq).in_(chunk))
        if upto is not None:
            query = query.where(Reversal.version <= upto)
        query = query.group_by(col(Reversal.activity_seq)).having(func.count() % 2 == 1)
        cancelled.update(session.exec(query))
    return cancelled


def page(session: Session, week: Week, *, cursor: str | None, limit: int, view: View) -> Page[ActivityView]:
    """Up to `limit` activities after the cursor, in the order they were recorded. Raises Malformed for a bad cursor."""
    query = select(LedgerEntry).where(LedgerEntry.week_id == week.id)
    if view.upto is not None:
        query = query.where(LedgerEntry.version <= view.upto)
    if cursor:
        last = paging.last_before(cursor, lambda id_: session.exec(query.where(LedgerEntry.id == id_)).first())
        query = query.where(LedgerEntry.seq > last.seq)
    found = session.exec(query.order_by(col(LedgerEntry.seq)).limit(limit + 1)).all()
    entries, next_cursor = paging.cut(found, limit, lambda entry: entry.id)
    return Page(views(session, week, entries, view), next_cursor)
