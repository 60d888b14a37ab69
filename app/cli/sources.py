"""`source` and `identity`: connect tools, and say who their people and their bots are."""

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, noted
from app.cli.parameters import InputFile
from app.cli.place import command_act, reading, writing
from app.config import Settings
from app.domain.intake.kinds import KINDS
from app.models import Connection
from app.services import paging
from app.services.imports import identity_import, lists, wording
from app.services.intake import authors, connections, health, service_accounts
from app.services.intake.connections import NewConnection
from app.services.intake.health import Health
from app.services.operations import secrets, startup
from app.services.slack import sockets, workspaces

sources = typer.Typer(help="Connect tools that report what people do.", no_args_is_help=True)
identities = typer.Typer(help="Say whom ids of tools belong to.", no_args_is_help=True)

STDIN = "-"

Name = Annotated[str, typer.Argument(metavar="NAME", help="The connection's name.")]
Secret = Annotated[
    str,
    typer.Option(
        metavar="TEXT", help="The tool's own secret, - reads it from standard input; without it, a new one is made."
    ),
]
BotToken = Annotated[
    str,
    typer.Option(metavar="TEXT", help="Slack: the bot token, which a server tries; - reads it from standard input."),
]

AppToken = Annotated[
    str,
    typer.Option(
        metavar="TEXT", help="Slack: the app token, with which a server connects to Slack; - reads it likewise."
    ),
]


@command(sources, "connect")
def connect(
    _voice: Voice,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="A name of its own; without it, the kind.")] = "",
    account: Annotated[str, typer.Option(metavar="NAME", help="The account, where you have several.")] = "",
    secret: Secret = "",
    bot_token: BotToken = "",
    app_token: AppToken = "",
) -> Answer:
    """Connect a tool and print its address and secret, once: neither is shown again."""
    settings, act = startup.read_settings(), command_act()
    key = secrets.load(settings)
    with writing() as session:
        handed = handed_over(secret)
        made = connections.connect(session, key, kind, act, name=name, account=account, secret=handed)
        if token := handed_over(bot_token):
            workspaces.set_token(session, key, made.connection.name, act, token=token)
        if socket_token := handed_over(app_token):
            sockets.set_token(session, key, made.connection.name, act, token=socket_token)
        return _shown_once(settings, made, is_theirs=bool(handed))


@command(sources, "rotate")
def rotate(
    _voice: Voice,
    name: Name,
    secret: Secret = "",
    now: Annotated[bool, typer.Option("--now", help="End the old one at once: it leaked.")] = False,
) -> Answer:
    """Give a connection another secret; the old one is valid for a day, or until the new one is seen."""
    settings, act = startup.read_settings(), command_act()
    key = secrets.load(settings)
    with writing() as session:
        handed = handed_over(secret)
        made = connections.rotate(session, key, name, act, secret=handed, at_once=now)
        return _shown_once(settings, made, is_theirs=bool(handed))


def handed_over(given: str) -> str:
    """The secret that was given, or that stands on standard input, where no list of processes shows it."""
    return sys.stdin.readline().strip() if given == STDIN else given


def _shown_once(settings: Settings, made: NewConnection, *, is_theirs: bool) -> Answer:
    """Show what was made, to copy; an address whose key has not changed is not known any more.

    `is_theirs` says that the secret is the tool's own, which somebody handed over.
    """
    is_known = bool(made.key) or made.connection.key_sha256 is None
    url = connections.address(settings.public_url, made) if is_known else None
    document = {"name": made.connection.name, "kind": made.connection.kind, "url": url, "secret": made.secret or None}
    sentences = [f"Address  {url}"] if url else []
    sentences += [f"Secret   {made.secret}"] if made.secret else []
    sentences.append(
        "Copy both now. They aren’t shown again." if len(sentences) == 2 else "Copy it now. It isn’t shown again."
    )
    tool = KINDS[made.connection.kind]
    if made.secret and tool.signs_with == "theirs" and not is_theirs:
        sentences.append(
            f"{tool.title} signs with a secret of its own: hand it over with `assembly-week source rotate "
            f"{made.connection.name} --secret TEXT`. The one above serves scripts that sign as {tool.title} does."
        )
    if url and not settings.public_url:
        sentences.append("Put your server’s address in front (ASSEMBLY_WEEK_PUBLIC_URL does it for you).")
    return Answer(document, sentences)


