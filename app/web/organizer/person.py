"""`/organizer/people/{person_id}`: one person: their way in, their role, and what they did this week."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import ROLES, SignedInAct
from app.domain.text import browsers
from app.errors import Conflict, Problem, Unavailable
from app.integrations.mail import Mailer, sign_in_letter
from app.models import Person, Week
from app.services.access import accounts, links, sign_ins
from app.services.intake import authors
from app.services.ledger import corrections, ledger
from app.services.ledger.drafts import LONGEST_CODE
from app.services.organizing import invitations, people_search
from app.services.reviews import reviews
from app.services.rules import rule_sets
from app.services.weeks import weeks
from app.web.deps import AppClock, AppDatabase, AppMailer, AppSettings, OrganizerRealAct, OwnerRealAct, ReadSession
from app.web.http import branding, redirects
from app.web.http.client import base_of
from app.web.http.fields import MaxLength, Name, Reason, needed, says
from app.web.http.forms import Form, FormState
from app.web.organizer import person_addresses, wording
from app.web.organizer.page import zone_name, zone_of
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, refuse, submit

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PER_PAGE = 25
PAGE = "/organizer/people/{person_id}"
MYSELF = "This is your own account. Ask another organizer to deactivate it."
DONE = {
    "mailed": "A sign-in link is on its way by email. It works once, for seven days.",
    "taken-back": "Sign-in link revoked.",
    "off": "Deactivated, and signed out of all browsers within seconds.",
    "on": "Reactivated. They need a new sign-in link.",
    "role": "Role changed.",
    "signed-out": "Signed out of all other browsers.",
    "renamed": "Name changed.",
    "named": "Remembered. What waited for this id is credited within seconds.",
    "forgotten": "Removed. What was credited stays.",
    "reversed": "Reversed. It earns no points.",
    "reinstated": "Reinstated.",
    **person_addresses.DONE,
}

CHOOSE_SOURCE = "Choose the source that the id is from."

Change = Callable[[Session, Person, SignedInAct], object]


class NameForm(Form):
    """Another name, and the one that it replaces."""

    name: Annotated[Name, says(accounts.check_name)]
    seen: str = ""


class ExternalIdForm(Form):
    """An id of a person at a tool."""

    source: Annotated[str, MaxLength(LONGEST_CODE), needed(CHOOSE_SOURCE, LONGEST_CODE)]
    external_id: Annotated[str, MaxLength(LONGEST_CODE), says(authors.check_id)]


class RoleForm(Form):
    """Another role."""

    role: str


class ReasonForm(Form):
    """The reason why an activity is reversed or reinstated."""

    reason: Reason


@router.get(PAGE)
def organizer_person(
    request: Request,
    act: OrganizerRealAct,
    session: ReadSession,
    person_id: str,
    done: Annotated[str, Query()] = "",
    cursor: Annotated[str, Query()] = "",
) -> Response:
    """One person."""
    return person_page(Page(request, act, session, flash=DONE.get(done, "")), person_id=person_id, cursor=cursor)


def person_page(page: Page[SignedInAct], *, person_id: str, cursor: str = "") -> Response:
    """A person's page, with a link whose secret was just made. Raises NotFound."""
    session, actor = page.session, page.act.actor
    person = accounts.find(session, person_id)
    week = weeks.default_week(session, page.clock.game())
    base = base_of(page.request, page.settings)
    return page.render(
        "organizer/person.html", **_account(page, person, week), **_activities(page, person, week, cursor),
        person=person, week_at_hand=week, zone=zone_of(week), zone_name=zone_name(week), is_first=not cursor,
        link=links.address(base, page.shown_once) if page.shown_once else "", by_mail=page.has_mail,
        may_change=person.role != "owner" or actor.may("roles:grant"),
        rename=page.form(NameForm, name=person.name).having(seen=person.name),
    )  # fmt: skip


