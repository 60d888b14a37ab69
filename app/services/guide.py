"""The guide: the version shown, the versions before it, and how organizers change it."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.text import names, passages
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, NotFound
from app.models import GuideVersion
from app.services import reasons
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

LONGEST = 16_000  # characters, some eight printed pages: what a form takes in any script (`areas.GUIDE_BYTES`)
PER_PAGE = 20
SHIPPED = 0
"""The number of the guide that comes with the program, shown until organizers save one."""

_NEWEST = select(GuideVersion).order_by(col(GuideVersion.id).desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Guide:
    """One version of the guide, in Markdown; the shipped one has neither note nor author nor time."""

    number: int
    text: str
    note: str = ""
    by: str = ""
    at: datetime | None = None


class VersionEntry(NamedTuple):
    """A version in the history, without its text."""

    number: int
    note: str
    by: str
    at: datetime | None


class GuideChanged(Conflict):
    """Another version was saved after the one that a change began with."""

    def __init__(self, newest: Guide) -> None:
        super().__init__(
            f"Not saved: {apart(newest.by)} saved version {newest.number} after you opened this page. "
            "What you typed is kept. Compare the two, then save again to replace theirs.",
            code="stale",
        )


@cache
def shipped() -> Guide:
    """The guide that comes with the program."""
    return Guide(SHIPPED, passages.plain(Path(__file__).with_name("guide.md").read_text(encoding="utf-8")))


def current(session: Session) -> Guide:
    """The guide as everyone sees it."""
    found = session.exec(_NEWEST).first()
    return _guide(found) if found else shipped()


def numbered(session: Session, number: int) -> Guide:
    """A version by its number, 0 for the shipped one. Raises NotFound."""
    if number == SHIPPED:
        return shipped()
    found = session.get(GuideVersion, number)
    if found is None:
        raise NotFound("There’s no such version of the guide. Its history lists them all.")
    return _guide(found)


def history(session: Session, before: int | None = None) -> list[VersionEntry]:
    """Up to `PER_PAGE` versions, the newest first, of those before a number; the shipped one comes last of all."""
    query = select(GuideVersion.id, GuideVersion.note, GuideVersion.by, GuideVersion.at)
    if before is not None:
        query = query.where(col(GuideVersion.id) < before)
    found = [VersionEntry(*row) for row in session.exec(query.order_by(col(GuideVersion.id).desc()).limit(PER_PAGE))]
    return found if len(found) == PER_PAGE else [*found, VersionEntry(SHIPPED, "", "", None)]


def check_text(text: str) -> str:
    """The text as it is kept. Raises Malformed."""
    text = passages.plain(text).strip("\n")
    if not text.strip():
        raise Malformed("The guide must not be empty. To start over, go back to version 0.")
    if flaw := passages.flaw(text, LONGEST):
        raise Malformed(f"The guide {flaw}. Change that and try again.")
    return f"{text}\n"


def check_note(note: str) -> str:
    """The note as it is kept, empty without one. Raises Malformed."""
    note = names.tidy(note)
    if note and (flaw := names.flaw(note, reasons.LONGEST)):
        raise Malformed(f"The note {flaw}. Change that and try again.")
    return note


def change(session: Session, text: str, act: Act, *, note: str, version: int | None = None) -> Guide:
    """Save a text as the newest version; the same text again makes no new one.

    `version` is the number of the one it was made from, None where whoever saves it means to replace any. Raises
    GuideChanged where that is not the newest any more, Malformed for a text or note that cannot be kept.
    """
    text, note = check_text(text), check_note(note)
    serialize(session)
    before = current(session)
    if version is not None and version != before.number:
        raise GuideChanged(before)
    if text == before.text:
        return before
    saved = GuideVersion(text=text, note=note, by=act.actor.name, at=act.now)
    session.add(saved)
    session.flush()
    after = {"version": saved.id, "note": note}
    target = AuditTarget("guide", str(saved.id), f"Version {saved.id}")
    audit.note(session, "guide.changed", target, act, before={"version": before.number}, after=after)
    return _guide(saved)


def restore(session: Session, number: int, act: Act, *, version: int) -> Guide:
    """Save an older version's text as a new version. Raises NotFound or GuideChanged."""
    return change(session, numbered(session, number).text, act, note=f"Back to version {number}", version=version)


def _guide(row: GuideVersion) -> Guide:
    return Guide(row.id, row.text, row.note, row.by, row.at)
