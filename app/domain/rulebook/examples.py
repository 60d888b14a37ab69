"""An example for each rule: made up activities, and the points that the rules themselves give for them."""

from datetime import UTC, datetime, time, timedelta

from app.domain.calendar.days import zone_or_utc
from app.domain.rulebook.phrases import DAYS, GROUPS, MINUS, needs, number, points, quoted, signed
from app.domain.rules.model import Bonus, Kind, Quest, Rules, Trophy
from app.domain.scoring.activity import Activity, Award
from app.domain.scoring.evaluation import score
from app.domain.wording import amount, duration, kind_title, listed, metric_words, ordinal

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
WEDNESDAY = 2
NOON = time(12)
_ZONE = zone_or_utc("UTC")


def of_kind(kind: Kind) -> str:
    """Some of a kind and the points they earn; with a cap one more than it lets through."""
    if kind.cap is None:
        return f"{amount(3, kind)}: {_product(3, kind.points)}."
    count = kind.cap.max + 1
    return f"{amount(count, kind)} {GROUPS[kind.cap.per]}: {_product(kind.cap.max, kind.points)}."


def _product(count: int, each: int) -> str:
    if count == 1 or each == 0:
        return points(count * each)
    return f"{number(count)} × {number(each)} = {points(count * each)}"


def of_bonus(bonus: Bonus, rules: Rules) -> str:
    """One activity that earns the bonus, with all else it earns at that moment."""
    at = _moment(bonus)
    seconds = None if bonus.within is None else bonus.within // 2 or bonus.within
    activity = Activity("1", bonus.activity, "1", "1", at, "example", "1", None, seconds)
    awards = score([activity], rules.without_quests, _ZONE)
    is_timed = any(other.starts or other.days for other in rules.bonuses if other.activity == bonus.activity)
    when = f" on {DAYS[at.weekday()]} at {at:%H:%M}" if is_timed else ""
    speed = f", answered after {duration(seconds)}" if seconds else ""
    return f"{kind_title(bonus.activity, rules)}{when}{speed}: {_sum(awards)}."


def _moment(bonus: Bonus) -> datetime:
    day = min(bonus.days) if bonus.days else WEDNESDAY
    clock = bonus.starts.start if bonus.starts else NOON
    return datetime.combine(MONDAY + timedelta(days=day), clock, tzinfo=UTC)


def _sum(awards: list[Award]) -> str:
    terms = "".join(
        (f" {MINUS} " if award.points < 0 else " + ") + number(abs(award.points)) + f" for {quoted(award.name)}"
        for award in awards[1:]
    )
    return f"{number(awards[0].points)}{terms} = {points(sum(award.points for award in awards))}"


def of_quest(quest: Quest, rules: Rules) -> str:
    """The step that completes a quest, after all others were taken."""
    if quest.members is not None:
        before = "the first member" if quest.members == 1 else f"the {ordinal(quest.members)} member"
        return f"When {before} has {needs(quest, rules)}: {signed(quest.points)}."
    *others, (kind, count) = quest.needs
    one = rules.kind_by_name[kind].one
    last = f"the {ordinal(count)} {one}" if count > 1 else f"a first {one}"
    if not others:
        return f"With {last}: {signed(quest.points)}."
    done = listed([amount(needed, rules.kind_by_name[name]) for name, needed in others], "and")
    return f"After {done}, {last} completes it: {signed(quest.points)}."


def of_trophy(trophy: Trophy, rules: Rules) -> str:
    """A larger value against a smaller one."""
    unit = metric_words(trophy.most, 5, rules)
    who = "team" if trophy.audience == "team" else "person"
    return f"5 {unit} against 3: the {who} with 5 wins."
