"""`activity import` and `export`: activities in, the ledger out."""

from typing import Annotated

import typer

from app.cli.command import command
from app.cli.files import STDOUT, written
from app.cli.output import Answer, Voice, noted, plural
from app.cli.parameters import InputFile, WeekSlug
from app.cli.place import command_act, opened
from app.domain.view import EVERYTHING
from app.services.exports import week_exports
from app.services.exports.tables import Format
from app.services.exports.week_exports import What
from app.services.imports import activity_files, imports
from app.services.operations import startup
from app.services.weeks import weeks

group = typer.Typer()
activities = typer.Typer(help="Record activities from a file, list, reverse and reinstate them.", no_args_is_help=True)


@command(activities, "import")
def import_activities(voice: Voice, week: WeekSlug, file: InputFile) -> Answer:
    """Import activities from CSV or NDJSON with the API's fields, all or nothing."""
    act = command_act()
    with opened(startup.read_settings()) as database:
        with database.reading() as session, voice.progress("Reading"):
            zone = weeks.find(session, week, act.now).zone
            lines, notes = activity_files.read(file.read_bytes(), file.name, zone)
        with voice.progress(f"Recording {plural(len(lines), 'line', 'lines')}", len(lines)) as bar:
            outcome = imports.import_activities(database, week, lines, act, progress=bar.advance)
    repeats = plural(outcome.repeated, "repeat", "repeats")
    again = f" {outcome.reinstated:,} reinstated." if outcome.reinstated else ""
    sentence = f"Recorded {plural(outcome.recorded, 'activity', 'activities')} ({repeats}).{again}"
    document = {name: number for name, number in outcome._asdict().items() if number or name != "reinstated"}
    return Answer({**document, **noted(notes)}, [sentence, *notes])


@command(group, "export")
def export(
    voice: Voice,
    week: WeekSlug,
    form: Annotated[Format, typer.Option("--format", help="What to write.")],
    out: Annotated[str, typer.Option(metavar="FILE", help="Where to write it; `-` is standard output.")],
    what: Annotated[What, typer.Option("--what", help="Which table of the week.")] = "ledger",
) -> Answer | None:
    """Write a week's whole ledger, reversed activities and adjustments included; or another of its tables."""
    if voice.as_json and (form, out) == ("csv", STDOUT):
        raise typer.BadParameter("With --json, standard output holds JSON alone: name a file.", param_hint="--out")
    act = command_act()
    with (
        opened(startup.read_settings()) as database,
        database.reading() as session,
        voice.progress(f"Exporting {week}") as bar,
    ):
        found = weeks.find(session, week, act.now)
        with written(out) as file:
            count = week_exports.export(session, found, what, form, file, EVERYTHING, act.now, bar.advance)
            with database.unit_of_work() as noting:  # before the file has its name: no export goes unnoted
                week_exports.note(noting, found, what, form, count, EVERYTHING, act)
    if out == STDOUT:
        return None
    rows = plural(count, *week_exports.rows_of(what, form))
    counted: dict[str, str | int] = {"activities": count} if what == "ledger" else {"what": what, "rows": count}
    document = {"week": found.slug, "format": form, "file": out, **counted}
    return Answer(document, [f"Exported {rows} of week {found.slug} to {out}."])
