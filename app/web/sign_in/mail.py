"""Sign-in by e-mail: whatever somebody types, the answer is the same, and takes as long."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act
from app.errors import NotAllowed, NotFound
from app.services.access import links, throttle
from app.web.deps import AppMailer, AppSettings, visit
from app.web.http import cookies, onward
from app.web.http.client import network_of
from app.web.http.forms import FormState
from app.web.routes import DatabaseRoute
from app.web.sign_in.links import MailForm, sign_in_page
from app.web.submit import Done, Tries, refuse, submit

router = APIRouter(include_in_schema=False, prefix="/sign-in", route_class=DatabaseRoute)


@router.post("/email", name="sign_in_mail")
def send_link(
    request: Request,
    mailer: AppMailer,
    settings: AppSettings,
    form: FormState[MailForm],
    to: Annotated[str, Query()] = "",
) -> Response:
    """Promise a link to whoever is known by this e-mail; nobody learns from the answer who that is, nor from the next.

    So the same job is queued for every address that can be one, and done some time later.
    """
    if mailer is None:
        raise NotFound("No sign-in by email here. Use a sign-in link or join code.")
    act, page = visit(request), partial(sign_in_page, to=to)
    try:
        cookies.check_safe(request, settings)
    except NotAllowed as problem:
        return refuse(request, act, problem, page=page, form=form)

    def ask(session: Session, act: Act) -> Done:
        links.ask_for(session, form.data.email, act, to=to if onward.read(to) else "")
        return Done("sign_in", "mailed", {"to": to})

    tries = Tries(throttle.MAILS_FROM_ADDRESS, network_of(request))
    return submit(request, act, ask, form=form, page=page, tries=tries)
