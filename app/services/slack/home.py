"""Home, as Slack shows it to each person: their week at a glance, with what they can do about it now."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.domain.slack import writing
from app.domain.slack.writing import MOST_BLOCKS_OF_VIEW, Button, Lines, Part
from app.domain.text.direction import isolated
from app.models import Person, Week
from app.services import topics
from app.services.shifts import coverage, own_seats, refusals
from app.services.shifts.choices import Choice
from app.services.shifts.listing import ShiftItem
from app.services.slack import looks, open_shifts, sentences
from app.services.slack.looks import Look, Site
from app.services.slack.open_shifts import Seen
from app.services.weeks import weeks

LINES = 3
"""Lines of the receipt."""


def view(lines: Lines) -> dict[str, Any]:
    """The view of these lines."""
    return {"type": "home", "blocks": writing.blocks(writing.parts_of(lines), MOST_BLOCKS_OF_VIEW)}


def lines(session: Session, site: Site, person: Person, now: datetime, result: Lines = ()) -> Lines:
    """Show somebody their week, below what became of their last press; as the public sees it."""
    week = weeks.pick_current(weeks.every(session), now)
    if week is None:
        return [*result, sentences.NO_WEEK]
    look = Look(session, week, person, now, site)
    seen = open_shifts.see(session, site.worths, week, person, now)
    *team, _ = looks.mine(look, LINES)
    found = seen.open()
    heading = "The next open shifts:" if found.shifts else ""
    return [
        *result, _head(look), *team, _next(look, seen), *_offers(seen), heading,
        *sentences.shift_lines(week, found, ""), *_foot(look),
    ]  # fmt: skip


def _head(look: Look) -> str:
    week, version = look.week, topics.version(look.session, look.week.id, "shifts")
    is_frozen = week.frozen_version is not None
    of_week = coverage.of_frozen_week if is_frozen else coverage.of_week
    covered = of_week(look.session, week, version, look.now).coverage
    told = f"{isolated(week.name)}. {_day(week, look.now)}{' The board is frozen.' if is_frozen else ''}"
    return f"{told}\n{covered}" if covered else told


def _day(week: Week, now: datetime) -> str:
    today = now.astimezone(week.zone).date()
    if week.state == "closed":
        return "It’s closed."
    if today < week.starts:
        return f"It starts {week.starts:%A} {week.starts.day} {week.starts:%B}."
    if today > week.ends:
        return "Its last day is over."
    return f"Day {(today - week.starts).days + 1} of {(week.ends - week.starts).days + 1}: {today:%A}."


def _next(look: Look, seen: Seen) -> str | Part:
    """My next shift, with what I may do about my seat."""
    seat = own_seats.next_seat(look.session, look.person.id, look.now) if look.person else None
    if seat is None:
        return "You have no shift yet."
    told = f"Your next shift: {refusals.dated(seat)}."
    found = seen.own(seat.shift_id) if seat.week == look.week.slug else None
    if found is None:
        return Part(told, _to("See shift", look, f"/weeks/{seat.week}/shifts/{seat.shift_id}"))
    item, choice = found
    offered = choice.offer
    to = "" if offered is None else "your team" if offered.audience == "team" else isolated(offered.to)
    return Part(f"{told} You offer it to {to}." if to else told, _acts(item, choice, look.now))


def _acts(item: ShiftItem, choice: Choice, now: datetime) -> list[Button]:
    value = f"{item.shift.id}/{choice.seat.id}" if choice.seat is not None else item.shift.id
    is_on = item.shift.starts_at <= now < item.shift.ends_at
    wanted = {
        Button("Check in", "check_in", value): choice.can_check_in,
        Button("Done", "done", value): choice.can_complete,
        Button("Log", "log", value): is_on,
        Button("Keep it", "withdraw", value): choice.offer is not None,
        Button("Can’t make it", "cant", value): choice.offer is None and choice.can_leave,
        Button("Offer my seat", "offer", value): choice.offer is None and choice.can_offer,
    }
    return [button for button, is_wanted in wanted.items() if is_wanted]


def _offers(seen: Seen) -> list[Part]:
    return [
        Part(
            f"{isolated(seat.person)} offers their seat: {refusals.when_in(seen.week, item.shift)}.",
            [Button("Accept", "accept", f"{item.shift.id}/{seat.id}")],
        )
        for item, seat in seen.offers()
    ]


def _foot(look: Look) -> list[Part]:
    slug = look.week.slug
    log = Button("Log an activity", "log")
    return [
        Part("Log what you did, or read how it all works.", [log, *_to("Guide", look, "/guide")]),
        Part("What counts, and how much:", _to("Rules", look, f"/weeks/{slug}/rules")) if look.site.url else Part(""),
    ]


def _to(label: str, look: Look, path: str) -> list[Button]:
    return [Button(label, "link", url=f"{look.site.url.rstrip('/')}{path}")] if look.site.url else []
