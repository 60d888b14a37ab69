"""Imports of pasted and uploaded lists: read, judged and stored by their kind, as the commands do."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from sqlmodel import Session

from app.db.database import Database
from app.domain.actor import Act
from app.domain.tables.reading import Choice
from app.errors import Malformed
from app.services.imports import (
    activity_files,
    identity_import,
    imports,
    people_import,
    roster_import,
    shift_import,
)
from app.services.imports.history import Kind
from app.services.weeks import weeks

MOST_BYTES = 4 * 1_048_576
"""Of a list on a page, which travels with its form between preview and import; commands take longer ones."""

TOO_LARGE = "A list on this page has at most 4 MiB. Split it, or import it with the command `assembly-week`."


def check_size(text: str) -> None:
    """Raise Malformed for a text that is too long for a page."""
    if len(text) > MOST_BYTES or len(text.encode(errors="surrogatepass")) > MOST_BYTES:
        raise Malformed(TOO_LARGE)


class _Outcome(Protocol):
    def _asdict(self) -> dict[str, Any]: ...


def run(database: Database, kind: Kind, slug: str, text: str, choice: Choice | None, act: Act) -> dict[str, int]:
    """Import a list, all or nothing; the numbers of what it did, as its outcome names them.

    A long list is read while others write. Raises WeekUnknown, ListRefused, BatchRefused, WeekNotOpen or ShiftRefused.
    """
    if kind == "activities":
        with database.reading() as session:
            zone = weeks.look(session, slug, act.now).zone
        lines, _ = activity_files.read_text(text, zone, choice)
        return imports.import_activities(database, slug, lines, act)._asdict()
    apply = _prepared(database, kind, slug, text, choice, act)
    with database.unit_of_work() as session:
        return apply(session)._asdict()


def _prepared(
    database: Database, kind: Kind, slug: str, text: str, choice: Choice | None, act: Act
) -> Callable[[Session], _Outcome]:
    """The import of a list that was read, for a transaction."""
    if kind == "people":
        return partial(people_import.apply, found=people_import.read(text, choice), act=act)
    if kind == "identities":
        return partial(identity_import.apply, found=identity_import.read(text, choice), act=act)
    if kind == "shifts":
        return partial(
            shift_import.apply, slug=_slug(database, slug, act), found=shift_import.read(text, choice), act=act
        )
    roster = roster_import.read(text, choice)
    slug = _slug(database, slug, act)
    with database.reading() as session:
        plan = roster_import.prepare(session, slug, roster, act)
    return partial(roster_import.apply, slug=slug, wanted=plan, act=act)


def _slug(database: Database, slug: str, act: Act) -> str:
    with database.reading() as session:
        return weeks.find(session, slug, act.now).slug
