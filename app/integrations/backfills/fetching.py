"""Fetching a page: its calls are made one after the other, and each answer that is none becomes a sentence."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

from app.domain import retry_after
from app.domain.intake.backfills import Access, Page
from app.domain.intake.reports import DeliveryUnreadable
from app.errors import Problem
from app.integrations.backfills import canny, github, linear, zendesk
from app.integrations.backfills.pages import AnswerUnreadable, Call, Reply, Steps
from app.integrations.sources.document import read_any

USUAL_WAIT = 60.0
"""Seconds, where a tool says that it was asked too often, and not when to ask again."""
LONGEST_WAIT = 3_600.0
MOST_CALLS = 100
"""Calls of one page: the largest of Zendesk takes 21."""
PAGE_SECONDS = 200.0
"""After so long no further call is made for a page: who fetches it has to be done before others may try."""

PAGES: Mapping[str, Callable[[Access, datetime, str | None], Steps]] = {
    "zendesk": zendesk.page,
    "github": github.page,
    "linear": linear.page,
    "canny": canny.page,
}
"""The tools that can be asked for what was, by the kind of their connections."""


class Answer(Protocol):
    """An answer: its status, headers by names in lower case, and body."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, names in lower case."""

    @property
    def body(self) -> bytes:
        """The body."""


class Client(Protocol):
    """A client whose connections are guarded: `Outbound`. Raises a Problem where there is no answer."""

    def send(self, method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Answer:
        """Send a request and return the answer."""


class AskedTooOften(Problem):
    """The tool wants to be asked again later, in so many `seconds`."""

    status = 503
    title = "Asked too often"

    def __init__(self, seconds: float) -> None:
        super().__init__("It was asked too often for now.")
        self.seconds = min(max(seconds, 1.0), LONGEST_WAIT)


class AccessRefused(Problem):
    """The tool refuses what was asked, and would refuse it again."""

    status = 409
    title = "Access refused"


def fetch(client: Client, kind: str, access: Access, since: datetime, cursor: str | None, now: datetime) -> Page:
    """Fetch one page. Raises AskedTooOften, AccessRefused, AnswerUnreadable, or what the client raises."""
    steps, until = PAGES[kind](access, since, cursor), monotonic() + PAGE_SECONDS
    try:
        call = next(steps)
        for _ in range(MOST_CALLS):
            if monotonic() > until:
                raise AnswerUnreadable(f"One page of it takes longer than {PAGE_SECONDS / 60:.0f} minutes.")
            call = steps.send(_reply(client, call, now))
    except StopIteration as end:
        page: Page = end.value
        return page
    raise AnswerUnreadable("One page of it takes too many requests.")


def _reply(client: Client, call: Call, now: datetime) -> Reply:
    answer = client.send(call.method, call.url, headers=call.headers, content=call.content)
    if (seconds := wait(answer, now)) is not None:
        raise AskedTooOften(seconds)
    if (sentence := refusal(answer.status)) is not None:
        raise AccessRefused(sentence)
    if answer.status != 200:
        raise AnswerUnreadable(f"It answers with status {answer.status}.")
    try:
        return Reply(answer.headers, read_any(answer.body))
    except DeliveryUnreadable:
        raise AnswerUnreadable("It answers with something that isn’t JSON. Check the address.") from None


def refusal(status: int) -> str | None:
    """The sentence for an answer that will be the same next time."""
    match status:
        case 401:
            return "It doesn’t accept the API key. Make a new one there and set it here."
        case 403:
            return "The API key may not read this. Give it the permission, or set another one."
        case 404 | 410:
            return "There’s nothing at this address. Check the address and the repositories."
        case _ if 300 <= status < 400:
            return "It sends us to another address, which isn’t followed. Set the address it has now."
        case 400 | 422:
            return f"It refuses the request (status {status}). Check the address and the key."
    return None


def wait(answer: Answer, now: datetime) -> float | None:
    """Seconds until the tool may be asked again; None where it says nothing of that.

    GitHub says so with 403, Linear with 400 and a code in the body, all others with 429.
    """
    headers = answer.headers
    is_limited = answer.status == 429 or (answer.status == 400 and b"RATELIMITED" in answer.body[:10_000])
    if answer.status in (403, 429, 503) and (asked := _retry_after(answer, now)) is not None:
        return asked.total_seconds()
    if answer.status in (403, 429) and headers.get("x-ratelimit-remaining", "").strip() == "0":
        reset = headers.get("x-ratelimit-reset", "").strip()
        return float(reset) - now.timestamp() if reset.isdecimal() and len(reset) < 12 else USUAL_WAIT
    return USUAL_WAIT if is_limited else None


def _retry_after(answer: Answer, now: datetime) -> timedelta | None:
    return retry_after.read(answer.headers.get("retry-after", ""), now, timedelta(seconds=LONGEST_WAIT))
