"""The announcement: one line of the organizers on every board, the shifts, everyone’s own page and displays."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from app.db.database import announce
from app.db.statements import Prepared
from app.domain.actor import Act
from app.domain.text import names
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed
from app.events import AnnouncementChanged
from app.models import Announcement
from app.services import single_rows
from app.services.audit import audit
from app.services.audit.audit import AuditTarget
from app.services.ledger.drafts import LONGEST_TEXT, read_address

LONGEST = 140  # characters: two or three lines of a phone
LONGEST_LINK = LONGEST_TEXT
NEVER = datetime.max.replace(tzinfo=UTC)
_TARGET = AuditTarget("announcement", "1", "The announcement")

_ROW = Prepared(
    select(
        col(Announcement.text), col(Announcement.link), col(Announcement.until), col(Announcement.version),
        col(Announcement.by), col(Announcement.at),
    ).where(col(Announcement.id) == bindparam("one"))
)  # fmt: skip


class Line(NamedTuple):
    """The announcement; an empty `text` is none. It goes by itself at `until`, where that is set."""

    text: str = ""
    link: str = ""
    until: datetime | None = None
    version: int = 0
    by: str = ""
    at: datetime | None = None

    @property
    def shown(self) -> tuple[str, str]:
        """The values that a page shows of it: equal ones make equal pages."""
        return self.text, self.link

    @property
    def key(self) -> str:
        """A key of what it says, empty for nothing, by which a browser remembers that its reader has dismissed it."""
        return (
            "" if not self.text else sha256(f"{self.text}\n{self.link}".encode(errors="surrogatepass")).hexdigest()[:12]
        )

    @property
    def lasts_until(self) -> datetime:
        """The moment at which it is another one by itself."""
        return self.until if self.text and self.until is not None else NEVER


NO_LINE = Line()


class AnnouncementStale(Conflict):
    """Somebody else changed the announcement after the one that a change began with."""

    def __init__(self, newest: Line) -> None:
        theirs = f"wrote “{apart(newest.text)}”" if newest.text else "cleared it"
        super().__init__(
            f"Not saved: {apart(newest.by)} {theirs} after you opened this page. "
            "What you typed is kept. Save again to replace theirs.",
            code="stale",
        )


def kept(session: Session) -> Line:
    """The announcement as it was last written, also where its time is over."""
    rows = _ROW.rows(session, one=1)
    return Line(*rows[0]) if rows else NO_LINE


def current(session: Session, now: datetime) -> Line:
    """The announcement as everyone sees it; one whose time is over has no text."""
    found = kept(session)
    return found if now < found.lasts_until else found._replace(text="", link="", until=None)


def check_text(text: str) -> str:
    """A line as it is kept. Raises Malformed."""
    text = names.tidy(text)
    if flaw := names.flaw(text, LONGEST):
        raise Malformed(f"The announcement {flaw}.")
    return text


def check_link(text: str) -> str:
    """The address it leads to as it is kept; may be empty. Raises Malformed."""
    text = text.strip()
    try:
        if len(text) > LONGEST_LINK:
            raise Malformed(f"The link must have at most {LONGEST_LINK} characters.")
        return read_address(text) if text else ""
    except ValueError as flaw:
        raise Malformed(f"The link {flaw}.") from None


def change(
    session: Session, text: str, act: Act, *, link: str = "", until: datetime | None = None, version: int | None = None
) -> Line:
    """Say this line from now on, until a moment where one is given; the same again changes nothing.

    `version` is that of the one it replaces, None where it may be any. Raises Malformed, or AnnouncementStale where
    somebody else changed it meanwhile.
    """
    text, link = check_text(text), check_link(link)
    if until is not None and until <= act.now:
        raise Malformed.at(until="That time is over. Choose one that’s still to come.")
    return _keep(session, Line(text, link, until), act, version)


def clear(session: Session, act: Act, *, version: int | None = None) -> Line:
    """Say nothing from now on. Raises AnnouncementStale where somebody else changed it meanwhile."""
    return _keep(session, NO_LINE, act, version)


def _keep(session: Session, wanted: Line, act: Act, version: int | None) -> Line:
    before, saved = single_rows.replace(
        session, Announcement, kept, lambda _before: wanted, act, version=version, stale=AnnouncementStale
    )
    if saved != before:
        action = "announcement.changed" if saved.text else "announcement.cleared"
        audit.note(session, action, _TARGET, act, before=_document(before), after=_document(saved))
        announce(session, AnnouncementChanged())
    return saved


def _document(line: Line) -> dict[str, object] | None:
    until = line.until.isoformat() if line.until else None
    return {"text": line.text, "link": line.link, "until": until} if line.text else None
