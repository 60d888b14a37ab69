"""Answers that come later: what a call asked for, told as it is when it is told."""

from datetime import datetime

from sqlmodel import Session

from app.domain.slack import writing
from app.domain.slack.writing import Audience, Lines
from app.models import Connection, Person, SlackCall, SlackLink, SlackWorkspace
from app.services.slack import logs, looks, pending, people, presses, sentences, strangers, workspaces
from app.services.slack.links import Asked
from app.services.slack.looks import LOOKS, Site

LOG, LINKED, CHEER, CONNECT, ANNOUNCE = "log", "linked", "cheer", "connect", "announce"


def lines(session: Session, site: Site, call: SlackCall, week_now: datetime, now: datetime) -> Lines | None:
    """Tell what became of a call; None while it isn't known yet. It writes where a stranger gets a link."""
    if call.action == LINKED:
        return _linked(session, call.value)
    if call.action == LOG:
        return _log(session, site, call, now)
    if call.action == ANNOUNCE:
        return _announced(session, site, call, now)
    if call.result:
        return writing.load(call.result)
    person = people.find(session, session.get_one(Connection, call.connection_id).source, call.user_id)
    seen: Lines | None = [] if person is not None else None
    if call.action in LOOKS:
        seen = looks.lines(session, site, call.action, person, week_now)
    elif call.action == CONNECT and person is not None:
        seen = sentences.known_as(person.name)
    return seen if seen is not None else strangers.greet(session, site, _asked(call), now)


def audience(call: SlackCall) -> Audience:
    """The readers of an answer: the whole channel for a cheer."""
    return "in_channel" if call.value == "in_channel" else "ephemeral"


def finish(session: Session, call_id: str, week_now: datetime, now: datetime, *, in_home: bool = False) -> None:
    """Do a press that was stored and not done, as its server was killed. Raises the problem that stands against it."""
    call = pending.find(session, call_id)
    if call is None or call.done_at is not None or not pending.is_young(call, now):
        return
    if call.action in presses.DEEDS or call.action == presses.PROVE:
        presses.do(session, call_id, week_now, now, in_home=in_home)


def _announced(session: Session, site: Site, call: SlackCall, now: datetime) -> Lines:
    person = people.find(session, session.get_one(Connection, call.connection_id).source, call.user_id)
    if person is None:
        return strangers.greet(session, site, _asked(call), now)
    if not people.act_of(person, now).actor.may("admin"):
        return [workspaces.NOT_ORGANIZER]
    workspace = session.get(SlackWorkspace, call.connection_id)
    return [sentences.ANNOUNCED if workspace is not None and workspace.channel_id else sentences.SILENT]


def _linked(session: Session, link_id: str) -> Lines:
    link = session.get(SlackLink, link_id)
    person = session.get(Person, link.used_by) if link is not None and link.used_by else None
    return sentences.known_as(person.name) if person is not None and link is not None and not link.undone_at else []


def _log(session: Session, site: Site, call: SlackCall, now: datetime) -> Lines | None:
    outcome = logs.outcome(session, call.value)
    if outcome.state == "received":
        return None
    greeting = strangers.greet(session, site, _asked(call), now) if outcome.state == "unmatched" else ()
    return sentences.log_lines(outcome, greeting)


def _asked(call: SlackCall) -> Asked:
    return Asked(call.connection_id, call.user_id, "")
