"""`guide`: show the guide, and save another version of it from a file."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Voice
from app.cli.parameters import InputFile
from app.cli.place import command_act, reading, writing
from app.errors import Malformed
from app.services import guide

_MAX_BYTES = 262_144  # more than a guide may have, so that its limit is told in characters

group = typer.Typer(help="Show the guide, or save another version of it.", no_args_is_help=True)


@command(group, "show")
def show(_voice: Voice) -> Answer:
    """Print the guide as everyone sees it, in Markdown."""
    with reading() as session:
        found = guide.current(session)
    return Answer(_document(found) | {"text": found.text}, [found.text.rstrip("\n")])


@command(group, "apply")
def apply(
    _voice: Voice,
    file: InputFile,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What you changed; kept with the version.")] = "",
) -> Answer:
    """Save a Markdown file as the guide's newest version; the same text again makes no new one."""
    text = _text(file)
    with writing() as session:
        before = guide.current(session).number
        saved = guide.change(session, text, command_act(), note=note)
    done = "Nothing has changed" if saved.number == before else "Saved"
    return Answer(_document(saved), [f"{done}: everyone sees version {saved.number} of the guide."])


def _text(file: Path) -> str:
    with file.open("rb") as opened:
        try:
            return opened.read(_MAX_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Malformed(f"{file} isn’t UTF-8 text. Save it as UTF-8 and try again.") from None


def _document(found: guide.Guide) -> dict[str, Any]:
    return {"version": found.number, "note": found.note, "by": found.by, "at": found.at}
