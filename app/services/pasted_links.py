"""Links that people paste, to cards and answers: web addresses of a bounded length."""

from typing import Final

from app.errors import Malformed
from app.services.ledger.drafts import read_address

LONGEST: Final = 2_000  # characters; what browsers and help desks can take


def check(text: str) -> str:
    """A link as it is kept; it may be empty. Raises Malformed."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Malformed(f"The link has more than {LONGEST:,} characters. Use a shorter one.")
    try:
        return read_address(text) if text else ""
    except ValueError as problem:
        raise Malformed(f"The link {problem}. Change that and try again.") from None


def check_given(text: str) -> str:
    """A link as it is kept. Raises Malformed where there is none."""
    if not (link := check(text)):
        raise Malformed("Paste a link that reviewers can open.")
    return link
