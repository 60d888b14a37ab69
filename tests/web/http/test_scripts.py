"""Scripts as they are served: smaller, and in the end the same."""

import pytest

from app.web.http.render import STATIC
from app.web.http.scripts import lighten
from tests.web.running_app import RunningApp


@pytest.mark.parametrize(
    ("written", "served"),
    [
        ("// why\n(() => {\n  // because\n  run(); // now\n})();\n", "(() => {\nrun(); // now\n})();\n"),
        ('go("a  // b");\n\n\tstop();\n', 'go("a  // b");\n\nstop();\n'),
    ],
)
def test_lighten_leaves_out_what_says_nothing(written: str, served: str) -> None:
    assert lighten(written) == served


def test_every_script_of_ours_is_served_lighter_and_those_of_others_as_they_are(site: RunningApp) -> None:
    for file in STATIC.rglob("*.js"):
        path = file.relative_to(STATIC)

        answers = [site.get(f"/static/{path}", headers={"Accept-Encoding": coding}) for coding in ("identity", "gzip")]

        written = file.read_text(encoding="utf-8")
        is_ours = path.parts[0] != "vendor" and len(written) >= 1_000
        assert [answer.text for answer in answers] == [lighten(written) if is_ours else written] * 2


def test_no_text_of_a_script_depends_on_how_its_lines_begin() -> None:
    """Of several lines there is a stylesheet alone, to which indentation says nothing."""
    odd = {
        file.name: line.strip()
        for file in STATIC.glob("*.js")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.replace("\\`", "").count("`") % 2 and not line.lstrip().startswith("//")
    }

    assert odd == {"app.js": "font-size: var(--text-s); font-weight: 600; letter-spacing: 0; white-space: nowrap; } }`"}
