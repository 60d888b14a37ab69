"""Shifts of a week: read, and made by organizers one by one or from a pattern."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.responses import JSONResponse, Response

from app.domain.actor import Act, Actor
from app.domain.calendar.days import first_moment
from app.models import Shift, Week
from app.services import paging
from app.services.ledger.drafts import LONGEST_EMAIL, read_moment
from app.services.shifts import listing, settings, shifts
from app.services.shifts.listing import ShiftItem
from app.services.shifts.worth import ShiftWorth, Worths
from app.services.teams import teams
from app.services.validation import parse
from app.services.weeks import weeks
from app.web import documents
from app.web.api.bodies import flaw_in, naming, takes_changes, takes_json
from app.web.api.shift_bodies import PATTERN_EXAMPLE, SHIFT_EXAMPLE, PatternIn, SettingsIn, ShiftIn, read_day
from app.web.api.sign_ups import ShiftId, person_id_of
from app.web.api.weeks import Cursor, Limit, Slug
from app.web.deps import AdminAct, AppClock, AppDatabase, AppWorths, RawBody, Reader, ReadSession
from app.web.documents import generated_document, shift_document, shift_rules_document
from app.web.routes import DatabaseRoute, takes_long

router = APIRouter(tags=["shifts"], route_class=DatabaseRoute)

_ALL, _ONE = "/weeks/{week}/shifts", "/weeks/{week}/shifts/{shift_id}"
_WHEN = "A day of the week's zone, or a moment with its offset"
From = Annotated[str | None, Query(alias="from", max_length=40, description=f"{_WHEN}: those that start then or later")]
Until = Annotated[str | None, Query(max_length=40, description=f"{_WHEN}: those that start before")]
Free = Annotated[bool, Query(description="Only those with a free seat")]
Person = Annotated[
    str | None, Query(max_length=LONGEST_EMAIL, description="An email: says what each is worth to this person")
]
Team = Annotated[str | None, Query(max_length=200, description="A team's id: says what each is worth to all of it")]


@router.get(_ALL, operation_id="listShifts", responses={200: {"model": documents.ShiftList}})
def list_shifts(
    actor: Reader,
    session: ReadSession,
    clock: AppClock,
    worths: AppWorths,
    week: Slug,
    begin: From = None,
    until: Until = None,
    free: Free = False,
    person: Person = None,
    team: Team = None,
    cursor: Cursor = None,
    limit: Limit = paging.USUAL_PER_PAGE,
) -> Response:
    """The shifts of a week in order of their start, cancelled ones too, with who is on each.

    While the week is frozen, who is no organizer sees attendance and worth as at the freeze.
    """
    found = weeks.find(session, week, clock.game())
    items = listing.of_week(session, found, weeks.view(found, actor))
    after = _position(items, cursor)
    first, end = _moment_in(found, "from", begin), _moment_in(found, "until", until)
    chosen = [
        item
        for item in items
        if (first is None or item.shift.starts_at >= first)
        and (end is None or item.shift.starts_at < end)
        and (item.free > 0 or not free)
        and (after is None or (item.shift.starts_at, item.shift.id) > after)
    ]
    page, next_cursor = paging.cut(chosen[: limit + 1], limit, lambda item: item.shift.id)
    asked = _Asked(session, found, worths, actor, clock.game())
    return JSONResponse(documents.ShiftList(items=asked.documents(page, person, team), next_cursor=next_cursor))


@router.post(
    _ALL,
    operation_id="createShift",
    status_code=201,
    openapi_extra=takes_json(ShiftIn, SHIFT_EXAMPLE),
    responses={201: {"model": documents.Shift}},
)
def create_shift(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Make one shift, which starts within the week."""
    wish = parse(ShiftIn, body)
    with database.unit_of_work() as session:
        with naming("starts_at"):
            slot = shifts.slot_of(weeks.find(session, week, act.now), wish.starts_at, wish.ends_at)
            shift = shifts.create(session, week, slot, wish.fields(), act)
        document = document_of(session, week, shift, act)
    return JSONResponse(document, 201)


