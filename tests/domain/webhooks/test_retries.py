"""Retries come over a day, ever more seldom, and as late as the receiver asks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.webhooks import retries
from app.domain.webhooks.retries import PAUSES, Verdict

NOW = datetime(2022, 9, 14, 20, tzinfo=UTC)


def test_next_try_pauses_longer_each_time_until_a_day_is_over() -> None:
    moments = [retries.next_try(attempt, NOW, 0.0) for attempt in range(1, len(PAUSES) + 2)]

    assert moments == [*(NOW + pause for pause in PAUSES), None]
    assert sorted(PAUSES) == list(PAUSES)
    assert timedelta(hours=24) <= sum(PAUSES, timedelta()) < timedelta(hours=26)


@given(st.integers(1, len(PAUSES)), st.floats(0, 1))
def test_next_try_is_spread_by_a_fifth_at_most(attempt: int, chance: float) -> None:
    found = retries.next_try(attempt, NOW, chance)

    assert found is not None
    assert PAUSES[attempt - 1] <= found - NOW <= PAUSES[attempt - 1] * 1.2


def test_next_try_is_as_late_as_the_receiver_asks_and_never_sooner() -> None:
    asked = [timedelta(seconds=1), timedelta(hours=3)]

    found = [retries.next_try(2, NOW, 0.0, wait) for wait in asked]

    assert found == [NOW + timedelta(minutes=5), NOW + timedelta(hours=3)]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Verdict(is_sent=True, status=200)),
        (204, Verdict(is_sent=True, status=204)),
        (410, Verdict(is_sent=False, status=410, reason="said")),
        (429, Verdict(is_sent=False, status=429, reason="said", retry_after=timedelta(seconds=9))),
        (500, Verdict(is_sent=False, status=500, reason="said")),
        (503, Verdict(is_sent=False, status=503, reason="said", retry_after=timedelta(seconds=9))),
    ],
)
def test_judge_takes_2xx_alone_for_a_yes(status: int, expected: Verdict) -> None:
    assert retries.judge(status, "9", "said", NOW) == expected


def test_judge_takes_a_redirect_for_a_no() -> None:
    found = retries.judge(308, "", "", NOW)

    assert (found.is_sent, found.reason) == (
        False, "It sent us elsewhere, and redirects aren’t followed. Enter the new address.",
    )  # fmt: skip


def test_rest_grows_with_the_time_an_endpoint_has_been_failing() -> None:
    since = [NOW, NOW - timedelta(minutes=1), NOW - timedelta(hours=20)]

    found = [retries.rest(each, NOW) - NOW for each in since]

    assert found == [timedelta(), timedelta(seconds=6), timedelta(minutes=5)]
