"""Every action that is noted, and every kind of thing it is done to, has words."""

import ast
from collections.abc import Iterator
from functools import cache
from typing import get_args

import pytest

from app.config import PROJECT
from app.domain.actor import ROLES, SCOPES
from app.services.access import sign_ins
from app.services.weeks import weeks
from app.web.organizer import wording


@cache
def trees() -> list[ast.Module]:
    """Every module that notes anything; not at import, which each test process does whatever it runs."""
    sources = (file.read_text(encoding="utf-8") for file in sorted((PROJECT / "app").rglob("*.py")))
    return [ast.parse(source) for source in sources if "audit.note" in source or "AuditTarget" in source]


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Every call of a function of this name, such as `audit.note`."""
    last = name.rpartition(".")[2]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", last) == last and ast.unparse(node.func) == name:
            yield node


def names_in(node: ast.AST) -> set[str]:
    """The names that an assignment gives something to."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def texts(node: ast.AST, function: ast.AST) -> set[str]:
    """The possible values of an expression: its own texts, or those that its function gives to a name."""
    if isinstance(node, ast.JoinedStr):
        return {f"week.{action}" for action in get_args(weeks.Action)} if "week." in ast.unparse(node) else set()
    if isinstance(node, ast.Name):
        given = (each for each in ast.walk(function) if isinstance(each, ast.Assign))
        node = next((each.value for each in given if node.id in names_in(each.targets[0])), node)
    found = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return {text for text in found if "." in text}


def noted(tree: ast.AST) -> set[str]:
    """The actions that a module notes; a note whose action cannot be told fails."""
    found: set[str] = set()
    for function in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
        for call in calls(function, "audit.note"):
            actions = texts(call.args[1], function)
            assert actions, f"which action is {ast.unparse(call.args[1])} in {function.name}?"
            found |= actions
    return found


def test_every_action_has_words() -> None:
    actions = set[str]().union(*(noted(tree) for tree in trees()))

    assert len(actions) > 20
    assert actions - set(wording.ACTIONS) == set()


def test_every_kind_of_thing_has_words() -> None:
    found = [call.args[0] for tree in trees() for call in calls(tree, "AuditTarget")]

    kinds = {str(argument.value) for argument in found if isinstance(argument, ast.Constant)}

    assert len(kinds) > 5
    assert kinds - set(wording.KINDS) == set()


def test_every_role_scope_and_way_has_words() -> None:
    assert tuple(wording.ROLES) == ROLES
    assert tuple(wording.SCOPES) == SCOPES
    assert tuple(wording.WAYS) == get_args(sign_ins.Way)


@pytest.mark.parametrize(("name", "words"), [("week.opened", "Opened a week"), ("tea-pot.filled", "Tea pot: filled")])
def test_an_action_without_words_still_reads(name: str, words: str) -> None:
    assert wording.action(name) == words
