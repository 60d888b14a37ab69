"""A person's own week, teams and activities."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.domain.actor import Actor
from app.domain.calendar.days import local_day
from app.domain.draft import SHIFTS_SOURCE
from app.domain.memberships import Join, current_team
from app.domain.rules import ATTENDANCE, SHIFT, Rules
from app.domain.standings.board import Standing
from app.domain.standings.quest_progress import Reach, quests_within_reach
from app.domain.standings.receipt import ReceiptLine, lines_by_activity
from app.domain.view import View
from app.errors import NotFound
from app.models import LedgerEntry, Membership, Person, Team, Week
from app.models.columns import is_id
from app.services import paging
from app.services.ledger import activities, hand_logs
from app.services.ledger.activities import ActivityView
from app.services.paging import Page
from app.services.people import aliases
from app.services.scoring import scores
from app.services.standings import boards
from app.services.teams import teams
from app.services.weeks import weeks


@dataclass(frozen=True, slots=True)
class OwnActivity:
    """An activity as the person who did it sees it; `lines` say what it earned.

    `waiting` is one that a freeze hides from everybody's board: it has no lines before the reveal. `undone` is one that
    they logged and undid, as they know whatever a freeze hides; until `undo_until` they may.
    """

    activity: ActivityView
    lines: tuple[ReceiptLine, ...]
    waiting: bool
    undone: bool = False
    undo_until: datetime | None = None

    def may_undo(self, now: datetime) -> bool:
        """Tell whether its person may undo it at this moment."""
        return self.undo_until is not None and now <= self.undo_until

    @property
    def counts(self) -> bool:
        """True if there is a team whose points it can be among, as far as its person may see."""
        return not self.waiting and not self.undone and not self.activity.reversed and self.activity.team_id is not None

    @property
    def points(self) -> int:
        """The points it earned."""
        return sum(line.points for line in self.lines)


def week_to_play(session: Session, now: datetime) -> Week | None:
    """The current week; before there is one, the draft that starts first."""
    every = weeks.every(session)
    drafts = [week for week in reversed(every) if week.state == "draft"]
    return weeks.pick_current(every, now) or (drafts[0] if drafts else None)


def coming(session: Session, week: Week, now: datetime) -> Week | None:
    """The draft that starts next after this week, if its days are not over."""
    drafts = (each for each in reversed(weeks.every(session)) if each.state == "draft" and each.id != week.id)
    return next((draft for draft in drafts if draft.starts > week.starts and not _is_over(draft, now)), None)


def _is_over(week: Week, now: datetime) -> bool:
    return local_day(now, week.zone) > week.ends


def team_in(session: Session, week: Week, person_id: str) -> Team | None:
    """The team somebody is in now."""
    joins = teams.joins(session, week, [person_id]).get(person_id, [])
    team_id = current_team(joins)
    return None if team_id is None else teams.find(session, week, team_id)


def team_ids(session: Session, person_id: str) -> list[str]:
    """The teams somebody is in now, one for each week at most, in one query."""
    query = (
        select(Membership.week_id, Membership.team_id, Membership.at)
        # The index of memberships begins with the week.
        .where(col(Membership.week_id).in_(select(Week.id)), Membership.person_id == person_id)
        .order_by(col(Membership.week_id), col(Membership.version))
    )
    found = (
        current_team([Join(team, at) for _, team, at in rows])
        for _, rows in groupby(session.exec(query), key=lambda row: row[0])
    )
    return [team_id for team_id in found if team_id is not None]


def weeks_of(session: Session, person_id: str) -> list[Week]:
    """The weeks that somebody did something in, the one that starts last first."""
    query = select(LedgerEntry.week_id).where(col(LedgerEntry.person_id).in_(aliases.ids_of(person_id))).distinct()
    ids = set(session.exec(query))
    return [week for week in weeks.every(session) if week.id in ids]


def within_reach(session: Session, week: Week, rules: Rules, standing: Standing, now: datetime) -> Reach | None:
    """The quest that a team of a week that is not frozen is closest to; none once the week's days are over."""
    if _is_over(week, now):
        return None
    score = {standing.team_id: scores.of_team(session, week, standing.team_id)}
    return next(iter(quests_within_reach([standing], score, rules, local_day(now, week.zone))), None)


