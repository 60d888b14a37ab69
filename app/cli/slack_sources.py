"""`source token` and `source manifest`: the tokens of a Slack connection, and the manifest of its app."""

from datetime import datetime
from typing import Annotated

import typer

from app.cli import backfills
from app.cli.command import command
from app.cli.output import Answer, Voice
from app.cli.place import command_act, reading, writing
from app.cli.sources import AppToken, BotToken, Name, handed_over
from app.domain.intake.kinds import SLACK
from app.domain.slack import manifest
from app.errors import Conflict
from app.models import SlackSocket, SlackWorkspace
from app.services.intake import connections
from app.services.operations import secrets, startup
from app.services.slack import sockets, workspaces

group = backfills.group


@command(group, "token")
def set_slack_tokens(
    _voice: Voice,
    name: Name,
    bot_token: BotToken = "",
    app_token: AppToken = "",
    clear: Annotated[bool, typer.Option("--clear", help="Forget the bot token.")] = False,
    clear_app: Annotated[bool, typer.Option("--clear-app", help="Forget the app token.")] = False,
) -> Answer:
    """Set or clear the tokens of a Slack connection, or tell how they are; they are sealed, and never shown."""
    settings, act = startup.read_settings(), command_act()
    key, token, socket_token = secrets.load(settings), handed_over(bot_token), handed_over(app_token)
    with writing() if token or socket_token or clear or clear_app else reading() as session:
        if clear:
            workspaces.clear_token(session, name, act)
        elif token:
            workspaces.set_token(session, key, name, act, token=token)
        if clear_app:
            sockets.clear_token(session, name, act)
        elif socket_token:
            sockets.set_token(session, key, name, act, token=socket_token)
        found = connections.find(session, name).id
        return _workspace(name, workspaces.find(session, found), sockets.find(session, found), act.now)


def _workspace(name: str, found: SlackWorkspace | None, socket: SlackSocket | None, now: datetime) -> Answer:
    state = "none" if found is None else "tried" if found.next_token else "works" if found.token else "none"
    team, error = (found.team_name, found.error) if found else ("", None)
    is_held = socket is not None and socket.held_until is not None and socket.held_until > now
    is_open = socket is not None and is_held and socket.connected_at is not None
    over = "none" if socket is None or socket.token is None else "connected" if is_open else "waiting"
    document = {"name": name, "token": state, "workspace": team, "error": error, "socket": over}
    told = {
        "none": f"{name} has no bot token.",
        "tried": f"A server tries the token of {name}. `assembly-week source token {name}` tells if it works.",
        "works": f"The token of {name} works: {team}.",
    }[state]
    lines = {"none": [], "connected": ["Its socket is connected."], "waiting": ["A server connects its socket."]}[over]
    errors = [error, socket.error if socket else None]
    return Answer(document, [told, *lines, *(each for each in errors if each)])


@command(group, "manifest")
def print_manifest(
    _voice: Voice,
    name: Name,
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode: the server connects to Slack.")] = False,
) -> Answer:
    """Print the manifest of a Slack connection's app, to paste at Slack; it holds no secret."""
    settings = startup.read_settings()
    with reading() as session:
        connection = connections.find(session, name)
    if connection.kind != SLACK:
        raise Conflict(f"Only Slack has a manifest, and {name} is of the kind {connection.kind}.")
    if not settings.public_url and not socket:
        raise Conflict("Set ASSEMBLY_WEEK_PUBLIC_URL to the address people type: Slack sends there.")
    hook = f"{settings.public_url.rstrip('/')}/hooks/{name}"
    text = manifest.text_for_socket() if socket else manifest.text(hook)
    return Answer({"name": name, "manifest": text}, [text.rstrip("\n")])
