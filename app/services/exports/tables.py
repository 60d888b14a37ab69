"""Tables of a week as they leave: written page by page, as CSV or as one JSON document."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, Literal, NamedTuple

from app.models import Week
from app.services.exports import csv_text
from app.services.exports.csv_text import moment

Format = Literal["csv", "json"]


class Table(NamedTuple):
    """Rows in pages, so that no more than a page is held at once; `name` is their key in JSON.

    A column `counts.issue` is the value of `issue` in the row's `counts`; `more` stands before the rows in JSON.
    """

    name: str
    columns: Sequence[str]
    pages: Iterable[Sequence[Mapping[str, Any]]]
    more: Mapping[str, Any] = {}


def write(table: Table, week: Week, form: Format, out: IO[str]) -> int:
    """Write a table of a week; returns how many rows it has."""
    return _write_csv(table, out) if form == "csv" else _write_json(table, week, out)


def _write_csv(table: Table, out: IO[str]) -> int:
    csv_text.write(out, [table.columns])
    count = 0
    for items in table.pages:
        csv_text.write(out, ([_value(item, name) for name in table.columns] for item in items), marked=False)
        count += len(items)
    return count


def _value(item: Mapping[str, Any], column: str) -> object:
    group, dot, name = column.partition(".")
    value = item[group][name] if dot else item[column]
    return "; ".join(value) if isinstance(value, (list, tuple)) else value


def _write_json(table: Table, week: Week, out: IO[str]) -> int:
    head = {"week": week.slug, "name": week.name, "timezone": week.timezone, "state": week.state}
    head |= {"starts": week.starts.isoformat(), "ends": week.ends.isoformat(), **table.more}
    text = json.dumps(head, ensure_ascii=False, default=moment)
    out.write(f'{text[:-1]}, "{table.name}": [')
    count = 0
    for items in table.pages:
        for item in items:
            out.write(("," if count else "") + "\n" + json.dumps(item, ensure_ascii=False, default=moment))
            count += 1
    out.write("\n]}\n")
    return count
