"""Secrets that open doors: made here, shown once, kept as hashes. Their beginning tells what they are."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from app.domain.actor import Actor
from app.errors import SignInNeeded

SIGN_IN = "as_"
LINK = "al_"
SCREEN = "ad_"
FEED = "af_"
TOKEN = "aw_"  # noqa: S105 (a prefix, no secret)

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which are misread. 32 of them, so that `displays.code_of` makes a letter of each five bits."""
CODE_LENGTH = 8
BY_SQL = {"synchronize_session": False}
"""For an UPDATE of many rows none of which the session holds."""
_BATCH = 500  # SQLite takes 32,766 parameters at most, and a statement this long is still quick to build


@dataclass(frozen=True, slots=True)
class ValidCredential:
    """A secret's holder, its expiry if nobody uses it, and when its use is to be written again.

    `ids` are of everything whose change ends it or alters its holder: what AccessChanged names.
    """

    actor: Actor
    ids: frozenset[str]
    expires_at: datetime | None
    touch_at: datetime


Answer = ValidCredential | SignInNeeded
"""The outcome of a check: a valid credential, or the problem that tells why it is none."""


def take(answer: Answer) -> ValidCredential:
    """Take a valid credential from an answer. Raises SignInNeeded where it says no."""
    if isinstance(answer, SignInNeeded):
        raise SignInNeeded(answer.detail)  # one of its own: many may share an answer, and a traceback grows
    return answer


def make(prefix: str) -> str:
    """A new secret of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Hash a secret for storage. It is random throughout, so a fast, unsalted hash (SHA-256) cannot be reversed."""
    return sha256(secret.encode(errors="surrogateescape")).hexdigest()


def batches(secrets: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield secrets by their digest, 500 at a time."""
    by_digest = [(digest(secret), secret) for secret in secrets]
    for start in range(0, len(by_digest), _BATCH):
        yield dict(by_digest[start : start + _BATCH])


def make_code() -> str:
    """Eight characters that people can read to each other, 40 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def tidy_code(typed: str) -> str:
    """A code as people type it: in any case, with hyphens or spaces, or whatever else no code has."""
    return "".join(letter for letter in typed[:100].upper() if letter.isascii() and letter.isalnum())


def is_code(code: str) -> bool:
    """Tell whether a tidied text can be a code at all; what cannot, such as NUL, need not trouble the database."""
    return len(code) == CODE_LENGTH and not set(code) - set(ALPHABET)


def shown_code(code: str) -> str:
    """A code as people read it: `ABCD-EFGH`."""
    return f"{code[:4]}-{code[4:]}"
