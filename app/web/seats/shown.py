"""The seats of a shift as everybody of one audience sees them: the fragment that pages hold and streams send."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.web.http import render

MOST_NAMES = 12  # of a shift in a list; its own page has all
MOST_DOTS = 12  # a row of more says less than its number
STATES = {"checked_in": "here", "completed": "done", "no_show": "didn’t come"}


@dataclass(frozen=True, slots=True)
class _Group:
    """Seats of one team, or of people without one, oldest first; a list of shifts leaves out those `beyond`."""

    team: str | None
    seats: tuple[ShiftSeat, ...]
    beyond: tuple[ShiftSeat, ...]


def seats_html(item: ShiftItem, *, shows_everyone: bool) -> bytes:
    """The fragment of a shift's seats, with the id `seats-<shift>`; equal bytes for everybody of an audience.

    Visitors see the names of people in teams, who are on the board; of others only that there are some.
    Nobody who did not come is shown to them.
    """
    seats = [seat for seat in item.seats if shows_everyone or seat.is_live]
    named = [seat for seat in seats if shows_everyone or seat.team_id is not None]
    groups = _groups(named)
    return render.render(
        "shifts/_seats.html",
        item=item,
        groups=groups,
        beyond=sum(len(group.beyond) for group in groups),
        unnamed=len(seats) - len(named),
        dots=[number < item.taken for number in range(item.shift.seats)] if item.shift.seats <= MOST_DOTS else [],
        lacking=0 if item.is_cancelled else max(item.shift.needed - item.taken, 0),
        states=STATES,
        people=_people(item) if shows_everyone else None,
    )


def _groups(named: Sequence[ShiftSeat]) -> list[_Group]:
    """Seats by team in order of the first of each; of many, the first dozen are told apart from those beyond."""
    groups, room = list[_Group](), MOST_NAMES if len(named) > MOST_NAMES + 1 else len(named)
    for team in dict.fromkeys(seat.team for seat in named):
        seats = tuple(seat for seat in named if seat.team == team)
        groups.append(_Group(team, seats[:room], seats[room:]))
        room = max(room - len(seats), 0)
    return groups


def short(id_: str | None) -> str:
    """The beginning of an id, enough to tell people of a week apart; two alike cost a page one reload."""
    return (id_ or "")[:6]


def _people(item: ShiftItem) -> str:
    """The people a shift concerns: `person:team:state:offer` of each seat and `person` of each who waits, in order.

    By these, shifts.js tells whether what a page says to its own reader has changed. An offer is to `everyone`, the
    `team` or a person, or pending for a taker.
    """
    seats = (":".join((short(seat.person_id), short(seat.team_id), seat.state, _offer(seat))) for seat in item.seats)
    return " ".join((*seats, *map(short, item.waiters)))


def _offer(seat: ShiftSeat) -> str:
    offer = seat.offer
    if offer is None:
        return ""
    if offer.is_pending:
        return f"pending-{short(offer.taker_id)}"
    return short(offer.person_id) if offer.audience == "person" else offer.audience
