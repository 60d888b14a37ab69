"""Log lines that strangers can cause are rationed."""

import logging

import pytest

from app.cli.log_ration import Rationed


class Clock:
    """Seconds, set by the test."""

    now = 0.0

    def __call__(self) -> float:
        """The moment it is."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock at the beginning of a window."""
    return Clock()


@pytest.fixture
def logger(clock: Clock) -> logging.Logger:
    """A logger of the test's own, with three lines of a kind in an hour."""
    logger = logging.Logger("uvicorn.error")
    logger.parent = logging.getLogger()
    logger.addFilter(Rationed(3, 3_600, clock))
    return logger


LAST = " (lines like this one are now left out, for an hour at most)"


def test_rationed_passes_so_many_lines_of_a_kind_and_says_which_is_the_last(
    logger: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        logger.warning("%s sent what is no HTTP", f"192.0.2.{number}")
    logger.warning("another kind")

    said = [f"192.0.2.{number} sent what is no HTTP" for number in range(3)]
    assert caplog.messages == [*said[:2], said[2] + LAST, "another kind"]


def test_rationed_passes_lines_again_in_the_next_hour(
    logger: logging.Logger, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(9):
        logger.warning("again")
    clock.now = 3_600

    logger.warning("again")

    assert caplog.messages == ["again", "again", "again" + LAST, "again"]


def test_rationed_tells_failures_by_their_place(logger: logging.Logger, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(9):
        try:
            _ = [][0]
        except IndexError:
            logger.exception("Exception in ASGI application\n")
        try:
            _ = dict[str, str]()[""]
        except KeyError:
            logger.exception("Exception in ASGI application\n")

    failures = [record.exc_info[0] for record in caplog.records if record.exc_info]
    assert failures == [IndexError, KeyError] * 3


def test_rationed_remembers_no_more_kinds_than_there_may_be(
    logger: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(2_000):
        logger.warning(f"kind {number}")

    assert len(caplog.messages) == 1_003
