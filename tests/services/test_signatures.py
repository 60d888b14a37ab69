"""The signatures of services: who acts, what they may see and when it is, each in one value."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from app.config import PROJECT

INSTEAD = {
    "by": "act",
    "granter": "act",
    "origin": "act",
    "public": "view or audience",
    "as_public": "view or audience",
    "sees_all": "view or audience",
    "upto": "view",
    "clock": "act or now",
}
"""Parameters that say a part of an act or a view, and what takes their place."""


@cache
def functions() -> list[tuple[str, set[str]]]:
    """Each public function and method of the services, and the names of its parameters."""
    return [
        (f"{name_of(path)}.{node.name}", parameters_of(node))
        for path in sorted((PROJECT / "app" / "services").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT / "app" / "services").with_suffix("").parts)


def parameters_of(function: ast.FunctionDef) -> set[str]:
    given = function.args
    return {parameter.arg for parameter in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def test_services_take_an_act_and_a_view_rather_than_parts_of_them() -> None:
    unassigned = {name: sorted(parameters & INSTEAD.keys()) for name, parameters in functions()}

    assert {name: found for name, found in unassigned.items() if found} == {}


def test_services_that_take_an_act_take_no_other_moment_or_actor() -> None:
    twice = [name for name, parameters in functions() if "act" in parameters and parameters & {"now", "actor"}]

    assert twice == []


def test_services_that_note_an_audit_entry_take_the_act_from_their_caller() -> None:
    silent = [name for name, parameters in noting() if "act" not in parameters]

    assert silent == []


def noting() -> Iterator[tuple[str, set[str]]]:
    """Each function of the services that writes an audit entry, private ones too, and its parameters."""
    for path in sorted((PROJECT / "app" / "services").rglob("*.py")):
        if "audit.note" not in (text := path.read_text(encoding="utf-8")):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef) and any(map(is_note, ast.walk(node))):
                yield f"{name_of(path)}.{node.name}", parameters_of(node)


def is_note(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.note"
