"""`/organizer/people`: who there is, and adding somebody."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import ROLES, SignedInAct
from app.services.access import accounts, links
from app.services.organizing import people_search
from app.services.organizing.people_search import Wanted
from app.services.weeks import weeks
from app.web.deps import OrganizerRealAct, ReadSession
from app.web.http.fields import Email, Name, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_name, zone_of
from app.web.organizer.person import person_page
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

LONGEST_SEARCH = 200  # characters: longer than names, and nobody types more of an e-mail
FILTERS: dict[str, str] = {**{str(role): f"{role.capitalize()}s" for role in ROLES}, "off": "Deactivated"}


class PersonForm(Form):
    """Somebody new."""

    name: Annotated[Name, says(accounts.check_name)]
    email: Annotated[Email, says(accounts.check_email)]


@router.get("/organizer/people")
def organizer_people(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    q: Annotated[str, Query()] = "",
    role: Annotated[str, Query()] = "",
    at: Annotated[str, Query(alias="page")] = "",
) -> Response:
    """List people: all, or those somebody looks for."""
    wanted = Wanted(q[:LONGEST_SEARCH].strip(), role if role in FILTERS else "")
    number = int(at) if at.isascii() and at.isdigit() and len(at) < 7 else 1
    return people_page(Page(request, act, session), wanted=wanted, number=number)


def people_page(page: Page[SignedInAct], *, wanted: Wanted | None = None, number: int = 1) -> Response:
    """A page of the list, and the form for somebody new."""
    wanted = wanted or Wanted()
    week = weeks.default_week(page.session, page.clock.game())
    return page.render(
        "organizer/people.html", wanted=wanted, filters=FILTERS, week_at_hand=week, zone=zone_of(week),
        found=people_search.search(page.session, wanted, week, page=number, now=page.act.now),
        zone_name=zone_name(week), add=page.form(PersonForm),
    )  # fmt: skip


@router.post("/organizer/people", name="person_create")
def add_person(request: Request, act: OrganizerRealAct, form: FormState[PersonForm]) -> Response:
    """Add somebody, and show their sign-in link, once."""

    def add(session: Session, act: SignedInAct) -> Done:
        person = accounts.create(session, act, name=form.data.name, email=form.data.email)
        secret = links.make(session, person, "invitation", act)
        page = partial(person_page, person_id=person.id)
        return Done(flash="Person added. Copy the sign-in link below.", shown_once=secret, page=page)

    return submit(request, act, add, form=form, page=people_page)
