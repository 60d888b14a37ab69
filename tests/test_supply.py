"""The audit never takes silence for an answer, and the bill of materials lists exactly what is locked."""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from tools import audit, sbom

LOCK = audit.PROJECT / "requirements.lock"
BAD = {"name": audit.KNOWN_BAD[0], "version": audit.KNOWN_BAD[1], "vulns": [{"id": "PYSEC-1"}]}
FINE = {"name": "jinja2", "version": "3.1.6", "vulns": []}
FLAW = {"id": "PYSEC-2", "aliases": ["CVE-2"], "fix_versions": ["2.0"]}
FLAWED = {"name": "rich", "version": "1.0", "vulns": [FLAW]}
SKIPPED = {"name": "mako", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "status", "sentence"),
    [
        ([FINE, BAD], 0, "No known vulnerability in 1 locked packages."),
        ([FINE, FLAWED, BAD], 1, "rich 1.0: PYSEC-2, CVE-2. Mended in: 2.0."),
        ([FINE, SKIPPED, BAD], 3, "Not found out, because the advisory service does not know them: mako."),
    ],
)
def test_audit_tells_clean_from_flawed_from_unknown(
    dependencies: list[dict[str, Any]], status: int, sentence: str
) -> None:
    assert audit.judge({"dependencies": dependencies}) == (status, [sentence])


@pytest.mark.parametrize(
    "silence", [{"name": BAD["name"], "skip_reason": "not found"}, {**BAD, "vulns": []}], ids=["unknown", "unblamed"]
)
def test_audit_that_hears_nothing_of_a_known_flaw_has_found_nothing_out(silence: dict[str, Any]) -> None:
    status, sentences = audit.judge({"dependencies": [FINE, silence]})

    assert status == 3
    assert sentences == [
        "The advisory service knows nothing of django 3.2.1, which has well-known vulnerabilities: it has no "
        "advisories to give, so nothing was found out."
    ]


def test_audit_that_cannot_ask_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(audit, "ask", lambda wanted, choices: "")

    status = audit.main([])

    said = "The advisory service could not be asked; nothing was found out.\n"
    assert status == 3
    assert capsys.readouterr().err == f"requirements-dev.lock: {said}requirements-client.lock: {said}"


@pytest.mark.parametrize("path", audit.LOCKS, ids=[path.name for path in audit.LOCKS])
def test_audit_asks_about_every_pin_of_every_platform(path: Path) -> None:
    lock = path.read_text(encoding="utf-8")

    wanted = audit.pins(lock)

    assert len(wanted) == len([line for line in lock.splitlines() if line and not line.startswith(" ")])
    assert [pin for pin in wanted if pin.startswith(audit.KNOWN_BAD[0])] == []


def test_bill_of_materials_lists_exactly_the_lock(tmp_path: Path) -> None:
    schema = importlib.import_module("cyclonedx.schema")
    validation = importlib.import_module("cyclonedx.validation.json")  # seconds, so not in every test process
    lock = LOCK.read_text(encoding="utf-8")

    statuses = [sbom.main(tmp_path / name / "sbom.cdx.json") for name in ("one", "two")]

    written = (tmp_path / "one" / "sbom.cdx.json").read_text(encoding="utf-8")
    bom = json.loads(written)
    assert statuses == [0, 0]
    assert validation.JsonStrictValidator(schema.SchemaVersion.V1_6).validate_str(written) is None
    assert (bom["metadata"]["component"]["name"], bom["metadata"]["component"]["version"]) == (
        "assembly-week",
        __version__,
    )
    assert sorted(f"{component['name']}=={component['version']}" for component in bom["components"]) == sorted(
        audit.pins(lock)
    )
    assert sorted(re.findall("sha256:([0-9a-f]{64})", lock)) == sorted(
        digest["content"]
        for component in bom["components"]
        for place in component["externalReferences"]
        for digest in place["hashes"]
    )
    assert (tmp_path / "two" / "sbom.cdx.json").read_text(encoding="utf-8") == written
