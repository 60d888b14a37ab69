"""A person's e-mails on their page: forms, what they need, and the sentences once they are done."""

from typing import Annotated, Any

from app.domain.actor import SignedInAct
from app.models import Person
from app.services.access import accounts, addresses
from app.web.http.fields import Email, says
from app.web.http.forms import Form
from app.web.submit import Page

DONE = {
    "address-added": "Email added. What waited for it is credited within seconds.",
    "address-main": "Main email changed. Messages go there from now on.",
    "address-removed": "Email removed. What was credited stays.",
    "merged": "Merged. Both are one person now.",
}


class AddressForm(Form):
    """A further e-mail: a new one, or one of theirs."""

    email: Annotated[Email, says(accounts.check_email)]


class MainForm(AddressForm):
    """The e-mail that becomes the main one, and the one that it replaces."""

    seen: str = ""


def build_context(page: Page[SignedInAct], person: Person) -> dict[str, Any]:
    """The context of a person's further e-mails, with the form for another."""
    return {"addresses": addresses.of_person(page.session, person.id), "address": page.form(AddressForm)}
