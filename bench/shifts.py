"""Shifts: the moment when sign-up opens and all come at once, a sign-up alone, and a view of the page."""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import func
from sqlmodel import select

from app.db.database import Database
from app.domain import actor
from app.domain.actor import Act, SignedInActor, command
from app.domain.calendar.slots import ASSEMBLY_WEEK, WEDNESDAY_ROTATION, Pattern
from app.models import Person, Seat, Shift
from app.models.columns import new_id
from app.services import lifecycle
from app.services.access import sign_ins
from app.services.imports import roster_import
from app.services.shifts import seats, shifts
from app.services.shifts.shifts import ShiftFields
from app.services.weeks import weeks as week_services
from bench import databases, weeks
from bench.client import request
from bench.figures import Figure
from bench.scale import Scale
from bench.streams_servers import SIGN_IN_COOKIE, Server, serve

SLUG = "shifts"
PAGE = f"/weeks/{SLUG}/shifts"
MOST_SECONDS, MOST_MS = 1.0, 4.0
PATIENCE_SECONDS = 60.0
QUARTER_DAYS = 13 * 7
_BARE = "INSERT INTO seat (id, shift_id, person_id, state, origin, signed_up_at) VALUES ({})"


class Player(NamedTuple):
    """Somebody who signed in: their cookie's secret, and what their forms carry."""

    person_id: str
    secret: str
    csrf: str


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """Measure all three, each with fresh data in this directory."""
    yield from _opening(place / "opening", scale)
    for engine, open_database in databases.ENGINES.items():
        with open_database(place / engine) as database:
            yield _sign_up(engine, database, scale)
    yield _view(place / "page", scale)


