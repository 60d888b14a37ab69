"""`appearance`: the installation's own name and accent colour."""

from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Voice
from app.cli.place import command_act, reading, writing
from app.domain.text.direction import apart
from app.services import appearances
from app.services.appearances import SHIPPED_NAME, Look
from app.web.documents import appearance_document

group = typer.Typer(help="Give this installation a name and an accent colour.", no_args_is_help=True)


@command(group, "show")
def show(_voice: Voice) -> Answer:
    """Print the installation's name and accent colour."""
    with reading() as session:
        return _answer(appearances.current(session))


@command(group, "set")
def set_look(
    _voice: Voice,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Its name; empty: Assembly Week.")] = None,
    accent: Annotated[str | None, typer.Option(metavar="#RRGGBB", help="Its accent; empty: as it ships.")] = None,
) -> Answer:
    """Show another name or accent colour; what is left out stays."""
    with writing() as session:
        before = appearances.current(session)
        wanted = before.name if name is None else name, before.accent if accent is None else accent
        return _answer(appearances.change(session, *wanted, command_act()))


@command(group, "reset")
def reset(_voice: Voice) -> Answer:
    """Go back to the name and the colour that ship."""
    with writing() as session:
        return _answer(appearances.change(session, "", "", command_act()))


def _answer(look: Look) -> Answer:
    document: dict[str, Any] = {**appearance_document(look)}
    return Answer(document, [f"Name: {apart(look.name or SHIPPED_NAME)}", f"Accent: {look.accent or 'as it ships'}"])
