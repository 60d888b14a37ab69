"""Every way to start the program refuses the same settings and the same signing keys, in the same words."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import Malformed
from app.main import create_app
from tests.cli.conftest import Shell


def under_another_server(_shell: Shell) -> str:
    """The application built from the environment, as a foreign ASGI server does."""
    with pytest.raises(Malformed) as refusal:
        create_app()
    return refusal.value.detail


ENTRY_POINTS: dict[str, Callable[[Shell], str]] = {
    "serve": lambda shell: shell.refusal("serve", "--port", "0"),
    "demo": lambda shell: shell.refusal("demo", "--port", "0"),
    "migrate": lambda shell: shell.refusal("migrate"),
    "a command that reads": lambda shell: shell.refusal("week", "list"),
    "a command that writes": lambda shell: shell.refusal("token", "create", "--name", "x", "--scope", "read"),
    "backup": lambda shell: shell.refusal("backup", "copy"),
    "restore": lambda shell: shell.refusal("restore", shell.write("copy", "")),
    "create_app": under_another_server,
}
ENTRY = pytest.mark.parametrize("entry", ENTRY_POINTS.values(), ids=ENTRY_POINTS)


def open_key(path: Path) -> None:
    """A key that every user of the machine may read."""
    path.write_text("k" * 40)
    path.chmod(0o644)


KEYS: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda path: path.write_text(""), "is empty"),
    "short": (lambda path: path.write_text("k"), "has 1 character; it needs at least 32"),
    "not ASCII": (lambda path: path.write_text("ü" * 40), "holds characters that aren’t printable ASCII"),
    "a directory": (lambda path: path.mkdir(), "is a directory"),
    "open to others": (open_key, "is open to other users of this machine (mode 0644)"),
}


@ENTRY
@pytest.mark.parametrize(("make", "flaw"), KEYS.values(), ids=KEYS)
def test_every_entry_point_refuses_a_key_that_is_none(
    shell: Shell, entry: Callable[[Shell], str], make: Callable[[Path], object], flaw: str
) -> None:
    shell.home.mkdir()
    path = shell.home / "secret_key"
    path.touch(mode=0o600)
    if flaw == "is a directory":
        path.unlink()
    make(path)

    said = entry(shell)

    assert said.startswith(f"The signing key {path} {flaw}. ")
    assert [path.name for path in shell.home.iterdir()] == ["secret_key"]


SETTINGS = {
    "SECRET_KEY": ("short", "ASSEMBLY_WEEK_SECRET_KEY has 5 characters; it needs at least 32."),
    "TRUSTED_PROXIES": ("*", "ASSEMBLY_WEEK_TRUSTED_PROXIES must name the proxies’ addresses:"),
    "DATABASE_URL": ("postgresql://127.0.0.1:1/x", "On PostgreSQL set ASSEMBLY_WEEK_SECRET_KEY"),
    "DISPLAY_SCENES": ("bord", "ASSEMBLY_WEEK_DISPLAY_SCENES names a scene “bord”;"),
    "SMTP_URL": ("mail.example.com", "ASSEMBLY_WEEK_SMTP_URL must look like"),
    "OIDC_ISSUER": ("login.example.com", "ASSEMBLY_WEEK_OIDC_ISSUER isn’t a plain https address."),
}


@ENTRY
@pytest.mark.parametrize("name", SETTINGS)
def test_every_entry_point_refuses_settings_without_sense(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, entry: Callable[[Shell], str], name: str
) -> None:
    value, sentence = SETTINGS[name]
    monkeypatch.setenv(f"ASSEMBLY_WEEK_{name}", value)

    assert entry(shell).startswith(sentence)
    assert not shell.home.exists()
