"""`/organizer/tokens`: tokens for tools: made, shown once, revoked."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SCOPES, SignedInActor
from app.errors import Malformed, NotFound, Problem
from app.services.access import tokens
from app.services.weeks import weeks
from app.web.access import Organizer
from app.web.context import installation
from app.web.deps import act_of
from app.web.http import redirects
from app.web.organizer import wording
from app.web.organizer.page import NOTHING, Reply, page, refusal, remember, zone_name, zone_of
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

DONE = {"revoked": "The token is revoked. It stops working within five seconds."}
USUAL_DAYS = "90"


@router.get("/organizer/tokens")
def organizer_tokens(request: Request, actor: Organizer, done: Annotated[str, Query()] = "") -> Response:
    """List tokens, with a form for another."""
    return _show(request, actor, done=DONE.get(done, ""))


@router.post("/organizer/tokens", name="token_create")
def make_token(
    request: Request,
    actor: Organizer,
    name: Annotated[str, Form()] = "",
    scope: Annotated[list[str] | None, Form()] = None,
    days: Annotated[str, Form()] = "",
) -> Response:
    """Make a token and show its text, once."""
    place = installation(request)
    chosen = scope or []
    try:
        with place.database.unit_of_work() as session:
            text = tokens.create(
                session, act_of(request, actor, place.clock.real()), name=name, scopes=chosen, days=_days(days)
            )
    except Problem as problem:
        remember(request, actor, problem)
        return _show(request, actor, refusal(problem, "token", {"name": name, "scopes": chosen, "days": days}))
    return _show(request, actor, secret=text)


def _days(typed: str) -> int | None:
    """Parse a token's days; nothing typed means until it is revoked. Raises Malformed."""
    typed = typed.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 7):
        raise Malformed(f"“{typed[:20]}” is no number of days. Write one from 1 to {tokens.LONGEST_DAYS}, or nothing.")
    return int(typed)


@router.post("/organizer/tokens/{token_id}/revoke", name="token_revoke")
def revoke_token(request: Request, actor: Organizer, token_id: str) -> Response:
    """End a token for good."""
    place = installation(request)
    try:
        with place.database.unit_of_work() as session:
            tokens.revoke(session, tokens.find(session, token_id).name, act_of(request, actor, place.clock.real()))
    except NotFound:
        raise
    except Problem as problem:
        return _show(request, actor, refusal(problem))
    return redirects.see("organizer_tokens", done="revoked")


def _show(
    request: Request, actor: SignedInActor, reply: Reply = NOTHING, *, secret: str = "", done: str = ""
) -> Response:
    place = installation(request)
    now = place.clock.real()
    with place.database.reading() as session:
        week = weeks.default_week(session, place.clock.game())
        found = [(token, tokens.state(token, now)) for token in reversed(tokens.every(session))]
    usual = {"name": "", "scopes": [], "days": USUAL_DAYS}
    return page(
        request, "organizer/tokens.html", actor, reply, done=done, found=found, secret=secret,
        typed=reply.of("token") or usual, zone=zone_of(week),
        zone_name=zone_name(week), scopes=[(scope, wording.SCOPES[scope]) for scope in SCOPES],
    )  # fmt: skip
