"""Seats as commands name them: by the email of who has them, and shown as the API shows them."""

from collections.abc import Sequence

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.text import names
from app.errors import NotFound
from app.models import Person, Seat, Shift, Team
from app.services.access import accounts
from app.services.shifts import listing, sign_up_views
from app.services.shifts.listing import ShiftSeat
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.documents.sign_ups import SignUp, sign_up_document

MOST_TEAMS = 12
"""Teams named to who asked for one that there is not."""


def person_of(session: Session, email: str) -> Person:
    """Find somebody by their email. Raises NotFound."""
    person = accounts.by_written_email(session, email)
    if person is None:
        raise NotFound(f"No person with the email {email[:254]}. `assembly-week person list` shows who there is.")
    return person


def team_of(session: Session, slug: str, name: str, act: Act) -> str:
    """Find a week's team by its name or id; its id. Raises NotFound."""
    week = weeks.find(session, slug, act.now)
    wanted = names.fold(name)
    known = teams.of_week(session, week)
    for team in known:
        if name == team.id or wanted == team.name_key:
            return team.id
    raise NotFound(f"There’s no team “{name[:60]}” in week {week.slug}. {_named(known)}")


def _named(known: Sequence[Team]) -> str:
    if not known:
        return "It has no teams yet."
    more = f" and {len(known) - MOST_TEAMS:,} more" if len(known) > MOST_TEAMS else ""
    return f"Its teams: {', '.join(team.name for team in known[:MOST_TEAMS])}{more}."


def seat_of(session: Session, slug: str, shift_id: str, email: str, act: Act) -> ShiftSeat:
    """Find somebody's seat in a shift. Raises NotFound."""
    week = weeks.find(session, slug, act.now)
    item = listing.of_shift(session, week, shift_id, weeks.view(week, act.actor))
    seat = item.seat_of(person_of(session, email).id)
    if seat is None:
        raise NotFound(f"No seat in this shift for {email[:254]}. `assembly-week shift list` shows who has one.")
    return seat


def seated(session: Session, slug: str, shift_id: str, taken: Sequence[Seat], act: Act) -> tuple[Shift, list[SignUp]]:
    """A shift, and the documents of some of its seats."""
    week = weeks.find(session, slug, act.now)
    view = weeks.view(week, act.actor)
    documents = [
        sign_up_document(sign_up_views.of_seat(session, week, seat, view), seat.shift_id, with_email=True)
        for seat in taken
    ]
    return session.get_one(Shift, shift_id), documents
