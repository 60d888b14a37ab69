"""The database's address: DATABASE_URL, or a SQLite file in the data directory."""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SQLITE_NAME = "assembly-week.sqlite3"

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_FLAW = "ASSEMBLY_WEEK_DATABASE_URL must read sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."


def sqlite_url(file: Path) -> URL:
    """The address of a SQLite file, whatever characters its path has."""
    return URL.create("sqlite", database=str(file))


def parse(text: str) -> URL:
    """Parse DATABASE_URL. Raises ValueError with a sentence that says nothing of what it holds."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(_FLAW) from None
    driver = _DRIVERS.get(url.drivername, url.drivername)
    if driver not in _DRIVERS.values() or url.database in {None, "", ":memory:"}:
        raise ValueError(_FLAW)
    if driver == "sqlite" and ("?" in text or url.host):
        raise ValueError(f"{_FLAW} In FILE, write ? as %3F and % as %25; an absolute path has four slashes.")
    return url.set(drivername=driver)
