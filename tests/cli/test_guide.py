"""`guide`: shown, and saved from a file."""

import pytest

from app.services import guide
from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")


def test_guide_is_printed_as_it_ships_and_applied_once(shell: Shell) -> None:
    file = shell.write("guide.md", "\ufeff## Hello\n")

    shipped = shell.text("guide", "show")
    texts = [shell.text("guide", "apply", file, "--note", "Ours") for _ in range(2)]

    assert shipped == guide.shipped().text
    assert texts == [
        "Saved: everyone sees version 1 of the guide.\n",
        "Nothing has changed: everyone sees version 1 of the guide.\n",
    ]
    shown = shell.document("guide", "show")
    assert (shown["version"], shown["note"], shown["text"]) == (1, "Ours", "## Hello\n")


def test_file_that_is_no_guide_is_refused(shell: Shell) -> None:
    empty, binary = shell.write("empty.md", ""), shell.write("binary.md", b"\xff\xfe")

    assert shell.refusal("guide", "apply", empty).startswith("The guide must not be empty.")
    assert shell.refusal("guide", "apply", binary) == f"{binary} isn’t UTF-8 text. Save it as UTF-8 and try again."
