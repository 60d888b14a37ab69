"""Stylesheets without what only their readers need: comments, indentation and ends of lines."""

import re

_STRING = r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_COMMENT = re.compile(_STRING + r"|/\*.*?\*/", re.DOTALL)
# A colon keeps the space before it: `a :hover` is another selector than `a:hover`.
_SPACE = re.compile(_STRING + r"|;?\s*(\})\s*|\s*([{;,>])\s*|(:)\s+|\s+")


def minify(text: str) -> str:
    """Return a stylesheet that says the same in fewer letters; strings stay as they are."""
    bare = _COMMENT.sub(lambda found: found[1] or "", text)
    return _SPACE.sub(lambda found: next(filter(None, found.groups()), " "), bare).strip()
