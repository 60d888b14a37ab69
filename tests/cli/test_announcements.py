"""`announcement`: said, shown and cleared."""

import pytest

from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")


def test_announcement_is_said_shown_and_cleared(shell: Shell) -> None:
    said = shell.text("announcement", "set", "Prizes at 17:00", "--until", "2100-01-01T18:00:00+01:00")
    document = shell.document("announcement", "show")
    cleared = shell.text("announcement", "clear")

    assert said == "Announced: Prizes at 17:00\n"
    assert [document[name] for name in ("text", "link", "until", "version")] == [
        "Prizes at 17:00", None, "2100-01-01T17:00:00.000000Z", 1,
    ]  # fmt: skip
    assert (cleared, shell.text("announcement", "show")) == ("Announcement cleared.\n", "No announcement.\n")


def test_line_that_cannot_be_is_refused(shell: Shell) -> None:
    assert shell.refusal("announcement", "set", "x" * 141).startswith("The announcement must have at most 140")
    assert shell.refusal("announcement", "set", "Hi", "--link", "lobby").startswith("The link must be a web address")
    assert shell.refusal("announcement", "set", "Hi", "--until", "2022-09-16").startswith("--until must be a date")
    assert shell.refusal("announcement", "set", "Hi", "--until", "2022-09-16T18:00:00Z").startswith("That time is over")
