"""`source key` and `source backfill`: set the key of a tool's API, and fetch what its webhook did not deliver."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from typing import Annotated, Any

import typer

from app.cli import sources
from app.cli.command import command
from app.cli.output import Answer, Voice
from app.cli.parameters import iso_date
from app.cli.place import CLOCK, command_act, opened, reading, writing
from app.cli.sources import Name
from app.config import Settings
from app.db.database import Database
from app.domain.text.public_addresses import Allowed
from app.errors import Problem
from app.jobs import backfill as page_jobs
from app.models import Backfill
from app.services import jobs
from app.services.intake import api_keys, backfills
from app.services.jobs import Claim
from app.services.operations import secrets, startup

group = sources.sources
LOOK_SECONDS = 0.5
WORKER = "command"


@command(group, "key")
def set_key(
    _voice: Voice,
    name: Name,
    key: Annotated[str, typer.Option(metavar="TEXT", help="The API key; - reads it from standard input.")] = "",
    address: Annotated[str, typer.Option(metavar="URL", help="The API’s address, where it isn’t the usual one.")] = "",
    repository: Annotated[
        list[str] | None, typer.Option(metavar="OWNER/NAME", help="GitHub: a repository to ask for, repeatable.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Forget the key.")] = False,
) -> Answer:
    """Set the key with which a connection's tool is asked for what was; it is sealed, and never shown again."""
    settings, act = startup.read_settings(), command_act()
    signing_key, allowed = secrets.load(settings), Allowed(networks=settings.outbound_networks)
    secret = sys.stdin.readline() if key == "-" else key
    with writing() as session:
        if clear:
            api_keys.clear(session, name, act)
            return Answer({"name": name, "key": False}, [f"Removed the API key of {name}."])
        made = api_keys.set_key(
            session, signing_key, name, act, secret=secret, address=address, repositories=" ".join(repository or []),
            allowed=allowed,
        )  # fmt: skip
        document = {
            "name": name, "key": True, "address": made.address, "repositories": made.repositories.split(),
        }  # fmt: skip
        return Answer(document, [f"Set the API key of {name}. It is compared with {made.address} each hour."])


@command(group, "backfill")
def backfill(
    voice: Voice,
    name: Name,
    since: Annotated[
        date | None,
        typer.Option(metavar="DATE", parser=iso_date, help="The first day, YYYY-MM-DD; without it, tell how it goes."),
    ] = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="End the one that is under way.")] = False,
) -> Answer:
    """Fetch what happened at a tool since a day, and wait for it; a server goes on where this is interrupted."""
    settings, act = startup.read_settings(), command_act()
    if cancel:
        with writing() as session:
            return _answer(name, backfills.cancel(session, name, act))
    if since is None:
        with reading() as session:
            found = backfills.latest(session, name)
            return _answer(name, found) if found else Answer({"name": name, "state": None}, ["No backfills yet."])
    with opened(settings) as database:
        with database.unit_of_work() as session:
            begun = backfills.start(session, name, backfills.beginning(session, since, act.now), act)
        return _answer(name, _wait(voice, settings, database, begun.id, name))


def _wait(voice: Voice, settings: Settings, database: Database, backfill_id: str, name: str) -> Backfill:
    """Fetch page by page, beside a server that may do the same, until the backfill has ended."""
    key, client = secrets.load(settings), page_jobs.client(settings.outbound_networks)
    with voice.progress(f"Fetching {name}") as bar:
        told = 0
        while True:
            with database.unit_of_work() as session:
                claims = jobs.claim(session, WORKER, {page_jobs.FETCH: page_jobs.LEASE}, CLOCK.real(), 1)
            for claim in claims:
                with _renewed(database, claim):
                    page_jobs.fetch_here(database, CLOCK, key, client, claim)
                with database.unit_of_work() as session:
                    jobs.finish(session, claim, CLOCK.real())
            with database.reading() as session:
                found = session.get_one(Backfill, backfill_id)
            bar.advance(found.fetched - told)
            told = found.fetched
            if found.state != "running":
                return found
            if not claims:
                time.sleep(LOOK_SECONDS)


@contextmanager
def _renewed(database: Database, claim: Claim) -> Iterator[None]:
    """Keep the lease of a page while it is fetched; a server soon goes on where this is killed."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.wait(page_jobs.LEASE.total_seconds() / 3):
            with suppress(Problem), database.unit_of_work() as session:
                jobs.renew(session, claim, CLOCK.real() + page_jobs.LEASE)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def _answer(name: str, found: Backfill) -> Answer:
    document: dict[str, Any] = {
        "name": name, "state": found.state, "since": found.since, "fetched": found.fetched, "stored": found.stored,
        "error": found.error, "resumes_at": found.resumes_at, "started_at": found.created_at,
        "finished_at": found.finished_at,
    }  # fmt: skip
    new = f"{found.fetched:,} fetched, {found.stored:,} of them new"
    match found.state:
        case "done":
            return Answer(document, [f"Backfilled {name}: {new}. The server processes them within moments."])
        case "failed":
            return Answer(document, refusal=f"The backfill of {name} failed after {new}. {found.error}")
        case "cancelled":
            return Answer(document, [f"Cancelled the backfill of {name} after {new}."])
        case _:
            wait = [f"{found.error} It goes on at {found.resumes_at:%H:%M:%S} UTC."] if found.resumes_at else []
            return Answer(document, [f"The backfill of {name} is under way: {new}.", *wait])
