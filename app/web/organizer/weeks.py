"""Organizers and their weeks: make one by hand, take it through its life, hand out what belongs to it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInActor
from app.domain.calendar.days import zone_names
from app.errors import Malformed, Problem, WeekUnknown
from app.models import Week, WeekEvent
from app.services import lifecycle, reasons
from app.services.audit import audit
from app.services.operations import secrets
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.access import Organizer
from app.web.context import installation
from app.web.deps import act_of
from app.web.http import redirects
from app.web.http.addresses import url_for
from app.web.http.client import base_of
from app.web.organizer.page import NOTHING, Reply, page, refusal
from app.web.routes import DatabaseRoute

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks", route_class=DatabaseRoute)

DONE = {
    "created": "The week is made. It is a draft: nothing counts until you open it.",
    "started": "The week is made and open. Now it needs teams.",
    "opened": "The week is open. Whatever is reported from now on counts.",
    "reopened": "The week is open again and follows the active rules.",
    "closed": "The week is closed. Screens turn to its summary.",
    "frozen": "The curtain is down: everybody keeps the board of this moment, and you go on seeing the live one.",
    "revealed": "The curtain is up: everybody sees the board as it stands.",
}
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Listed:
    """A week in the list."""

    week: Week
    teams: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A week's own page: what there is to know."""

    week: Week
    is_current: bool
    teams: int
    people: int
    history: list[WeekEvent]


@router.get("")
async def organizer_weeks(request: Request, who: Organizer) -> Response:
    """The weeks there are, and the form for another one."""
    return await _list(request, who)


async def _list(request: Request, who: SignedInActor, reply: Reply = NOTHING) -> Response:
    place = installation(request)

    def load() -> list[Listed]:
        with place.database.reading() as session:
            every, team_counts = weeks.every(session), teams.count_by_week(session)
            current = weeks.pick_current(every, place.clock.game())
            return [Listed(week, team_counts.get(week.id, 0), week is current) for week in every]

    listed = await place.database.reads.run(load)
    zone = listed[0].week.timezone if listed else ""
    return page(request, "organizer/weeks.html", who, reply, weeks=listed, zones=sorted(zone_names()), zone=zone)


@router.post("", name="week_create")
async def create_week(
    request: Request,
    who: Organizer,
    name: Text = "",
    slug: Text = "",
    timezone: Text = "",
    starts: Text = "",
    ends: Text = "",
    begin: Text = "draft",
) -> Response:
    """Make a week, as a draft or open at once."""
    typed = {"name": name, "slug": slug, "timezone": timezone, "starts": starts, "ends": ends, "begin": begin}
    first, last = _day(starts), _day(ends)
    if first is None or last is None:
        days = {"starts": first, "ends": last}
        errors = {field: "Write a day as year-month-day: 2026-03-09." for field, found in days.items() if found is None}
        return await _list(request, who, Reply("Mend what is marked below.", Malformed.status, "week", typed, errors))
    facts = {"slug": slug.strip() or weeks.slug_of(name), "name": name, "timezone": timezone.strip()}
    try:
        made = await installation(request).database.writes.run(
            lambda: _create(request, who, facts, first, last, opens=begin == "open")
        )
    except Problem as problem:
        return await _list(request, who, refusal(problem, "week", typed))
    return redirects.see("organizer_week", done="started" if begin == "open" else "created", week=made)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.isascii() else None
    except ValueError:
        return None


def _create(
    request: Request, who: SignedInActor, facts: dict[str, str], starts: date, ends: date, *, opens: bool
) -> str:
    place = installation(request)
    now = place.clock.game()
    if not facts["name"].strip():
        raise Malformed("The week's name must not be empty.")
    if not facts["slug"]:
        raise Malformed("No short name can be made from that name. Write one yourself, such as q3-2022.")
    with place.database.unit_of_work() as session:
        week = weeks.create(session, act_of(request, who, now), **facts, starts=starts, ends=ends)
        if opens:
            lifecycle.open_(session, week.slug, act_of(request, who, now))
        return week.slug


