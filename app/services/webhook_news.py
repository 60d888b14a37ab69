"""News for webhooks: what the ledger has that was not told yet becomes messages; recording does nothing (ADR 22)."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, or_
from sqlalchemy import select as sql_select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.standings.board import Board, Standing
from app.models import LedgerEntry, WebhookEndpoint, WebhookProgress, Week
from app.services.ledger import activities
from app.services.ledger.activities import ActivityView
from app.services.standings import boards
from app.services.webhooks import endpoints, messages
from app.services.weeks import weeks

PAUSE: Final = timedelta(seconds=5)
"""Between two messages about one week's standings: what changes meanwhile is one change."""
MAX_ENTRIES = 200
"""Activities told in one transaction, which keeps others from writing meanwhile on SQLite."""
MAX_STANDINGS = 10
"""Teams of one message: it says that there is something to look at."""


_ENABLED = select(WebhookEndpoint.id).where(col(WebhookEndpoint.disabled_at).is_(None))
_SHOWN = func.coalesce(col(Week.frozen_version), col(Week.version))
_RESTED = or_(
    col(WebhookProgress.standings_at).is_(None),
    col(WebhookProgress.standings_at) <= bindparam("rested"),
    col(WebhookProgress.standings_at) > bindparam("now"),  # a clock that was set back
)
_DUE = Prepared(
    sql_select(col(Week.id))
    .outerjoin(WebhookProgress, col(WebhookProgress.week_id) == col(Week.id))
    .where(
        _ENABLED.exists(),
        col(Week.removed_at).is_(None),
        weeks.IS_REAL,
        or_(
            col(WebhookProgress.week_id).is_(None),
            col(WebhookProgress.version) < _SHOWN,
            and_(col(WebhookProgress.standings_version) < _SHOWN, _RESTED),
        ),
    )
    .order_by(col(Week.id))
)


def due(session: Session, now: datetime) -> list[int]:
    """The ids of the weeks that have news, while anybody wants to hear of them; at the game's time."""
    return [week_id for (week_id,) in _DUE.rows(session, now=now, rested=now - PAUSE)]


class Progress(NamedTuple):
    """Up to where a week's news was told; `shown` is the version of it that everybody may know of."""

    shown: int
    seq: int = 0
    version: int = 0
    standings_version: int = 0
    standings_at: datetime | None = None
    standings: str = ""


_KEPT = Progress._fields[1:]


class News(NamedTuple):
    """The news of a week since its progress, as rows of messages; `then` is the progress once they are told."""

    since: Progress
    then: Progress
    rows: list[dict[str, Any]]

    @property
    def has_more(self) -> bool:
        """True if there are more activities to tell."""
        return self.then.version < self.then.shown


def read(session: Session, week_id: int, now: datetime) -> News:
    """Read a week's news, at most a part of it; in one unchanging view, so that nothing of after a freeze gets in."""
    week = weeks.find_by_id(session, week_id)
    since = _progress(session, week)
    rows, then = _activities(session, week, since)
    if then.version == then.shown:
        told, then = _standings(session, week, then, now)
        rows += told
    return News(since, then, rows)


def write(session: Session, week_id: int, news: News) -> None:
    """Write what was read as messages, unless another process has done so, or who was told nothing began anew."""
    held = _hold(session, week_id)
    if _of_row(held, news.since.shown) != news.since:
        return
    ids = set(session.exec(_ENABLED.with_for_update(read=True, key_share=True)))
    messages.write_rows(session, [row for row in news.rows if row["endpoint_id"] in ids])
    for name in _KEPT:
        setattr(held, name, getattr(news.then, name))
    session.add(held)


def _hold(session: Session, week_id: int) -> WebhookProgress:
    """The progress of a week, locked: of several processes one tells its news."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    blank = {"week_id": week_id, "seq": 0, "version": 0, "standings_version": 0, "standings": ""}
    session.execute(dialect.insert(WebhookProgress).values(blank).on_conflict_do_nothing())
    query = select(WebhookProgress).where(WebhookProgress.week_id == week_id).with_for_update()
    return session.exec(query).one()


def _progress(session: Session, week: Week) -> Progress:
    shown = week.version if week.frozen_version is None else week.frozen_version
    row = session.get(WebhookProgress, week.id)
    return Progress(shown) if row is None else _of_row(row, shown)


def _of_row(row: WebhookProgress, shown: int) -> Progress:
    return Progress(shown, **{name: getattr(row, name) for name in _KEPT})


def _activities(session: Session, week: Week, since: Progress) -> tuple[list[dict[str, Any]], Progress]:
    """Messages of activities that were not told, up to the version that is shown."""
    fresh = select(LedgerEntry).where(
        LedgerEntry.week_id == week.id, LedgerEntry.seq > since.seq, LedgerEntry.version <= since.shown
    )
    told = endpoints.wanting(session, week.id, "activity.recorded")
    if not told:
        last = session.exec(fresh.order_by(col(LedgerEntry.seq).desc()).limit(1)).first()
        return [], since._replace(seq=last.seq if last else since.seq, version=since.shown)
    entries = session.exec(fresh.order_by(col(LedgerEntry.seq)).limit(MAX_ENTRIES)).all()
    rows = [
        messages.row(endpoint, "activity.recorded", view.recorded_at, activity_data(view))
        for view in (activities.views(session, week, entries, weeks.view_of(week, "public")) if entries else [])
        for endpoint in told
    ]
    return rows, since._replace(
        seq=entries[-1].seq if entries else since.seq,
        version=since.version if len(entries) == MAX_ENTRIES else since.shown,
    )


def _standings(session: Session, week: Week, since: Progress, now: datetime) -> tuple[list[dict[str, Any]], Progress]:
    """Messages of a week's standings, where they are others than those that were told last, after a pause."""
    last = since.standings_at
    if since.standings_version >= since.shown or (last is not None and last <= now < last + PAUSE):
        return [], since
    told = endpoints.wanting(session, week.id, "standings.changed")
    if not told or week.state == "draft":
        return [], since._replace(standings_version=since.shown)
    board = boards.seen(session, week, weeks.view_of(week, "public"), now)
    digest = _digest(board)
    then = since._replace(standings_version=since.shown, standings_at=now, standings=digest)
    is_blank = not since.standings and not any(standing.points for standing in board.standings)
    if digest == since.standings or is_blank:
        return [], then
    return [messages.row(endpoint, "standings.changed", now, standings_data(board)) for endpoint in told], then


def _digest(board: Board) -> str:
    rows = [(row.rank, row.team_id, row.team, row.points) for row in board.standings]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def activity_data(view: ActivityView) -> dict[str, Any]:
    """An activity exactly as the API lists it for the scope `read`."""
    data = {name: getattr(view, name) for name in ActivityView.__slots__}
    if view.points is None:
        del data["points"], data["reason"]
    return data


def standings_data(board: Board) -> dict[str, Any]:
    """A board's first rows, in the names of the API's leaderboard."""
    return {
        "week": board.week, "name": board.name, "state": board.state, "frozen": board.frozen,
        "version": board.version, "as_of": board.as_of, "headline": board.headline, "teams": len(board.standings),
        "standings": [_standing(row) for row in board.standings[:MAX_STANDINGS]],
    }  # fmt: skip


def _standing(row: Standing) -> dict[str, Any]:
    return {"rank": row.rank, "team": row.team, "team_id": row.team_id, "points": row.points}
