"""Hostile bodies: what is done for them is bounded before it is done, and so is what is told of them."""

import json
import time

import pytest

from app.domain.draft import Flaw, Key
from app.errors import Malformed
from app.services.ledger.drafts import DraftIn, read_json
from app.services.validation import LONGEST_NAME, MAX_BYTES, MAX_FLAWS, MAX_VALUES, Flaws, parse, read_object
from app.web.api.intake import IdentityIn
from app.web.api.shift_bodies import PatternIn
from tests.builders import ADA, an_activity

TOO_LONG = "This is longer than 65,536 bytes; shorten it."
WHOLE = "“minutes” must be a whole number, without quotes."
SHORT_OR_DROP = "“rest” must be `short` or `drop`."
TOO_MANY = "This has more than 64 values; remove what isn’t a field."


def unknown(number: int) -> dict[str, int]:
    """So many fields that no activity has."""
    return {f"field{each}": 0 for each in range(number)}


def test_parse_of_many_unknown_fields_tells_twenty_and_counts_the_rest() -> None:
    with pytest.raises(Malformed) as refusal:
        parse(DraftIn, json.dumps(unknown(50)))

    errors = refusal.value.extra["errors"]
    assert (len(errors), refusal.value.extra["more"]) == (MAX_FLAWS, 35)
    assert [error["field"] for error in errors[:6]] == [
        "kind", "person", "occurred_at", "source", "external_id", "field0",
    ]  # fmt: skip
    assert refusal.value.detail.endswith("Remove it or check its spelling. And 35 more mistakes.")


def test_parse_of_a_few_flaws_leaves_none_out() -> None:
    with pytest.raises(Malformed) as refusal:
        parse(DraftIn, json.dumps(an_activity(colour="blue")))

    message = "“colour” isn’t a field. Remove it or check its spelling."
    assert (refusal.value.detail, refusal.value.extra) == (
        message, {"errors": [{"field": "colour", "message": message}]},
    )  # fmt: skip


def test_read_json_keeps_the_key_of_a_body_with_unknown_fields() -> None:
    reading = read_json(json.dumps({**unknown(MAX_VALUES - 6), **an_activity(external_id="i-1")}))

    assert (reading.key, len(reading.flaws), reading.more) == (Key("github", "issue", "i-1"), MAX_FLAWS, 38)


def test_read_json_cuts_the_name_of_a_field_that_nobody_knows() -> None:
    reading = read_json(json.dumps(an_activity(**{"x" * 50_000: 1})))

    name = "x" * LONGEST_NAME + "…"
    assert reading.flaws == (Flaw(name, f"“{name}” isn’t a field. Remove it or check its spelling."),)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(b"[" * (MAX_BYTES + 1), TOO_LONG, id="too long"),
        pytest.param(b'"' + b"x" * MAX_BYTES, TOO_LONG, id="too long a text"),
        pytest.param(json.dumps(unknown(MAX_VALUES)).encode(), None, id="just as many fields as may be"),
        pytest.param(json.dumps(unknown(MAX_VALUES + 1)).encode(), TOO_MANY, id="too many fields"),
        pytest.param(b'{"a": [' + b"0," * MAX_VALUES + b"0]}", TOO_MANY, id="too long a list"),
        pytest.param(b'{"a":' * (MAX_VALUES + 1), TOO_MANY, id="too deep"),
        pytest.param(json.dumps({"a": ",[{" * 10_000}).encode(), None, id="signs inside a text"),
        pytest.param(json.dumps({"a": '\\",[{' * 5_000}).encode(), None, id="signs after quotes inside a text"),
        pytest.param(b'{"a": "' + b'\\"' * 100 + b'", "b": [' + b"0," * MAX_VALUES, TOO_MANY, id="escaped quotes"),
    ],
)
def test_read_object_looks_at_size_and_values_first(body: bytes, message: str | None) -> None:
    fields = read_object(body)

    assert (fields.told[0].message if isinstance(fields, Flaws) else None) == message


def test_read_object_keeps_the_last_of_a_field_that_is_there_twice() -> None:
    assert read_object('{"a": 1, "a": 2}') == {"a": 2}


def test_read_json_takes_the_longest_activity_there_is() -> None:
    smile = "😀"  # twelve bytes as an escape
    fields = an_activity(
        kind="x" * 32, person=smile * 250 + "@a.b", source=smile * 200, external_id=smile * 200, subject=smile * 200,
        url="http://" + smile * 1_993, note=smile * 2_000, response_seconds=10_000_000,
    )  # fmt: skip

    assert read_json(json.dumps(fields)).flaws == ()


HOSTILE = {
    "unknown fields": "{" + ",".join(f'"{number}":0' for number in range(6_800)) + "}",
    "a field again and again": "{" + '"a":0,' * 9_000 + '"a":0}',
    "lists in a field": '{"kind":[' + "[]," * 20_000 + "[]]}",
    "numbers in a field": '{"kind":[' + "1," * 30_000 + "1]}",
    "a long number": '{"response_seconds":' + "9" * 60_000 + "}",
    "quotes that nobody closes": '{"a":"' + '\\"' * 30_000,
    "quotes": '"' * 60_000,
    "backslashes": '"' + "\\" * 60_000 + "," * 100,
    "commas": "," * 60_000,
    "brackets": "[" * 60_000,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_read_json_of_a_hostile_body_takes_no_time(body: str) -> None:
    began = time.thread_time()

    reading = read_json(body.encode())

    assert time.thread_time() - began < 0.05
    assert (reading.key, reading.draft, len(reading.flaws) <= MAX_FLAWS) == (None, None, True)


def test_read_json_keeps_signs_in_a_note_as_they_are() -> None:
    note = 'a, b, c [d] {e} "f" \\ ' * 80

    draft = read_json(json.dumps(an_activity(person=ADA, note=note))).draft

    assert draft is not None
    assert draft.note == note


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"external_id": ""}, "“external_id” must have at least 1 character."),
        ({"external_id": "x" * 201}, "“external_id” must have at most 200 characters."),
        ({"replace": "yes"}, "“replace” must be true or false."),
    ],
)
def test_parse_tells_bounds_and_switches_in_our_words(fields: dict[str, str], message: str) -> None:
    identity = {"source": "github", "external_id": "@ada", "email": ADA, **fields}

    with pytest.raises(Malformed) as refusal:
        parse(IdentityIn, json.dumps(identity))

    assert refusal.value.detail == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('{"days": [], "from": "06:00", "until": "08:00", "minutes": 60}', "“days” must have at least 1 entry."),
        ('{"days": ["wed"], "from": "06:00", "until": "08:00", "minutes": 1}', "“minutes” must be at least 15."),
        ('{"days": ["wed"], "from": "06:00", "until": "08:00", "minutes": 9999}', "“minutes” must be less than 1,441."),
        ('{"days": ["wed"], "from": "06:00", "until": "08:00", "minutes": "60"}', WHOLE),
        ('{"days": ["wed"], "from": "06:00", "until": "08:00", "minutes": 60, "rest": "x"}', SHORT_OR_DROP),
        (" ", "This is empty; send a JSON object."),
    ],
)
def test_parse_of_a_pattern_says_what_it_must_be(body: str, message: str) -> None:
    with pytest.raises(Malformed) as refusal:
        parse(PatternIn, body)

    assert refusal.value.detail == message
