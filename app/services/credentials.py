"""Secrets that open doors: made here, shown once, kept as hashes. Their beginning tells what they are."""

import secrets
from hashlib import sha256

SIGN_IN = "as_"
LINK = "al_"
SCREEN = "ad_"
TOKEN = "aw_"  # noqa: S105 (a prefix, no secret)

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 8


def make(prefix: str) -> str:
    """A new secret of 256 random bits."""
    return prefix + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret. It is random throughout, so a plain hash cannot be turned back."""
    return sha256(secret.encode(errors="surrogateescape")).hexdigest()


def make_code() -> str:
    """Eight characters that people can read to each other, 40 random bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def tidy_code(typed: str) -> str:
    """A code as people type it: in any case, with hyphens or spaces, or whatever else no code has."""
    return "".join(letter for letter in typed[:100].upper() if letter.isascii() and letter.isalnum())


def is_code(code: str) -> bool:
    """Whether a tidied text can be a code at all; what cannot, such as NUL, need not trouble the database."""
    return len(code) == CODE_LENGTH and not set(code) - set(ALPHABET)


def shown_code(code: str) -> str:
    """A code as people read it: `ABCD-EFGH`."""
    return f"{code[:4]}-{code[4:]}"
