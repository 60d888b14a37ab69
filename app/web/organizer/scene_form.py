"""The form of scenes: which take turns, in which order, for how many seconds; for all displays or for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ConfigDict

from app.domain import rotation
from app.errors import Malformed
from app.web import scenes
from app.web.http.forms import Form, FormInvalid, FormState
from app.web.scenes import RotationItem

MAX_PLACES = 99  # two digits, as the field of the form takes them


class RotationForm(Form):
    """The scenes: for each whether it is on, its place and its seconds; or back to the default ones.

    `seen` is the mark of those it showed.
    """

    model_config = ConfigDict(extra="allow")

    default: str = ""
    seen: str = ""

    @property
    def is_back(self) -> bool:
        """True for the button that goes back to the default scenes."""
        return self.default == "yes"


@dataclass(frozen=True, slots=True)
class Line:
    """A scene in the form: its turn as it stands, or as it was typed."""

    name: str
    title: str
    is_on: bool
    place: str
    seconds: str


def items_of(form: FormState[RotationForm]) -> list[RotationItem]:
    """The scenes that are on. Raises FormInvalid for a field that cannot be understood, Malformed for none."""
    lines, errors = read_lines(form.typed)
    if errors:
        raise FormInvalid(errors)
    if not any(line.is_on for line in lines):
        raise Malformed("Leave at least one scene on, or the displays stay dark.")
    return _turns(lines)


def read_lines(typed: Mapping[str, Any]) -> tuple[list[Line], dict[str, str]]:
    """The form's lines, and a sentence for each field that cannot be understood."""
    lines = [
        Line(
            scene.name,
            scene.title,
            f"on-{scene.name}" in typed,
            str(typed.get(f"place-{scene.name}", "")).strip(),
            str(typed.get(f"seconds-{scene.name}", "")).strip(),
        )
        for scene in scenes.ROTATION
    ]
    errors = {}
    for line in lines:
        if line.is_on and not _is_within(line.place, 1, MAX_PLACES):
            errors[f"place-{line.name}"] = f"A place in the order is a number from 1 to {MAX_PLACES}."
        if line.is_on and not _is_within(line.seconds, rotation.SHORTEST, rotation.LONGEST):
            errors[f"seconds-{line.name}"] = f"A scene lasts {rotation.SHORTEST} to {rotation.LONGEST} seconds."
    return lines, errors


def _is_within(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most


def _turns(lines: list[Line]) -> list[RotationItem]:
    """The scenes that are on, in their order; the same place keeps the order of the form."""
    by_name = {scene.name: scene for scene in scenes.ROTATION}
    chosen = sorted((line for line in lines if line.is_on), key=lambda line: int(line.place))
    return [RotationItem(by_name[line.name], int(line.seconds)) for line in chosen]


def lines_of(turns: Sequence[RotationItem]) -> list[Line]:
    """Every scene as it stands: those that are on in their order, then the others."""
    on = [Line(turn.scene.name, turn.scene.title, True, "", str(turn.seconds)) for turn in turns]
    names = {line.name for line in on}
    off = [
        Line(scene.name, scene.title, False, "", str(scene.seconds))
        for scene in scenes.ROTATION
        if scene.name not in names
    ]
    return [Line(line.name, line.title, line.is_on, str(place), line.seconds) for place, line in enumerate(on + off, 1)]
