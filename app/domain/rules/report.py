"""The mistakes found in a rules file, and how they are put."""

from collections.abc import Sequence
from typing import TypeVar

from app.domain.rules.limits import MAX_MISTAKES
from app.domain.rules.model import Mistake
from app.domain.rules.outline import Outline
from app.domain.rules.wording import Path, closest, described, dotted, listed, quoted, shown

Word = TypeVar("Word", bound=str)

_MAX_COMPARISONS = 3_000  # of misspelled words with known ones, so that suggestions take no longer for a hostile file


class Report:
    """Collects mistakes and puts each on its line; it tells the first MAX_MISTAKES, and of the others how many."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._found: list[Mistake] = []
        self._untold = 0
        self._comparisons_left = _MAX_COMPARISONS

    @property
    def mistakes(self) -> list[Mistake]:
        """The mistakes in the order of the lines; the last says how many are not told, where there are any."""
        told = sorted(self._found, key=lambda mistake: mistake.line)
        rest = f"There are {self._untold:,} more mistakes: fix these first, then check the file again."
        return told + ([Mistake(told[-1].line, "", rest)] if self._untold else [])

    def line(self, path: Path) -> int:
        """The line of what stands at a path, or of the table where it should stand."""
        return self._outline.line(path)

    def add(self, path: Path, message: str) -> None:
        """Note a mistake; for a missing key that is on the line of its table."""
        self._note(self.line(path), path, message)

    def add_missing_kind(self, kind: str, added: Sequence[str]) -> None:
        """Note that a built-in kind has no table: on line 1, since it has no line of its own."""
        misspelled = self._closest(kind, added)
        hint = f", or is {shown(misspelled)} meant to be it?" if misspelled else "."
        message = f"Add [activities.{kind}] with points, one and many: this kind always exists{hint}"
        self._note(1, ("activities", kind), message)

    def wrong(self, path: Path, wanted: str, value: object) -> None:
        """Note that a value is not what is wanted there."""
        self.add(path, f"Write {wanted}; this is {described(value)}.")

    def unknown(self, path: Path, what: str, word: str, options: Sequence[str]) -> str | None:
        """Note that there is no such key, kind or metric; the one that was probably meant."""
        meant = self._closest(word, options)
        remedy = f"did you mean {shown(meant)}?" if meant else f"write one of {listed(options)}."
        self.add(path, f"There’s no {what} {shown(word)}; {remedy}")
        return meant

    def one_of(self, path: Path, value: object, options: Sequence[Word]) -> Word:
        """The option a value is; the first one stands in where it is none."""
        for option in options:
            if value == option:
                return option
        meant = self._closest(value, options) if isinstance(value, str) else None
        hint = f" Did you mean {shown(meant)}?" if meant else ""
        self.add(path, f"Write one of {quoted(options)}; this is {described(value)}.{hint}")
        return options[0]

    def _note(self, line: int, path: Path, message: str) -> None:
        if len(self._found) < MAX_MISTAKES:
            self._found.append(Mistake(line, dotted(path), message))
        else:
            self._untold += 1

    def _closest(self, word: str, options: Sequence[str]) -> str | None:
        """Suggest the closest known word; a file of nothing but unknown words gets suggestions for the first only."""
        self._comparisons_left -= len(options)
        return closest(word, options) if self._comparisons_left >= 0 else None