def _account(page: Page[SignedInAct], person: Person, week: Week | None) -> dict[str, Any]:
    """The context of a person's ways in, roles, e-mails and ids at tools."""
    known = sign_ins.of_person(page.session, person.id, page.act.now)
    return {
        "listed": people_search.look_up(page.session, person, week, page.act.now),
        "sign_ins": [(sign_in, browsers.in_words(sign_in.agent)) for sign_in in known],
        "ways": wording.WAYS,
        "roles": wording.ROLES,
        "all_roles": ROLES,
        "identities": authors.of_person(page.session, person.id),
        "sources": [(each, each) for each in authors.sources(page.session)],
        "identify": page.form(ExternalIdForm),
        **person_addresses.build_context(page, person),
    }


def _activities(page: Page[SignedInAct], person: Person, week: Week | None, cursor: str) -> dict[str, Any]:
    """The context of what a person did in a week, with the form that corrects each activity."""
    if week is None:
        return {"deeds": None, "reasons": {}, "kinds": {}}
    entries = corrections.of_person(page.session, week, person, cursor=cursor or None, limit=PER_PAGE)
    return {
        "deeds": entries,
        "reasons": {item.activity.id: page.form(ReasonForm, item.activity.id) for item in entries.items},
        "kinds": rule_sets.rules_of(page.session, week).kind_by_name,
    }


def _change(
    request: Request,
    act: SignedInAct,
    person_id: str,
    change: Change,
    flash: str,
    *,
    form: FormState[Any] | None = None,
    then: str = "",
) -> Response:
    """Do one thing to a person and see their page; what is refused is said there, with what was typed."""

    def save(session: Session, act: SignedInAct) -> Done:
        change(session, accounts.find(session, person_id), act)
        return Done(then) if then else Done("organizer_person", flash, {"person_id": person_id})

    return submit(request, act, save, form=form, page=partial(person_page, person_id=person_id))


@router.post(PAGE + "/link", name="person_link_create")
def make_link(request: Request, act: OrganizerRealAct, person_id: str) -> Response:
    """Create sign-in link, which takes the one before back, and show it, once."""

    def make(session: Session, act: SignedInAct) -> Done:
        return Done(shown_once=_invite(session, act, person_id)[1])

    return submit(request, act, make, page=partial(person_page, person_id=person_id))


def _invite(session: Session, act: SignedInAct, person_id: str) -> tuple[Person, str]:
    """A new link's secret. Raises NotFound, NotAllowed for an owner's, or Conflict for who is switched off."""
    person = accounts.find(session, person_id)
    return person, links.make(session, person, "invitation", act)


@router.post(PAGE + "/link/mail", name="person_link_mail")
async def mail_link(
    request: Request,
    act: OrganizerRealAct,
    database: AppDatabase,
    mailer: AppMailer,
    settings: AppSettings,
    person_id: str,
) -> Response:
    """Create sign-in link and send it by e-mail; where that fails it is shown, so that it is not lost.

    It waits in two kinds of threads, for the database and for the mail server, so it is async itself.
    """
    page = partial(person_page, person_id=person_id)

    def make() -> tuple[Person, str]:
        if mailer is None:
            raise Conflict(invitations.NO_MAIL)
        with database.unit_of_work() as session:
            return _invite(session, act, person_id)

    try:
        person, secret = await database.writes.run(make)
    except Problem as problem:
        return await database.writes.run(partial(refuse, request, act, problem, page=page))
    minutes = int(links.LASTS["invitation"].total_seconds()) // 60
    address = links.address(base_of(request, settings), secret)
    message = sign_in_letter(person.name, address, minutes, branding.brand().name)
    try:
        await cast("Mailer", mailer).deliver(person.email, person.name, message, act.now)
    except Unavailable as problem:
        return await database.writes.run(partial(refuse, request, act, problem, page=page, shown_once=secret))
    return redirects.see("organizer_person", done="mailed", person_id=person_id)


