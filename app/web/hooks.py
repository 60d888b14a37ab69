"""Webhooks: a delivery's signature is checked over the bytes as they came, and it is stored before it is answered."""

from datetime import datetime
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.db.database import Database
from app.domain import constant_time
from app.domain.intake.reports import DeliveryUnreadable
from app.errors import TooLarge
from app.integrations.sources import registry
from app.integrations.sources.envelope import Envelope, FormEncoded, SignatureInvalid
from app.services.access import credentials
from app.services.intake import connections, deliveries
from app.services.intake.connections import Recipient
from app.services.operations.secrets import SigningKey
from app.web.deps import AppClock, AppDatabase, AppKey
from app.web.http.areas import MIB
from app.web.routes import DatabaseRoute

router = APIRouter(route_class=DatabaseRoute, include_in_schema=False)

_UNBOUNDED = 1 << 62
"""The framework's bound comes before the route: who sends to no connection would hear that it is too large."""
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@router.post("/hooks/{connection}", max_body_size=_UNBOUNDED)
async def receive(
    request: Request, database: AppDatabase, signing_key: AppKey, clock: AppClock, connection: str
) -> Response:
    """Take a delivery of a tool that signs what it sends."""
    return await _receive(request, database, signing_key, clock.real(), connection, None)


@router.post("/hooks/{connection}/{url_key}", max_body_size=_UNBOUNDED)
async def receive_with_key(
    request: Request, database: AppDatabase, signing_key: AppKey, clock: AppClock, connection: str, url_key: str
) -> Response:
    """Take a delivery of a tool whose address has a key, for it signs nothing or too little."""
    return await _receive(request, database, signing_key, clock.real(), connection, url_key)


async def _receive(
    request: Request, database: Database, signing_key: SigningKey, now: datetime, name: str, url_key: str | None
) -> Response:
    """Refuse in the order of the contract: unknown (404), too large (413), not signed (401), a form (415)."""
    recipient = await database.reads.run(_find, database, signing_key, name, now)
    envelope = Envelope(request.headers.raw, await _read(request))
    is_newest = _verify(recipient, url_key, envelope, now)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in _FORMS:
        raise FormEncoded
    store = partial(_store, database, recipient, envelope, now, is_newest=is_newest)
    return JSONResponse({"delivery": await database.writes.run(store)})


async def _read(request: Request) -> bytes:
    """The body. Raises TooLarge as soon as it is known to be."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MIB:
            raise TooLarge
    return bytes(body)


def _find(database: Database, signing_key: SigningKey, name: str, now: datetime) -> Recipient:
    with database.reading() as session:
        return connections.recipient(session, signing_key, name, now)


def _verify(recipient: Recipient, url_key: str | None, envelope: Envelope, now: datetime) -> bool:
    """Raise SignatureInvalid unless the tool sent this; True if it is signed with the newest secret."""
    if (url_key is None) != (recipient.key_sha256 is None):
        raise SignatureInvalid("Send to the whole address of this connection, with its key and nothing more.")
    if url_key is not None and not constant_time.is_equal(credentials.digest(url_key), recipient.key_sha256 or ""):
        raise SignatureInvalid("The key in the address is not that of this connection. Copy its address again.")
    verify = registry.SOURCES[recipient.kind].verify
    newest, *previous = recipient.secrets or [connections.new_secret()]  # without any, nothing is signed right
    try:
        verify(envelope, [newest], now)
    except SignatureInvalid:
        if not previous:
            raise
        verify(envelope, previous, now)
        return False
    return True


def _store(database: Database, recipient: Recipient, envelope: Envelope, now: datetime, *, is_newest: bool) -> str:
    try:
        event_id = registry.SOURCES[recipient.kind].event_id_of(envelope)
    except DeliveryUnreadable:
        event_id = None
    with database.unit_of_work() as session:
        connection = connections.find(session, recipient.name)
        return deliveries.store(
            session, connection, envelope.headers, envelope.body, now, event_id=event_id, is_newest=is_newest
        )
