"""Imports of pasted and uploaded lists: read, judged and stored by their kind, as the commands do."""

from sqlmodel import Session

from app.db.database import Database
from app.domain.actor import Act
from app.domain.tables.reading import Choice
from app.errors import Malformed
from app.services.imports import (
    activity_files,
    identity_import,
    imports,
    lists,
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


def run(database: Database, kind: Kind, slug: str, text: str, choice: Choice | None, act: Act) -> dict[str, int]:
    """Import a list, all or nothing; the numbers of what it did, as its outcome names them.

    Raises WeekUnknown, ListRefused, BatchRefused, WeekNotOpen or ShiftRefused.
    """
    match kind:
        case "teams":
            roster = roster_import.read(text, choice)
            with database.reading() as session:
                plan = roster_import.prepare(session, slug, roster, act)
            with database.unit_of_work() as session:
                return roster_import.apply(session, _slug(session, slug, act), plan, act)._asdict()
        case "people":
            people_list = people_import.read(text, choice)
            lists.check(people_list.bad)
            with database.unit_of_work() as session:
                return people_import.apply(session, people_list, act)._asdict()
        case "activities":
            with database.reading() as session:
                zone = weeks.look(session, slug, act.now).zone
            lines, _ = activity_files.read_text(text, zone, choice)
            return imports.import_activities(database, slug, lines, act)._asdict()
        case "shifts":
            shift_list = shift_import.read(text, choice)
            with database.unit_of_work() as session:
                return shift_import.apply(session, _slug(session, slug, act), shift_list, act)._asdict()
        case "identities":
            identity_list = identity_import.read(text, choice)
            lists.check(identity_list.bad)
            with database.unit_of_work() as session:
                return identity_import.apply(session, identity_list, act)._asdict()


def _slug(session: Session, slug: str, act: Act) -> str:
    return weeks.find(session, slug, act.now).slug
