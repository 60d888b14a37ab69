"""The key that signs links, read once at start, and the links that presenters open."""

import base64
import hmac
import os
import secrets
import stat
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from app.config import Settings, secret_files
from app.db.outages import write_trouble
from app.domain.recency import TOLERANCE, is_recent
from app.errors import Malformed, Unavailable
from app.services.operations.whole_files import part_of, sync

KEY_FILE = "secret_key"
SEALED = "g1."
"""The beginning of what is sealed with AES-GCM; what is older was sealed with Fernet, and is read as well."""
NONCE_BYTES = 12
PRESENTER_LASTS = timedelta(hours=24)
"""Made the evening before and used the next afternoon; the link opens what is hidden, so it ends by itself."""
UNSUBSCRIBE_LASTS = timedelta(days=3_650)
PRESENTER_AHEAD = timedelta(hours=2)
"""Tolerance for a presenter's link made in the future: a clock that was set back an hour during the ceremony
must not lock the presenter out, and nobody but us can have made the link."""


class SigningKey:
    """The installation's signing key: whoever has it makes presenter's links, display codes and sign-ins under way.

    Its `repr` doesn't show it. Raises ValueError for a text that can't be a key, with the end of a sentence.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if flaw := secret_files.key_flaw(text):
            raise ValueError(flaw)
        self._text = text

    def reveal(self) -> str:
        """The key itself."""
        return self._text

    def sign(self, purpose: str, payload: Any, now: datetime) -> str:
        """Sign something for one purpose, with the moment."""
        return self._serializer(purpose, now).dumps(payload)

    def unsign(self, purpose: str, text: str, now: datetime, lasts: timedelta, *, ahead: timedelta = TOLERANCE) -> Any:
        """Verify a signature of this purpose, at most `lasts` old or `ahead` in the future. Raises BadSignature."""
        payload, signed_at = self._serializer(purpose, now).loads(text, return_timestamp=True)
        if not is_recent(signed_at, now, lasts, ahead=ahead):
            raise BadSignature("signed too long ago, or by a clock that was wrong")
        return payload

    def seal(self, purpose: str, secret: str) -> str:
        """Encrypt a secret that we have to know again (AES-256-GCM): who reads the database alone doesn't know it.

        What was sealed for one purpose opens for no other one.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._derive(f"aes-gcm:{purpose}")).encrypt(nonce, secret.encode(), None)
        return SEALED + base64.urlsafe_b64encode(nonce + sealed).decode()

    def unseal(self, purpose: str, sealed: str) -> str | None:
        """The secret that `seal` encrypted; None where that was with another key, or for another purpose."""
        try:
            if not sealed.startswith(SEALED):
                box = Fernet(base64.urlsafe_b64encode(self._derive(f"seal:{purpose}")))
                return box.decrypt(sealed.encode()).decode()
            raw = base64.urlsafe_b64decode(sealed.removeprefix(SEALED))
            return (
                AESGCM(self._derive(f"aes-gcm:{purpose}")).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], None).decode()
            )
        except (InvalidToken, InvalidTag, ValueError):  # a damaged text is too short, or no base64
            return None

    def _derive(self, use: str) -> bytes:
        return hmac.digest(self._text.encode(), use.encode(), "sha256")

    def _serializer(self, purpose: str, now: datetime) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._text, salt=purpose, signer=_StampedNow, signer_kwargs={"now": now})


class _StampedNow(TimestampSigner):
    """itsdangerous' signer by the clock it is given, not the machine's."""

    def __init__(self, *arguments: Any, now: datetime, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._now = now

    def get_timestamp(self) -> int:
        return int(self._now.timestamp())


def load(settings: Settings) -> SigningKey:
    """The installation's key: configured, or kept in the data directory, where it is made at the first start.

    Raises Malformed for a kept key that can't be used, with what to do, and Unavailable where none can be made.
    """
    return _known(settings) or _make(settings.data_dir / KEY_FILE)


def check(settings: Settings) -> None:
    """Raise Malformed for a kept key that can't be used; makes none."""
    _known(settings)


def _known(settings: Settings) -> SigningKey | None:
    if settings.secret_key is not None:
        return SigningKey(settings.secret_key.get_secret_value())
    return _kept(settings.data_dir / KEY_FILE)


def _kept(path: Path) -> SigningKey | None:
    """The key in the data directory; None where there is none yet."""
    try:
        key = SigningKey(secret_files.read(path))
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError as missing:
        if not path.is_symlink():
            return None
        raise Malformed(
            f"The signing key {path} is a link that leads nowhere. Delete it, and start again."
        ) from missing
    except ValueError as flaw:
        raise Malformed(
            f"The signing key {path} {flaw}. Bring it back from a backup, with mode 0600 and the server’s user as its "
            "owner, or delete it: the next start makes a new one, and presenter links made before end."
        ) from None
    if mode & 0o077:
        raise Malformed(
            f"The signing key {path} is open to other users of this machine (mode {mode:04o}). Close it with "
            f"`chmod 600 {path}`. If someone may have read it, delete it instead: the next start makes a new one."
        )
    return key


def _make(path: Path) -> SigningKey:
    """Make the file readable for its owner alone; of two processes that make it at once, both keep the first."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with part_of(path) as part:
            part.write_text(secrets.token_urlsafe(48), encoding="ascii")
            sync(part)
            with suppress(FileExistsError):
                os.link(part, path)
    except OSError as error:
        raise Unavailable(f"No signing key can be made: {write_trouble(error, path.parent)}") from error
    if (key := _kept(path)) is None:
        raise Malformed(f"The signing key {path} is a link that leads nowhere. Delete it, and start again.")
    return key


def presenter_key(key: SigningKey, slug: str, now: datetime) -> str:
    """Sign a key that lets its holder drive a week's ceremony for a day."""
    return key.sign("presenter", slug, now)


UNSUBSCRIBE = "au_"
"""The beginning of what ends emails, by which logs know a secret."""


def unsubscribe_key(key: SigningKey, person_id: str, kind: str, now: datetime) -> str:
    """Sign a text that ends one person's emails about one kind of notice, and can do nothing else."""
    return UNSUBSCRIBE + key.sign("unsubscribe", [person_id, kind], now)


def read_unsubscribe_key(key: SigningKey, text: str, now: datetime) -> tuple[str, str] | None:
    """The person and the kind of notice that a text was signed for; None for any other text. Old emails still count."""
    try:
        person_id, kind = key.unsign("unsubscribe", text.removeprefix(UNSUBSCRIBE), now, UNSUBSCRIBE_LASTS)
    except BadSignature:
        return None
    return str(person_id), str(kind)


def is_presenter_key(key: SigningKey, slug: str, text: str, now: datetime) -> bool:
    """Tell whether this text drives this week's ceremony, still."""
    try:
        payload = key.unsign("presenter", text, now, PRESENTER_LASTS, ahead=PRESENTER_AHEAD)
    except BadSignature:
        return False
    return bool(payload == slug)
