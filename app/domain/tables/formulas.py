"""Formulas: a cell that a spreadsheet would run leaves with an apostrophe before it, and comes back without."""

import re

# See OWASP, "CSV Injection". Apostrophes before it count as well, so that every text comes back as it was.
_RUN = re.compile(r"'*[=+\-@\t\r]")
_DEFUSED = re.compile(r"'+[=+\-@\t\r]")


def defuse(cell: str) -> str:
    """A cell as it leaves: one that begins with = + - @, a tab or a carriage return gets an apostrophe."""
    return f"'{cell}" if _RUN.match(cell) else cell


def restore(cell: str) -> str:
    """A cell as it was before it was defused."""
    return cell[1:] if cell[:1] == "'" and _DEFUSED.match(cell) else cell
