"""Evidence of activities: links, notes and who logged them by hand, for organizers and for the team itself."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from app.domain.actor import Actor
from app.domain.draft import BY_HAND
from app.models import LedgerEntry
from app.services.people.people import CHUNK, chunks
from app.services.teams import teams


class Evidence(NamedTuple):
    """The proof of an activity; `logged_by` is who logged it by hand, None for what a tool reported."""

    url: str | None
    note: str | None
    logged_by: str | None


def on_receipt(session: Session, team_id: str, activity_ids: Iterable[str], actor: Actor | None) -> dict[str, Evidence]:
    """The evidence of a team's activities by id, where there is any; none for who is neither of the team nor organizes.

    The public reads what a team did and why it counts, not whom or what it was about.
    """
    if actor is None or not (actor.may("admin") or actor.person_id in teams.ever_in(session, team_id)):
        return {}
    found: dict[str, Evidence] = {}
    columns: tuple[Any, ...] = (
        LedgerEntry.id, LedgerEntry.url, LedgerEntry.note, LedgerEntry.source, LedgerEntry.recorded_by,
    )  # fmt: skip
    has_any = or_(
        col(LedgerEntry.url).is_not(None), col(LedgerEntry.note).is_not(None), col(LedgerEntry.source) == BY_HAND
    )
    for chunk in chunks(activity_ids, CHUNK):
        for row in session.connection().execute(sql_select(*columns).where(col(LedgerEntry.id).in_(chunk), has_any)):
            found[row.id] = Evidence(row.url, row.note, row.recorded_by if row.source == BY_HAND else None)
    return found
