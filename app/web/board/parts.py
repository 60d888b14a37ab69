"""Parts: everything on a board but its rows, each rendered once for what it shows."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.domain.rules.model import Kind, Rules
from app.domain.standings.board import BoardHead, TrophyResult
from app.services.announcements import NO_LINE, Line
from app.services.shifts.coverage import NO_SHIFTS, BoardShifts
from app.services.shifts.on_shift import OnShift
from app.services.weeks.schedule import NOTHING, Upcoming
from app.web.board.rows import one_line
from app.web.http import render

ON_SHIFT = "on-shift"
"""The part in the place of standings, in a week that goes without teams."""
AS_OF = "as-of"
"""The part that ends every message: board.js puts the rows in order when it has come."""


def parts_of(
    head: BoardHead,
    rules: Rules,
    zone: ZoneInfo,
    morning: tuple[int, ...],
    shifts: BoardShifts = NO_SHIFTS,
    starts: date | None = None,
    upcoming: Upcoming = NOTHING,
    line: Line = NO_LINE,
    *,
    is_hidden: bool = False,
) -> dict[str, bytes]:
    """Return the HTML of each part by the id of its element; a part that has nothing to say is left out.

    `starts` is the first day of a week that has not reached it; `is_hidden` tells that all but organizers see a freeze.
    `upcoming` is what happens to the week by itself; a board of a freeze keeps it to itself.
    The part of the announcement is there without one, too, so that viewers get a new one as the part that it is.
    """
    frozen_at = render.local_moment(head.as_of, zone) if head.frozen else ""
    kinds, is_closed = rules.kind_by_name, head.state == "closed"
    parts = {
        "announcement": _announcement(line),
        "state": _state(head.state, head.frozen),
        "title": _title(head.name),
        "headline": _headline(head.headline),
        "coverage": _coverage(shifts.coverage, head.week) if shifts.coverage else b"",
        **{f"tile-{name}": _tile(count, kinds[name]) for name, count in head.totals.items()},
        "unassigned": _unassigned(head.unassigned) if head.unassigned and head.teams else b"",
        "notice": _notice(head.week, head.state, frozen_at, starts, head.teams > 0, head.is_scored, is_hidden),
        "upcoming": b"" if head.frozen or upcoming == NOTHING else _upcoming(head.state, upcoming, zone, is_hidden),
        ON_SHIFT: b"" if shifts.needs_team or head.teams else _on_shift(shifts.on_shift, zone, bool(shifts.coverage)),
        "leaders": _leaders(head.leaders, is_closed) if head.best > 0 else b"",
        **{name: _trophy(result, is_closed, name) for name, result in trophies_of(head).items()},
        "morning": _morning(morning),
        AS_OF: _as_of(head.as_of, zone),
    }
    return {name: html for name, html in parts.items() if html}


def trophies_of(head: BoardHead) -> dict[str, TrophyResult]:
    """Return the trophies that a board shows by the id of their element; none while nobody was given points."""
    return {f"trophy-{number}": result for number, result in enumerate(head.trophies if head.is_scored else ())}


@lru_cache(maxsize=64)
def _announcement(line: Line) -> bytes:
    return one_line(render.render("components/_announcement.html", line=line))


@lru_cache(maxsize=64)
def _state(state: str, frozen: bool) -> bytes:
    return _render("state", state=state, frozen=frozen)


@lru_cache(maxsize=64)
def _title(name: str) -> bytes:
    return _render("title", name=name)


@lru_cache(maxsize=64)
def _headline(headline: str) -> bytes:
    return _render("headline", headline=headline)


@lru_cache(maxsize=64)
def _coverage(coverage: str, week: str) -> bytes:
    return _render("coverage", coverage=coverage, week=week)


@lru_cache(maxsize=64)
def _on_shift(shifts: tuple[OnShift, ...], zone: ZoneInfo, has_shifts: bool) -> bytes:
    return _render("on_shift", shifts=shifts, zone=zone, has_shifts=has_shifts)


@lru_cache(maxsize=256)
def _tile(count: int, kind: Kind) -> bytes:
    return _render("tile", count=count, kind=kind)


@lru_cache(maxsize=64)
def _unassigned(activities: int) -> bytes:
    return _render("unassigned", activities=activities)


@lru_cache(maxsize=64)
def _notice(
    week: str, state: str, frozen_at: str, starts: date | None, has_teams: bool, is_scored: bool, is_hidden: bool
) -> bytes:
    return _render(
        "notice", week=week, state=state, frozen_at=frozen_at, starts=starts, has_teams=has_teams, is_scored=is_scored,
        is_hidden=is_hidden,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _upcoming(state: str, upcoming: Upcoming, zone: ZoneInfo, is_hidden: bool) -> bytes:
    return _render("upcoming", state=state, upcoming=upcoming, zone=zone, is_hidden=is_hidden)


@lru_cache(maxsize=64)
def _leaders(names: tuple[str, ...], is_closed: bool) -> bytes:
    return _render("leaders", names=names, is_closed=is_closed)


@lru_cache(maxsize=256)
def _trophy(result: TrophyResult, is_closed: bool, name: str) -> bytes:
    return _render("trophy", result=result, is_closed=is_closed, id=name)


@lru_cache(maxsize=64)
def _morning(ranks: tuple[int, ...]) -> bytes:
    return _render("morning", ranks=ranks)


def _as_of(at: datetime, zone: ZoneInfo) -> bytes:
    return _render("as_of", at=at, zone=zone)


def _render(part: str, /, **context: object) -> bytes:
    return one_line(render.render(f"board/_{part}.html", **context))
