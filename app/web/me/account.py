"""Account settings: name, appearance, signed-in browsers."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Annotated, cast

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import SignedInActor
from app.domain.text import browsers
from app.errors import Malformed, Problem, TooMany
from app.models import SignIn
from app.services.access import accounts, sign_ins, throttle
from app.services.access.sign_ins import Way
from app.services.ledger import my_week
from app.web.access import SignedIn
from app.web.context import Installation, installation
from app.web.deps import act_of
from app.web.http import cookies, redirects
from app.web.http.problems import headers_of
from app.web.me.private import page
from app.web.routes import DatabaseRoute

DONE = {
    "saved": "Saved.",
    "ended": "That browser is signed out.",
    "ended-others": "Every other browser is signed out.",
}
THEMES = (("auto", "As my device has it"), ("light", "Light"), ("dark", "Dark"))
WAYS: dict[Way, str] = {
    "first": "The first link",
    "invitation": "A personal link",
    "email": "A link by e-mail",
    "join": "A team's code",
    "company": "The company's account",
}

router = APIRouter(route_class=DatabaseRoute)


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
async def my_settings(request: Request, who: SignedIn, done: Annotated[str, Query()] = "") -> Response:
    """My name, how pages look to me, and where I am signed in."""
    return await _settings(request, who, who.name, who.theme, done=DONE.get(done, ""))


@router.post("/me/settings", name="settings_save")
async def save_settings(
    request: Request, who: SignedIn, name: Annotated[str, Form()] = "", theme: Annotated[str, Form()] = ""
) -> Response:
    """Change my name and how pages look to me."""
    place = installation(request)

    def save() -> None:
        with place.database.unit_of_work() as session:
            person = accounts.find(session, who.person_id)
            if name != person.name:
                throttle.count(session, throttle.NAMES_BY_PERSON, person.id, place.clock.real())
            accounts.rename(session, person, name, act_of(request, who, place.clock.game()))
            accounts.set_theme(session, person, theme)

    try:
        await place.database.writes.run(save)
    except (Malformed, TooMany) as problem:
        field = "name" if theme in accounts.THEMES else "theme"
        return await _settings(request, who, name, theme, errors={field: problem.detail}, refused=problem)
    return redirects.see("my_settings", done="saved")


@router.post("/me/sign-ins/{sign_in}/end", name="sign_in_end")
async def end_sign_in(request: Request, who: SignedIn, sign_in: str) -> Response:
    """Sign one of my browsers out."""
    await installation(request).database.writes.run(_end, request, who, sign_in)
    if sign_in == who.sign_in_id:
        return _gone(request)
    return redirects.see("my_settings", done="ended")


@router.post("/me/sign-ins/end-others", name="sign_ins_end_others")
async def end_other_sign_ins(request: Request, who: SignedIn) -> Response:
    """Sign all my browsers out but this one."""
    place = installation(request)

    def end() -> None:
        with place.database.unit_of_work() as session:
            sign_ins.end_all(session, who.person_id, act_of(request, who, place.clock.real()), but=who.sign_in_id)

    await place.database.writes.run(end)
    return redirects.see("my_settings", done="ended-others")


@router.post("/sign-out")
async def sign_out(request: Request, who: SignedIn) -> Response:
    """Sign this browser out."""
    await installation(request).database.writes.run(_end, request, who, who.sign_in_id)
    return _gone(request)


def _end(request: Request, who: SignedInActor, sign_in_id: str) -> None:
    place = installation(request)
    with place.database.unit_of_work() as session:
        sign_ins.end(session, who.person_id, sign_in_id, act_of(request, who, place.clock.real()))


def _gone(request: Request) -> Response:
    """The page after signing out: the board where it is public, else the sign-in page."""
    is_public = installation(request).settings.board_visibility == "public"
    response = redirects.see("current_board") if is_public else redirects.see("sign_in", done="out")
    cookies.forget(request, response, "sign-in")
    return response


async def _settings(
    request: Request, who: SignedInActor, name: str, theme: str, *, errors: dict[str, str] | None = None,
    done: str = "", refused: Problem | None = None,
) -> Response:  # fmt: skip
    place = installation(request)
    shown, zone = await place.database.reads.run(_sign_ins, place, who)
    response = page(
        request, who, "settings", section="settings", status=refused.status if refused else 200, name=name, theme=theme,
        themes=THEMES, errors=errors or {}, done=done, sign_ins=shown, zone=zone,
    )  # fmt: skip
    response.headers.update(headers_of(refused) if refused else {})
    return response


def _sign_ins(place: Installation, who: SignedInActor) -> tuple[list[Shown], tzinfo]:
    """A person's sign-ins, and the zone to tell the times in: that of their week."""
    now = place.clock.real()
    with place.database.reading() as session:
        week = my_week.week_to_play(session, now)
        found = sign_ins.of_person(session, who.person_id, now)
    return [_shown(each, who) for each in found], week.zone if week else UTC


def _shown(sign_in: SignIn, who: SignedInActor) -> Shown:
    way = WAYS[cast("Way", sign_in.way)]
    return Shown(
        sign_in.id, browsers.in_words(sign_in.agent), way, sign_in.address, sign_in.created_at, sign_in.used_at,
        sign_in.id == who.sign_in_id,
    )  # fmt: skip
