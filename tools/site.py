"""Build the documentation as a site under dist/site: docs/ and the pages beside README, with every link checked."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PAGES = PROJECT / "dist" / "docs"
"""The pages that the site is made of; zensical.toml names the folder, too."""
BESIDE = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "reporting.md",  # docs/security.md is another page, also where case means nothing
    "LICENSE": "license.txt",
}
"""Pages of the project's root by their name on the site."""

_BESIDE = re.compile(rf"\]\((?:\.\./)*({'|'.join(map(re.escape, BESIDE))})")


def gather() -> None:
    """Copy the pages together, with links that hold there."""
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(PROJECT / "docs", PAGES)
    for name, there in BESIDE.items():
        text = (PROJECT / name).read_text(encoding="utf-8")
        (PAGES / there).write_text(text.replace("](docs/", "]("), encoding="utf-8")
    for page in PAGES.rglob("*.md"):
        up = "../" * (len(page.relative_to(PAGES).parts) - 1)
        parts = _BESIDE.split(page.read_text(encoding="utf-8"))
        parts[1::2] = [f"]({up}{BESIDE[name]}" for name in parts[1::2]]
        page.write_text("".join(parts), encoding="utf-8")


def main() -> int:
    """Build the site; a link that leads nowhere is a failure."""
    gather()
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    return subprocess.run(command, cwd=PROJECT, check=False).returncode  # noqa: S603 (fixed words)


if __name__ == "__main__":
    sys.exit(main())
