"""Drive a week's ceremony: one step for every screen."""

from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.domain.standings import ceremony
from app.domain.text.direction import apart
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


class Begun(NamedTuple):
    """A ceremony that has begun: its week's slug, its step, and when somebody moved it last."""

    week: str
    step: int
    moved_at: datetime


def last_begun(session: Session, now: datetime) -> Begun | None:
    """The ceremony of a real week that was moved last and is not at its welcome, if it may still be on."""
    query = select(Week.slug, Ceremony.step, Ceremony.at).join(Week, col(Week.id) == Ceremony.week_id)
    is_recent = weeks.IS_REAL, Ceremony.step > 0, Ceremony.at > now - ceremony.LASTS
    found = session.exec(query.where(*is_recent).order_by(col(Ceremony.at).desc()).limit(1)).first()
    return Begun(*found) if found else None


def move(session: Session, slug: str, to: Move, act: Act) -> int:
    """Go on, back, or to the beginning; returns the step that every screen shows now.

    The step that names the winner lifts a freeze: there is nothing left to hide. Raises WeekUnknown, or Conflict for
    a draft.
    """
    week = weeks.lock(session, slug, act.now)
    if week.state == "draft":
        raise Conflict(f"{apart(week.name)} is a draft. The ceremony comes once it has results.")
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
