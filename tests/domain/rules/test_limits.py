"""Files that are too large, too deep, or made to hurt a parser."""

import pytest

from app.domain.rules import Mistake, parse_rules
from app.domain.rules.document import REST
from app.domain.rules.limits import MAX_MISTAKES
from tests.domain.rules import DEFAULT_TEXT, FIVE_KINDS

_DEEP = "Lists and tables stand at most 6 deep in each other: flatten this."
_LONG = "A key has at most 6 parts: shorten it."
_LARGE = "The file is larger than 64 KiB: shorten it."
_CROWDED = "The file has more than 500 tables, and this is the first beyond: remove some."
_SEVEN = "a.a.a.a.a.a.a"
_DOTTED = ".".join("a" * 20_000)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        pytest.param("#" * 65_537, Mistake(1, "", _LARGE), id="one byte too many"),
        pytest.param("#" + "é" * 32_768, Mistake(1, "", _LARGE), id="bytes, not characters"),
        pytest.param("#" * 50_000_000, Mistake(1, "", _LARGE), id="huge"),
        pytest.param(f"\n{_DOTTED} = 1", Mistake(2, _SEVEN, _LONG), id="dotted key"),
        pytest.param(f"a = 1\r\n{_DOTTED} = 1", Mistake(2, _SEVEN, _LONG), id="dotted key after a Windows line end"),
        pytest.param(f"\n[{_DOTTED}]", Mistake(2, _SEVEN, _LONG), id="dotted header"),
        pytest.param(f"\nx = {{ {_DOTTED} = 1 }}", Mistake(2, _SEVEN, _LONG), id="dotted key in braces"),
        pytest.param(f"\nx = [ # [[[\n{{ {_DOTTED} = 1 }}]", Mistake(3, _SEVEN, _LONG), id="dotted key in a list"),
        pytest.param(".".join(['"a"'] * 9_000) + " = 1", Mistake(1, _SEVEN, _LONG), id="quoted dotted key"),
        pytest.param(f"[ a . {_DOTTED}", Mistake(1, _SEVEN, _LONG), id="dotted header without end"),
        pytest.param("x = " + "[" * 60_000, Mistake(1, "x" + "[1]" * 6, _DEEP), id="brackets"),
        pytest.param("x = " + "{a=" * 20_000, Mistake(1, "x" + ".a" * 6, _DEEP), id="braces"),
        pytest.param("x = " + "[{a=" * 15_000, Mistake(1, "x" + "[1].a" * 3, _DEEP), id="brackets and braces"),
        pytest.param("[[quests]]\n" * 501, Mistake(501, "quests", _CROWDED), id="headers"),
        pytest.param(
            "\nquests = [" + '{name = "a"},' * 501 + "]", Mistake(2, "quests[501]", _CROWDED), id="tables in a list"
        ),
        pytest.param(
            "".join(f"activities.k{n} = {{ points = 1 }}\n" for n in range(501)),
            Mistake(501, "activities.k500", _CROWDED),
            id="dotted tables",
        ),
    ],
)
def test_parse_rules_of_a_file_beyond_a_limit_refuses_it_before_reading(text: str, mistake: Mistake) -> None:
    assert parse_rules(text) == (None, [mistake])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(DEFAULT_TEXT + "#" * (65_536 - len(DEFAULT_TEXT.encode())), id="size"),
        pytest.param(f"#{_DOTTED}\n#{'[' * 9000}\n" + DEFAULT_TEXT, id="comments"),
        pytest.param(FIVE_KINDS.replace('"x"', '"[[[[[[[ a.a.a.a.a.a.a = {{{{{{{"'), id="strings"),
        pytest.param(FIVE_KINDS.replace('"x"', "'''[[[[[[[ \"\"\" { '''"), id="long strings"),
        pytest.param(FIVE_KINDS.replace('"x"', '"""\\\n\\""" {{{{{{{[[[[[[["" \\\\"""'), id="long strings with quotes"),
        pytest.param(
            FIVE_KINDS + "".join(f'[[quests]]\nname = "{n}"\nneeds.issue = 1\npoints = 1\n' for n in range(495)),
            id="tables",
        ),
    ],
)
def test_parse_rules_of_a_file_within_the_limits_is_fine(text: str) -> None:
    _, mistakes = parse_rules(text)

    assert mistakes == []


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("\n# \ud800", 2, "", "This line isn’t UTF-8. Save the file as UTF-8, or type the line again."),
        ("\n# \x00", 2, "", "There is an invisible control character here: delete it."),
        ("\nformat = '\x07'", 2, "format", "There is an invisible control character here: delete it."),
        (
            "x = [\n1,\n\n",
            2,
            "x[1]",
            "The file ends before this value is complete: add the rest, or the missing bracket.",
        ),
        ("# one\r# two", 1, "", "There is an invisible control character here: delete it."),
        ("\nformat = " + "9" * 5_000, 2, "format", "This number is far too long: shorten it."),
        ("\nformat = " + "9_" * 30_000 + "9", 2, "format", "This number is far too long: shorten it."),
        ("\x00", 1, "", "A line begins with a key, a [header] or a # comment: fix the beginning of this line."),
    ],
)
def test_text_that_cannot_be_read_is_one_mistake(text: str, line: int, key: str, message: str) -> None:
    _, mistakes = parse_rules(text)

    assert [(mistake.line, mistake.key, mistake.message.removesuffix(REST)) for mistake in mistakes] == [
        (line, key, message)
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0x" + "f" * 60_000, "far off"),
        ("-999_999_999_999_999_999", "far off"),
        ("1e9999", "a number with a decimal point"),
        ("nan", "a number with a decimal point"),
        ("2022-09-05", "a date or time without quotes"),
        ("'" + "x" * 60_000 + "'", 'the text "' + "x" * 59 + '…"'),
        (r'"\u0000\u202e"', r'the text "\u0000\u202e"'),
    ],
)
def test_parse_rules_names_odd_values_in_few_words(value: str, said: str) -> None:
    _, mistakes = parse_rules(FIVE_KINDS.replace("format = 1", f"format = {value}"))

    assert mistakes == [Mistake(1, "format", f"Write the number 1; this is {said}.")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("".join(f"k{n}=1\n" for n in range(7_000)), id="unknown keys"),
        pytest.param(FIVE_KINDS + "ranking.ties = [" + "1," * 30_000 + "]", id="wrong ties"),
        pytest.param(FIVE_KINDS + "ranking.ties = [" + '"a",' * 15_000 + "]", id="unknown ties"),
        pytest.param(DEFAULT_TEXT.replace("All hands", "\u0300\u0316" * 14_000), id="combining marks"),
        pytest.param('x = """' + '"" ' * 20_000, id="quotes"),
        pytest.param('x = "' + "\\\\" * 30_000, id="backslashes"),
        pytest.param("a" * 65_000 + " = 1", id="long key"),
        pytest.param("\n" * 65_000, id="empty lines"),
    ],
)
def test_parse_rules_of_hostile_files_yields_mistakes(text: str) -> None:
    rules, mistakes = parse_rules(text)

    assert rules is None
    assert 1 <= len(mistakes) <= MAX_MISTAKES + 1
