"""`message`: messages on the displays: listed, written, changed, removed."""

from datetime import date
from typing import Annotated, Any

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.parameters import iso_date
from app.cli.place import command_act, reading, writing
from app.domain.actor import Act
from app.domain.screens.wall import MESSAGE_KINDS
from app.services.displays import messages
from app.services.displays.messages import MessageFields
from app.web.documents.displays import display_message_document

group = typer.Typer(help="Messages on the displays.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The message's id.")]
Kind = Annotated[str | None, typer.Option(metavar="KIND", help=f"{', '.join(MESSAGE_KINDS)}.")]
Text = Annotated[str | None, typer.Option(metavar="TEXT", help="A line below the title.")]
Link = Annotated[str | None, typer.Option(metavar="URL", help="The address of a QR code.")]
LastDay = Annotated[
    date | None, typer.Option(metavar="DATE", parser=iso_date, help="The last day it is shown, YYYY-MM-DD.")
]


@command(group, "list")
def list_messages(_voice: Voice) -> Answer:
    """List the messages, in the order they take turns."""
    with reading() as session:
        documents = [dict(display_message_document(each)) for each in messages.every(session)]
    if not documents:
        return Answer({"messages": []}, ["No messages yet. `assembly-week message write` creates one."])
    columns = ("id", "kind", "title", "text", "link", "until")
    return Answer(
        {"messages": documents}, [Table(columns, [tuple(document[name] for name in columns) for document in documents])]
    )


@command(group, "write")
def write(
    _voice: Voice,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What it says, large.")],
    kind: Kind = None,
    text: Text = None,
    link: Link = None,
    last_day: LastDay = None,
) -> Answer:
    """Put a message on the displays."""
    act = command_act()
    with writing() as session:
        fields = _fields(session, act, kind=kind, text=text, link=link, last_day=last_day)
        made = messages.write(session, MessageFields(**{"kind": "news", "title": title} | fields), act)
        return Answer(dict(display_message_document(made)), [f"Wrote {made.id}."])


@command(group, "change")
def change(
    _voice: Voice,
    message: Id,
    title: Annotated[str | None, typer.Option(metavar="TITLE", help="What it says, large.")] = None,
    kind: Kind = None,
    text: Text = None,
    link: Link = None,
    last_day: LastDay = None,
    no_last_day: Annotated[bool, typer.Option("--no-last-day", help="Show it until it is removed.")] = False,
) -> Answer:
    """Change a message; what is left out stays as it is."""
    if no_last_day and last_day is not None:
        raise typer.BadParameter("Choose one of --last-day and --no-last-day.")
    act = command_act()
    with writing() as session:
        fields = _fields(session, act, title=title, kind=kind, text=text, link=link, last_day=last_day)
        fields |= {"until": None} if no_last_day else {}
        changed = messages.change(session, message, fields, act)
        return Answer(dict(display_message_document(changed)), [f"Changed {changed.id}."])


def _fields(session: Session, act: Act, *, last_day: date | None, **typed: str | None) -> dict[str, Any]:
    fields: dict[str, Any] = {name: value for name, value in typed.items() if value is not None}
    if last_day is not None:
        fields["until"] = messages.end_of(session, last_day, act.now)
    return fields


@command(group, "remove")
def remove(_voice: Voice, message: Id) -> Answer:
    """Take a message off the displays for good."""
    act = command_act()
    with writing() as session:
        messages.remove(session, message, act)
        return Answer({"removed": message}, [f"Removed {message}."])
