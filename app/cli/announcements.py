"""`announcement`: one line for everyone, on boards, the shifts, everyone’s own page and the displays."""

from datetime import datetime
from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Voice
from app.cli.place import CLOCK, command_act, reading, writing
from app.domain.text.direction import apart
from app.errors import Malformed
from app.services import announcements
from app.services.announcements import Line
from app.services.ledger.drafts import read_moment
from app.web.documents import announcement_document

group = typer.Typer(help="Say one line to everyone, on boards and displays.", no_args_is_help=True)


@command(group, "show")
def show(_voice: Voice) -> Answer:
    """Print the announcement as everyone sees it."""
    with reading() as session:
        line = announcements.current(session, CLOCK.game())
    return _answer(line, line.text or "No announcement.")


@command(group, "set")
def set_line(
    _voice: Voice,
    text: Annotated[str, typer.Argument(metavar="TEXT", help=f"The line, at most {announcements.LONGEST} characters.")],
    link: Annotated[str, typer.Option(metavar="URL", help="Where it leads.")] = "",
    until: Annotated[
        str, typer.Option(metavar="MOMENT", help="When it goes by itself: 2022-09-16T18:00:00-07:00.")
    ] = "",
) -> Answer:
    """Say a line to everyone from now on, instead of the one before."""
    with writing() as session:
        line = announcements.change(session, text, command_act(), link=link, until=_moment(until))
    return _answer(line, f"Announced: {apart(line.text)}")


@command(group, "clear")
def clear(_voice: Voice) -> Answer:
    """Say nothing from now on."""
    with writing() as session:
        line = announcements.clear(session, command_act())
    return _answer(line, "Announcement cleared.")


def _moment(text: str) -> datetime | None:
    try:
        return read_moment(text) if text else None
    except ValueError as flaw:
        raise Malformed(f"--until {flaw}.") from None


def _answer(line: Line, sentence: str) -> Answer:
    document: dict[str, Any] = {**announcement_document(line)}
    return Answer(document, [sentence])
