"""Drafts of activities: parsed and validated field by field before they come near the ledger."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from app.domain.draft import MOST_SECONDS, Draft, Flaw, Key, Reading
from app.domain.rules.model import BUILT_IN_KINDS
from app.domain.rules.wording import closest
from app.domain.text import emails
from app.services.validation import MAX_FLAWS, Fields, Flaws, read_object, validate

LONGEST_CODE = 200  # characters, as docs/api.md promises to sources
LONGEST_EMAIL = 254
LONGEST_TEXT = 2_000  # characters of a note or address: what browsers and tools take of an address
# `fromisoformat` alone would also take a day without time, a moment without offset, week dates (2022-W37-3), forms
# without hyphens, any letter in the place of T and offsets with seconds, and refuse the t and z that RFC 3339 allows.
# Digits beyond microseconds are cut. tests/services/ledger/test_drafts.py has them all.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,30})?)?([Zz]|[+-]\d\d:?\d\d)", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,31}")
_BETWEEN_WORDS = re.compile(r"[\W_]+", re.ASCII)
_IN_SPREADSHEETS = (
    "must be a date and time such as 2022-09-14 06:00 or 2022-09-14T06:00:00-07:00; "
    "in a spreadsheet, format the column as yyyy-mm-dd hh:mm"
)
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ]+(\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,30})?)?)", re.ASCII)


def read_moment(value: object) -> datetime:
    """A moment with its offset, in UTC. Raises ValueError with the end of a sentence."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("must be a date and time with its offset, such as 2022-09-14T06:00:00-07:00")
    try:
        return datetime.fromisoformat(value.upper().replace(",", ".")).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("names a day or time that doesn’t exist") from None


def has_offset(text: str) -> bool:
    """Tell whether a text is a day and time with its offset, or none at all."""
    return not text.strip() or _MOMENT.fullmatch(text.strip()) is not None


def read_local(text: str, zone: ZoneInfo) -> datetime:
    """A day and time without an offset, as spreadsheets have them, at a zone's clocks.

    Raises ValueError with the end of a sentence, also where the clocks skip that time or show it twice.
    """
    match = _LOCAL.fullmatch(text.strip())
    if match is None:
        raise ValueError(_IN_SPREADSHEETS)
    try:
        clock = datetime.fromisoformat(f"{match[1]}T{match[2].zfill(5).replace(',', '.')}").replace(tzinfo=zone)
    except ValueError:
        raise ValueError("names a day or time that doesn’t exist") from None
    at = clock.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != clock.replace(tzinfo=None):
        raise ValueError(f"is a time that the clocks skip in {zone.key}")
    if clock.replace(fold=1).utcoffset() != clock.utcoffset():
        raise ValueError(f"is a time that the clocks in {zone.key} show twice; add its offset, such as -07:00")
    return at


def _plain(value: str) -> str:
    if found := _CONTROL.search(value):
        raise ValueError(f"must not contain the control character U+{ord(found[0]):04X}")
    return value


def read_prose(value: str) -> str:
    """A text that may have several lines. Raises ValueError with the end of a sentence."""
    _plain(value.replace("\n", "").replace("\r", "").replace("\t", ""))
    return value


def read_email(value: str) -> str:
    """An e-mail, folded. Raises ValueError with the end of a sentence."""
    email = emails.written(_plain(value))
    if flaw := emails.flaw(email):
        raise PydanticCustomError("sentence", "{sentence}", {"sentence": flaw})
    return email


def _read_kind(value: str) -> str:
    if _KIND.fullmatch(value):
        return value
    plain = _BETWEEN_WORDS.sub("_", _plain(value[:LONGEST_CODE]).strip().casefold()).strip("_")
    meant = closest(plain, BUILT_IN_KINDS) or plain
    if not _KIND.fullmatch(meant):
        raise ValueError("is written in small letters, digits and _, such as feature_request")
    raise ValueError(f"is “{value[:40]}”: did you mean “{meant}”?")


def _read_seconds(value: Any) -> Any:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and 0 <= value <= MOST_SECONDS:
        return value
    flaw = f"must lie between 0 and {MOST_SECONDS:,} seconds" if is_whole else "must be whole seconds, such as 1260"
    raise ValueError(flaw)


def read_address(value: str) -> str:
    """A web address. Raises ValueError with the end of a sentence."""
    if not re.match(r"https?://[^\s/]", _plain(value), re.IGNORECASE) or " " in value:
        raise ValueError("must be a web address that begins with http:// or https://")
    return value


def code_flaw(value: str) -> str | None:
    """Find the flaw of a source, external id or subject, as the end of a sentence; None for a good one."""
    if not 1 <= len(value) <= LONGEST_CODE:
        return f"must have 1 to {LONGEST_CODE} characters"
    if found := _CONTROL.search(value):
        return f"must not contain the control character U+{ord(found[0]):04X}"
    return None


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


