"""Names people type: tidied and compared within limits, whatever their length."""

import time

import pytest

from app.domain.text import names
from app.services.weeks import week_fields

MARKS = "\u0300\u0316" * 100_000  # bringing these into order would take a minute


@pytest.mark.parametrize("function", [names.tidy, names.fold, names.flaw, week_fields.slug_of])
def test_a_text_far_too_long_for_a_name_takes_no_time(function: object) -> None:
    began = time.thread_time()

    assert callable(function)
    function("a" + MARKS)

    assert time.thread_time() - began < 0.5


def test_tidy_composes_letters_and_collapses_spaces() -> None:
    assert names.tidy("  Rene\u0301 \u2003 B ") == "René B"


def test_tidy_takes_off_what_nobody_sees_around_a_copied_name_and_leaves_what_is_inside() -> None:
    assert names.tidy("\ufeff \u200f Ada\u200e") == "Ada"
    assert names.flaw(names.tidy("A\u200fda")) == "must not contain the invisible character U+200F"
    assert names.flaw(names.tidy("\u202eAda")) == "must not contain the invisible character U+202E"


@pytest.mark.parametrize("text", ["a" * 61, "a" + MARKS, "\u2002a" * 2_000])
def test_flaw_of_a_long_text_is_its_length(text: str) -> None:
    tidied = names.tidy(text)

    assert names.flaw(tidied) == f"must have at most 60 characters, this has {len(tidied)}"


def test_fold_of_spellings_of_one_name_is_the_same() -> None:
    assert names.fold(" ＯＷＬＳ ") == names.fold("owls")
