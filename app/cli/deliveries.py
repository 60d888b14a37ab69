"""`delivery`: see what tools delivered, and have it looked at again."""

from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.place import command_act, reading, writing
from app.services import paging
from app.services.intake import deliveries, delivery_search
from app.services.intake.delivery_search import MOST_AT_ONCE, Wanted

group = typer.Typer(help="See what tools delivered, and look at it again.", no_args_is_help=True)

ConnectionName = Annotated[str | None, typer.Option("--connection", metavar="NAME", help="Of this connection alone.")]
State = Annotated[str | None, typer.Option("--state", metavar="STATE", help=f"One of {', '.join(deliveries.STATES)}.")]


@command(group, "list")
def list_deliveries(
    _voice: Voice,
    connection: ConnectionName = None,
    state: State = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=paging.MAX_PER_PAGE, help="At most so many.")] = 100,
) -> Answer:
    """List deliveries, the newest first."""
    with reading() as session:
        page = delivery_search.page(session, Wanted(connection or "", state or ""), cursor=None, limit=limit)
        documents = [
            {
                "id": delivery.id, "connection": of.name, "kind": of.kind, "event_id": delivery.event_id,
                "received_at": delivery.received_at, "state": delivery.state,
                "author": delivery.author, "reason": delivery.reason, "activity_id": delivery.activity_id,
                "attempts": delivery.attempts,
            }
            for delivery, of in page.items
        ]  # fmt: skip
    columns = ("id", "connection", "received_at", "state", "author", "reason")
    rows = [tuple(document[column] for column in columns) for document in documents]
    return Answer({"deliveries": documents}, [Table(columns, rows)] if rows else ["No deliveries."])


@command(group, "replay")
def replay(
    _voice: Voice,
    delivery: Annotated[str, typer.Argument(metavar="[ID]", help="The delivery's id.", show_default=False)] = "",
    everything: Annotated[bool, typer.Option("--all", help="All of a connection or state, or all there are.")] = False,
    connection: ConnectionName = None,
    state: State = None,
) -> Answer:
    """Have the server look at a delivery again, or with --all at many; recorded ones stay so."""
    if bool(delivery) == everything or (delivery and (connection or state)):
        raise typer.BadParameter("Give the ID of a delivery, or --all, alone or with --connection or --state.")
    act = command_act()
    with writing() as session:
        if delivery:
            view = deliveries.replay(session, delivery, act)
            return Answer({"id": view.delivery.id, "state": view.delivery.state}, ["It is looked at again soon."])
        wanted = Wanted(connection or "", state or "")
        found = delivery_search.count(session, wanted)
        again, stayed = delivery_search.replay_all(session, wanted, act)
    sentences = [
        f"Looking again at {again:,} {'delivery' if again == 1 else 'deliveries'} ({stayed:,} recorded stay so)."
    ]
    if found > again + stayed:
        sentences.append(f"{found - again - stayed:,} older ones are left. One replay takes {MOST_AT_ONCE:,}.")
    return Answer({"again": again, "stayed": stayed, "found": found}, sentences)
