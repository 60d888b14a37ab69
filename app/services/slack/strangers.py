"""Strangers: people of a workspace whom nobody here knows yet, and how they become known."""

from datetime import datetime

from sqlmodel import Session

from app.domain.slack.writing import Lines
from app.services.slack import links, meeting, sentences, workspaces
from app.services.slack.links import Asked
from app.services.slack.looks import Site


def greet(session: Session, site: Site, asked: Asked, now: datetime) -> Lines:
    """Tell a stranger how they become known: they are looked up at Slack once a day, and get a link of their own."""
    is_looked_up = look_up(session, asked, now)
    address = links.address(site.url, links.make(session, asked, now)) if site.url else ""
    return sentences.stranger(asked.user_id, address, is_looked_up=is_looked_up)


def look_up(session: Session, asked: Asked, now: datetime) -> bool:
    """Have somebody looked up, if Slack can be asked and wasn't today."""
    workspace = workspaces.find(session, asked.connection_id)
    can_ask = workspace is not None and workspace.token is not None
    return can_ask and meeting.plan(session, asked.connection_id, asked.user_id, now)
