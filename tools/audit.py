"""Ask for known vulnerabilities of everything locked, with pip-audit; say so where nobody answered, and fail.

Exit status: 0 nothing known, 1 something known, 3 not found out. pip-audit alone says "No known vulnerabilities found"
where an index knows no advisories, so each run also asks about a release whose advisories everybody knows.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
LOCKS = (PROJECT / "requirements-dev.lock", PROJECT / "requirements-client.lock")
KNOWN_BAD = ("django", "3.2.1")
CLEAN, FOUND, UNKNOWN = 0, 1, 3


def pins(lock: str) -> list[str]:
    """Each requirement of a lock as name==version: for every platform, and without hashes."""
    return re.findall(r"^[a-z0-9-]+==[^\s;]+", lock, re.MULTILINE)


def judge(report: dict[str, Any]) -> tuple[int, list[str]]:
    """Interpret pip-audit's report: an exit status, and sentences for it."""
    asked = report["dependencies"]
    skipped = sorted(each["name"] for each in asked if "skip_reason" in each)
    known = {each["name"]: each for each in asked if each.get("vulns")}
    if KNOWN_BAD[0] not in known:
        return UNKNOWN, [
            f"The advisory service knows nothing of {' '.join(KNOWN_BAD)}, which has well-known vulnerabilities: "
            "it has no advisories to give, so nothing was found out."
        ]
    del known[KNOWN_BAD[0]]
    sentences = [sentence(name, each["version"], flaw) for name, each in known.items() for flaw in each["vulns"]]
    if skipped:
        sentences.append(f"Not found out, because the advisory service does not know them: {', '.join(skipped)}.")
    if sentences:
        return FOUND if known else UNKNOWN, sentences
    return CLEAN, [f"No known vulnerability in {len(asked) - 1} locked packages."]


def sentence(name: str, version: str, flaw: dict[str, Any]) -> str:
    """One vulnerability and what mends it."""
    remedy = ", ".join(flaw["fix_versions"]) or "nothing yet"
    return f"{name} {version}: {', '.join([flaw['id'], *flaw['aliases']])}. Mended in: {remedy}."


def ask(wanted: list[str], choices: list[str]) -> str:
    """Run pip-audit on these pins and return its JSON; empty where it failed. It writes to stderr why."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        listed.write_text("".join(f"{each}\n" for each in wanted), encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--requirement", str(listed), "--disable-pip", "--no-deps"]
        command += ["--format", "json", "--aliases", "on", "--desc", "off", "--progress-spinner", "off", *choices]
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our words, the caller's)
    if not run.stdout.strip():
        sys.stderr.write("\n".join(run.stderr.splitlines()[-1:]) + "\n")
    return run.stdout


def main(choices: list[str]) -> int:
    """Ask about each lock and tell; `choices` go to pip-audit, such as `--vulnerability-service osv`."""
    return max(audit(lock, choices) for lock in LOCKS)


def audit(lock: Path, choices: list[str]) -> int:
    """Ask about what one lock pins, tell, and return the exit status."""
    wanted = pins(lock.read_text(encoding="utf-8"))
    answer = ask([*wanted, "==".join(KNOWN_BAD)], choices)
    status, sentences = UNKNOWN, ["The advisory service could not be asked; nothing was found out."]
    if answer.strip():
        status, sentences = judge(json.loads(answer))
    sys.stderr.write("".join(f"{lock.name}: {each}\n" for each in sentences))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
