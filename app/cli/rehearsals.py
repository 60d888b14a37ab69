"""`week rehearse`: begin a week's rehearsal, move its clock on, throw it away."""

from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Voice, plural
from app.cli.parameters import WeekSlug
from app.cli.place import command_act, writing
from app.cli.weeks import group as group
from app.errors import Malformed
from app.services.rehearsals import ending, rehearsals
from app.services.rehearsals.rehearsals import Rehearsal
from app.services.weeks import schedule, weeks
from app.web.documents import rehearsal_document


@command(group, "rehearse")
def rehearse(
    _voice: Voice,
    slug: WeekSlug,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Move its clock on to 2022-09-14 09:00, local.")
    ] = None,
    throw_away: Annotated[bool, typer.Option("--throw-away", help="Delete it with everything in it.")] = False,
) -> Answer:
    """Rehearse a week: a copy that stand-ins play, which sends nothing and counts nowhere; or tell how far it is."""
    act = command_act()
    if until and throw_away:
        raise Malformed("Move its clock or throw it away, not both.")
    with writing() as session:
        week = weeks.find(session, slug, act.now)
        if throw_away:
            rows = ending.throw_away(session, week.slug, act)
            told = f"Threw the rehearsal of {week.name} away: {plural(rows, 'row', 'rows')}."
            return Answer({"of": week.slug, "rows": rows}, [told])
        found = rehearsals.of_week(session, week) or rehearsals.begin(session, week.slug, act)
        if until is not None:
            at = schedule.moment_of(schedule.read_local(until), week.zone)
            found = rehearsals.move(session, week.slug, at, act)
        return Answer(dict(rehearsal_document(found)), [_told(week.name, found)])


def _told(name: str, found: Rehearsal) -> str:
    zone = found.week.zone
    state = "frozen" if found.week.frozen_at else found.week.state
    return (
        f"The rehearsal of {name} ({found.week.slug}) is {state}, {found.now.astimezone(zone):%Y-%m-%d %H:%M} "
        f"({found.week.timezone}): {plural(found.activities, 'activity', 'activities')}, "
        f"{plural(found.seats, 'seat taken', 'seats taken')}."
    )
