"""Sign-in by e-mail: whatever somebody types, the answer is the same, and the work is done after it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.domain import names
from app.errors import Problem
from app.integrations.mail import Mailbox, sign_in_letter
from app.services import accounts, links, throttle
from app.web import cookies, redirects
from app.web.origin import address_of, base_of
from app.web.sign_in.links import page
from app.web.state import Installation, installation

router = APIRouter(include_in_schema=False, prefix="/sign-in")

LONGEST_EMAIL = 254

logger = logging.getLogger(__name__)


@router.post("/email", name="send_link")
async def send_link(request: Request, email: Annotated[str, Form()] = "") -> Response:
    """Promise a link to whoever is known by this e-mail; nobody learns from the answer who that is."""
    place = installation(request)
    typed = names.fold_email(email)
    try:
        cookies.check_safe(request, place.settings)
        await run_in_threadpool(_count, place, address_of(request), typed[:LONGEST_EMAIL])
    except Problem as problem:
        return page(request, status=problem.status, refused=problem.detail, email=email)
    response = redirects.see(request, "sign_in", done="mailed")
    if place.mailbox is not None:
        base = base_of(request, place.settings)
        response.background = BackgroundTask(_send, place, place.mailbox, typed[:LONGEST_EMAIL], base)
    return response


def _count(place: Installation, address: str, email: str) -> None:
    now = place.wall()
    with place.database.unit_of_work() as session:
        throttle.count(session, throttle.MAILS_FROM_ADDRESS, address, now)
    with place.database.unit_of_work() as session:
        throttle.count(session, throttle.MAILS_TO_ACCOUNT, email, now)


def _send(place: Installation, mailbox: Mailbox, email: str, base: str) -> None:
    now = place.wall()
    try:
        with place.database.unit_of_work() as session:
            person = accounts.by_email(session, email)
            if person is None or person.disabled_at is not None:
                return
            secret = links.make(session, person, "email", by=person.name, now=now)
        minutes = int(links.LASTS["email"].total_seconds()) // 60
        letter = sign_in_letter(person.name, f"{base}/sign-in/link/{secret}", minutes)
        mailbox.send(person.email, person.name, letter, now)
    except Problem as problem:
        logger.warning("a sign-in link was not sent: %s", problem.detail)
