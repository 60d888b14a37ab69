"""Export a whole week as an archive."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import IO, Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from app import __version__
from app.domain.actor import Act
from app.domain.standings.board import Board
from app.domain.text.direction import apart
from app.errors import Conflict
from app.models import RuleSet, Week
from app.services.access import addresses
from app.services.archives import carried
from app.services.archives.carried import Carried
from app.services.archives.columns import Codec, write
from app.services.archives.container import Writer
from app.services.audit import audit
from app.services.rules import history
from app.services.standings import boards, verification
from app.services.weeks import weeks

CHUNK = 1_000


class Exported(NamedTuple):
    """An archive that was written: its week, and how many rows of each table it has."""

    week: Week
    counts: dict[str, int]


def export(
    session: Session, slug: str, out: IO[bytes], now: datetime, progress: Callable[[int], None] = lambda _: None
) -> Exported:
    """Write a week's archive; constant memory, one unchanging view of the database. `progress` hears of rows written.

    Raises WeekUnknown, or Conflict for a week that doesn't verify: nobody could import it.
    """
    week = weeks.find(session, slug, now)
    if differences := verification.verify(session, week, now):
        raise Conflict(
            f"{apart(week.name)} can’t be exported, because it doesn’t verify: {differences[0]} "
            f"`assembly-week verify {week.slug}` lists all."
        )
    versions = history.of_week(session, week)
    counts = _counts(session, week, len(versions))
    writer = Writer(out, _header(session, week, now, versions, counts))
    _write_week(writer, week)
    for version in versions:
        writer.add("rule_set", _row(carried.RULE_SET, version.model_dump()))
    for people in carried.people(session, week.id):
        further = addresses.by_person(session, [person.id for person in people])
        for person in people:
            emails = [] if person.removed_at is not None else [person.email, *further.get(person.id, [])]
            writer.add("person", {**_row(carried.PERSON, person.model_dump()), "emails": emails})
    for table in carried.TABLES:
        codecs = table.codecs
        for rows in _rows(session, week, table):
            for row in rows:
                writer.add(table.name, _row(codecs, row))
            progress(len(rows))
    writer.close()
    return Exported(week, counts)


def note(session: Session, exported: Exported, act: Act) -> None:
    """Write down that somebody took a whole week."""
    audit.note(session, "archive.exported", weeks.audit_target(exported.week), act, after=exported.counts)


def _header(
    session: Session, week: Week, now: datetime, versions: list[RuleSet], counts: dict[str, int]
) -> dict[str, Any]:
    return {
        "version": __version__, "week": week.slug, "name": week.name, "state": week.state, "counts": counts,
        "rules": versions[-1].id if week.rule_set_id is None else week.rule_set_id,
        "board": board_document(boards.live(session, week, now)),
    }  # fmt: skip


def board_document(board: Board, ids: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The part of a board that an import must bring back, by team; `ids` are the teams' other ids."""
    return {
        "totals": dict(board.totals),
        "teams": {
            (ids or {}).get(each.team_id, each.team_id): {
                "rank": each.rank, "points": each.points, "counts": dict(each.counts), "bonuses": dict(each.bonuses),
                "quests": list(each.quests),
            }
            for each in board.standings
        },
    }  # fmt: skip


def _write_week(writer: Writer, week: Week) -> None:
    writer.add("week", _row(carried.WEEK, week.model_dump()))


def _row(codecs: Mapping[str, Codec], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row; empty ones are left out: half of an activity's columns mostly are."""
    written = {name: write(codec, values[name]) for name, codec in codecs.items()}
    return {name: value for name, value in written.items() if value is not None or codecs[name].default is not None}


def _rows(session: Session, week: Week, table: Carried) -> Iterator[list[Mapping[str, Any]]]:
    if table.name == "seat":
        yield _givers_first(session, week, table)
        return
    result = session.execute(table.of_week(week.id).execution_options(yield_per=CHUNK))
    for rows in result.mappings().partitions(CHUNK):
        yield [dict(row) for row in rows]


def _givers_first(session: Session, week: Week, table: Carried) -> list[Mapping[str, Any]]:
    """The seats of a week, each after the one it took over, to which it refers."""
    waiting = [dict(row) for row in session.execute(table.of_week(week.id)).mappings()]
    ordered: list[Mapping[str, Any]] = []
    known: set[str | None] = {None}
    while waiting:
        ready = [row for row in waiting if row["giver_id"] in known]
        waiting = [row for row in waiting if row["giver_id"] not in known]
        ordered += ready
        known |= {row["id"] for row in ready}
    return ordered


def _counts(session: Session, week: Week, versions: int) -> dict[str, int]:
    counts = {"week": 1, "rule_set": versions, "person": sum(map(len, carried.people(session, week.id)))}
    for table in carried.TABLES:
        rows = table.of_week(week.id).order_by(None).subquery()
        counts[table.name] = session.execute(select(func.count()).select_from(rows)).scalar_one()
    return counts
