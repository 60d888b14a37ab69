"""Ready patterns: the two calendars most weeks have, by the names pages and commands know them by."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.calendar.slots import ASSEMBLY_WEEK, WEDNESDAY_ROTATION, Pattern, Rest
from app.errors import Malformed
from app.models import Shift, Team, Week
from app.services.shifts import settings, shifts
from app.services.shifts.shifts import Generated, ShiftFields
from app.services.weeks import weeks

ASSEMBLY, WEDNESDAY = "assembly-week", "wednesday"
READY: Mapping[str, Pattern] = MappingProxyType({ASSEMBLY: ASSEMBLY_WEEK, WEDNESDAY: WEDNESDAY_ROTATION})


def ready(name: str) -> Pattern:
    """The pattern of this name. Raises Malformed."""
    if name not in READY:
        raise Malformed(f"“{name[:40]}” isn’t a ready pattern. Choose {' or '.join(READY)}.")
    return READY[name]


def generate_ready(
    session: Session, slug: str, name: str, first: date, last: date, fields: ShiftFields, act: Act, *,
    rest: Rest = "short", dry_run: bool = False,
) -> Generated:  # fmt: skip
    """Make the shifts of a ready pattern, as `shifts.generate` does.

    The Wednesday rotation is for everyone: it does without teams where the week has neither a team nor a shift.
    """
    pattern = replace(ready(name), rest=rest)
    if name == WEDNESDAY and not dry_run:
        _do_without_teams(session, slug, act)
    return shifts.generate(session, slug, pattern, first, last, fields, act, dry_run=dry_run)


def _do_without_teams(session: Session, slug: str, act: Act) -> None:
    week = weeks.lock(session, slug, act.now)
    if week.state != "closed" and not has_teams_or_shifts(session, week):
        settings.change(session, slug, {"needs_team": False}, act)


def has_teams_or_shifts(session: Session, week: Week) -> bool:
    """Tell whether a week has a team or a shift."""
    queries = (
        select(Team.id).where(Team.week_id == week.id, col(Team.removed_version).is_(None)),
        select(Shift.id).where(Shift.week_id == week.id),
    )
    return any(session.exec(query.limit(1)).first() is not None for query in queries)
