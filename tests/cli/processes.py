"""The command line as real processes: started, asked, ended."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeAlias

import httpx

from app.config import PROJECT
from tests.cli.forked import CAN_FORK, Forked, fork
from tests.tls import NO_TLS

PATIENCE_SECONDS = 60


def command(*words: str) -> list[str]:
    """The command as a process's arguments."""
    return [sys.executable, "-m", "app.cli", *words]


Program: TypeAlias = "subprocess.Popen[str] | Forked"


def start(words: Sequence[str], environment: Mapping[str, str]) -> Program:
    """Start the program; by a fork of one that has imported it, where the system can."""
    if CAN_FORK:
        return fork(words, environment)
    return subprocess.Popen(  # noqa: S603 (our own words)
        command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


@contextmanager
def started(
    *words: str, files: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[tuple[Program, Any]]:
    """A command that goes on until it is told to stop, and the document it prints when it starts.

    Where `files` says so, it may open no more than that many. `settings` come on top of the environment.
    """
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), **(settings or {})}
    limit = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"]
    process = (
        start([*words, "--json"], environment)
        if files is None
        else subprocess.Popen(  # noqa: S603 (our own words)
            [*limit, *command(*words, "--json")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
    )
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


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """A command that ends by itself."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.run(  # noqa: S603 (our own words)
        command(*words), capture_output=True, text=True, env=environment, timeout=PATIENCE_SECONDS, check=False
    )


def fetch(address: str) -> str:
    """The body of a page, once the server answers."""
    return httpx.get(address, timeout=PATIENCE_SECONDS, verify=NO_TLS).raise_for_status().text


def ended(process: Program, number: int) -> tuple[int, float, str, str]:
    """Status, seconds and what was still printed, after a signal."""
    begun = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.wait(), time.monotonic() - begun, out, err
