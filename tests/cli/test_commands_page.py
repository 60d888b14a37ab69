"""docs/commands.md names every command with its arguments and options, and no other."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from app.cli.commands import app
from app.config import PROJECT
from app.domain.actor import SCOPES

PAGE = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
EVERYWHERE = {"--json"}


def commands(group: Any, words: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, f"{words}{name} ")
        else:
            yield f"{words}{name}", each


COMMANDS = dict(commands(typer.main.get_command(app)))


def usage(words: str, command: Any) -> str:
    """The command as the page's heading writes it: its words, then its arguments."""
    return " ".join([words, *(param.metavar for param in command.params if param.param_type_name == "argument")])


def options(command: Any) -> set[str]:
    """The command's own options as the page writes them: `--name NAME`."""
    found = (param for param in command.params if param.param_type_name == "option")
    return {" ".join([each.opts[0], *value(each)]) for each in found if each.opts[0] not in EVERYWHERE}


def value(option: Any) -> list[str]:
    """The metavar of an option; empty for a flag."""
    if option.is_flag:
        return []
    return [
        option.metavar
        or {"--format": "csv\\|json", "--what": "ledger\\|standings\\|shifts\\|counts\\|metrics\\|reviews"}[
            option.opts[0]
        ]
    ]


def sections() -> dict[str, str]:
    """The page's sections by their heading."""
    _, *parts = re.split(r"^### `(.+)`$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_page_has_a_section_for_every_command_and_no_other() -> None:
    assert sorted(sections()) == sorted(usage(words, command) for words, command in COMMANDS.items())


@pytest.mark.parametrize("words", COMMANDS)
def test_section_lists_every_option_and_no_other(words: str) -> None:
    section = sections()[usage(words, COMMANDS[words])]

    assert set(re.findall(r"^\| `(--.+?)` \|", section, re.MULTILINE)) == options(COMMANDS[words])


@pytest.mark.parametrize("words", COMMANDS)
def test_required_options_are_called_required(words: str) -> None:
    section = sections()[usage(words, COMMANDS[words])]
    needed = {param.opts[0] for param in COMMANDS[words].params if param.required and param.param_type_name == "option"}

    assert set(re.findall(r"^\| `(--[a-z]+).*` \| .* Required\. \|$", section, re.MULTILINE)) == needed


@pytest.mark.parametrize("words", COMMANDS)
def test_command_has_the_options_all_have(words: str) -> None:
    found = {option for param in COMMANDS[words].params for option in param.opts}

    assert EVERYWHERE - found == set()


def test_page_names_every_scope() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `--scope SCOPE` |"))

    assert tuple(re.findall(r"`([a-z:]+)`", row)) == SCOPES
