"""Many activities at once: batches over the API, a large import, and a week scored anew."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median

from app.config import PROJECT
from app.db.database import Database
from app.services.imports import batch, imports
from app.services.ledger import recording
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.weeks import weeks as weeks_service
from bench import former_scoring, weeks
from bench.client import drive, request
from bench.figures import Figure
from bench.scale import Scale
from bench.servers import PRODUCT, serving

TEAMS = 10


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """Rows a second of batches and of an import, and the seconds that other rules take."""
    yield from _imports(place, scale)
    yield from _rescoring(place / "rescoring", scale)


def _imports(place: Path, scale: Scale) -> Iterator[Figure]:
    database = weeks.open_database(place)
    people = weeks.make_week(database, "batches", teams=TEAMS, per_team=1)
    others = weeks.make_week(database, "import", teams=TEAMS, per_team=1)
    token = weeks.make_token(database)
    text = b"\n".join(_lines(others, "import ", scale.import_lines))
    with _writer_beside(database) as waits:
        began = time.perf_counter()
        imports.import_activities(database, "import", list(batch.read_ndjson(text)), weeks.ACT)
        seconds = time.perf_counter() - began
    bare = _bare_insert(database, scale.import_lines)
    database.dispose()
    with serving(PRODUCT, {"ASSEMBLY_WEEK_DATA_DIR": str(place)}) as port:
        rates = [_batch_rate(port, token, people, number, scale) for number in range(scale.rounds)]
    yield Figure(f"batches of {scale.batch_lines:,} lines over the API", median(rates), "rows/s")
    size, note = f"{scale.import_lines:,} lines", f"{seconds:.2f} s against {bare:.2f} s"
    yield Figure(f"import of {size}", scale.import_lines / seconds, "rows/s")
    yield Figure(f"import of {size} against executemany", seconds / bare, "times", 5.0, "at most", note)
    yield Figure(f"longest wait of a writer beside an import of {size}", max(waits), "s", 5.0, "at most")


@contextmanager
def _writer_beside(database: Database) -> Iterator[list[float]]:
    """The seconds that each of another process's writes waited for the lock while the block worked."""
    waits, is_over = [0.0], threading.Event()

    def write() -> None:
        other = Database(database.url)
        while not is_over.wait(0.02):
            began = time.perf_counter()
            with other.unit_of_work():
                waits.append(time.perf_counter() - began)
        other.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield waits
    finally:
        is_over.set()
        writer.join()


def _bare_insert(database: Database, number: int) -> float:
    """The seconds that the driver alone takes to insert as many rows of the ledger, ready made."""
    people = weeks.make_week(database, "bare", teams=TEAMS, per_team=1)
    with database.reading() as session:
        gate = weeks.gate_of(session, "bare", people)
    rows = [weeks.row(gate, activity) for activity in islice(weeks.activities(people, "bare "), number)]
    began = time.perf_counter()
    with database.unit_of_work() as session:
        recording.insert_rows(session, rows)
    return time.perf_counter() - began


def _batch_rate(port: int, token: str, people: list[str], number: int, scale: Scale) -> float:
    body = b"\n".join(_lines(people, f"batch {number} ", scale.batch_lines))
    post = request("POST", "/api/v1/weeks/batches/activities/batch", body, Authorization=f"Bearer {token}")
    return drive(port, iter([post]), clients=1).only(200) * scale.batch_lines


def _lines(people: list[str], name: str, number: int) -> list[bytes]:
    return [
        json.dumps({**fact, "occurred_at": fact["occurred_at"].isoformat()}).encode()
        for fact in islice(weeks.activities(people, name), number)
    ]


def _rescoring(place: Path, scale: Scale) -> Iterator[Figure]:
    database = weeks.open_database(place)
    weeks.make_week(database, "rescored", teams=scale.rescored_teams, per_team=scale.per_team)
    text = (PROJECT / "scoring_rules.toml").read_text(encoding="utf-8")
    seconds = []
    for number in range(max(scale.rounds, 3)):
        began = time.perf_counter()
        with database.unit_of_work() as session:
            rule_sets.activate(session, text.replace("points = 10", f"points = {20 + number}"), weeks.ACT, note="")
        seconds.append(time.perf_counter() - began)
    ratio = _against_former(database, max(scale.rounds, 3))
    database.dispose()
    size = scale.rescored_teams * scale.per_team
    yield Figure(f"scoring {size:,} activities under other rules", median(seconds), "s", 2.0, "at most")
    yield Figure(f"scoring {size:,} activities, CPU against the former way", ratio, "times", 0.5, "at most")


def _against_former(database: Database, rounds: int) -> float:
    """The CPU time of a whole week's scores, as a part of what it took as a list of awards."""
    ratios = []
    with database.reading() as session:
        week = weeks_service.find(session, "rescored", weeks.NOW)
        rules = rule_sets.rules_of(session, week)
        for _ in range(rounds):
            begun = time.process_time()
            scores.compute(session, week, rules)
            halfway = time.process_time()
            former_scoring.compute(session, week, rules)
            ratios.append((halfway - begun) / (time.process_time() - halfway))
    return median(ratios)