@command(sources, "list")
def list_sources(_voice: Voice) -> Answer:
    """List the connections in use, and how they do: deliveries, refusals and unread ones are of the last day."""
    now = command_act().now
    with reading() as session:
        documents = [_document(each.connection) | _health(each) for each in health.every(session, now)]
    if not documents:
        return Answer({"sources": []}, ["No connections yet. `assembly-week source connect` creates one."])
    columns = ("name", "kind", "account", "state", "last_at", "last_day", "refused", "unmatched")
    rows = [tuple(document[column] for column in columns) for document in documents]
    return Answer({"sources": documents}, [Table(columns, rows)])


def _health(found: Health) -> dict[str, Any]:
    """The health of a connection: deliveries, those refused and those unread are of the last day."""
    return {
        "state": found.state,
        "last_at": found.last_at,
        "last_day": found.last_day,
        "refused": sum(each.times for each in found.refused),
        "unread": found.unread,
        "unmatched": found.unmatched,
    }


def _document(connection: Connection) -> dict[str, Any]:
    return {
        "name": connection.name,
        "kind": connection.kind,
        "account": connection.account,
        "source": connection.source,
        "reverses_gone": bool(connection.reverses_gone),
        "created_at": connection.created_at,
    }


@command(sources, "revoke")
def revoke(_voice: Voice, name: Name) -> Answer:
    """End the secret or address that was replaced last at once: it leaked."""
    act = command_act()
    with writing() as session:
        connection = connections.revoke_previous(session, name, act)
        return Answer(_document(connection), [f"Only the newest secret and address of {connection.name} work now."])


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


@command(sources, "gone")
def reverse_gone(
    _voice: Voice,
    name: Name,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="Reverse it, or let it stand.")],
) -> Answer:
    """Choose if what the tool deletes is reversed from now on; without this, it stands."""
    act = command_act()
    with writing() as session:
        connection = connections.reverse_gone(session, name, act, is_on=switch is Switch.ON)
        verb = "is reversed" if connection.reverses_gone else "stands"
        return Answer(_document(connection), [f"What {connection.name} deletes {verb} from now on."])


@command(sources, "disconnect")
def disconnect(_voice: Voice, name: Name) -> Answer:
    """End a connection: its address answers 404 from now on, what it delivered stays."""
    act = command_act()
    with writing() as session:
        connection = connections.disconnect(session, name, act)
        return Answer(_document(connection), [f"Disconnected {connection.name}."])


@command(sources, "accounts")
def accounts(
    _voice: Voice,
    name: Name,
    add: Annotated[list[str] | None, typer.Option("--add", metavar="ID", help="It is a bot. Repeatable.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="ID", help="It is none. Repeatable.")] = None,
) -> Answer:
    """List bots and service accounts of a connection, which are never people; add or remove some."""
    act = command_act()
    with writing() if add or remove else reading() as session:
        for external_id in add or []:
            service_accounts.add(session, name, external_id, act)
        for external_id in remove or []:
            service_accounts.remove(session, name, external_id, act)
        listed = service_accounts.every(session, connections.find(session, name).id)
        documents = [{"external_id": each.external_id, "created_at": each.created_at} for each in listed]
    rows = [(document["external_id"], document["created_at"]) for document in documents]
    table = Table(("external_id", "created_at"), rows)
    return Answer({"accounts": documents}, [table] if rows else ["No bots or service accounts."])


@command(identities, "list")
def list_identities(_voice: Voice) -> Answer:
    """List whom ids of tools belong to."""
    documents: list[dict[str, Any]] = []
    cursor: str | None = None
    with reading() as session:
        while True:
            page = authors.page(session, cursor=cursor, limit=paging.MAX_PER_PAGE)
            documents += [
                {"id": each.id, "source": each.source, "external_id": each.external_id, "email": person.email}
                for each, person in page.items
            ]
            cursor = page.next_cursor
            if cursor is None:
                break
    rows = [tuple(document[column] for column in identity_import.COLUMNS) for document in documents]
    return Answer({"identities": documents}, [Table(identity_import.COLUMNS, rows)] if rows else ["No identities yet."])


@command(identities, "import")
def import_identities(voice: Voice, file: InputFile) -> Answer:
    """Import whom ids of tools belong to from a CSV, all or nothing; an id that is someone else's is refused."""
    with voice.progress("Reading"):
        found = identity_import.read(lists.text_of(file.read_bytes()))
    act = command_act()
    with writing() as session:
        outcome = identity_import.apply(session, found, act)
    sentence = f"Imported {wording.imported('identities', outcome._asdict())}."
    return Answer({**outcome._asdict(), **noted(found.notes)}, [sentence, *found.notes])
