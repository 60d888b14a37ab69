"""The guide, written in Markdown: the checklists in its sections."""

import re
from typing import Final

START_REMINDERS: Final = "Start reminders"
END_CHECKLIST: Final = "End checklist"
CHECKLISTS: Final = (START_REMINDERS, END_CHECKLIST)
"""The sections whose lists a shift's page shows as checklists, by their headings."""

MOST_ITEMS = 30  # of one checklist: longer ones nobody ticks

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_ITEM = re.compile(r"([ \t]*)(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(\S.*)")


def checklist(text: str, title: str) -> tuple[str, ...]:
    """The list items under the heading of this title, in order, each as a line of Markdown; empty without one.

    Headings are compared casefolded. A section ends at the next heading of its level or above.
    """
    items: list[str] = []
    level, is_open = 0, False
    for line in _outside_of_code(text):
        if match := _HEADING.match(line):
            depth, is_open = len(match[1]), False
            if not level and line[match.end() :].strip().rstrip("#").rstrip().casefold() == title.casefold():
                level = depth
            elif level and depth <= level:
                break
        elif level and (match := _ITEM.fullmatch(line)):
            items.append(match[2].strip())
            is_open = True
        elif level and is_open and line.strip():
            items[-1] += f" {line.strip()}"
        elif not line.strip():
            is_open = False
    return tuple(items[:MOST_ITEMS])


def missing(text: str) -> tuple[str, ...]:
    """The checklists' headings under which a text has no list."""
    return tuple(title for title in CHECKLISTS if not checklist(text, title))


def _outside_of_code(text: str) -> list[str]:
    """The lines of a text that are in no fenced block of code."""
    lines: list[str] = []
    fence = ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence and match:
            fence = match[1]
        elif fence:
            if match and match[1].startswith(fence) and not line[match.end() :].strip():
                fence = ""
        else:
            lines.append(line)
    return lines
