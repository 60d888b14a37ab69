"""`migrate`, `verify`, `backup`, `backups`, `restore`: what keeps an installation sound."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, plural
from app.cli.parameters import InputFile
from app.cli.place import CLOCK, command_act, opened, reading
from app.config import Settings
from app.db.database import Database
from app.domain.wording import listed
from app.errors import Conflict
from app.services.operations import backups, checksums, kept_backups, restores, schema, sqlite_schema, startup
from app.services.operations.kept_backups import Plan
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
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to write the copy; else as the daily backup does.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
) -> Answer:
    """Copy the SQLite database, also while the server writes."""
    settings = startup.read_settings()
    ledger = backups.ledger_file(settings)
    if file is None:
        return _keep_backup(voice, _plan(settings))
    with voice.progress("Copying pages") as bar:
        size = backups.back_up(ledger, file, overwrite=force, progress=bar.reach)
    return Answer({"file": str(file), "bytes": size}, [f"Backed up to {file} ({size:,} bytes)."])


def _plan(settings: Settings) -> Plan:
    """The plan of this installation. Raises Conflict without one."""
    backups.ledger_file(settings)
    if (plan := kept_backups.plan_of(settings)) is None:
        raise Conflict("No directory for backups is set. Set ASSEMBLY_WEEK_BACKUP_DIR, or name a FILE to back up to.")
    return plan


def _keep_backup(voice: Voice, plan: Plan) -> Answer:
    with voice.progress("Copying pages") as bar:
        copy, removed = kept_backups.make(plan, CLOCK.real(), progress=bar.reach)
    document = {"file": str(copy.path), "bytes": copy.bytes, "removed": [str(path) for path in removed]}
    gone = f" Removed {plural(len(removed), 'older one', 'older ones')}." if removed else ""
    return Answer(document, [f"Backed up to {copy.path} ({copy.bytes:,} bytes), and verified it.{gone}"])


@command(group, "backups")
def list_backups(
    voice: Voice,
    check: Annotated[bool, typer.Option("--check", help="Read each one, and compare it with its checksum.")] = False,
) -> Answer:
    """List the backups that are kept, newest first."""
    plan = _plan(startup.read_settings())
    copies = kept_backups.copies(plan.directory, CLOCK.real())
    if not copies:
        return Answer({"backups": []}, [f"No backups in {plan.directory} yet. `assembly-week backup` makes one."])
    flaws = []
    if check:
        with voice.progress("Checking", total=len(copies)) as bar:
            for copy in copies:
                flaws.append(checksums.flaw(copy.path))
                bar.advance(1)
    broken = [flaw for flaw in flaws if flaw]
    documents = [{"file": str(copy.path), "made_at": copy.at, "bytes": copy.bytes} for copy in copies]
    table = Table(("file", "made_at", "bytes"), [tuple(document.values()) for document in documents])
    refusal = " ".join(broken) or None
    done = [f"OK: {plural(len(copies), 'backup is', 'backups are')} as made."] if check and not broken else []
    return Answer({"backups": documents} | ({"broken": broken} if check else {}), [table, *done], refusal)


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
    done = restores.restore(backups.ledger_file(settings), file, command_act(), verified=not unverified)
    with opened(settings):
        kept = f" The one it replaces is kept as {done.replaced}." if done.replaced else ""
    document = {"file": str(file), "replaced": done.replaced and str(done.replaced), "revision": done.revision}
    return Answer(document, [f"Restored {file}.{kept}"])
