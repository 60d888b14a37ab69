"""Rows of which there is one, such as the announcement: changed as a whole, one version after the other."""

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

from sqlmodel import Session, SQLModel

from app.db.database import serialize
from app.domain.actor import Act
from app.errors import Conflict


class Versioned(Protocol):
    """The value of such a row (a NamedTuple): what it says, then its `version` and who wrote it when."""

    @property
    def version(self) -> int:
        """The number of changes so far."""

    def _asdict(self) -> dict[str, Any]:
        """The columns by name."""


STAMP: Final = ("version", "by", "at")
V = TypeVar("V", bound=Versioned)


def replace(
    session: Session,
    model: type[SQLModel],
    read: Callable[[Session], V],
    change: Callable[[V], V],
    act: Act,
    *,
    version: int | None,
    stale: Callable[[V], Conflict],
) -> tuple[V, V]:
    """Write what `change` makes of the row as its newest version, if it is another; the row as it was and as it is.

    `version` is that of the row to be replaced, None where it may be any. Raises what `stale` makes of a newer one.
    """
    serialize(session)
    before = read(session)
    if version is not None and version != before.version:
        raise stale(before)
    kept, wanted = before._asdict(), change(before)._asdict()
    if {**wanted, **{name: kept[name] for name in STAMP}} == kept:
        return before, before
    stamp = dict(zip(STAMP, (before.version + 1, act.actor.name, act.now), strict=True))
    session.merge(model(id=1, **{**wanted, **stamp}))
    session.flush()
    return before, read(session)
