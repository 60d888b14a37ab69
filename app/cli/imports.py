"""`import`: which lists were imported, and undo one as a whole."""

import json
from typing import Annotated, Any

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.place import command_act, reading, writing
from app.models import ListImport
from app.services.imports import history, undoing, wording
from app.services.weeks import weeks

group = typer.Typer(help="See which lists were imported, and undo one.", no_args_is_help=True)

_COLUMNS = ("id", "kind", "at", "by", "counts", "undone_at")


@command(group, "list")
def list_imports(
    _voice: Voice,
    week: Annotated[str | None, typer.Argument(metavar="[WEEK]", help="The week; without it, lists of none.")] = None,
) -> Answer:
    """List the last imports of a week, or of people and identities without one, the newest first."""
    act = command_act()
    with reading() as session:
        of_week = weeks.find(session, week, act.now) if week is not None else None
        documents = [_document(found) for found in history.recent(session, of_week)]
    rows = [tuple(_told(document)[name] for name in _COLUMNS) for document in documents]
    return Answer({"imports": documents}, [Table(_COLUMNS, rows)] if rows else ["No imports yet."])


@command(group, "undo")
def undo(_voice: Voice, import_id: Annotated[str, typer.Argument(metavar="ID", help="The import's id.")]) -> Answer:
    """Undo an import: activities are reversed, people put back; it says what stays, and why."""
    act = command_act()
    with writing() as session:
        undone = undoing.undo(session, import_id, act)
        document = _document(history.find(session, import_id))
    told = [wording.undone(undone.counts), *undone.stayed]
    return Answer({**document, "undone": undone.counts, "stayed": undone.stayed}, told)


def _document(found: ListImport) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "at": found.at,
        "by": found.by,
        "counts": json.loads(found.counts),
        "undone_at": found.undone_at,
    }


def _told(document: dict[str, Any]) -> dict[str, Any]:
    return {**document, "counts": wording.imported(document["kind"], document["counts"])}
