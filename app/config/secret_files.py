"""Files that hold one secret: the signing key of the data directory, and those that `…_FILE` settings name."""

import os
import stat
from pathlib import Path

MAX_BYTES = 4_096  # more than any password or key has; a file named by mistake may be a disk image
LEAST_KEY_CHARACTERS = 32  # 128 bits where they are hexadecimal; `MAKE_KEY` writes 64
MAKE_KEY = "`openssl rand -hex 32` makes one"


def read(path: Path) -> str:
    """Read the secret in a file, without the white space around it.

    Raises ValueError with the flaw as the end of a sentence, and FileNotFoundError where there is no file. Never waits:
    a named pipe or a device is refused.
    """
    try:
        content = _content(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FileNotFoundError(error.errno, error.strerror, str(path)) from None
    except OSError as error:
        raise ValueError(f"can’t be read: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise ValueError(f"holds more than {MAX_BYTES:,} bytes")
    try:
        secret = content.decode().strip()
    except UnicodeDecodeError:
        raise ValueError("isn’t UTF-8 text") from None
    if not secret:
        raise ValueError("is empty")
    return secret


def _content(path: Path) -> bytes:
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise ValueError("is a directory")
        if not stat.S_ISREG(mode):
            raise ValueError("isn’t a plain file")
        return os.read(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def key_flaw(key: str) -> str | None:
    """Tell why a text can’t be a signing key, as the end of a sentence; None for one that can."""
    if not key:
        return "is empty"
    if not (key.isascii() and key.isprintable()):
        return "holds characters that aren’t printable ASCII"
    if len(key) < LEAST_KEY_CHARACTERS:
        return f"has {len(key)} {'character' if len(key) == 1 else 'characters'}; it needs at least 32"
    return None
