"""Mistakes in lists that people hand in: each with its line, the first of them told, the others counted."""

from typing import Any

MAX_BAD_LINES = 100
"""Named in one refusal; of the others only the number is told."""


class BadLines:
    """The mistakes in a list, each with its line: the first are kept, of the others only their number."""

    def __init__(self) -> None:
        self.count = 0
        self.lines: set[int] = set()
        self._first: list[dict[str, int | str]] = []

    def add(self, line: int, message: str) -> None:
        """Note what is wrong with a line (1-based)."""
        self.count += 1
        self.lines.add(line)
        if len(self._first) < MAX_BAD_LINES:
            self._first.append({"line": line, "message": message})

    @property
    def sentence(self) -> str:
        """The first mistake as a sentence with its line, and how many more there are."""
        first, more = self._told[0], self.count - 1
        rest = f" And {more:,} more {'mistake' if more == 1 else 'mistakes'}." if more else ""
        message = str(first["message"])
        place = "" if message.startswith(f"Line {first['line']} ") else f"Line {first['line']}: "
        return f"{place}{message}{rest}"

    @property
    def document(self) -> dict[str, Any]:
        """The problem document's members: `errors`, and in `more` the number left out, where there are any."""
        return {"errors": self._told} | ({"more": self.more} if self.more else {})

    @property
    def more(self) -> int:
        """The number of mistakes that are counted alone."""
        return self.count - len(self._first)

    @property
    def _told(self) -> list[dict[str, int | str]]:
        return sorted(self._first, key=lambda mistake: int(mistake["line"]))
