"""Forms: their fields with types and sentences, what somebody typed into them, and what is wrong where."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Generic, Self, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData, UploadFile

from app.errors import Malformed, Problem
from app.web.http.fields import MaxLength

UNSAVED = "Not saved. Fix the marked fields."


class Form(BaseModel):
    """A form's fields: names, types and sentences, once for template, route and tests.

    Every value comes as text, a file as bytes; a field that is not sent is read as an empty text, unless it has a
    default. A type says what is wrong in a ValueError, and that sentence stands at the field.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


F = TypeVar("F", bound=Form)
Typed = Mapping[str, str | list[str] | bytes]


class FormInvalid(Malformed):
    """Fields that cannot be read; `fields` has a sentence for each."""

    def __init__(self, fields: Mapping[str, str], detail: str = UNSAVED) -> None:
        super().__init__(detail)
        self.fields = fields


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field as its form shows it: what was typed, what is wrong with it, and what browsers may check."""

    name: str
    id: str
    value: Any
    error: str
    required: bool
    max_length: int | None

    @property
    def error_id(self) -> str:
        """The id of the sentence that says what is wrong."""
        return f"{self.id}-error"

    @property
    def hint_id(self) -> str:
        """The id of the field's hint."""
        return f"{self.id}-hint"


@dataclass(frozen=True)
class FormState(Generic[F]):
    """A form as it stands: blank, or as somebody sent it, with what is wrong. `form["name"]` is a bound field.

    `item` tells forms of one kind apart on a page that has several, such as one for each team.
    """

    model: type[F]
    typed: Typed = field(default_factory=dict)
    item: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    is_sent: bool = False

    @classmethod
    def blank(cls, model: type[F], item: str = "", **values: Any) -> Self:
        """A form nobody has sent yet, with values to begin with."""
        return cls(model, values, item)

    @classmethod
    def sent(cls, model: type[F], form: FormData, files: Mapping[str, bytes]) -> Self:
        """A form as it came in, whatever it says."""
        typed: dict[str, str | list[str] | bytes] = dict(files)
        names = [*model.model_fields, *(form if model.model_config.get("extra") == "allow" else ())]
        for name in dict.fromkeys(names):
            values = [value for value in form.getlist(name) if not isinstance(value, UploadFile)]
            info = model.model_fields.get(name)
            if info is not None and get_origin(info.annotation) is tuple:
                typed[name] = values
            elif values and name not in files:
                typed[name] = values[-1]
        return cls(model, typed, is_sent=True)

    @cached_property
    def data(self) -> F:
        """The form's values. Raises FormInvalid with a sentence for each field that cannot be read."""
        missing = {name: "" for name, info in self.model.model_fields.items() if info.is_required()}
        try:
            return self.model.model_validate({**missing, **self.typed})
        except ValidationError as error:
            raise _invalid(error) from None

    def check(self) -> None:
        """Raise FormInvalid for a form that cannot be read."""
        _ = self.data

    def keyed(self, item: str) -> Self:
        """The same form, for one of several things on its page."""
        return replace(self, item=item)

    def having(self, **values: str) -> Self:
        """The same form with other values in it than were typed."""
        return replace(self, typed={**self.typed, **values})

    def refused(self, problem: Problem) -> Self:
        """The same form with what is wrong at its fields: those the problem names."""
        return replace(self, errors=errors_of(problem))

    def __getitem__(self, name: str) -> BoundField:
        info = self.model.model_fields[name]
        value = self.typed.get(name, "" if info.is_required() else info.get_default(call_default_factory=True))
        field_id = f"{self.item}-{name}" if self.item else name
        return BoundField(name, field_id, value, self.errors.get(name, ""), info.is_required(), _max_length(info))


def _max_length(known: FieldInfo) -> int | None:
    return next((limit.characters for limit in known.metadata if isinstance(limit, MaxLength)), None)


def errors_of(problem: Problem) -> dict[str, str]:
    """The sentences of a problem by field, where it names fields."""
    if isinstance(problem, FormInvalid):
        return dict(problem.fields)
    errors = problem.extra.get("errors", ())
    return {str(error["field"]): str(error["message"]) for error in errors if error.get("field")}


def _invalid(error: ValidationError) -> FormInvalid:
    fields: dict[str, str] = {}
    flaws = error.errors(include_url=False)
    whole = [_sentence(flaw) for flaw in flaws if not flaw["loc"]]
    for flaw in flaws:
        if flaw["loc"]:
            fields.setdefault(str(flaw["loc"][0]), _sentence(flaw))
    return FormInvalid(fields, " ".join(whole) or UNSAVED)


def _sentence(error: Mapping[str, Any]) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return f"{error['msg'].rstrip('.')}."
