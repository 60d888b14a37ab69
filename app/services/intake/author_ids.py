"""Ids of authors as they are kept and compared."""

from app.domain.intake.reports import Author
from app.domain.text.names import fold_email


def tidy(external_id: str, source: str = "") -> str:
    """An id as it is kept: bare; GitHub's logins (`@login`) and e-mails in small letters.

    GitHub's own ids are digits, so whatever else is written for it is a login.
    """
    external_id = external_id.strip()
    if external_id and source.partition(":")[0] == "github" and "@" not in external_id and not external_id.isdecimal():
        external_id = f"@{external_id}"
    return fold_email(external_id) if "@" in external_id else external_id


def of(author: Author) -> tuple[str, ...]:
    """The names an author can be known by, the one that decides first: ids, then the e-mail."""
    return (*author.ids, fold_email(author.email)) if author.email else author.ids
