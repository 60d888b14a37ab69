"""The rows of the list of shifts: each as its reader sees it, rendered once for all whose case is the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from app.domain.shifts.seats import UNDO
from app.domain.wording import ordinal
from app.services.shifts.choices import MANY_IN_A_ROW, Choice, Reader, choose
from app.services.shifts.listing import Offer, ShiftItem, ShiftSeat
from app.services.shifts.own_seats import OwnSeat
from app.services.shifts.worth import ReaderWorths, ShiftWorth
from app.web.http import render
from app.web.http.render import listing, signed
from app.web.seats.shown import seats_html
from app.web.shift_lists import MOST_ROWS, KeptShifts, RowDay, RowDays, RowPlace

NOTHING = Choice()


class WorthWords(NamedTuple):
    """A seat's worth in words: points, their parts where there are several, and the rank it takes the team to."""

    points: str
    parts: str
    climb: str


class Row(NamedTuple):
    """A row's case: all that its HTML depends on beside the shift and its seats."""

    shows_everyone: bool
    acts: bool = False
    why: str = ""
    seat: OwnSeat | None = None
    leave_until: datetime | None = None
    can_check_in: bool = False
    can_complete: bool = False
    can_offer: bool = False
    offered_to: str = ""
    taker: str = ""
    waits: str = ""
    can_wait: bool = False
    covers: tuple[ShiftSeat, ...] = ()
    for_team: int = 0
    in_a_row: str = ""
    asked_of: str = ""
    worth: "WorthWords | None" = None
    team_worth: "WorthWords | None" = None
    is_over: bool = False
    is_unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes rows for one reader at one moment; `reader` is None for who has not signed in."""

    week: str
    kept: KeptShifts
    zone: ZoneInfo
    now: datetime
    is_week_open: bool
    reader: Reader | None
    worths: ReaderWorths

    def choice(self, item: ShiftItem) -> Choice:
        """The choice of the reader about a shift."""
        if self.reader is None:
            return NOTHING
        return choose(
            item, self.reader, self.kept.crowd, self.kept.settings, self.now, self.zone,
            is_week_open=self.is_week_open,
        )  # fmt: skip

    def html(self, item: ShiftItem) -> Markup:
        """A shift's row."""
        row = self.row(item)
        known = self.kept.form(item.shift.id, row)
        return known if known is not None else self.kept.keep(item.shift.id, row, self._render(item, row))

    def days(self) -> RowDays:
        """The rows of all shifts by day, as the reader had them before if nothing has changed since."""
        if self.reader is None:
            return self._days()
        seats = self.reader.seats
        case = (self.is_week_open, *seats, *self.reader.joins, self.worths, self.reader.unready)
        undo_until = [seat.signed_up_at + UNDO for seat in seats]
        return self.kept.days_of(self.reader.person_id, case, self.now, undo_until, self._days)

    def _days(self) -> RowDays:
        ahead, past = list[RowDay](), list[RowDay]()
        for day in self.kept.days:
            for days, over in ((ahead, False), (past, True)):
                places = [
                    RowPlace(min(place.row, MOST_ROWS), rows[0] if len(rows) == 1 else Markup("").join(rows))
                    for place in day.places
                    if (rows := [self.html(item) for item in place.items if self.is_over(item) == over])
                ]
                if places:
                    days.append(RowDay(day.label, places))
        return RowDays(ahead, past, self._own())

    def _own(self) -> Markup:
        """The reader's own seats in shifts of the week that are not over, the next first."""
        if self.reader is None:
            return Markup("")
        return Markup("").join(
            self._rendered("shifts/_own.html", item=item, seat=seat, now=self.now, person_id=self.reader.person_id)
            for seat in self.reader.seats
            if seat.is_live and seat.ends_at > self.now and (item := self.kept.by_id.get(seat.shift_id)) is not None
        )

    def is_over(self, item: ShiftItem) -> bool:
        """Tell whether a shift is one of those that are left behind."""
        return item.shift.ends_at <= self.now

    def row(self, item: ShiftItem) -> Row:
        """A shift's case for the reader."""
        shows_everyone = self.reader is not None
        if self.reader is None:
            return Row(shows_everyone, is_over=self.is_over(item))
        if self.is_over(item) or not self.is_week_open or item.is_cancelled:
            own = next((seat for seat in self.reader.seats if seat.shift_id == item.shift.id), None)
            return self._past(item, own)
        choice = self.choice(item)
        worth = self.worths.own.get(item.shift.id) if choice.seat is None and self.now < item.shift.starts_at else None
        of_team = self.worths.team.get(item.shift.id) if choice.for_team else None
        return Row(
            shows_everyone,
            acts=choice.is_open,
            why="" if choice.code in (None, "no-team", "not-ready") else choice.why,
            seat=choice.seat,
            leave_until=choice.leave_until,
            can_check_in=choice.can_check_in,
            can_complete=choice.can_complete,
            can_offer=choice.can_offer,
            offered_to=_offered_to(choice.offer),
            taker=(choice.offer.taker or "") if choice.offer is not None else "",
            waits=_turn(item.waiters, self.reader.person_id) if choice.is_waiting else "",
            can_wait=choice.code == "limit",
            covers=choice.covers,
            for_team=choice.for_team,
            asked_of=choice.asked_of,
            in_a_row=ordinal(choice.in_a_row) if choice.in_a_row >= MANY_IN_A_ROW else "",
            worth=_worth_words(worth, item, self.reader) if worth is not None and self.reader.joins else None,
            team_worth=_worth_words(of_team, item, self.reader) if of_team is not None and of_team != worth else None,
            is_unconfirmed=self._is_unconfirmed(choice.seat),
        )

    def _past(self, item: ShiftItem, own: OwnSeat | None) -> Row:
        """The case of a shift that nobody takes any more; who checked in and forgot to complete theirs still may."""
        is_over, forgot = self.is_over(item), own is not None and own.state == "checked_in" and self.is_week_open
        return Row(
            shows_everyone=True,
            seat=own,
            can_complete=is_over and forgot and self.kept.settings.completes == "person",
            is_over=is_over,
            is_unconfirmed=forgot and self._is_unconfirmed(own),
        )

    def _is_unconfirmed(self, seat: OwnSeat | None) -> bool:
        """Tell whether somebody was there and organizers have to say so before it counts."""
        by_organizer = self.kept.settings.completes == "organizer"
        return by_organizer and seat is not None and seat.state == "checked_in"

    def seats(self, item: ShiftItem) -> Markup:
        """The fragment of a shift's seats."""
        html = seats_html(item, shows_everyone=self.reader is not None)
        return Markup(html.decode())  # noqa: S704 - our own template made it

    def _render(self, item: ShiftItem, row: Row) -> Markup:
        return self._rendered("shifts/_row.html", item=item, row=row, seats=self.seats(item), zone=self.zone)

    def _rendered(self, template: str, *, item: ShiftItem, **values: object) -> Markup:
        """A template about one shift of the week."""
        html = render.render(template, week=self.week, item=item, shift=item.shift, **values)
        return Markup(html.decode())  # noqa: S704 - our own template made it


def _offered_to(offer: Offer | None) -> str:
    if offer is None:
        return ""
    return "your team" if offer.audience == "team" else offer.to


def _turn(waiters: Sequence[str], person_id: str) -> str:
    return f"{ordinal(waiters.index(person_id) + 1)} of {len(waiters)}"


def _worth_words(worth: ShiftWorth, item: ShiftItem, reader: Reader) -> WorthWords:
    """The words of a worth to somebody's team: where it is nothing because others are on the shift, that."""
    if not worth.parts and any(seat.is_live and seat.team_id == reader.team_id for seat in item.seats):
        return WorthWords(signed(worth.points), "points: your team has this shift", "")
    parts = [f"{part.why} {signed(part.points)}" for part in worth.parts]
    climb = worth.rank_then if worth.rank_now is not None and worth.rank_then is not None else None
    climbs = climb is not None and worth.rank_now is not None and climb < worth.rank_now
    has_parts = len(parts) > 1 or (parts and worth.parts[0].why != "shift")
    return WorthWords(
        signed(worth.points), listing(parts) if has_parts else "", ordinal(climb) if climbs and climb else ""
    )
