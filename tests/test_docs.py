"""The documentation: every link leads somewhere, every page is in the index, docstrings name their subject."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from app.config import PROJECT

SKIPPED = {".venv", ".venv-client", ".git", "node_modules", "data"}
PAGES = sorted(page for page in PROJECT.rglob("*.md") if not SKIPPED & set(page.relative_to(PROJECT).parts))
# GitHub answers below a repository, beside its files.
ON_GITHUB = "../../actions/"
LARGEST_PICTURE = 1_500_000


def links_of(page: Path) -> list[str]:
    """The relative links of a page, pictures and HTML attributes included; none of its code."""
    text = re.sub(r"(?ms)^```.*?^```$|^    .*?$|`[^`\n]*`", "", page.read_text(encoding="utf-8"))
    matches = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
    addresses = [markdown or html for markdown, html in matches]
    return [address for address in addresses if not re.match(r"[a-z]+:", address) and not address.startswith(ON_GITHUB)]


def anchors_of(page: Path) -> set[str]:
    """The anchors GitHub gives a page's headings."""
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    headings = re.findall(r"(?m)^#{1,6} (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_there(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not anchor or anchor in anchors_of(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    assert [link for link in links_of(page) if not is_there(page, link)] == []


def test_index_names_every_page_of_the_documentation() -> None:
    index = PROJECT / "docs" / "README.md"

    named = {link.partition("#")[0] for link in links_of(index)}

    assert sorted({page.name for page in index.parent.glob("*.md")} - named - {index.name}) == []


def test_index_of_decisions_names_each_with_its_title_and_status() -> None:
    folder = PROJECT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(folder.glob("[0-9]*.md"))

    rows = []
    for record in records:
        title, _, status = record.read_text(encoding="utf-8").splitlines()[:3]
        status = status[0].lower() + status[1:].rstrip(".")
        rows.append(
            f"| [{record.name[:4]}]({record.name}) | {title.removeprefix(f'# {record.name[:4]}: ')} | {status} |"
        )

    assert re.findall(r"(?m)^\| \[.*$", index) == rows
    assert [row for row in rows if not re.search(r"\| (accepted|superseded by \d{4}), \d{4}-\d\d-\d\d \|$", row)] == []


def test_pictures_are_small_enough_to_load_with_the_page() -> None:
    pictures = [path for path in (PROJECT / "docs" / "images").rglob("*") if path.is_file()]

    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []
    assert sum(path.stat().st_size for path in pictures) < 2 * LARGEST_PICTURE


def test_files_that_pages_and_comments_name_exist() -> None:
    named = re.compile(
        r"(?<![\w/])(?:app|bench|deploy|docs|migrations|static|templates|tests|tools)/[\w/.-]+\.[a-z]+\b(?!::)"
    )
    sources = [*PAGES, *(PROJECT / "app").rglob("*.py"), *(PROJECT / "static").glob("*.js"), PROJECT / "Makefile"]

    missing = {
        f"{source.relative_to(PROJECT)}: {name}"
        for source in sources
        for name in named.findall(source.read_text(encoding="utf-8"))
        if not (PROJECT / name).exists() and not re.search("NAME|GROUP|FAMILY", name)
    }

    assert sorted(missing) == []


def test_contributing_draws_the_layers_that_are_enforced() -> None:
    page = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]

    drawn = re.search(r"(?ms)^## Layers.*?^```\n(.*?)^```", page)

    assert drawn is not None
    assert drawn[1].splitlines() == contracts[0]["layers"]


def test_every_test_that_the_promises_name_exists() -> None:
    page = (PROJECT / "docs" / "promises.md").read_text(encoding="utf-8")
    promises = re.split(r"(?m)^- ", page)[1:]

    named = [re.findall(r"`([\w/]+\.py)::(test_\w+)`", promise) for promise in promises]

    assert [promise[:60] for promise, tests in zip(promises, named, strict=True) if not tests] == []
    assert [f"{file}::{test}" for file, test in chain(*named) if not is_defined(file, test)] == []


def is_defined(file: str, test: str) -> bool:
    path = PROJECT / "tests" / file
    return path.exists() and f"def {test}(" in path.read_text(encoding="utf-8")


def docstrings(beginning: str) -> Iterator[tuple[str, str]]:
    """Every docstring that begins so, with its place, those beneath constants included."""
    could = re.compile(rf"""^\s*\w?["']+{beginning}""", re.MULTILINE)
    for path in sorted(
        path for folder in ("app", "bench", "tests", "tools") for path in (PROJECT / folder).rglob("*.py")
    ):
        if not could.search(text := path.read_text(encoding="utf-8")):
            continue  # to parse all of them takes seconds
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
                and re.match(beginning, node.value.value)
            ):
                yield f"{path.relative_to(PROJECT)}:{node.lineno}", node.value.value


def test_docstrings_begin_with_a_noun_or_a_verb() -> None:
    question = r"(What|Who|Whose|Whether|Why|How|When|Where|Which)\b"

    assert [f"{place} {text[:60]}" for place, text in docstrings(question)] == []


def test_changelog_has_the_form_of_keep_a_changelog() -> None:
    page = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    order = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]

    for release in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        headings = re.findall(r"^### (.+)$", release, re.MULTILINE)
        lines = [line for line in release.splitlines()[1:] if line and not line.startswith("### ")]
        entries = re.split(r"^- ", "\n".join(lines), flags=re.MULTILINE)

        assert headings == [heading for heading in order if heading in headings]
        assert [line for line in lines if not line.startswith(("- ", "  ")) or len(line) > 124] == []
        assert entries[0] == ""
        assert [entry for entry in entries[1:] if not entry.rstrip().endswith(".")] == []
