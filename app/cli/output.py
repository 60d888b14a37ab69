"""Output of commands: one JSON document, or sentences and tables; progress bars only where someone watches."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable
from rich.text import Text

from app.errors import Problem
from app.web.documents import plain

MAX_LINES_ON_A_TERMINAL = 50  # of mistakes: a screenful, and the last says how many are left out

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns: drawn on a terminal, separated by tabs elsewhere."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A command's output: `document` for --json, `parts` for people; a `refusal` makes the exit status 1."""

    document: Any
    parts: Sequence[str | Table] = field(default=())
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """The progress of long work."""

    shown: Progress
    task: TaskID

    def advance(self, size: int) -> None:
        """So much more is done."""
        self.shown.advance(self.task, size)

    def reach(self, done: int, total: int) -> None:
        """So much of so much is done."""
        self.shown.update(self.task, completed=done, total=total)


class Voice:
    """Speaks for one command, to a program (`as_json`) or to a person; `on_terminal` says that someone watches."""

    def __init__(self, as_json: bool, *, on_terminal: bool | None = None) -> None:
        self.as_json = as_json
        self._on_terminal = on_terminal

    def give(self, answer: Answer) -> int:
        """Say what a command found; returns the exit status."""
        if self.as_json:
            self._document(answer.document)
        else:
            for part in answer.parts:
                self._show(part)
            if answer.refusal:
                typer.echo(visible(answer.refusal), err=True)
        return 1 if answer.refusal else 0

    def refuse(self, problem: Problem) -> int:
        """Say why a command did nothing; returns the exit status."""
        if self.as_json:
            self._document(refusal_document(problem))
        else:
            typer.echo(visible(problem.detail), err=True)
            for line in _mistakes(problem, MAX_LINES_ON_A_TERMINAL if self._is_watched(sys.stderr) else None):
                typer.echo(visible(line), err=True)
        return 1

    @contextmanager
    def progress(self, doing: str, total: int | None = None) -> Iterator[Bar]:
        """Show a bar on standard error while the block works and someone watches."""
        console = Console(stderr=True, force_terminal=self._on_terminal)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        hidden = self.as_json or not console.is_terminal
        with Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=hidden) as bar:
            task = bar.add_task(doing, total=total)
            yield Bar(bar, task)

    def _is_watched(self, stream: IO[str]) -> bool:
        return stream.isatty() if self._on_terminal is None else self._on_terminal

    def _show(self, part: str | Table) -> None:
        if isinstance(part, str):
            typer.echo(visible(part))
        elif self._is_watched(sys.stdout):
            Console().print(_drawn(part))
        else:
            for row in (part.columns, *part.rows):
                typer.echo("\t".join(visible(_cell(value)).replace("\t", " ").replace("\n", " ") for value in row))

    @staticmethod
    def _document(document: Any) -> None:
        text = json.dumps(document, ensure_ascii=False, indent=2, default=plain)
        # What is half a character would be escaped into JSON that strict parsers refuse.
        typer.echo(_HALF.sub("�", text).encode())


def refusal_document(problem: Problem) -> dict[str, Any]:
    """A refusal as --json prints it."""
    return {"error": {"title": problem.title, "detail": problem.detail, **problem.extra}}


def mistake_line(error: dict[str, Any]) -> str:
    """`line N  key: message`, without the key where there is none."""
    key = f"{error['key']}: " if error.get("key") else ""
    return f"line {error['line']}  {key}{error['message']}"


def plural(number: int, one: str, many: str) -> str:
    """A number with its noun: “1 person”, “24 people”."""
    return f"{number:,} {one if number == 1 else many}"


def noted(notes: Sequence[str]) -> dict[str, list[str]]:
    """Notes about what was read, as --json prints them; nothing where there are none."""
    return {"notes": list(notes)} if notes else {}


def visible(text: str) -> str:
    """The text with every control character spelled out: no file may steer someone's terminal."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text.replace("\r\n", "\n"))


def _mistakes(problem: Problem, most: int | None) -> list[str]:
    """A line per mistake where there are several, up to `most`; the sentence has named a single one already."""
    errors = [error for error in problem.extra.get("errors", ()) if "line" in error]
    if len(errors) < 2:
        return []
    shown = errors[:most]
    unlisted = problem.extra.get("more", 0)
    more = len(errors) - len(shown) + unlisted
    hint = "" if unlisted else "; --json lists all"
    return [mistake_line(error) for error in shown] + (
        [f"… and {plural(more, 'more mistake', 'more mistakes')}{hint}."] if more else []
    )


def _drawn(table: Table) -> RichTable:
    drawn = RichTable(box=None, header_style="bold", padding=(0, 2, 0, 0))
    for number, column in enumerate(table.columns):
        is_figure = bool(table.rows) and all(isinstance(row[number], int) for row in table.rows)
        drawn.add_column(column, justify="right" if is_figure else "left")
    for row in table.rows:
        drawn.add_row(*(Text(visible(_cell(value))) for value in row))
    return drawn


def _cell(value: object) -> str:
    if value is None:
        return ""
    return ("yes" if value else "no") if isinstance(value, bool) else str(plain(value))
