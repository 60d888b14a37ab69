"""`webhook`: tell addresses of others what happens, and send again what did not arrive."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.place import command_act, reading, writing
from app.domain.text.public_addresses import Allowed
from app.domain.webhooks.events import EVENTS
from app.models import WebhookEndpoint
from app.services.operations import secrets, startup
from app.services.webhooks import endpoints, messages
from app.services.webhooks.endpoints import NewSecret

group = typer.Typer(help="Tell other tools what happens here.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="The webhook's id.")]
COLUMNS = ("id", "url", "events", "week", "state", "waiting", "failed")


@command(group, "add")
def add(
    _voice: Voice,
    url: Annotated[str, typer.Argument(metavar="URL", help="The address that messages are sent to.")],
    event: Annotated[
        list[str] | None, typer.Option(metavar="EVENT", help=f"One of {', '.join(EVENTS)}; without it, all.")
    ] = None,
    week: Annotated[str, typer.Option(metavar="WEEK", help="Of this week alone.")] = "",
) -> Answer:
    """Tell an address what happens, and print its secret, once: it is not shown again."""
    settings, act = startup.read_settings(), command_act()
    key = secrets.load(settings)
    with writing() as session:
        made = endpoints.add(
            session, key, act, url=url, events=event or EVENTS, week=week,
            allowed=Allowed(networks=settings.outbound_networks),
        )  # fmt: skip
        return _shown_once(made)


@command(group, "rotate")
def rotate(
    _voice: Voice,
    webhook: Id,
    now: Annotated[bool, typer.Option("--now", help="End the old one at once: it leaked.")] = False,
) -> Answer:
    """Give a webhook another secret; for a day messages are signed with the old one, too."""
    key, act = secrets.load(startup.read_settings()), command_act()
    with writing() as session:
        return _shown_once(endpoints.rotate(session, key, webhook, act, at_once=now))


def _shown_once(made: NewSecret) -> Answer:
    document = {"id": made.endpoint.id, "url": made.endpoint.url, "secret": made.secret}
    sentences = [f"Webhook  {made.endpoint.id}", f"Secret   {made.secret}", "Copy it now. It isn’t shown again."]
    return Answer(document, sentences)


@command(group, "list")
def list_webhooks(_voice: Voice) -> Answer:
    """List the webhooks, with how many messages wait and how many have failed."""
    with reading() as session:
        found = endpoints.every(session)
        weeks, counts = endpoints.weeks_of(session, found), messages.counts(session)
        slugs = {week_id: week.slug for week_id, week in weeks.items()}
        documents = [_document(each, slugs, counts.get(each.id, messages.NONE)) for each in found]
    if not documents:
        return Answer({"webhooks": []}, ["No webhooks yet. `assembly-week webhook add` creates one."])
    rows = [
        tuple(" ".join(value) if isinstance(value := document[name], list) else value or "" for name in COLUMNS)
        for document in documents
    ]
    return Answer({"webhooks": documents}, [Table(COLUMNS, rows)])


def _document(endpoint: WebhookEndpoint, slugs: dict[int, str], counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": endpoint.events.split(),
        "week": slugs.get(endpoint.week_id or 0),
        "state": endpoints.state(endpoint),
        "waiting": counts["waiting"],
        "failed": counts["failed"],
        "created_at": endpoint.created_at,
    }


@command(group, "remove")
def remove(_voice: Voice, webhook: Id) -> Answer:
    """Send a webhook nothing more, and forget it with its messages."""
    act = command_act()
    with writing() as session:
        removed = endpoints.remove(session, webhook, act)
        return Answer({"id": removed.id, "url": removed.url}, [f"Removed {removed.id}."])


@command(group, "replay")
def replay(
    _voice: Voice,
    webhook: Id,
    message: Annotated[str, typer.Option(metavar="ID", help="This message alone, failed or not.")] = "",
) -> Answer:
    """Have the server send a webhook's failed messages once more, or one of its messages."""
    act = command_act()
    with writing() as session:
        endpoint = endpoints.lock(session, webhook)
        if message:
            messages.replay(session, endpoint, message, act)
        count = 1 if message else messages.replay_failed(session, endpoint, act)
        sentence = (
            f"{count:,} {'message is' if count == 1 else 'messages are'} sent again." if count else "None failed."
        )
        return Answer({"replayed": count}, [sentence])
