"""The one clock, and that nothing else asks what time it is."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

from app.clock import Clock
from app.config import PROJECT

NOW = datetime(2022, 9, 14, 20, tzinfo=UTC)
IMPORTS = ("import datetime", "import time", "from sqlalchemy import func")
OTHERS = (
    "datetime.datetime.now(datetime.UTC)",
    "datetime.datetime.utcnow()",
    "datetime.datetime.today()",
    "datetime.date.today()",
    "time.time()",
    "time.time_ns()",
    "time.gmtime()",
    "time.localtime()",
    "func.now()",
)
SPANS = ("time.monotonic()", "time.perf_counter()", "datetime.datetime.max")


class Settled(Clock):
    """A clock that stands still."""

    def real(self) -> datetime:
        """The moment it stands at."""
        return NOW


def test_real_is_this_moment_in_utc() -> None:
    moment = Clock().real()

    assert moment.utcoffset() == timedelta(0)
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=1)


def test_game_is_the_real_time_unless_something_hurries_it() -> None:
    assert Settled().game() == NOW


def refusals(path: str) -> list[str]:
    """The lines of a module at this place in which ruff finds another clock."""
    text = "\n".join([*IMPORTS, *(f"VALUES = ({expression},)" for expression in (*OTHERS, *SPANS))])
    options = ["--select", "TID251", "--no-cache", "--output-format", "concise", "--stdin-filename", path, "-"]
    ruff = [sys.executable, "-m", "ruff", "check", *options]
    run = subprocess.run(ruff, input=text, capture_output=True, text=True, cwd=PROJECT, check=False)  # noqa: S603 (our own words)
    numbers = [int(line.split(":")[1]) for line in run.stdout.splitlines() if "TID251" in line]
    return [text.splitlines()[number - 1] for number in numbers]


def test_another_clock_is_refused_by_ruff() -> None:
    assert refusals("app/services/weeks/weeks.py") == [f"VALUES = ({expression},)" for expression in OTHERS]


def test_clock_itself_may_ask_the_system() -> None:
    assert refusals("app/clock.py") == []
