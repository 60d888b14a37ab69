"""A slow, literal evaluation of a week: the reference the real board and receipts are held against."""

from collections import Counter
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.domain.oracle_awards import (
    Act,
    Adjustment,
    Entry,
    Evaluation,
    Facts,
    Toml,
    activity_awards,
    bonus_awards,
    live_acts,
    quest_awards,
)

Line = tuple[datetime, str | None, int]


def evaluate(rules: Toml, facts: Facts, entries: list[Entry], adjustments: list[Adjustment]) -> Evaluation:
    acts = live_acts(facts, entries)
    awards = activity_awards(rules, acts) + bonus_awards(rules, acts) + quest_awards(rules, acts)
    return Evaluation(acts=acts, awards=awards, adjustments=adjustments)


def of_team(result: Evaluation, team: str) -> Evaluation:
    return Evaluation(
        acts=[act for act in result["acts"] if act["team"] == team],
        awards=[award for award in result["awards"] if award["team"] == team],
        adjustments=[adjustment for adjustment in result["adjustments"] if adjustment["team"] == team],
    )


def of_person(result: Evaluation, person: str) -> Evaluation:
    return Evaluation(
        acts=[act for act in result["acts"] if act["person"] == person and act["team"] is not None],
        awards=[award for award in result["awards"] if award["person"] == person],
        adjustments=[],
    )


def points(result: Evaluation) -> int:
    return sum(a["points"] for a in result["awards"]) + sum(a["points"] for a in result["adjustments"])


def measure(metric: str, result: Evaluation) -> int:
    """The value of any metric but `earliest`."""
    awards = result["awards"]
    if metric == "points":
        return points(result)
    if metric == "quests":
        return len([a for a in awards if a["why"] == "quest"])
    if metric.startswith("bonus:"):
        return len([a for a in awards if a["why"] == "bonus" and a["name"] == metric.removeprefix("bonus:")])
    if metric.startswith("points:"):
        return sum(a["points"] for a in awards if a["kind"] == metric.removeprefix("points:"))
    return len([act for act in result["acts"] if act["kind"] == metric])


def better(rules: Toml, one: Evaluation, other: Evaluation) -> bool:
    """Tell whether the first goes strictly before the second in the ranking."""
    for metric in ["points", *rules.get("ranking", {}).get("ties", [])]:
        if metric == "earliest":
            mine = [a["at"] for a in one["awards"] if a["points"] != 0]
            theirs = [a["at"] for a in other["awards"] if a["points"] != 0]
            if bool(mine) != bool(theirs):
                return bool(mine)
            if mine and max(mine) != max(theirs):
                return max(mine) < max(theirs)
        elif measure(metric, one) != measure(metric, other):
            return measure(metric, one) > measure(metric, other)
    return False


def ranks(rules: Toml, facts: Facts, result: Evaluation) -> dict[str, int]:
    parts = {team["id"]: of_team(result, team["id"]) for team in facts["teams"]}
    return {team: 1 + len([o for o in parts.values() if better(rules, o, part)]) for team, part in parts.items()}


def ranks_before_today(rules: Toml, facts: Facts) -> dict[str, int] | None:
    zone = ZoneInfo(facts["zone"])
    today = facts["now"].astimezone(zone).date()
    entries = [e for e in facts["activities"] if e["occurred_at"].astimezone(zone).date() < today]
    adjustments = [a for a in facts["adjustments"] if a["at"].astimezone(zone).date() < today]
    result = evaluate(rules, facts, entries, adjustments)
    were_none = all(act["team"] is None for act in result["acts"])
    if were_none or today > date.fromisoformat(facts["week"]["ends"]):
        return None
    return ranks(rules, facts, result)


def kind_counts(rules: Toml, acts: list[Act]) -> dict[str, int]:
    return {kind: len([act for act in acts if act["kind"] == kind]) for kind in rules["activities"]}


def by_name(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: (name.casefold(), name))


def members(facts: Facts, team: str) -> list[str]:
    names = []
    for person, name in facts["people"].items():
        events = [m for m in facts["memberships"] if m["person"] == person and m["at"] <= facts["now"]]
        if events and max(events, key=lambda m: m["at"])["team"] == team:
            names.append(name)
    return by_name(names)


def headline(rules: Toml, totals: dict[str, int]) -> str:
    shown = [kind for kind, number in totals.items() if number] or list(totals)
    kinds = rules["activities"]
    return ", ".join(f"{totals[k]} {kinds[k]['one'] if totals[k] == 1 else kinds[k]['many']}" for k in shown)


def standings(rules: Toml, facts: Facts, result: Evaluation) -> list[dict[str, Any]]:
    now, before = ranks(rules, facts, result), ranks_before_today(rules, facts)
    rows = []
    for team in facts["teams"]:
        part = of_team(result, team["id"])
        won = {a["name"] for a in part["awards"] if a["why"] == "quest"}
        row = {
            "rank": now[team["id"]],
            "team": team["name"],
            "team_id": team["id"],
            "points": points(part),
            "counts": kind_counts(rules, part["acts"]),
            "bonuses": {b["name"]: measure(f"bonus:{b['name']}", part) for b in rules.get("bonuses", [])},
            "quests": [quest["name"] for quest in rules.get("quests", []) if quest["name"] in won],
            "members": members(facts, team["id"]),
            "movement": None if before is None else before[team["id"]] - now[team["id"]],
        }
        rows.append(row)
    return sorted(rows, key=lambda row: (row["rank"], str(row["team"]).casefold()))


def trophy(settings: Toml, facts: Facts, result: Evaluation) -> dict[str, Any]:
    if settings["for"] == "team":
        values = [(measure(settings["most"], of_team(result, t["id"])), t["name"]) for t in facts["teams"]]
    else:
        values = [(measure(settings["most"], of_person(result, p)), name) for p, name in facts["people"].items()]
    most = max([0, *(value for value, _ in values)])
    winners = [name for value, name in values if value == most and most > 0]
    return {"name": settings["name"], "for": settings["for"], "value": most, "winners": by_name(winners)}


def receipt(facts: Facts, result: Evaluation, team: str) -> Counter[Line]:
    part, names = of_team(result, team), facts["people"]
    rewarded = [award["act"] for award in part["awards"]]
    unrewarded = [act for act in part["acts"] if not any(act is other for other in rewarded)]
    lines: list[Line] = [(a["at"], names[a["person"]] if a["person"] else None, a["points"]) for a in part["awards"]]
    lines += [(act["at"], names[act["person"]], 0) for act in unrewarded]
    return Counter(lines + [(a["at"], None, a["points"]) for a in part["adjustments"]])


def oracle_board(rules: Toml, facts: Facts) -> tuple[dict[str, Any], dict[str, Counter[Line]]]:
    """The leaderboard without `as_of`, `version` and `frozen`, and each team's receipt lines by team id."""
    result = evaluate(rules, facts, facts["activities"], facts["adjustments"])
    totals = kind_counts(rules, result["acts"])
    board = {
        "week": facts["week"]["slug"],
        "name": facts["week"]["name"],
        "state": facts["week"]["state"],
        "headline": headline(rules, totals),
        "totals": totals,
        "standings": standings(rules, facts, result),
        "trophies": [trophy(settings, facts, result) for settings in rules.get("trophies", [])],
    }
    return board, {team["id"]: receipt(facts, result, team["id"]) for team in facts["teams"]}
