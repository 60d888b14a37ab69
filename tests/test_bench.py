"""The benchmark runs and prints every figure it is asked for; how fast anything is, no test says."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

import httpx
import pytest

from bench import __main__ as bench
from bench import baseline, servers
from tests.cli.forked import CAN_FORK, Running, fork_silent
from tests.tls import NO_TLS

FIGURES = [
    "board JSON",
    "board HTML",
    "durable single writes, 1 client",
    "durable single writes, 8 clients",
    "batches of 100 lines over the API",
    "scoring 100 activities under other rules",
    "dry run of other rules on 100 activities",
    "forecast of 2 channels from a year of half hours",
    "import of 200 lines, SQLite",
    "team list of 60 lines against executemany, SQLite",
    "import of 200 lines, PostgreSQL",
    "team list of 60 lines: in transactions that write, PostgreSQL",
    "one write in a week of 100 against 20 activities",
    "public board of 5 teams: CPU of an update",
    "public board of 5 teams: bytes of an update",
    "signed-in board of 5 teams: CPU of an update",
    "signed-in: that CPU, 5 teams against 2",
    "12 sign up at once: p99 of the answers",
    "sign-up page of 78 shifts: CPU of a view",
    "one sign-up against a bare insert, SQLite",
    "deliveries, 1 client",
    "deliveries, 8 clients",
    "deliveries: processed after the last answer",
    "50 deliveries a second, 20 viewers",
    "20 copies of 20 deliveries at once, SQLite",
    "12 press Take in Slack at once: p99 of the answers",
    "12 press Take in Slack at once: until all know",
    "a seat taken over: until the other message at Slack says so",
    "Assembly Week: CPU for an update to one of 100 viewers",
    "sse-starlette: CPU for an update to one of 100 viewers",
    "that CPU with 100 viewers, against sse-starlette",
    "Assembly Week: memory for a viewer",
    "200 viewers: p99 from the acknowledged write",
    "200 viewers: p95 of other pages meanwhile",
]


def start(module: str, words: Sequence[str], environment: Mapping[str, str], *, is_quiet: bool) -> Running:
    """Start a server as a fork of a process that has imported the product; what it would show, nobody reads."""
    assert (module, is_quiet) in {("app.cli", True), ("uvicorn", True), ("uvicorn", False)}
    first = "uvicorn.main:main" if module == "uvicorn" else None
    return fork_silent(words, {**os.environ, **environment}, first=first)


@pytest.fixture
def many_files() -> Iterator[None]:
    """The limit on open files afterwards as it was before."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.timeout(300)  # fifteen servers that start and are measured, beside other workers
@pytest.mark.usefixtures("many_files")
def test_every_figure_is_measured_and_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if CAN_FORK:
        monkeypatch.setattr(servers, "start", start)

    bench.main(["--quick"])

    rows = capsys.readouterr().out.splitlines()[1:]
    printed = {name: row for row in rows for name in FIGURES if row.startswith(name)}
    assert list(printed) == FIGURES
    values = [re.search(r"\s{2,}([\d,.]+) ", row) for row in printed.values()]
    measured = [float(value[1].replace(",", "")) for value in values if value]
    assert len(measured) == len(FIGURES)
    assert sum(value > 0 for value in measured) >= len(FIGURES) - 4  # a wait may be too short for two decimals


def test_servers_are_processes_of_their_own() -> None:
    environment = {baseline.JSON_BYTES: "2", baseline.HTML_BYTES: "3", baseline.FILE: ":memory:"}

    with servers.serving(servers.BARE, environment) as port:
        sizes = [len(httpx.get(f"http://127.0.0.1:{port}/{each}", verify=NO_TLS).content) for each in ("json", "html")]

    assert sizes == [2, 3]


def test_bench_is_a_module_that_runs() -> None:
    run = subprocess.run([sys.executable, "-m", "bench", "--help"], capture_output=True, text=True, check=True)

    assert run.stdout.startswith("usage: bench")
