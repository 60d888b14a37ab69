"""Lines of a list that name one person by several of their emails: each person stands on one line."""

from collections.abc import Iterable, Mapping

from app.services.imports.bad_lines import BadLines
from app.services.imports.renames import NamedLine


def check(ids: Mapping[str, str], entries: Iterable[NamedLine], bad: BadLines) -> None:
    """Let `bad` learn of lines whose person is on a line above; `ids` are those of who is here, by folded e-mail."""
    first: dict[str, NamedLine] = {}
    for entry in entries:
        if (id_ := ids.get(entry.email)) is None:
            continue
        above = first.setdefault(id_, entry)
        if above is not entry:
            bad.add(entry.line, f"{entry.email} is the person of {above.email} on line {above.line}; keep one of them.")
