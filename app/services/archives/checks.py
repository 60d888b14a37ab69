"""The content of an archive, looked at as a whole before anything of it is believed."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from app.domain.calendar.clock_times import parse_clock_time
from app.domain.calendar.days import parse_zone
from app.domain.rules import parse_rules
from app.domain.text import names
from app.errors import Malformed
from app.models.columns import is_id
from app.services.archives import carried, container
from app.services.archives.columns import Codec, bad, read_row
from app.services.archives.container import Limits, Row
from app.services.ledger.drafts import code_flaw, read_address, read_prose
from app.services.organizing import team_admin
from app.services.people import people
from app.services.weeks import week_fields

MOST_ADDRESSES = 50
_KIND = re.compile("[a-z][a-z0-9_]{0,31}")
_ORDER = ("week", "rule_set", "person", *(table.name for table in carried.TABLES))
_CODECS: dict[str, dict[str, Codec]] = {
    "week": carried.WEEK, "rule_set": carried.RULE_SET, "person": carried.PERSON,
    **{table.name: table.codecs for table in carried.TABLES},
}  # fmt: skip
_REFERENCES = {
    table: {codec.name: codec.target for codec in codecs.values() if codec.target} for table, codecs in _CODECS.items()
}


@dataclass(slots=True)
class Checked:
    """A sound archive: what it says of itself, its week and people, and the ids of what else it brings."""

    header: Row
    week: Row = field(default_factory=dict)
    people: dict[str, Row] = field(default_factory=dict)
    rules: dict[int, Row] = field(default_factory=dict)
    ids: defaultdict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    activity_ids: set[str] = field(default_factory=set)
    unmerged_teams: set[str] = field(default_factory=set)
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def rules_text(self) -> str:
        """The rules that scored the week when it was exported."""
        return str(self.rules[self.header["rules"]]["text"])


def check(file: IO[bytes], limits: Limits, progress: Callable[[int], None] = lambda _: None) -> Checked:
    """Read a whole archive, without a database. Raises Malformed with what is wrong with it."""
    read = container.lines(file, limits)
    checked = Checked(next(read, {}))
    for table, row in rows(read):
        checked.counts[table] += 1
        _take(checked, table, row)
        progress(1)
    _check_header(checked)
    return checked


def rows(read: Iterator[Row]) -> Iterator[tuple[str, Row]]:
    """The rows of an archive behind its header, each with its table, in the order in which they can be made."""
    place = 0
    for line in read:
        table = next(iter(line), "")
        if len(line) != 1 or table not in _CODECS:
            raise Malformed(
                f"This archive has “{table[:40]}”, which this version of Assembly Week doesn’t know. Update Assembly "
                "Week, then import it."
            )
        if _ORDER.index(table) < place:
            raise Malformed(f"This archive has a {table} in the wrong place. Export the week again.")
        place = _ORDER.index(table)
        content = line[table]
        if table == "person" and isinstance(content, dict):
            emails = content.pop("emails", [])
            yield table, {**read_row(table, _CODECS[table], content), "emails": _emails(emails)}
        else:
            yield table, read_row(table, _CODECS[table], content)


def _take(checked: Checked, table: str, row: Row) -> None:
    for name, target in _REFERENCES[table].items():
        if table != "week" and row[name] is not None and row[name] not in checked.ids[target]:
            raise bad(table, name, f"leads to a {target} that isn’t in it")
    for name, value in row.items():
        if flaw := _flaw(table, name, value):
            raise bad(table, name, flaw)
    match table:
        case "week":
            checked.week = row
            return
        case "person":
            _check_person(row, checked)
            checked.people[row["id"]] = row
        case "rule_set":
            checked.rules[row["id"]] = row
        case "team":
            _check_team(row, checked)
        case "activity":
            checked.activity_ids.add(row["id"])
    key = row.get("seq", row.get("id"))
    if table in carried.WITH_IDS and not is_id(row["id"]):
        raise bad(table, "id", "isn’t an id")
    if key is not None:
        if key in checked.ids[table]:
            raise bad(table, "id", "is there twice")
        checked.ids[table].add(key)
    if len(checked.activity_ids) < len(checked.ids["activity"]):
        raise bad(table, "id", "is there twice")


def _check_person(row: Row, checked: Checked) -> None:
    if row["merged_into"] is None:
        return
    if row["emails"] or row["removed_at"] is None or checked.people[row["merged_into"]]["merged_into"] is not None:
        raise bad("person", "merged_into", "doesn’t fit its other columns")


def _check_team(row: Row, checked: Checked) -> None:
    if row["merged_into"] is None:
        checked.unmerged_teams.add(row["id"])
    elif row["removed_version"] is None or row["merged_into"] not in checked.unmerged_teams:
        raise bad("team", "merged_into", "doesn’t fit its other columns")
    if row["removed_version"] is None and row["name_key"] != names.fold(row["name"]):
        raise bad("team", "name_key", "doesn’t belong to its name")


def _emails(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_ADDRESSES:
        raise bad("person", "emails", "isn’t a list of addresses")
    for email in value:
        if not isinstance(email, str) or email != names.fold_email(email) or people.email_flaw(email):
            raise bad("person", "emails", f"holds “{str(email)[:60]}”, which isn’t an email")
    return value


def _check_header(checked: Checked) -> None:
    header = checked.header
    if header.get("counts") != dict(checked.counts) and header.get("counts") != {
        table: checked.counts[table] for table in _ORDER
    }:
        raise Malformed("This archive doesn’t hold what it says it holds. Export the week again.")
    if checked.counts["week"] != 1:
        raise Malformed("This archive doesn’t hold one week. Export the week again.")
    week = checked.week
    week_fields.check_slug(week["slug"])
    week_fields.check_days(week["starts"], week["ends"])
    used = header.get("rules")
    scored_by = {used} if not isinstance(used, (dict, list)) else {None}
    scored_by |= {week[name] for name in ("rule_set_id", "frozen_rule_set_id")} - {None}
    if not scored_by <= checked.rules.keys() or (week["rule_set_id"] is None) != (week["state"] != "closed"):
        raise Malformed("This archive lacks the rules of its week. Export the week again.")
    frozen = {
        week[name] is None
        for name in ("frozen_at", "frozen_version", "frozen_rule_set_id", "frozen_board", "frozen_names")
    }
    if len(frozen) > 1:
        raise bad("week", "frozen_at", "doesn’t fit its other columns of the freeze")
    if not isinstance(header.get("board"), dict):
        raise Malformed("This archive lacks the board of its week. Export the week again.")


Check = Callable[[Any], str | None]


def _flaw(table: str, name: str, value: Any) -> str | None:
    """The flaw of a text, as the end of a sentence: what people and tools could not have written here either."""
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
}  # fmt: skip


def references_of(table: str) -> Collection[tuple[str, str]]:
    """The columns of a table that refer to another one, with its name."""
    return _REFERENCES[table].items()
