"""The dry run of other rules: a whole week's ledger scored without keeping anything, and told team by team."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from app.config import PROJECT
from app.services.standings import previews
from app.web.http.render import render
from bench import weeks
from bench.figures import Figure
from bench.scale import Scale


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """The seconds until the organizers' desk has the dry run of a text that changes every receipt, as HTML."""
    database = weeks.open_database(place)
    weeks.make_week(database, "previewed", teams=scale.rescored_teams, per_team=scale.per_team)
    text = (PROJECT / "scoring_rules.toml").read_text(encoding="utf-8")
    seconds = []
    for number in range(max(scale.rounds, 3)):
        other = text.replace("points = 2\n", f"points = {3 + number}\n").replace("max = 3,", "max = 2,")
        began = time.perf_counter()
        with database.reading() as session:
            run = previews.dry_run(session, other, weeks.NOW)
        render("organizer/rules/_run.html", run=run)
        seconds.append(time.perf_counter() - began)
    database.dispose()
    size = scale.rescored_teams * scale.per_team
    yield Figure(f"dry run of other rules on {size:,} activities", median(seconds), "s", 1.5, "at most")
