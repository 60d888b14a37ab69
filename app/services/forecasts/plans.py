"""Plans of channels: how long an answer takes, what is promised, and the people that follow from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session, select

from app.domain.actor import Act
from app.domain.capacity import queue, simulation
from app.domain.capacity.backlog import Backlog, needs
from app.domain.capacity.queue import MOST_PEOPLE, Load
from app.domain.forecast.intervals import Channel
from app.errors import Malformed
from app.models import ChannelPlan
from app.services.audit import audit
from app.services.audit.audit import AuditTarget

BOUNDS: Mapping[str, tuple[int, int]] = {
    "handling_s": (6, 28_800), "within_s": (5, 604_800), "shrinkage": (0, 90), "target": (1, 99), "at_once": (1, 20),
}  # fmt: skip
_LONGEST_WAIT = 3_600
"""Of somebody who chats or calls, in seconds: who waits longer has long gone."""


def bounds_of(channel: Channel) -> Mapping[str, tuple[int, int]]:
    """The least and the most of each figure of a channel."""
    least, most = BOUNDS["within_s"]
    return {**BOUNDS, "within_s": (60, most) if channel == "email" else (least, _LONGEST_WAIT)}


@dataclass(frozen=True, slots=True)
class Answering:
    """The way a channel is answered: seconds each takes and promised; shares in percent; chats a person has at once."""

    handling_s: int
    within_s: int
    shrinkage: int = 15
    target: int = 80
    at_once: int = 1


USUAL: Mapping[Channel, Answering] = {
    "email": Answering(540, 3_600), "chat": Answering(480, 60, at_once=2), "phone": Answering(300, 20),
}  # fmt: skip
"""Figures a form begins with before anything is saved."""


def saved(session: Session) -> dict[str, Answering]:
    """The saved plans by channel."""
    return {
        row.channel: Answering(row.handling_s, row.within_s, row.shrinkage, row.target, row.at_once)
        for row in session.exec(select(ChannelPlan)).all()
    }


def save(session: Session, channel: Channel, answering: Answering, act: Act) -> None:
    """Keep how a channel is answered. Raises Malformed for figures out of their bounds."""
    fields = {name: getattr(answering, name) for name in BOUNDS}
    for name, (least, most) in bounds_of(channel).items():
        if not least <= fields[name] <= most:
            message = f"“{name}” must lie between {least:,} and {most:,}."
            raise Malformed(message, errors=[{"field": name, "message": message}])
    row = session.get(ChannelPlan, channel)
    before = {name: getattr(row, name) for name in BOUNDS} if row else None
    if before == fields:
        return
    after = ChannelPlan(channel=channel, **fields, by=act.actor.name, at=act.now)
    session.merge(after)
    session.flush()
    audit.note(
        session, "forecast.plan-saved", AuditTarget("channel", channel, channel), act, before=before, after=fields
    )


def backlog(answering: Answering, contacts: Sequence[Fraction], minutes: int) -> Backlog:
    """A stretch of email that is answered like this."""
    return Backlog(
        tuple(contacts), minutes, 0, Fraction(answering.handling_s, 60), Fraction(answering.within_s, 60),
        Fraction(answering.shrinkage, 100),
    )  # fmt: skip


def people_for(
    channel: Channel, answering: Answering, contacts: Sequence[Fraction], minutes: int, *, is_quick: bool = False
) -> int:
    """The people for a stretch of intervals; of chat and phone for the busiest of them.

    Email is simulated, unless many answers are wanted quickly.
    """
    if channel == "email":
        stretch = backlog(answering, contacts, minutes)
        least = needs(stretch).people
        return least if is_quick or least > MOST_PEOPLE else simulation.people(stretch)
    load = Load(max(contacts, default=Fraction()), minutes * 60, answering.handling_s)
    at_work = queue.people_at_work(load, answering.within_s, Fraction(answering.target, 100)) or MOST_PEOPLE
    return queue.scheduled(at_work, Fraction(answering.shrinkage, 100), answering.at_once)
