"""Direction of writing: names that run from right to left, and refusals that have them in a sentence."""

import ast
from pathlib import Path

import pytest

from app.domain.text.direction import apart, isolated

APP = Path(__file__).parents[3] / "app"
NAMED = {"week", "person", "team", "present", "newest", "holder"}


@pytest.mark.parametrize("name", ["קט 17", "قط", "Ada قط", "17٤"])
def test_name_with_letters_from_right_to_left_is_kept_apart(name: str) -> None:
    assert apart(name) == isolated(name)


@pytest.mark.parametrize("name", ["Ada 17", "Żółw", "猫", "🦉 Owls", "", "(a) - 1"])
def test_any_other_name_stays_as_it_is(name: str) -> None:
    assert apart(name) == name


def test_refusals_keep_the_names_in_them_apart() -> None:
    flowing = [
        f"{path.relative_to(APP)}:{part.lineno} {ast.unparse(part.value)}"
        for folder in ("services", "web")
        for path in sorted((APP / folder).rglob("*.py"))
        for raised in ast.walk(ast.parse(path.read_text()))
        if isinstance(raised, ast.Raise)
        for part in ast.walk(raised)
        if isinstance(part, ast.FormattedValue)
        and isinstance(part.value, ast.Attribute)
        and part.value.attr in {"name", "by"}
        and ast.unparse(part.value.value).rpartition(".")[2] in NAMED
    ]

    assert flowing == []
