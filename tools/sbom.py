"""Write dist/sbom.cdx.json: what a running server is made of, in CycloneDX's form, from requirements.lock."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
INTO = PROJECT / "dist" / "sbom.cdx.json"


def listed() -> dict[str, Any]:
    """Every locked package with its hashes, as cyclonedx-py tells it. Raises CalledProcessError."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "requirements.lock"]
    command += ["--pyproject", "pyproject.toml", "--output-reproducible", "--spec-version", "1.6"]
    command += ["--no-validate"]  # a test validates what we make of it
    written = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True)  # noqa: S603 (fixed words)
    found: dict[str, Any] = json.loads(written.stdout)
    return found


def completed(bom: dict[str, Any]) -> dict[str, Any]:
    """The same with what a lock cannot say: our own version, and what we depend on directly."""
    root = bom["metadata"]["component"]
    root["version"] = re.findall('__version__ = "(.+)"', (PROJECT / "app/__init__.py").read_text(encoding="utf-8"))[0]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = {re.split(r"[\[<>=~! ]", dependency)[0] for dependency in project["dependencies"]}
    for component in bom["components"]:
        del component["description"]  # the line of the lock, hashes and all, once more
    needed = sorted(component["bom-ref"] for component in bom["components"] if component["name"] in direct)
    others = [dependency for dependency in bom["dependencies"] if dependency["ref"] != root["bom-ref"]]
    return bom | {"dependencies": [{"ref": root["bom-ref"], "dependsOn": needed}, *others]}


def main(into: Path = INTO) -> int:
    """Write it and say where; the same lock gives the same bytes."""
    bom = completed(listed())
    into.parent.mkdir(exist_ok=True)
    into.write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{into}: {len(bom['components'])} packages\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
