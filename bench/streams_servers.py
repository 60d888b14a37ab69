"""The servers that are compared: ours, nginx with nchan, and a small sse-starlette application."""

import getpass
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Protocol

from bench import servers
from bench.viewers import Stream
from bench.weeks import activities, make_sign_in, make_token, make_week, open_database

SLUG = "live"
TEAMS, PER_TEAM = 10, 20
SIGN_IN_COOKIE = "plain-sign-in"
STOP_SECONDS = 10.0

_START_SECONDS = 30.0
_NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
_NGINX = """
daemon off; pid {place}/pid; error_log {place}/errors crit; user {user};
worker_processes 1; worker_rlimit_nofile {files};
load_module {module};
events {{ worker_connections {files}; }}
http {{
  access_log off; client_body_buffer_size 64k; client_body_temp_path {place}/body;
  nchan_message_buffer_length 1;
  server {{
    listen 127.0.0.1:{port} backlog=2048;
    location = /live {{ nchan_subscriber eventsource; nchan_channel_id board; }}
    location = /publish {{ nchan_publisher; nchan_channel_id board; }}
  }}
}}
"""


class Contestant(Protocol):
    """A server with a stream, and a way to change what it sends."""

    name: str
    stream: Stream
    server: "Server"

    def publish(self) -> int:
        """Change it; returns the version that viewers get."""


class Server:
    """A process that listens on a port, with the processes it has started itself."""

    def __init__(self, process: servers.Process, port: int) -> None:
        self.port = port
        self._process = process
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        # A process's clock has the number that glibc's clock_getcpuclockid() makes of its id.
        return sum(time.clock_gettime(~number << 3 | 2) for number in self._family())

    def memory_bytes(self) -> int:
        """Its resident memory."""
        pages = (int(Path(f"/proc/{number}/statm").read_text().split()[1]) for number in self._family())
        return sum(pages) * os.sysconf("SC_PAGE_SIZE")

    def send(self, path: str, body: bytes, **headers: str) -> None:
        """Post this; returns when the server has acknowledged it."""
        status, _ = self._exchange("POST", path, body, headers)
        if status >= 300:
            raise RuntimeError(f"POST {path} was answered with {status}")

    def get(self, path: str, **headers: str) -> bytes:
        """Read this page."""
        status, body = self._exchange("GET", path, None, headers)
        if status >= 300:
            raise RuntimeError(f"GET {path} was answered with {status}")
        return body

    def _exchange(self, verb: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Once more on a new connection, where the server has closed one that was idle."""
        for is_last in (False, True):
            try:
                self._connection.request(verb, path, body, headers)
                answer = self._connection.getresponse()
                return answer.status, answer.read()
            except ConnectionError:
                self._connection.close()
                if is_last:
                    raise
        raise AssertionError

    def close(self) -> None:
        """Leave it alone."""
        self._connection.close()

    def wait(self) -> None:
        """Return when it answers. Raises RuntimeError where it does not."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            with suppress(OSError, HTTPException):
                self._exchange("GET", "/healthz", None, {})
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server on port {self.port} does not answer")

    def _family(self) -> list[int]:
        number = self._process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        return [number, *map(int, children)]


@contextmanager
def _running(process: servers.Process, port: int) -> Iterator[Server]:
    try:
        with closing(Server(process, port)) as server:
            server.wait()
            yield server
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Ours:
    """`assembly-week serve` as it is shipped, with a week of ten teams; every update is an activity recorded."""

    name = "Assembly Week"

    def __init__(self, server: Server, token: str, people: Sequence[str], reader: Mapping[str, str]) -> None:
        self.server, self.reader = server, dict(reader)
        self.stream = Stream(server.port, f"/api/v1/weeks/{SLUG}/live")
        self._facts = activities(people, "live-")
        self._token = token
        self._version: int = self.board()["version"]

    def board(self) -> dict[str, Any]:
        """The leaderboard as it stands."""
        path = f"/api/v1/weeks/{SLUG}/leaderboard"
        found: dict[str, Any] = json.loads(self.server.get(path, Authorization=f"Bearer {self._token}"))
        return found

    def publish(self) -> int:
        """Record an activity; the week's version grows by one with each."""
        body = json.dumps(next(self._facts), default=datetime.isoformat).encode()
        self.server.send(f"/api/v1/weeks/{SLUG}/activities", body, Authorization=f"Bearer {self._token}")
        self._version += 1
        return self._version


class Rival:
    """A server that is handed the bytes to send; they are our board's, with a version counted up."""

    def __init__(self, name: str, server: Server, board: dict[str, Any], **headers: str) -> None:
        self.name = name
        self.server = server
        self.stream = Stream(server.port, "/live")
        self._board = dict(board)
        self._headers = headers
        self.publish()

    def publish(self) -> int:
        """Hand over the next message."""
        version: int = self._board["version"] + 1
        self._board["version"] = version
        body = json.dumps(self._board, ensure_ascii=False, separators=(",", ":")).encode()
        self.server.send("/publish", body, **self._headers)
        return version


@contextmanager
def ours(place: Path, *, teams: int = TEAMS, visibility: str = "public") -> Iterator[Ours]:
    """Our server on a fresh week in this directory; `reader` of it are the headers of somebody who may see boards."""
    database = open_database(place)
    people = make_week(database, SLUG, teams=teams, per_team=PER_TEAM)
    token = make_token(database)
    reader = {"Cookie": f"{SIGN_IN_COOKIE}={make_sign_in(database)}"} if visibility != "public" else {}
    database.dispose()
    with serve(place, visibility) as server:
        yield Ours(server, token, people, reader)


@contextmanager
def serve(place: Path, visibility: str = "public", **more: str) -> Iterator[Server]:
    """`assembly-week serve` on the database in this directory, with more settings."""
    port = servers.free_port()
    environment = {"DATA_DIR": str(place), "BOARD_VISIBILITY": visibility, "DATABASE_URL": "", "RULES_WATCH": "false"}
    environment |= more
    named = {f"ASSEMBLY_WEEK_{name}": value for name, value in environment.items()}
    with _running(servers.start("app.cli", ["serve", "--port", str(port)], named, is_quiet=True), port) as server:
        yield server


@contextmanager
def sse_starlette(board: dict[str, Any]) -> Iterator[Rival]:
    """The small application under the same uvicorn."""
    port = servers.free_port()
    words = ["bench.streams_starlette:app", "--port", str(port), "--no-access-log", "--timeout-graceful-shutdown", "1"]
    with _running(servers.start("uvicorn", words, {}, is_quiet=True), port) as server:
        yield Rival("sse-starlette", server, board)


def has_nchan() -> bool:
    """Tell whether nginx and its nchan module are installed."""
    return shutil.which("nginx") is not None and _NCHAN.exists()


@contextmanager
def nchan(place: Path, board: dict[str, Any]) -> Iterator[Rival]:
    """One nginx worker with a channel in its memory."""
    port = servers.free_port()
    settings = place / "nginx.conf"
    settings.write_text(
        _NGINX.format(place=place, user=getpass.getuser(), files=20_000, module=_NCHAN, port=port), encoding="utf-8"
    )
    nginx = subprocess.Popen(["nginx", "-e", str(place / "errors"), "-c", str(settings)])  # noqa: S607 - where it is installed
    with _running(nginx, port) as server:
        yield Rival("nchan", server, board, **{"X-EventSource-Event": "board"})
