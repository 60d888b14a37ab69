"""Bytes of files as text: UTF-8 with or without its mark, UTF-16 with its mark, and a sentence for everything else."""

from collections.abc import Sequence
from io import StringIO

UTF8_MARK = b"\xef\xbb\xbf"
SAVE_AS = "Save it as “CSV UTF-8”"
_AGAIN = f"{SAVE_AS} in your spreadsheet, or as UTF-8 in your editor, and send it again."
NOT_UTF8 = f"This line isn’t UTF-8. {_AGAIN}"

_UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_UTF32 = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32"}
_ZIP = b"PK\x03\x04"
_KINDS = {
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls)",
    b"%PDF": "a PDF",
    b"{\\rtf": "a document with formatting (.rtf)",
    b"\x1f\x8b": "compressed (gzip)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a database",
}
_END = "\x1a"  # Ctrl-Z, with which some programs end a file to this day
_LOOKED_AT = 400  # bytes at the beginning, where text in UTF-16 without a mark shows its zeros


class NotText(Exception):
    """The bytes are no text that anybody reads here; `sentence` says which they seem to be and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def decode(raw: bytes, remedy: str = f"{SAVE_AS} and send it again.") -> str:
    """The text of a file, without its mark. A byte that is no UTF-8 becomes half a character, which `is_whole` finds.

    Raises NotText for workbooks, pictures and whatever else is no text; `remedy` then ends the sentence.
    """
    if kind := _kind_of(raw):
        raise NotText(f"This file is {kind}, not text. {remedy}")
    marked = _UTF32.get(raw[:4]) or _UTF16.get(raw[:2])
    if marked:
        try:
            return raw.decode(marked).removeprefix("\ufeff")
        except UnicodeDecodeError:
            raise NotText(f"This file says that it is UTF-{marked[-2:]}, but isn’t. {remedy}") from None
    if _seems_utf16(raw):
        raise NotText(f"This file seems to be UTF-16 without its mark (“Unicode Text”). {remedy}")
    text = raw.removeprefix(UTF8_MARK).decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    return text.removesuffix(_END)


def is_whole(text: str) -> bool:
    """Tell whether a text is free of halves of characters, which stand for bytes that were no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def broken_lines(text: str) -> list[int]:
    """The numbers of the lines (1-based) that hold half a character."""
    if is_whole(text):
        return []
    return [number for number, line in enumerate(StringIO(text, newline=""), 1) if not is_whole(line)]


def not_utf8(lines: Sequence[int]) -> str:
    """Say of the first of several lines that they hold half a character."""
    more = len(lines) - 1
    return (
        f"This line isn’t UTF-8, and {more:,} more {'isn’t' if more == 1 else 'aren’t'}. {_AGAIN}" if more else NOT_UTF8
    )


def _kind_of(raw: bytes) -> str:
    if raw.startswith(_ZIP):
        return "a workbook (.xlsx, .ods)" if b"xl/" in raw or b"spreadsheet" in raw or len(raw) < 100 else "an archive"
    return next((kind for start, kind in _KINDS.items() if raw.startswith(start)), "")


def _seems_utf16(raw: bytes) -> bool:
    """Tell by the zeros: in Latin text of that form every other byte is one."""
    start = raw[:_LOOKED_AT]
    return len(start) >= 4 and max(start[0::2].count(0), start[1::2].count(0)) * 3 > len(start)
