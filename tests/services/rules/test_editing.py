"""Common changes by a form: made in the text, comments and layout as they were."""

import pytest

from app.domain.rules import BUILT_IN_KINDS, parse_rules
from app.errors import Malformed, RulesRefused
from app.services.rules import editing
from tests.builders import RULES


def fields(text: str) -> dict[str, str]:
    rules, _ = parse_rules(text)
    assert rules is not None
    return {setting.name: setting.value for group in editing.groups(rules) for setting in group.settings}


def test_groups_have_points_caps_and_windows() -> None:
    found = fields(RULES)

    assert found["activities:response:points"] == "2"
    assert (found["activities:response:cap.max"], found["activities:response:cap.per"]) == ("3", "subject")
    assert (found["bonuses:6 a.m. shift:starts.from"], found["bonuses:6 a.m. shift:starts.until"]) == ("06:00", "07:00")
    assert found["bonuses:Inside the 1-hour SLA:within"] == "1h"
    assert found["quests:Grand slam:points"] == "25"


@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ({"activities:response:points": "3"}, "points = 2\n", "points = 3\n"),
        ({"activities:issue:points": " −5 "}, "points = 5\n", "points = -5\n"),
        ({"activities:response:cap.max": "5"}, "max = 3", "max = 5"),
        ({"activities:response:cap.max": ""}, 'cap = { max = 3, per = "subject" }\n', ""),
        (
            {"activities:shift:cap.per": "team-day", "activities:shift:cap.max": "2"},
            'many = "shifts"\n', 'many = "shifts"\ncap = { max = 2, per = "team-day" }\n',
        ),
        ({"bonuses:6 a.m. shift:starts.from": "05:30"}, 'from = "06:00"', 'from = "05:30"'),
        ({"bonuses:Inside the 1-hour SLA:within": "30m"}, 'within = "1h"', 'within = "30m"'),
        ({"quests:Grand slam:points": "30"}, "points = 25", "points = 30"),
        ({}, "", ""),
    ],
)  # fmt: skip
def test_edited_changes_one_value_and_nothing_else(changes: dict[str, str], old: str, new: str) -> None:
    assert editing.edited(RULES, changes) == RULES.replace(old, new, 1)


def test_edited_keeps_a_byte_order_mark_and_tables_in_braces() -> None:
    kinds = {name: f'{name} = {{ points = 5, one = "one", many = "many" }}' for name in BUILT_IN_KINDS}
    text = "\N{ZERO WIDTH NO-BREAK SPACE}format = 1\n[activities]\n" + "\n".join(kinds.values())

    edited = editing.edited(text, {"activities:issue:points": "7", "activities:issue:cap.max": "2"})

    issue = 'issue = { points = 7, one = "one", many = "many", cap = { max = 2, per = "subject" } }'
    assert edited.replace(" ", "") == text.replace(kinds["issue"], issue).replace(" ", "")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"activities:issue:points": "5.5"}, "Enter a whole number, such as 10."),
        ({"activities:issue:points": ""}, "Enter a whole number, such as 10."),
        ({"activities:issue:points": "9" * 5_000}, "Enter a whole number, such as 10."),
        ({"activities:issue:points": "100001"}, "Write a whole number from -100,000 to 100,000; this is 100,001."),
        ({"activities:response:cap.max": "0"}, "Write a whole number from 1 to 10,000; this is 0."),
        ({"bonuses:6 a.m. shift:starts.until": "7"}, 'Write a time from "00:00" to "24:00"; this is the text "7".'),
        ({"quests:Nothing:points": "1"}, editing.NOT_NOW),
        ({"": "1"}, editing.NOT_NOW),
    ],
)
def test_edited_refuses_a_value_at_its_field(changes: dict[str, str], says: str) -> None:
    with pytest.raises(Malformed) as refusal:
        editing.edited(RULES, changes)

    assert refusal.value.extra["errors"] == [{"field": name, "message": says} for name in changes]


def test_edited_asks_for_the_number_of_a_new_cap() -> None:
    with pytest.raises(Malformed) as refusal:
        editing.edited(RULES, {"activities:shift:cap.per": "team-day"})

    asked = {"field": "activities:shift:cap.max", "message": "Enter a number, too: without one there’s no cap."}
    assert refusal.value.extra["errors"] == [asked]


def test_edited_tells_every_mistake_at_once() -> None:
    changes = {"activities:issue:points": "x", "bonuses:6 a.m. shift:starts.from": "7", "quests:All hands:points": "y"}

    with pytest.raises(Malformed) as refusal:
        editing.edited(RULES, changes)

    assert {error["field"] for error in refusal.value.extra["errors"]} == set(changes)


def test_edited_refuses_a_text_with_mistakes() -> None:
    with pytest.raises(RulesRefused):
        editing.edited("format = 2", {"activities:issue:points": "5"})


def test_groups_of_a_huge_text_are_as_many_as_a_form_may_have() -> None:
    many = "".join(f'\n[[quests]]\nname = "Q{number}"\nneeds = {{ issue = 1 }}\npoints = 1\n' for number in range(400))

    assert len(fields(RULES + many)) == editing.MOST
