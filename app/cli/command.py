"""The frame of every command: `--json`, the exit status, and no traceback for what a person can cause."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Concatenate, ParamSpec

import typer
from sqlalchemy.exc import DBAPIError

from app.cli.output import Answer, Voice
from app.errors import Malformed, Problem, Unavailable

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

Options = ParamSpec("Options")
Body = Callable[Concatenate[Voice, Options], Answer | None]


def command(group: typer.Typer, name: str) -> Callable[[Body[Options]], Body[Options]]:
    """Make a command of a function that returns its Answer, or None where it has spoken already."""

    def register(body: Body[Options]) -> Body[Options]:
        work: Callable[..., Answer | None] = body

        def run(**values: Any) -> None:
            voice = Voice(values.pop("as_json"))
            raise typer.Exit(status_of(voice, lambda: work(voice, **values)))

        _, *parameters = inspect.signature(body).parameters.values()
        as_json = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson)
        run.__signature__ = inspect.Signature([*parameters, as_json])  # type: ignore[attr-defined]
        run.__doc__ = body.__doc__
        group.command(name)(run)
        return body

    return register


def status_of(voice: Voice, work: Callable[[], Answer | None]) -> int:
    """Do the work and say what came of it; returns the exit status."""
    try:
        answer = work()
        return voice.give(answer) if answer else 0
    except Exception as error:
        problem = as_problem(error)
        if problem is None:
            raise
        return voice.refuse(problem)


def as_problem(error: Exception) -> Problem | None:
    """Explain an error that a person can cause, in a sentence; None for every other."""
    match error:
        case Problem():
            return error
        case BrokenPipeError():
            return None
        case OSError():
            where = f"“{error.filename}”: " if error.filename else ""
            return Problem(f"{where}{error.strerror or error}. Nothing was changed.")
        case UnicodeError():
            return Malformed("That holds characters that aren’t valid Unicode text. Write it again in UTF-8.")
        case DBAPIError():
            return Unavailable(f"The database refused: {str(error.orig).partition(chr(10))[0]}. Nothing was changed.")
        case _:
            return None
