"""Sign-in by e-mail: whatever somebody types, the answer is the same, and the work is done after it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.domain import names
from app.errors import NotFound, Problem
from app.integrations.mail import Mailbox, sign_in_letter
from app.services import accounts, audit, links, throttle
from app.services.audit import Origin
from app.web import cookies, redirects
from app.web.origin import address_of, network_of
from app.web.sign_in.links import page
from app.web.state import Installation, installation

router = APIRouter(include_in_schema=False, prefix="/sign-in")

logger = logging.getLogger(__name__)


@router.post("/email", name="send_link")
async def send_link(request: Request, email: Annotated[str, Form()] = "") -> Response:
    """Promise a link to whoever is known by this e-mail; nobody learns from the answer who that is."""
    place = installation(request)
    if place.mailbox is None:
        raise NotFound("This installation sends no e-mail. Use your personal link or your team's code.")
    typed = names.fold_email(email)
    try:
        cookies.check_safe(request, place.settings)
        await run_in_threadpool(_count, place, network_of(request), typed)
    except Problem as problem:
        return page(request, refused=problem, email=email)
    response = redirects.see(request, "sign_in", done="mailed")
    response.background = BackgroundTask(_send, place, place.mailbox, typed, address_of(request))
    return response


def _count(place: Installation, network: str, email: str) -> None:
    now = place.wall()
    with place.database.unit_of_work() as session:
        throttle.count(session, throttle.MAILS_FROM_ADDRESS, network, now)
    with place.database.unit_of_work() as session:
        throttle.count(session, throttle.MAILS_TO_ACCOUNT, email, now)


def _send(place: Installation, mailbox: Mailbox, email: str, address: str) -> None:
    """The link leads where the settings say: a request that names another host must not have it delivered there."""
    now, base = place.wall(), place.settings.public_url.rstrip("/")
    try:
        with place.database.unit_of_work() as session:
            audit.comes_from(session, Origin(address=address))
            person = accounts.by_email(session, email)
            if person is None or person.disabled_at is not None:
                return
            secret = links.make(session, person, "email", by="the sign-in page", now=now)
        minutes = int(links.LASTS["email"].total_seconds()) // 60
        letter = sign_in_letter(person.name, f"{base}/sign-in/link/{secret}", minutes)
        mailbox.send(person.email, person.name, letter, now)
    except Problem as problem:
        logger.warning("a sign-in link was not sent: %s", problem.detail)
