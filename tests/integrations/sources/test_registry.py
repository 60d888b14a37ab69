"""Every kind of source has its four places, and its module knows no other source."""

import ast
from datetime import timedelta

import pytest

from app.config import PROJECT
from app.domain.intake.kinds import KINDS
from app.domain.intake.reports import Work
from app.integrations.sources import registry
from app.integrations.sources.envelope import SignatureInvalid
from app.integrations.sources.example import Example
from tests.integrations.sources.samples import NOW, SECRET

SOURCES = PROJECT / "app" / "integrations" / "sources"
SHARED = {"document", "envelope", "example"}
WORK = Example(48210, "77", "ada", "ada@example.com", NOW - timedelta(hours=1), "call-1", NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_module_steps_and_a_row_in_the_docs(kind: str) -> None:
    assert (SOURCES / f"{kind}.py").is_file()
    assert (PROJECT / "templates" / "organizer" / "sources" / "steps" / f"{kind}.html").is_file()
    assert f"| `{kind}` |" in (PROJECT / "docs" / "sources.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_example_is_signed_and_reports_one_piece_of_work(kind: str) -> None:
    source = registry.SOURCES[kind]
    envelope = source.example(WORK, SECRET)

    source.verify(envelope, [SECRET], NOW)
    works = [report for report in source.parse(envelope).reports if isinstance(report, Work)]

    assert [work.occurred_at for work in works] == [WORK.sent_at if KINDS[kind].is_chat else WORK.done_at]
    assert works[0].author is not None
    assert "77" in works[0].author.ids or works[0].author.email == WORK.email
    assert source.event_id_of(envelope) == WORK.delivery
    if KINDS[kind].signs_with != "nothing":
        with pytest.raises(SignatureInvalid):
            source.verify(envelope, ["another"], NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_source_knows_no_other_source(kind: str) -> None:
    tree = ast.parse((SOURCES / f"{kind}.py").read_text())
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    inside = {name.rpartition(".")[2] for name in imported if name.startswith("app.integrations")}

    assert inside <= SHARED
