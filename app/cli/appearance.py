"""`appearance`: the installation's own name, accent colour and logo."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Voice
from app.cli.place import command_act, reading, writing
from app.domain.logo import MOST_BYTES, Logo
from app.domain.look import Look
from app.domain.text.direction import apart
from app.errors import Malformed
from app.services import appearances
from app.services.appearances import SHIPPED_NAME
from app.web.documents import appearance_document

group = typer.Typer(help="Give this installation a name, an accent colour and a logo.", no_args_is_help=True)


@command(group, "show")
def show(_voice: Voice) -> Answer:
    """Print the installation's name, accent colour and logo."""
    with reading() as session:
        return _answer(appearances.current(session))


@command(group, "set")
def set_look(
    _voice: Voice,
    name: Annotated[str | None, typer.Option(metavar="TEXT", help="Its name; empty: Assembly Week.")] = None,
    accent: Annotated[str | None, typer.Option(metavar="#RRGGBB", help="Its accent; empty: as it ships.")] = None,
    logo: Annotated[str | None, typer.Option(metavar="FILE", help="Its logo, a PNG; empty: as it ships.")] = None,
) -> Answer:
    """Show another name, accent colour or logo; what is left out stays."""
    picture, act = _picture(logo) if logo else None, command_act()
    with writing() as session:
        before = appearances.current(session)
        wanted = before.name if name is None else name, before.accent if accent is None else accent
        look = appearances.change(session, *wanted, act)
        if picture is not None:
            look = appearances.change_logo(session, picture, act)
        elif logo is not None:
            look = appearances.remove_logo(session, act)
        return _answer(look)


@command(group, "reset")
def reset(_voice: Voice) -> Answer:
    """Go back to the name, the colour and the mark that ship."""
    with writing() as session:
        return _answer(appearances.reset(session, command_act()))


def _picture(path: str) -> Logo:
    try:
        with Path(path).open("rb") as file:
            return appearances.check_logo(file.read(MOST_BYTES + 1))
    except OSError as error:
        raise Malformed(f"{path} can’t be read: {error.strerror}.") from None


def _answer(look: Look) -> Answer:
    document: dict[str, Any] = {**appearance_document(look)}
    logo = f"{look.logo_width} × {look.logo_height} pixels" if look.logo else "as it ships"
    name = apart(look.name or SHIPPED_NAME)
    return Answer(document, [f"Name: {name}", f"Accent: {look.accent or 'as it ships'}", f"Logo: {logo}"])
