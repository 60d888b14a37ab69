"""Parts of sentences that the rules and their differences share: groups of caps, windows, days, metrics."""

from collections.abc import Iterable

from app.domain.rules.model import Bonus, Cap, CapScope, Metric, Quest, Rules, Window
from app.domain.wording import amount, duration, kind_title, listed

MINUS = "\u2212"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
GROUPS: dict[CapScope, str] = {
    "subject": "on one subject",
    "person-day": "by one person in a day",
    "person-week": "by one person in the week",
    "team-day": "by one team in a day",
    "team-week": "by one team in the week",
}


def number(value: int) -> str:
    """A whole number in groups of three, with a true minus sign: 1,234."""
    return f"{value:,}".replace("-", MINUS)


def points(value: int) -> str:
    """A number of points: "1 point", "−5 points"."""
    return f"{number(value)} {'point' if abs(value) == 1 else 'points'}"


def signed(value: int) -> str:
    """Points as a change: +10, −5, 0."""
    return f"+{number(value)}" if value > 0 else number(value)


def capped(cap: Cap | None) -> str:
    """The activities a cap lets through: "the first 3 on one subject"; without one "all"."""
    return f"the first {number(cap.max)} {GROUPS[cap.per]}" if cap else "all"


def window(value: Window | None) -> str:
    """A window of local time: "06:00–07:00"; without one "any time"."""
    if value is None:
        return "any time"
    return f"{value.start:%H:%M}–{f'{value.until:%H:%M}' if value.until else '24:00'}"


def days(value: Iterable[int] | None) -> str:
    """Days of the week in order: "Saturday and Sunday"; without any "any day"."""
    return listed([DAYS[day] for day in sorted(value)], "and") if value else "any day"


def within(seconds: int | None) -> str:
    """The longest time a response may take: "1 hour"; without one "any response time"."""
    return duration(seconds) if seconds else "any response time"


def reward(bonus: Bonus) -> str:
    """The worth of a bonus: "+10 points", "2 times the points"."""
    if bonus.times:
        return f"{bonus.times} times the points"
    return f"{signed(bonus.points or 0)} {'point' if abs(bonus.points or 0) == 1 else 'points'}"


def needs(quest: Quest, rules: Rules) -> str:
    """The numbers a quest asks for: "1 shift and 20 responses"."""
    return listed([amount(count, rules.kind_by_name[kind]) for kind, count in quest.needs], "and")


def quoted(name: str) -> str:
    """A name in quotes."""
    return f"“{name}”"


def of_kind(name: str, rules: Rules) -> str:
    """A kind's plural, which stands for the kind where its points are meant."""
    kind = rules.kind_by_name.get(name)
    return kind.many if kind else kind_title(name, rules)


def capital(text: str) -> str:
    """A sentence's beginning in a capital letter."""
    return text[:1].upper() + text[1:]


def compared(metric: Metric, rules: Rules) -> str:
    """A metric as something to have the most of: "shifts", "points from responses", "awards of “6 a.m. shift”"."""
    match metric.kind:
        case "count":
            return of_kind(metric.name, rules)
        case "points_of":
            return f"points from {of_kind(metric.name, rules)}"
        case "bonus":
            return f"awards of {quoted(metric.name)}"
        case "earliest":
            return "earliest last points"
        case _:
            return metric.kind
