"""Sign-in by e-mail: whatever somebody types, the answer is the same, and takes as long."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from app.domain import names
from app.errors import NotFound, Problem
from app.integrations.mail import Mailbox, sign_in_letter
from app.models import Person
from app.services import audit, links, throttle
from app.services.audit import Origin
from app.web import cookies, redirects
from app.web.origin import address_of, network_of
from app.web.routes import DatabaseRoute
from app.web.sign_in.links import page
from app.web.state import Installation, installation

router = APIRouter(include_in_schema=False, prefix="/sign-in", route_class=DatabaseRoute)

logger = logging.getLogger(__name__)


@router.post("/email", name="send_link")
async def send_link(request: Request, email: Annotated[str, Form()] = "") -> Response:
    """Promise a link to whoever is known by this e-mail; nobody learns from the answer who that is, nor from the next.

    So what is written is written before the answer, and as much for an address that nobody has; the message goes out
    some time later.
    """
    place = installation(request)
    if place.mailbox is None:
        raise NotFound("This installation sends no e-mail. Use your personal link or your team's code.")
    typed = names.fold_email(email)
    try:
        cookies.check_safe(request, place.settings)
        await place.count(throttle.MAILS_FROM_ADDRESS, network_of(request))
        made = await place.database.writes.run(_make, place, typed, address_of(request))
    except Problem as problem:
        return page(request, refused=problem, email=email)
    response = redirects.see(request, "sign_in", done="mailed")
    if made is not None:
        response.background = BackgroundTask(_send, place, place.mailbox, *made)
    return response


def _make(place: Installation, email: str, address: str) -> tuple[Person, str] | None:
    now = place.wall()
    with place.database.unit_of_work() as session:
        audit.comes_from(session, Origin(address=address))
        throttle.count(session, throttle.MAILS_TO_ACCOUNT, email, now)
        return links.make_asked_for(session, email, by="the sign-in page", now=now)


async def _send(place: Installation, mailbox: Mailbox, person: Person, secret: str) -> None:
    """The link leads where the settings say: a request that names another host must not have it delivered there."""
    minutes = int(links.LASTS["email"].total_seconds()) // 60
    letter = sign_in_letter(person.name, links.address(place.settings.public_url, secret), minutes)
    try:
        await mailbox.deliver_soon(person.email, person.name, letter, place.wall())
    except Problem as problem:
        logger.warning("a sign-in link was not sent: %s", problem.detail)
