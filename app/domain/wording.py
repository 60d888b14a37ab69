"""Wording: how kinds, points, bonuses, caps and quests read in sentences."""

from collections.abc import Mapping, Sequence
from datetime import time

from app.domain.rules.model import Bonus, CapScope, Kind, Metric, Quest, Rules, Window
from app.domain.scoring.activity import AwardReason

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CAPPED: dict[CapScope, str] = {
    "subject": "Only the first {first} on one subject earn{s} points",
    "person-day": "Only a person’s first {first} of the day earn{s} points",
    "person-week": "Only a person’s first {first} of the week earn{s} points",
    "team-day": "Only the team’s first {first} of the day earn{s} points",
    "team-week": "Only the team’s first {first} of the week earn{s} points",
}


WHY_ATTENDANCE = "A teammate has the credit for this shift; being there counts towards quests"


def headline(totals: Mapping[str, int], rules: Rules) -> str:
    """The totals as one line, kinds in file order, leaving out zeros unless all are zero."""
    done = [kind for kind in rules.kinds if totals.get(kind.name, 0)] or rules.kinds
    return ", ".join(amount(totals.get(kind.name, 0), kind, grouped=False) for kind in done)


def amount(number: int, kind: Kind, *, grouped: bool = True) -> str:
    """A number of a kind: "1 shift", "1,234 shifts"."""
    return f"{_digits(number, grouped=grouped)} {kind.one if number == 1 else kind.many}"


def points_text(points: int, *, grouped: bool = True) -> str:
    """A number of points: "1 point", "1,234 points"."""
    return f"{_digits(points, grouped=grouped)} {'point' if abs(points) == 1 else 'points'}"


# Pages group digits; what JSON carries as well, the headline and the reasons on receipts, has plain ones.
def _digits(number: int, *, grouped: bool) -> str:
    return f"{number:,}" if grouped else str(number)


def ordinal(number: int) -> str:
    """A place in a row: "1st", "2nd", "11th", "22nd"."""
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def kind_title(name: str, rules: Rules) -> str:
    """A kind as a title: "Feature request"."""
    kind = rules.kind_by_name.get(name)
    text = kind.one if kind else name.replace("_", " ")
    return text[:1].upper() + text[1:]


def award_title(reason: AwardReason, name: str, rules: Rules) -> str:
    """Name an award: "Response", "6 a.m. shift", "Quest: All hands"."""
    match reason:
        case "points":
            return kind_title(name, rules)
        case "bonus":
            return name
        case "quest":
            return f"Quest: {name}"


def why_points(kind: Kind) -> str:
    """Explain the points of an activity's kind."""
    return f"{points_text(kind.points, grouped=False)} for each {kind.one}"


def why_nothing(kind: Kind | None) -> str:
    """Explain why an activity earned no points of its own: its kind's cap, or rules that do not know the kind."""
    if kind is None or kind.cap is None:
        return "The rules give no points for this"
    first = f"{kind.cap.max} {kind.many}" if kind.cap.max > 1 else kind.one
    return _CAPPED[kind.cap.per].format(first=first, s="" if kind.cap.max > 1 else "s")


def why_bonus(bonus: Bonus, kind: Kind) -> str:
    """The conditions an activity met to earn a bonus, and how often its points count where they are multiplied."""
    conditions = _conditions(bonus)
    met = ", ".join(conditions) if conditions else f"on top of each {kind.one}"
    times = f": {bonus.times} times the points" if bonus.times else ""
    return met[:1].upper() + met[1:] + times


def _conditions(bonus: Bonus) -> list[str]:
    conditions = []
    if bonus.starts is not None:
        conditions.append(f"started between {bonus.starts.start:%H:%M} and {_until(bonus.starts.until)}")
    if bonus.days is not None:
        days = listed([_DAYS[day] for day in sorted(bonus.days)], "or")
        conditions.append(f"in the night that began on {days}" if _is_night(bonus.starts) else f"on {days}")
    if bonus.within is not None:
        conditions.append(f"answered within {duration(bonus.within)}")
    return conditions


def _until(until: time | None) -> str:
    return f"{until:%H:%M}" if until else "24:00"


def _is_night(window: Window | None) -> bool:
    return window is not None and window.wraps


def why_quest(quest: Quest, rules: Rules, weekday: int) -> str:
    """Explain how a team completed a quest; `weekday` (Monday 0) is named where the quest is one of the day."""
    needs = listed([amount(number, rules.kind_by_name[kind], grouped=False) for kind, number in quest.needs], "and")
    when = f" on {_DAYS[weekday]}" if quest.per == "day" else ""
    if quest.members is None:
        return f"The team reached {needs}{when}"
    who = f"{quest.members} different people each" if quest.members > 1 else "One person"
    return f"{who} reached {needs}{when}"


def duration(seconds: int) -> str:
    """Seconds in words: "1 hour 30 minutes 15 seconds"."""
    parts = ((seconds // 3600, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second"))
    return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number)


def metric_words(metric: Metric, value: int, rules: Rules) -> str:
    """The unit of a metric, to stand behind a number: "shifts", "× 6 a.m. shift", "points from responses"."""
    match metric.kind:
        case "count":
            kind = rules.kind_by_name[metric.name]
            return kind.one if value == 1 else kind.many
        case "points_of":
            return f"{'point' if value == 1 else 'points'} from {rules.kind_by_name[metric.name].many}"
        case "bonus":
            return f"× {metric.name}"
        case "quests":
            return "quest" if value == 1 else "quests"
        case _:
            return "point" if value == 1 else "points"


def listed(words: Sequence[str], last: str) -> str:
    """Words as a list, `last` before the last of them: "a, b and c"."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def size(value: int) -> str:
    """A number of bytes in words: 940 bytes, 1.2 kB, 71 GB."""
    if value < 1_000:
        return f"{value} bytes"
    amount, unit = value / 1_000, "kB"
    for larger in ("MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1_000, larger
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:,.0f} {unit}"
