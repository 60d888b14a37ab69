"""The form with which organizers hand in a list, pasted or as a file."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator

from app.domain.tables.decoding import NotText, decode, is_whole
from app.errors import Malformed, Problem
from app.web.http.forms import Form, FormState


def _text_of(file: object) -> str:
    """A file's text; what came as no file is none."""
    try:
        return decode(file) if isinstance(file, bytes) else ""
    except NotText as problem:
        raise ValueError(problem.sentence) from None


class ImportForm(Form):
    """A list, pasted or as a file, which counts instead of the text."""

    text: str = ""
    file: Annotated[str, BeforeValidator(_text_of)] = ""

    @property
    def content(self) -> str:
        """The list."""
        return self.file or self.text.removeprefix("\ufeff")


def unpacked(form: FormState[ImportForm]) -> FormState[ImportForm]:
    """The form with the file's text where it can be mended on the page."""
    try:
        content = form.data.content
    except Malformed:
        return form
    return form.having(text=content if is_whole(content) else "", file="")


def mistakes(problem: Problem | None) -> Sequence[dict[str, object]]:
    """The bad lines of a list that was refused."""
    return [error for error in problem.extra.get("errors", ()) if "line" in error] if problem else []
