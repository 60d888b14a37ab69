"""Where a request comes from: its address, and the origin that the audit notes with every change."""

from starlette.requests import Request

from app.domain.who import Member, Who
from app.services.audit import Origin


def address_of(request: Request) -> str:
    """Where a request comes from, as caps and throttles count it."""
    return request.client.host if request.client else ""


def origin_of(request: Request, who: Who | None) -> Origin:
    """Who and where, for the audit."""
    return Origin(who.person_id if isinstance(who, Member) else None, address_of(request))


def address_to(request: Request, public_url: str, path: str) -> str:
    """The whole address of a page of ours, to copy or to photograph: as people type it, else as this one came."""
    return (public_url or str(request.base_url)).rstrip("/") + path
