"""Worth: what a seat would bring its team under the rules, by the scoring function itself."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.calendar.days import local_day
from app.domain.rules.model import ATTENDANCE, SHIFT, Rules
from app.domain.scoring.activity import Activity, AwardReason
from app.domain.scoring.evaluation import score


class WorthPart(NamedTuple):
    """Points for one reason: the kind in the singular, or the bonus's or quest's name."""

    why: str
    points: int


@dataclass(frozen=True, slots=True)
class Worth:
    """The points a seat would bring, and what they are made of."""

    points: int = 0
    parts: tuple[WorthPart, ...] = ()


def would_be(person: str, team: str, shift_id: str, starts_at: datetime, *, credited: bool) -> Activity:
    """The activity that completing a seat would make; an attendance where the team is `credited` for the slot."""
    kind = ATTENDANCE if credited else SHIFT
    return Activity("", kind, person, team, starts_at, "shifts", f"{shift_id}/")


def worth(own: Iterable[Activity], more: Sequence[Activity], rules: Rules, zone: ZoneInfo) -> Worth:
    """The difference that `more` activities make to a team with its `own` live ones, a part for each reason."""
    before = list(own)
    points = _points_by_reason([*before, *more], rules, zone)
    points.subtract(_points_by_reason(before, rules, zone))
    parts = [WorthPart(_why(reason, name, rules), number) for (reason, name), number in points.items() if number]
    return Worth(sum(part.points for part in parts), tuple(parts))


def kind_of_slot(starts_at: datetime, rules: Rules, zone: ZoneInfo) -> Hashable:
    """The key of slots in which one more shift brings a team the same points, so that few of many need scoring.

    Points count activities per person, team, day and bonus, never their order: alike are slots that earn the same
    bonuses, on the same local day where a cap or quest goes by days.
    """
    awards = score([would_be("", "-", "", starts_at, credited=False)], rules.without_quests, zone)
    return frozenset(award.name for award in awards), local_day(starts_at, zone) if _goes_by_days(rules) else None


def _goes_by_days(rules: Rules) -> bool:
    caps = [rules.kind_by_name[SHIFT].cap, *(bonus.cap for bonus in rules.bonuses if bonus.activity == SHIFT)]
    return any(cap is not None and cap.per in ("person-day", "team-day") for cap in caps) or any(
        quest.per == "day" for quest in rules.quests
    )


def _points_by_reason(activities: Iterable[Activity], rules: Rules, zone: ZoneInfo) -> Counter[tuple[AwardReason, str]]:
    """Sum points by reason and name, each in the order of the rules."""
    reasons: list[tuple[AwardReason, str]] = [
        *(("points", kind.name) for kind in rules.kinds),
        *(("bonus", bonus.name) for bonus in rules.bonuses),
        *(("quest", quest.name) for quest in rules.quests),
    ]
    points = Counter(dict.fromkeys(reasons, 0))
    for award in score(activities, rules, zone):
        points[award.reason, award.name] += award.points
    return points


def _why(reason: AwardReason, name: str, rules: Rules) -> str:
    return rules.kind_by_name[name].one if reason == "points" else name
