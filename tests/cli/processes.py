"""The command line as real processes: started, asked, ended."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from app.config import PROJECT

PATIENCE_SECONDS = 60


def command(*words: str) -> list[str]:
    """The command as a process's arguments."""
    return [sys.executable, "-m", "app.cli", *words]


@contextmanager
def started(
    *words: str, files: int | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[tuple["subprocess.Popen[str]", Any]]:
    """A command that goes on until it is told to stop, and the document it prints when it starts.

    Where `files` says so, it may open no more than that many. `settings` come on top of the environment.
    """
    limit = [] if files is None else ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"]
    process = subprocess.Popen(  # noqa: S603 (our own words)
        [*limit, *command(*words, "--json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **(settings or {})},
    )
    try:
        yield process, first_document(process)
    finally:
        process.kill()
        process.communicate()


def first_document(process: "subprocess.Popen[str]") -> Any:
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
    return httpx.get(address, timeout=PATIENCE_SECONDS).raise_for_status().text


def ended(process: "subprocess.Popen[str]", number: int) -> tuple[int, float, str, str]:
    """Status, seconds and what was still printed, after a signal."""
    begun = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, time.monotonic() - begun, out, err
