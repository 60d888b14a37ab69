"""`/organizer/identities`: whom ids of tools belong to, also on each person's page."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.services.access import accounts
from app.services.intake import authors
from app.services.ledger.drafts import LONGEST_CODE
from app.services.organizing import people_search
from app.services.organizing.people_search import LONGEST
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, needed, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import LONGEST_TYPED
from app.web.organizer.person import CHOOSE_SOURCE, ExternalIdForm, person_page
from app.web.organizer.unmatched import pick
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PER_PAGE = 100
PAGE = "/organizer/identities"
DONE = {
    "added": "Remembered. What waited for this id is credited within seconds.",
    "was-so": "That was so already.",
    "removed": "Removed. What was credited stays.",
}


class IdentityForm(Form):
    """A person, and their id at a tool; `replace` is set where it may be somebody else's so far."""

    source: Annotated[str, MaxLength(LONGEST_CODE), needed(CHOOSE_SOURCE, LONGEST_CODE)]
    external_id: Annotated[str, MaxLength(LONGEST_CODE), says(authors.check_id)]
    person: Annotated[str, MaxLength(LONGEST), needed("Write the email or the name of a person.", LONGEST)]
    replace: str = ""


class RemovalForm(Form):
    """The person whose page a form was on, if it was on one."""

    person: str = ""


@router.get(PAGE)
def organizer_identities(
    request: Request,
    act: OrganizerAct,
    session: ReadSession,
    q: Annotated[str, Query()] = "",
    cursor: Annotated[str, Query()] = "",
    done: Annotated[str, Query()] = "",
) -> Response:
    """List identities: all, or those somebody looks for."""
    text = q.replace("\0", " ")[:LONGEST_TYPED].strip()
    return identities_page(Page(request, act, session, flash=DONE.get(done, "")), text=text, cursor=cursor)


def identities_page(page: Page[SignedInAct], *, text: str = "", cursor: str = "") -> Response:
    """A page of the list, and the form for another. Raises Malformed for a cursor that is none."""
    session = page.session
    found = authors.page(session, cursor=cursor or None, limit=PER_PAGE, text=text)
    return page.render(
        "organizer/identities.html", found=found.items, next_cursor=found.next_cursor, is_first=not cursor, text=text,
        sources=[(each, each) for each in authors.sources(session)], add=page.form(IdentityForm),
        choices=people_search.choices(session),
    )  # fmt: skip


@router.post(PAGE, name="identity_add")
def add_identity(request: Request, act: OrganizerAct, form: FormState[IdentityForm]) -> Response:
    """Say whose an id is."""

    def add(session: Session, act: SignedInAct) -> Done:
        data = form.data
        person = pick(session, data.person)
        _, was_so = authors.name(session, data.source, data.external_id, person.email, act, replace=bool(data.replace))
        return Done("organizer_identities", "was-so" if was_so else "added")

    return submit(request, act, add, form=form, page=identities_page)


@router.post(PAGE + "/{identity_id}/remove", name="identity_remove")
def remove_identity(request: Request, act: OrganizerAct, identity_id: str, form: FormState[RemovalForm]) -> Response:
    """Take an identity away."""

    def remove(session: Session, act: SignedInAct) -> Done:
        identity = authors.forget(session, identity_id, act)
        if form.data.person == identity.person_id:
            return Done("organizer_person", "forgotten", {"person_id": identity.person_id})
        return Done("organizer_identities", "removed")

    return submit(request, act, remove, form=form, page=identities_page)


@router.post("/organizer/people/{person_id}/identities", name="person_identity_add")
def add_to_person(request: Request, act: OrganizerAct, person_id: str, form: FormState[ExternalIdForm]) -> Response:
    """Say on a person's page that an id is theirs."""

    def add(session: Session, act: SignedInAct) -> Done:
        person = accounts.find(session, person_id)
        authors.name(session, form.data.source, form.data.external_id, person.email, act)
        return Done("organizer_person", "named", {"person_id": person_id})

    return submit(request, act, add, form=form, page=partial(person_page, person_id=person_id))
