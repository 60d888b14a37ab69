"""The demo's sources: a connection of every kind, and tools that report to them without being there."""

from dataclasses import replace
from datetime import timedelta

from fastapi import FastAPI

from app.config import Settings
from app.db.database import Database
from app.domain.actor import Act
from app.domain.calendar.days import day_bounds
from app.domain.intake.kinds import TOOLS
from app.services.demo.cast import CAST, ENDS, STARTS, ZONE
from app.services.intake import authors, connections, service_accounts
from app.services.operations import secrets
from app.web.demo_tools import ROBOT, DemoAuthor, DemoTools, tells_no_email

SILENT = ("jira",)
"""Kinds that never deliver anything by themselves in the demo, so that one can see how waiting looks."""
GREETINGS = {"github": ("unmatched", ""), "generic": ("ignored", "a wrong secret")}
FIRST_ID = 7_001
LATEST = day_bounds(STARTS, ENDS, ZONE)[1] - timedelta(hours=1)
"""Within the week, also once that is over."""


def connect(database: Database, settings: Settings, act: Act, host: str, port: int) -> DemoTools:
    """Connect a tool of every kind, with its people known."""
    known = [
        DemoAuthor(str(number), player.handle, player.email) for number, player in enumerate(CAST.values(), FIRST_ID)
    ]
    key, keys = secrets.load(settings), {}
    with database.unit_of_work() as session:
        for kind in TOOLS:
            keys[kind] = connections.connect(session, key, kind, act).key
            service_accounts.add(session, kind, ROBOT.id, act)
            service_accounts.add(session, kind, ROBOT.email, act)
        for kind in filter(tells_no_email, TOOLS):
            for author in known:
                authors.name(session, kind, author.id, author.email, act)
    return DemoTools(host, port, known, keys)


def with_tools(app: FastAPI, tools: DemoTools) -> FastAPI:
    """The application with the demo's tools, whose button is on each source's page."""
    app.state.context = replace(app.state.context, demo_tools=tools)
    return app


def greet(app: FastAPI, tools: DemoTools) -> None:
    """Have most tools deliver what counts nothing, one the work of somebody unknown, and one with a wrong secret."""
    context = app.state.context
    now, done_at = context.clock.real(), min(context.clock.game(), LATEST)
    with context.database.reading() as session:
        for kind in TOOLS:
            if kind in SILENT:
                continue
            valid = next(iter(connections.recipient(session, context.key, kind, now).secrets), "none to sign with")
            outcome, secret = GREETINGS.get(kind, ("ignored", valid))
            tools.send(kind, kind, secret or valid, outcome, done_at, now)
