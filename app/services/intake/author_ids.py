"""Ids of authors as they are kept and compared."""

from app.domain.intake.reports import Author
from app.domain.text.names import fold_email


def tidy(external_id: str) -> str:
    """An id as it is kept: bare; GitHub's logins (`@login`) and e-mails in small letters."""
    external_id = external_id.strip()
    return fold_email(external_id) if "@" in external_id else external_id


def of(author: Author) -> tuple[str, ...]:
    """The names an author can be known by, the one that decides first: ids, then the e-mail."""
    return (*author.ids, fold_email(author.email)) if author.email else author.ids
