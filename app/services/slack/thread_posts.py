"""Posts in the thread of the day's post: a lead that was held, quests and milestones, gathered; no falls."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from sqlmodel import Session, col, select

from app.domain.calendar.days import boundary, first_moment, local_day
from app.domain.rules import Rules
from app.domain.slack.blocks import Content, content
from app.domain.standings.board import Standing
from app.domain.standings.milestones import milestone
from app.domain.text.direction import isolated
from app.domain.wording import amount, points_text
from app.models import SlackMessage, Week
from app.services import slack_messages
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.slack_messages import DAY, THREAD, PlannedMessage
from app.services.standings import boards
from app.services.weeks import weeks

GATHERED: Final = timedelta(minutes=10)
"""The time for which things are gathered before they are told; a lead is told if it is held so long."""
UNTIL: Final = time(21)
MOST_A_DAY, MOST_LINES = 12, 8
LEAD, QUEST, MILESTONE = "lead", "quest", "milestone"
NOT_TOLD: Final = frozenset({"away", "off", "unknown"})
"""Reasons why a post isn't there, after which the next one tells what it was to tell."""

Thing = tuple[str, ...]
"""Something to tell: which of the three it is, and the ids and numbers that tell it from others.

The subject of a post has a line for each thing, so that each is told once; what is so at the first look counts as told.
"""


def plan(session: Session, day: SlackMessage, now: datetime) -> None:
    """Have news since the last look told below the day's post, once they were gathered."""
    week = session.get(Week, day.week_id)
    if week is None or week.state != "open" or week.frozen_at is not None:
        return
    there = _posts(session, day.connection_id, day.target, week.id)
    told = [thing for post in there if post.why not in NOT_TOLD for thing in _things(post)]
    found = _current(session, week, now)
    leads = [thing for thing in told if thing[0] == LEAD]
    fresh = [thing for thing in found if thing not in (leads[-1:] if thing[0] == LEAD else told)]
    due = now + GATHERED
    evening = boundary(datetime.combine(local_day(now, week.zone), UNTIL), week.zone)
    if (there and not fresh) or due >= evening:
        return
    subject = json.dumps([week.id, *fresh], ensure_ascii=False)
    number = int(now.timestamp() * 1_000_000)
    message = PlannedMessage(day.connection_id, THREAD, subject, number, day.target, due, week_id=week.id)
    if there:
        slack_messages.plan(session, [message], now)
    else:
        slack_messages.note(session, message, "begun", now)


def render(session: Session, message: SlackMessage, week: Week, now: datetime) -> Content | None:
    """The post with what is still so; None where there is nothing, or enough was told that day."""
    if message.posted_at is not None or week.state != "open" or week.frozen_at is not None:
        return None
    if day_post(session, message) is None or _number_today(session, message, week) >= MOST_A_DAY:
        return None
    if local_day(message.due_at, week.zone) != local_day(now, week.zone):
        return None
    current = _current(session, week, now)
    things = [thing for thing in _things(message) if _is_so(thing, current)]
    lines = _lines(session, week, things, now)
    more = [f"And {len(lines) - MOST_LINES} more."] if len(lines) > MOST_LINES else []
    return content(["\n".join([*lines[:MOST_LINES], *more])]) if lines else None


def day_post(session: Session, message: SlackMessage) -> str | None:
    """The day's post to whose thread a post belongs, by Slack's own name; None where there is none."""
    week = session.get_one(Week, message.week_id)
    query = select(SlackMessage.ts).where(
        SlackMessage.connection_id == message.connection_id, SlackMessage.kind == DAY,
        SlackMessage.target == message.target, SlackMessage.week_id == message.week_id,
        SlackMessage.revision == local_day(message.due_at, week.zone).toordinal(),
    )  # fmt: skip
    return session.exec(query).first()


def _posts(session: Session, connection_id: str, target: str, week_id: int) -> Sequence[SlackMessage]:
    mine = SlackMessage.connection_id == connection_id, SlackMessage.target == target, SlackMessage.week_id == week_id
    query = select(SlackMessage).where(*mine, SlackMessage.kind == THREAD)
    return session.exec(query.order_by(col(SlackMessage.revision))).all()


def _number_today(session: Session, message: SlackMessage, week: Week) -> int:
    begun = first_moment(local_day(message.due_at, week.zone), week.zone)
    there = _posts(session, message.connection_id, message.target, week.id)
    return sum(1 for post in there if post.posted_at is not None and post.posted_at >= begun)


def _things(post: SlackMessage) -> list[Thing]:
    return [tuple(each) for each in json.loads(post.subject)[1:]]


def _is_so(thing: Thing, current: Iterable[Thing]) -> bool:
    """Tell whether a thing still is so, or was outdone since: ten became twenty-five."""
    if thing[0] == LEAD:
        return thing in current
    return any(thing[:-1] == each[:-1] and int(each[-1]) >= int(thing[-1]) for each in current if each[0] != LEAD)


def _current(session: Session, week: Week, now: datetime) -> list[Thing]:
    """All there is to tell of a week as it stands."""
    standings = boards.seen(session, week, weeks.view_of(week, "public"), now).standings
    first = [each for each in standings if each.rank == 1 and each.points > 0]
    leads: list[Thing] = [(LEAD, first[0].team_id)] if len(first) == 1 and len(standings) > 1 else []
    kept = scores.of_week(session, week)
    totals = Counter[str](kept.unassigned)
    quests: list[Thing] = []
    for team_id, score in sorted(kept.teams.items()):
        done = Counter[str]()
        for tally in score.days.values():
            totals.update(tally.counts)
            done.update(tally.quests)
        quests += [(QUEST, team_id, name, str(number)) for name, number in sorted(done.items())]
    reached = [(MILESTONE, kind, str(each)) for kind, number in sorted(totals.items()) if (each := milestone(number))]
    return [*leads, *quests, *reached]


def _lines(session: Session, week: Week, things: Iterable[Thing], now: datetime) -> list[str]:
    rules = rule_sets.rules_of(session, week)
    standings = boards.seen(session, week, weeks.view_of(week, "public"), now).standings
    teams = {each.team_id: each for each in standings}
    return [line for kind, *rest in things if (line := _line(kind, rest, rules, teams))]


def _line(kind: str, said: Sequence[str], rules: Rules, teams: Mapping[str, Standing]) -> str:
    """One thing in words; empty for what isn't there any more."""
    if kind == MILESTONE:
        of, number = said
        return f"Together: {amount(int(number), rules.kind_by_name[of])}!" if of in rules.kind_by_name else ""
    team = teams.get(said[0])
    if team is None:
        return ""
    if kind == LEAD:
        return f"New leader: {isolated(team.team)}, with {points_text(team.points)}."
    again = " again" if said[2] != "1" else ""
    return f"{isolated(team.team)} completed “{said[1]}”{again}."
