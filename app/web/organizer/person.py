"""`/organizer/people/{person_id}`: one person: their way in, their role, and what they did this week."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import ROLES, SignedInActor
from app.domain.text import browsers
from app.errors import Conflict, NotAllowed, NotFound, Problem, Unavailable
from app.integrations.mail import sign_in_letter
from app.models import Person
from app.services.access import accounts, links, sign_ins
from app.services.ledger import corrections, ledger
from app.services.organizing import people_search
from app.services.rules import rule_sets
from app.services.weeks import weeks
from app.web.access import Organizer, Owner
from app.web.context import installation
from app.web.deps import act_of
from app.web.http import redirects
from app.web.http.client import base_of
from app.web.organizer import wording
from app.web.organizer.page import NOTHING, Reply, page, refusal, remember, zone_name, zone_of
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)

PER_PAGE = 25
PAGE = "/organizer/people/{person_id}"
MYSELF = "This is your own account. Ask another organizer to switch it off."
NO_MAIL = "No mail server is set up here. Make the link, copy it and send it yourself."
DONE = {
    "mailed": "A sign-in link is on its way by e-mail. It works once, for seven days.",
    "taken-back": "The sign-in link is taken back.",
    "off": "Switched off, and signed out everywhere within seconds.",
    "on": "Switched on. A new sign-in link lets them in again.",
    "role": "The role is changed.",
    "signed-out": "Signed out everywhere, within seconds.",
    "renamed": "Renamed, on every board as well.",
    "reversed": "Reversed. It counts for nothing until somebody reinstates it.",
    "reinstated": "Reinstated. It counts again.",
}

RuledActivity = Callable[[Session, Person, datetime], object]


@router.get(PAGE)
def organizer_person(
    request: Request,
    actor: Organizer,
    person_id: str,
    done: Annotated[str, Query()] = "",
    cursor: Annotated[str, Query()] = "",
) -> Response:
    """One person."""
    return show(request, actor, person_id, done=DONE.get(done, ""), cursor=cursor)


@router.post(PAGE + "/link", name="person_link_create")
def make_link(request: Request, actor: Organizer, person_id: str) -> Response:
    """Make a sign-in link, which takes the one before back, and show it, once."""
    try:
        _, secret = _invite(request, actor, person_id)
    except (NotAllowed, Conflict) as problem:
        return _refused(request, actor, person_id, problem)
    return show(request, actor, person_id, secret=secret)


@router.post(PAGE + "/link/mail", name="person_link_mail")
async def mail_link(request: Request, actor: Organizer, person_id: str) -> Response:
    """Make a sign-in link and send it by e-mail; where that fails it is shown, so that it is not lost."""
    place = installation(request)
    writes = place.database.writes
    if place.mailer is None:
        return await writes.run(_refused, request, actor, person_id, Conflict(NO_MAIL))
    try:
        person, secret = await writes.run(_invite, request, actor, person_id)
    except (NotAllowed, Conflict) as problem:
        return await writes.run(_refused, request, actor, person_id, problem)
    minutes = int(links.LASTS["invitation"].total_seconds()) // 60
    message = sign_in_letter(person.name, links.address(base_of(request, place.settings), secret), minutes)
    try:
        await place.mailer.deliver(person.email, person.name, message, place.clock.real())
    except Unavailable as problem:
        reply = refusal(problem)
        return await place.database.reads.run(lambda: show(request, actor, person_id, reply, secret=secret))
    return redirects.see("organizer_person", done="mailed", person_id=person_id)


def _invite(request: Request, actor: SignedInActor, person_id: str) -> tuple[Person, str]:
    """A new link's secret. Raises NotFound, NotAllowed for an owner's, or Conflict for who is switched off."""
    place = installation(request)
    with place.database.unit_of_work() as session:
        person = accounts.find(session, person_id)
        return person, links.make(session, person, "invitation", act_of(request, actor, place.clock.real()))


@router.post(PAGE + "/link/revoke", name="person_link_revoke")
def take_link_back(request: Request, actor: Organizer, person_id: str) -> Response:
    """Take back the link that is still unused."""

    def deed(session: Session, person: Person, now: datetime) -> None:
        accounts.check_may_change(person, actor)
        if not links.revoke(session, person, act_of(request, actor, now)):
            raise Conflict("There is no unused link any more: it was used, has expired or was taken back.")

    return _do(request, actor, person_id, deed, "taken-back")


@router.post(PAGE + "/switch-off", name="person_deactivate")
def switch_off(request: Request, actor: Organizer, person_id: str) -> Response:
    """Shut somebody out."""

    def deed(session: Session, person: Person, now: datetime) -> None:
        if person.id == actor.person_id:
            raise Conflict(MYSELF)
        accounts.switch(session, person, act_of(request, actor, now), on=False)

    return _do(request, actor, person_id, deed, "off")


@router.post(PAGE + "/switch-on", name="person_reactivate")
def switch_on(request: Request, actor: Organizer, person_id: str) -> Response:
    """Let somebody in again."""

    def deed(session: Session, person: Person, now: datetime) -> None:
        accounts.switch(session, person, act_of(request, actor, now), on=True)

    return _do(request, actor, person_id, deed, "on")


@router.post(PAGE + "/role", name="person_role")
def change_role(request: Request, actor: Owner, person_id: str, role: Annotated[str, Form()] = "") -> Response:
    """Give somebody another role."""

    def deed(session: Session, person: Person, now: datetime) -> None:
        accounts.set_role(session, person, role, act_of(request, actor, now))

    leaves = person_id == actor.person_id and role == "player"
    return _do(request, actor, person_id, deed, "role", then="current_board" if leaves else "")


@router.post(PAGE + "/sign-ins/end", name="person_sign_out")
def end_sign_ins(request: Request, actor: Organizer, person_id: str) -> Response:
    """Sign somebody out everywhere; oneself everywhere but here."""

    def deed(session: Session, person: Person, now: datetime) -> None:
        accounts.check_may_change(person, actor)
        sign_ins.end_all(session, person.id, act_of(request, actor, now), but=actor.sign_in_id)

    return _do(request, actor, person_id, deed, "signed-out")


@router.post(PAGE + "/name", name="person_rename")
def rename_person(request: Request, actor: Organizer, person_id: str, name: Annotated[str, Form()] = "") -> Response:
    """Give somebody another name."""

    def deed(session: Session, person: Person, now: datetime) -> None:
        accounts.rename(session, person, name, act_of(request, actor, now))

    return _do(request, actor, person_id, deed, "renamed", form="name", typed={"name": name})


@router.post(PAGE + "/activities/{activity_id}/reversal", name="activity_reverse")
def reverse_activity(
    request: Request, actor: Organizer, person_id: str, activity_id: str, reason: Annotated[str, Form()] = ""
) -> Response:
    """Cancel one of somebody's activities."""
    return _rule(request, actor, person_id, activity_id, reason, "reversed")


