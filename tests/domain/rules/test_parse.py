"""The values that a valid rules file is parsed into."""

from dataclasses import replace
from datetime import time

import pytest

from app.domain.rules import Bonus, Cap, Kind, Metric, Quest, Rules, Trophy, Window, parse_rules
from tests.domain.builders import DEFAULT
from tests.domain.rules import DEFAULT_TEXT, FIVE_KINDS

_BUILT_IN = tuple(
    Kind(name, 5, "x", "x") for name in ("shift", "response", "issue", "feature_request", "knowledge_card")
)
_PLAIN = Rules(kinds=_BUILT_IN)


def _rules(added: str) -> Rules:
    rules, mistakes = parse_rules(FIVE_KINDS + added)
    assert mistakes == []
    assert rules is not None
    return rules


def _bonus(conditions: str) -> Bonus:
    return _rules(f'[[bonuses]]\nname = "Early"\nactivity = "shift"\n{conditions}').bonuses[0]


def test_parse_rules_of_the_shipped_file_gives_the_defaults() -> None:
    rules, mistakes = parse_rules(DEFAULT_TEXT)

    assert mistakes == []
    assert rules == DEFAULT


def test_parse_rules_of_the_shortest_file_gives_teams_of_three_and_nothing_else() -> None:
    rules, mistakes = parse_rules(FIVE_KINDS)

    assert mistakes == []
    assert rules == _PLAIN


@pytest.mark.parametrize("text", [DEFAULT_TEXT.replace("\n", "\r\n"), "\ufeff" + DEFAULT_TEXT], ids=["crlf", "bom"])
def test_files_saved_on_windows_mean_the_same(text: str) -> None:
    rules, _ = parse_rules(text)

    assert rules == DEFAULT


def test_team_size_is_read() -> None:
    assert _rules("[team]\nsize = 12") == replace(_PLAIN, team_size=12)


def test_parse_rules_keeps_an_added_kind_in_file_order() -> None:
    rules = _rules(
        '[activities.h2_g]\npoints = -100_000\none = " hug "\nmany = "hugs"\ncap = { max = 10_000, per = "team-week" }'
    )

    assert rules.kinds == (*_BUILT_IN, Kind("h2_g", -100_000, "hug", "hugs", Cap(10_000, "team-week")))


@pytest.mark.parametrize(
    ("conditions", "bonus"),
    [
        ("points = 0", Bonus("Early", "shift", points=0)),
        ("times = 10", Bonus("Early", "shift", times=10)),
        ('times = 2\nwithin = "168h"', Bonus("Early", "shift", times=2, within=604_800)),
        ('times = 2\nwithin = "1h30m15s"', Bonus("Early", "shift", times=2, within=5_415)),
        ('times = 2\nwithin = "90m"', Bonus("Early", "shift", times=2, within=5_400)),
        ('times = 2\nwithin = "1s"', Bonus("Early", "shift", times=2, within=1)),
        ('times = 2\ndays = ["sun", "mon", "mon"]', Bonus("Early", "shift", times=2, days=frozenset({0, 6}))),
        (
            'times = 2\nstarts = { from = "22:30", until = "02:00" }',
            Bonus("Early", "shift", times=2, starts=Window(time(22, 30), time(2))),
        ),
        (
            'times = 2\nstarts = { from = "00:00", until = "24:00" }',
            Bonus("Early", "shift", times=2, starts=Window(time(0), None)),
        ),
        (
            'times = 2\nstarts = { from = "23:59", until = "00:00" }',
            Bonus("Early", "shift", times=2, starts=Window(time(23, 59), time(0))),
        ),
        (
            'times = 2\n[bonuses.cap]\nmax = 1\nper = "person-day"',
            Bonus("Early", "shift", times=2, cap=Cap(1, "person-day")),
        ),
    ],
)
def test_bonus_is_read(conditions: str, bonus: Bonus) -> None:
    assert _bonus(conditions) == bonus


def test_quest_is_read() -> None:
    rules = _rules(
        '[[quests]]\nname = "Q"\nneeds = { issue = 10_000, shift = 1 }\nmembers = 3\nper = "day"\npoints = -1'
    )

    assert rules.quests == (Quest("Q", (("issue", 10_000), ("shift", 1)), points=-1, members=3, per="day"),)


def test_every_metric_is_read() -> None:
    rules = _rules(
        """
[[bonuses]]
name = "odd: bonus:name"
activity = "shift"
points = 1

[[bonuses]]
name = "Late"
activity = "shift"
points = 1

[ranking]
ties = ["points", "quests", "earliest", "shift", "points:issue", "bonus:odd: bonus:name", "bonus:Late", "shift"]
"""
    )

    assert rules.ties == (
        Metric("points"),
        Metric("quests"),
        Metric("earliest"),
        Metric("count", "shift"),
        Metric("points_of", "issue"),
        Metric("bonus", "odd: bonus:name"),
        Metric("bonus", "Late"),
    )


def test_bonus_is_found_by_any_spelling_of_its_name() -> None:
    rules = _rules(
        '[[bonuses]]\nname = " Größe 1"\nactivity = "shift"\npoints = 1\n[ranking]\nties = ["bonus:GRÖSSE \uff11"]'
    )

    assert rules.ties == (Metric("bonus", "Größe 1"),)


def test_trophies_are_read() -> None:
    rules = _rules(
        """
[[trophies]]
name = "Helpers"
for = "person"
most = "response"

[[trophies]]
name = "Seekers"
for = "team"
most = "quests"
"""
    )

    assert rules.trophies == (
        Trophy("Helpers", "person", Metric("count", "response")),
        Trophy("Seekers", "team", Metric("quests")),
    )


def test_names_may_be_shared_between_bonuses_quests_and_trophies() -> None:
    rules = _rules(
        """
[[bonuses]]
name = "Early"
activity = "shift"
points = 1

[[quests]]
name = "Early"
needs = { shift = 1 }
points = 1

[[trophies]]
name = "Early"
for = "team"
most = "bonus:Early"
"""
    )

    assert (rules.bonuses[0].name, rules.quests[0].name, rules.trophies[0].name) == ("Early", "Early", "Early")


def test_name_of_sixty_characters_is_fine() -> None:
    assert _rules(f'[[quests]]\nname = "{"ß" * 60}"\nneeds = {{ shift = 1 }}\npoints = 1').quests[0].name == "ß" * 60


def test_tables_may_be_written_inline() -> None:
    rules = _rules('bonuses = [{ name = "Early", activity = "shift", times = 2 }]\nranking.ties = ["points"]')

    assert rules == replace(_PLAIN, bonuses=(Bonus("Early", "shift", times=2),), ties=(Metric("points"),))
