"""Account settings: name, appearance, signed-in browsers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, cast

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.config import Settings
from app.domain.actor import SignedInAct
from app.domain.notices.model import ALWAYS, LABELS, NOT_BY_SLACK, kinds_for
from app.domain.text import browsers
from app.models import SignIn
from app.services import notice_mail, slack_messages
from app.services.access import accounts, sign_ins, throttle
from app.services.access.sign_ins import Way
from app.services.ledger import my_week
from app.web.deps import AppClock, AppSettings, MemberRealAct, ReadSession
from app.web.http import cookies
from app.web.http.fields import MaxLength, Name, says
from app.web.http.forms import Form, FormState
from app.web.http.redirects import SEE_OTHER
from app.web.routes import DatabaseRoute
from app.web.submit import Done, Page, submit

DONE = {
    "saved": "Saved.",
    "ended": "Browser signed out.",
    "ended-others": "Signed out of all other browsers.",
}
THEMES = (("auto", "Same as my device"), ("light", "Light"), ("dark", "Dark"))
WAYS: dict[Way, str] = {
    "first": "The owner link",
    "invitation": "A sign-in link",
    "email": "A link by email",
    "join": "A join code",
    "company": "A company account",
}

router = APIRouter(route_class=DatabaseRoute)


class SettingsForm(Form):
    """The settings of a person: their name, and the appearance of pages."""

    name: Annotated[Name, says(accounts.check_name)]
    theme: Annotated[str, says(accounts.check_theme)]


class NoticesForm(Form):
    """The kinds of notice somebody wants email about, or at Slack, and the zone whose nights are quiet."""

    kind: tuple[str, ...] = ()
    at_slack: tuple[str, ...] = ()
    timezone: Annotated[str, MaxLength(60), says(accounts.check_zone)] = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A sign-in in words; moments in UTC."""

    id: str
    browser: str
    way: str
    address: str
    since: datetime
    used: datetime
    is_this: bool


@router.get("/me/settings")
def my_settings(
    request: Request, act: MemberRealAct, session: ReadSession, done: Annotated[str, Query()] = ""
) -> Response:
    """My name, how pages look to me, and where I am signed in."""
    return settings_page(Page(request, act, session, flash=DONE.get(done, "")))


def settings_page(page: Page[SignedInAct]) -> Response:
    """The settings; times are those of the week's zone."""
    session, act = page.session, page.act
    week = my_week.week_to_play(session, act.now)
    person = accounts.find(session, act.actor.person_id)
    kinds = {kind: LABELS[kind] for kind in kinds_for(organizes=act.actor.organizes)}
    wanted = tuple(kind for kind in notice_mail.wanted(session, person.id) if kind in kinds)
    return page.render(
        "me/settings.html", section="settings", themes=THEMES, zone=week.zone if week else UTC, kinds=kinds,
        by_mail=page.has_mail, week_zone=week.zone.key if week else "", always=ALWAYS, not_by_slack=NOT_BY_SLACK,
        has_slack=bool(slack_messages.places(session, [person.id])),
        choice=page.form(
            NoticesForm, timezone=person.timezone or "", kind=wanted, at_slack=slack_messages.wanted(session, person.id)
        ),
        form=page.form(SettingsForm, name=act.actor.name, theme=act.actor.theme),
        sign_ins=[_shown(sign_in, act) for sign_in in sign_ins.of_person(session, act.actor.person_id, act.now)],
    )  # fmt: skip


def _shown(sign_in: SignIn, act: SignedInAct) -> Shown:
    way = WAYS[cast("Way", sign_in.way)]
    return Shown(
        sign_in.id, browsers.in_words(sign_in.agent), way, sign_in.address, sign_in.created_at, sign_in.used_at,
        sign_in.id == act.actor.sign_in_id,
    )  # fmt: skip


@router.post("/me/settings", name="settings_save")
def save_settings(request: Request, act: MemberRealAct, clock: AppClock, form: FormState[SettingsForm]) -> Response:
    """Change my name and how pages look to me."""

    def save(session: Session, act: SignedInAct) -> Done:
        data, person = form.data, accounts.find(session, act.actor.person_id)
        if data.name != person.name:
            throttle.count(session, throttle.NAMES_BY_PERSON, person.id, act.now)
        accounts.rename(session, person, data.name, act.at(clock.game()))
        accounts.set_theme(session, person, data.theme)
        return Done("my_settings", "saved")

    return submit(request, act, save, form=form, page=settings_page)


@router.post("/me/sign-ins/{sign_in}/end", name="sign_in_end")
def end_sign_in(request: Request, act: MemberRealAct, settings: AppSettings, sign_in: str) -> Response:
    """Sign one of my browsers out."""
    if sign_in == act.actor.sign_in_id:
        return _sign_out(request, act, settings)
    return submit(request, act, partial(_end, sign_in), page=settings_page)


def _end(sign_in_id: str, session: Session, act: SignedInAct) -> Done:
    sign_ins.end(session, act.actor.person_id, sign_in_id, act)
    return Done("my_settings", "ended")


@router.post("/me/sign-ins/end-others", name="sign_ins_end_others")
def end_other_sign_ins(request: Request, act: MemberRealAct) -> Response:
    """Sign all my browsers out but this one."""

    def end(session: Session, act: SignedInAct) -> Done:
        sign_ins.end_all(session, act.actor.person_id, act, but=act.actor.sign_in_id)
        return Done("my_settings", "ended-others")

    return submit(request, act, end, page=settings_page)


@router.post("/sign-out")
def sign_out(request: Request, act: MemberRealAct, settings: AppSettings) -> Response:
    """Sign this browser out."""
    return _sign_out(request, act, settings)


def _sign_out(request: Request, act: SignedInAct, settings: Settings) -> Response:
    """End this sign-in and lead to the board where it is public, else to the sign-in page."""

    def end(session: Session, act: SignedInAct) -> Done:
        _end(act.actor.sign_in_id, session, act)
        return Done("current_board") if settings.board_visibility == "public" else Done("sign_in", "out")

    response = submit(request, act, end, page=settings_page)
    if response.status_code == SEE_OTHER:  # else they are signed in still
        cookies.forget(request, response, "sign-in")
    return response
