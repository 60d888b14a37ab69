"""The content of an archive, looked at as a whole before anything of it is believed."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from app.domain.text import names
from app.errors import Malformed
from app.models.columns import is_id
from app.services.archives import carried, container, values
from app.services.archives.columns import Codec, bad, read_row
from app.services.archives.container import Limits, Row
from app.services.people import people
from app.services.weeks import week_fields

MOST_ADDRESSES = 50
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
        if flaw := values.flaw(table, name, value):
            raise bad(table, name, flaw)
    match table:
        case "week":
            _check_week(row)
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
    if table in ("person", *carried.WITH_IDS) and not is_id(row["id"]):
        raise bad(table, "id", "isn’t an id")
    if key is not None:
        if key in checked.ids[table]:
            raise bad(table, "id", "is there twice")
        checked.ids[table].add(key)
    if len(checked.activity_ids) < len(checked.ids["activity"]):
        raise bad(table, "id", "is there twice")


def _check_week(row: Row) -> None:
    """Raise Malformed for a state that no week comes into, whatever is done to it."""
    state, is_frozen = row["state"], row["frozen_at"] is not None
    if (row["closed_at"] is None) != (state != "closed"):
        raise bad("week", "closed_at", "doesn’t fit its state")
    if is_frozen and state == "draft":
        raise bad("week", "frozen_at", "doesn’t fit its state")
    if row["archived_at"] is not None and (state != "closed" or is_frozen):
        raise bad("week", "archived_at", "doesn’t fit its state")
    if not (0 <= row["score_changes"] <= row["version"] and 0 <= (row["frozen_version"] or 0) <= row["version"]):
        raise bad("week", "version", "doesn’t fit its other columns")


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


def references_of(table: str) -> Collection[tuple[str, str]]:
    """The columns of a table that refer to another one, with its name."""
    return _REFERENCES[table].items()
