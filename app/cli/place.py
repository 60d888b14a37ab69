"""The installation a command works on: its settings, its database, who acts and when."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from app.config import Settings
from app.db import Database
from app.domain import names
from app.errors import Malformed
from app.services import startup
from app.web.clock import utc_now

ENGINES = {"sqlite", "postgresql+psycopg"}


def read_settings() -> Settings:
    """The environment's settings. Raises Malformed with a sentence for every bad one."""
    try:
        settings = Settings()
    except ValidationError as error:
        flaws = [f"ASSEMBLY_WEEK_{str(each['loc'][0]).upper()}: {each['msg']}." for each in error.errors()]
        raise Malformed(" ".join(flaws)) from None
    if not _is_usable(settings.sqlalchemy_url):
        raise Malformed("ASSEMBLY_WEEK_DATABASE_URL must read sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.")
    return settings


def _is_usable(address: str) -> bool:
    try:
        parts = make_url(address)
    except (ArgumentError, ValueError):
        return False
    return parts.drivername in ENGINES and parts.database not in {None, "", ":memory:"}


@contextmanager
def opened(settings: Settings, *, checkpoints: bool = False) -> Iterator[Database]:
    """The database, ready to work with. Raises Unavailable for one that is away, or not migrated."""
    database = Database(settings.sqlalchemy_url, checkpoints=checkpoints)
    try:
        startup.prepare(database, settings, utc_now())
        yield database
    finally:
        database.dispose()


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction, committed at the end of the block."""
    with opened(read_settings()) as database, database.unit_of_work() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent view of what is committed."""
    with opened(read_settings()) as database, database.reading() as session:
        yield session


def actor() -> str:
    """Who runs this command, as the ledger keeps it: `command:ada`."""
    try:
        user = names.tidy(getpass.getuser())
    except (OSError, KeyError, ImportError):
        user = ""
    return f"command:{user if user and not names.flaw(user) else os.getuid()}"
