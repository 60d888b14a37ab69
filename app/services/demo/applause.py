"""Applause in the demo: at the end of each hour people cheer for some of what others did in it."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, select

from app.domain import actor
from app.domain.actor import Act
from app.domain.draft import Draft, Key
from app.errors import Problem
from app.models import Person
from app.services import cheers
from app.services.demo.cast import CAST, SLUG
from app.services.demo.lots import lot
from app.services.ledger import ledger
from app.services.weeks import weeks

_SHARES = {"response": 0.004, "knowledge_card": 0.25}
_SHARE = 0.06
"""The parts of everybody who cheer for an activity: by kind, and for any other kind."""


class Applause(NamedTuple):
    """Somebody of the cast cheers for the activity of this key."""

    key: Key
    who: str


def applause(draft: Draft) -> Iterator[tuple[datetime, Applause]]:
    """The cheers for an activity, with their moments, in no order: within four minutes of the next full hour.

    Hardly anybody looks up from their work at once, and what is reported together is recorded together.
    """
    hour = draft.occurred_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    for who, player in CAST.items():
        chance = lot("cheer", draft.external_id, who)
        if player.email != draft.person and chance < _SHARES.get(draft.kind, _SHARE):
            yield hour + timedelta(seconds=round(240 * lot("when", draft.external_id, who))), Applause(draft.key, who)


def play(session: Session, what: Applause, at: datetime) -> None:
    """Cheer; a visitor may have made it impossible, by reversing the activity, say."""
    with suppress(Problem):
        entry = ledger.get(session, weeks.look(session, SLUG, at), what.key)
        person = session.exec(select(Person).where(Person.email == CAST[what.who].email)).one()
        cheers.cheer(session, SLUG, entry.id, person.id, Act(actor.person(person.name, person.id, "player"), at))
