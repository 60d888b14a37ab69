"""Numbers that a spreadsheet shortened: 1.23E+11 and 7700123.0 were ids once, and are none any more."""

import re

_POWER = re.compile(r"\d([.,]\d+)?E\+\d{1,3}", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"\d{5,30}[.,]0{1,6}", re.ASCII)
"""Short ones may be versions, such as 2.0."""


def flaw(text: str) -> str | None:
    """Find that an id is a number as a spreadsheet shortened it, as the end of a sentence; None for all else."""
    text = text.strip()
    if len(text) <= 40 and (_POWER.fullmatch(text) or _DECIMAL.fullmatch(text)):
        return f"is {text}, a number as a spreadsheet shortened it; format the column as text and enter the ids again"
    return None
