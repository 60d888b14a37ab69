"""The signing key: made once for its owner alone, refused where it is none, and what it signs."""

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from itsdangerous import BadSignature

from app.config import Settings
from app.errors import Malformed
from app.services.operations import secrets
from app.services.operations.secrets import SigningKey
from tests.builders import NOW, SIGNING_KEY

KEY = SigningKey(SIGNING_KEY)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
REMEDY = (
    "Bring it back from a backup, with mode 0600 and the server’s user as its owner, or delete it: the next start "
    "makes a new one, and presenter links made before end."
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation on SQLite that is given no key."""
    return Settings(_env_file=None, data_dir=tmp_path / "data")


def refusal(settings: Settings) -> str:
    """The refusal of a stored key, by `load` and by `check` alike."""
    with pytest.raises(Malformed) as loading:
        secrets.load(settings)
    with pytest.raises(Malformed) as checking:
        secrets.check(settings)
    assert loading.value.detail == checking.value.detail
    return loading.value.detail


def keep(settings: Settings, content: bytes, mode: int = 0o600) -> Path:
    """A key's file with this content."""
    settings.data_dir.mkdir()
    path = settings.data_dir / "secret_key"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_load_makes_a_key_once_for_its_owner_alone(settings: Settings) -> None:
    before = os.umask(0)
    try:
        first, second = secrets.load(settings), secrets.load(settings)
    finally:
        os.umask(before)

    path = settings.data_dir / "secret_key"
    assert first.reveal() == second.reveal() == path.read_text()
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret_key"]
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(settings.data_dir.stat().st_mode)) == (0o600, 0o700)


def test_check_makes_no_key(settings: Settings) -> None:
    secrets.check(settings)

    assert not settings.data_dir.exists()


def test_load_uses_a_configured_key_and_makes_none(settings: Settings) -> None:
    key = secrets.load(settings.changed(secret_key=f" {SIGNING_KEY}\n"))

    assert (key.reveal(), settings.data_dir.exists()) == (SIGNING_KEY, False)


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"x", "has 1 character; it needs at least 32"),
        (b"x" * 31 + b"\n", "has 31 characters; it needs at least 32"),
        ("ü".encode() * 32, "holds characters that aren’t printable ASCII"),
        (b"x" * 40 + b"\0", "holds characters that aren’t printable ASCII"),
        (b"x" * 20 + b"\n" + b"x" * 20, "holds characters that aren’t printable ASCII"),
        (b"\xff" * 40, "isn’t UTF-8 text"),
        (b"x" * 5_000, "holds more than 4,096 bytes"),
    ],
)
def test_load_of_a_file_that_is_no_key_is_refused(settings: Settings, content: bytes, flaw: str) -> None:
    path = keep(settings, content)

    assert refusal(settings) == f"The signing key {path} {flaw}. {REMEDY}"


def test_load_of_a_directory_is_refused(settings: Settings) -> None:
    path = settings.data_dir / "secret_key"
    path.mkdir(parents=True)

    assert refusal(settings) == f"The signing key {path} is a directory. {REMEDY}"


def test_load_of_a_pipe_is_refused_without_waiting(settings: Settings) -> None:
    settings.data_dir.mkdir()
    path = settings.data_dir / "secret_key"
    os.mkfifo(path, 0o600)

    assert refusal(settings) == f"The signing key {path} isn’t a plain file. {REMEDY}"


def test_load_of_a_link_to_nowhere_is_refused(settings: Settings) -> None:
    settings.data_dir.mkdir()
    path = settings.data_dir / "secret_key"
    path.symlink_to("nowhere")

    with pytest.raises(Malformed) as refusal:
        secrets.load(settings)

    assert refusal.value.detail == f"The signing key {path} is a link that leads nowhere. Delete it, and start again."
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o610, 0o777])
def test_load_of_a_key_open_to_others_is_refused(settings: Settings, mode: int) -> None:
    path = keep(settings, SIGNING_KEY.encode(), mode)

    assert refusal(settings) == (
        f"The signing key {path} is open to other users of this machine (mode {mode:04o}). Close it with `chmod 600 "
        f"{path}`. If someone may have read it, delete it instead: the next start makes a new one."
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can stop being root")
def test_load_of_a_key_of_another_user_is_refused(settings: Settings) -> None:
    path = keep(settings, SIGNING_KEY.encode())
    for directory in (settings.data_dir, *settings.data_dir.parents[:3]):
        directory.chmod(0o755)
    os.seteuid(65534)
    try:
        said = refusal(settings)
    finally:
        os.seteuid(0)

    assert said == f"The signing key {path} can’t be read: Permission denied. {REMEDY}"


def test_reveal_alone_shows_a_signing_key() -> None:
    assert SIGNING_KEY not in repr(KEY) + str(KEY)


@pytest.mark.parametrize("text", ["", "short", "ü" * 40])
def test_load_makes_no_signing_key_of_less(text: str) -> None:
    with pytest.raises(ValueError, match=r"is empty|needs at least 32|printable ASCII"):
        SigningKey(text)


def test_unsign_gives_back_what_was_signed_for_the_purpose_alone() -> None:
    text = KEY.sign("presenter", ["q3", 1], NOW)

    assert KEY.unsign("presenter", text, NOW, HOUR) == ["q3", 1]
    for purpose, changed in (("company", text), ("presenter", f"{text}x"), ("presenter", "")):
        with pytest.raises(BadSignature):
            KEY.unsign(purpose, changed, NOW, HOUR)


def presents(made: timedelta, slug: str = "q3") -> bool:
    """Tell whether a presenter's link that was made so long before NOW still drives the week q3."""
    return secrets.is_presenter_key(KEY, "q3", secrets.presenter_key(KEY, slug, NOW - made), NOW)


def test_presenter_key_drives_its_week_for_a_day() -> None:
    assert [presents(made) for made in (SECOND, 24 * HOUR - SECOND, 24 * HOUR, 48 * HOUR)] == [True, True, False, False]
    assert presents(SECOND, "q4") is False


def test_presenter_key_outlives_a_clock_that_was_set_back_an_hour() -> None:
    assert [presents(-ahead) for ahead in (HOUR, 2 * HOUR, 2 * HOUR + SECOND, 24 * HOUR)] == [True, True, False, False]


def test_check_refuses_a_link_that_leads_nowhere_too(tmp_path: Path) -> None:
    path = tmp_path / secrets.KEY_FILE
    path.symlink_to(tmp_path / "gone")

    with pytest.raises(Malformed) as refusal:
        secrets.check(Settings(_env_file=None, data_dir=tmp_path))

    assert refusal.value.detail == f"The signing key {path} is a link that leads nowhere. Delete it, and start again."


def test_unseal_opens_what_was_sealed_with_this_key_for_this_purpose_alone() -> None:
    sealed = KEY.seal("connection", "xé")
    damaged = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]

    assert KEY.unseal("connection", sealed) == "xé"
    assert KEY.seal("connection", "xé") != sealed
    others = [
        KEY.unseal("api-key", sealed),
        SigningKey("another key of thirty-two letters").unseal("connection", sealed),
    ]
    assert others == [None, None]
    assert {KEY.unseal("connection", text) for text in (damaged, "g1.!", "g1.AAAA", "")} == {None}


def test_unseal_opens_what_earlier_versions_sealed() -> None:
    before = "gAAAAABjH13Agn3YheouV0kzPxkse_C9BtCIrM2mVx87GtK_JCOUfp4oVrBesurm-XJ4PenDnn_m8bEEPMfc-vRUhBn69DmC5w=="

    assert KEY.unseal("connection", before) == "before"