@router.post(
    f"{_ALL}/generate",
    operation_id="generateShifts",
    openapi_extra=takes_json(PatternIn, PATTERN_EXAMPLE),
    responses={200: {"model": documents.GeneratedShifts}},
)
@takes_long
def generate_shifts(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Make the shifts of a pattern; those that start at the same time with the same label stay as they are.

    Slots step by the clock on the wall. With `dry_run` nothing is kept; `notes` name odd ones either way.
    """
    wish = parse(PatternIn, body)
    with database.unit_of_work() as session:
        found = weeks.find(session, week, act.now)
        first, last = wish.starts or found.starts, wish.ends or found.ends
        with naming("starts"):
            made = shifts.generate(session, week, wish.pattern(), first, last, wish.fields(), act, dry_run=wish.dry_run)
        items = listing.of_week(session, found, weeks.view(found, act.actor))
        document = generated_document(made, items, found, settings.settings_of(session, found))
    return JSONResponse(document)


@router.get(f"{_ALL}/settings", operation_id="getShiftSettings", responses={200: {"model": documents.ShiftRules}})
def show_shift_settings(_act: AdminAct, session: ReadSession, clock: AppClock, week: Slug) -> Response:
    """Read how a week's shifts work: who may take a seat, when, and how many."""
    found = weeks.find(session, week, clock.game())
    return JSONResponse(shift_rules_document(settings.settings_of(session, found)))


@router.patch(
    f"{_ALL}/settings",
    operation_id="changeShiftSettings",
    openapi_extra=takes_changes(SettingsIn, {"leave_until_h": 24, "early_per_team": 1}),
    responses={200: {"model": documents.ShiftRules}},
)
def change_shift_settings(act: AdminAct, database: AppDatabase, week: Slug, body: RawBody) -> Response:
    """Change some settings of a week's shifts; what is left out stays as it is."""
    changes = parse(SettingsIn, body).model_dump(exclude_unset=True)
    with database.unit_of_work() as session:
        document = shift_rules_document(settings.change(session, week, changes, act))
    return JSONResponse(document)


@router.get(_ONE, operation_id="getShift", responses={200: {"model": documents.Shift}})
def show_shift(
    actor: Reader,
    session: ReadSession,
    clock: AppClock,
    worths: AppWorths,
    week: Slug,
    shift_id: ShiftId,
    person: Person = None,
    team: Team = None,
) -> Response:
    """One shift, as the list has it."""
    found = weeks.find(session, week, clock.game())
    item = listing.of_shift(session, found, shift_id, weeks.view(found, actor))
    asked = _Asked(session, found, worths, actor, clock.game())
    return JSONResponse(asked.documents([item], person, team)[0])


class _Asked:
    """Shifts of a week as a reader asked for them."""

    def __init__(self, session: Session, week: Week, worths: Worths, actor: Actor, now: datetime) -> None:
        self._session, self._week, self._worths, self._actor, self._now = session, week, worths, actor, now

    def documents(self, items: list[ShiftItem], email: str | None, team_id: str | None) -> list[documents.Shift]:
        """The documents of these shifts, with their worth to a person or team. Raises Malformed or NotFound."""
        worth = self._worth(items, email, team_id)
        rules = settings.settings_of(self._session, self._week)
        with_email = self._actor.may("shifts:write")
        return [
            shift_document(item, self._week, rules, worth.get(item.shift.id), with_email=with_email) for item in items
        ]

    def _worth(self, items: list[ShiftItem], email: str | None, team_id: str | None) -> Mapping[str, ShiftWorth]:
        if email is not None and team_id is not None:
            raise flaw_in("team", "Ask about a person or about a team, not about both.")
        view = weeks.view(self._week, self._actor)
        if email is not None:
            person_id = person_id_of(self._session, email)
            return self._worths.for_person(self._session, self._week, items, view, self._now, person_id)
        if team_id is not None:
            teams.find(self._session, self._week, team_id, view=view)
            return self._worths.for_team(self._session, self._week, items, view, self._now, team_id)
        return {}


def document_of(session: Session, slug: str, shift: Shift, act: Act) -> documents.Shift:
    """The document of a shift for who has just made or changed it."""
    week = weeks.find(session, slug, act.now)
    item = listing.of_shift(session, week, shift.id, weeks.view(week, act.actor))
    return shift_document(item, week, settings.settings_of(session, week), with_email=True)


def _position(items: list[ShiftItem], cursor: str | None) -> tuple[datetime, str] | None:
    """The place in the list that a cursor names. Raises Malformed."""
    if not cursor:
        return None
    last = paging.last_before(cursor, {item.shift.id: item.shift for item in items}.get)
    return last.starts_at, last.id


def _moment_in(week: Week, field: str, text: str | None) -> datetime | None:
    """A moment, or the first one of a day in the week's zone. Raises Malformed."""
    if text is None:
        return None
    try:
        is_day = len(text) == len("2022-09-14")
        return first_moment(read_day(text), week.zone) if is_day else read_moment(text)
    except (ValueError, OverflowError):
        raise flaw_in(
            field, f"“{field}” must be a day such as 2022-09-14, or a moment such as 2022-09-14T06:00:00-07:00."
        ) from None
