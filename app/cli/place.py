"""The installation a command works on: its settings, its database, who acts and when."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.domain.actor import Act, Actor, command
from app.domain.text import names
from app.services.operations import startup

CLOCK = Clock()
"""The clock that commands go by: nothing hurries their weeks on."""


@contextmanager
def opened(settings: Settings, *, checkpoints: bool = False) -> Iterator[Database]:
    """The database, ready to work with. Raises Unavailable for one that is away, or not migrated."""
    database = Database(settings.sqlalchemy_url, checkpoints=checkpoints)
    try:
        startup.prepare(database, settings, CLOCK.real())
        yield database
    finally:
        database.dispose()


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction, committed at the end of the block."""
    with opened(startup.read_settings()) as database, database.unit_of_work() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent view of what is committed."""
    with opened(startup.read_settings()) as database, database.reading() as session:
        yield session


def command_act() -> Act:
    """The act of this command: whoever runs it, at this moment."""
    return Act(actor(), CLOCK.real())


def actor() -> Actor:
    """The name of who runs this command, as the ledger keeps it: `command:ada`."""
    try:
        user = names.tidy(getpass.getuser())
    except (OSError, KeyError, ImportError):
        user = ""
    return command(f"command:{user if user and not names.flaw(user) else os.getuid()}")
