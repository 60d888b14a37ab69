"""The program as a process of its own, forked from one that has imported it (`tests/cli/forking.py`)."""

import atexit
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from app.config import PROJECT

CAN_FORK = hasattr(os, "pidfd_open")
"""True where the system tells when a process has ended that is nobody’s child here; Linux does."""


class Running:
    """A process that goes on until it is told to stop, as `subprocess.Popen` shows one."""

    def __init__(self, pid: int, status: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._status = status

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises TimeoutExpired where it goes on."""
        if (status := self._ended(timeout)) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return status

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._status, selectors.EVENT_READ)
                if not selector.select(seconds):
                    return None
            self.returncode = int(os.read(self._status, 16))
            os.close(self._status)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it without a goodbye."""
        self.send_signal(signal.SIGKILL)


class Forked(Running):
    """One that prints to us."""

    def __init__(self, pid: int, status: int, stdout: TextIOWrapper, stderr: TextIOWrapper) -> None:
        super().__init__(pid, status)
        self.stdout = stdout
        self.stderr = stderr

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """All that it still prints, once it has ended. Raises TimeoutExpired where it goes on."""
        said = ["", ""]

        def read(number: int, stream: TextIOWrapper) -> None:
            with stream:
                said[number] = stream.read()

        readers = [
            threading.Thread(target=read, args=each, daemon=True)
            for each in enumerate((self.stdout, self.stderr))
            if not each[1].closed
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
        return said[0], said[1]


def fork(
    words: Sequence[str], environment: Mapping[str, str], *, first: str | None = None, files: int | None = None
) -> Forked:
    """Start the program with these words; it calls `first` ("module:function") before all else, and opens few files."""
    (out, output), (err, errors) = os.pipe(), os.pipe()
    pid, status = _start({"words": list(words), "first": first, "files": files}, environment, output, errors)
    os.close(output)
    os.close(errors)
    return Forked(pid, status, os.fdopen(out, encoding="utf-8"), os.fdopen(err, encoding="utf-8"))


def fork_silent(words: Sequence[str], environment: Mapping[str, str], *, first: str | None = None) -> Running:
    """The same for one that prints to nobody."""
    with Path(os.devnull).open("w") as nobody:
        return Running(*_start({"words": list(words), "first": first}, environment, nobody.fileno(), nobody.fileno()))


def _start(request: dict[str, Any], environment: Mapping[str, str], output: int, errors: int) -> tuple[int, int]:
    """Ask for a fork: its number, and where its exit status will be read."""
    ended, status = os.pipe()
    asked = {**request, "environment": dict(environment), "directory": str(Path.cwd())}
    control = forking()
    socket.send_fds(control, [json.dumps(asked).encode()], [output, errors, status])
    os.close(status)
    return int(control.recv(16)), ended


@cache
def forking() -> socket.socket:
    """The way to the process that forks, of this test process alone."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(  # noqa: S603 (our own words)
            [sys.executable, "-m", "tests.cli.forking", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours
