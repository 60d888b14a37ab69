"""The form with which organizers hand in a list, pasted or as a file."""

from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple, TypeVar

from pydantic import AfterValidator, BeforeValidator

from app.domain.tables.decoding import NotText, decode, is_whole
from app.domain.tables.reading import Choice
from app.errors import Malformed, Problem
from app.services.imports import doors
from app.web.http.fields import say
from app.web.http.forms import Form, FormState


def _text_of(file: object) -> str:
    """A file's text; what came as no file is none."""
    if not isinstance(file, bytes):
        return ""
    try:
        return _sized(decode(file))
    except NotText as problem:
        raise ValueError(problem.sentence) from None


def _sized(text: str) -> str:
    say(doors.check_size, text)
    return text


class ImportForm(Form):
    """A list, pasted or as a file, which counts instead of the text."""

    text: Annotated[str, AfterValidator(_sized)] = ""
    file: Annotated[str, BeforeValidator(_text_of)] = ""

    @property
    def content(self) -> str:
        """The list."""
        return self.file or self.text.removeprefix("\ufeff")


F = TypeVar("F", bound=ImportForm)


def unpacked(form: FormState[F]) -> FormState[F]:
    """The form with the file's text in it, where it can be mended on the page and sent once more."""
    try:
        content = form.data.content
    except Malformed:
        return form
    return form.having(text=content if is_whole(content) else "", file="")


class Mistakes(NamedTuple):
    """The mistakes of a list that was refused: a line and a sentence each, and how many more there are."""

    told: Sequence[Mapping[str, object]] = ()
    more: int = 0

    @property
    def total(self) -> int:
        """The number of all mistakes."""
        return len(self.told) + self.more


def mistakes(problem: Problem | None) -> Mistakes:
    """The mistakes of a list that was refused; none where it was refused for another reason."""
    told = [error for error in problem.extra.get("errors", ()) if "line" in error] if problem else []
    return Mistakes(told, problem.extra.get("more", 0)) if problem and told else Mistakes()


class ListForm(ImportForm):
    """A list with what is to be done with it, and its columns where somebody chose them, by place."""

    step: str = "preview"
    columns: tuple[str, ...] = ()
    headed: str = ""

    @property
    def choice(self) -> Choice | None:
        """The columns somebody chose; None where the list's own line of columns counts."""
        if not any(self.columns):
            return None
        return Choice(tuple(name or None for name in self.columns), self.headed == "on")


class UndoForm(Form):
    """The import to undo."""

    id: str
