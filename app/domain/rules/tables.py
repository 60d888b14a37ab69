"""One reader for each kind of table in a rules file: kind, cap, bonus, quest, ties, trophy."""

import re
from datetime import time

from app.domain.rules.limits import MAX_COUNT, MAX_KIND, MAX_POINTS, MAX_TIMES, MIN_TIMES
from app.domain.rules.metrics import Names
from app.domain.rules.model import Bonus, Cap, Kind, Metric, Quest, Trophy, Window
from app.domain.rules.section import Section
from app.domain.rules.values import MIDNIGHT, clock_minutes, duration_seconds, until_minutes
from app.domain.rules.vocabulary import (
    AUDIENCES,
    CAP_KEYS,
    CAP_SCOPES,
    DAYS,
    KIND_KEYS,
    PERIODS,
    RANKING_KEYS,
    RESERVED_KINDS,
    STARTS_KEYS,
)
from app.domain.rules.wording import shown

_KIND_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{MAX_KIND - 1}}}")


def read_kind(activities: Section, name: str) -> Kind:
    """The kind under [activities.<name>]."""
    if not _KIND_NAME.fullmatch(name):
        rule = f"begins with a letter a-z, goes on with a-z, 0-9 or _, and has at most {MAX_KIND} characters"
        activities.report.add(activities.at(name), f"The name of a kind {rule}: rename it.")
    elif name in RESERVED_KINDS:
        activities.report.add(activities.at(name), f"{shown(name)} has a meaning of its own: name the kind otherwise.")
    table = activities.table(name, KIND_KEYS)
    if table is None:
        return Kind(name, points=0, one="", many="")
    return Kind(name, _read_points(table), one=table.label("one"), many=table.label("many"), cap=_read_cap(table))


def read_bonus(bonus: Section, name: str, names: Names) -> Bonus:
    """The bonus under one [[bonuses]]."""
    points, times = _read_reward(bonus)
    return Bonus(
        name=name,
        activity=_read_activity(bonus, names),
        points=points,
        times=times,
        starts=_read_window(bonus),
        days=_read_days(bonus),
        within=bonus.parsed("within", duration_seconds, 'a duration such as "1h30m15s", from 1 s to 7 days'),
        cap=_read_cap(bonus),
    )


def read_quest(quest: Section, name: str, names: Names, team_size: int) -> Quest:
    """The quest under one [[quests]]."""
    why = f" (a team has at most {team_size}: team.size)"
    return Quest(
        name=name,
        needs=_read_needs(quest, names),
        points=_read_points(quest),
        members=quest.whole_or_none("members", 1, team_size, why),
        per=quest.word("per", PERIODS, default="week"),
    )


def read_ties(root: Section, names: Names) -> tuple[Metric, ...]:
    """The metrics under [ranking]; one that is there twice decides nothing the second time."""
    ranking = root.table("ranking", RANKING_KEYS)
    entries = ranking.entries("ties", 'a list of metrics, such as ["points:shift", "earliest"]') if ranking else []
    metrics = [names.read_metric(root.report, path, value) for path, value in entries]
    return tuple(dict.fromkeys(metric for metric in metrics if metric))


def read_trophy(trophy: Section, name: str, names: Names) -> Trophy:
    """The trophy under one [[trophies]]."""
    audience = trophy.word("for", AUDIENCES)
    value = trophy.required("most", 'a metric, such as "points"')
    most = names.read_metric(trophy.report, trophy.at("most"), value) if value is not None else None
    if most == Metric("earliest"):
        trophy.report.add(
            trophy.at("most"),
            'A trophy is for the most of something, "earliest" isn’t an amount: choose another metric.',
        )
    if most == Metric("quests") and audience == "person":
        trophy.report.add(
            trophy.at("most"), 'Quests are completed by teams: write for = "team", or choose another metric.'
        )
    return Trophy(name, audience, most or Metric("points"))


def _read_points(table: Section) -> int:
    return table.whole("points", -MAX_POINTS, MAX_POINTS)


def _read_cap(owner: Section) -> Cap | None:
    cap = owner.table("cap", CAP_KEYS)
    return Cap(max=cap.whole("max", 1, MAX_COUNT), per=cap.word("per", CAP_SCOPES)) if cap else None


def _read_activity(bonus: Section, names: Names) -> str:
    kind = bonus.required_text("activity", 'the kind that earns the bonus, such as "shift"')
    if kind is not None:
        names.check_kind(bonus.report, bonus.at("activity"), kind)
    return kind or ""


def _read_reward(bonus: Section) -> tuple[int | None, int | None]:
    points = bonus.whole_or_none("points", -MAX_POINTS, MAX_POINTS)
    times = bonus.whole_or_none("times", MIN_TIMES, MAX_TIMES)
    given = [key for key in ("points", "times") if bonus.mentions(key)]
    if not given:
        bonus.report.add(bonus.at("points"), "Add points or times: a bonus gives exactly one of them.")
    if len(given) == 2:
        bonus.report.add(bonus.at("times"), "Remove points or times: a bonus gives exactly one of them.")
    return points, times


def _read_window(bonus: Section) -> Window | None:
    starts = bonus.table("starts", STARTS_KEYS)
    if starts is None:
        return None
    start = starts.required_parsed("from", clock_minutes, 'a time from "00:00" to "23:59"')
    until = starts.required_parsed("until", until_minutes, 'a time from "00:00" to "24:00"')
    if start is None or until is None:
        return None
    if start == until:
        remedy = 'choose another time; the whole day is from "00:00" until "24:00"'
        starts.report.add(starts.at("until"), f"The window ends when it begins: {remedy}.")
    return Window(time(*divmod(start, 60)), None if until == MIDNIGHT else time(*divmod(until, 60)))


def _read_days(bonus: Section) -> frozenset[int] | None:
    entries = bonus.entries("days", 'a list of days, such as ["mon", "wed"]')
    return frozenset(DAYS.index(bonus.report.one_of(path, day, DAYS)) for path, day in entries) or None


def _read_needs(quest: Section, names: Names) -> tuple[tuple[str, int], ...]:
    quest.required("needs", "what must be done, such as { shift = 1 }")
    needs = quest.table("needs", keys=None)
    if needs is None:
        return ()
    if not needs.keys:
        quest.report.add(quest.at("needs"), "This is empty: name at least one kind, such as { shift = 1 }.")
    for kind in needs.keys:
        names.check_kind(quest.report, needs.at(kind), kind)
    return tuple((kind, needs.whole(kind, 1, MAX_COUNT)) for kind in needs.keys)
