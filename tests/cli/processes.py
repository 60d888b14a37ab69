"""The command line as real processes: started, asked, ended."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, TypeAlias

import httpx

from app.config import PROJECT
from tests.cli.forked import CAN_FORK, Forked, fork, forking
from tests.tls import NO_TLS

PATIENCE_SECONDS = 60


def command(*words: str, first: str | None = None) -> list[str]:
    """The command as a process's arguments; where `first` ("module:function") says so, it calls that first."""
    if first is None:
        return [sys.executable, "-m", "app.cli", *words]
    program = f"from pkgutil import resolve_name; resolve_name({first!r})(); from app import cli; cli.main()"
    return [sys.executable, "-c", program, *words]


Program: TypeAlias = "subprocess.Popen[str] | Forked"


def start(
    words: Sequence[str], environment: Mapping[str, str], *, first: str | None = None, files: int | None = None
) -> Program:
    """Start the program, by a fork of one that has imported it where the system can; with so many files at most."""
    if CAN_FORK:
        return fork(words, environment, first=first, files=files)
    limit = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"] if files else []
    arguments = [*limit, *command(*words, first=first)]
    return subprocess.Popen(  # noqa: S603 (our own words)
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


@contextmanager
def started(
    *words: str, files: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Program, Any]]:
    """A command that goes on until it is told to stop, and the document it prints when it starts.

    Where `files` says so, it may open no more than that many. `settings` come on top of the environment.
    """
    process = start([*words, "--json"], surroundings() | dict(settings or {}), files=files)
    try:
        yield process, first_document(process)
    finally:
        process.kill()
        process.communicate()


def first_document(process: Program) -> Any:
    """Read standard output until it holds a whole document."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        with suppress(ValueError):
            return json.loads(text)
    raise AssertionError(process.communicate()[1])


def surroundings() -> dict[str, str]:
    """The environment of a program that is started: ours, and where its modules are."""
    return {**os.environ, "PYTHONPATH": str(PROJECT)}


class Ended(NamedTuple):
    """The exit status of a command, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: str, first: str | None = None) -> Ended:
    """A command that ends by itself."""
    process = start(words, surroundings(), first=first)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return Ended(process.wait(), out, err)


def run_anew(*words: str) -> Ended:
    """The same in a process that imports all it needs itself, as when people type it."""
    done = subprocess.run(  # noqa: S603 (our own words)
        command(*words), capture_output=True, text=True, env=surroundings(), timeout=PATIENCE_SECONDS, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


class Script(NamedTuple):
    """The command as a shell script writes it, and the environment and the descriptors that it is to have."""

    command: str
    environment: dict[str, str]
    descriptors: tuple[int, ...]


def for_scripts() -> Script:
    """The command for shell scripts; where the system can, each is a fork as well."""
    if not CAN_FORK:
        return Script(shlex.join(command()), surroundings(), ())
    control = forking().fileno()
    words = [sys.executable, "-I", "-S", str(PROJECT / "tests" / "cli" / "forked_command.py")]
    return Script(shlex.join(words), surroundings() | {"FORKING": str(control)}, (control,))


def fetch(address: str) -> str:
    """The body of a page, once the server answers."""
    return httpx.get(address, timeout=PATIENCE_SECONDS, verify=NO_TLS).raise_for_status().text


def ended(process: Program, number: int) -> tuple[int, float, str, str]:
    """Status, seconds and what was still printed, after a signal."""
    begun = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.wait(), time.monotonic() - begun, out, err
