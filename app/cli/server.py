"""`serve`: one server on this data, until it is told to stop."""

import errno
import logging
import os
import signal
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType

import typer
import uvicorn
from fastapi import FastAPI

from app import bulkheads
from app.cli import file_limit, log_lines
from app.cli.limits import Room
from app.cli.output import Answer, Voice
from app.cli.place import CLOCK, opened
from app.cli.protocol import LimitedProtocol
from app.config import Settings
from app.domain.actor import Act, command
from app.errors import Conflict, Malformed, Problem, Unavailable
from app.live.timing import USUAL
from app.main import create_app
from app.services.access import links
from app.services.operations import backups, kept_backups, server_lock, startup
from app.services.operations.whole_files import sweep
from app.web.http.proxies import TrustedProxies

GRACE_SECONDS = 5  # for requests under way when the signal comes, as long as one may wait for the database
END_SECONDS = 9  # and for everything: Docker kills ten seconds after SIGTERM
FIRST_SAFE_SQLITE = (3, 51, 3)

_BACKLOG = 2_048  # connections the system holds until we take them: a reload of every viewer's page at once

logger = logging.getLogger(__name__)


def serve(voice: Voice, settings: Settings, host: str, port: int) -> None:
    """Serve this installation until stopped. Raises Conflict where a server runs already or the port is taken."""
    lock = exclusive(backups.ledger_file(settings).parent) if settings.on_sqlite else nullcontext()
    with stopped_by_signals(), lock, listen(host, port) as listener:
        if settings.on_sqlite:
            sweep(backups.ledger_file(settings))
            _clear_backups(settings)
        settings = prepared(settings)
        app, answer = create_app(settings), _answer(settings, address_of(listener))
        run(app, listener, settings, lambda: voice.give(answer))


def _clear_backups(settings: Settings) -> None:
    """Remove what a killed server left of a backup; where that fails, the next backup says why."""
    if settings.backup_dir is not None:
        with suppress(Problem):
            kept_backups.clear(settings.backup_dir)


def _answer(settings: Settings, address: str) -> Answer:
    """The server's address, and while nobody owns it, the link that makes its opener the owner."""
    first = _first_link(settings, address)
    sentences = [f"Assembly Week is at {address} (Ctrl+C stops it).", *_advice(settings)]
    if first is not None:
        sentences += ["", "Nobody owns it yet. Open the owner link to become its owner. It works once:", first]
    return Answer({"address": address} | ({"owner_link": first} if first else {}), sentences)


def _first_link(settings: Settings, base: str) -> str | None:
    """The address that makes whoever opens it the owner, once; None where there is an owner."""
    with opened(settings, checkpoints=True) as database, database.unit_of_work() as session:
        secret = links.make_first(session, Act(command("serve"), CLOCK.real()))
    return f"{settings.public_url.rstrip('/') or base.rstrip('/')}/sign-in/link/{secret}" if secret else None


def _advice(settings: Settings) -> list[str]:
    if not settings.on_sqlite or sqlite3.sqlite_version_info >= FIRST_SAFE_SQLITE:
        return []
    return [f"SQLite {sqlite3.sqlite_version}: commands run beside this server leave checkpoints to it."]


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Be the only server on the data in this directory. Raises Conflict."""
    refusal = f"Another server uses the data in {directory}. Stop it first."
    with server_lock.held(directory / server_lock.LOCK_NAME, refusal):
        yield


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Make Ctrl+C and SIGTERM ordinary ends, with status 0; uvicorn hands them on when it has shut down."""

    def stop(_number: int, _frame: object) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def listen(host: str, port: int, *, stuck: float = USUAL.stuck) -> socket.socket:
    """A socket that takes connections from now on; port 0 means any free one. Raises Conflict or Malformed.

    A peer that takes nothing for `stuck` seconds is given up.
    """
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError):
        raise Malformed(f"“{host}” isn’t an address of this machine. Try --host 127.0.0.1 or --host 0.0.0.0.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _give_up_on_the_stuck(listener, stuck)
        listener.bind(where)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Conflict(
                f"Port {port} on {host} is taken. Stop what uses it, or choose another with --port."
            ) from None
        raise Malformed(f"Can’t listen on {host}, port {port}: {error.strerror}.") from None
    return listener


def _give_up_on_the_stuck(listener: socket.socket, seconds: float) -> None:
    """Set TCP_USER_TIMEOUT on the listener, from which connections inherit it (Linux, tcp(7); RFC 5482).

    The system then drops a peer that acknowledges nothing for so long; without, it resends for a quarter of an hour.
    """
    option: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listener.setsockopt(socket.IPPROTO_TCP, option, round(1_000 * seconds))


def address_of(listener: socket.socket) -> str:
    """The address to type into a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
        host = "127.0.0.1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


class _Server(uvicorn.Server):
    """uvicorn, but it says when it answers, and live streams end when it decides to stop.

    It would wait for streams before anything else hears of the stop. Whatever it then still waits for, it ends in time.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI, announce: Callable[[], object]) -> None:
        super().__init__(config)
        self._streams = app.state.context.streams
        self._announce = announce
        self._end: threading.Timer | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and only then say so: whoever is shown an address or a link finds somebody there."""
        await super().startup(sockets)
        self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, and let every viewer know, and whatever waits for the database."""
        super().handle_exit(sig, frame)
        self._streams.close()
        bulkheads.stop_within(GRACE_SECONDS - 1)
        if self._end is None:
            self._end = threading.Timer(END_SECONDS, _end_now)
            self._end.daemon = True
            self._end.start()


def _end_now() -> None:
    """End without waiting for threads that hang in a disk or a network: what they had not committed is not there."""
    logger.warning("something hangs, so the server ends without waiting for it any longer")
    os._exit(0)


def read_settings() -> Settings:
    """Read the environment's settings, and log as they say from now on. Raises Malformed."""
    with log_lines.held_back():
        settings = startup.read_settings()
        log_lines.configure(settings.log_format)
    return settings


def prepared(settings: Settings) -> Settings:
    """Set this process up to serve: how many files it may open; returns settings that fit into it."""
    return file_limit.fit(settings, file_limit.raise_limit())


def run(
    app: FastAPI, listener: socket.socket, settings: Settings, announce: Callable[[], object] = lambda: None
) -> None:
    """Answer requests until a signal comes; what is open then has GRACE_SECONDS. Raises Unavailable.

    `announce` is called once it answers.
    """
    config = configured(app, settings, Room(file_limit.max_connections(file_limit.raise_limit())))
    try:
        _Server(config, app, announce).run(sockets=[listener])
    except SystemExit as stop:
        if stop.code:
            raise Unavailable("The server could not start; the lines above say why.") from None
        raise


def configured(app: FastAPI, settings: Settings, room: Room) -> uvicorn.Config:
    """Configuration for uvicorn: as little of its own as can be, and forwarded headers of named proxies only.

    All connections share `room`.
    """
    return uvicorn.Config(
        TrustedProxies(app, settings.trusted_proxies) if settings.trusted_proxies else app,
        lifespan="on",
        ws="none",
        http=type("ServerProtocol", (LimitedProtocol,), {"room": room}),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=False,
    )
