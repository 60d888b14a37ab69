"""Passages: tidied for keeping, refused where they would deceive the eye, cut for quoting."""

import pytest

from app.domain.text import passages


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  One \t two\r\nthree\r\r\n\n four  \n", "One two\nthree\n\nfour"),
        ("a\u00adb\u200b\ufeff\u200e\u200fc", "abc"),
        ("e\u0301", "é"),
        ("👩\u200d💻 Dev", "👩\u200d💻 Dev"),
        (" \n\t\r\n ", ""),
    ],
)
def test_tidy_keeps_words_and_paragraphs(typed: str, kept: str) -> None:
    assert passages.tidy(typed) == kept
    assert passages.tidy(kept) == kept


def test_plain_keeps_every_space_of_markdown() -> None:
    assert passages.plain("- a  \r\n    code\u200b\r") == "- a  \n    code\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fine,\n\tréally “good” 👍🏽 שלום", None),
        ("", None),
        ("\u202eevil", "must not contain the invisible character U+202E"),
        ("a\0b", "must not contain the invisible character U+0000"),
        ("\u2067x", "must not contain the invisible character U+2067"),
        ("x" * 1_001, "must have at most 1,000 characters, this has 1,001"),
    ],
)
def test_flaw_finds_what_nobody_can_see(text: str, found: str | None) -> None:
    assert passages.flaw(text, 1_000) == found


@pytest.mark.parametrize(
    ("text", "longest", "line"),
    [
        ("Short.\n\nAnd sweet.", 20, "Short. And sweet."),
        ("One, two, three and four", 12, "One, two…"),
        ("Wordwithoutanyspace", 8, "Wordwit…"),
    ],
)
def test_excerpt_is_one_line_cut_at_a_space(text: str, longest: int, line: str) -> None:
    assert passages.excerpt(text, longest) == line
    assert len(line) <= longest