# What the validators below demand, for those who read the description only.
_PLAIN = {"pattern": r"^[^\u0000-\u001f\u007f-\u009f]+$"}
_LIKE_EMAIL = {"pattern": r"^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$"}
_LIKE_ADDRESS = {"pattern": r"^([Hh][Tt][Tt][Pp][Ss]?://[^\s/][^ ]*)?$"}

Code = Annotated[str, Field(min_length=1, max_length=LONGEST_CODE, json_schema_extra=_PLAIN), AfterValidator(_plain)]
Address = Annotated[str, Field(max_length=LONGEST_TEXT, json_schema_extra=_LIKE_ADDRESS), AfterValidator(read_address)]
Optionally = BeforeValidator(_none_if_empty)
Email = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_EMAIL, examples=["ada@example.com"], json_schema_extra=_LIKE_EMAIL),
    AfterValidator(read_email),
]
Instant = Annotated[datetime, BeforeValidator(read_moment)]


class DraftIn(BaseModel):
    """An activity as a tool, a script or a person reports it."""

    model_config = ConfigDict(extra="forbid", strict=True, title="Draft")

    kind: Annotated[
        str,
        Field(examples=["response"], json_schema_extra={"pattern": r"^[a-z][a-z0-9_]{0,31}$"}),
        AfterValidator(_read_kind),
    ]
    person: Email
    occurred_at: Annotated[Instant, Field(examples=["2022-09-14T06:04:10-07:00"])]
    source: Annotated[Code, Field(examples=["zendesk"])]
    external_id: Annotated[Code, Field(examples=["comment-90210"])]
    subject: Annotated[Code | None, Optionally, Field(examples=["ticket-4711"])] = None
    response_seconds: (
        Annotated[int, BeforeValidator(_read_seconds), Field(ge=0, le=MOST_SECONDS, examples=[1260])] | None
    ) = None
    url: Annotated[Address | None, Optionally] = None
    note: Annotated[Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(read_prose)] | None, Optionally] = (
        None
    )


class _KeyOnly(BaseModel):
    model_config = ConfigDict(strict=True)

    source: Code
    kind: Code
    external_id: Code


def read_fields(fields: Mapping[str, Any]) -> Reading:
    """Read one activity from its fields as JSON would have them."""
    return _read(dict(fields), MAX_FLAWS)


def read_json(text: bytes | str, most: int = MAX_FLAWS) -> Reading:
    """Read one JSON object, telling at most `most` flaws; hostile bytes give flaws, never an exception."""
    fields = read_object(text)
    return Reading(None, None, *_parts(fields)) if isinstance(fields, Flaws) else _read(fields, most)


def read_row(row: Mapping[str, str], most: int = MAX_FLAWS, zone: ZoneInfo | None = None) -> Reading:
    """Read one CSV row, where every value is text and an empty cell means absent.

    With a zone, a time without an offset is one of its clocks.
    """
    fields: Fields = {name: value for name, value in row.items() if value and not value.isspace()}
    seconds = fields.get("response_seconds", "").strip()
    if re.fullmatch(r"\d{1,10}", seconds, re.ASCII):
        fields["response_seconds"] = int(seconds)
    if zone is not None and not has_offset(fields.get("occurred_at", "")):
        return _read_local(fields, zone, most)
    if "occurred_at" in fields:
        fields["occurred_at"] = fields["occurred_at"].strip()
    return _read(fields, most)


def _read_local(fields: Fields, zone: ZoneInfo, most: int) -> Reading:
    try:
        at = read_local(fields["occurred_at"], zone)
    except ValueError as error:
        read = _read({**fields, "occurred_at": "1970-01-01T00:00Z"}, most)
        return Reading(read.key, None, (Flaw("occurred_at", f"“occurred_at” {error}."), *read.flaws)[:most], read.more)
    return _read({**fields, "occurred_at": at.isoformat()}, most)


def _read(fields: Fields, most: int) -> Reading:
    valid = validate(DraftIn, fields, most)
    if isinstance(valid, Flaws):
        return Reading(_key(fields), None, *_parts(valid))
    return Reading.of(Draft(**valid.__dict__))  # model_dump() copies at several times the cost


def _parts(flaws: Flaws) -> tuple[tuple[Flaw, ...], int]:
    return flaws.told, flaws.more


def _key(fields: Fields) -> Key | None:
    try:
        found = _KeyOnly.model_validate({name: fields.get(name) for name in Key._fields})
    except ValidationError:
        return None
    return Key(found.source, found.kind, found.external_id)
