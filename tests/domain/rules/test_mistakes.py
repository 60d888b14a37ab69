"""Every way to get a rules file wrong, with what is said about it."""

from pathlib import Path

import pytest

from app.domain.rules import BUILT_IN_KINDS, Mistake, parse_rules
from app.domain.rules.document import REST
from tests.domain.rules import DEFAULT_TEXT, FIVE_KINDS

_BROKEN = Path(__file__).with_name("broken.txt").read_text(encoding="utf-8").split("-" * 20 + "\n")[1:]
_LINES_ABOVE = FIVE_KINDS.count("\n")


def _expected(said: str) -> Mistake:
    line, key, message = (part.strip() for part in said.split("|", maxsplit=2))
    return Mistake(_LINES_ABOVE + int(line), key, message.replace(" (…)", REST))


@pytest.mark.parametrize("case", _BROKEN, ids=lambda case: case.split("\n>> ")[0])
def test_parse_rules_of_a_broken_file_yields_exactly_its_mistakes(case: str) -> None:
    text, *said = case.split("\n>> ")

    rules, mistakes = parse_rules(FIVE_KINDS + text)

    assert rules is None
    assert mistakes == [_expected(sentence) for sentence in said]


def test_broken_files_are_a_hundred_or_more() -> None:
    assert len(_BROKEN) >= 100


def test_parse_rules_reports_all_mistakes_at_once_in_the_order_of_lines() -> None:
    text = FIVE_KINDS.replace("format = 1", "format = 2").replace("points = 5", 'points = "5"', 1)
    text += """\
[team]
size = 20
[[trophies]]
name = "Quick"
for = "persons"
most = "earliest"
[[bonuses]]
name = "Early"
activity = "shfit"
starts = { from = "06:00", until = "06:00" }
pionts = 3
[[quests]]
name = "All hands"
needs = { shift = 0, hug = 1 }
members = 13
points = 1.5
[ranking]
ties = ["bonus:Erly"]
"""

    _, mistakes = parse_rules(text)

    assert [(mistake.line, mistake.key) for mistake in mistakes] == [
        (1, "format"),
        (2, "activities.shift.points"),
        (8, "team.size"),
        (11, "trophies[1].for"),
        (12, "trophies[1].most"),
        (15, "bonuses[1].activity"),
        (16, "bonuses[1].starts.until"),
        (17, "bonuses[1].pionts"),
        (20, "quests[1].needs.hug"),
        (20, "quests[1].needs.shift"),
        (21, "quests[1].members"),
        (22, "quests[1].points"),
        (24, "ranking.ties[1]"),
    ]


def test_parse_rules_of_an_empty_file_lacks_the_format_and_the_five_kinds() -> None:
    _, mistakes = parse_rules("")

    assert [(mistake.line, mistake.key) for mistake in mistakes] == [
        (1, "format"),
        *((1, f"activities.{kind}") for kind in BUILT_IN_KINDS),
    ]


def test_parse_rules_of_a_missing_kind_is_one_mistake_however_often_it_is_used() -> None:
    text = DEFAULT_TEXT.replace("[activities.response]", "[activities.respones]")

    _, mistakes = parse_rules(text)

    sentence = "Add [activities.response] with points, one and many: this kind always exists"
    assert mistakes == [Mistake(1, "activities.response", f'{sentence}, or is "respones" meant to be it?')]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[[bonuses]]", "[[bonus]]", "bonus"),
        ("[activities.", "[activites.", "activites"),
        ('name = "6 a.m. shift"', "name = 6", "bonuses[1].name"),
        ('activity = "shift"', 'activty = "shift"', "bonuses[1].activty"),
        ("points = 10\none", 'points = "10"\none', "activities.shift.points"),
        ("size = 3 ", "size = 0 ", "team.size"),
        ("many =", "meny =", "activities.shift.meny"),
    ],
)
def test_one_mistake_makes_no_others(old: str, new: str, key: str) -> None:
    text = DEFAULT_TEXT.replace(old, new, 1 if old[0] != "[" else -1)

    _, mistakes = parse_rules(text)

    assert [mistake.key for mistake in mistakes] == [key]


def test_parse_rules_suggests_for_the_first_mistakes_only_so_that_none_takes_long() -> None:
    kinds = "".join(f'activities.nap{number} = {{ points = 1, one = "x", many = "x" }}\n' for number in range(200))
    ties = ",".join(f'"naps{number}"' for number in range(50))

    _, mistakes = parse_rules(f"{FIVE_KINDS}{kinds}ranking.ties = [{ties}]\n")

    assert mistakes[0].message == 'There’s no metric "naps0"; did you mean "nap0"?'
    assert mistakes[-1].message.startswith('There’s no metric "naps49"; write one of points, quests, ')


def test_parse_rules_beyond_a_hundred_mistakes_counts_the_others() -> None:
    text = FIVE_KINDS + "".join(f"unheard{number} = 1\n" for number in range(1_000))

    _, mistakes = parse_rules(text)

    rest = "There are 900 more mistakes: fix these first, then check the file again."
    assert [mistake.key for mistake in mistakes[:-1]] == [f"unheard{number}" for number in range(100)]
    assert mistakes[-1] == Mistake(_LINES_ABOVE + 100, "", rest)


def test_mistake_in_a_file_saved_on_windows_is_on_its_line() -> None:
    _, mistakes = parse_rules(FIVE_KINDS.replace("\n", "\r\n") + "[team]\r\nsize = 0")

    assert [mistake.line for mistake in mistakes] == [8]
