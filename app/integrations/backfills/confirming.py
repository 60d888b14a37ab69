"""Confirming: one thing is asked for by its id, to see whether what was said of it is true."""

from collections.abc import Callable, Mapping
from datetime import datetime

from app.domain.intake.backfills import Access
from app.domain.intake.reports import DeliveryUnreadable
from app.integrations.backfills import canny
from app.integrations.backfills.fetching import AccessRefused, AskedTooOften, Client, refusal, wait
from app.integrations.backfills.pages import AnswerUnreadable, Call
from app.integrations.sources.document import Document, read

CALLS: Mapping[str, Callable[[Access, str], Call]] = {"canny": canny.post_call}
BODIES: Mapping[str, Callable[[Document], bytes | None]] = {"canny": canny.post_body}
"""The tools that can be asked for one thing, by the kind of their connections: how, and what they answer."""


def look_up(client: Client, kind: str, access: Access, external_id: str, now: datetime) -> bytes | None:
    """The thing as a webhook would tell it; None where the tool has none of that id.

    Raises AskedTooOften, AccessRefused, AnswerUnreadable, or what the client raises.
    """
    call = CALLS[kind](access, external_id)
    answer = client.send(call.method, call.url, headers=call.headers, content=call.content)
    if (seconds := wait(answer, now)) is not None:
        raise AskedTooOften(seconds)
    try:
        found = read(answer.body)
    except DeliveryUnreadable:
        found = None
    error = found.text("error") if found is not None else None
    if error is not None and "key" not in error.lower() and answer.status in (200, 400, 404, 422):
        return None
    if (sentence := refusal(answer.status)) is not None:
        raise AccessRefused(sentence)
    if answer.status != 200 or found is None or found.text("id") != external_id:
        raise AnswerUnreadable("It answers with something else than its API does. Check the address.")
    return BODIES[kind](found)
