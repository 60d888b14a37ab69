"""`demo`: the Q3 2022 week on a board that moves, on a SQLite file of its own."""

import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, time
from json import dumps
from pathlib import Path
from socket import socket
from typing import Any

import typer
from fastapi import FastAPI

from app.cli import demo_slack, demo_sources, server
from app.cli.output import Answer, Voice
from app.cli.place import CLOCK, opened
from app.config import Settings, sqlite_url
from app.db.database import Database
from app.domain.actor import Act, system
from app.domain.calendar.days import local_day
from app.errors import Conflict, Problem
from app.main import create_app
from app.services.access import accounts, links, tokens
from app.services.demo import aftercare, earlier, replay, volume
from app.services.demo.cast import CAST, SLUG, STARTS, ZONE
from app.services.demo.replay import Replay
from app.services.operations import server_lock
from app.services.shifts import shifts
from app.services.standings import boards
from app.services.weeks import weeks

HOST = "127.0.0.1"
FIRST_PORT = 8000
OWNER, OWNER_EMAIL = "Olu Okoro", "olu@example.com"
SCOPES = ["read", "activities:write"]

_MAX_DEMOS = 20  # side by side, each with a file of its own; whoever starts more has lost sight of them
# A demo sends no mail to anybody, nobody's company lets people into it, and its copies push out nobody's backups.
_OWN: dict[str, object] = {"board_visibility": "public", "smtp_url": "", "oidc_issuer": "", "backup_dir": None}
_EXAMPLE_AT = datetime.combine(STARTS, time(5), ZONE)


def demo(
    voice: Voice, settings: Settings, *, finished: bool, speed: float, port: int | None, with_slack: bool = False
) -> None:
    """Serve the demo until stopped. Raises Conflict where the port is taken, or the stand-in for Slack isn't here."""
    with ExitStack() as stack:
        stack.enter_context(server.stopped_by_signals())
        file = stack.enter_context(_own_file(settings.data_dir))
        listener = stack.enter_context(_listen(port))
        slack = stack.enter_context(demo_slack.running()) if with_slack else None
        own = _OWN | (slack.settings(server.address_of(listener)) if slack else {})
        settings = server.prepared(settings.changed(database_url=sqlite_url(file).render_as_string(), **own))
        with opened(settings, checkpoints=True) as database:
            token = _prepare(database, finished=finished)
            address = server.address_of(listener)
            document = _document(address, token, _headline(database) if finished else None) | _ways_in(
                database, address, finished=finished
            )
            act = Act(system("demo"), CLOCK.real())
            tools = demo_sources.connect(database, settings, act, *listener.getsockname())
            if slack is not None:
                demo_slack.connect(database, settings, act, slack, address, OWNER, OWNER_EMAIL)
                document["slack"] = slack.page
        player = None if finished else Replay(speed)
        app = demo_sources.with_tools(create_app(settings, clock=player), tools)

        def announce() -> None:
            voice.give(Answer(document, _lines(document)))
            _open_browser(voice, document["board"])
            demo_sources.greet(app, tools)

        if player is None:
            server.run(app, listener, settings, announce)
        else:
            _play(voice, settings, listener, player, app, announce)


@contextmanager
def _own_file(directory: Path) -> Iterator[Path]:
    """A database file that no other demo uses, newly made. Raises Conflict where too many demos run."""
    for number in range(1, _MAX_DEMOS + 1):
        file = directory / ("demo.sqlite3" if number == 1 else f"demo-{number}.sqlite3")
        with ExitStack() as stack:
            try:
                stack.enter_context(server_lock.held(file.with_suffix(".lock"), "Too many demos run here. Stop one."))
            except Conflict:
                if number == _MAX_DEMOS:
                    raise
                continue
            for ending in ("", "-wal", "-shm"):
                file.with_name(file.name + ending).unlink(missing_ok=True)
            yield file
            return


def _listen(port: int | None) -> socket:
    """The port that was asked for, else the first free one from FIRST_PORT on. Raises Conflict."""
    if port is not None:
        return server.listen(HOST, port)
    for candidate in range(FIRST_PORT, FIRST_PORT + _MAX_DEMOS):
        with suppress(Conflict):
            return server.listen(HOST, candidate)
    return server.listen(HOST, 0)


