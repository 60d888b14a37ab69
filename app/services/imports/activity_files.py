"""Files of activities: CSV or JSON, told apart by their name and their first character."""

from pathlib import PurePath
from zoneinfo import ZoneInfo

from app.domain.tables.decoding import UTF8_MARK
from app.domain.tables.reading import Choice
from app.services.imports import batch, json_lists, lists
from app.services.imports.batch import ActivityList

CSV_NAMES = (".csv", ".tsv", ".tab")
JSON_NAMES = (".ndjson", ".jsonl", ".json")


def read(raw: bytes, name: str, zone: ZoneInfo) -> ActivityList:
    """Read a file of this name; times without an offset in a table are of the zone's clocks.

    Raises Malformed for bytes that are no text, and ListRefused where nothing says which column is which.
    """
    return json_lists.read(raw) if _is_json(raw, name) else batch.read_csv(lists.text_of(raw), zone)


def read_text(text: str, zone: ZoneInfo, choice: Choice | None) -> ActivityList:
    """Read a list that was pasted or uploaded: JSON begins with a brace or bracket. Raises ListRefused."""
    if choice is None and text.lstrip()[:1] in ("{", "["):
        return json_lists.read(text.encode("utf-8", "surrogateescape"))
    return batch.read_csv(text, zone, choice)


def _is_json(raw: bytes, name: str) -> bool:
    """Detect JSON by the name's ending, else by the first byte that is no space: objects begin with a brace."""
    ending = PurePath(name).suffix.casefold()
    if ending in CSV_NAMES + JSON_NAMES:
        return ending in JSON_NAMES
    start = raw[:65_536].removeprefix(UTF8_MARK).replace(b"\x00", b"").lstrip(b"\xff\xfe \t\r\n")
    return start.startswith((b"{", b"["))
