"""`migrate`, `verify`, `backup`, `restore`: what keeps an installation sound."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Voice
from app.cli.parameters import InputFile
from app.cli.place import CLOCK, opened, reading
from app.db.database import Database
from app.domain.wording import listed
from app.services.operations import backups, restores, schema, sqlite_schema, startup
from app.services.standings import verification

group = typer.Typer()


@command(group, "migrate")
def migrate(_voice: Voice) -> Answer:
    """Bring the database to the newest schema (the server does so by itself on SQLite)."""
    settings = startup.read_settings()
    database = Database(settings.sqlalchemy_url)
    try:
        revision = schema.migrate(database)
        startup.prepare(database, settings, CLOCK.real())
    finally:
        database.dispose()
    return Answer({"revision": revision}, [f"The database has the newest schema, {revision}."])


@command(group, "verify")
def verify(
    voice: Voice,
    week: Annotated[str | None, typer.Argument(metavar="[WEEK]", help="A week's slug, or `current`; else all.")] = None,
) -> Answer:
    """Score weeks again from the ledger and compare with what is shown; on SQLite compare the schema, too."""
    now = CLOCK.real()
    with reading() as session:
        differences = [f"The database {flaw}." for flaw in sqlite_schema.differences_now(session)]
        chosen = verification.weeks_to_verify(session, week, now)
        with voice.progress("Verifying", total=len(chosen)) as bar:
            for each in chosen:
                differences += verification.verify(session, each, now)
                bar.advance(1)
        slugs = [each.slug for each in chosen]
    document = {"weeks": slugs, "differences": differences}
    if differences:
        count = "1 difference" if len(differences) == 1 else f"{len(differences)} differences"
        return Answer(document, differences, refusal=f"{count} from the ledger.")
    if not slugs:
        return Answer(document, ["No weeks yet, so there’s nothing to verify."])
    return Answer(document, [f"OK: {listed(slugs, 'and')} {'matches' if len(slugs) == 1 else 'match'} the ledger."])


@command(group, "backup")
def backup(
    voice: Voice,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the copy.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> Answer:
    """Copy the SQLite database, also while the server writes."""
    ledger = backups.ledger_file(startup.read_settings())
    with voice.progress("Copying pages") as bar:
        size = backups.back_up(ledger, file, overwrite=force, progress=bar.reach)
    return Answer({"file": str(file), "bytes": size}, [f"Backed up to {file} ({size:,} bytes)."])


@command(group, "restore")
def restore(
    _voice: Voice,
    file: InputFile,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Restore it though its boards don’t follow from its ledger.")
    ] = False,
) -> Answer:
    """Put a backup in the database's place, and keep what it replaces. The server must be stopped."""
    settings = startup.read_settings()
    done = restores.restore(backups.ledger_file(settings), file, now=CLOCK.real(), verified=not unverified)
    with opened(settings):
        kept = f" The one it replaces is kept as {done.replaced}." if done.replaced else ""
    document = {"file": str(file), "replaced": done.replaced and str(done.replaced), "revision": done.revision}
    return Answer(document, [f"Restored {file}.{kept}"])
