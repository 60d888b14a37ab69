"""`/organizer/tokens`: tokens for tools: made, shown once, revoked."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SCOPES, SignedInAct
from app.errors import Malformed
from app.services.access import tokens
from app.services.weeks import weeks
from app.web.deps import OrganizerRealAct, ReadSession
from app.web.http.fields import Name, chosen, says
from app.web.http.forms import Form, FormState
from app.web.organizer import wording
from app.web.organizer.page import zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

DONE = {"revoked": "Token revoked. It stops working within 5 seconds."}
USUAL_DAYS = "90"


def _days(typed: str) -> int | None:
    """Parse a token's days; nothing typed means until it is revoked. Raises Malformed."""
    typed = typed.strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 7):
        raise Malformed(
            f"“{typed[:20]}” isn’t a number of days. Write one from 1 to {tokens.LONGEST_DAYS}, or nothing."
        )
    return int(typed)


class TokenForm(Form):
    """A new token: who or what uses it, what it may, and for how long."""

    name: Annotated[Name, says(tokens.check_name)]
    scope: Annotated[tuple[str, ...], chosen(tokens.check_scopes)] = ()
    days: Annotated[int | None, says(_days)] = None


@router.get("/organizer/tokens")
def organizer_tokens(
    request: Request, act: OrganizerRealAct, session: ReadSession, done: Annotated[str, Query()] = ""
) -> Response:
    """List tokens, with a form for another."""
    return tokens_page(Page(request, act, session, flash=DONE.get(done, "")))


def tokens_page(page: Page[SignedInAct]) -> Response:
    """The list, with the text of a token that was just made."""
    week = weeks.default_week(page.session, page.clock.game())
    return page.render(
        "organizer/tokens.html", secret=page.shown_once or "", zone=zone_of(week), zone_name=zone_name(week),
        found=[(token, tokens.state(token, page.act.now)) for token in reversed(tokens.every(page.session))],
        form=page.form(TokenForm, days=USUAL_DAYS), scopes=[(scope, wording.SCOPES[scope]) for scope in SCOPES],
    )  # fmt: skip


@router.post("/organizer/tokens", name="token_create")
def make_token(request: Request, act: OrganizerRealAct, form: FormState[TokenForm]) -> Response:
    """Make a token and show its text, once."""

    def make(session: Session, act: SignedInAct) -> Done:
        data = form.data
        return Done(shown_once=tokens.create(session, act, name=data.name, scopes=list(data.scope), days=data.days))

    return submit(request, act, make, form=form, page=tokens_page)


@router.post("/organizer/tokens/{token_id}/revoke", name="token_revoke")
def revoke_token(request: Request, act: OrganizerRealAct, token_id: str) -> Response:
    """End a token for good."""

    def revoke(session: Session, act: SignedInAct) -> Done:
        tokens.revoke(session, tokens.find(session, token_id).name, act)
        return Done("organizer_tokens", "revoked")

    return submit(request, act, revoke, page=tokens_page)
