"""A week's life: open, close, reopen, freeze, reveal, archive."""

import json
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.standings.snapshot import to_text
from app.domain.text.direction import apart
from app.errors import Conflict, Malformed, RulesUnfit
from app.models import Ceremony, Week
from app.services import reasons, slack_news
from app.services.intake import deliveries
from app.services.ledger import timings
from app.services.people import aliases
from app.services.rules import rule_sets
from app.services.scoring import response_times, scores
from app.services.shifts import reminders, settling, shifts, timetable
from app.services.standings import boards
from app.services.teams import teams
from app.services.webhooks import happenings
from app.services.weeks import schedule, weeks


def open_week(session: Session, slug: str, act: Act, *, reason: str | None = None) -> Week:
    """Open a draft, or for a reason reopen a closed week, which then follows the active rules again.

    Raises Conflict when it is open, Malformed when a closed one lacks a reason, RulesUnfit when the active rules no
    longer know its kinds or team sizes. A rehearsal keeps the rules it began with.
    """
    reason = reasons.welcome(reason) or None
    serialize(session)
    week = weeks.lock(session, slug, act.now)
    if week.state == "open":
        raise Conflict(f"{apart(week.name)} is open already.")
    reopening = week.state == "closed"
    if reopening and not reason:
        raise Malformed(f"{apart(week.name)} was closed. Say why it is reopened.")
    rules = rule_sets.rules_numbered(session, week.rule_set_id if week.rehearsal_of is not None else None)
    if refusals := rule_sets.week_refusals(session, week, rules):
        raise RulesUnfit(" ".join(refusals), refused=refusals)
    week.state, week.closed_at, week.archived_at = "open", None, None
    week.rule_set_id = week.rule_set_id if week.rehearsal_of is not None else None
    session.add(week)
    session.flush()
    timings.add(session, week, response_times.pending(session, week), act)
    scores.rebuild(session, week, rules)
    if week.rehearsal_of is None:
        deliveries.requeue_outside(session)
    schedule.settle(session, week, "open")
    weeks.note(session, week, "reopened" if reopening else "opened", act, reason=reason)
    _plan_shifts(session, week, act.now)
    weeks.bump_version(session, week)
    slack_news.plan_days(session, act.now)
    slack_news.week_ended(session, week, act.now)
    return week


def _plan_shifts(session: Session, week: Week, now: datetime) -> None:
    """Have done what comes to the shifts of a week by itself, and what could not be done while it was closed."""
    if week.rehearsal_of is not None:
        return
    every = shifts.of_week(session, week)
    timetable.plan_overdue(session, week, every, now)
    timetable.plan_waited_for(session, now)  # limits may have been lifted meanwhile
    reminders.plan_missed(session, every, now)


def close(session: Session, slug: str, act: Act, *, reason: str | None = None) -> Week:
    """Close an open week, once what is due of its shifts is settled; it keeps the rules it is closed with.

    Raises Conflict unless it is open.
    """
    week = weeks.lock(session, slug, act.now)
    if week.state != "open":
        raise Conflict(f"{apart(week.name)} is {_state(week)}. Only an open week can be closed.")
    shifts.lock_all(session, week)
    settling.settle_due(session, week, act.now)
    week.state, week.closed_at, week.rule_set_id = "closed", act.now, _rule_set_id(session, week)
    schedule.settle(session, week, *schedule.ACTIONS)
    weeks.note(session, week, "closed", act, reason=reason)
    happenings.week_closed(session, week, act.now)
    weeks.bump_version(session, week)
    slack_news.week_ended(session, week, act.now)
    return week


def _rule_set_id(session: Session, week: Week) -> int:
    """The version of the rules an open week follows: the active one, in a rehearsal the one it began with."""
    return week.rule_set_id or rule_sets.active(session).id


def freeze(session: Session, slug: str, act: Act, *, reason: str | None = None) -> Week:
    """Keep the public on the board of this moment until `reveal`; a ceremony begins anew.

    Raises Conflict unless open and not yet frozen.
    """
    week = weeks.lock(session, slug, act.now)
    if week.state != "open":
        raise Conflict(f"{apart(week.name)} is {_state(week)}. Only an open week can be frozen.")
    if week.frozen_at is not None:
        raise Conflict(f"{apart(week.name)} is frozen already. Reveal it first.")
    board = boards.live(session, week, act.now)
    week.frozen_at, week.frozen_version = act.now, week.version
    week.frozen_rule_set_id = _rule_set_id(session, week)
    week.frozen_board = to_text(replace(board, frozen=True))
    week.frozen_names = json.dumps(_names(session, week))
    if (stage := session.get(Ceremony, week.id)) is not None:
        session.delete(stage)  # it may stand at a step that tells what is hidden now
    schedule.settle(session, week, "freeze")
    weeks.note(session, week, "frozen", act, reason=reason)
    weeks.bump_version(session, week)
    return week


def _names(session: Session, week: Week) -> dict[str, str]:
    """The names of a week's people by their ids; an alias has none, which tells that it was one at the freeze."""
    merged = aliases.canonical(session)
    return {id_: name for id_, name in teams.names_of(session, week).items() if id_ not in merged}


def reveal(session: Session, slug: str, act: Act) -> Week:
    """Show the public the week as it stands again. Raises Conflict unless it is frozen."""
    week = weeks.lock(session, slug, act.now)
    if week.frozen_at is None:
        raise Conflict(f"{apart(week.name)} isn’t frozen.")
    week.frozen_at = week.frozen_version = week.frozen_rule_set_id = week.frozen_board = week.frozen_names = None
    weeks.note(session, week, "revealed", act)
    weeks.bump_version(session, week)
    slack_news.week_ended(session, week, act.now)
    return week


def archive(session: Session, slug: str, act: Act) -> Week:
    """Leave a closed week out of lists; links to it go on working. Raises Conflict for others, and for rehearsals."""
    week = weeks.lock(session, slug, act.now)
    if week.rehearsal_of is not None:
        raise Conflict("A rehearsal is in no list. Throw it away instead.")
    if week.state != "closed":
        raise Conflict(f"{apart(week.name)} is {_state(week)}. Only a closed week can be archived.")
    if week.frozen_at is not None:
        raise Conflict(f"{apart(week.name)} is still frozen. Reveal it first.")
    if week.archived_at is not None:
        raise Conflict(f"{apart(week.name)} is archived already.")
    week.archived_at = act.now
    weeks.note(session, week, "archived", act)
    weeks.bump_version(session, week)
    return week


def unarchive(session: Session, slug: str, act: Act) -> Week:
    """Have a week in lists again. Raises Conflict unless it is archived."""
    week = weeks.lock(session, slug, act.now)
    if week.archived_at is None:
        raise Conflict(f"{apart(week.name)} isn’t archived.")
    week.archived_at = None
    weeks.note(session, week, "unarchived", act)
    weeks.bump_version(session, week)
    return week


def _state(week: Week) -> str:
    return "a draft" if week.state == "draft" else week.state
