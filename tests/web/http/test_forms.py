"""Forms: read into types, with sentences at fields, and bound for templates."""

from typing import Annotated, Any

import pytest
from starlette.datastructures import FormData, UploadFile

from app.errors import Conflict, Malformed
from app.web.http.fields import A_DAY, Day, MaxLength, Reason, says
from app.web.http.forms import UNSAVED, BoundField, Form, FormInvalid, FormState


def check_even(text: str) -> int:
    """An even number. Raises Malformed."""
    if not text.isdigit() or int(text) % 2:
        raise Malformed(f"“{text}” isn’t even.")
    return int(text)


class Sample(Form):
    """A form with a field of every kind."""

    day: Day
    number: Annotated[int, MaxLength(3), says(check_even)]
    note: Annotated[str, MaxLength(9)] = ""
    scopes: tuple[str, ...] = ()
    file: bytes = b""


GOOD = [("day", " 2026-03-09 "), ("number", "4"), ("note", "x"), ("scopes", "a"), ("scopes", "b"), ("other", "z")]


def sent(*fields: tuple[str, Any], files: dict[str, bytes] | None = None) -> FormState[Sample]:
    """A sample form as it comes in."""
    return FormState.sent(Sample, FormData(list(fields)), files or {})


def test_data_reads_every_field_into_its_type() -> None:
    data = sent(*GOOD, files={"file": b"\xff"}).data

    assert (str(data.day), data.number, data.note) == ("2026-03-09", 4, "x")
    assert (data.scopes, data.file) == (("a", "b"), b"\xff")


def test_data_takes_the_last_of_several_texts() -> None:
    assert sent(*GOOD, ("number", "8")).data.number == 8


def test_data_of_fields_left_out_says_what_is_wrong_with_an_empty_text() -> None:
    with pytest.raises(FormInvalid) as refusal:
        sent().check()

    assert refusal.value.fields == {"day": A_DAY, "number": "“” isn’t even."}
    assert (refusal.value.detail, refusal.value.status) == (UNSAVED, 422)


@pytest.mark.parametrize(
    "text", ["", "5.12.2022", "2026-02-30", "２０２６-03-09", "2026-03-09T00:00", "\0", "x" * 10_000]
)
def test_day_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(FormInvalid) as refusal:
        sent(*GOOD, ("day", text)).check()

    assert refusal.value.fields == {"day": A_DAY}


def test_sent_keeps_a_file_that_is_no_file_field_out() -> None:
    form = sent(*GOOD, ("note", UploadFile(None)))  # type: ignore[arg-type]

    assert form["note"].value == "x"


def test_bound_field_of_a_blank_form_has_its_value_to_begin_with() -> None:
    form = FormState.blank(Sample, "t1", number="2")

    assert form["number"] == BoundField("number", "t1-number", "2", "", required=True, max_length=3)
    assert form["note"] == BoundField("note", "t1-note", "", "", required=False, max_length=9)


def test_bound_field_of_a_refused_form_has_what_was_typed_and_what_is_wrong() -> None:
    form = sent(("day", "soon"), ("number", "<5>"))
    with pytest.raises(FormInvalid) as refusal:
        form.check()

    bound = form.refused(refusal.value)["number"]

    assert (bound.value, bound.error, bound.error_id) == ("<5>", "“<5>” isn’t even.", "number-error")


@pytest.mark.parametrize(
    ("problem", "errors"),
    [
        (Conflict("No."), {}),
        (Malformed("No.", errors=[{"field": "note", "message": "Shorter."}, {"line": 3, "message": "x"}]),
         {"note": "Shorter."}),
    ],
)  # fmt: skip
def test_refused_takes_the_sentences_of_a_problem_that_names_fields(problem: Malformed, errors: dict[str, str]) -> None:
    assert sent(*GOOD).refused(problem).errors == errors


def test_field_that_the_form_does_not_have_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        sent(*GOOD)["unknown"]


def test_reason_is_read_as_the_ledger_keeps_it() -> None:
    class ReasonIn(Form):
        reason: Reason

    data = FormData([("reason", "  Fair   play ")])

    assert FormState.sent(ReasonIn, data, {}).data.reason == "Fair play"


def test_no_form_has_a_field_that_its_state_hides_from_templates() -> None:
    hidden = {name for name in dir(FormState) if not name.startswith("__")} | {
        "model",
        "typed",
        "item",
        "errors",
        "is_sent",
    }

    found = {
        f"{form.__name__}.{name}" for form in Form.__subclasses__() for name in form.model_fields if name in hidden
    }

    assert found == set()
