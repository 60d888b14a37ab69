"""Stand-ins of tools' APIs: real HTTP, a few items in small pages, and the key they want."""

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.receiver import Received, Receiver, answer, receiver

KEYS = {
    "zendesk": "ada@example.com/token:zd0123456789",
    "github": "ghp_0123",
    "linear": "lin_api_0123",
    "canny": "cn-01234",
}
Pages = list[list[dict[str, Any]]]


@dataclass
class StandIn:
    """A tool's API under `url`: `pages` of its items; what `first` gives is answered before anything else."""

    kind: str
    server: Receiver
    pages: Pages = field(default_factory=list)
    first: list[bytes] = field(default_factory=list)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    base: int = 0

    @property
    def url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def asked(self) -> list[Received]:
        """The requests so far."""
        return self.server.received

    def respond(self, received: Received) -> Iterable[bytes]:
        """Answer a request."""
        if self.first:
            return [self.first.pop(0)]
        given = received.headers.get("authorization", "")
        if self.kind != "canny" and given not in self._authorizations():
            return [json_answer({"error": "Couldn't authenticate you"}, status=401)]
        return [ANSWERS[self.kind](self, received)]

    def _authorizations(self) -> tuple[str, ...]:
        key = KEYS[self.kind]
        return key, f"Bearer {key}", f"Basic {base64.b64encode(key.encode()).decode()}"


def json_answer(body: Any, *headers: str, status: int = 200) -> bytes:
    """The bytes of an answer of JSON."""
    return answer(status, "Content-Type: application/json", *headers, body=json.dumps(body).encode())


def _zendesk(tool: StandIn, received: Received) -> bytes:
    """Pages of ticket events begin at the first start time that is asked for and a second later each; others by id."""
    parts = urlsplit(received.target)
    query = parse_qs(parts.query)
    if parts.path.endswith("/show_many.json"):
        kind = parts.path.split("/")[-2]
        known = tool.tickets if kind == "tickets" else tool.users
        return json_answer({kind: [known[id_] for id_ in query["ids"][0].split(",") if id_ in known]})
    start = int(query["start_time"][0])
    if not tool.base <= start < tool.base + len(tool.pages):
        tool.base = start
    number = start - tool.base
    events = tool.pages[number]
    last = number + 1 >= len(tool.pages)
    next_page = f"http://elsewhere.example/api/v2/incremental/ticket_events.json?start_time={start + 1}"
    return json_answer({"ticket_events": events, "end_time": start + 1, "end_of_stream": last, "next_page": next_page})


def _github(tool: StandIn, received: Received) -> bytes:
    parts = urlsplit(received.target)
    if not parts.path.endswith("/issues"):
        return json_answer({"id": 7}) if parts.path == "/repos/acme/support" else json_answer({}, status=404)
    number = int(parse_qs(parts.query).get("page", ["1"])[0])
    following = f"https://elsewhere.example/repositories/7/issues?state=all&page={number + 1}"
    more = [f'Link: <{following}>; rel="next", <x>; rel="last"'] if number < len(tool.pages) else []
    return json_answer(tool.pages[number - 1], *more)


def _linear(tool: StandIn, received: Received) -> bytes:
    after = json.loads(received.body)["variables"]["after"]
    number = int(after) if after else 0
    info = {"hasNextPage": number + 1 < len(tool.pages), "endCursor": str(number + 1)}
    return json_answer({"data": {"issues": {"nodes": tool.pages[number], "pageInfo": info}}})


def _canny(tool: StandIn, received: Received) -> bytes:
    asked = json.loads(received.body)
    if asked["apiKey"] != KEYS["canny"]:
        return json_answer({"error": "invalid API key"}, status=401)
    posts = [post for page in tool.pages for post in page]
    if received.target.endswith("/retrieve"):
        found = [post for post in posts if post["id"] == asked["id"]]
        return json_answer(found[0]) if found else json_answer({"error": "invalid post id"}, status=400)
    here = posts[asked["skip"] : asked["skip"] + len(tool.pages[0])]
    return json_answer({"posts": here, "hasMore": asked["skip"] + len(here) < len(posts)})


ANSWERS: dict[str, Callable[[StandIn, Received], bytes]] = {
    "zendesk": _zendesk, "github": _github, "linear": _linear, "canny": _canny,
}  # fmt: skip


