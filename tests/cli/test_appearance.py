"""`appearance`: a name, a colour and a logo, shown, set and reset."""

from pathlib import Path

import pytest

from tests.cli.conftest import Shell
from tests.pictures import badge

pytestmark = pytest.mark.usefixtures("tables")


def test_appearance_is_set_part_by_part_and_reset(shell: Shell) -> None:
    shell.text("appearance", "set", "--name", "Support Olympics")
    both = shell.text("appearance", "set", "--accent", "#1D6849")
    document = shell.document("appearance", "show")
    reset = shell.text("appearance", "reset")

    assert both == "Name: Support Olympics\nAccent: #1d6849\nLogo: as it ships\n"
    assert [document[name] for name in ("name", "accent", "version")] == ["Support Olympics", "#1d6849", 2]
    assert reset == shell.text("appearance", "show") == "Name: Assembly Week\nAccent: as it ships\nLogo: as it ships\n"


def test_colour_that_cannot_be_read_is_refused_with_the_nearest_that_can(shell: Shell) -> None:
    refusal = shell.refusal("appearance", "set", "--accent", "#ffcc00")

    assert refusal.startswith(
        "Too light to read: its contrast is 1.2 to 1, and text takes 4.5 to 1. The nearest colour"
    )
    assert shell.refusal("appearance", "set", "--accent", "red").startswith("Write the colour as #")


def test_logo_is_set_beside_the_name_and_removed(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(badge())
    shell.text("appearance", "set", "--name", "Ours")

    shown = shell.text("appearance", "set", "--logo", str(file))
    logo = shell.document("appearance", "show")["logo"]
    removed = shell.text("appearance", "set", "--logo", "")
    file.write_bytes(b"<svg/>")

    assert shown == "Name: Ours\nAccent: as it ships\nLogo: 40 × 20 pixels\n"
    assert (logo["width"], logo["path"]) == (40, f"/brand.png?v={logo['sha256'][:16]}")
    assert removed == "Name: Ours\nAccent: as it ships\nLogo: as it ships\n"
    assert shell.refusal("appearance", "set", "--logo", str(file)).startswith("The logo isn’t a PNG.")
    assert shell.refusal("appearance", "set", "--logo", str(tmp_path)).endswith("can’t be read: Is a directory.")
