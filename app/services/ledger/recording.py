"""Drafts become rows of the ledger, and the scores they change are brought up to date."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlmodel import Session, col

from app import metrics
from app.db.statements import Prepared
from app.domain.draft import Key, Reading
from app.domain.intake.clocks import REPLY
from app.domain.memberships import team_at
from app.domain.rules import Rules
from app.domain.scoring.activity import Activity
from app.models import LedgerEntry
from app.services import clocks
from app.services.ledger.admission import COLUMNS, Admission, Row
from app.services.people import people, week_members
from app.services.people.week_members import FEW
from app.services.scoring import scores
from app.services.weeks import weeks
from app.services.weeks.weeks import AnyWeek

MAX_ROWS = 5_000  # in one executemany: the rows of a batch of 10,000 need not all be bound at once

_ADD = Prepared(insert(LedgerEntry).values({name: bindparam(name) for name in COLUMNS}))
_OF_KIND: Any = select(col(LedgerEntry.external_id), col(LedgerEntry.id)).where(
    col(LedgerEntry.week_id) == bindparam("week"),
    col(LedgerEntry.source) == bindparam("source"),
    col(LedgerEntry.kind) == bindparam("kind"),
)
_KNOWN = Prepared(_OF_KIND.where(col(LedgerEntry.external_id) == bindparam("external_id")))
_KNOWN_OF = _OF_KIND.where(col(LedgerEntry.external_id).in_(bindparam("external_ids", expanding=True)))


def admission_of(
    session: Session,
    week: AnyWeek,
    rules: Rules,
    readings: Iterable[Reading],
    now: datetime,
    ids: dict[Key, str] | None = None,
) -> Admission:
    """The admission of what was read to a week: it knows which of that the ledger has, and the people in it.

    `ids` are what admissions before it let in that is not in the ledger yet; it learns what this one finds and lets in.
    """
    read = list(readings)
    ids = {} if ids is None else ids
    ids.update(known_ids(session, week, (reading.key for reading in read if reading.key)))
    drafts = [reading.draft for reading in read if reading.draft]
    players = week_members.find(session, week, (draft.person for draft in drafts))
    clocked = clocks.known(session, {draft.key for draft in drafts if draft.kind == REPLY} - ids.keys())
    return Admission(week, rules, players, ids, now, clocked)


def known_ids(session: Session, week: AnyWeek, keys: Iterable[Key]) -> dict[Key, str]:
    """The ids of the activities of these keys that the week's ledger already has.

    Asked source by source and kind by kind: for a list of whole keys SQLite would read the week's index through.
    """
    different = set(keys)
    if len(different) <= FEW:
        return {key: id_ for key in different for _, id_ in _KNOWN.rows(session, week=week.id, **key._asdict())}
    wanted: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for key in different:
        wanted[key.source, key.kind].append(key.external_id)
    ids: dict[Key, str] = {}
    for (source, kind), external_ids in wanted.items():
        for chunk in people.chunks(external_ids, people.CHUNK):
            values = {"week": week.id, "source": source, "kind": kind, "external_ids": chunk}
            rows = session.connection().execute(_KNOWN_OF, values)
            ids.update((Key(source, kind, external_id), id_) for external_id, id_ in rows)
    return ids


def record(session: Session, admission: Admission, rows: Sequence[Row]) -> None:
    """Add rows that were admitted, as one change of the locked week."""
    if not rows:
        return
    insert_rows(session, rows)
    if admission.week.rehearsal_of is None:
        metrics.count_on_commit(session, metrics.ACTIVITIES, len(rows))
    _rescore(session, admission, rows)
    weeks.bump_version(session, admission.week, scores_alone=True)


def insert_rows(session: Session, rows: Sequence[Row]) -> None:
    """Add rows to the ledger and nothing else."""
    for chunk in people.chunks(rows, MAX_ROWS):
        _ADD.run(session, chunk)


def _rescore(session: Session, admission: Admission, rows: Sequence[Row]) -> None:
    """Bring the teams up to date that these rows count for, and the counts of those that belong to no team."""
    joins = {player.id: player.joins for player in admission.players.values()}
    by_team: defaultdict[str, list[Activity]] = defaultdict(list)
    unassigned: Counter[str] = Counter()
    for row in rows:
        team_id = team_at(joins[row["person_id"]], row["occurred_at"])
        if team_id is None:
            unassigned[row["kind"]] += 1
        else:
            by_team[team_id].append(_activity(row, team_id))
    for team_id in sorted(by_team):
        scores.add(session, admission.week, admission.rules, team_id, by_team[team_id])
    scores.count_unassigned(session, admission.week, unassigned)


def _activity(row: Row, team_id: str) -> Activity:
    return Activity(
        row["id"], row["kind"], row["person_id"], team_id, row["occurred_at"], row["source"], row["external_id"],
        row["subject"], row["response_seconds"],
    )  # fmt: skip