@router.get("/{week}")
async def organizer_week(request: Request, who: Organizer, week: str, done: str = "") -> Response:
    """A week with everything that can be done to it."""
    return await show(request, who, week, done=done)


async def show(
    request: Request, who: SignedInActor, slug: str, reply: Reply = NOTHING, *, done: str = "", link: str = ""
) -> Response:
    """A week's page. Raises WeekUnknown."""
    place = installation(request)

    def load() -> Told:
        with place.database.reading() as session:
            now = place.clock.game()
            week = weeks.find(session, slug, now)
            current = weeks.pick_current(weeks.every(session), now)
            members = teams.members(session, week)
            return Told(
                week,
                current is not None and current.id == week.id,
                len(teams.of_week(session, week)),
                sum(len(each) for each in members.values()),
                weeks.history(session, week),
            )

    told = await place.database.reads.run(load)
    return page(
        request,
        "organizer/week.html",
        who,
        reply,
        told=told,
        slug=told.week.slug,
        zone=told.week.zone,
        link=link,
        done=DONE.get(done, ""),
    )


async def _change(
    request: Request, who: SignedInActor, slug: str, change: Callable[..., object], done: str, reply: Reply = NOTHING
) -> Response:
    """Do one thing to a week; where it is refused, the page says why."""
    place = installation(request)

    def act() -> None:
        with place.database.unit_of_work() as session:
            change(session, slug, act_of(request, who, place.clock.game()))

    try:
        await place.database.writes.run(act, long=True)
    except WeekUnknown:
        raise
    except Problem as problem:
        return await show(request, who, slug, refusal(problem, reply.form, reply.typed))
    return redirects.see("organizer_week", done=done, week=slug)


@router.post("/{week}/open", name="week_open")
async def open_week(request: Request, who: Organizer, week: str) -> Response:
    """Open a draft."""
    return await _change(request, who, week, _open_draft, "opened")


def _open_draft(session: Session, slug: str, act: Act) -> None:
    if weeks.find(session, slug, act.now).state == "closed":
        raise Malformed("This week was closed. Say below why it is opened again.")
    lifecycle.open_(session, slug, act)


@router.post("/{week}/reopen", name="week_reopen")
async def reopen_week(request: Request, who: Organizer, week: str, reason: Text = "") -> Response:
    """Open a closed week again, for a reason."""

    def reopen(session: Session, slug: str, act: Act) -> None:
        lifecycle.open_(session, slug, act, reason=reasons.demanded(reason))

    return await _change(request, who, week, reopen, "reopened", Reply(form="reopen", typed={"reason": reason}))


@router.post("/{week}/close", name="week_close")
async def close_week(request: Request, who: Organizer, week: str) -> Response:
    """Close an open week."""
    return await _change(request, who, week, lifecycle.close, "closed")


@router.post("/{week}/freeze", name="week_freeze")
async def freeze_week(request: Request, who: Organizer, week: str) -> Response:
    """Keep everybody on the board of this moment."""
    return await _change(request, who, week, lifecycle.freeze, "frozen")


@router.post("/{week}/reveal", name="week_reveal")
async def reveal_week(request: Request, who: Organizer, week: str) -> Response:
    """Show everybody the board as it stands."""
    return await _change(request, who, week, lifecycle.reveal, "revealed")


@router.post("/{week}/presenter", name="presenter_link_create")
async def make_presenter_link(request: Request, who: Organizer, week: str) -> Response:
    """The link that drives the ceremony for a day, shown once."""
    place = installation(request)

    def make() -> str:
        with place.database.unit_of_work() as session:
            now = place.clock.game()
            found = weeks.find(session, week, now)
            audit.note(session, "presenter-link.made", weeks.thing(found), act_of(request, who, now))
            key = secrets.presenter_key(place.key, found.slug, place.clock.real())
            return url_for("ceremony", week=found.slug, key=key)

    path = await place.database.writes.run(make)
    return await show(request, who, week, link=base_of(request, place.settings) + path)
