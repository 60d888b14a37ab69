"""What an entry of the audit changed, value by value, for people to read."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from app.models import AuditEntry


class Change(NamedTuple):
    """One value before and after; None where there was none, or it is not told."""

    name: str
    was: str | None
    now: str | None


def of(entry: AuditEntry) -> list[Change]:
    """Every value that an entry tells of, in the order it was written; what stayed the same is told once."""
    before, after = _facts(entry.before), _facts(entry.after)
    names = list(dict.fromkeys([*before, *after]))
    found = (Change(name.replace("_", " "), _told(before, name), _told(after, name)) for name in names)
    return [each if each.was != each.now else Change(each.name, None, each.now) for each in found]


def _facts(text: str | None) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _told(facts: Mapping[str, Any], name: str) -> str | None:
    return _in_words(facts[name]) if name in facts else None


def _in_words(value: Any) -> str:
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(_in_words(each) for each in value) or "nothing"
        case {"line": line, "message": message}:
            return f"line {line}: {message}"
        case dict():
            return ", ".join(f"{name} {_in_words(each)}" for name, each in value.items()) or "nothing"
        case _:
            return str(value)
