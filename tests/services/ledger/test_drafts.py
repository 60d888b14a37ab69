"""Reading what somebody wants recorded: hostile input gives sentences, never exceptions."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.draft import Draft, Flaw, Key
from app.services.ledger.drafts import DraftIn, read_json, read_row
from tests.builders import ADA, a_draft, an_activity


def test_read_json_of_an_object_is_a_draft() -> None:
    reading = read_json(json.dumps(an_activity(external_id="i-1")))

    assert reading.draft == Draft(
        kind="issue",
        person=ADA,
        occurred_at=datetime(2022, 9, 14, 16, tzinfo=UTC),
        source="github",
        external_id="i-1",
        subject=None,
        response_seconds=None,
        url=None,
        note=None,
    )
    assert (reading.key, reading.flaws) == (Key("github", "issue", "i-1"), ())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2022-09-14T06:00:00-07:00", datetime(2022, 9, 14, 13, tzinfo=UTC)),
        ("2022-09-14t06:00z", datetime(2022, 9, 14, 6, tzinfo=UTC)),
        ("2022-09-14 06:00:00.5+0530", datetime(2022, 9, 14, 0, 30, 0, 500_000, tzinfo=UTC)),
        ("2022-09-14T06:00:00,1234569Z", datetime(2022, 9, 14, 6, 0, 0, 123_456, tzinfo=UTC)),
        ("2022-09-14T06:00:00.9999999Z", datetime(2022, 9, 14, 6, 0, 0, 999_999, tzinfo=UTC)),
    ],
)
def test_read_json_reads_times_to_the_microsecond_in_utc(text: str, moment: datetime) -> None:
    draft = a_draft(occurred_at=text)

    assert draft.occurred_at == moment
    assert draft.occurred_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "2022-09-14T06:00:00",
        "2022-09-14",
        "10000-01-01T00:00:00Z",
        "2022-02-30T06:00:00Z",
        "2022-09-14T24:00:00Z",
        "2022-09-14T23:59:60Z",
        "2022-09-14T06:00:00+24:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "٢٠٢٢-09-14T06:00:00Z",
        "now",
        "",
        1663160400,
        None,
        True,
        ["2022-09-14T06:00:00Z"],
    ],
)
def test_read_json_of_a_time_that_is_none_is_a_flaw(text: object) -> None:
    reading = read_json(json.dumps({**an_activity(), "occurred_at": text}))

    assert reading.draft is None
    assert [flaw.field for flaw in reading.flaws] == ["occurred_at"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "Issue"),
        ("kind", "x" * 33),
        ("kind", "issue\n"),
        ("kind", ""),
        ("person", "ada"),
        ("person", "ada@"),
        ("person", "a b@example.com"),
        ("person", "ada@example.com\0"),
        ("person", 7),
        ("source", ""),
        ("source", "x" * 201),
        ("source", "a\0b"),
        ("source", "a\nb"),
        ("external_id", "a\u0085b"),
        ("external_id", 7),
        ("subject", "x" * 201),
        ("subject", "\x7f"),
        ("response_seconds", -1),
        ("response_seconds", 10_000_001),
        ("response_seconds", 1.5),
        ("response_seconds", "60"),
        ("response_seconds", True),
        ("url", "javascript:alert(1)"),
        ("url", "https://"),
        ("url", "https://example.com/a b"),
        ("url", "https://example.com/" + "x" * 2_000),
        ("note", "x" * 2_001),
        ("note", "a\0b"),
    ],
)
def test_read_json_of_a_value_that_does_not_fit_is_a_flaw_of_its_field(field: str, value: object) -> None:
    reading = read_json(json.dumps(an_activity(**{field: value})))

    assert reading.draft is None
    assert [flaw.field for flaw in reading.flaws] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("source", "x" * 200),
        ("external_id", " "),
        ("external_id", "😀" * 200),
        ("subject", "=1+1"),
        ("response_seconds", 0),
        ("response_seconds", 10_000_000),
        ("url", "HTTPS://example.com/é?q=1#x"),
        ("note", "two\nlines\tand a tab"),
    ],
)
def test_read_json_keeps_a_value_at_its_limit_as_it_is(field: str, value: object) -> None:
    draft = a_draft(**{field: value})

    assert getattr(draft, field) == value


@pytest.mark.parametrize("field", ["subject", "url", "note"])
def test_read_json_of_an_empty_optional_text_means_none(field: str) -> None:
    draft = a_draft(**{field: ""})

    assert getattr(draft, field) is None


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"{",
    "a list": b"[]",
    "null": b"null",
    "a text": b'"x"',
    "bad UTF-8": b'{"kind": "\xff"}',
    "deep nesting": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "a huge number": b'{"response_seconds": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"response_seconds": NaN}',
    "infinity": b'{"response_seconds": Infinity}',
    "a lone surrogate": b'{"kind": "issue", "source": "\\ud800", "external_id": "1"}',
    "NUL": b'{"kind": "issue", "source": "a\\u0000", "external_id": "1"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_read_json_of_a_hostile_body_gives_flaws_and_no_key(body: bytes) -> None:
    reading = read_json(body)

    assert (reading.key, reading.draft) == (None, None)
    assert all(flaw.message for flaw in reading.flaws)
    assert len(reading.flaws) > 0


@pytest.mark.parametrize("kind", ["a\0b", "\x1f", "x" * 201, ""])
def test_read_json_of_a_kind_that_no_ledger_can_hold_makes_no_key(kind: str) -> None:
    reading = read_json(json.dumps(an_activity(kind=kind)))

    assert reading.key is None


def test_read_json_tells_every_flaw_at_once() -> None:
    reading = read_json('{"kind": "Issue", "person": "ada", "colour": "blue", "source": "github"}')

    assert reading.flaws == (
        Flaw("kind", "“kind” is “Issue”: did you mean “issue”?"),
        Flaw("person", "“person”: “ada” isn’t an email. Write one such as ada@example.com."),
        Flaw("occurred_at", "“occurred_at” is missing; add it."),
        Flaw("external_id", "“external_id” is missing; add it."),
        Flaw("colour", "“colour” isn’t a field. Remove it or check its spelling."),
    )


def row(**changes: str) -> dict[str, str]:
    return {name: str(value) for name, value in an_activity(**changes).items()}


def test_read_row_reads_like_an_object() -> None:
    reading = read_row({**row(external_id="i-1"), "subject": "", "response_seconds": "60", "url": "", "note": ""})

    assert reading.draft == a_draft(external_id="i-1", response_seconds=60)


@pytest.mark.parametrize("seconds", ["1.0", "-1", "٦٠", "1e3", "9" * 5_000])
def test_read_row_with_strange_seconds_has_a_flaw(seconds: str) -> None:
    reading = read_row({**row(), "response_seconds": seconds})

    assert [flaw.field for flaw in reading.flaws] == ["response_seconds"]


@pytest.mark.parametrize("text", ["\ud800", "a\0"])
def test_read_row_with_undecodable_text_has_flaws_and_no_key(text: str) -> None:
    reading = read_row({**row(), "source": text})

    assert (reading.key, [flaw.field for flaw in reading.flaws]) == (None, ["source"])


def test_read_row_keeps_its_key_when_other_cells_are_bad() -> None:
    reading = read_row({**row(external_id="i-1"), "occurred_at": "yesterday"})

    assert (reading.key, reading.draft) == (Key("github", "issue", "i-1"), None)


def test_read_json_of_odd_values_never_raises() -> None:
    values: list[Any] = [None, True, 0, -1.5, 1e308, "", "\0", [], {}, [[]], {"a": 1}, "x" * 10_000]

    readings = [
        read_json(json.dumps({**an_activity(), field: value})) for field in DraftIn.model_fields for value in values
    ]

    assert [reading for reading in readings if (reading.draft is None) != bool(reading.flaws)] == []
