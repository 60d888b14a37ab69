"""Large lists on both engines: activities and teams, against the driver's bare executemany of the same rows."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert
from sqlmodel import Session, SQLModel

from app.db.database import Database
from app.db.statements import Prepared
from app.errors import Unavailable
from app.models import Membership, Person, Team
from app.models.columns import new_id
from app.services.imports import batch, history, imports, roster_import, undoing
from app.services.ledger import recording
from app.services.weeks import weeks as weeks_service
from bench import weeks
from bench.databases import ENGINES, TimedDatabase
from bench.figures import Figure
from bench.scale import Scale

TEAMS = 10
MOST_TIMES, MOST_HELD, MOST_WAITED = 5.0, 1.5, 5.0


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """The speed of both imports and of undoing one, and the longest time they keep others from writing."""
    for name, engine in ENGINES.items():
        with engine(place / name) as database:
            yield from _activities(name, database, scale)
            yield from _roster(name, database, scale)
            yield from _undoing(name, database, scale.undone_lines)


def _activities(engine: str, database: TimedDatabase, scale: Scale) -> Iterator[Figure]:
    people = weeks.make_week(database, "import", teams=TEAMS, per_team=1)
    text = b"\n".join(weeks.lines(people, "import ", scale.import_lines))
    with _writer_beside(database, "import") as waits:
        database.held, database.held_cpu, began = 0.0, 0.0, time.perf_counter()
        imports.import_activities(database, "import", list(batch.read_ndjson(text)), weeks.ACT)
        seconds = time.perf_counter() - began
    held, cpu = database.held, database.held_cpu
    bare = _bare_activities(database, scale.import_lines)
    what = f"import of {scale.import_lines:,} lines"
    yield Figure(f"{what}, {engine}", scale.import_lines / seconds, "rows/s")
    yield from _figures(what, engine, seconds, bare, (held, cpu), max(waits))


def _roster(engine: str, database: TimedDatabase, scale: Scale) -> Iterator[Figure]:
    weeks.make_week(database, "roster", teams=1, per_team=1)
    text = _roster_text("p", scale.roster_lines)
    with _writer_beside(database, "roster") as waits:
        database.held, database.held_cpu, began = 0.0, 0.0, time.perf_counter()
        _import_roster(database, "roster", text)
        seconds = time.perf_counter() - began
    held, cpu = database.held, database.held_cpu
    bare = _bare_roster(database, scale.roster_lines)
    yield from _figures(f"team list of {scale.roster_lines:,} lines", engine, seconds, bare, (held, cpu), max(waits))


def _undoing(engine: str, database: TimedDatabase, lines: int) -> Iterator[Figure]:
    """One step back of a whole list, which is all or nothing: a writer of the same week waits until it is done."""
    weeks.make_week(database, "undone", teams=1, per_team=1)
    _import_roster(database, "undone", _roster_text("u", lines))
    with _writer_beside(database, "undone") as waits:
        database.held, database.held_cpu = 0.0, 0.0
        with database.unit_of_work() as session:
            [found] = history.recent(session, weeks_service.find(session, "undone", weeks.NOW))
            undoing.undo(session, found.id, weeks.ACT)
    what, cpu = f"undoing a team list of {lines:,} lines", f"{database.held_cpu:.2f} s of CPU"
    yield Figure(f"{what}: its transaction, {engine}", database.held, "s", MOST_HELD, "at most", cpu)
    yield Figure(f"{what}: longest wait of a writer beside it, {engine}", max(waits), "s", MOST_HELD, "at most")


def _roster_text(name: str, lines: int) -> str:
    rows = [f"Crew {number // 3},Player {number},{name}{number}@example.com\n" for number in range(lines)]
    return "".join(["team,name,email\n", *rows])


def _import_roster(database: Database, slug: str, text: str) -> None:
    roster = roster_import.read(text)
    with database.reading() as session:
        plan = roster_import.prepare(session, slug, roster, weeks.ACT)
    with database.unit_of_work() as session:
        roster_import.apply(session, slug, plan, weeks.ACT)


def _figures(
    what: str, engine: str, seconds: float, bare: float, held: tuple[float, float], waited: float
) -> Iterator[Figure]:
    note, cpu = f"{seconds:.2f} s against {bare:.2f} s", f"{held[0] / bare:.2f} of executemany, {held[1]:.2f} s of CPU"
    yield Figure(f"{what} against executemany, {engine}", seconds / bare, "times", MOST_TIMES, "at most", note)
    yield Figure(f"{what}: in transactions that write, {engine}", held[0], "s", MOST_HELD, "at most", cpu)
    yield Figure(f"{what}: longest wait of a writer beside it, {engine}", waited, "s", MOST_WAITED, "at most")


@contextmanager
def _writer_beside(database: Database, slug: str) -> Iterator[list[float]]:
    """The seconds that each of another connection's writes waited for the week while the block worked."""
    waits, is_over = [0.0], threading.Event()

    def write() -> None:
        other = Database(database.url)
        while not is_over.wait(0.02):
            began = time.perf_counter()
            with suppress(Unavailable), other.unit_of_work() as session:
                weeks_service.hold(session, slug, weeks.NOW)
            waits.append(time.perf_counter() - began)
        other.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield waits
    finally:
        is_over.set()
        writer.join()


def _bare_activities(database: Database, number: int) -> float:
    """The seconds that the driver alone takes to insert as many rows of the ledger, ready made."""
    people = weeks.make_week(database, "bare", teams=TEAMS, per_team=1)
    with database.reading() as session:
        admission = weeks.admission_of(session, "bare", people)
    rows = [weeks.row(admission, activity) for activity in islice(weeks.activities(people, "bare "), number)]
    began = time.perf_counter()
    with database.unit_of_work() as session:
        recording.insert_rows(session, rows)
    return time.perf_counter() - began


def _bare_roster(database: Database, number: int) -> float:
    """The seconds that the driver alone takes to insert as many people, their teams and memberships, ready made."""
    weeks.make_week(database, "bare-roster", teams=1, per_team=1)
    with database.reading() as session:
        week_id = weeks_service.look(session, "bare-roster", weeks.NOW).id
    of_week: dict[str, Any] = {"week_id": week_id, "version": 99}
    teams = [
        {"id": new_id(), "name": f"Crew {each}", "name_key": f"crew {each}", "created_at": weeks.NOW, **of_week}
        for each in range(-(-number // 3))
    ]
    people = [
        {"id": new_id(), "email": f"bare{each}@example.com", "name": f"Player {each}", "created_at": weeks.NOW}
        for each in range(number)
    ]
    memberships = [
        {"person_id": person["id"], "team_id": teams[place // 3]["id"], "at": weeks.NOW, "by": "bench", **of_week}
        for place, person in enumerate(people)
    ]
    tables: list[tuple[type[SQLModel], list[dict[str, Any]]]] = [
        (Team, teams), (Person, people), (Membership, memberships),
    ]  # fmt: skip
    began = time.perf_counter()
    with database.unit_of_work() as session:
        for table, rows in tables:
            _insert(session, table, rows)
    return time.perf_counter() - began


def _insert(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    defaults = {"role": "player", "theme": "auto"} if table is Person else {}
    full = [{**row, **defaults} for row in rows]
    Prepared(insert(table).values({name: bindparam(name) for name in full[0]})).run(session, full)
