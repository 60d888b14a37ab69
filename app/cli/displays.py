"""`display`: screens let in, renamed and sent away, their settings, and the remote."""

from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.place import CLOCK, command_act, reading, writing
from app.domain.screens.wall import ALL, SIZES, THEMES
from app.services.displays import displays, settings
from app.services.displays.plans import Command
from app.services.displays.settings import Settings
from app.web.documents.displays import display_document, settings_document

group = typer.Typer(help="Pair screens, and choose what they show.", no_args_is_help=True)

FOLLOW = "follow"
"""The value of an option that takes a choice back."""

Name = Annotated[str, typer.Argument(metavar="DISPLAY", help="The display's name or id.")]
OneOrAll = Annotated[str, typer.Argument(metavar="[DISPLAY]", help="A display's name or id; without it, all.")]


@command(group, "list")
def list_displays(_voice: Voice) -> Answer:
    """List the displays, the newest first."""
    now = CLOCK.real()
    with reading() as session:
        documents = [dict(display_document(each, now)) for each in displays.every(session)]
    if not documents:
        return Answer({"displays": []}, ["No displays yet. Open /display on a screen, then `display pair`."])
    columns = ("id", "name", "state", "seen_at", "created_by")
    return Answer(
        {"displays": documents}, [Table(columns, [tuple(document[name] for name in columns) for document in documents])]
    )


@command(group, "pair")
def pair(
    _voice: Voice,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code that the screen shows.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="What the screen is called.")],
) -> Answer:
    """Let in the screen that shows this code; it has 15 minutes to come for it."""
    act = command_act()
    with writing() as session:
        made = displays.pair(session, code, name, act)
        return Answer(dict(display_document(made, act.now)), [f"{made.name} turns to the board within seconds."])


@command(group, "rename")
def rename(
    _voice: Voice, display: Name, name: Annotated[str, typer.Argument(metavar="NAME", help="Its other name.")]
) -> Answer:
    """Give a display another name."""
    act = command_act()
    with writing() as session:
        renamed = displays.rename(session, settings.named(session, display).id, name, act)
        return Answer(dict(display_document(renamed, act.now)), [f"Renamed to {renamed.name}."])


@command(group, "unpair")
def unpair(_voice: Voice, display: Name) -> Answer:
    """Unpair a display: its screen shows a new code within five seconds."""
    act = command_act()
    with writing() as session:
        gone = displays.revoke(session, settings.named(session, display).id, act)
        return Answer(dict(display_document(gone, act.now)), [f"Unpaired {gone.name}."])


@command(group, "set")
def set_display(
    _voice: Voice,
    display: OneOrAll = ALL,
    theme: Annotated[str | None, typer.Option(metavar="THEME", help=f"{', '.join(THEMES)}.")] = None,
    size: Annotated[str | None, typer.Option(metavar="SIZE", help=f"{', '.join(SIZES)}.")] = None,
    quiet: Annotated[str | None, typer.Option(metavar="HOURS", help="22:00-06:30, or off.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Of its quiet hours.")] = None,
    scenes: Annotated[str | None, typer.Option(metavar="SCENES", help="In their order: board:20,race.")] = None,
) -> Answer:
    """Choose how a display looks, when it rests and what it shows; without options, show what is chosen."""
    act = command_act()
    typed = {"theme": theme, "size": size, "quiet": quiet, "zone": timezone}
    look = {name: _chosen(text) for name, text in typed.items() if text is not None}
    items = None if scenes is None else [each for each in _chosen(scenes).split(",") if each.strip()]
    with writing() as session:
        target = _target(session, display)
        is_change = bool(look) or items is not None
        found = settings.change(session, target, look, items, act) if is_change else settings.read(session, target)
        return _about(found, "Changed." if is_change else "")


def _chosen(text: str) -> str:
    return "" if text == FOLLOW else text


@command(group, "show")
def show(
    _voice: Voice,
    scene: Annotated[str, typer.Argument(metavar="SCENE", help="A scene, or a message's id.")],
    display: OneOrAll = ALL,
) -> Answer:
    """Show a scene or a message now."""
    return _tell(display, "show", "Shown now.", scene)


@command(group, "pause")
def pause(_voice: Voice, display: OneOrAll = ALL) -> Answer:
    """Leave displays on the scene they show."""
    return _tell(display, "pause", "Paused.")


@command(group, "resume")
def resume(_voice: Voice, display: OneOrAll = ALL) -> Answer:
    """Let paused displays go on."""
    return _tell(display, "resume", "Resumed.")


@command(group, "mute")
def mute(_voice: Voice, display: OneOrAll = ALL) -> Answer:
    """Show no newsflashes."""
    return _tell(display, "mute", "Muted newsflashes.")


@command(group, "unmute")
def unmute(_voice: Voice, display: OneOrAll = ALL) -> Answer:
    """Show newsflashes again."""
    return _tell(display, "unmute", "Unmuted newsflashes.")


def _tell(display: str, do: Command, done: str, scene: str = "") -> Answer:
    act = command_act()
    with writing() as session:
        return _about(settings.command(session, _target(session, display), do, scene, act), done)


def _target(session: Session, display: str) -> str:
    return ALL if display == ALL else settings.named(session, display).id


def _about(found: Settings, done: str) -> Answer:
    document = dict(settings_document(found))
    rows = [
        (name, " ".join(value) if isinstance(value, list) else value)
        for name, value in document.items()
        if name != "shown_at"
    ]
    return Answer(document, [*([done] if done else []), Table(("setting", "value"), rows)])
