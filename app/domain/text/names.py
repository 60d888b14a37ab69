"""Names people type: tidied for display, folded for comparing, refused when they would deceive the eye."""

import re
import unicodedata

LONGEST = 60  # characters: what fits on the board and a share card; docs/rules.md and imports say the same

# Bringing a long run of combining marks into order takes quadratic time: 40 s for 128,000 of them. No text this long is
# a name, a reason or an e-mail in whatever form, so it stays as it is until `flaw` refuses it.
_LONGEST_IN_ORDER = 1_000

# Of a shape that only addresses have, “Ada @ work” has not; bounded, so that no hostile name takes long.
_ADDRESS = re.compile(
    r"[^\s@<>()\[\]:,;]{1,64}@[^\s@<>()\[\]:,;]{0,60}(?:\.[^\s@<>()\[\]:,;.]{2,}|localhost)|^\S+@\S+$"
)

# Format characters with an honest use inside names: the joiners of several scripts and of emoji.
_JOINERS = {"\u200c", "\u200d"}


# What spreadsheets and mail programs leave around a name that was copied: nothing of it, and seen by nobody.
_AROUND = " \u200b\u200e\u200f\u2060\ufeff"


def tidy(name: str) -> str:
    """The name as shown: NFC, outer space and outer marks that nobody sees gone, inner runs of space made one."""
    text = " ".join(name.split()).strip(_AROUND)
    return unicodedata.normalize("NFC", text) if len(text) <= _LONGEST_IN_ORDER else text


def fold(name: str) -> str:
    """The name as compared: NFKC, casefolded, without outer space; equal folds are the same name."""
    text = tidy(name)
    if len(text) > _LONGEST_IN_ORDER:
        return text.casefold()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()


def flaw(name: str, longest: int = LONGEST) -> str | None:
    """Find the flaw of a tidied name, as the end of a sentence; None for a good one."""
    if len(name) > longest:
        return f"must have at most {longest} characters, this has {len(name)}"
    if not fold(name):
        return "must not be empty"
    for character in name:
        if character not in _JOINERS and unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}:
            return f"must not contain the invisible character U+{ord(character):04X}"
    return None


def public_flaw(name: str) -> str | None:
    """Find the flaw of a name that boards show, as the end of a sentence: like `flaw`, and it must hold no e-mail."""
    if found := flaw(name):
        return found
    return "holds an email; write the name people read" if _ADDRESS.search(name) else None


def fold_email(email: str) -> str:
    """An e-mail as stored and compared: stripped and casefolded."""
    return email.strip().casefold()
