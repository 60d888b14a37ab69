"""E-mail addresses: as people write them down, and as proof of who somebody is: one plain address, its exact domain."""

import re
import unicodedata
from collections.abc import Collection

from app.domain.text.names import fold_email

LONGEST = 254
_UNSEEN = {"\u115f", "\u1160"}

# ASCII alone: casefolding makes one address of two (ß and ss, the Kelvin sign and k), which must not open an account.
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ADDRESS = re.compile(rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~.-]{{1,64}}@({_LABEL}(?:\.{_LABEL})*)")

_INVISIBLE = "\u200b\u2060\ufeff\xad"
_QUOTES = ('""', "''", "``", "“”", "‘’", "„“", "„”", "«»", "‚‘")
_IN_BRACKETS = re.compile(r"([^<>]*)<([^<>]+)>")
_TRAILING = ",;."
_NEVER = re.compile(r"""[()<>\[\]:;,"“”„«»\\]""")
_NOT_IN_DOMAIN = re.compile(r"[\x20-\x7e]")
_IN_DOMAIN = re.compile(r"[a-z0-9.-]", re.IGNORECASE)


_PLAIN = re.compile(
    rf"[a-z0-9!#$%&*+/=?^_{{|}}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_{{|}}~-]+)*@{_LABEL}(?:\.{_LABEL})*",
    re.IGNORECASE | re.ASCII,
)
"""An address that needs no second look, as nearly all do."""


def written(text: str) -> str:
    """The address in what somebody wrote down, folded, without what surely is not of it; whatever else stays.

    That is `mailto:`, angle brackets with or without a name before them, outer quotes, and a comma, semicolon or full
    stop at the end. Not for what proves who somebody is.
    """
    if len(text) <= LONGEST and _PLAIN.fullmatch(text):
        return text.casefold()
    email, before = text[: 2 * LONGEST + 2], ""
    while email != before:
        before = email
        email = email.strip().strip(_INVISIBLE).rstrip(_TRAILING)
        if email[:7].casefold() == "mailto:":
            email = email[7:].partition("?")[0]
        elif email[:1] + email[-1:] in _QUOTES and len(email) > 2:
            email = email[1:-1]
        elif match := _IN_BRACKETS.fullmatch(email):
            email = match[2] if _is_name(match[1], match[2]) else email
    return fold_email(email if len(text) <= 2 * LONGEST else text)


def _is_name(text: str, email: str) -> bool:
    """Tell whether what stands before an address in brackets is a name, or the same address once more."""
    return "@" not in text or text.strip().strip("\"'").casefold() == email.strip().casefold()


def flaw(email: str) -> str | None:
    """Find what keeps a folded text from being one address, as a sentence; None for a good one."""
    if len(email) <= LONGEST and _PLAIN.fullmatch(email):
        return None
    shown = f"“{email[:60]}”"
    if not email:
        return "The email is missing."
    if email.count("@") > 1 or ("@" in email and any(map(str.isspace, email))):
        return f"{shown} is more than one email, or has something beside it."
    if found := _NEVER.search(email):
        return f"{shown} isn’t an email. Remove the {found[0]} from it."
    local, at, domain = email.partition("@")
    if local[:1] == "'":
        return f"{shown} isn’t an email. Remove the ' from its beginning."
    if not (local and at and domain) or any(map(str.isspace, email)):
        return f"{shown} isn’t an email. Write one such as ada@example.com."
    if ".." in email or "." in {local[0], local[-1], domain[0], domain[-1]}:
        return f"{shown} has a dot too many. Check its spelling."
    if domain[0] == "-" or domain[-1] == "-" or any(map(_is_odd, domain)):
        return f"What comes after the @ in {shown} isn’t a domain. Check its spelling."
    return None


def _is_odd(character: str) -> bool:
    return _NOT_IN_DOMAIN.fullmatch(character) is not None and _IN_DOMAIN.fullmatch(character) is None


def domain_of(email: str) -> str | None:
    """The domain of one plain address, in lower case; None for anything else."""
    match = _ADDRESS.fullmatch(email) if len(email) <= LONGEST else None
    return match[1].lower() if match else None


def is_of(email: str, domains: Collection[str]) -> bool:
    """Tell whether the address is plain and of exactly one of the domains; without domains any plain address is."""
    domain = domain_of(fold_email(email)) if email.isascii() else None
    return domain is not None and (not domains or domain in domains)


def is_disguised(email: str) -> bool:
    """Tell whether a folded address could pass for another one: letters in another form, marks that nobody sees."""
    seen = unicodedata.normalize("NFKC", email).casefold()
    return seen != email or any(not (each.isascii() or each.isalnum()) or each in _UNSEEN for each in email)


def is_domain(text: str) -> bool:
    """Tell whether a text is a domain that e-mails can have, in any case of letters."""
    return _DOMAIN.fullmatch(text) is not None
