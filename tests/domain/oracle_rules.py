"""Valid rules files drawn from a seed, with every feature of the format."""

import json
import random
from typing import Any

FIVE_KINDS = ["shift", "response", "issue", "feature_request", "knowledge_card"]
MORE_KINDS = ["hug", "bonus", "subject", "k2_x", "team"]
SCOPES = ["subject", "person-day", "person-week", "team-day", "team-week"]
WINDOWS = [
    ("06:00", "07:00"),
    ("02:00", "03:00"),
    ("01:30", "02:30"),
    ("00:00", "24:00"),
    ("22:00", "24:00"),
    ("22:00", "00:00"),
    ("23:00", "01:00"),
    ("22:00", "02:30"),
    ("23:30", "23:00"),
    ("00:30", "00:00"),
]
DURATIONS = ["1h", "1m", "59m59s", "1h1s", "1s", "1m30s", "168h", "1h30m15s"]
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BONUS_NAMES = ["6 a.m. shift", "Inside the 1-hour SLA", "shift", "Größe", 'a "quoted" one', "odd: \\ name"]
QUEST_NAMES = ["All hands", "Grand slam", "Ünder", "shift"]
TROPHY_NAMES = ["Early birds", "Customer hero", "All hands", "Última", "points"]


def toml(value: Any) -> str:
    """A value as TOML on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def table(header: str, entries: dict[str, Any]) -> str:
    return "\n".join([header, *(f"{key} = {toml(value)}" for key, value in entries.items())]) + "\n"


def random_points(rng: random.Random, nasty: bool) -> int:
    return rng.choice([0, 1, 2, 5, 5, 10, 10]) * (rng.choice([-1, 1]) if nasty else 1)


def random_cap(rng: random.Random) -> dict[str, Any]:
    return {"max": rng.randint(1, 3), "per": rng.choice(SCOPES)}


def random_kind(rng: random.Random, kind: str, nasty: bool) -> dict[str, Any]:
    settings: dict[str, Any] = {"points": random_points(rng, nasty), "one": f"one {kind}", "many": f"many {kind}s"}
    if rng.random() < 0.6:
        settings["cap"] = random_cap(rng)
    return settings


def random_bonus(rng: random.Random, name: str, kinds: list[str], nasty: bool) -> dict[str, Any]:
    bonus: dict[str, Any] = {"name": name, "activity": rng.choice(kinds)}
    if rng.random() < 0.6:
        begin, end = rng.choice(WINDOWS)
        bonus["starts"] = {"from": begin, "until": end}
    if rng.random() < 0.4:
        bonus["days"] = rng.sample(WEEKDAYS, rng.randint(1, 6))
    if rng.random() < 0.3:
        bonus["within"] = rng.choice(DURATIONS)
    if rng.random() < 0.35:
        bonus["times"] = rng.randint(2, 4)
    else:
        bonus["points"] = random_points(rng, nasty)
    if rng.random() < 0.5:
        bonus["cap"] = random_cap(rng)
    return bonus


def random_quest(rng: random.Random, name: str, kinds: list[str], size: int, nasty: bool) -> dict[str, Any]:
    wanted = rng.sample(kinds, rng.randint(1, 2))
    quest: dict[str, Any] = {
        "name": name,
        "needs": {kind: rng.choice([1, 1, 2, 3]) for kind in wanted},
        "points": random_points(rng, nasty),
    }
    if rng.random() < 0.5:
        quest["members"] = rng.randint(1, size)
    if rng.random() < 0.7:
        quest["per"] = rng.choice(["week", "day", "day"])
    return quest


def random_trophy(rng: random.Random, name: str, metrics: list[str]) -> dict[str, Any]:
    for_whom = rng.choice(["team", "person"])
    allowed = [m for m in metrics if m != "earliest" and not (for_whom == "person" and m == "quests")]
    return {"name": name, "for": for_whom, "most": rng.choice(allowed)}


def random_rules(rng: random.Random) -> tuple[str, list[str]]:
    """The text of a rules file, and its kinds."""
    nasty, size = rng.random() < 0.25, rng.choice([None, 1, 2, 3, 4])
    kinds = [*FIVE_KINDS, *rng.sample(MORE_KINDS, rng.randint(0, 2))]
    rng.shuffle(kinds)
    bonuses = rng.sample(BONUS_NAMES, rng.randint(0, 4))
    metrics = [
        *kinds,
        "points",
        "quests",
        "earliest",
        *(f"points:{k}" for k in kinds),
        *(f"bonus:{b}" for b in bonuses),
    ]
    tables = ["format = 1\n"]
    if size is not None:
        tables.append(table("[team]", {"size": size}))
    tables += [table(f"[activities.{kind}]", random_kind(rng, kind, nasty)) for kind in kinds]
    tables += [table("[[bonuses]]", random_bonus(rng, name, kinds, nasty)) for name in bonuses]
    for name in rng.sample(QUEST_NAMES, rng.randint(0, 3)):
        tables.append(table("[[quests]]", random_quest(rng, name, kinds, size or 3, nasty)))
    if rng.random() < 0.8:
        ties = rng.sample(["earliest", "quests", *metrics[: rng.randint(1, len(metrics))]], rng.randint(1, 3))
        tables.append(table("[ranking]", {"ties": list(dict.fromkeys(ties))}))
    for name in rng.sample(TROPHY_NAMES, rng.randint(0, 4)):
        tables.append(table("[[trophies]]", random_trophy(rng, name, metrics)))
    return "\n".join(tables), kinds
