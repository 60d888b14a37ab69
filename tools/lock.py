"""Rewrite the three locks with hashes and without any registry's address."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RUNTIME = PROJECT / "requirements.lock"
EVERYTHING = PROJECT / "requirements-dev.lock"
CLIENT = PROJECT / "requirements-client.lock"


def build_requirements() -> str:
    """Return what builds the package, one a line: it is locked too, so that no step fetches anything unhashed."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return "\n".join(project["build-system"]["requires"])


def find_uv() -> str | None:
    """Return uv's path, from PATH or from our own .venv."""
    own = PROJECT / ".venv" / "bin" / "uv"
    return shutil.which("uv") or (str(own) if own.exists() else None)


def compile_lock(uv: str, lock: Path, *choices: str) -> None:
    """Resolve for every platform from Python 3.11 on; raise CalledProcessError where uv finds no answer."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--output-file", lock.name, *choices]
    subprocess.run(command, check=True, cwd=PROJECT, input=build_requirements(), text=True)  # noqa: S603 (fixed words)
    if "://" in lock.read_text(encoding="utf-8"):
        sys.exit(
            f"{lock.name} names an address: a requirement in pyproject.toml is a URL, or uv was told to write one."
        )


def main(choices: list[str]) -> int:
    """Lock everything first, then the runtime inside those versions, so that they always agree; the client apart."""
    uv = find_uv()
    if uv is None:
        sys.stderr.write("make lock needs uv. Install it as you like, or with: .venv/bin/python -m pip install uv\n")
        return 1
    project = ("pyproject.toml", "-")  # what the server needs, and what builds it
    compile_lock(uv, EVERYTHING, "--group", "dev", *choices, *project)
    compile_lock(uv, RUNTIME, "--constraint", EVERYTHING.name, *choices, *project)
    compile_lock(uv, CLIENT, "--group", "client", *choices)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
