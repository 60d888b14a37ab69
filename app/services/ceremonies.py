"""Drive a week's ceremony: one step for every screen."""

from typing import Literal

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.standings import ceremony
from app.errors import Conflict
from app.models import Ceremony, Week
from app.services import lifecycle
from app.services.standings import boards
from app.services.weeks import weeks

Move = Literal["next", "back", "restart"]


def current(session: Session, week: Week) -> int:
    """The step the ceremony is at; 0 before it has begun."""
    found = session.get(Ceremony, week.id)
    return found.step if found else 0


def move(session: Session, slug: str, to: Move, act: Act) -> int:
    """Go on, back, or to the beginning; returns the step that every screen shows now.

    The step that names the winner lifts a freeze: there is nothing left to hide. Raises WeekUnknown, or Conflict for
    a draft.
    """
    week = weeks.lock(session, slug, act.now)
    if week.state == "draft":
        raise Conflict(f"Week {week.name} is still a draft; there is nothing to celebrate yet.")
    board = boards.live(session, week, act.now)
    before = ceremony.clamp(current(session, week), board)
    step = 0 if to == "restart" else ceremony.clamp(before + (1 if to == "next" else -1), board)
    has_begun = session.get(Ceremony, week.id) is not None
    if step == before and has_begun:
        return step
    session.merge(Ceremony(week_id=week.id, step=step, by=act.actor.name, at=act.now))
    session.flush()
    weeks.bump_version(session, week)
    if week.frozen_at is not None and ceremony.reveals(ceremony.steps(board)[step]):
        lifecycle.reveal(session, slug, act)
    return step
