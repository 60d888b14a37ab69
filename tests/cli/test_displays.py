"""`display`, `message` and `team look`: what scripts do with screens, on the same rows as the pages."""

import pytest

from tests.cli.conftest import Shell
from tests.web.running_app import screen_code

pytestmark = pytest.mark.usefixtures("tables")


def paired(shell: Shell, name: str = "Lobby") -> str:
    return str(shell.document("display", "pair", screen_code(), "--name", name)["id"])


def test_display_is_paired_listed_renamed_and_unpaired(shell: Shell) -> None:
    display = paired(shell)

    assert shell.text("display", "rename", "lobby", "Hall") == "Renamed to Hall.\n"
    [listed] = shell.document("display", "list")["displays"]
    assert (listed["id"], listed["name"], listed["state"]) == (display, "Hall", "waiting")
    assert shell.text("display", "unpair", display) == "Unpaired Hall.\n"
    assert shell.text("display", "list").startswith("No displays yet.")
    assert shell.refusal("display", "unpair", "Hall").startswith("There’s no display “Hall”.")
    assert shell.refusal("display", "pair", "K7QM-4XPA", "--name", "X").startswith("This code has a typo.")


def test_two_displays_of_one_name_are_told_apart_by_their_ids(shell: Shell) -> None:
    first, _ = paired(shell), paired(shell)

    assert shell.refusal("display", "pause", "Lobby") == "2 displays are called “Lobby”. Use the id of one."
    assert shell.document("display", "pause", first)["paused"]


def test_remote_tells_all_or_one(shell: Shell) -> None:
    paired(shell)
    message = shell.document("message", "write", "Thanks", "--kind", "thanks")["id"]

    assert shell.document("display", "show", message, "Lobby")["shown"] == f"message-{message}"
    assert shell.document("display", "show", "race")["shown"] == "race"
    assert [shell.document("display", do)["muted"] for do in ("mute", "unmute")] == [True, False]
    assert [shell.document("display", do)["paused"] for do in ("pause", "resume")] == [True, False]
    assert shell.text("display", "mute", "Lobby").startswith("Muted newsflashes.\n")
    assert shell.refusal("display", "show", "nothing").startswith("There’s no scene “nothing”.")


def test_set_changes_what_is_named_and_shows_what_is_chosen(shell: Shell) -> None:
    paired(shell)

    shell.text("display", "set", "Lobby", "--theme", "dark", "--scenes", "board:20,race", "--quiet", "22:00-06:30")
    shown = shell.document("display", "set", "Lobby", "--scenes", "follow")

    assert (shown["theme"], shown["quiet"], shown["scenes"]) == ("dark", "22:00-06:30", None)
    assert shell.document("display", "set")["theme"] is None
    assert shell.document("display", "set", "Lobby") == shown
    assert shell.refusal("display", "set", "--theme", "pink").startswith("“pink” isn’t a theme.")
    assert shell.refusal("display", "set", "--quiet", "late").startswith("Write quiet hours as two times")
    assert shell.refusal("display", "set", "--scenes", "moon").startswith("The scenes can’t be read:")


def test_message_is_written_changed_and_removed(shell: Shell) -> None:
    made = shell.document("message", "write", "Thanks", "--last-day", "2199-01-01")["id"]

    changed = shell.document("message", "change", made, "--text", "For the 6 a.m. shift", "--kind", "thanks")

    assert (changed["title"], changed["text"], changed["kind"]) == ("Thanks", "For the 6 a.m. shift", "thanks")
    assert changed["until"] == "2199-01-02T00:00:00.000000Z"
    assert shell.document("message", "list") == {"messages": [changed]}
    assert shell.document("message", "change", made, "--no-last-day")["until"] is None
    assert shell.run("message", "change", made, "--no-last-day", "--last-day", "2199-01-01").exit_code == 2
    assert shell.text("message", "remove", made) == f"Removed {made}.\n"
    assert shell.text("message", "list").startswith("No messages yet.")
    assert shell.refusal("message", "change", made, "--text", "x").startswith("There’s no such message")
    assert shell.refusal("message", "write", "Old", "--last-day", "2020-01-01") == (
        "Choose a moment that is still to come."
    )


def test_look_of_a_team_is_chosen_and_shown(open_week: Shell) -> None:
    look = ("team", "look", "q3-2022", "owls")

    assert open_week.text(*look) == "Owls: a colour of its own, no emblem.\n"
    assert open_week.document(*look, "--colour", "violet", "--emblem", "🦉")["colour"] == "Violet"
    assert open_week.text(*look, "--colour", "own") == "Owls: a colour of its own, 🦉.\n"
    assert open_week.refusal(*look, "--colour", "mud").startswith("There’s no colour “mud”.")
    assert open_week.refusal("team", "look", "q3-2022", "Bats").startswith("There’s no team “Bats”")
