"""`serve` as a real process, under what strangers do on purpose: it costs little, and nobody else waits."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Shell
from tests.cli.processes import ended, started

STREAM = b"GET /weeks/q3-2022/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def public(open_week: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """An open week that everybody may watch."""
    monkeypatch.setenv("ASSEMBLY_WEEK_BOARD_VISIBILITY", "public")
    return open_week


def connect(stack: ExitStack, address: str) -> socket.socket:
    """A connection that lasts as long as the stack, and is never waited for."""
    parts = httpx.URL(address)
    connection = stack.enter_context(socket.create_connection((parts.host, parts.port or 80), timeout=10))
    connection.setblocking(False)
    return connection


def resident(pid: int) -> float:
    """The memory of a process in MB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1_024


def probe(address: str) -> float:
    """The seconds the health probe took."""
    begun = time.monotonic()
    assert httpx.get(f"{address}healthz", timeout=10).text == "ok\n"
    return time.monotonic() - begun


def flood(stack: ExitStack, address: str, data: bytes, connections: int) -> None:
    """Send as much of the data on each of so many connections as the server takes, and read nothing."""
    for _ in range(connections):
        connection = connect(stack, address)
        try:
            sent = 0
            while sent < len(data):
                sent += connection.send(data[sent:])
        except BlockingIOError:
            pass


def test_pipelined_requests_cost_no_more_than_they_weigh(public: Shell) -> None:
    pipelined = b"GET / HTTP/1.1\r\nHost:[::1]\r\n\r\n"
    with started("serve", "--port", "0") as (process, document), ExitStack() as stack:
        address = document["address"]
        flood(stack, address, pipelined * 9, 60)
        probe(address)
        before = resident(process.pid)

        flood(stack, address, pipelined * (250_000 // len(pipelined)), 60)

        assert max(probe(address) for _ in range(20)) < 3
        assert resident(process.pid) - before < 20


def test_streams_leave_files_for_everybody_else_and_the_log_says_so(public: Shell) -> None:
    with started("serve", "--port", "0", files=300) as (process, document), ExitStack() as stack:
        address = document["address"]
        answers = list(_watch(stack, address, 150))
        seconds = probe(address)
        closed = public.text("week", "close", "current")

        _, _, _, log = ended(process, 15)

    assert answers == [b"200"] * 100 + [b"503"] * 50
    assert seconds < 3
    assert closed == "Q3 2022 is closed.\n"
    assert "This process may open 300 files, so it takes 100 live streams at most instead of 6000." in log


def _watch(stack: ExitStack, address: str, count: int) -> Iterator[bytes]:
    for _ in range(count):
        connection = connect(stack, address)
        connection.setblocking(True)
        connection.sendall(STREAM)
        yield connection.recv(12)[9:]


def test_idle_connections_make_room_for_others(public: Shell) -> None:
    with started("serve", "--port", "0", files=200) as (_, document), ExitStack() as stack:
        for _ in range(400):
            connect(stack, document["address"])

        assert probe(document["address"]) < 3
