"""Text that sorts as what it stands for, for whoever can only compare text: browsers."""

from datetime import UTC, datetime

from app.domain.standings.ranking import SortKey

_SHIFT, _LARGEST = 2**52, 2**56 - 1  # every number gets fourteen hexadecimal digits, negative ones too


def key_text(key: SortKey) -> str:
    """Return a sort key as text of a fixed length: equal for equal keys, smaller for smaller ones.

    Its parts stand apart, so that whoever compares two keys can tell which one decides.
    """
    return "_".join(_moment(part) if isinstance(part, datetime) else _number(part) for part in key)


def name_text(name: str, team_id: str) -> str:
    """Return a team's name and id as text that sorts as boards list equal teams; no separator sorts above a digit."""
    return f"{_hex(name.casefold())},{_hex(name)},{team_id}"


def _number(value: int) -> str:
    return f"{min(max(value + _SHIFT, 0), _LARGEST):014x}"


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _hex(text: str) -> str:
    # UTF-8 keeps the order of code points, which UTF-16, as browsers compare text, does not.
    return text.encode(errors="surrogatepass").hex()
