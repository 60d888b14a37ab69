"""`/unsubscribe/{choice}`: the end of emails of one kind, for whoever has the email; mail programs ask by POST."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.domain.notices.model import LABELS, Kind
from app.errors import NotFound
from app.services import notice_mail
from app.services.operations.secrets import SigningKey, read_unsubscribe_key
from app.web.deps import AnybodyRealAct, AppClock, AppDatabase, AppKey
from app.web.http.render import render_page
from app.web.routes import DatabaseRoute

WRONG = "This link ends no emails. Open it from the email again, or choose under Me, Settings."

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/unsubscribe/{choice}")
def unsubscribe_page(request: Request, clock: AppClock, key: AppKey, choice: str) -> Response:
    """Ask first: programs that look into emails open every link in them, so opening this one changes nothing."""
    _, kind = _read(key, choice, clock)
    return render_page(request, "unsubscribe.html", actor=None, label=LABELS[kind], choice=choice, is_done=False)


@router.post("/unsubscribe/{choice}", name="unsubscribe")
def unsubscribe(
    request: Request, act: AnybodyRealAct, database: AppDatabase, clock: AppClock, key: AppKey, choice: str
) -> Response:
    """End them at once (RFC 8058): no sign-in, no page of ours before, no redirect after; a repeat changes nothing."""
    person_id, kind = _read(key, choice, clock)
    with database.unit_of_work() as session:
        notice_mail.opt_out(session, person_id, kind, act.now)
    return render_page(request, "unsubscribe.html", actor=None, label=LABELS[kind], choice=choice, is_done=True)


def _read(key: SigningKey, choice: str, clock: AppClock) -> tuple[str, Kind]:
    found = read_unsubscribe_key(key, choice, clock.real())
    if found is None or found[1] not in LABELS:
        raise NotFound(WRONG)
    return found  # type: ignore[return-value]  # looked up just now
