"""`/organizer/weeks/{week}/shifts/coverage`: who covers what: gaps first, then the grid, people and teams."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.domain.actor import Act, SignedInAct
from app.domain.shifts.workload import Stint, Workload, workload
from app.models import Team, Week
from app.services import notices
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.exports import csv_text
from app.services.forecasts import staffing
from app.services.shifts import gaps, listing
from app.services.shifts.listing import ShiftItem
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.deps import OrganizerAct, ReadSession
from app.web.organizer import forecast_view
from app.web.organizer.page import zone_name
from app.web.organizer.shifts import ShiftRow, Waits, row_of, waits_in
from app.web.routes import DatabaseRoute, takes_long
from app.web.submit import Done, Page, submit

router = APIRouter(include_in_schema=False, prefix="/organizer/weeks/{week}/shifts/coverage", route_class=DatabaseRoute)

COLUMNS = (
    "date", "from", "until", "zone", "label", "place", "seats", "needed", "taken", "completed", "no_show", "waiting",
    "people",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody with what they have taken on, and the shifts they did not come to."""

    id: str
    name: str
    load: Workload
    missed: int


@dataclass(frozen=True, slots=True)
class CoverageInfo:
    """The context of the page of coverage; the grid has a row for each day and a column for each time of a start."""

    week: Week
    zone: str
    waits: Waits
    gaps: list[ShiftRow]
    times: list[str]
    days: list[tuple[date, dict[str, list[ShiftRow]]]]
    missed: list[tuple[ShiftRow, list[str]]]
    people: list[PersonRow]
    idle: list[tuple[Team, int, bool]]
    shifts: int
    has_shifts_ahead: bool
    advice: list[str]


@router.get("")
@takes_long
def shift_coverage(
    request: Request, act: OrganizerAct, session: ReadSession, week: str, done: str = "", asked: int = 0
) -> Response:
    """The coverage of a week."""
    flash = ""
    if done == "asked":
        flash = f"Asked {asked} {'person' if asked == 1 else 'people'} to take a shift."
    elif done == "planned":
        flash = f"Set {asked} {'shift' if asked == 1 else 'shifts'} to the forecast."
    elif done == "again":
        flash = "They were asked today already, so nobody was asked again."
    return coverage_page(Page(request, act, session, flash=flash), slug=week)


def coverage_page(page: Page[SignedInAct], *, slug: str) -> Response:
    """The page of a week's coverage. Raises WeekUnknown."""
    session, now = page.session, page.act.now
    week = weeks.find(session, slug, now)
    rows = [row_of(item, now) for item in listing.of_week(session, week, weeks.view(week, page.act.actor))]
    standing = [row for row in rows if not row.item.is_cancelled]
    told = CoverageInfo(
        week, zone_name(week), waits_in(page, week, rows),
        [row for row in standing if row.missing and row.state != "over"],
        sorted({row.item.shift.local_from for row in standing}),
        [(day, _by_time(same)) for day, same in groupby(standing, lambda row: row.item.shift.local_date)],
        [(row, missed) for row in rows if (missed := _missed(row.item))],
        _people(row.item for row in rows),
        _idle(session, week, standing, now),
        len(standing),
        any(row.state != "over" for row in standing),
        forecast_view.advice(staffing.with_saved_plans(session, week, now)) if week.state != "closed" else [],
    )  # fmt: skip
    return page.render("organizer/shifts/coverage.html", slug=week.slug, told=told)


def _missed(item: ShiftItem) -> list[str]:
    """The names of those who did not come."""
    return sorted(seat.person for seat in item.seats if seat.state == "no_show")


def _by_time(rows: Iterable[ShiftRow]) -> dict[str, list[ShiftRow]]:
    found: defaultdict[str, list[ShiftRow]] = defaultdict(list)
    for row in rows:
        found[row.item.shift.local_from].append(row)
    return dict(found)


def _people(items: Iterable[ShiftItem]) -> list[PersonRow]:
    """Everybody with a seat, those to look after first, then who has the most hours."""
    stints: defaultdict[str, list[Stint]] = defaultdict(list)
    missed: defaultdict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for item in items:
        shift = item.shift
        for seat in item.seats:
            names[seat.person_id] = seat.person
            if seat.is_live:
                is_completed = seat.state == "completed"
                stints[seat.person_id].append(Stint(shift.starts_at, shift.ends_at, shift.local_date, is_completed))
            else:
                missed[seat.person_id] += 1
    rows = [PersonRow(id_, name, workload(stints[id_]), missed[id_]) for id_, name in names.items()]
    return sorted(rows, key=lambda row: (not row.load.warnings, -row.load.time, row.name.casefold(), row.id))


def _idle(session: Session, week: Week, rows: Iterable[ShiftRow], now: datetime) -> list[tuple[Team, int, bool]]:
    """The teams without a shift: each with its number of members, and if it was asked today."""
    idle = gaps.idle_teams(session, week, (row.item for row in rows))
    asked = notices.nudged(session, week, [each.team.id for each in idle], now)
    return [(team, members, team.id in asked) for team, members in idle]


@router.get("/export", name="shift_coverage_export")
def export_coverage(act: OrganizerAct, session: ReadSession, week: str) -> Response:
    """The same shifts as a CSV, with names and without emails."""
    found = weeks.find(session, week, act.now)
    items = listing.of_week(session, found, weeks.view(found, act.actor))
    text = csv_text.text([COLUMNS, *(_line(item) for item in items if not item.is_cancelled)])
    headers = {"Content-Disposition": f'attachment; filename="{found.slug}-coverage.csv"'}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _line(item: ShiftItem) -> Iterator[object]:
    shift, states = item.shift, [seat.state for seat in item.seats]
    yield from (shift.local_date.isoformat(), shift.local_from, shift.local_until, shift.zone)
    yield from (shift.label, shift.place)
    yield from (shift.seats, shift.needed, item.taken, states.count("completed"), states.count("no_show"), item.waiting)
    yield "; ".join(sorted(seat.person for seat in item.seats if seat.is_live))


@router.post("/nudges/{team}", name="team_nudge")
def nudge_team(request: Request, act: OrganizerAct, week: str, team: str) -> Response:
    """Ask the members of a team to take a shift; once a day."""

    def ask(session: Session, act: Act) -> Done:
        found = weeks.lock(session, week, act.now)
        asked = notices.nudge(session, found, team, act)
        if not asked:
            return Done("shift_coverage", "again", {"week": week})
        named = teams.find(session, found, team)
        audit.note(session, "team.nudged", AuditTarget("team", named.id, named.name), act, after={"people": asked})
        return Done("shift_coverage", "asked", {"week": week, "asked": str(asked)})

    return submit(request, act, ask, page=lambda page: coverage_page(page, slug=week))
