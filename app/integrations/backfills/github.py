"""GitHub: issues of repositories since a time. Facts: docs.github.com, "List repository issues"."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from app.domain.intake.backfills import Access, Item, Page
from app.integrations.backfills.pages import (
    AnswerUnreadable,
    Call,
    Reply,
    Steps,
    body_of,
    list_of,
    rfc3339,
    since_first,
)
from app.integrations.sources.document import Document

PER_PAGE = 100
LONGEST_QUERY = 1_000

_NEXT = re.compile(r'<([^<>]{1,4000})>\s*;[^,]*\brel="?next"?')
_HEADERS = ((b"x-github-event", b"issues"),)


def page(access: Access, since: datetime, cursor: str | None) -> Steps:
    """Read one page of a repository's issues; each repository begins with its id, which no issue tells.

    GitHub's `since` goes by the last change, so issues opened before are left out here, and so are pull requests.
    """
    at = _Place.read(cursor)
    if at.number >= len(access.repositories):
        return Page((), None)  # fewer are set now than when this began
    repository = access.repositories[at.number]
    repository_id = at.repository_id
    if repository_id is None:
        told = yield _get(access, f"/repos/{repository}")
        repository_id = told.body.text("id")
        if repository_id is None:
            raise AnswerUnreadable(f"It doesn’t say which repository “{repository}” is. Check the address.")
    query = at.query or urlencode({"state": "all", "since": rfc3339(since), "per_page": PER_PAGE})
    reply = yield _get(access, f"/repos/{repository}/issues?{query}")
    items = since_first(_items(reply, repository_id), since)
    following = _next_query(reply.headers)
    if following is not None:
        return Page(items, _Place(at.number, repository_id, following).text())
    is_last = at.number + 1 >= len(access.repositories)
    return Page(items, None if is_last else _Place(at.number + 1).text())


class _Place:
    """A place in the issues of several repositories."""

    def __init__(self, number: int, repository_id: str | None = None, query: str = "") -> None:
        self.number, self.repository_id, self.query = number, repository_id, query

    @classmethod
    def read(cls, cursor: str | None) -> "_Place":
        return cls(*json.loads(cursor)) if cursor else cls(0)

    def text(self) -> str:
        return json.dumps([self.number, self.repository_id, self.query])


def _get(access: Access, address: str) -> Call:
    headers = {
        "Authorization": f"Bearer {access.key}", "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }  # fmt: skip
    return Call("GET", access.address + address, headers)


def _next_query(headers: Mapping[str, str]) -> str | None:
    """The query of the next page: only that is taken from the answer, so that its address leads nowhere else."""
    found = _NEXT.search(headers.get("link", ""))
    query = urlsplit(found[1]).query if found else ""
    return query if query.isascii() and query.isprintable() and 0 < len(query) <= LONGEST_QUERY else None


def _items(reply: Reply, repository_id: str) -> Iterator[Item]:
    for issue in list_of(reply, ""):
        id_, at = issue.text("id"), issue.time("created_at")
        if id_ is not None and at is not None and not issue.has("pull_request"):
            yield _item(issue, id_, at, repository_id)


def _item(issue: Document, id_: str, at: datetime, repository_id: str) -> Item:
    user = {name: issue.text(f"user.{name}") for name in ("id", "login", "type")}
    told = {"id": id_, "created_at": at.isoformat(), "html_url": issue.address("html_url"), "user": user}
    body = body_of(action="opened", issue=told, repository={"id": repository_id})
    return Item(f"{repository_id}/{id_}", at, body, _HEADERS)
