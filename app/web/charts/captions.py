"""Captions: each chart's message in a sentence."""

from datetime import datetime

from app.domain.story import ResponseTimes
from app.domain.wording import amount, duration
from app.web.charts.chart_data import ChartData
from app.web.http.render import day, number, plural


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
        return "Nobody has pulled ahead yet." if not data.over else "Nobody pulled ahead."
    last = race.leads[-1]
    if not race.changes_of_lead:
        return f"{last.team} went ahead on {_when(last.at, data)} and was never passed."
    often = _times(race.changes_of_lead)
    return f"The lead changed hands {often}, most recently on {_when(last.at, data)}, to {last.team}."


def _when(at: datetime, data: ChartData) -> str:
    local = at.astimezone(data.zone)
    return f"{local:%A} at {local:%H:%M}" if len(data.story.days) <= 7 else f"{day(local.date())} at {local:%H:%M}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


def _days(data: ChartData) -> str:
    sums = {each.day: sum(each.counts.values()) for each in data.story.days}
    total = sum(sums.values())
    if not total:
        return ""
    busiest = max(sums, key=lambda each: sums[each])
    if sums[busiest] == total:
        return f"All {plural(total, 'activity', 'activities')} on {day(busiest)}."
    return f"{day(busiest)} was the busiest: {number(sums[busiest])} of {plural(total, 'activity', 'activities')}."


def _coverage(data: ChartData) -> str:
    shifts = sum(cell.shifts for cell in data.story.coverage)
    kind = next((kind for kind in data.kinds if kind.name == "shift"), None)
    if not shifts or kind is None:
        return ""
    one, many = ("day", "days") if len(data.story.days) <= 7 else ("day of the week", "days of the week")
    days = plural(len({cell.weekday for cell in data.story.coverage}), one, many)
    return f"{amount(shifts, kind)} on {days}, starting at {plural(len(data.hours), 'hour', 'different hours')}."


def _heroes(data: ChartData) -> str:
    heroes = data.story.heroes
    if not heroes:
        return ""
    people = plural(len({hero.person for hero in heroes}), "person", "people")
    teams = plural(len({hero.team_id for hero in heroes}), "team", "teams")
    starts = plural(sum(len(hero.taken) for hero in heroes), "early start", "early starts")
    return f"{starts} by {people} from {teams}. Thank you for setting the alarm."


def _responses(times: ResponseTimes) -> str:
    known = f"all {number(times.known)}" if times.known == times.responses else f"the {number(times.known)} timed"
    half = f"Half of {known} answers came within {_rounded(times.median)}"
    if times.within is None or times.inside is None:
        return f"{half}."
    return f"{half}; {times.inside * 100 // times.known} % made it inside {duration(times.within)}."


def _rounded(seconds: int) -> str:
    """Rounded up, to seconds below a minute and to minutes above."""
    return duration(seconds if seconds < 60 else -(-seconds // 60) * 60) or "a second"
