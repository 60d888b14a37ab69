"""`token`: make, list and revoke API tokens."""

from datetime import datetime
from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.place import CLOCK, command_act, reading, writing
from app.domain.actor import SCOPES
from app.domain.text import names
from app.models import Token
from app.services.access import tokens

group = typer.Typer(help="Create, list and revoke API tokens.", no_args_is_help=True)


def known_scopes(scopes: list[str]) -> list[str]:
    """The scopes as given. Raises BadParameter for one there is not."""
    for scope in scopes:
        if scope not in SCOPES:
            raise typer.BadParameter(f"“{scope}” isn’t a scope. Choose from {', '.join(SCOPES)}.")
    return scopes


@command(group, "create")
def create(
    _voice: Voice,
    name: Annotated[str, typer.Option(metavar="NAME", help="Who or what will use it.")],
    scope: Annotated[
        list[str],
        typer.Option(metavar="SCOPE", callback=known_scopes, help=f"What it may do; repeatable: {', '.join(SCOPES)}."),
    ],
    days: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=tokens.LONGEST_DAYS, help="How long it lasts; without it, until revoked."),
    ] = None,
) -> Answer:
    """Make a token and print it, once: only its hash is kept."""
    act = command_act()
    with writing() as session:
        text = tokens.create(session, act, name=name, scopes=scope, days=days)
        made = next(token for token in tokens.every(session) if token.name == names.tidy(name))
        return Answer({"token": text} | _document(made, act.now), [text])


@command(group, "list")
def list_tokens(_voice: Voice) -> Answer:
    """List the tokens, oldest first; never their text."""
    now = CLOCK.real()
    with reading() as session:
        documents = [_document(token, now) for token in tokens.every(session)]
    if not documents:
        return Answer({"tokens": []}, ["No tokens yet. `assembly-week token create` creates one."])
    columns = ("name", "state", "scopes", "created_at", "expires_at", "used_at", "revoked_at")
    rows = [tuple(document[column] for column in columns) for document in documents]
    shown = [(name, state, " ".join(scopes), *moments) for name, state, scopes, *moments in rows]
    return Answer({"tokens": documents}, [Table(columns, shown)])


@command(group, "revoke")
def revoke(_voice: Voice, name: Annotated[str, typer.Argument(metavar="NAME", help="The token's name.")]) -> Answer:
    """End a token for good."""
    act = command_act()
    with writing() as session:
        token = tokens.revoke(session, name, act)
        return Answer(_document(token, act.now), [f"The token “{token.name}” is revoked."])


def _document(token: Token, now: datetime) -> dict[str, Any]:
    return {
        "name": token.name,
        "state": tokens.state(token, now),
        "scopes": token.scopes.split(),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
        "revoked_at": token.revoked_at,
    }
