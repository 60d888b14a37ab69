"""`/organizer/people`: who there is, and adding somebody."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import ROLES, SignedInActor
from app.errors import Problem
from app.services.access import accounts, links
from app.services.organizing import people_search
from app.services.organizing.people_search import Wanted
from app.services.weeks import weeks
from app.web.access import Organizer
from app.web.context import installation
from app.web.deps import act_of
from app.web.organizer import person
from app.web.organizer.page import NOTHING, Reply, page, refusal, zone_name, zone_of
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

LONGEST_SEARCH = 200  # characters: longer than names, and nobody types more of an e-mail
FILTERS: dict[str, str] = {**{str(role): f"{role.capitalize()}s" for role in ROLES}, "off": "Switched off"}


@router.get("/organizer/people")
def organizer_people(
    request: Request,
    actor: Organizer,
    q: Annotated[str, Query()] = "",
    role: Annotated[str, Query()] = "",
    at: Annotated[str, Query(alias="page")] = "",
) -> Response:
    """List people: all, or those somebody looks for."""
    wanted = Wanted(q[:LONGEST_SEARCH].strip(), role if role in FILTERS else "")
    return _list(request, actor, wanted, number=int(at) if at.isascii() and at.isdigit() and len(at) < 7 else 1)


@router.post("/organizer/people", name="person_create")
def add_person(
    request: Request, actor: Organizer, name: Annotated[str, Form()] = "", email: Annotated[str, Form()] = ""
) -> Response:
    """Add somebody, and show their sign-in link, once."""
    place = installation(request)
    now = place.clock.real()
    try:
        with place.database.unit_of_work() as session:
            made = accounts.create(session, act_of(request, actor, now), name=name, email=email)
            secret = links.make(session, made, "invitation", act_of(request, actor, now))
    except Problem as problem:
        return _list(request, actor, Wanted(), refusal(problem, "add", {"name": name, "email": email}))
    return person.show(request, actor, made.id, secret=secret, done=f"{made.name} is here now.")


def _list(
    request: Request, actor: SignedInActor, wanted: Wanted, reply: Reply = NOTHING, *, number: int = 1
) -> Response:
    place = installation(request)
    with place.database.reading() as session:
        week = weeks.default_week(session, place.clock.game())
        match = people_search.search(session, wanted, week, page=number, now=place.clock.real())
    return page(
        request, "organizer/people.html", actor, reply, found=match, wanted=wanted, filters=FILTERS, week_at_hand=week,
        zone=zone_of(week), zone_name=zone_name(week),
    )  # fmt: skip