@router.post(PAGE + "/activities/{activity_id}/reinstatement", name="activity_reinstate")
def reinstate_activity(
    request: Request, actor: Organizer, person_id: str, activity_id: str, reason: Annotated[str, Form()] = ""
) -> Response:
    """Let one of somebody's activities count again."""
    return _rule(request, actor, person_id, activity_id, reason, "reinstated")


def _rule(
    request: Request, actor: SignedInActor, person_id: str, activity_id: str, reason: str, done: str
) -> Response:  # fmt: skip
    verb = ledger.reverse if done == "reversed" else ledger.reinstate
    now = installation(request).clock.game()

    def deed(session: Session, person: Person, _wall: datetime) -> None:
        corrections.check_owns(session, person, activity_id)
        verb(session, activity_id, act_of(request, actor, now), reason=reason)

    return _do(request, actor, person_id, deed, done, form="ruling", typed={"activity": activity_id, "reason": reason})


def _do(
    request: Request,
    actor: SignedInActor,
    person_id: str,
    deed: RuledActivity,
    done: str,
    *,
    form: str = "",
    typed: dict[str, str] | None = None,
    then: str = "",
) -> Response:
    """Do one thing to a person and see their page; what is refused is said there, with what was typed."""
    place = installation(request)
    try:
        with place.database.unit_of_work() as session:
            deed(session, accounts.find(session, person_id), place.clock.real())
    except NotFound:
        raise
    except Problem as problem:
        return _refused(request, actor, person_id, problem, form, typed)
    if then:
        return redirects.see(then)
    return redirects.see("organizer_person", done=done, person_id=person_id)


def _refused(
    request: Request,
    actor: SignedInActor,
    person_id: str,
    problem: Problem,
    form: str = "",
    typed: dict[str, str] | None = None,
) -> Response:
    remember(request, actor, problem)
    return show(request, actor, person_id, refusal(problem, form, typed))


def show(
    request: Request,
    actor: SignedInActor,
    person_id: str,
    reply: Reply = NOTHING,
    *,
    secret: str = "",
    cursor: str = "",
    done: str = "",
) -> Response:
    """A person's page, with a new link's secret where one was just made. Raises NotFound."""
    place = installation(request)
    link = links.address(base_of(request, place.settings), secret) if secret else ""
    now = place.clock.real()
    with place.database.reading() as session:
        person = accounts.find(session, person_id)
        week = weeks.default_week(session, place.clock.game())
        deeds_of = partial(corrections.of_person, session, cursor=cursor or None, limit=PER_PAGE)
        context: dict[str, Any] = {
            "listed": people_search.look_up(session, person, week, now),
            "deeds": deeds_of(week, person) if week else None,
            "kinds": rule_sets.rules_of(session, week).kind_by_name if week else {},
            "sign_ins": [
                (sign_in, browsers.in_words(sign_in.agent)) for sign_in in sign_ins.of_person(session, person.id, now)
            ],
        }
    return page(
        request, "organizer/person.html", actor, reply, done=done, **context, person=person, week_at_hand=week,
        zone=zone_of(week),
        zone_name=zone_name(week), link=link, roles=wording.ROLES, ways=wording.WAYS,
        may_change=person.role != "owner" or actor.role == "owner", all_roles=ROLES,
        by_mail=place.mailer is not None, is_first=not cursor,
    )  # fmt: skip
