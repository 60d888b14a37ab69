"""The announcement."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.services.announcements import Line
from app.services.exports.ledger_export import moment
from app.web.documents.values import Moment


class Announcement(TypedDict):
    """The line that everyone sees; `text` is empty while there is none. `version` counts its changes."""

    text: Annotated[str, Field(examples=["Prizes at 17:00 in the lobby"])]
    link: str | None
    until: Moment | None
    version: int
    by: str | None
    at: Moment | None


def announcement_document(line: Line) -> Announcement:
    """The announcement as it is given."""
    return {
        "text": line.text,
        "link": line.link or None,
        "until": moment(line.until) if line.until else None,
        "version": line.version,
        "by": line.by or None,
        "at": moment(line.at) if line.at else None,
    }