@contextmanager
def stand_in(kind: str, pages: Pages | None = None) -> Iterator[StandIn]:
    """A running API of a tool, with the pages it usually has here."""
    with receiver() as server:
        tool = StandIn(kind, server, USUAL[kind]() if pages is None else pages)
        if kind == "zendesk":
            people = ((35436, "end-user"), (7700123, "agent"), (7700124, "admin"))
            tool.users = {str(id_): {"id": id_, "role": role} for id_, role in people}
            ticket = {"id": 5158, "created_at": "2022-09-14T08:00:00Z", "requester_id": 35436, "submitter_id": 35436}
            tool.tickets = {"5158": ticket}
        server.respond = tool.respond
        yield tool


def comment(id_: int, author: int, at: str, *, public: bool = True, updater: int = 1) -> dict[str, Any]:
    """A ticket event with one comment, as Zendesk tells it: the updater is not always the author."""
    child = {"id": id_, "event_type": "Comment", "type": "Comment", "public": public, "author_id": author,
             "body": "Customers' words", "created_at": f"2022-09-14T{at}Z"}  # fmt: skip
    others = {"id": id_ + 1, "event_type": "Change", "status": "open"}
    return {"id": id_ * 10, "ticket_id": 5158, "updater_id": updater, "child_events": [child, others],
            "created_at": f"2022-09-14T{at}Z", "event_type": "Audit"}  # fmt: skip


def made_private(id_: int, at: str) -> dict[str, Any]:
    """A ticket event in which a comment was made private."""
    change = {"id": id_ + 5, "event_type": "CommentPrivacyChange", "comment_id": id_, "public": False}
    return {"id": id_ * 10 + 1, "ticket_id": 5158, "child_events": [change], "created_at": f"2022-09-14T{at}Z"}


def issue(id_: int, at: str, **more: Any) -> dict[str, Any]:
    """An issue as GitHub lists it."""
    user = {"login": "Ada", "id": 21, "type": "User"}
    return {"id": id_, "created_at": f"2022-09-14T{at}Z", "html_url": f"https://github.com/acme/support/issues/{id_}",
            "user": user, "title": "A title", "body": None, **more}  # fmt: skip


def linear_issue(id_: str, at: str, **more: Any) -> dict[str, Any]:
    """An issue as Linear lists it."""
    creator = {"id": "u-1", "email": "ada@example.com"}
    return {"id": id_, "createdAt": f"2022-09-14T{at}.120Z", "url": f"https://linear.app/acme/issue/{id_}",
            "creator": creator, "botActor": None, **more}  # fmt: skip


def post(id_: str, at: str, day: str = "14", **more: Any) -> dict[str, Any]:
    """A post as Canny lists it."""
    author = {"id": "c-9", "email": "customer@example.org", "name": "A customer", "isAdmin": False}
    by = {"id": "c-1", "email": "ada@example.com", "name": "Ada", "isAdmin": True}
    return {"id": id_, "created": f"2022-09-{day}T{at}.000Z", "author": author, "by": by, "details": "A wish",
            "url": f"https://acme.canny.io/admin/board/b/p/{id_}", **more}  # fmt: skip


USUAL: dict[str, Callable[[], Pages]] = {
    "zendesk": lambda: [
        [comment(101, 35436, "08:10:00"), comment(102, 7700123, "08:30:00", updater=7700124)],
        [comment(103, 7700123, "08:31:00", public=False), comment(104, 35436, "09:00:00")],
        [comment(105, 7700124, "09:20:00"), made_private(102, "09:30:00"), comment(106, 999, "09:40:00")],
    ],
    "github": lambda: [
        [issue(11, "08:00:00"), issue(12, "08:10:00", pull_request={"url": "x"})],
        [issue(13, "09:00:00", user={"login": "robot", "id": 5, "type": "Bot"}), issue(14, "09:10:00", user=None)],
    ],
    "linear": lambda: [
        [linear_issue("a", "08:00:00"), linear_issue("b", "08:10:00", creator=None, botActor={"id": "bot"})],
        [linear_issue("c", "09:00:00", creator=None)],
    ],
    "canny": lambda: [
        [post("p3", "09:00:00", by=None), post("p2", "08:30:00")],
        [post("p1", "08:00:00"), post("old", "08:00:00", day="01")],
    ],
}
