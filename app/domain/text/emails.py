"""E-mail addresses as proof of who somebody is: one plain address, its exact domain."""

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
