"""Slack at the moment when sign-up opens: everybody presses *Take*; then one seat that changes what a message shows."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select

from app.db.database import Database
from app.domain import actor
from app.domain.actor import Act, command
from app.domain.calendar.slots import ASSEMBLY_WEEK
from app.models import Person, Seat, Shift, SlackMessage, SlackWorkspace
from app.services.intake import authors, connections
from app.services.operations import secrets
from app.services.shifts import covers, seats
from app.services.slack import workspaces
from bench import weeks
from bench.figures import Figure
from bench.scale import Scale
from bench.shifts import OPENING, make_shifts, send_at_once
from bench.streams_servers import Server, serve
from tests.slack.running import StandIn, running, signed
from tests.slack.workspace import BOT_TOKEN, TEAM

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105 (the published example of Slack's documentation)
MOST_ANSWER_SECONDS, MOST_SECONDS, MOST_UPDATE_SECONDS = 2.5, 10.0, 5.0
PATIENCE_SECONDS = 60.0


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """Measure both on one week, with the stand-in as Slack. Raises RuntimeError for an answer or a seat too many."""
    with running() as stand_in:
        database = weeks.open_database(place)
        used = min(29, scale.players // 6)  # one is left for the seat that is taken over
        per_shift = scale.players * 9 // 10 // used
        shift_ids = make_shifts(
            database, OPENING, ASSEMBLY_WEEK, 5, scale.players, per_shift=per_shift, ahead=2, zone=_zone_by_day()
        )
        users = _connect(place, database, stand_in)
        more = {"SLACK_API_URL": stand_in.api_url, "PUBLIC_URL": "https://week.example.com"}
        with serve(place, **more) as server:
            _wait(lambda: _asked(database, select(SlackWorkspace.team_id)) == [TEAM])
            yield from _presses(server, database, stand_in, shift_ids[:used], users)
            yield _update(database, stand_in, shift_ids[-1])
        database.dispose()


def _zone_by_day() -> ZoneInfo:
    """A zone where it is about noon: by night people are told of a seat in the morning only."""
    ahead = 12 - datetime.now(UTC).hour
    return ZoneInfo(f"Etc/GMT{-ahead:+d}")  # POSIX counts the other way: what is ahead of Greenwich is negative


def _connect(place: Path, database: Database, stand_in: StandIn) -> list[str]:
    """Connect the workspace, with everybody known there; their ids at Slack."""
    act, key = Act(command("bench"), datetime.now(UTC)), secrets.load(weeks.settings_of(place))
    with database.unit_of_work() as session:
        connections.connect(session, key, "slack", act, secret=SECRET)
        people = session.exec(select(Person).order_by(Person.email)).all()
        users = [f"U{number}" for number, _ in enumerate(people)]
        for user, person in zip(users, people, strict=True):
            authors.name(session, "slack", user, person.email, act)
        workspaces.set_token(session, key, "slack", act, token=BOT_TOKEN)
    for user in users:
        stand_in.order("user", id=user)
    return users


def _presses(
    server: Server, database: Database, stand_in: StandIn, shift_ids: Sequence[str], users: Sequence[str]
) -> Iterator[Figure]:
    """Everybody presses at once, nine seats for each ten of them."""
    requests = [
        _press(user, shift_ids[number % len(shift_ids)], f"{stand_in.origin}/answers/{number}")
        for number, user in enumerate(users)
    ]
    cpu, begun = server.cpu_seconds(), time.perf_counter()
    took, statuses = asyncio.run(send_at_once(server.port, requests))
    if set(statuses) != {200}:
        raise RuntimeError(f"the server answered {dict(statuses)}")
    _wait(lambda: len(stand_in.order("responses")) >= len(users))
    seconds, cpu = time.perf_counter() - begun, server.cpu_seconds() - cpu
    seated = sum("You’re on" in each["text"] for each in stand_in.order("responses"))
    _check_seats(database, shift_ids, seated)
    name = f"{len(users)} press Take in Slack at once"
    note = f"median {median(took):.2f} s, {cpu:.2f} s of the server's CPU"
    yield Figure(f"{name}: p99 of the answers", quantiles(took, n=100)[-1], "s", MOST_ANSWER_SECONDS, "at most", note)
    yield Figure(f"{name}: until all know", seconds, "s", MOST_SECONDS, "at most", f"{seated} seated")


def _press(user: str, shift_id: str, response_url: str) -> bytes:
    """A press of *Take*, as Slack sends it."""
    said = {
        "type": "block_actions", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM},
        "trigger_id": f"{user}.1.1", "response_url": response_url,
        "actions": [{"action_id": "aw.take", "block_id": "aw0", "value": shift_id}],
    }  # fmt: skip
    body = urlencode({"payload": json.dumps(said)}).encode()
    headers = {"host": "localhost", "content-length": str(len(body)), **signed(SECRET, body, datetime.now(UTC))}
    lines = ["POST /hooks/slack HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _check_seats(database: Database, shift_ids: Sequence[str], told: int) -> None:
    """Raise RuntimeError unless as many have a seat as were told so, and no shift has more than its seats."""
    with database.reading() as session:
        found = session.exec(select(Shift.taken, Shift.seats).where(col(Shift.id).in_(shift_ids))).all()
        live = session.exec(select(func.count()).select_from(Seat).where(col(Seat.shift_id).in_(shift_ids))).one()
    if live != told or live != sum(taken for taken, _ in found) or any(taken > seats for taken, seats in found):
        raise RuntimeError(f"{told} were told that they have a seat, {live} have one")


def _update(database: Database, stand_in: StandIn, shift_id: str) -> Figure:
    """Somebody offers their seat to the team; one of two takes it, and the other's message changes."""
    first = _asked(database, select(Person.id).order_by(col(Person.email)))[0]
    with database.unit_of_work() as session:
        seat = seats.sign_up(session, OPENING, shift_id, first, _act(first)).seat
        covers.offer(session, OPENING, shift_id, seat.id, "team", _act(first))
    shown = select(SlackMessage.person_id).where(
        SlackMessage.shift_id == shift_id, SlackMessage.kind == "offered", SlackMessage.shown == 1
    )
    _wait(lambda: len(_asked(database, shown)) == 2)
    taker = _asked(database, shown)[0]
    with database.unit_of_work() as session:
        covers.accept(session, OPENING, shift_id, seat.id, taker, _act(taker))
    begun = time.perf_counter()
    _wait(lambda: len(stand_in.calls("chat.update")) >= 1)
    return Figure(
        "a seat taken over: until the other message at Slack says so", time.perf_counter() - begun, "s",
        MOST_UPDATE_SECONDS, "at most",
    )  # fmt: skip


def _act(person_id: str) -> Act:
    return Act(actor.person("Player", person_id, "player"), datetime.now(UTC))


def _asked(database: Database, query: Any) -> list[Any]:
    with database.reading() as session:
        return list(session.exec(query))


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > until:
            raise RuntimeError("what was waited for did not come")
        time.sleep(0.02)
