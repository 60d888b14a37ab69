"""Captions: each chart's message in a sentence."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.story import Hero, ResponseTimes
from app.domain.text.direction import isolated
from app.domain.wording import amount, duration, listed
from app.web.charts.chart_data import ChartData
from app.web.http.render import day, number, plural

MOST_DAYS_NAMED = 4


def captions(data: ChartData) -> dict[str, str]:
    """A sentence for every chart that has something to show."""
    said = {
        "race": _race(data),
        "days": _days(data),
        "coverage": _coverage(data),
        "heroes": _heroes(data),
        "responses": _responses(data.story.responses) if data.story.responses else "",
    }
    return {name: sentence for name, sentence in said.items() if sentence}


def _race(data: ChartData) -> str:
    race = data.story.race
    if all(len(series.steps) == 1 for series in race.all_series):
        return ""
    if not race.leads:
        return "No team pulled ahead." if data.is_closed else "No team has pulled ahead yet."
    last = race.leads[-1]
    if not race.changes_of_lead:
        return f"Leader {_since(last.at, data)}: {isolated(last.team)}"
    return f"The lead changed {_times(race.changes_of_lead)}. Leader {_since(last.at, data)}: {isolated(last.team)}"


def _since(at: datetime, data: ChartData) -> str:
    """Tell from when on the last leader led; to the end only once nothing can change it."""
    local = at.astimezone(data.zone)
    when = f"{local:%a %H:%M}" if len(data.story.days) <= 7 else f"{local.day} {local:%b, %H:%M}"
    return f"from {when} to the end" if data.is_closed else f"since {when}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


def _days(data: ChartData) -> str:
    sums = {each.day: sum(each.counts.values()) for each in data.story.days}
    total = sum(sums.values())
    if not total:
        return ""
    most = max(sums.values())
    busiest = [each for each in sums if sums[each] == most]
    share = f"{number(most)} of {plural(total, 'activity', 'activities')}"
    if len(busiest) == 1:
        return f"Busiest day: {day(busiest[0])} ({share})"
    if len(busiest) > MOST_DAYS_NAMED:
        return f"Busiest days: {number(len(busiest))}, each with {share}"
    return f"Busiest days: {listed([day(each) for each in busiest], 'and')} ({share} each)"


def _coverage(data: ChartData) -> str:
    shifts = sum(cell.shifts for cell in data.story.coverage)
    kind = next((kind for kind in data.kinds if kind.name == "shift"), None)
    if not shifts or kind is None:
        return ""
    days = sum(each.counts[kind.name] > 0 for each in data.story.days)
    return f"{amount(shifts, kind)} on {plural(days, 'day', 'days')}"


def _heroes(data: ChartData) -> str:
    heroes = data.story.heroes
    bonuses = dict.fromkeys(hero.bonus for hero in heroes)
    return ". ".join(_bonus(name, [hero for hero in heroes if hero.bonus == name]) for name in bonuses)


def _bonus(name: str, heroes: Sequence[Hero]) -> str:
    times = plural(sum(len(hero.taken) for hero in heroes), "time", "times")
    return f"{name}: {times}, {plural(len({hero.person for hero in heroes}), 'person', 'people')}"


def _responses(times: ResponseTimes) -> str:
    median = f"Median response time: {_rounded(times.median)}."
    if times.within is None or times.inside is None:
        return median
    return f"{median} {times.inside * 100 // times.known}% within {duration(times.within)}."


def _rounded(seconds: int) -> str:
    """Rounded up, to seconds below a minute and to minutes above."""
    return duration(seconds if seconds < 60 else -(-seconds // 60) * 60) or "a second"
