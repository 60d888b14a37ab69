"""The limit on open files: raised, and kept in mind by what takes many."""

import resource
import subprocess
import sys

import pytest

from app.cli import file_limit
from app.config import PROJECT, Settings


def settings(max_streams: int) -> Settings:
    return Settings(_env_file=None, max_streams=max_streams)


def test_raise_limit_raises_the_soft_limit_to_the_hard_one() -> None:
    program = (
        "import resource; from app.cli import file_limit\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (300, 700))\n"
        "print(file_limit.raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE))"
    )

    said = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout

    assert said == "700 (700, 700)\n"


def test_raise_limit_changes_nothing_that_is_raised_already() -> None:
    _, hard = before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        assert file_limit.raise_limit() == file_limit.raise_limit() == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_fit_leaves_settings_alone_that_fit(caplog: pytest.LogCaptureFixture) -> None:
    assert (file_limit.fit(settings(6_000), 6_200).max_streams, caplog.messages) == (6_000, [])


def test_fit_takes_fewer_streams_where_there_are_too_few_files(caplog: pytest.LogCaptureFixture) -> None:
    fitting = file_limit.fit(settings(6_000), 1_024)

    assert fitting.max_streams == 824
    assert caplog.messages == [
        "This process may open 1024 files, so it takes 824 live streams at most instead of 6000. Raise the limit: "
        "LimitNOFILE in the unit, ulimits in compose.yaml, ulimit -n in a shell."
    ]


def test_fit_leaves_one_stream_however_few_files_there_are() -> None:
    assert file_limit.fit(settings(6_000), 64).max_streams == 1
