"""Many activities at once: batches over the API, and a week scored anew."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app.config import PROJECT
from app.db.database import Database
from app.domain.view import EVERYTHING
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.week_metrics import week_metrics
from app.services.weeks import weeks as weeks_service
from bench import former_scoring, weeks
from bench.client import drive, request
from bench.figures import Figure
from bench.scale import Scale
from bench.servers import PRODUCT, serving

TEAMS = 10


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """Rows a second of batches, and the seconds that other rules take."""
    yield from _batches(place, scale)
    yield from _rescoring(place / "rescoring", scale)
    yield from _measuring(place / "measuring", scale)


def _batches(place: Path, scale: Scale) -> Iterator[Figure]:
    database = weeks.open_database(place)
    people = weeks.make_week(database, "batches", teams=TEAMS, per_team=1)
    token = weeks.make_token(database)
    database.dispose()
    with serving(PRODUCT, {"ASSEMBLY_WEEK_DATA_DIR": str(place)}) as port:
        rates = [_batch_rate(port, token, people, number, scale) for number in range(scale.rounds)]
    yield Figure(f"batches of {scale.batch_lines:,} lines over the API", median(rates), "rows/s")


def _batch_rate(port: int, token: str, people: list[str], number: int, scale: Scale) -> float:
    body = b"\n".join(weeks.lines(people, f"batch {number} ", scale.batch_lines))
    post = request("POST", "/api/v1/weeks/batches/activities/batch", body, Authorization=f"Bearer {token}")
    return drive(port, iter([post]), clients=1).only(200) * scale.batch_lines


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


def _measuring(place: Path, scale: Scale) -> Iterator[Figure]:
    """The seconds that the metrics of a week take."""
    database = weeks.open_database(place)
    weeks.make_week(database, "measured", teams=scale.rescored_teams, per_team=scale.per_team)
    seconds = []
    with database.reading() as session:
        week = weeks_service.find(session, "measured", weeks.NOW)
        for _ in range(max(scale.rounds, 3)):
            began = time.perf_counter()
            week_metrics.of_week(session, week, EVERYTHING, weeks.NOW)
            seconds.append(time.perf_counter() - began)
    database.dispose()
    size = scale.rescored_teams * scale.per_team
    yield Figure(f"metrics of a week of {size:,} activities", median(seconds), "s", 0.5, "at most")


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
