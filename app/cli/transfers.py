"""`team import`, `activity import` and `export`: lists in, the ledger out."""

from io import BufferedReader
from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import command
from app.cli.files import STDOUT, UTF8_MARK, counted, read_lines, read_text_lines, written
from app.cli.output import Answer, Voice
from app.cli.parameters import InputFile, WeekSlug
from app.cli.place import command_act, opened, writing
from app.services.audit import audit
from app.services.exports import ledger_export
from app.services.exports.ledger_export import Format
from app.services.imports import batch, imports, roster_import
from app.services.operations import startup
from app.services.weeks import weeks

CSV_NAMES = (".csv",)
NDJSON_NAMES = (".ndjson", ".jsonl", ".json")

teams = typer.Typer(help="Put people into teams.", no_args_is_help=True)
group = typer.Typer()
activities = typer.Typer(help="Record activities from a file.", no_args_is_help=True)


@command(teams, "import")
def import_teams(voice: Voice, week: WeekSlug, file: InputFile) -> Answer:
    """Import teams from a CSV with the header `team,name,email`, all or nothing."""
    with voice.progress("Reading") as bar:
        entries = roster_import.read_csv(counted(read_lines(file), bar.advance))
    act = command_act()
    with writing() as session, voice.progress(f"Placing {len(entries):,} people", len(entries)) as bar:
        slug = weeks.find(session, week, act.now).slug
        outcome = roster_import.apply(session, slug, entries, act, bar.advance)
    sentence = (
        f"Week {slug}: {outcome.people} people in {outcome.teams} teams; {outcome.moved} of them new to their team."
    )
    return Answer({"week": slug, **outcome._asdict()}, [sentence])


@command(activities, "import")
def import_activities(voice: Voice, week: WeekSlug, file: InputFile) -> Answer:
    """Import activities from CSV or NDJSON with the API's fields, all or nothing."""
    lines = _read(voice, file)
    recording = voice.progress(f"Recording {len(lines):,} lines", len(lines))
    with opened(startup.read_settings()) as database, recording as bar:
        outcome = imports.import_activities(database, week, lines, command_act(), progress=bar.advance)
    sentence = f"Recorded {outcome.recorded:,} activities; {outcome.repeated:,} were there already."
    return Answer(outcome._asdict(), [sentence])


def _read(voice: Voice, path: Path) -> list[batch.Line]:
    with path.open("rb") as file, voice.progress("Reading") as bar:
        if _is_ndjson(path, file):
            return list(counted(batch.read_ndjson(file.read().removeprefix(UTF8_MARK)), bar.advance))
        return list(counted(batch.read_csv(read_text_lines(file)), bar.advance))


def _is_ndjson(path: Path, file: BufferedReader) -> bool:
    """Detect the format by the name's ending, else by the first byte that is no space: objects begin with a brace."""
    ending = path.suffix.casefold()
    if ending in CSV_NAMES + NDJSON_NAMES:
        return ending in NDJSON_NAMES
    return file.peek(64).removeprefix(UTF8_MARK).lstrip().startswith(b"{")


@command(group, "export")
def export(
    voice: Voice,
    week: WeekSlug,
    form: Annotated[Format, typer.Option("--format", help="What to write.")],
    out: Annotated[str, typer.Option(metavar="FILE", help="Where to write it; `-` is standard output.")],
) -> Answer | None:
    """Write a week's whole ledger, reversed activities and adjustments included."""
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
            count = ledger_export.export(session, found, form, file, bar.advance)
            with database.unit_of_work() as noting:  # before the file has its name: no export goes unnoted
                details = {"format": form, "activities": count}
                audit.note(noting, "ledger.exported", weeks.audit_target(found), act, after=details)
    if out == STDOUT:
        return None
    return Answer(
        {"week": found.slug, "format": form, "file": out, "activities": count},
        [f"Exported {count:,} activities of week {found.slug} to {out}."],
    )
