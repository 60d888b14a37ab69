"""A few more activities: a team's new score from the one it had, wherever the rest of the team cannot matter."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import reduce
from typing import Literal
from zoneinfo import ZoneInfo

from app.domain.calendar.days import local_day
from app.domain.rules.model import ATTENDANCE, SHIFT, Quest, Rules
from app.domain.scoring.activity import Activity, Award
from app.domain.scoring.evaluation import score
from app.domain.scoring.quests import member_count
from app.domain.scoring.sums import sum_up
from app.domain.scoring.tally import Tally, TeamScore, merge

CapPeers = Literal["nobody", "subject", "everybody"]
Before = Callable[[Activity, bool, int], Sequence[Activity]]


def cap_peers_of(kind: str, rules: Rules) -> CapPeers:
    """The team's other activities of this kind that may share a cap with one: none, its subject's, or all of them."""
    if kind == ATTENDANCE:
        return "nobody"
    own_cap = rules.kind_by_name[kind].cap
    caps = [own_cap, *(bonus.cap for bonus in rules.bonuses if bonus.activity == kind)]
    scopes = {cap.per for cap in caps if cap is not None}
    if not scopes:
        return "nobody"
    return "subject" if scopes == {"subject"} else "everybody"


def add(
    kept: TeamScore,
    fresh: Sequence[Activity],
    cap_peers: Sequence[Activity],
    before: Before,
    rules: Rules,
    zone: ZoneInfo,
) -> TeamScore | None:
    """The team's score with its fresh activities; None where only scoring the whole team anew can tell.

    `kin` are all the team's other activities that share a cap with a fresh one, and none of the fresh ones. What is
    outside of it earns the same before and after, so the difference of scoring `kin` alone is the difference.
    `before(activity, own, limit)` finds up to `limit` of the team's other activities of its kind that precede it in the
    order of evaluation; with `own` only those of its person.
    """
    if not all(_leaves_alone(quest, kept, fresh, before, zone) for quest in rules.quests):
        return None
    gained = _earned([*cap_peers, *fresh], rules, zone)
    for award in _earned(cap_peers, rules, zone):
        if award not in gained:
            return None
        gained.remove(award)
    return reduce(merge, sum_up(fresh, gained, zone).values(), kept)


def _earned(activities: Sequence[Activity], rules: Rules, zone: ZoneInfo) -> list[Award]:
    return score(activities, rules.without_quests, zone) if activities else []


def _leaves_alone(quest: Quest, kept: TeamScore, fresh: Sequence[Activity], before: Before, zone: ZoneInfo) -> bool:
    """Tell whether fresh activities certainly leave a quest alone: whether and when it was completed stays."""
    needs = dict(quest.needs)
    concerned = [activity for activity in fresh if activity.kind in needs]
    counts_attendances = quest.members is not None and SHIFT in needs
    attendances = [activity for activity in fresh if activity.kind == ATTENDANCE and counts_attendances]
    return all(_is_settled(quest, kept, local_day(entry.occurred_at, zone)) for entry in attendances) and all(
        _is_settled(quest, kept, local_day(activity.occurred_at, zone))
        or _has_enough_before(quest, needs[activity.kind], activity, kept, zone)
        or not _can_be_complete(quest, needs, kept, concerned, local_day(activity.occurred_at, zone))
        or _is_one_too_many(quest, needs[activity.kind], activity, before, zone)
        for activity in concerned
    )


def _is_settled(quest: Quest, kept: TeamScore, day: date) -> bool:
    """Tell whether a quest of the week was completed before that day."""
    return quest.per == "week" and any(done < day and quest.name in tally.quests for done, tally in kept.days.items())


def _has_enough_before(quest: Quest, number: int, one: Activity, kept: TeamScore, zone: ZoneInfo) -> bool:
    """Tell whether the days before this one's alone have as many of its kind as the team needs in the week."""
    if quest.members is not None or quest.per != "week":
        return False
    day = local_day(one.occurred_at, zone)
    return sum(tally.counts.get(one.kind, 0) for before, tally in kept.days.items() if before < day) >= number


def _can_be_complete(
    quest: Quest, needs: dict[str, int], kept: TeamScore, fresh: Sequence[Activity], day: date
) -> bool:
    """Tell whether counts suffice with the fresh activities among them; people's are known for the whole week only."""
    if quest.members is None:
        period = kept.days.values() if quest.per == "week" else [kept.days.get(day, Tally())]
        return _reach(needs, period, fresh)
    doers = {**{activity.person: Tally() for activity in fresh}, **kept.people}
    reached = sum(_reaches(needs, tally, [one for one in fresh if one.person == who]) for who, tally in doers.items())
    return reached >= quest.members


def _reaches(needs: dict[str, int], tally: Tally, fresh: Sequence[Activity]) -> bool:
    """Tell whether one person reaches every number; the fresh are no attendances."""
    return all(
        member_count(tally.counts, kind) + sum(one.kind == kind for one in fresh) >= number
        for kind, number in needs.items()
    )


def _reach(needs: dict[str, int], tallies: Collection[Tally], fresh: Sequence[Activity]) -> bool:
    return all(
        sum(tally.counts.get(kind, 0) for tally in tallies) + sum(one.kind == kind for one in fresh) >= number
        for kind, number in needs.items()
    )


def _is_one_too_many(quest: Quest, number: int, one: Activity, before: Before, zone: ZoneInfo) -> bool:
    """Tell whether `number` of its kind precede an activity in its period (of its person, where `members` counts them).

    The quest's need was then met without it, so that its arrival changes nothing.
    """
    day = local_day(one.occurred_at, zone)
    activities = before(one, quest.members is not None, number)
    return sum(quest.per == "week" or local_day(activity.occurred_at, zone) == day for activity in activities) >= number
