"""The changes of an audit entry, value by value, for people to read."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from app.models import AuditEntry
from app.web.http.render import stamp

_NOT_FOR_PEOPLE = {"sha256", "sign_in"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


class Change(NamedTuple):
    """One value before and after; None where there was none, or it is not told."""

    name: str
    was: str | None
    now: str | None


def of(entry: AuditEntry, zone: tzinfo) -> list[Change]:
    """Every value that an entry tells of, in the order it was written; what stayed the same is told once."""
    before, after = _facts(entry.before), _facts(entry.after)
    names = [name for name in dict.fromkeys([*before, *after]) if name not in _NOT_FOR_PEOPLE]
    found = (Change(name.replace("_", " "), _told(before, name, zone), _told(after, name, zone)) for name in names)
    return [change if change.was != change.now else Change(change.name, None, change.now) for change in found]


def _facts(text: str | None) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _told(details: Mapping[str, Any], name: str, zone: tzinfo) -> str | None:
    if name not in details:
        return None
    told = _in_words(details[name])
    return stamp(datetime.fromisoformat(told), zone) if _MOMENT.fullmatch(told) else told


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
