"""Webhooks: a delivery's signature is checked over the bytes as they came, and it is stored before it is answered."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.domain import constant_time
from app.domain.intake.kinds import SLACK
from app.domain.intake.reports import DeliveryUnreadable
from app.errors import Problem, TooLarge
from app.integrations.sources import registry
from app.integrations.sources.envelope import (
    Envelope,
    FormEncoded,
    KeyInvalid,
    SignatureInvalid,
    SignedTooFarOff,
    Unsigned,
)
from app.services.access import credentials
from app.services.intake import connections
from app.services.intake.connections import Recipient
from app.services.intake.deliveries import Incoming
from app.services.intake.refused import Reason
from app.web.deps import AppReception
from app.web.http.areas import MIB
from app.web.reception import Reception
from app.web.routes import DatabaseRoute

router = APIRouter(route_class=DatabaseRoute, include_in_schema=False)

_UNBOUNDED = 1 << 62
"""The framework's bound comes before the route: who sends to no connection would hear that it is too large."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Proof(NamedTuple):
    """The proof that a tool sent a delivery: if by its newest secret and key, and when it was signed."""

    by_newest_secret: bool
    by_newest_key: bool
    sent_at: datetime | None


@router.post("/hooks/{connection}", max_body_size=_UNBOUNDED)
async def receive(request: Request, reception: AppReception, connection: str) -> Response:
    """Take a delivery of a tool that signs what it sends."""
    return await take(request, reception, connection, None)


@router.post("/hooks/{connection}/", max_body_size=_UNBOUNDED)
async def receive_with_slash(request: Request, reception: AppReception, connection: str) -> Response:
    """Take a delivery to an address pasted with a slash too much: no tool follows a redirect."""
    return await take(request, reception, connection, None)


@router.post("/hooks/{connection}/{url_key}", max_body_size=_UNBOUNDED)
async def receive_with_key(request: Request, reception: AppReception, connection: str, url_key: str) -> Response:
    """Take a delivery of a tool whose address has a key, for it signs nothing or too little."""
    return await take(request, reception, connection, url_key)


async def take(request: Request, reception: Reception, name: str, url_key: str | None) -> Response:
    """Refuse in the order of the contract: unknown (404), too large (413), not signed (401), a form (415)."""
    now = reception.clock.real()
    recipient = await reception.recipients.find(name)
    try:
        envelope = Envelope(request.headers.raw, await _read(request))
        proof = _verify(recipient, url_key, envelope, now)
        if recipient.kind != SLACK:
            _refuse_forms(request)
    except (TooLarge, SignatureInvalid, FormEncoded) as problem:
        ahead = problem.ahead if isinstance(problem, SignedTooFarOff) else None
        reception.refused.note(recipient.id, _reason(recipient, problem), now, ahead=ahead)
        raise
    incoming = _incoming(recipient, envelope, now, proof)
    if recipient.kind == SLACK:
        return await reception.slack.answer(recipient, incoming)
    return JSONResponse({"delivery": await reception.queue.store(incoming)})


def _refuse_forms(request: Request) -> None:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        raise FormEncoded


def _reason(recipient: Recipient, problem: Problem) -> Reason:
    """The reason of a refusal, as organizers are told."""
    match problem:
        case TooLarge():
            return "size"
        case FormEncoded():
            return "form"
        case KeyInvalid():
            return "address"
        case Unsigned():
            return "unsigned"
        case SignedTooFarOff():
            return "clock"
    return "signature" if recipient.secrets else "no_secret"


async def _read(request: Request) -> bytes:
    """The body. Raises TooLarge as soon as it is known to be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MIB:
            raise TooLarge
    return bytes(body)


def _verify(recipient: Recipient, url_key: str | None, envelope: Envelope, now: datetime) -> Proof:
    """Prove that the tool sent this. Raises SignatureInvalid."""
    if (url_key is None) == bool(recipient.keys):
        raise KeyInvalid("Send to the whole address of this connection, with its key and nothing more.")
    by_newest_key = url_key is not None and _is_newest(url_key, recipient.keys)
    verify = registry.SOURCES[recipient.kind].verify
    newest, *previous = recipient.secrets or [connections.new_secret()]  # without any, nothing is signed right
    try:
        return Proof(True, by_newest_key, verify(envelope, [newest], now))
    except SignedTooFarOff:
        raise  # the newest secret signed it: to try the one before would hide that a clock is wrong
    except SignatureInvalid:
        if not previous:
            raise
        return Proof(False, by_newest_key, verify(envelope, previous, now))


def _is_newest(url_key: str, keys: Sequence[str]) -> bool:
    """Tell whether this is the newest of a connection's keys. Raises KeyInvalid where it is none of them."""
    digest = credentials.digest(url_key)
    is_newest, *others = [constant_time.is_equal(digest, key) for key in keys]
    if not is_newest and not any(others):
        raise KeyInvalid("The key in the address isn’t that of this connection. Copy its address again.")
    return is_newest


def _incoming(recipient: Recipient, envelope: Envelope, now: datetime, proof: Proof) -> Incoming:
    try:
        event_id = registry.SOURCES[recipient.kind].event_id_of(envelope)
    except DeliveryUnreadable:
        event_id = None
    over = (
        recipient.replaced_secret if proof.by_newest_secret and len(recipient.secrets) > 1 else None,
        recipient.replaced_key if proof.by_newest_key else None,
    )
    # Slack signs with an old secret for as long as a day after another one was made there.
    ends = () if recipient.kind == SLACK else tuple(each for each in over if each)
    return Incoming(recipient.id, envelope.headers, envelope.body, now, event_id, proof.sent_at, ends=ends)
