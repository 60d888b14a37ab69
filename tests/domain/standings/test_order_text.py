"""Keys as text: a browser that compares text puts teams into the order of the board."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.standings.order_text import key_text, name_text
from app.domain.standings.ranking import SortKey

NUMBERS = st.integers(-(2**51), 2**51)
LAST = datetime.max.replace(tzinfo=UTC)
MOMENTS = st.datetimes(timezones=st.just(UTC)) | st.just(LAST)
KEYS = st.tuples(NUMBERS, NUMBERS, MOMENTS, NUMBERS)


@given(KEYS, KEYS)
def test_key_text_compares_as_the_keys_do(one: SortKey, another: SortKey) -> None:
    assert (key_text(one) < key_text(another), key_text(one) == key_text(another)) == (one < another, one == another)
    assert len(key_text(one)) == len(key_text(another))


NAMES = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=4), min_size=2, max_size=5)


@given(NAMES)
def test_name_text_sorts_as_boards_list_equal_teams(names: list[str]) -> None:
    teams = [(name, f"{index:016x}") for index, name in enumerate(names)]
    listed = sorted(teams, key=lambda team: (team[0].casefold(), team[0], team[1]))

    by_text = sorted(teams, key=lambda team: name_text(*team).encode("utf-16-be"))  # as JavaScript compares text

    assert by_text == listed
