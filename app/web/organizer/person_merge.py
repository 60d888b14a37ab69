"""`/organizer/people/{person_id}/merge`: two entries that are one person; and on their page, further e-mails."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.errors import Problem
from app.models import Person
from app.models.columns import is_id
from app.services.access import accounts, addresses
from app.services.organizing import people_search, person_merging
from app.services.organizing.merge_plans import Plan
from app.services.organizing.people_search import LONGEST
from app.web.deps import OrganizerRealAct, ReadSession
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.organizer.person import PAGE, person_page
from app.web.organizer.person_addresses import AddressForm, MainForm
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

NOBODY_CHOSEN = "Nothing to show yet. Fix the marked field."


class MergeForm(Form):
    """The id of who becomes an alias."""

    other: str


@router.get(PAGE + "/merge")
def organizer_person_merge(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    person_id: str,
    other: Annotated[str, Query()] = "",
) -> Response:
    """The choice of another person, by e-mail, name or id, and what merging the two does."""
    typed = other.replace("\0", " ")[:LONGEST].strip()
    return merge_page(Page(request, act, session), person_id=person_id, typed=typed)


def merge_page(page: Page[SignedInAct], *, person_id: str, typed: str = "") -> Response:
    """The preview of a merging; without a choice, or with one that is nobody, the form for it. Raises NotFound."""
    session = page.session
    person = accounts.find(session, person_id)
    plan, mistake = _plan(session, person.id, typed, page.act) if typed else (None, "")
    if mistake and page.problem is None:
        page = replace(page, problem=FormInvalid({"other": mistake}, NOBODY_CHOSEN))
    return page.render(
        "organizer/person_merge.html", person=person, plan=plan, mistake=mistake,
        choices=people_search.choices(session), typed=plan.other.email if plan else typed,
        may_swap=plan is not None and page.act.actor.person_id != plan.kept.id,
    )  # fmt: skip


def _plan(session: Session, person_id: str, typed: str, act: SignedInAct) -> tuple[Plan | None, str]:
    """The plan of merging who was typed into a person, or the sentence for why there is none."""
    try:
        other = accounts.find(session, typed) if is_id(typed) else people_search.pick(session, typed)
        if isinstance(other, str):
            return None, other
        return person_merging.preview(session, person_id, other.id, act), ""
    except Problem as problem:
        return None, problem.detail


@router.post(PAGE + "/merge", name="person_merge")
def merge_person(request: Request, act: OrganizerRealAct, person_id: str, form: FormState[MergeForm]) -> Response:
    """Make another person an alias of this one."""

    def change(session: Session, act: SignedInAct) -> Done:
        plan = person_merging.merge(session, person_id, form.data.other, act)
        return Done("organizer_person", "merged", {"person_id": plan.kept.id})

    return submit(
        request, act, change, form=form,
        page=partial(merge_page, person_id=person_id, typed=str(form["other"].value)[:LONGEST]),
    )  # fmt: skip


@router.post(PAGE + "/addresses", name="person_address_add")
def add_address(request: Request, act: OrganizerRealAct, person_id: str, form: FormState[AddressForm]) -> Response:
    """Give somebody a further e-mail."""
    return _change_addresses(request, act, person_id, form, addresses.add, "address-added")


@router.post(PAGE + "/addresses/main", name="person_address_main")
def choose_address(request: Request, act: OrganizerRealAct, person_id: str, form: FormState[MainForm]) -> Response:
    """Make one of somebody's e-mails the one that messages go to."""
    make_main = partial(addresses.make_main, seen=str(form["seen"].value))
    return _change_addresses(request, act, person_id, form, make_main, "address-main")


@router.post(PAGE + "/addresses/remove", name="person_address_remove")
def remove_address(request: Request, act: OrganizerRealAct, person_id: str, form: FormState[AddressForm]) -> Response:
    """Take a further e-mail away."""
    return _change_addresses(request, act, person_id, form, addresses.remove, "address-removed")


def _change_addresses(
    request: Request,
    act: SignedInAct,
    person_id: str,
    form: FormState[AddressForm] | FormState[MainForm],
    change: Callable[[Session, str, str, Act], Person],
    done: str,
) -> Response:
    def work(session: Session, act: SignedInAct) -> Done:
        change(session, person_id, form.data.email, act)
        return Done("organizer_person", done, {"person_id": person_id})

    return submit(request, act, work, form=form, page=partial(person_page, person_id=person_id))
