"""Actors and acts: who does something and what they may do; when, and from which address."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Self, get_args

Scope = Literal["read", "activities:write", "shifts:write", "ledger:correct", "rules:write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

Role = Literal["player", "organizer", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)

Right = Scope | Literal["roles:grant"]
"""The rights of an actor. A token holds scopes alone: to raise somebody's rights takes an owner, or a command."""
GRANT: Right = "roles:grant"

Kind = Literal["person", "token", "display", "command", "system"]

_EVERYTHING = frozenset({"admin", GRANT})
_OF_ROLE: dict[Role, frozenset[str]] = {
    "player": frozenset({"read"}),
    "organizer": frozenset({"admin"}),
    "owner": _EVERYTHING,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something. `name` is what ledger and audit call them, `person_id` a person's who signed in.

    A visitor is a person without an id and without rights.
    """

    name: str
    kind: Kind
    rights: frozenset[str]
    person_id: str | None

    @property
    def person_name(self) -> str:
        """The name for whoever is told what they did: a person's own; empty for tokens, commands and the system."""
        return self.name if self.kind == "person" else ""

    def may(self, right: Right) -> bool:
        """Tell whether their rights allow this; `admin` has every scope in it."""
        return right in self.rights or (right != GRANT and "admin" in self.rights)


@dataclass(frozen=True, slots=True)
class SignedInActor(Actor):
    """A person who signed in, with what their pages need. `csrf` is what forms of this sign-in carry and no others."""

    person_id: str
    email: str
    theme: str
    sign_in_id: str
    csrf: str

    @property
    def organizes(self) -> bool:
        """True if the organizers' pages are for them."""
        return self.may("admin")


@dataclass(frozen=True, slots=True)
class DisplayActor(Actor):
    """A paired screen, which shows what organizers chose for it."""

    display_id: str


@dataclass(frozen=True, slots=True)
class Act:
    """One act: who acts, at which moment, and from which network address (None for commands and jobs)."""

    actor: Actor
    now: datetime
    client: str | None = None

    def at(self, now: datetime) -> Self:
        """The same act at another moment, for what goes by another clock."""
        return replace(self, now=now)

    def by(self, actor: Actor) -> "Act":
        """An act of somebody else, at the same moment and from the same address."""
        return Act(actor, self.now, self.client)


@dataclass(frozen=True, slots=True)
class SignedInAct(Act):
    """An act of a person who signed in."""

    actor: SignedInActor


def rights_of(role: Role) -> frozenset[str]:
    """The rights that come with a role: players read, organizers have every scope, owners grant roles besides."""
    return _OF_ROLE[role]


def token(name: str, scopes: Iterable[str]) -> Actor:
    """A program that holds a token with these scopes."""
    return Actor(name, "token", frozenset(scopes), None)


def display(name: str, display_id: str) -> DisplayActor:
    """A paired screen: it reads what the public would read, and nothing else."""
    return DisplayActor(name, "display", frozenset({"read"}), None, display_id)


def person(name: str, person_id: str, role: Role) -> Actor:
    """A person who acts, whose identity somebody else has checked."""
    return Actor(name, "person", rights_of(role), person_id)


def visitor(name: str) -> Actor:
    """Somebody who has yet to sign in, by the name they give."""
    return Actor(name, "person", frozenset(), None)


def doer(by: str) -> str:
    """The name of who did something, as people read it: "ada, by command" for `command:ada`."""
    kind, _, name = by.partition(":")
    return f"{name}, by command" if kind == "command" else by


def command(name: str) -> Actor:
    """Whoever runs a command on the machine itself: they may do everything."""
    return Actor(name, "command", _EVERYTHING, None)


def system(name: str) -> Actor:
    """A job of the server's own: it may do everything."""
    return Actor(name, "system", _EVERYTHING, None)


PLAYED = system("rehearsal")
"""Whoever plays in a rehearsal: nobody's deeds, which the audit leaves out."""
