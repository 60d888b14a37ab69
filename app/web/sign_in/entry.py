"""The end of every way in: a sign-in, its cookie, and a redirect to the page somebody wanted."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.models import Person
from app.services.access import sign_ins
from app.services.access.sign_ins import Way
from app.web.deps import visit
from app.web.http import cookies, onward, redirects
from app.web.submit import Done


def start(session: Session, request: Request, person: Person, way: Way) -> str:
    """Sign a person in; the secret goes into the cookie that `enter` writes. Raises SignInNeeded if switched off."""
    agent = request.headers.get("user-agent", "")
    old = cookies.read(request, "sign-in")
    return sign_ins.start(session, person, way, visit(request), agent=agent, replaces=old)


def keep(request: Request, response: Response, secrets: list[str]) -> Response:
    """Let the browser of whoever was signed in keep the secret of their sign-in; of who was not, nothing."""
    if response.status_code == redirects.SEE_OTHER:
        for secret in secrets:
            cookies.write(request, response, "sign-in", secret)
    return response


def go_on(to: str, person: Person) -> Done:
    """The page that somebody wanted, by its `to=`; else the one they want to see first."""
    place = onward.read(to)
    return Done(home_of(person)) if place is None else Done(place.route, parts=place.parts)


def home_of(person: Person) -> str:
    """The page somebody wants to see first."""
    return "me" if person.role == "player" else "organizer_home"
