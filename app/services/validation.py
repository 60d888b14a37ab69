"""Values out of hostile input: its size and its fields are bounded before anything is validated, its flaws after."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, from_json

from app.domain.draft import Flaw
from app.errors import Malformed

MAX_BYTES = 65_536
"""Of one JSON object. The longest activity there is takes 58,000, every character of it written as an escape."""

MAX_VALUES = 64
"""In one JSON object, those inside lists and objects counted too; an activity has nine."""

MAX_FLAWS = 20
"""Told of one body. A million unknown fields would otherwise become a million sentences, and gigabytes."""

LONGEST_NAME = 60
"""Characters of a field's name that are said back; whoever sends a field chooses what it is called."""

# Possessive, and content without a closing quote: whatever the text is, each byte of it is looked at once.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)

UTF16 = "This seems to be UTF-16; send it as UTF-8."
_UTF8_MARK = b"\xef\xbb\xbf"

_PLAIN = {
    "missing": "is missing; add it.",
    "extra_forbidden": "isn’t a field. Remove it or check its spelling.",
    "string_type": 'must be text: write it in quotes, such as "90210".',
    "int_type": "must be a whole number, without quotes.",
    "bool_type": "must be true or false.",
    "bool_parsing": "must be true or false.",
    "string_unicode": "isn’t valid Unicode text; write it in UTF-8.",
    "model_type": "must be a JSON object.",
    "dict_type": "must be a JSON object.",
}
"""Ends of sentences about a field, by pydantic's name of its flaw."""

_BOUNDS = {
    "greater_than": ("be more than", "gt"),
    "greater_than_equal": ("be at least", "ge"),
    "less_than": ("be less than", "lt"),
    "less_than_equal": ("be at most", "le"),
    "too_long": ("have at most", "max_length"),
    "too_short": ("have at least", "min_length"),
}

Fields = dict[str, Any]
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Flaws:
    """The first flaws of a body, and how many more there are."""

    told: tuple[Flaw, ...]
    more: int = 0


def read_object(text: bytes | str) -> Fields | Flaws:
    """The fields of a JSON object within MAX_BYTES and MAX_VALUES. Hostile bytes give flaws, never an exception.

    Of a field that is there twice the last one counts.
    """
    raw = (text if isinstance(text, bytes) else text.encode(errors="surrogatepass")).removeprefix(_UTF8_MARK)
    if is_wide(raw):
        return _flaw(UTF16)
    if len(raw) > MAX_BYTES:
        return _flaw(f"This is longer than {MAX_BYTES:,} bytes; shorten it.")
    if _holds_more_values_than(raw, MAX_VALUES):
        return _flaw(f"This has more than {MAX_VALUES} values; remove what isn’t a field.")
    if not raw.strip():
        return _flaw("This is empty; send a JSON object.")
    try:
        document = from_json(raw)
    except ValueError as error:
        return _flaw(f"This isn’t valid JSON: {error}.")
    if isinstance(document, list):
        return _flaw("The body must be a JSON object, and this is a list. Send its objects one by one, or one a line.")
    return document if isinstance(document, dict) else _flaw("The body must be a JSON object.")


def is_wide(raw: bytes) -> bool:
    """Tell whether JSON seems to be in UTF-16, as some languages keep their texts."""
    return raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]


def _flaw(message: str) -> Flaws:
    return Flaws((Flaw("", message),))


def _holds_more_values_than(text: bytes, most: int) -> bool:
    """Tell whether a JSON text has more values than that: each but the first comes after one of three characters."""
    return _openings(text) > most and _openings(_STRING.sub(b"", text)) > most


def _openings(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def validate(model: type[ModelT], fields: Fields, most: int = MAX_FLAWS) -> ModelT | Flaws:
    """Fields as a model, or at most `most` of their flaws.

    Of fields the model does not know it is shown no more than it may name, for it names every one it sees.
    """
    unknown = [name for name in fields if name not in model.model_fields]
    unseen = frozenset(unknown[most:])
    seen = {name: value for name, value in fields.items() if name not in unseen} if unseen else fields
    try:
        return model.model_validate(seen)
    except ValidationError as error:
        return flaws_of(error.errors(include_url=False, include_input=False), most, len(unseen))


def parse(model: type[ModelT], text: bytes | str) -> ModelT:
    """A JSON object as a model. Raises Malformed with the first flaws, whatever the bytes are."""
    fields = read_object(text)
    found = fields if isinstance(fields, Flaws) else validate(model, fields)
    if isinstance(found, Flaws):
        raise as_problem(found)
    return found


def flaws_of(errors: Sequence[Mapping[str, Any] | ErrorDetails], most: int = MAX_FLAWS, more: int = 0) -> Flaws:
    """The first of pydantic's validation errors as flaws; `more` are known of besides."""
    return Flaws(tuple(map(flaw_of, errors[:most])), more + max(0, len(errors) - most))


def flaw_of(error: Mapping[str, Any] | ErrorDetails) -> Flaw:
    """Say a validation error of pydantic's in a sentence of ours."""
    field = ".".join(str(part) for part in error["loc"])
    if len(field) > LONGEST_NAME:
        field = f"{field[:LONGEST_NAME]}…"
    subject = f"“{field}”" if field else "The body"
    context, message = error.get("ctx", {}), error["msg"]
    match error["type"]:
        case kind if kind in _PLAIN:
            return Flaw(field, f"{subject} {_PLAIN[kind]}")
        case kind if kind in _BOUNDS:
            words, bound = _BOUNDS[kind]
            number = _number(context[bound]) if bound in ("ge", "gt", "le", "lt") else _entries(context[bound])
            return Flaw(field, f"{subject} must {words} {number}.")
        case "json_invalid":
            return Flaw(field, f"This isn’t valid JSON: {context.get('error', 'it can’t be read')}.")
        case "value_error":
            sentence = f"{subject} {context['error']}"
            return Flaw(field, sentence if sentence.endswith("?") else f"{sentence}.")
        case "sentence":
            return Flaw(field, f"{subject}: {message}")
        case "string_too_short":
            return Flaw(field, f"{subject} must have at least {_characters(context['min_length'])}.")
        case "string_too_long":
            return Flaw(field, f"{subject} must have at most {_characters(context['max_length'])}.")
        case "literal_error":
            return Flaw(field, f"{subject} must be {context['expected'].replace(chr(39), '`')}.")
        case "string_pattern_mismatch":
            return Flaw(field, f"{subject} must fit the pattern {context['pattern']}.")
        case _:
            return Flaw(field, f"{subject}: {message[0].lower()}{message[1:]}.")


def _number(value: float) -> str:
    return f"{int(value) if value == int(value) else value:,}"


def _characters(number: int) -> str:
    return f"{number:,} {'character' if number == 1 else 'characters'}"


def _entries(number: int) -> str:
    return f"{number:,} {'entry' if number == 1 else 'entries'}"


def as_problem(flaws: Flaws) -> Malformed:
    """The refusal that tells these flaws; `more` says how many it leaves out, where it leaves out any."""
    rest = [f"And {flaws.more:,} more {'mistake' if flaws.more == 1 else 'mistakes'}."] if flaws.more else []
    errors = [{"field": flaw.field, "message": flaw.message} for flaw in flaws.told]
    left_out = {"more": flaws.more} if flaws.more else {}
    return Malformed(" ".join([flaw.message for flaw in flaws.told] + rest), errors=errors, **left_out)
