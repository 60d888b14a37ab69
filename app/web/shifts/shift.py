"""A shift's page: when and where it is, who is on it, and what its people do before, during and after it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.errors import Malformed, NotFound
from app.models import Week
from app.models.columns import is_id
from app.services import announcements, guestbook
from app.services.access import accounts
from app.services.ledger import my_week
from app.services.ledger.my_week import OwnActivity
from app.services.shifts import first_shifts, listing, own_seats, refusals
from app.services.shifts.first_shifts import FirstShift
from app.services.shifts.listing import ShiftItem
from app.services.shifts.own_seats import Correction, OwnSeat
from app.services.standings import boards
from app.services.weeks import weeks
from app.web.deps import BoardAct, MemberAct, ReadSession
from app.web.guestbook import EntryForm
from app.web.http import redirects
from app.web.http.fields import says
from app.web.http.forms import Form, FormState
from app.web.routes import DatabaseRoute
from app.web.shifts.during import during, quick_log
from app.web.shifts.view import WeekShifts, look, member_of, say
from app.web.submit import Page

LOGGED = "logged"
MOST_PEOPLE = 500  # to choose from: a longer list nobody reads, and everyone can be offered a seat at once


def _offered_to(to: str) -> str:
    if to not in ("everyone", "team") and not is_id(to):
        raise Malformed("Choose whom to offer your seat to.")
    return to


class OfferForm(Form):
    """The form that offers a seat: to everyone, the team or one person, by id."""

    to: Annotated[str, says(_offered_to)]


router = APIRouter(include_in_schema=False, route_class=DatabaseRoute)


@router.get("/me/shift")
def my_shift_now(act: MemberAct, session: ReadSession) -> Response:
    """Lead to my shift of now, else to my next one, else to the list: where a code on a screen takes people."""
    seat = own_seats.next_seat(session, act.actor.person_id, act.now)
    if seat is None:
        return redirects.see("current_shifts")
    return redirects.see("week_shift", week=seat.week, shift_id=seat.shift_id)


@router.get("/weeks/{week}/shifts/{shift_id}")
def week_shift(
    request: Request,
    act: BoardAct,
    session: ReadSession,
    week: str,
    shift_id: str,
    done: Annotated[str, Query()] = "",
    activity: Annotated[str, Query()] = "",
) -> Response:
    """One shift of a week."""
    return shift_page(week, shift_id, Page(request, act, session), done, activity)


def shift_page(slug: str, shift_id: str, page: Page[Any], done: str = "", activity: str = "") -> Response:
    """A shift's page, after a form with what it did or why not."""
    shown = look(page, slug)
    item = shown.item(shift_id)
    row = shown.rows.row(item)
    seat = row.seat if row.seat is not None and row.seat.is_live else None
    log = quick_log(page)
    return page.render(
        "shifts/shift.html", week=shown.week.slug, shown=shown, zone=shown.week.zone, item=item, shift=item.shift,
        row=row, seats=shown.rows.seats(item), first=_first(page, shown, item), said=say(page, shown, done, shift_id),
        logged=_logged(page, activity) if done == LOGGED else None,
        is_on=item.shift.starts_at <= page.act.now < item.shift.ends_at,
        during=during(page, shown, seat, log), log=log,
        people=_people(page, shown, item) if row.can_offer else [], offer=page.form(OfferForm, to="everyone"),
        correction=_correction(page, shown, shift_id), entry=_entry(page, shown.week, seat),
        when=refusals.dated(item.shift), line=announcements.current(page.session, page.act.now),
    )  # fmt: skip


def _first(page: Page[Any], shown: WeekShifts, item: ShiftItem) -> list[FirstShift]:
    """First shifts that are the reader's business: those of their own team, and all of them to organizers."""
    reader, actor = shown.reader, member_of(page)
    if reader is None or actor is None:
        return []
    seats = (
        seat
        for seat in item.seats
        if actor.organizes or seat.person_id == reader.person_id or seat.team_id == (reader.team_id or "")
    )
    view = weeks.view(shown.week, page.act.actor)
    return first_shifts.of_shift(page.session, shown.week, item, seats, view, page.act.now)


def _logged(page: Page[Any], activity: str) -> OwnActivity | None:
    """The activity that the reader has just logged here; None if it is nobody's, or somebody else's."""
    if page.act.actor.person_id is None:
        return None
    person = accounts.find(page.session, page.act.actor.person_id)
    try:
        return my_week.find(page.session, person, activity, page.act.actor)[1]
    except NotFound:
        return None


def _people(page: Page[Any], shown: WeekShifts, item: ShiftItem) -> list[tuple[str, str]]:
    """The ids and names of those whom a seat can be offered to: of the week's teams and shifts, but who is on this one.

    Who joined behind a freeze is nobody's business yet, unless they have a seat.
    """
    names = dict(boards.names_in(page.session, shown.week, weeks.view(shown.week, page.act.actor)))
    names |= {seat.person_id: seat.person for item in shown.kept.items for seat in item.seats}
    on_it = {seat.person_id for seat in item.seats if seat.is_live}
    names = {person_id: name for person_id, name in names.items() if person_id not in on_it}
    return sorted(names.items(), key=lambda person: (person[1].casefold(), person))[:MOST_PEOPLE]


def _correction(page: Page[Any], shown: WeekShifts, shift_id: str) -> Correction | None:
    """The last change of the reader's seat, if an organizer made it and said why."""
    if shown.reader is None:
        return None
    seat_id = listing.seat_id_of(page.session, shift_id, shown.reader.person_id)
    return own_seats.correction_of(page.session, seat_id) if seat_id is not None else None


def _entry(page: Page[Any], week: Week, seat: OwnSeat | None) -> FormState[EntryForm] | None:
    """The form of a guestbook entry about the shift, once it has begun; None where there is none to write."""
    if seat is None or page.act.now < seat.starts_at or guestbook.closes(week, page.act.now):
        return None
    return page.form(EntryForm, shift=seat.shift_id)