def _opening(place: Path, scale: Scale) -> Iterator[Figure]:
    """Everybody wants a seat at once, nine for each ten of them; as many more have the page open."""
    place.mkdir()
    database = weeks.open_database(place)
    used = min(30, scale.players // 6)
    shift_ids = make_shifts(database, ASSEMBLY_WEEK, 5, scale.players, per_shift=scale.players * 9 // 10 // used)[:used]
    players = sign_in(database)[: scale.players]
    database.dispose()
    requests = [_take(player, shift_ids[number % len(shift_ids)]) for number, player in enumerate(players)]
    with serve(place) as server, watching(server.port, scale.players) as watchers:
        before = server.cpu_seconds()
        took, statuses = asyncio.run(_send_at_once(server.port, requests))
        cpu = server.cpu_seconds() - before
        received = watchers()
    if strange := set(statuses) - {303, 409}:
        raise RuntimeError(f"the server answered {sorted(strange)}")
    database = Database(weeks.settings_of(place).sqlalchemy_url)
    with database.reading() as session:
        taken, capacity = session.exec(select(func.sum(Shift.taken), func.sum(Shift.seats))).one()
        live = session.exec(select(func.count()).select_from(Seat)).one()
    database.dispose()
    if not live == taken == statuses[303] or taken > capacity:
        raise RuntimeError(f"{statuses[303]} were told that they have a seat, {live} have one")
    note = f"{statuses[303]} seated, {statuses[409]} refused, {received:,} bytes to each of {scale.players} who watched"
    name = f"{scale.players} sign up at once"
    yield Figure(f"{name}: p99 of the answers", quantiles(took, n=100)[-1], "s", MOST_SECONDS, "at most", note)
    yield Figure(f"{name}: median", median(took), "s", note=f"{cpu:.2f} s of the server's CPU")


def _sign_up(engine: str, database: databases.TimedDatabase, scale: Scale) -> Figure:
    """One sign-up after the other, and in turn a bare insert of the same row into the same table."""
    shift_ids = make_shifts(database, Pattern(frozenset(range(7)), 0, 24 * 60, 15), 7, 30, per_shift=3)
    with database.reading() as session:
        people = session.exec(select(Person.id)).all()
    now = datetime.now(UTC)
    ours, bare, ours_cpu, bare_cpu = [], [], [], []
    marks = ", ".join(("?" if database.on_sqlite else "%s",) * 6)
    for number in range(scale.sign_ups):
        person_id = people[number % len(people)]
        act = Act(actor.person("Player", person_id, "player"), now)
        first, second = shift_ids[2 * number], shift_ids[2 * number + 1]
        begun, cpu = time.perf_counter(), time.thread_time()
        with database.unit_of_work() as session:
            seats.sign_up(session, SLUG, first, person_id, act)
        between, cpu_between = time.perf_counter(), time.thread_time()
        with database.writer.connect() as connection:
            moment = now.strftime("%Y-%m-%d %H:%M:%S.%f+00:00")
            row = (new_id(), second, person_id, "signed_up", "own", moment)
            connection.exec_driver_sql(_BARE.format(marks), row)
            connection.commit()
        ours.append(between - begun)
        ours_cpu.append(cpu_between - cpu)
        bare.append(time.perf_counter() - between)
        bare_cpu.append(time.thread_time() - cpu_between)
    note = (
        f"{1e3 * median(ours):.2f} ms against {1e3 * median(bare):.2f} ms; of CPU here {1e3 * median(ours_cpu):.2f}"
        f" against {1e3 * median(bare_cpu):.2f}"
    )
    return Figure(f"one sign-up against a bare insert, {engine}", median(ours) / median(bare), "times", note=note)


def _view(place: Path, scale: Scale) -> Figure:
    """The sign-up page of a quarter, as somebody sees it who has seats in it and a team."""
    place.mkdir()
    database = weeks.open_database(place)
    shift_ids = make_shifts(database, WEDNESDAY_ROTATION, QUARTER_DAYS, 30, per_shift=3)
    players = sign_in(database)
    for number, shift_id in enumerate(shift_ids):
        player = players[number % len(players)]
        with database.unit_of_work() as session:
            act = Act(actor.person("Player", player.person_id, "player"), datetime.now(UTC))
            seats.sign_up(session, SLUG, shift_id, player.person_id, act)
    database.dispose()
    headers = {"Cookie": f"{SIGN_IN_COOKIE}={players[0].secret}"}
    with serve(place) as server:
        size = len(server.get(PAGE, **headers))
        cost = _cpu_of(server, scale.views, headers)
    note = f"{size:,} bytes"
    return Figure(f"sign-up page of {len(shift_ids)} shifts: CPU of a view", 1e3 * cost, "ms", MOST_MS, "at most", note)


def _cpu_of(server: Server, views: int, headers: dict[str, str]) -> float:
    """CPU seconds of the server for a view of the page."""
    for _ in range(min(views, 20)):
        server.get(PAGE, **headers)
    before = server.cpu_seconds()
    for _ in range(views):
        server.get(PAGE, **headers)
    return (server.cpu_seconds() - before) / views


def make_shifts(database: Database, pattern: Pattern, days: int, players: int, *, per_shift: int) -> list[str]:
    """An open week of so many days that begins next Monday, with teams of three and the shifts of a pattern."""
    act, today = Act(command("bench"), datetime.now(UTC)), datetime.now(UTC).date()
    starts = today + timedelta(days=7 - today.weekday())
    ends = starts + timedelta(days=days - 1)
    roster = [
        roster_import.Entry(number + 2, f"Team {number // 3}", f"Player {number}", f"player{number}@example.com")
        for number in range(players)
    ]
    with database.unit_of_work() as session:
        zone = weeks.ZONE.key
        week_services.create(session, act, slug=SLUG, name=SLUG, timezone=zone, starts=starts, ends=ends)
        roster_import.apply(session, SLUG, roster, act)
        lifecycle.open_week(session, SLUG, act)
        fields = ShiftFields(seats=per_shift)
        return [shift.id for shift in shifts.generate(session, SLUG, pattern, starts, ends, fields, act).shifts]


def sign_in(database: Database) -> list[Player]:
    """Everybody signs in."""
    act, players = Act(command("bench"), datetime.now(UTC)), []
    with database.unit_of_work() as session:
        for person in session.exec(select(Person).order_by(Person.email)):
            secret = sign_ins.start(session, person, "invitation", act, agent="bench", replaces=None)
            member = sign_ins.check(session, secret, act.now).actor
            if isinstance(member, SignedInActor):
                players.append(Player(person.id, secret, member.csrf))
    return players


def _take(player: Player, shift_id: str) -> bytes:
    """The form with which somebody takes a seat, as their browser sends it."""
    body = urlencode({"csrf": player.csrf})
    lines = [
        f"POST {PAGE}/{shift_id}/take HTTP/1.1", "Host: localhost", "Origin: http://localhost",
        f"Cookie: {SIGN_IN_COOKIE}={player.secret}", "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]  # fmt: skip
    return "\r\n".join([*lines, "", body]).encode()


async def _send_at_once(port: int, requests: Sequence[bytes]) -> tuple[list[float], Counter[int]]:
    """Seconds until each answer, and how many had each status; connections are open before."""
    opened = [await asyncio.open_connection("127.0.0.1", port, limit=2**20) for _ in requests]

    async def ask(text: bytes, place: int) -> tuple[float, int]:
        reader, writer = opened[place]
        begun = time.perf_counter()
        writer.write(text)
        status = int((await reader.readline())[9:12])
        return time.perf_counter() - begun, status

    async with asyncio.timeout(PATIENCE_SECONDS):
        answers = await asyncio.gather(*(ask(text, place) for place, text in enumerate(requests)))
    for _, writer in opened:
        writer.close()
    return [took for took, _ in answers], Counter(status for _, status in answers)


@contextmanager
def watching(port: int, number: int) -> Iterator[Any]:
    """So many people who have the page open, in a process of their own; what is given tells the bytes each received."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=watch, args=(theirs, port, number), daemon=True)
    process.start()
    theirs.close()
    ours.recv()

    def received() -> int:
        ours.send("how much?")
        return int(ours.recv()) // number

    try:
        yield received
    finally:
        ours.close()
        process.join(5)
        process.kill()


def watch(pipe: "Connection[Any, Any]", port: int, number: int) -> None:
    """Open the streams, say so, and read until asked how much came."""
    asyncio.run(_watch(pipe, port, number))


async def _watch(pipe: "Connection[Any, Any]", port: int, number: int) -> None:
    received = 0
    everybody = asyncio.Barrier(number + 1)

    async def follow() -> None:
        nonlocal received
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request("GET", f"{PAGE}/live", Accept="text/event-stream"))
        if b" 200 " not in await reader.readline():
            raise RuntimeError("the server does not stream")
        await everybody.wait()
        while data := await reader.read(65_536):
            received += len(data)

    async with asyncio.TaskGroup() as group:
        followers = [group.create_task(follow()) for _ in range(number)]
        await everybody.wait()
        pipe.send("here")
        await asyncio.to_thread(pipe.recv)
        await asyncio.sleep(1)
        pipe.send(received)
        for follower in followers:
            follower.cancel()
