"""The documentation as a site: everything is on it, every link holds, and its pages name no script of another host."""

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.config import PROJECT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a copy of the project, built."""
    project = tmp_path_factory.mktemp("site")
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "zensical.toml"):
        shutil.copy(PROJECT / name, project / name)
    for folder in ("docs", "tools"):
        shutil.copytree(PROJECT / folder, project / folder)
    built = subprocess.run([sys.executable, "tools/site.py"], cwd=project, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return project / "dist" / "site"


def listed(nav: Any) -> Iterator[str]:
    """The pages that the navigation lists."""
    if isinstance(nav, str):
        yield nav
    else:
        for each in nav.values() if isinstance(nav, dict) else nav:
            yield from listed(each)


def test_navigation_has_every_page() -> None:
    nav = tomllib.loads((PROJECT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    beside = {"changelog.md", "contributing.md", "reporting.md", "adr/README.md"}

    assert set(listed(nav)) == {page.name for page in (PROJECT / "docs").glob("*.md")} | beside


def test_pages_name_no_script_style_or_font_of_another_host(site: Path) -> None:
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]
    asked = re.compile(r"""(?:src|<link[^>]*href)=["'](?:https?:)?//""")

    assert len(pages) > 40
    assert [found[0] for page in pages if (found := asked.search(page))] == []


def test_links_between_pages_and_those_beside_the_readme_hold(site: Path) -> None:
    display = (site / "display" / "index.html").read_text(encoding="utf-8")
    security = (site / "security" / "index.html").read_text(encoding="utf-8")

    assert 'href="../contributing/#a-scene-of-the-display"' in display
    assert 'href="../reporting/"' in security
    assert (site / "license.txt").is_file()
