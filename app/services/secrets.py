"""The key that signs links, and the links that presenters open."""

import os
import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.config import Settings

KEY_FILE = "secret_key"
PRESENTER_SECONDS = 24 * 3_600


def secret_key(settings: Settings) -> str:
    """The installation's key: configured, or made once and kept beside the database."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_dir / KEY_FILE
    return _read(path) or _make(path)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _make(path: Path) -> str:
    """Make the file readable for its owner alone; of two processes that make it at once, both keep the first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _read(path)


def presenter_key(settings: Settings, slug: str) -> str:
    """What lets its holder drive a week's ceremony for a day."""
    return _signer(settings).dumps(slug)


def is_presenter_key(settings: Settings, slug: str, key: str) -> bool:
    """Whether this key drives this week's ceremony, still."""
    try:
        found: object = _signer(settings).loads(key, max_age=PRESENTER_SECONDS)
    except BadSignature:
        return False
    return found == slug


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(settings), salt="presenter")
