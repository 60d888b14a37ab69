"""`archive`: a whole week as one file, out of one installation and into another."""

import os
from pathlib import Path
from typing import IO, Annotated, cast

import typer

from app.cli.command import command
from app.cli.files import written
from app.cli.output import Answer, Voice, plural
from app.cli.parameters import InputFile, WeekSlug
from app.cli.place import command_act, opened
from app.domain.text.direction import apart
from app.errors import Conflict
from app.services.archives import checks, exporting, importing
from app.services.archives.container import FROM_A_FILE
from app.services.operations import startup
from app.services.operations.whole_files import part_of, sync

group = typer.Typer(help="Take a whole week to another installation.", no_args_is_help=True)


@command(group, "export")
def export(
    voice: Voice,
    week: WeekSlug,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the archive.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> Answer:
    """Write a whole week as an archive, which `archive import` reads elsewhere."""
    act = command_act()
    if file.exists() and not (force and file.is_file()):
        raise Conflict(f"{file} exists already. Choose another name, or replace it with --force.")
    with opened(startup.read_settings()) as database, voice.progress(f"Exporting {week}") as bar:
        with part_of(file.resolve()) as part:
            with part.open("wb") as out, database.reading() as session:
                exported = exporting.export(session, week, cast("IO[bytes]", out), act.now, bar.advance)
                out.flush()
                os.fsync(out.fileno())
            with database.unit_of_work() as session:  # before the file has its name: no export goes unnoted
                exporting.note(session, exported, act)
            part.replace(file)
        sync(file.resolve().parent)
    size = file.stat().st_size
    document = {"week": exported.week.slug, "file": str(file), "bytes": size, "rows": exported.counts}
    return Answer(document, [f"Exported week {exported.week.slug} to {file} ({size:,} bytes)."])


@command(group, "import")
def bring_in(
    voice: Voice,
    file: InputFile,
    slug: Annotated[str, typer.Option("--as", metavar="SLUG", help="Another slug than the archive's.")] = "",
) -> Answer:
    """Import a week from an archive, with its board as it was; people who are here are found by their email."""
    act = command_act()
    with opened(startup.read_settings()) as database, file.open("rb") as content:
        with voice.progress("Checking"):
            checked = checks.check(content, FROM_A_FILE)
        with voice.progress("Importing", sum(checked.counts.values())) as bar, database.unit_of_work() as session:
            done = importing.bring_in(session, content, act, slug=slug, checked=checked, progress=bar.advance)
    people = plural(done.new_people, "new person", "new people")
    document = {
        "week": done.week.slug, "new_people": done.new_people, "known_people": done.known_people, "rows": done.counts,
    }  # fmt: skip
    sentence = f"Imported {apart(done.week.name)} as {done.week.slug}: {people}, {done.known_people:,} known."
    return Answer(document, [sentence])


@command(group, "rules")
def take_rules(
    _voice: Voice,
    file: InputFile,
    out: Annotated[str, typer.Option(metavar="FILE", help="Where to write them; `-` is standard output.")] = "-",
) -> Answer | None:
    """Write the rules that score an archive's week, to activate them before it is imported."""
    with file.open("rb") as content:
        text = checks.check(content, FROM_A_FILE).rules_text
    with written(out) as target:
        target.write(text)
    return None if out == "-" else Answer({"file": out}, [f"Wrote the rules to {out}."])
