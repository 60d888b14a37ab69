"""Each team's score, kept up to date in the transaction that changes the ledger, and rebuilt at will."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, update
from sqlmodel import Session, col, select

from app.db.statements import Prepared
from app.domain.rules import Rules
from app.domain.scoring import incremental
from app.domain.scoring.activity import Activity
from app.domain.scoring.evaluation import evaluate
from app.domain.scoring.sums import Sums
from app.domain.scoring.tally import TeamScore, from_json, to_json
from app.domain.view import EVERYTHING, View
from app.models import Score, Week
from app.models.score import NO_TEAM
from app.services.scoring import activity_queries
from app.services.teams import teams
from app.services.weeks.weeks import AnyWeek

FEW = 16
"""With more fresh activities than this, scoring their team anew is as quick."""

_HERE = (col(Score.week_id) == bindparam("week"), col(Score.team_id) == bindparam("team"))
_KEPT = Prepared(select(Score.data).where(*_HERE))
_OF_WEEK = Prepared(select(Score.team_id, Score.data).where(col(Score.week_id) == bindparam("week")))
_SINCE = Prepared(
    select(Score.team_id, Score.data).where(
        col(Score.week_id) == bindparam("week"), col(Score.version) > bindparam("known")
    )
)
_ADD = Prepared(insert(Score).values({name: bindparam(name) for name in ("week_id", "team_id", "data", "version")}))
_REPLACE = Prepared(update(Score).where(*_HERE).values(data=bindparam("text"), version=bindparam("next")))


class WeekScores(NamedTuple):
    """The scores of a week: by team id, and per kind how many live activities belong to no team."""

    teams: dict[str, TeamScore]
    unassigned: dict[str, int]


def refresh(session: Session, week: AnyWeek, rules: Rules, team_id: str) -> None:
    """Score a team anew from its own activities alone."""
    ordered, days = activity_queries.team_in_order(session, week, team_id)
    sums = Sums(days)
    evaluate(ordered, rules, days, sums)
    scored = sums.teams(activity_queries.adjustments(session, week, team_id=team_id))
    _store(session, week, team_id, to_json(scored.get(team_id, TeamScore())))


def add(session: Session, week: AnyWeek, rules: Rules, team_id: str, fresh: Sequence[Activity]) -> None:
    """Bring a team's score up to date after these activities of it were recorded."""
    rows = _KEPT.rows(session, week=week.id, team=team_id) if len(fresh) <= FEW else []
    grown_score = grow(session, week, rules, team_id, from_json(rows[0][0]), fresh) if rows else None
    if grown_score is None:
        refresh(session, week, rules, team_id)
    else:
        _store(session, week, team_id, to_json(grown_score))


def grow(
    session: Session, week: AnyWeek, rules: Rules, team_id: str, kept: TeamScore, fresh: Sequence[Activity]
) -> TeamScore | None:
    """The score `kept` with the activities of the week's next version; None where only the whole team can tell."""
    cap_peers_of = {activity.kind: incremental.cap_peers_of(activity.kind, rules) for activity in fresh}
    if "everybody" in cap_peers_of.values():
        return None
    capped = {
        (activity.kind, activity.subject): activity
        for activity in fresh
        if activity.subject and cap_peers_of[activity.kind] == "subject"
    }
    cap_peers = [
        query for one in capped.values() for query in activity_queries.sharing_subject(session, week, one, team_id)
    ]
    before = partial(activity_queries.before, session, week, team_id)
    return incremental.add(kept, fresh, cap_peers, before, rules, week.zone)


def count_unassigned(session: Session, week: AnyWeek, changes: Mapping[str, int]) -> None:
    """Add to the counts, per kind, of activities whose person has no team."""
    if not changes:
        return
    stored = session.exec(select(Score.data).where(Score.week_id == week.id, Score.team_id == NO_TEAM)).first()
    counts = Counter(json.loads(stored) if stored else {})
    counts.update(changes)
    _store(session, week, NO_TEAM, _counts_text(counts))


def _counts_text(counts: Mapping[str, int]) -> str:
    return json.dumps({kind: number for kind, number in sorted(counts.items()) if number})


def of_week(session: Session, week: Week) -> WeekScores:
    """The kept scores of the week."""
    session.flush()
    texts = dict(_OF_WEEK.rows(session, week=week.id))
    unassigned = json.loads(texts.pop(NO_TEAM, "{}"))
    return WeekScores({team_id: from_json(data) for team_id, data in texts.items()}, unassigned)


def changed_since(session: Session, week_id: int, version: int) -> tuple[dict[str, TeamScore], dict[str, int] | None]:
    """Read the scores that later versions of the week brought, by team id, and the loose counts if they are new."""
    texts = dict(_SINCE.rows(session, week=week_id, known=version))
    unassigned = texts.pop(NO_TEAM, None)
    scores = {team_id: from_json(data) for team_id, data in texts.items()}
    return scores, None if unassigned is None else json.loads(unassigned)


def of_team(session: Session, week: Week, team_id: str) -> TeamScore:
    """The kept score of one team."""
    kept = _KEPT.rows(session, week=week.id, team=team_id)
    return from_json(kept[0][0]) if kept else TeamScore()


def compute(
    session: Session, week: AnyWeek, rules: Rules, *, view: View = EVERYTHING, with_import: str | None = None
) -> WeekScores:
    """Every team's score, computed from the whole ledger of the week, as a view has it.

    Or as it will be `with_import`, once those rows are in it.
    """
    # A list of thousands of people mostly comes before anybody has done anything; then nobody's joins matter.
    has_work = with_import is not None or activity_queries.has_entries(session, week)
    joins = teams.joins(session, week, view=view) if has_work else {}
    ordered, days = activity_queries.in_order(session, week, joins, view=view, with_import=with_import)
    sums = Sums(days)
    evaluate(ordered, rules, days, sums)
    scored = sums.teams(activity_queries.adjustments(session, week, view=view))
    team_ids = (team_id for team_id, _ in teams.named(session, week, view=view))
    return WeekScores({team_id: scored.get(team_id, TeamScore()) for team_id in team_ids}, sums.unassigned())


def rebuild(session: Session, week: AnyWeek, rules: Rules) -> None:
    """Throw the kept scores of a week away and compute them from the ledger."""
    replace(session, week, compute(session, week, rules))


def replace(session: Session, week: AnyWeek, computed: WeekScores) -> None:
    """Keep these scores of a week instead of those it had."""
    session.execute(delete(Score).where(col(Score.week_id) == week.id))
    texts = {team_id: to_json(score) for team_id, score in computed.teams.items()}
    texts[NO_TEAM] = _counts_text(computed.unassigned)
    same = {"week_id": week.id, "version": week.version + 1}
    _ADD.run(session, [{**same, "team_id": team_id, "data": data} for team_id, data in texts.items()])


def _store(session: Session, week: AnyWeek, team_id: str, data: str) -> None:
    version = week.version + 1
    if _REPLACE.run(session, [{"week": week.id, "team": team_id, "text": data, "next": version}]) == 0:
        session.execute(insert(Score).values(week_id=week.id, team_id=team_id, data=data, version=version))
