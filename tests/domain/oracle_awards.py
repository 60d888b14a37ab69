"""The oracle's awards for kinds, bonuses and quests, evaluated slowly and literally."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

Toml = dict[str, Any]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Membership(TypedDict):
    """A person joins a team, or leaves theirs (None)."""

    person: str
    team: str | None
    at: datetime


class Entry(TypedDict):
    """An activity as the ledger keeps it, without its team."""

    id: str
    kind: str
    person: str
    occurred_at: datetime
    recorded_at: datetime
    source: str
    external_id: str
    subject: str | None
    response_seconds: int | None
    reversed: bool


class Adjustment(TypedDict):
    """Points an organizer gave or took."""

    id: str
    team: str
    points: int
    reason: str
    at: datetime


class Facts(TypedDict):
    """All that the evaluation of a week depends on besides the rules."""

    zone: str
    week: dict[str, str]
    teams: list[dict[str, str]]
    memberships: list[Membership]
    people: dict[str, str]
    activities: list[Entry]
    adjustments: list[Adjustment]
    now: datetime


class Act(TypedDict):
    """A live activity with what the rules look at."""

    kind: str
    person: str
    team: str | None
    at: datetime
    local: datetime
    subject: str | None
    response_seconds: int | None


class Award(TypedDict):
    """Points for one reason: `why` is activity, bonus or quest, `name` which one."""

    why: str
    name: str
    kind: str | None
    team: str
    person: str | None
    at: datetime
    points: int
    act: Act | None


class Evaluation(TypedDict):
    """The sums of a week's activities and adjustments under the rules."""

    acts: list[Act]
    awards: list[Award]
    adjustments: list[Adjustment]


def team_at(facts: Facts, person: str, moment: datetime) -> str | None:
    joins = [m for m in facts["memberships"] if m["person"] == person and m["team"] is not None]
    joins.sort(key=lambda m: m["at"])
    if not joins:
        return None
    so_far = [m for m in joins if m["at"] <= moment]
    return so_far[-1]["team"] if so_far else joins[0]["team"]


def live_acts(facts: Facts, entries: list[Entry]) -> list[Act]:
    live = [entry for entry in entries if not entry["reversed"]]
    live.sort(key=lambda e: (e["occurred_at"], e["source"], e["external_id"], e["kind"]))
    return [
        Act(
            kind=entry["kind"],
            person=entry["person"],
            team=team_at(facts, entry["person"], entry["occurred_at"]),
            at=entry["occurred_at"],
            local=entry["occurred_at"].astimezone(ZoneInfo(facts["zone"])),
            subject=entry["subject"] or None,
            response_seconds=entry["response_seconds"],
        )
        for entry in live
    ]


def same_group(per: str, one: Act, other: Act) -> bool:
    same_team = one["team"] == other["team"]
    same_person = one["person"] == other["person"]
    same_day = one["local"].date() == other["local"].date()
    return {
        "subject": same_team and one["subject"] == other["subject"],
        "person-day": same_team and same_person and same_day,
        "person-week": same_team and same_person,
        "team-day": same_team and same_day,
        "team-week": same_team,
    }[per]


def first_in_each_group(acts: list[Act], cap: Toml | None) -> list[Act]:
    if cap is None:
        return acts
    kept: list[Act] = []
    for act in acts:
        uncapped = cap["per"] == "subject" and act["subject"] is None
        before = [other for other in kept if same_group(cap["per"], act, other)]
        if uncapped or len(before) < cap["max"]:
            kept.append(act)
    return kept


def clock(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))


def seconds(text: str) -> int:
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([hms])", text))


def time_of_day(local: datetime) -> timedelta:
    return datetime.combine(date(2000, 1, 1), local.time()) - datetime.combine(date(2000, 1, 1), time.min)


def meets(bonus: Toml, act: Act) -> bool:
    moment, day = time_of_day(act["local"]), act["local"].date()
    if "starts" in bonus:
        begin, end = clock(bonus["starts"]["from"]), clock(bonus["starts"]["until"])
        if begin < end and not begin <= moment < end:
            return False
        if begin > end and not (moment >= begin or moment < end):
            return False
        if begin > end and moment < end:
            day -= timedelta(days=1)
    if "days" in bonus and WEEKDAYS[day.weekday()] not in bonus["days"]:
        return False
    if "within" in bonus:
        took = act["response_seconds"]
        return took is not None and took <= seconds(bonus["within"])
    return True


def award(why: str, name: str, act: Act, points: int) -> Award:
    assert act["team"] is not None
    own = why != "quest"
    return Award(
        why=why,
        name=name,
        kind=act["kind"] if own else None,
        team=act["team"],
        person=act["person"] if own else None,
        at=act["at"],
        points=points,
        act=act if own else None,
    )


def activity_awards(rules: Toml, acts: list[Act]) -> list[Award]:
    awards = []
    for kind, settings in rules["activities"].items():
        mine = [act for act in acts if act["kind"] == kind and act["team"] is not None]
        earning = first_in_each_group(mine, settings.get("cap"))
        awards += [award("activity", kind, act, settings["points"]) for act in earning]
    return awards


def bonus_awards(rules: Toml, acts: list[Act]) -> list[Award]:
    awards = []
    for bonus in rules.get("bonuses", []):
        kind = rules["activities"][bonus["activity"]]
        points = bonus["points"] if "points" in bonus else kind["points"] * (bonus["times"] - 1)
        mine = [a for a in acts if a["kind"] == bonus["activity"] and a["team"] is not None and meets(bonus, a)]
        earning = first_in_each_group(mine, bonus.get("cap", kind.get("cap")))
        awards += [award("bonus", bonus["name"], act, points) for act in earning]
    return awards


def reaches(needs: dict[str, int], acts: list[Act]) -> bool:
    return all(len([act for act in acts if act["kind"] == kind]) >= number for kind, number in needs.items())


def as_shift(act: Act) -> Act:
    if act["kind"] != "attendance":
        return act
    shift = act.copy()
    shift["kind"] = "shift"
    return shift


def complete(quest: Toml, acts: list[Act]) -> bool:
    if "members" not in quest:
        return reaches(quest["needs"], acts)
    people = {act["person"] for act in acts}
    there = [p for p in people if reaches(quest["needs"], [as_shift(act) for act in acts if act["person"] == p])]
    return len(there) >= int(quest["members"])


def quest_awards(rules: Toml, acts: list[Act]) -> list[Award]:
    awards = []
    for quest in rules.get("quests", []):
        daily = quest.get("per", "week") == "day"
        periods = {(act["team"], act["local"].date() if daily else None) for act in acts if act["team"] is not None}
        for team, day in periods:
            mine = [act for act in acts if act["team"] == team and day in (None, act["local"].date())]
            ends = [n for n in range(1, len(mine) + 1) if complete(quest, mine[:n])]
            if ends:
                awards.append(award("quest", quest["name"], mine[ends[0] - 1], quest["points"]))
    return awards
