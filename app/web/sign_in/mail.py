"""Sign-in by e-mail: whatever somebody types, the answer is the same, and takes as long."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from app.domain.text import names
from app.errors import NotFound, Problem
from app.services.access import links, throttle
from app.web.context import installation
from app.web.deps import visit
from app.web.http import cookies, redirects
from app.web.http.client import network_of
from app.web.routes import DatabaseRoute
from app.web.sign_in.links import page

router = APIRouter(include_in_schema=False, prefix="/sign-in", route_class=DatabaseRoute)


@router.post("/email", name="sign_in_mail")
async def send_link(request: Request, email: Annotated[str, Form()] = "") -> Response:
    """Promise a link to whoever is known by this e-mail; nobody learns from the answer who that is, nor from the next.

    So the same job is queued for every address, and done some time later.
    """
    place = installation(request)
    if place.mailer is None:
        raise NotFound("This installation sends no e-mail. Use your personal link or your team's code.")
    typed = names.fold_email(email)
    try:
        cookies.check_safe(request, place.settings)
        await place.count(throttle.MAILS_FROM_ADDRESS, network_of(request))
        await place.database.writes.run(partial(_ask, request, typed))
    except Problem as problem:
        return page(request, refused=problem, email=email)
    return redirects.see("sign_in", done="mailed")


def _ask(request: Request, email: str) -> None:
    with installation(request).database.unit_of_work() as session:
        links.ask_for(session, email, visit(request))
