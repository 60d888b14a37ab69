"""The door to rehearsals: services know no such week unless whoever calls them has opened it (ADR 26)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

ENDING: Final = "~rehearsal"
"""The end of the slug of a rehearsal; no other week’s slug has a tilde."""

_entered: ContextVar[str] = ContextVar("rehearsal", default="")


def slug_for(slug: str) -> str:
    """The slug of the rehearsal of a week."""
    return slug + ENDING


def is_rehearsal(slug: str) -> bool:
    """Tell whether a slug is a rehearsal's, whether or not there is one."""
    return slug.endswith(ENDING)


def real_slug(slug: str) -> str:
    """The slug of the week that is rehearsed; any other week’s is its own."""
    return slug.removesuffix(ENDING)


def enter(slug: str) -> None:
    """Open the door to one rehearsal for the rest of this context, which is a request’s."""
    _entered.set(slug)


@contextmanager
def inside(slug: str) -> Iterator[None]:
    """Open the door to one rehearsal while the block runs."""
    token = _entered.set(slug)
    try:
        yield
    finally:
        _entered.reset(token)


def may_enter(slug: str) -> bool:
    """Tell whether a week of this slug may be looked up here: every real one, and the rehearsal that was entered."""
    return not is_rehearsal(slug) or _entered.get() == slug
