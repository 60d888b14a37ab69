"""Zendesk: comments since a time. Facts: developer.zendesk.com, "Incremental Exports" and "Ticket Audit events"."""

import base64
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from app.domain.intake.backfills import Access, Item, Page
from app.integrations.backfills.pages import Call, Reply, Steps, body_of, list_of, since_first
from app.integrations.sources.document import Document

PAUSE = 6.5
"""Seconds between pages: ten requests a minute are allowed, and a little is left for others."""
AT_ONCE = 100
"""Tickets or users of one request."""
STAFF = ("agent", "admin")
FULL_PAGE = 1_000
"""Events of a page that is not the last, where the answer does not say so itself."""


class _Comment(NamedTuple):
    id: str
    ticket: str
    author: str
    at: datetime


def page(access: Access, since: datetime, cursor: str | None) -> Steps:
    """Read one page of ticket events, and the tickets and authors of its public comments.

    The author is the comment's own, never who updated the ticket. A comment whose author is not known any more is left
    out, for nobody can say then whether it was a reply. Messaging has no such list.
    """
    start = int(cursor) if cursor else int(since.timestamp())
    address = f"/api/v2/incremental/ticket_events.json?start_time={start}&include=comment_events"
    reply = yield _get(access, address)
    events = list(list_of(reply, "ticket_events"))
    comments = list(_comments(events))
    tickets = yield from _look_up(access, "tickets", (comment.ticket for comment in comments))
    users = yield from _look_up(access, "users", (comment.author for comment in comments))
    items = [
        _comment_item(each, tickets.get(each.ticket), users[each.author]) for each in comments if each.author in users
    ]
    return Page(since_first([*items, *_made_private(events)], since), _next(reply, start, len(events)), PAUSE)


def _get(access: Access, address: str) -> Call:
    """A request with an API token (`name@company.com/token:KEY`) or an OAuth token."""
    is_token = "/token:" in access.key
    authorization = f"Basic {base64.b64encode(access.key.encode()).decode()}" if is_token else f"Bearer {access.key}"
    headers = {"Authorization": authorization, "Accept": "application/json"}
    return Call("GET", access.address + address, headers)


def _next(reply: Reply, start: int, events: int) -> str | None:
    """The time at which the next page begins: the address in the answer is not followed, it might lead elsewhere."""
    is_last, end = reply.body.flag("end_of_stream"), reply.body.whole("end_time")
    if end is None or (events < FULL_PAGE if is_last is None else is_last):
        return None
    return str(max(end, start + 1))


def _comments(events: Iterable[Document]) -> Iterator[_Comment]:
    for event in events:
        for child in event.at("child_events").items():
            id_, ticket, author = child.text("id"), event.text("ticket_id"), child.text("author_id")
            at = child.time("created_at") or event.time("created_at")
            if _is(child, "comment") and child.flag("public") is True and id_ and ticket and author and at:
                yield _Comment(id_, ticket, author, at)


def _is(child: Document, kind: str) -> bool:
    return kind in (child.word("event_type"), child.word("type"))


def _made_private(events: Iterable[Document]) -> Iterator[Item]:
    for event in events:
        for child in event.at("child_events").items():
            comment, at = child.text("comment_id"), child.time("created_at") or event.time("created_at")
            if _is(child, "commentprivacychange") and child.flag("public") is False and comment and at:
                body = body_of(type="zen:event-type:ticket.comment_made_private", event={"comment": {"id": comment}})
                yield Item(f"{comment}:private", at, body)


def _look_up(access: Access, kind: str, ids: Iterable[str]) -> Generator[Call, Reply, dict[str, Document]]:
    """The tickets or users with these ids, by id; those that are gone are left out."""
    found: dict[str, Document] = {}
    wanted = sorted({each for each in ids if each.isascii() and each.isdecimal()})
    for first in range(0, len(wanted), AT_ONCE):
        reply = yield _get(access, f"/api/v2/{kind}/show_many.json?ids={','.join(wanted[first : first + AT_ONCE])}")
        found |= {id_: each for each in list_of(reply, kind) if (id_ := each.text("id"))}
    return found


def _comment_item(comment: _Comment, ticket: Document | None, author: Document) -> Item:
    told = {name: ticket.text(name) for name in ("created_at", "requester_id", "submitter_id")} if ticket else {}
    detail = {**told, "via": {"channel": ticket.text("via.channel")}} if ticket else {}
    by = {"id": comment.author, "is_staff": author.word("role") in STAFF}
    said = {"id": comment.id, "is_public": True, "author": by}
    body = body_of(
        type="zen:event-type:ticket.comment_added", time=comment.at.isoformat(),
        detail={"id": comment.ticket, **detail}, event={"comment": said},
    )  # fmt: skip
    return Item(comment.id, comment.at, body)
