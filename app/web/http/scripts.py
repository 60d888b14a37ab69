"""Scripts without what only their readers need: indentation, and comments that have lines of their own."""

import re

_ASIDE = re.compile(r"^[ \t]*(?://.*\n)?", re.MULTILINE)


def lighten(text: str) -> str:
    """Return a script of ours that does the same, in fewer letters.

    Line by line: no script may have a text of several lines in which indentation or `//` at the start says anything.
    """
    return _ASIDE.sub("", text)