def page(
    session: Session, week: Week, person_id: str, *, cursor: str | None, limit: int, view: View
) -> Page[OwnActivity]:
    """Up to `limit` of somebody's activities after the cursor, the newest first, as a view has them.

    Raises Malformed for a cursor that is not of this list.
    """
    mine = col(LedgerEntry.week_id) == week.id, col(LedgerEntry.person_id).in_(aliases.ids_of(person_id))
    query = select(LedgerEntry).where(*mine)
    if cursor:
        last = paging.last_before(cursor, lambda id_: session.exec(query.where(LedgerEntry.id == id_)).first())
        at = col(LedgerEntry.occurred_at)
        query = query.where(or_(at < last.occurred_at, and_(at == last.occurred_at, col(LedgerEntry.seq) < last.seq)))
    query = query.order_by(col(LedgerEntry.occurred_at).desc(), col(LedgerEntry.seq).desc())
    found = session.exec(query.limit(limit + 1)).all()
    entries, next_cursor = paging.cut(found, limit, lambda entry: entry.id)
    return Page(_seen(session, week, entries, view), next_cursor)


def find(session: Session, person: Person, activity_id: str, actor: Actor) -> tuple[Week, OwnActivity]:
    """One of somebody's own activities and its week. Raises NotFound for anybody else's."""
    query = select(LedgerEntry).where(LedgerEntry.id == activity_id)
    entry = session.exec(query).first() if is_id(activity_id) else None
    if entry is None or aliases.resolve(session, entry.person_id or "") != person.id:
        raise NotFound(hand_logs.NOT_YOURS)
    week = weeks.find_by_id(session, entry.week_id)
    return week, _seen(session, week, [entry], weeks.view(week, actor))[0]


def of_seat(session: Session, week: Week, shift_id: str, seat_id: str, actor: Actor) -> OwnActivity | None:
    """The activity that stands for a completed seat, its team's shift or an attendance, as the actor sees it."""
    query = select(LedgerEntry).where(
        LedgerEntry.week_id == week.id,
        LedgerEntry.source == SHIFTS_SOURCE,
        col(LedgerEntry.kind).in_((SHIFT, ATTENDANCE)),
        LedgerEntry.external_id == f"{shift_id}/{seat_id}",
    )
    seen = _seen(session, week, session.exec(query).all(), weeks.view(week, actor))
    return next((each for each in seen if not each.activity.reversed), None)


def _seen(session: Session, week: Week, entries: Sequence[LedgerEntry], view: View) -> list[OwnActivity]:
    """Activities of one person with what they earned; what a freeze hides is known to be there, and no more."""
    found = activities.views(session, week, entries, view)
    waiting = {entry.id for entry in entries if view.upto is not None and entry.version > view.upto}
    lines = _lines(session, week, [activity for activity in found if activity.id not in waiting], view)
    undone = hand_logs.undone(session, entries)

    def one(entry: LedgerEntry, activity: ActivityView) -> OwnActivity:
        is_undone = entry.seq in undone
        until = hand_logs.undo_until(week, entry, entry.person_id or "")
        until = None if is_undone or activity.reversed else until
        return OwnActivity(activity, lines.get(activity.id, ()), activity.id in waiting, is_undone, until)

    return [one(entry, activity) for entry, activity in zip(entries, found, strict=True)]


def _lines(
    session: Session, week: Week, found: Sequence[ActivityView], view: View
) -> dict[str, tuple[ReceiptLine, ...]]:
    shown = {activity.id for activity in found}
    lines: dict[str, tuple[ReceiptLine, ...]] = {}
    for team_id in sorted({activity.team_id for activity in found if activity.team_id is not None}):
        scored = boards.score_team(session, week, team_id, view)
        own = [activity for activity in scored.activities if activity.id in shown]
        lines |= lines_by_activity(own, scored.awards, scored.rules, scored.names, scored.zone)
    return lines
