"""Real server processes, all started the same way: one uvicorn worker on a port of its own."""

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

from app.config import PROJECT

PRODUCT, BARE = "app.main:create_app", "bench.baseline:create_app"
START_SECONDS = 60.0
_PORTS = range(15_000, 30_000)  # below those that Linux gives out, from 32,768 on


class Process(Protocol):
    """A process that we have started, as `subprocess.Popen` shows one."""

    @property
    def pid(self) -> int:
        """Its number."""

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises TimeoutExpired where it goes on."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it without a goodbye."""


def start(module: str, words: Sequence[str], environment: Mapping[str, str], *, is_quiet: bool) -> Process:
    """Start a module of Python's with these words, as `python -m` does; where it is quiet, its errors are not shown."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if is_quiet else None,
    )


@contextmanager
def serving(factory: str, environment: Mapping[str, str]) -> Iterator[int]:
    """Serve an application factory in a process of its own for as long as the block lasts; its port.

    By number: uvicorn takes a socket that is handed over for a Unix one and then leaves Nagle's algorithm on, which
    makes every answer wait forty milliseconds.
    """
    port = free_port()
    options = ["--factory", "--port", str(port), "--no-access-log", "--log-level", "warning"]
    process = start("uvicorn", [factory, *options], environment, is_quiet=False)
    try:
        _wait_for_answer(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """A port that is free, and that the system gives to nobody who asks for any: it could be gone before our start."""
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - no secret
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def _wait_for_answer(process: Process, port: int) -> None:
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as connection:
                connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if connection.recv(64):
                    return
        except OSError:
            pass
        if process.poll() is not None or time.monotonic() > ends:
            raise RuntimeError(f"the server on port {port} did not start")
        time.sleep(0.05)
