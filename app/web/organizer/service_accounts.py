"""`/organizer/sources/{connection}/accounts`: bots and service accounts of a connection, which are never people."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInAct
from app.services.intake import authors, connections, service_accounts
from app.services.ledger.drafts import LONGEST_CODE
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.http.fields import MaxLength, says
from app.web.http.forms import Form, FormState
from app.web.organizer.page import zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PAGE = "/organizer/sources/{connection}/accounts"
DONE = {
    "added": "Added. What it reports is ignored, also what waited for its name.",
    "was-so": "It is on the list already.",
    "removed": "Removed. What was ignored for it is looked at again within seconds.",
}


class AccountForm(Form):
    """The id of an account at a tool, or its e-mail."""

    external_id: Annotated[str, MaxLength(LONGEST_CODE), says(authors.check_id)]


@router.get(PAGE)
def organizer_service_accounts(
    request: Request, act: OrganizerAct, session: ReadSession, connection: str, done: Annotated[str, Query()] = ""
) -> Response:
    """List the service accounts of a connection."""
    return accounts_page(Page(request, act, session, flash=DONE.get(done, "")), connection=connection)


def accounts_page(page: Page[SignedInAct], *, connection: str) -> Response:
    """The list, and the form for another. Raises NotFound."""
    found = connections.find(page.session, connection)
    return page.render(
        "organizer/sources/accounts.html", connection=found, accounts=service_accounts.every(page.session, found.id),
        add=page.form(AccountForm), zone=zone_of(weeks.default_week(page.session, page.clock.game())),
    )  # fmt: skip


@router.post(PAGE, name="service_account_add")
def add_account(request: Request, act: OrganizerAct, connection: str, form: FormState[AccountForm]) -> Response:
    """Say that an account is a bot or service account."""

    def add(session: Session, act: SignedInAct) -> Done:
        change = service_accounts.add(session, connection, form.data.external_id, act)
        return Done("organizer_service_accounts", "was-so" if change.was_so else "added", {"connection": connection})

    return submit(request, act, add, form=form, page=partial(accounts_page, connection=connection))


@router.post(PAGE + "/remove", name="service_account_remove")
def remove_account(request: Request, act: OrganizerAct, connection: str, form: FormState[AccountForm]) -> Response:
    """Take an account off the list."""

    def remove(session: Session, act: SignedInAct) -> Done:
        service_accounts.remove(session, connection, form.data.external_id, act)
        return Done("organizer_service_accounts", "removed", {"connection": connection})

    return submit(request, act, remove, page=partial(accounts_page, connection=connection))
