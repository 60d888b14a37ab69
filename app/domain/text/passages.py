"""Passages people write, of one or several lines: tidied for keeping, refused where they would deceive the eye."""

import re
import unicodedata

# Bringing a long run of combining marks into order takes quadratic time (see `names`): longer texts stay as they are.
_LONGEST_IN_ORDER = 1_000

# Marks without a form of their own that come along with what is pasted: soft hyphens, zero-width spaces, direction
# marks, byte order marks and tags. Whoever pastes them cannot see them, so they go without a word.
_STOWAWAYS = dict.fromkeys([0xAD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0xE0000, 0xE0080)])
_JOINERS = {"\u200c", "\u200d"}
_LAYOUT = {"\n", "\t"}
_GAP = re.compile(r"\n[ \t]*\n\s*")


def tidy(text: str) -> str:
    """The text as kept: one kind of line ends, at most one empty line in a row, no outer space, NFC where short."""
    lines = [" ".join(line.split()) for line in plain(text).split("\n")]
    kept = _GAP.sub("\n\n", "\n".join(lines)).strip()
    return unicodedata.normalize("NFC", kept) if len(kept) <= _LONGEST_IN_ORDER else kept


def plain(text: str) -> str:
    """The text with one kind of line ends and without marks that nobody sees; every other space stays."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_STOWAWAYS)


def flaw(text: str, longest: int) -> str | None:
    """Find the flaw of a tidied text, as the end of a sentence; None for a good one, and for an empty one."""
    if len(text) > longest:
        return f"must have at most {longest:,} characters, this has {len(text):,}"
    for character in text:
        is_odd = unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
        if is_odd and character not in _JOINERS | _LAYOUT:
            return f"must not contain the invisible character U+{ord(character):04X}"
    return None


def excerpt(text: str, longest: int) -> str:
    """The text in one line, cut at a space with “…” where it has more than `longest` characters."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    cut = head.rpartition(" ")[0] if " " in head[longest // 2 :] else head
    return f"{cut.rstrip(' ,;:.–-')}…"
