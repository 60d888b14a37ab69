"""Linear: issues created since a time. Facts: linear.app/developers, "Pagination", "Filtering" and "Rate limiting"."""

import json
from collections.abc import Iterator
from datetime import datetime

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

PER_PAGE = 100
QUERY = """query Issues($since: DateTimeOrDuration!, $first: Int!, $after: String) {
  issues(filter: {createdAt: {gte: $since}}, first: $first, after: $after, includeArchived: true) {
    nodes { id createdAt url creator { id email } botActor { id } }
    pageInfo { hasNextPage endCursor }
  }
}"""


def page(access: Access, since: datetime, cursor: str | None) -> Steps:
    """Read one page of issues, archived ones among them."""
    variables = {"since": rfc3339(since), "first": PER_PAGE, "after": cursor}
    headers = {
        "Authorization": access.key if access.key.startswith("lin_api_") else f"Bearer {access.key}",
        "Content-Type": "application/json",
    }  # fmt: skip
    content = json.dumps({"query": QUERY, "variables": variables}).encode()
    reply = yield Call("POST", f"{access.address}/graphql", headers, content)
    if reply.body.has("errors") and not reply.body.has("data.issues"):
        raise AnswerUnreadable("It doesn’t answer the question for issues. Check what the key may read.")
    has_more = reply.body.flag("data.issues.pageInfo.hasNextPage") is True
    following = reply.body.text("data.issues.pageInfo.endCursor")
    items = since_first(_items(reply), since)
    return Page(items, following if has_more and following != cursor else None)


def _items(reply: Reply) -> Iterator[Item]:
    for issue in list_of(reply, "data.issues.nodes"):
        id_, at = issue.text("id"), issue.time("createdAt")
        if id_ is None or at is None:
            continue
        data = {
            "id": id_, "createdAt": at.isoformat(),
            "creator": {"id": issue.text("creator.id"), "email": issue.text("creator.email")},
            "botActor": {"id": issue.text("botActor.id")} if issue.has("botActor") else None,
        }  # fmt: skip
        yield Item(id_, at, body_of(type="Issue", action="create", data=data, url=issue.address("url")))
