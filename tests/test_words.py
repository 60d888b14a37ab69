"""Words: what people read says one thing by one word, in templates and in the code's sentences."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
BANNED = re.compile(
    r"\b(taken? back|at hand|sent away|mend(s|ed)?|anew|somebody|everybody(?! under)|whoever|in force|e-mails?|"
    r"television|counts? no more|no longer counts?|sets the pace|invitation links?|made good|shut out|not begun|"
    r"(?-i:Who) (checked in|never checked|has (never|finished)|took part|is known stays|signs in before)|"
    r"(is|are) no (role|scope|date|day|number|field|time zone|appearance|address))\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|<[^>]*>", re.DOTALL)
CODE = re.compile(r"^(    |\t)[^\n]*|`[^`]*`|^```.*?^```|\]\([^)]*\)", re.DOTALL | re.MULTILINE)
DOCUMENTS = ("README.md", "SECURITY.md", ".env.example", "scoring_rules.toml", "compose.yaml")
READ_IN_HELP = ("app/cli", "app/web/api", "app/web/documents")
"""Docstrings that people read: the help of commands, the description of the API."""


def test_templates_use_no_word_that_has_a_better_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for hit in BANNED.finditer(MARKUP.sub(" ", path.read_text()))
    ]

    assert found == []


def test_sentences_of_the_code_use_no_word_that_has_a_better_one() -> None:
    found = [f"{place}: {hit[0]}" for place, text in sentences() for hit in BANNED.finditer(text)]

    assert found == []


def test_sentences_have_curved_apostrophes() -> None:
    straight = re.compile(r"[a-z](n't|'(re|ll|ve))\b")

    found = [f"{place}: {text}" for place, text in sentences() if straight.search(text)]

    assert found == []


def test_help_of_commands_and_api_use_no_word_that_has_a_better_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {hit[0]}"
        for folder in READ_IN_HELP
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and (node.decorator_list or (isinstance(node, ast.ClassDef) and folder != "app/cli"))
        for hit in BANNED.finditer(ast.get_docstring(node) or "")
    ]

    assert found == []


def test_documents_use_no_word_that_has_a_better_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / name for name in DOCUMENTS)]
        for hit in BANNED.finditer(CODE.sub(" ", path.read_text()))
    ]

    assert found == []


@cache
def sentences() -> list[tuple[str, str]]:
    """Every text of the code with its place; both tests ask, and to read the code takes two seconds."""
    return [
        (f"{path.relative_to(ROOT)}:{line}", text)
        for path in sorted((ROOT / "app").rglob("*.py"))
        for line, text in _sentences(ast.parse(path.read_text()))
    ]


def _sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of two words or more that is no docstring."""
    nodes = list(ast.walk(tree))
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documentation:
            continue
        if " " in node.value.strip():
            yield node.lineno, node.value


def test_words_and_a_name_in_a_box_of_its_own_parts_stand_in_one_part() -> None:
    boxes = "button|quiet-link|list__main|latest__more"  # `display: flex`: the space between two parts is lost
    apart = re.compile(rf'class="[^"]*(?<![\w-])(?:{boxes})(?![\w-])[^"]*"[^>]*>[^<]*\w[^<]*<bdi>')

    found = [
        f"{path.name}: {apart_from_its_words.group()}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for apart_from_its_words in apart.finditer(re.sub(r"\{[%#].*?[%#]\}", "", path.read_text(encoding="utf-8")))
    ]

    assert found == []
