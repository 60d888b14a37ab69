"""The seats of a shift as everybody of one audience sees them: the fragment that pages hold and streams send."""

from dataclasses import dataclass

from app.services.shifts.listing import ShiftItem, ShiftSeat
from app.web.http import render

MOST_DOTS = 12  # a row of more says less than its number
STATES = {"checked_in": "here", "completed": "done", "no_show": "did not come"}


@dataclass(frozen=True, slots=True)
class _Group:
    """Seats of one team, or of people without one, oldest first."""

    team: str | None
    seats: tuple[ShiftSeat, ...]


def seats_html(item: ShiftItem, *, shows_everyone: bool) -> bytes:
    """The fragment of a shift's seats, with the id `seats-<shift>`; equal bytes for everybody of an audience.

    Visitors see the names of people in teams, who are on the board; of others only that there are some.
    Nobody who did not come is shown to them.
    """
    seats = [seat for seat in item.seats if shows_everyone or seat.is_live]
    named = [seat for seat in seats if shows_everyone or seat.team_id is not None]
    teams = dict.fromkeys(seat.team for seat in named)
    return render.render(
        "shifts/_seats.html",
        item=item,
        groups=[_Group(team, tuple(seat for seat in named if seat.team == team)) for team in teams],
        unnamed=len(seats) - len(named),
        dots=[number < item.taken for number in range(item.shift.seats)] if item.shift.seats <= MOST_DOTS else [],
        lacking=0 if item.is_cancelled else max(item.shift.needed - item.taken, 0),
        states=STATES,
        people=_people(item) if shows_everyone else None,
    )


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
