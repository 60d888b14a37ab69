"""Views: what of a week an audience may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from app.domain.actor import Actor

Audience = Literal["public", "organizers"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)


@dataclass(frozen=True, slots=True)
class View:
    """A week as an audience may see it: as it stands, or as it stood when it was frozen for the public.

    `upto` is the version of the week that is looked back to (None: the newest), `rule_set_id` the rules that score it
    (None: the active ones), `names` what people were called then, by their ids (None: what they are called now).
    """

    audience: Audience
    upto: int | None = None
    rule_set_id: int | None = None
    names: Mapping[str, str] | None = None

    @property
    def looks_back(self) -> bool:
        """True where a freeze hides what came after it."""
        return self.upto is not None

    def name_of(self, person_id: str, name: str) -> str:
        """The name of somebody who is called `name` now."""
        return name if self.names is None else self.names.get(person_id, name)


EVERYTHING = View("organizers")
"""An open week as it stands: what computes and writes sees all of it."""


def audience_of(actor: Actor | None, *, preview: bool = False) -> Audience:
    """The audience of an actor; in a preview, and unknown, they are the public."""
    return "organizers" if actor is not None and actor.may("admin") and not preview else "public"
