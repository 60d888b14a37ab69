"""Canny: posts since a time. Facts: developers.canny.io, "List posts"."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.domain.intake.backfills import Access, Item, Page
from app.integrations.backfills.pages import Call, Steps, body_of, list_of, since_first
from app.integrations.sources.document import Document

PER_PAGE = 100


def page(access: Access, since: datetime, cursor: str | None) -> Steps:
    """Read one page of posts, the newest first, until they are older. The key goes in the body, as Canny has it."""
    skip = int(cursor) if cursor else 0
    asked = {"apiKey": access.key, "limit": PER_PAGE, "skip": skip, "sort": "newest"}
    reply = yield _call(access, "list", asked)
    posts = list(list_of(reply, "posts"))
    is_older = any(at < since for post in posts if (at := post.time("created")))
    has_more = bool(posts) and not is_older and reply.body.flag("hasMore") is True
    return Page(since_first(_items(posts), since), str(skip + len(posts)) if has_more else None)


def _call(access: Access, method: str, asked: Mapping[str, Any]) -> Call:
    headers = {"Content-Type": "application/json"}
    return Call("POST", f"{access.address}/api/v1/posts/{method}", headers, json.dumps(asked).encode())


def post_call(access: Access, post_id: str) -> Call:
    """The call for one post. Facts: "Retrieve post"."""
    return _call(access, "retrieve", {"apiKey": access.key, "id": post_id})


def post_body(post: Document) -> bytes | None:
    """A post as its webhook tells it; None without an id or a time."""
    id_, at = post.text("id"), post.time("created")
    if id_ is None or at is None:
        return None
    told = {
        "id": id_, "created": at.isoformat(), "url": post.address("url"), "by": _person(post, "by"),
        "author": _person(post, "author"),
    }  # fmt: skip
    return body_of(type="post.created", object=told)


def _items(posts: list[Document]) -> Iterator[Item]:
    for post in posts:
        id_, at, body = post.text("id"), post.time("created"), post_body(post)
        if id_ is not None and at is not None and body is not None:
            yield Item(id_, at, body)


def _person(post: Document, who: str) -> dict[str, str | bool | None] | None:
    """A person as the webhook tells of them: who is no admin is a customer, and no name is kept of anybody."""
    if not post.has(who):
        return None
    return {"id": post.text(f"{who}.id"), "email": post.text(f"{who}.email"), "isAdmin": post.flag(f"{who}.isAdmin")}
