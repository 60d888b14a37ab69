"""Retry-After is read as seconds or as a date, whatever another server writes there."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import retry_after

NOW = datetime(2022, 9, 14, 20, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999999", 86_400),
        ("Wed, 14 Sep 2022 20:01:00 GMT", 60),
        ("Wed, 14 Sep 2022 19:00:00 GMT", 0),
        ("Fri, 14 Sep 9999 20:01:00 GMT", 86_400),
        ("Wed, 14 Sep 99999999999999999999 20:01:00 GMT", None),
        *[(text, None) for text in ("", "soon", "-5", "1.5", "１２", "Wed, 14 Sep 2022 20:01:00", "9" * 400)],
    ],
)
def test_read_takes_seconds_and_dates(text: str, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)

    assert retry_after.read(text, NOW, DAY) == expected


@given(st.text())
def test_read_takes_any_text(text: str) -> None:
    found = retry_after.read(text, NOW, DAY)

    assert found is None or timedelta() <= found <= DAY
