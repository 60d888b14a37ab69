"""Words: what people read says one thing by one word, in templates and in the code's sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
BANNED = re.compile(
    r"\b(taken? back|at hand|sent away|mend(s|ed)?|anew|somebody|everybody|whoever|in force|e-mails?|television|"
    r"counts? no more|no longer counts?|sets the pace|invitation links?|made good|shut out|not begun|"
    r"(is|are) no (role|scope|date|day|number|field|time zone|appearance|address))\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|<[^>]*>", re.DOTALL)
OWN_WORDS = ("app/services/demo/", "app/services/imports/", "app/domain/tables/")  # a story, and headings of others


def test_templates_use_no_word_that_has_a_better_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for hit in BANNED.finditer(MARKUP.sub(" ", path.read_text()))
    ]

    assert found == []


def test_sentences_of_the_code_use_no_word_that_has_a_better_one() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {hit[0]}"
        for path in sorted((ROOT / "app").rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(OWN_WORDS)
        for line, text in _sentences(ast.parse(path.read_text()))
        for hit in BANNED.finditer(text)
    ]

    assert found == []


def _sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of two words or more that is no docstring."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in documentation:
            continue
        if " " in node.value.strip():
            yield node.lineno, node.value
