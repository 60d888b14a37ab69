"""Looks of Slack's people at their week: the board, their own team, the open shifts, as the public may see them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.domain.slack.writing import Lines
from app.models import Person, Week
from app.services.ledger import my_week
from app.services.shifts import own_seats
from app.services.shifts.worth import Worths
from app.services.slack import open_shifts, sentences
from app.services.standings import boards
from app.services.weeks import weeks

LINES = 5
"""Lines of a receipt: what was earned last."""


class Site(NamedTuple):
    """The installation as Slack's people see it: where its pages are, and whether boards are for everybody."""

    url: str
    is_public: bool
    worths: Worths


class Look(NamedTuple):
    """Somebody's look at a week: the person, None where nobody is known, and where pages are."""

    session: Session
    week: Week
    person: Person | None
    now: datetime
    site: Site


def lines(session: Session, site: Site, verb: str, person: Person | None, now: datetime) -> Lines | None:
    """Show what a verb asks for, as the public sees it; None for who isn't known and would have to be."""
    if person is None and (verb in NEEDS_A_PERSON or not site.is_public):
        return None
    week = weeks.pick_current(weeks.every(session), now)
    if week is None:
        return [sentences.NO_WEEK]
    return LOOKS[verb](Look(session, week, person, now, site))


def board(look: Look) -> Lines:
    """The top of the board and one's own team."""
    team = my_week.team_in(look.session, look.week, look.person.id) if look.person else None
    seen = boards.seen(look.session, look.week, weeks.view_of(look.week, "public"), look.now)
    return sentences.board_lines(seen, team.id if team else None)


def me(look: Look) -> Lines:
    """One's own team with what it earned last, and one's next shift."""
    return mine(look, LINES)


def mine(look: Look, most: int) -> Lines:
    """The same with so many lines of what it earned."""
    if look.person is None:
        return []
    seat = own_seats.next_seat(look.session, look.person.id, look.now)
    team = my_week.team_in(look.session, look.week, look.person.id)
    view = weeks.view_of(look.week, "public")
    seen = boards.seen(look.session, look.week, view, look.now)
    own = next((each for each in seen.standings if team and each.team_id == team.id), None)
    if own is None:
        return sentences.my_lines(look.week, seen, None, [], seat)
    receipt = boards.receipt(look.session, look.week, own.team_id, view)
    return sentences.my_lines(look.week, seen, own, list(reversed(receipt.items[-most:])), seat)


def shifts(look: Look) -> Lines:
    """The next shifts with a free seat, each with its worth to me and buttons, or why it isn't for me."""
    seen = open_shifts.see(look.session, look.site.worths, look.week, look.person, look.now)
    url = f"{look.site.url.rstrip('/')}/weeks/{look.week.slug}/shifts" if look.site.url else ""
    return sentences.shift_lines(look.week, seen.open(), url)


LOOKS: Mapping[str, Callable[[Look], Lines]] = {"board": board, "me": me, "shifts": shifts}
"""The looks, by the verb that asks for each."""
NEEDS_A_PERSON = frozenset({"me"})
