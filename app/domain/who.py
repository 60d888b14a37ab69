"""Who is asking: somebody who signed in, a program with a token, or a screen; and what each may do."""

from dataclasses import dataclass
from typing import Literal, get_args

Scope = Literal["read", "activities:write", "ledger:correct", "rules:write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

Role = Literal["player", "organizer", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whoever holds a token: its name, and what it may do (`admin` may do everything)."""

    name: str
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        """Whether the token allows this."""
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who signed in. `csrf` is what forms of this sign-in carry, and no other's."""

    person_id: str
    name: str
    email: str
    role: Role
    theme: str
    sign_in_id: str
    csrf: str

    @property
    def organizes(self) -> bool:
        """Whether the organizers' pages are for them."""
        return self.role != "player"

    def may(self, scope: Scope) -> bool:
        """Players read; organizers and owners do everything there is a scope for."""
        return scope == "read" or self.organizes


@dataclass(frozen=True, slots=True)
class Screen:
    """A paired display: it reads what the public would read, and nothing else."""

    display_id: str
    name: str

    def may(self, scope: Scope) -> bool:
        """Screens read."""
        return scope == "read"


Who = Bearer | Member | Screen
