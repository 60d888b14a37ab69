"""Texts line by line: their difference, and two changes made one."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.text.merging import MOST_LINES, compare, merge

TEXTS = st.lists(st.sampled_from("abc"), max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))


def test_compare_shows_changed_lines_with_those_around_them() -> None:
    old = "".join(f"{number}\n" for number in range(12))

    lines = compare(old, old.replace("2\n", "two\n").replace("10\n", ""), around=1)

    assert lines is not None
    assert [(line.mark, line.text) for line in lines] == [
        ("same", "1"), ("old", "2"), ("new", "two"), ("same", "3"), ("gap", ""), ("same", "9"), ("old", "10"),
        ("same", "11"),
    ]  # fmt: skip


def test_merge_takes_both_changes_of_different_lines() -> None:
    assert merge("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n") == "A\nb\nc\nD\n"


def test_merge_of_the_same_line_is_none_unless_both_made_the_same_change() -> None:
    assert merge("a\nb\n", "A\nb\n", "x\nb\n") is None
    assert merge("a\nb\n", "A\nb\n", "A\nb\n") == "A\nb\n"


def test_texts_of_too_many_lines_are_not_compared() -> None:
    long = "\n" * MOST_LINES

    assert (compare(long, "a"), merge("a", long, "b"), compare(long[1:], "a") is None) == (None, None, False)


@given(TEXTS, TEXTS)
def test_merge_with_an_unchanged_text_is_the_change(original: str, changed: str) -> None:
    assert merge(original, changed, original) == changed
    assert merge(original, original, changed) == changed


@given(TEXTS, TEXTS, TEXTS)
def test_merge_is_the_same_from_either_side(original: str, mine: str, theirs: str) -> None:
    assert merge(original, mine, theirs) == merge(original, theirs, mine)
