"""Posts about a week in the channel for news: its day, its gaps and its results. Nobody's last place is told."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final

from sqlmodel import Session

from app.domain.calendar.days import ONE_DAY, boundary, first_moment, local_day
from app.domain.scoring.tally import Tally
from app.domain.slack import writing
from app.domain.slack.blocks import Content, content
from app.domain.slack.writing import Button, Part
from app.domain.standings.board import Standing
from app.domain.text.direction import isolated
from app.domain.wording import headline, points_text
from app.models import SlackMessage, Week
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.shifts import coverage, listing, refusals
from app.services.shifts.listing import ShiftItem
from app.services.slack import thread_posts
from app.services.slack_messages import DAY, GAPS, THREAD
from app.services.standings import boards
from app.services.weeks import weeks

SHOWN, MOST_GAPS = 3, 8
COVERED: Final = "The shifts of today and tomorrow have everyone they need. Thank you."
OVER: Final = "There’s nothing to take here any more."
DIGEST: Final = time(17)
"""The time of the week's zone from which the day's post tells the day's own numbers."""


def render(session: Session, message: SlackMessage, base: str, now: datetime) -> Content | None:
    """The post as it is now; None for a new one that would say nothing any more."""
    week = session.get(Week, message.week_id)
    if week is None or week.removed_at is not None:
        return None
    if message.kind == THREAD:
        return thread_posts.render(session, message, week, now)
    if message.kind == DAY:
        return _day(session, week, message, base, now)
    return _gaps(session, week, message, now) if message.kind == GAPS else _results(session, week, message, base, now)


def _day(session: Session, week: Week, message: SlackMessage, base: str, now: datetime) -> Content | None:
    """The day: totals, who leads, and coverage; of a frozen board coverage alone."""
    day = local_day(message.due_at, week.zone)
    is_on = week.state == "open" and day == local_day(now, week.zone)
    if not is_on and message.posted_at is None:
        return None
    title = f"{isolated(week.name)}, {day:%A %-d %B}"
    link = [Button("See the board", "link", url=f"{base}/weeks/{week.slug}")] if base else []
    if week.frozen_at is not None:
        covered = coverage.of_frozen_week(session, week, 0, now).coverage
        return content([title, "The board is frozen until the reveal.", covered], link, lasts=is_on)
    seen = boards.seen(session, week, weeks.view_of(week, "public"), now)
    covered = coverage.of_week(session, week, 0, now).coverage
    today = _digest(session, week, day, now)
    return content([title, seen.headline, top(seen.standings), today, covered], link, lasts=is_on)


def _digest(session: Session, week: Week, day: date, now: datetime) -> str:
    """The day's own numbers, from the afternoon on."""
    if now < boundary(datetime.combine(day, DIGEST), week.zone):
        return ""
    teams = scores.of_week(session, week).teams.values()
    counts = Counter[str]()
    for team in teams:
        counts.update(team.days.get(day, Tally()).counts)
    rules = rule_sets.rules_of(session, week)
    totals = {kind.name: counts[kind.name] for kind in rules.kinds if counts[kind.name]}
    return f"Today: {headline(totals, rules)}." if totals else "Today is quiet so far."


def top(standings: Sequence[Standing]) -> str:
    """The first three, but never whoever is last."""
    last = max((each.rank for each in standings), default=0)
    shown = [each for each in standings[:SHOWN] if each.rank < last or each.rank == 1]
    return "\n".join(f"{each.rank}. {isolated(each.team)}: {points_text(each.points)}" for each in shown)


def _gaps(session: Session, week: Week, message: SlackMessage, now: datetime) -> Content | None:
    """The shifts until the end of tomorrow that lack people, with a button for each."""
    until = _until(week, message)
    is_on = week.state == "open" and now < until
    items = listing.of_week(session, week, weeks.view_of(week, "public")) if is_on else []
    lacking = [item for item in items if _lacks(item, now, until)][:MOST_GAPS]
    if message.posted_at is None and not lacking:
        return None
    if not lacking:
        is_covered = is_on and not any(_lacked(item, message.due_at, until) for item in items)
        return content([COVERED if is_covered else OVER], lasts=is_on)
    parts = [Part("These shifts need people:"), *(_gap(week, item) for item in lacking)]
    return Content(writing.text_of(parts), writing.blocks(parts), lasts=True)


def next_gap(session: Session, week: Week, message: SlackMessage, now: datetime) -> datetime | None:
    """The moment at which the next of the shifts begins that lack people, and can't be taken any more."""
    until = _until(week, message)
    items = listing.of_week(session, week, weeks.view_of(week, "public"))
    return min((item.shift.starts_at for item in items if _lacks(item, now, until)), default=None)


def _until(week: Week, message: SlackMessage) -> datetime:
    return first_moment(local_day(message.due_at, week.zone) + ONE_DAY + ONE_DAY, week.zone)


def _lacked(item: ShiftItem, since: datetime, until: datetime) -> bool:
    """Tell whether a shift of these days lacks people, or did when it began."""
    return not item.is_cancelled and item.taken < item.shift.needed and since < item.shift.starts_at < until


def _lacks(item: ShiftItem, now: datetime, until: datetime) -> bool:
    shift = item.shift
    return not item.is_cancelled and item.taken < shift.needed and bool(item.free) and now < shift.starts_at < until


def _gap(week: Week, item: ShiftItem) -> Part:
    label = f", {isolated(item.shift.label)}" if item.shift.label else ""
    said = f"{refusals.when_in(week, item.shift)}{label}: {item.taken} of {item.shift.needed} needed"
    return Part(said, [Button("Take", "take", item.shift.id)])


def _results(session: Session, week: Week, message: SlackMessage, base: str, now: datetime) -> Content | None:
    """The results, once everybody may know them; it stays open, for a week may be reopened."""
    name = isolated(week.name)
    if week.state != "closed" or week.frozen_at is not None:
        again = content([f"{name} goes on. Its results follow."], lasts=True)
        return again if message.posted_at is not None else None
    seen = boards.seen(session, week, weeks.view_of(week, "public"), now)
    link = [Button("See the summary", "link", url=f"{base}/weeks/{week.slug}/summary")] if base else []
    return content([f"{name} is over. Thank you, everyone!", top(seen.standings), seen.headline], link, lasts=True)
