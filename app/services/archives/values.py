"""Values of an archive, judged one by one: each is one that somebody here could have entered, too."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

from app.domain.calendar.clock_times import parse_clock_time
from app.domain.calendar.days import parse_zone
from app.domain.rules import parse_rules
from app.domain.shifts.model import SeatState
from app.domain.text import names
from app.errors import Malformed
from app.services.ledger.drafts import code_flaw, read_address, read_prose
from app.services.organizing import team_admin
from app.services.organizing.ledger_desk import MOST_A_DAY
from app.services.shifts.settings import MOST_LEAVE_H, MOST_SLOTS
from app.services.weeks import weeks

LONGEST_DOER: Final = 200
"""Characters of whoever did something: a person, a token, a command with its user, a source."""
_KIND = re.compile("[a-z][a-z0-9_]{0,31}")
_SPANS: Final = {
    "hand_logs_a_day": (0, MOST_A_DAY), "leave_until_h": (0, MOST_LEAVE_H), "early_per_team": (1, MOST_SLOTS),
    "first_round": (1, MOST_SLOTS),
}  # fmt: skip

Check = Callable[[Any], str | None]


def flaw(table: str, name: str, value: Any) -> str | None:
    """Find the flaw of a value, as the end of a sentence: what people and tools could not have entered here either."""
    if isinstance(value, int) and (span := _SPANS.get(name)) is not None:
        return None if span[0] <= value <= span[1] else f"isn’t from {span[0]:,} to {span[1]:,}"
    if not isinstance(value, str):
        return None
    check = _CHECKS.get((table, name)) or _CHECKS.get(("", name)) or _prose
    return check(value)


def _prose(value: str) -> str | None:
    try:
        read_prose(value)
    except ValueError as flaw:
        return str(flaw)
    return None


def _address(value: str) -> str | None:
    try:
        read_address(value)
    except ValueError as flaw:
        return str(flaw)
    return None


def _clock(value: str) -> str | None:
    return None if value == "24:00" or parse_clock_time(value) is not None else "isn’t a time such as 06:00"


def _zone(value: str) -> str | None:
    if parse_zone(value) is not None:
        return None
    return f"is “{value[:60]}”, a time zone that this version doesn’t know. Update Assembly Week, then import it"


def _rules(value: str) -> str | None:
    rules, _mistakes = parse_rules(value)
    return None if rules is not None else "has mistakes, which this version refuses"


def _json(value: str) -> str | None:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    return None if isinstance(found, dict) else "isn’t a JSON object"


def _emblem(value: str) -> str | None:
    try:
        return None if value and team_admin.check_emblem(value) == value else "isn’t an emblem"
    except Malformed:
        return "isn’t a letter or two, or an emoji"


def _kind(value: str) -> str | None:
    return None if _KIND.fullmatch(value) else "isn’t a kind"


def _doer(value: str) -> str | None:
    return names.flaw(value, LONGEST_DOER)


def _one_of(words: tuple[str, ...]) -> Check:
    return lambda value: None if value in words else "isn’t one of those there are"


def _nothing(_value: str) -> None:
    return None


_CHECKS: Mapping[tuple[str, str], Check] = {
    ("week", "name"): names.flaw, ("team", "name"): names.flaw, ("person", "name"): names.flaw,
    ("week", "timezone"): _zone, ("person", "timezone"): _zone, ("shift", "zone"): _zone,
    ("week", "frozen_board"): _json, ("week", "frozen_names"): _json, ("team", "name_key"): _nothing,
    ("team", "emblem"): _emblem,
    ("rule_set", "text"): _rules, ("activity", "kind"): _kind, ("activity", "source"): code_flaw,
    ("activity", "external_id"): code_flaw, ("activity", "subject"): code_flaw, ("", "url"): _address,
    ("", "link"): _address, ("", "local_from"): _clock, ("", "local_until"): _clock, ("", "early_before"): _clock,
    ("person", "function"): names.flaw, ("person", "office"): names.flaw,
    ("week_event", "action"): _one_of(get_args(weeks.Action)),
    ("seat_change", "before"): _one_of(get_args(SeatState)), ("seat_change", "after"): _one_of(get_args(SeatState)),
    **{("", name): _doer for name in ("by", "changed_by", "created_by", "offered_by", "recorded_by")},
}  # fmt: skip
