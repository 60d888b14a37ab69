"""The appearance of this installation: its own name and accent colour, as organizers chose them."""

from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from app.db.database import announce, serialize
from app.domain import accent as accents
from app.domain.actor import Act
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed
from app.events import AppearanceChanged
from app.models import Appearance
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

SHIPPED_NAME = "Assembly Week"
LONGEST_NAME = 40  # characters: what fits beside the navigation of a laptop
_TARGET = AuditTarget("appearance", "1", "The appearance")


class Look(NamedTuple):
    """A name and an accent colour (#rrggbb); an empty one is as it ships. `version` counts the changes."""

    name: str = ""
    accent: str = ""
    version: int = 0
    by: str = ""
    at: datetime | None = None


AS_SHIPPED = Look()


class AppearanceStale(Conflict):
    """Somebody else changed the appearance after the one that a change began with."""

    def __init__(self, newest: Look) -> None:
        super().__init__(
            f"Not saved: {apart(newest.by)} changed the appearance after you opened this page. "
            "What you typed is kept. Save again to replace theirs.",
            code="stale",
        )


def current(session: Session) -> Look:
    """The appearance as everyone sees it."""
    row = session.get(Appearance, 1, populate_existing=True)
    return Look(row.name, row.accent, row.version, row.by, row.at) if row else AS_SHIPPED


def check_name(text: str) -> str:
    """A name as it is kept; may be empty. Raises Malformed."""
    text = names.tidy(text)
    if text and (flaw := names.flaw(text, LONGEST_NAME)):
        raise Malformed(f"The name {flaw}.")
    return text


def check_accent(text: str) -> str:
    """An accent colour as it is kept; may be empty. Raises Malformed for one that can’t be read on our pages."""
    if not text.strip():
        return ""
    colour = accents.parse(text)
    if colour is None:
        raise Malformed("Write the colour as # and six digits or letters a to f, such as #1d6849.")
    if (found := accents.least_contrast(colour, accents.BY_DAY)) < accents.LEAST:
        nearest = accents.readable(colour, accents.BY_DAY)
        raise Malformed(
            f"Too light to read: its contrast is {int(found * 10) / 10} to 1, and text takes {accents.LEAST} to 1. "
            f"The nearest colour that works is {nearest}."
        )
    return colour


def change(session: Session, name: str, accent: str, act: Act, *, version: int | None = None) -> Look:
    """Show this name and accent from now on; empty ones are as it ships, the same again changes nothing.

    `version` is that of the appearance they replace, None where it may be any. Raises Malformed, or AppearanceStale
    where somebody else changed it meanwhile.
    """
    wanted = Look(check_name(name), check_accent(accent))
    serialize(session)
    before = current(session)
    if version is not None and version != before.version:
        raise AppearanceStale(before)
    if wanted[:2] == before[:2]:
        return before
    saved = wanted._replace(version=before.version + 1, by=act.actor.name, at=act.now)
    session.merge(Appearance(id=1, **saved._asdict()))
    session.flush()
    sides = [{"name": each.name, "accent": each.accent} for each in (before, saved)]
    audit.note(session, "appearance.changed", _TARGET, act, before=sides[0], after=sides[1])
    announce(session, AppearanceChanged(saved.name, saved.accent, saved.version))
    return saved
