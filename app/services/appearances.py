"""The appearance of this installation: its own name, accent colour and logo, as organizers chose them."""

from collections.abc import Callable

from sqlmodel import Session, col, delete

from app.db.database import announce
from app.domain import accent as accents
from app.domain import logo as logos
from app.domain.actor import Act
from app.domain.logo import Logo
from app.domain.look import AS_SHIPPED, Look
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed
from app.events import AppearanceChanged
from app.models import Appearance, LogoFile
from app.services import single_rows
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

SHIPPED_NAME = "Assembly Week"
LOGO_TOO_LARGE = logos.TOO_LARGE
LONGEST_NAME = 40  # characters: what fits beside the navigation of a laptop
_TARGET = AuditTarget("appearance", "1", "The appearance")


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
    return Look(**{name: getattr(row, name) for name in Look._fields}) if row else AS_SHIPPED


def logo_png(session: Session, sha256: str) -> bytes | None:
    """The logo with this content hash, as PNG; None where it is no longer the one that is kept."""
    row = session.get(LogoFile, sha256)
    return row.png if row else None


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


def check_logo(data: bytes) -> Logo:
    """A logo as it is kept: written anew from its pixels. Raises Malformed."""
    try:
        return logos.read(data)
    except ValueError as flaw:
        raise Malformed.at(logo=str(flaw)) from None


def change(session: Session, name: str, accent: str, act: Act, *, version: int | None = None) -> Look:
    """Show this name and accent from now on; empty ones are as it ships, the same again changes nothing.

    `version` is that of the appearance they replace, None where it may be any. Raises Malformed, or AppearanceStale
    where somebody else changed it meanwhile.
    """
    name, accent = check_name(name), check_accent(accent)
    return _change(session, lambda look: look._replace(name=name, accent=accent), act, version)


def change_logo(session: Session, logo: Logo, act: Act, *, version: int | None = None) -> Look:
    """Show this logo from now on, in place of the one before. Raises AppearanceStale."""
    look = Look(logo=logo.sha256, logo_width=logo.width, logo_height=logo.height, logo_plate=logo.plate)
    saved = _change(session, lambda before: _with_logo_of(before, look), act, version)
    session.merge(LogoFile(sha256=logo.sha256, png=logo.png))
    session.flush()
    return saved


def remove_logo(session: Session, act: Act, *, version: int | None = None) -> Look:
    """Show the mark that ships, in place of a logo. Raises AppearanceStale."""
    return _change(session, lambda before: _with_logo_of(before, AS_SHIPPED), act, version)


def reset(session: Session, act: Act, *, version: int | None = None) -> Look:
    """Go back to the name, the colour and the mark that ship. Raises AppearanceStale."""
    return _change(session, lambda _before: AS_SHIPPED, act, version)


def _with_logo_of(look: Look, other: Look) -> Look:
    return other._replace(name=look.name, accent=look.accent)


def _change(session: Session, change: Callable[[Look], Look], act: Act, version: int | None) -> Look:
    before, saved = single_rows.replace(
        session, Appearance, current, change, act, version=version, stale=AppearanceStale
    )
    if saved != before:
        session.exec(delete(LogoFile).where(col(LogoFile.sha256) != saved.logo))
        audit.note(session, "appearance.changed", _TARGET, act, before=_document(before), after=_document(saved))
        announce(session, AppearanceChanged(saved))
    return saved


def _document(look: Look) -> dict[str, object]:
    size = f"{look.logo_width} × {look.logo_height}, {look.logo[:12]}" if look.logo else ""
    return {"name": look.name, "accent": look.accent, "logo": size}