def _prepare(database: Database, *, finished: bool) -> str:
    """Set the week up after an earlier one, or play it to its end at once; returns a token's text."""
    with database.unit_of_work() as session:
        earlier.prepare(session)
        volume.prepare(session, local_day(CLOCK.real(), ZONE))
    replay.prepare(database)
    with database.unit_of_work() as session:
        aftercare.prepare(session, earlier.SLUG)
    if finished:
        replay.finish(database)
    with database.unit_of_work() as session:
        return tokens.create(session, Act(system("demo"), CLOCK.real()), name="demo", scopes=SCOPES, days=None)


def _ways_in(database: Database, address: str, *, finished: bool) -> dict[str, str]:
    """A personal link for an organizer and one for a player, for whoever wants to look behind the board.

    The player's leads to the shift that can be taken longest, with the next tap, and once the week is over to all.
    """
    now = CLOCK.real()
    with database.unit_of_work() as session:
        owner = accounts.make_owner(session, Act(system("demo"), now), name=OWNER, email=OWNER_EMAIL)
        player = accounts.by_email(session, next(iter(CAST.values())).email)
        people = {"organizer_link": owner} | ({"player_link": player} if player else {})
        last = shifts.of_week(session, weeks.find(session, SLUG, now))[-1]
        made = {
            name: links.make(session, person, "invitation", Act(system("demo"), now)) for name, person in people.items()
        }
    onward = {"player_link": "shifts" if finished else f"week_shift/{SLUG}/{last.id}"}
    return {name: links.address(address, secret, onward.get(name, "")) for name, secret in made.items()}


def _headline(database: Database) -> str:
    now = CLOCK.real()
    with database.reading() as session:
        return boards.live(session, weeks.find(session, SLUG, now), now).headline


def _document(address: str, token: str, headline: str | None) -> dict[str, Any]:
    return {
        "board": f"{address}weeks/{SLUG}",
        "shifts": f"{address}weeks/{SLUG}/shifts",
        "summary": f"{address}weeks/{SLUG}/summary",
        "api": f"{address}api/v1/weeks/{SLUG}/leaderboard",
        "token": token,
        "example": _example(f"{address}api/v1/weeks/{SLUG}/activities", token),
    } | ({"headline": headline} if headline else {})


def _example(address: str, token: str) -> str:
    """A command to paste: one more activity, at a moment that the replay has always passed."""
    activity = {
        "kind": "issue",
        "person": next(iter(CAST.values())).email,
        "occurred_at": _EXAMPLE_AT.isoformat(),
        "source": "curl",
        "external_id": "my-first-issue",
    }
    return (
        f"curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n"
        f"  -d '{dumps(activity)}' \\\n  {address}"
    )


def _lines(document: dict[str, Any]) -> list[str]:
    wish = "take a shift" if "headline" not in document else "see the shifts"
    lines = [
        f"Board    {document['board']}",
        f"Shifts   {document['shifts']}",
        f"Summary  {document['summary']}",
        f"API      {document['api']}",
        *([f"Slack    {document['slack']}"] if "slack" in document else []),
        f"Token    {document['token']}",
        "",
        "Sign in, once each:",
        f"as an organizer  {document['organizer_link']}",
        f"as a player      {document['player_link']}  ({wish})",
        "",
        "Add an issue yourself:",
        document["example"],
        "",
    ]
    return [*lines, document.get("headline", "The week plays now; watch the board move."), "Ctrl+C ends the demo."]


def _open_browser(voice: Voice, address: str) -> None:
    """Show the board to someone who sits at this machine; a browser in the terminal would be in the way."""
    has_screen = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if has_screen and sys.stdout.isatty() and not voice.as_json and not os.environ.get("CI"):
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def _play(
    voice: Voice, settings: Settings, listener: socket, player: Replay, app: FastAPI, announce: Callable[[], object]
) -> None:
    """Serve while the week plays in the background, by the week's own clock."""
    database = app.state.context.database
    stop = threading.Event()
    thread = threading.Thread(target=_replay, args=(voice, player, database, stop), daemon=True)
    thread.start()
    try:
        server.run(app, listener, settings, announce)
    finally:
        stop.set()
        thread.join(server.GRACE_SECONDS)
        database.dispose()


def _replay(voice: Voice, player: Replay, database: Database, stop: threading.Event) -> None:
    try:
        player.run(database, stop)
        if not stop.is_set() and not voice.as_json:
            typer.echo(_headline(database))
    except Problem as problem:
        typer.echo(f"The replay ended early. {problem.detail}", err=True)
