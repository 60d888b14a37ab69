"""New names that lists give to people who are here: an owner's is changed by owners alone, as on their page."""

from collections.abc import Iterable
from typing import Protocol

from sqlmodel import Session

from app.domain.actor import GRANT, Actor
from app.domain.text.direction import apart
from app.services.access import accounts
from app.services.imports.bad_lines import BadLines
from app.services.people.people import Wanted


class NamedLine(Protocol):
    """A line of a list that names somebody by their folded e-mail."""

    @property
    def line(self) -> int:
        """Its number (1-based)."""

    @property
    def email(self) -> str:
        """The folded e-mail."""


def out_of_reach(session: Session, actor: Actor) -> set[str]:
    """The ids of those whom this actor may not rename: owners, but for themselves."""
    return set() if actor.may(GRANT) else {owner.id for owner in accounts.owners(session)} - {actor.person_id}


def check(session: Session, found: Wanted, entries: Iterable[NamedLine], actor: Actor, bad: BadLines) -> None:
    """Let `bad` learn of lines that would rename somebody who is out of the actor's reach."""
    kept = out_of_reach(session, actor) & found.renamed.keys() if found.renamed else ()
    for entry in entries if kept else ():
        if (id_ := found.ids[entry.email]) in kept:
            former, _ = found.renamed[id_]
            sentence = f"{entry.email} is an owner, and only owners rename owners."
            bad.add(entry.line, f"{sentence} Write the name as it is: {apart(former)}.")
