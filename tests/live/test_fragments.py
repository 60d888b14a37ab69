"""Fragments: whoever applies what they are sent has what they would have been sent as a whole."""

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live.fragments import MAX_BEHIND, FragmentList, Item, Position, position_of
from app.live.messages import Parts, Whole
from tests.cost import calls

PARTIAL = re.compile(rb'<hx-partial hx-target="#([^"]+)" hx-swap="outerMorph">(.*?)</hx-partial>')
STEPS = st.lists(
    st.dictionaries(
        st.sampled_from(["row-1", "row-2", "row-3", "hero", "notice"]), st.binary(max_size=3).map(bytes.hex)
    ),
    min_size=1,
    max_size=12,
)


def contents(step: dict[str, str], number: int) -> dict[str, bytes]:
    """The fragments of one version; the closing one always differs."""
    return {**{name: text.encode() for name, text in step.items()}, "as-of": b"%d" % number}


def items(fragments: Mapping[str, bytes]) -> dict[str, Item]:
    """The fragments as items: rows two by two, then all others."""
    grouped: dict[str, dict[str, bytes]] = {"rows 0": {}, "rows 1": {}, "parts": {}}
    for name, html in fragments.items():
        group = f"rows {int(name[4:]) // 2 % 2}" if name.startswith("row-") else "parts"
        grouped[group][name] = html
    return dict(grouped)


def applied(page: dict[str, bytes], message: bytes) -> dict[str, bytes]:
    """The page after the partials of a message."""
    partials = {name.decode(): html for name, html in PARTIAL.findall(message)}
    assert partials.keys() <= page.keys()
    return {**page, **partials}


@given(STEPS, st.data())
def test_since_applied_to_the_page_of_any_version_gives_the_newest(
    steps: list[dict[str, str]], data: st.DataObject
) -> None:
    newest, known = FragmentList("e", closing="as-of"), {}
    for number, step in enumerate(steps):
        newest = newest.update(items(contents(step, number)))
        known[newest.position] = contents(step, number)
    position = data.draw(st.sampled_from(list(known)))

    message = newest.since(position)

    is_same_shape = known[position].keys() == known[newest.position].keys()
    assert message is None or applied(known[position], message) == known[newest.position]
    assert is_same_shape or message is None
    assert newest.since(newest.position) == b""


def a_list(versions: int) -> FragmentList:
    """A list of ten long fragments, one of which changes from version to version."""
    newest = FragmentList("e", closing="as-of")
    for number in range(versions + 1):
        newest = newest.update(items({**LONG, "row-0": b"%d" % number, "as-of": b"%d" % number}))
    return newest


LONG = {f"row-{index}": b"x" * 100 for index in range(10)}


def test_since_holds_changed_fragments_alone_and_the_closing_one_last() -> None:
    newest = a_list(3)

    assert PARTIAL.findall(newest.since(Position("e", 1)) or b"") == [(b"row-0", b"3"), (b"as-of", b"3")]


def test_since_ends_with_the_closing_fragment_though_that_is_the_same() -> None:
    newest = a_list(1).update(items({**LONG, "as-of": b"1"}))

    assert PARTIAL.findall(newest.since(Position("e", 1)) or b"") == [(b"row-0", b"x" * 100), (b"as-of", b"1")]


@pytest.mark.parametrize(
    "position",
    [None, Position("other", 300), Position("e", 301), Position("e", 300 - MAX_BEHIND - 1), Position("e", -1)],
)
def test_since_an_unknown_or_too_old_position_is_none(position: Position | None) -> None:
    newest = a_list(300)

    assert newest.version == 300
    assert newest.since(position) is None
    assert newest.since(Position("e", 300 - MAX_BEHIND)) is not None


def test_since_is_none_where_hardly_anything_is_the_same() -> None:
    newest = a_list(1).update(items({**dict.fromkeys(LONG, b"y" * 100), "as-of": b"2"}))

    assert newest.since(Position("e", 1)) is None


def test_since_a_version_of_other_elements_is_none_though_they_came_back() -> None:
    first = a_list(1)

    newest = first.update(items({**first.contents, "notice": b"!"})).update(items(first.contents))

    assert newest.version == 3
    assert [newest.since(Position("e", version)) for version in (1, 2)] == [None, None]


def test_since_a_version_with_elements_in_another_order_is_none() -> None:
    first = FragmentList("e", closing="as-of").update({"parts": {"tile-a": b"1", "tile-b": b"2", "as-of": b"1"}})

    newest = first.update({"parts": {"tile-b": b"2", "tile-a": b"1", "as-of": b"2"}})

    assert newest.since(first.position) is None


def test_update_with_equal_contents_is_the_same_version() -> None:
    newest = a_list(2)

    assert newest.update(items(newest.contents)) is newest


def test_update_looks_at_no_fragment_of_items_that_are_the_same() -> None:
    def cost(size: int) -> int:
        rows: dict[str, Item] = {f"row-{index}": {f"row-{index}": b"x"} for index in range(size)}
        newest = FragmentList("e", closing="as-of").update({**rows, "parts": {"as-of": b"1"}})
        return calls(lambda: newest.update({**rows, "parts": {"as-of": b"2"}}))

    assert cost(1_000) - cost(10) <= 2 * 990


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0a1b-12", Position("0a1b", 12)), ("e-x-3", Position("e-x", 3)),
        ("", None), ("12", None), ("-1", None), ("e-", None), ("e-١", None), ("e-²", None), (f"e-{'9' * 5_000}", None),
    ],
)  # fmt: skip
def test_position_of_reads_what_ids_say_and_nothing_else(text: str, expected: Position | None) -> None:
    assert position_of(text) == expected


def test_parts_make_the_whole_when_it_is_asked_for_and_once() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return b"all\nof it"

    message = Parts(a_list(2), make)

    assert message.since(Position("e", 2)) == b"id: e-2\n\n"
    assert (message.is_made, made) == (False, [])
    assert (message.whole, message.whole) == (b"id: e-2\ndata: all\ndata: of it\n\n",) * 2
    assert (message.is_made, made) == (True, [1])


def test_whole_has_no_parts() -> None:
    assert Whole(b"all", 7).since(Position("", 6)) is None
