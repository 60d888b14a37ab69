"""docs/rules.md against the code: its examples, its keys, its limits, its mistakes.

Each block fenced as `toml` is a complete file if it says `format`; else it is put over the shipped file, where it
replaces the tables with the same header. The block fenced as `toml mistakes` has those listed in the table after it.
"""

import re

import pytest

from app.domain.rules import BUILT_IN_KINDS, Mistake, limits, parse_rules, vocabulary
from tests.domain.rules import DEFAULT_TEXT, FIVE_KINDS, ROOT

_PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"^```toml\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
_HEADER = re.compile(r"^\[.*?\]$", re.MULTILINE)

_KEYS_OF_CHAPTER = {
    "Team": vocabulary.TEAM_KEYS,
    "Activities": vocabulary.KIND_KEYS,
    "Caps": vocabulary.CAP_KEYS,
    "Bonuses": vocabulary.BONUS_KEYS,
    "Quests": vocabulary.QUEST_KEYS,
    "Ranking": vocabulary.RANKING_KEYS,
    "Trophies": vocabulary.TROPHY_KEYS,
}

_LIMITS = {
    "Size of the file": f"{limits.MAX_BYTES // 1024} KiB",
    "Tables": f"{limits.MAX_TABLES}",
    "Parts of a dotted key, and lists and tables inside each other": f"{limits.MAX_NESTING}",
    "Points, either way": f"{limits.MAX_POINTS:,}",
    "Any count: `max`, `needs`": f"{limits.MAX_COUNT:,}",
    "Characters in a name": f"{limits.MAX_NAME}",
    "Characters in the name of a kind": f"{limits.MAX_KIND}",
    "Team size": f"{limits.MAX_TEAM_SIZE}",
    "Least factor in `times`": f"{limits.MIN_TIMES}",
    "Greatest factor in `times`": f"{limits.MAX_TIMES}",
    "Seconds in `within`": f"{limits.MAX_SECONDS:,}",
}


def _chapter(title: str) -> str:
    return re.split(r"^#+ ", _PAGE.partition(f"# {title}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def _rows(text: str) -> list[list[str]]:
    """The cells of each row of the tables in a text, their headers left out."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:1] == "|"]
    return [row for row, after in zip(rows, [*rows[1:], [""]], strict=True) if not {row[0], after[0]} & {"---"}]


def _over_defaults(example: str) -> str:
    if example.startswith("format"):
        return example
    kept = [
        table
        for table in re.split(r"^(?=\[)", DEFAULT_TEXT, flags=re.MULTILINE)
        if table[:1] != "[" or table.startswith("[activities.")
    ]
    replaced = set(_HEADER.findall(example))
    return "".join(table for table in kept if table.split()[0] not in replaced) + example


@pytest.mark.parametrize("example", _EXAMPLES)
def test_parse_rules_takes_every_example_of_the_reference(example: str) -> None:
    _, mistakes = parse_rules(_over_defaults(example))

    assert mistakes == []


def test_every_optional_table_has_an_example() -> None:
    headers = {header.strip("[]").partition(".")[0] for header in _HEADER.findall("\n".join(_EXAMPLES))}

    assert headers == set(vocabulary.ROOT_KEYS) - {"format"}


@pytest.mark.parametrize("chapter", _KEYS_OF_CHAPTER)
def test_chapter_lists_the_keys_the_parser_knows(chapter: str) -> None:
    first_table = next(part for part in _chapter(chapter).split("\n\n") if part.startswith("| Key"))

    assert tuple(row[0].strip("`") for row in _rows(first_table)) == _KEYS_OF_CHAPTER[chapter]


@pytest.mark.parametrize(
    ("chapter", "words"),
    [
        ("Bonuses", vocabulary.STARTS_KEYS + vocabulary.DAYS),
        ("Caps", vocabulary.CAP_SCOPES),
        ("Quests", vocabulary.PERIODS),
        ("Trophies", vocabulary.AUDIENCES),
        ("Activities", BUILT_IN_KINDS + vocabulary.RESERVED_KINDS),
    ],
)
def test_chapter_names_every_word(chapter: str, words: tuple[str, ...]) -> None:
    text = _chapter(chapter)

    assert [word for word in words if f"`{word}`" not in text] == []


def test_limits_are_those_of_the_code() -> None:
    assert dict(_rows(_chapter("Limits"))) == _LIMITS


def test_ranges_are_those_of_the_code() -> None:
    ranges = {
        f"| `size` | 1 to {limits.MAX_TEAM_SIZE} |": "Team",
        f"Without it, {limits.DEFAULT_TEAM_SIZE}.": "Team",
        f"| `max` | 1 to {limits.MAX_COUNT:,} |": "Caps",
        f"| `times` | {limits.MIN_TIMES} to {limits.MAX_TIMES} |": "Bonuses",
        f"kinds with numbers, 1 to {limits.MAX_COUNT:,}": "Quests",
        f"from -{limits.MAX_POINTS:,} to {limits.MAX_POINTS:,}": "The file",
        f"1 to {limits.MAX_NAME} characters": "The file",
        f"at most {limits.MAX_KIND} characters": "Activities",
        f'7 days (`"{limits.MAX_SECONDS // 3600}h"`)': "Bonuses",
    }

    assert [said for said, chapter in ranges.items() if said not in _chapter(chapter)] == []


def test_mistakes_are_those_of_the_code() -> None:
    chapter = _chapter("Mistakes")
    broken = re.findall(r"^```toml mistakes\n(.*?)^```$", chapter, re.MULTILINE | re.DOTALL)[0]
    above = FIVE_KINDS.count("\n")

    _, mistakes = parse_rules(FIVE_KINDS + broken)

    assert mistakes == [
        Mistake(above + int(line), key.strip("`"), message.removesuffix(" |")) for line, key, message in _rows(chapter)
    ]
