"""Calendar feeds: made and revoked."""

from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app import models
from app.services.exports.ledger_export import moment
from app.web.documents.values import Moment


class CalendarFeed(TypedDict):
    """A feed that was just made; its address is shown this once."""

    id: str
    url: str


class RevokedFeed(TypedDict):
    """A feed that ended, and when."""

    id: str
    revoked_at: Moment


def calendar_feed_document(feed: models.CalendarFeed, url: str) -> CalendarFeed:
    """A new feed with its address."""
    return {"id": feed.id, "url": url}


def revoked_feed_document(feed: models.CalendarFeed) -> RevokedFeed:
    """A feed that ended."""
    return {"id": feed.id, "revoked_at": moment(feed.revoked_at or feed.created_at)}