@router.post(PAGE + "/link/revoke", name="person_link_revoke")
def revoke_link(request: Request, act: OrganizerRealAct, person_id: str) -> Response:
    """Take back the link that is still unused."""

    def change(session: Session, person: Person, act: SignedInAct) -> None:
        accounts.check_may_change(person, act.actor)
        if not links.revoke(session, person, act):
            raise Conflict("There’s no unused link: it was used, revoked or has expired.")

    return _change(request, act, person_id, change, "taken-back")


@router.post(PAGE + "/switch-off", name="person_deactivate")
def switch_off(request: Request, act: OrganizerRealAct, person_id: str) -> Response:
    """Shut somebody out."""

    def change(session: Session, person: Person, act: SignedInAct) -> None:
        if person.id == act.actor.person_id:
            raise Conflict(MYSELF)
        accounts.switch(session, person, act, on=False)
        reviews.step_back(session, person.id, act)

    return _change(request, act, person_id, change, "off")


@router.post(PAGE + "/switch-on", name="person_reactivate")
def switch_on(request: Request, act: OrganizerRealAct, person_id: str) -> Response:
    """Let somebody in again."""
    return _change(request, act, person_id, partial(accounts.switch, on=True), "on")


@router.post(PAGE + "/role", name="person_role")
def change_role(request: Request, act: OwnerRealAct, person_id: str, form: FormState[RoleForm]) -> Response:
    """Give somebody another role."""

    def change(session: Session, person: Person, act: SignedInAct) -> None:
        accounts.set_role(session, person, form.data.role, act)

    leaves = person_id == act.actor.person_id and form["role"].value == "player"
    return _change(request, act, person_id, change, "role", form=form, then="current_board" if leaves else "")


@router.post(PAGE + "/sign-ins/end", name="person_sign_out")
def end_sign_ins(request: Request, act: OrganizerRealAct, person_id: str) -> Response:
    """Sign somebody out everywhere; oneself everywhere but here."""

    def change(session: Session, person: Person, act: SignedInAct) -> None:
        accounts.check_may_change(person, act.actor)
        sign_ins.end_all(session, person.id, act, but=act.actor.sign_in_id)

    return _change(request, act, person_id, change, "signed-out")


@router.post(PAGE + "/name", name="person_rename")
def rename_person(request: Request, act: OrganizerRealAct, person_id: str, form: FormState[NameForm]) -> Response:
    """Give somebody another name."""

    def change(session: Session, person: Person, act: SignedInAct) -> None:
        accounts.rename(session, person, form.data.name, act, seen=form.data.seen)

    return _change(request, act, person_id, change, "renamed", form=form)


@router.post(PAGE + "/activities/{activity_id}/reversal", name="activity_reverse")
def reverse_activity(
    request: Request, act: OrganizerRealAct, clock: AppClock, person_id: str, activity_id: str,
    form: FormState[ReasonForm],
) -> Response:  # fmt: skip
    """Cancel one of somebody's activities."""

    def change(session: Session, person: Person, act: SignedInAct) -> None:
        corrections.check_owns(session, person, activity_id)
        ledger.reverse(session, activity_id, act.at(clock.game()), reason=form.data.reason)

    return _change(request, act, person_id, change, "reversed", form=form.keyed(activity_id))


@router.post(PAGE + "/activities/{activity_id}/reinstatement", name="activity_reinstate")
def reinstate_activity(
    request: Request, act: OrganizerRealAct, clock: AppClock, person_id: str, activity_id: str,
    form: FormState[ReasonForm],
) -> Response:  # fmt: skip
    """Let one of somebody's activities count again."""

    def change(session: Session, person: Person, act: SignedInAct) -> None:
        corrections.check_owns(session, person, activity_id)
        ledger.reinstate(session, activity_id, act.at(clock.game()), reason=form.data.reason)

    return _change(request, act, person_id, change, "reinstated", form=form.keyed(activity_id))
