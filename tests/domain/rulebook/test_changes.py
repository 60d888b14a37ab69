"""The difference of two versions of the rules in plain words."""

import pytest
from hypothesis import given

from app.domain.rulebook.changes import differences
from app.domain.rules import Rules
from tests.domain.rulebook.test_chapters import DEFAULTS, rules_of
from tests.domain.strategies import rule_sets

BONUS = '\n[[bonuses]]\nname = "Late"\nactivity = "issue"\npoints = 4\n'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points = 2\n", "points = 3\n", "responses: 2 → 3 points"),
        ("size = 3 ", "size = 4 ", "team size: 3 → 4"),
        (
            'max = 3, per = "subject"', 'max = 5, per = "team-day"',
            "responses that earn points: the first 3 on one subject → the first 5 by one team in a day",
        ),
        ('cap = { max = 3, per = "subject" }', "", "responses that earn points: the first 3 on one subject → all"),
        ('many = "issues"', 'many = "bugs"', "wording of issue: issue, issues → issue, bugs"),
        ('from = "06:00"', 'from = "05:00"', "bonus “6 a.m. shift”, time of day: 06:00–07:00 → 05:00–07:00"),
        ('within = "1h"', 'within = "30m"', "bonus “Inside the 1-hour SLA”, answered within: 1 hour → 30 minutes"),
        ('name = "All hands"', 'name = "Everyone"', "quest “All hands”: now called “Everyone”"),
        ("members = 3", "members = 2", "quest “All hands”, by: 3 members each → 2 members each"),
        ("points = 25", "points = -5", "quest “Grand slam”: 25 → −5 points"),
        (
            '"shift", "points:response"', '"points:response"',
            "with equal points: awards of “6 a.m. shift”, then shifts, then points from responses, then earliest last "
            "points → awards of “6 a.m. shift”, then points from responses, then earliest last points",
        ),
        (
            'most = "points:response"', 'most = "response"',
            "trophy “Customer hero”, for most: points from responses → responses",
        ),
    ],
)  # fmt: skip
def test_differences_of_one_value_are_one_sentence(old: str, new: str, said: str) -> None:
    changed = DEFAULTS.replace(old, new, 1)

    assert changed != DEFAULTS
    assert differences(rules_of(DEFAULTS), rules_of(changed)) == (said,)


def test_differences_tell_what_is_new_and_what_is_gone() -> None:
    kind = '\n[activities.entry]\npoints = 1\none = "entry"\nmany = "entries"\n'
    before, after = rules_of(DEFAULTS), rules_of(DEFAULTS + BONUS + kind)

    assert differences(before, after) == (
        "entries: new, 1 point each",
        "bonus “Late”: new, +4 points for issues",
    )
    assert differences(after, before) == (
        "entries: no longer an activity of the rules",
        "bonus “Late”: removed, it gave +4 points",
    )


def test_differences_of_comments_alone_are_none() -> None:
    assert differences(rules_of(DEFAULTS), rules_of(f"# Hello\n{DEFAULTS}")) == ()


@given(rule_sets(), rule_sets())
def test_differences_are_none_only_for_equal_rules(one: Rules, other: Rules) -> None:
    assert differences(one, one) == ()
    assert bool(differences(one, other)) == (_in_order(one) != _in_order(other))


def _in_order(rules: Rules) -> list[object]:
    """The rules but for the order in which bonuses, quests and trophies stand, which decides no points."""
    named = (rules.bonuses, rules.quests, rules.trophies)
    return [rules.kinds, rules.team_size, rules.ties, *(sorted(some, key=lambda one: one.name) for some in named)]
