"""`appearance`: a name and a colour, shown, set and reset."""

from tests.cli.conftest import Shell


def test_appearance_is_set_part_by_part_and_reset(shell: Shell) -> None:
    shell.text("appearance", "set", "--name", "Support Olympics")
    both = shell.text("appearance", "set", "--accent", "#1D6849")
    document = shell.document("appearance", "show")
    reset = shell.text("appearance", "reset")

    assert both == "Name: Support Olympics\nAccent: #1d6849\n"
    assert [document[name] for name in ("name", "accent", "version")] == ["Support Olympics", "#1d6849", 2]
    assert reset == shell.text("appearance", "show") == "Name: Assembly Week\nAccent: as it ships\n"


def test_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(shell: Shell) -> None:
    refusal = shell.refusal("appearance", "set", "--accent", "#ffcc00")

    assert refusal.startswith(
        "Too light to read: its contrast is 1.2 to 1, and text takes 4.5 to 1. The nearest colour"
    )
    assert shell.refusal("appearance", "set", "--accent", "red").startswith("Write the colour as #")
