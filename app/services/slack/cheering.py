"""Cheers in Slack: a line to the whole channel for somebody or a team, five a day; they earn nothing."""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session

from app.domain.slack import commands
from app.domain.text.direction import isolated
from app.errors import Malformed, NotFound
from app.models import Person
from app.services.access import throttle
from app.services.access.throttle import Limit
from app.services.slack import people
from app.services.teams import teams
from app.services.weeks import weeks

CHEERS_BY_PERSON: Final = Limit("cheers in Slack", 5, timedelta(days=1))
LONGEST = 500
USAGE = "Say for whom: /assembly cheer @someone or a team’s name, then your words."
UNKNOWN = "I don’t know them here yet. Cheer for their team, or ask them to type /assembly connect."
ONESELF = "You can’t cheer for yourself. Others can."

_MENTION = re.compile(r"<@([A-Z0-9]{1,50})(?:\|[^>]*)?>\s*(.*)", re.DOTALL)


class Cheer(NamedTuple):
    """A cheer that was typed: by whom, and the text behind the verb."""

    source: str
    person: Person
    text: str


def count(session: Session, cheer: Cheer, now: datetime) -> None:
    """Count one more cheer. Raises TooMany after five a day."""
    throttle.count(session, CHEERS_BY_PERSON, cheer.person.id, now)


def say(session: Session, cheer: Cheer, week_now: datetime) -> str:
    """The line for the channel. Raises Malformed or NotFound."""
    name, words = _whom(session, cheer, week_now)
    told = f": {isolated(words[:LONGEST])}" if words else "."
    return f"{isolated(cheer.person.name)} cheers for {isolated(name)}{told}"


def _whom(session: Session, cheer: Cheer, week_now: datetime) -> tuple[str, str]:
    """The name that is cheered for, and the words."""
    mentioned = _MENTION.fullmatch(cheer.text)
    if mentioned:
        person = people.find(session, cheer.source, mentioned[1])
        if person is None:
            raise NotFound(UNKNOWN)
        if person.id == cheer.person.id:
            raise Malformed(ONESELF)
        return person.name, commands.spoken(mentioned[2]).strip()
    return _team(session, commands.spoken(cheer.text), week_now)


def _team(session: Session, text: str, week_now: datetime) -> tuple[str, str]:
    week = weeks.pick_current(weeks.every(session), week_now)
    names = [team.name for team in teams.of_week(session, week)] if week is not None else []
    folded = text.casefold()
    for name in sorted(names, key=len, reverse=True):
        start = name.casefold()
        if folded == start or folded.startswith(f"{start} "):
            return name, text[len(name) :].strip()
    raise Malformed(USAGE)
