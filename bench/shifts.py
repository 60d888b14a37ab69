"""Shifts: the moment when sign-up opens and all come at once, a sign-up alone, and a view of the page."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import col, select

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
from bench.figures import Figure
from bench.scale import Scale
from bench.streams_servers import SIGN_IN_COOKIE, Server, serve
from bench.watchers import watching

OPENING, QUARTER = "opening", "quarter"
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
    database = weeks.open_database(place)
    used = min(30, scale.players // 6)
    per_shift = scale.players * 9 // 10 // used
    wanted = make_shifts(database, OPENING, ASSEMBLY_WEEK, 5, scale.players, per_shift=per_shift)[:used]
    quarter = make_shifts(database, QUARTER, WEDNESDAY_ROTATION, QUARTER_DAYS, scale.players, per_shift=3, ahead=2)
    players = sign_in(database)
    _sit(database, quarter, players)
    database.dispose()
    with serve(place) as server:
        yield from _opening(place, server, wanted, players[: scale.players])
        yield _view(server, len(quarter), players[0], scale)
    for engine in scale.engines:
        with databases.ENGINES[engine](place / engine) as fresh:
            yield _sign_up(engine, fresh, scale)


def _opening(place: Path, server: Server, shift_ids: Sequence[str], players: Sequence[Player]) -> Iterator[Figure]:
    """Everybody wants a seat at once, nine for each ten of them; as many more have the page open.

    Those who sign up have opened the page before: the form they send is on it.
    """
    for player in players:
        server.get(page_of(OPENING), Cookie=f"{SIGN_IN_COOKIE}={player.secret}")
    requests = [_take(player, shift_ids[number % len(shift_ids)]) for number, player in enumerate(players)]
    with watching(server.port, f"{page_of(OPENING)}/live", len(players)) as received:
        before = server.cpu_seconds()
        took, statuses = asyncio.run(send_at_once(server.port, requests))
        cpu = server.cpu_seconds() - before
        size = received()
    if strange := set(statuses) - {303, 409}:
        raise RuntimeError(f"the server answered {sorted(strange)}")
    _check_seats(place, shift_ids, statuses[303])
    note = f"{statuses[303]} seated, {statuses[409]} refused, {size:,} bytes to each of {len(players)} who watched"
    name = f"{len(players)} sign up at once"
    yield Figure(f"{name}: p99 of the answers", quantiles(took, n=100)[-1], "s", MOST_SECONDS, "at most", note)
    yield Figure(f"{name}: median", median(took), "s", note=f"{cpu:.2f} s of the server's CPU")


def _check_seats(place: Path, shift_ids: Sequence[str], told: int) -> None:
    """Raise RuntimeError unless as many have a seat as were told so, and there are as many seats."""
    database = Database(weeks.settings_of(place).sqlalchemy_url)
    with database.reading() as session:
        found = session.exec(select(Shift.taken, Shift.seats).where(col(Shift.id).in_(shift_ids))).all()
        live = session.exec(select(func.count()).select_from(Seat).where(col(Seat.shift_id).in_(shift_ids))).one()
    database.dispose()
    if live != told or live != sum(taken for taken, _ in found) or any(taken > seats for taken, seats in found):
        raise RuntimeError(f"{told} were told that they have a seat, {live} have one")


def _sign_up(engine: str, database: databases.TimedDatabase, scale: Scale) -> Figure:
    """One sign-up after the other, and in turn a bare insert of the same row into the same table."""
    shift_ids = make_shifts(database, OPENING, Pattern(frozenset(range(7)), 0, 24 * 60, 15), 7, 30, per_shift=3)
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
            seats.sign_up(session, OPENING, first, person_id, act)
        between, cpu_between = time.perf_counter(), time.thread_time()
        with database.writing() as connection:
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


def _sit(database: Database, shift_ids: Sequence[str], players: Sequence[Player]) -> None:
    """Give somebody a seat of each shift."""
    now = datetime.now(UTC)
    for number, shift_id in enumerate(shift_ids):
        person_id = players[number % 9].person_id
        with database.unit_of_work() as session:
            act = Act(actor.person("Player", person_id, "player"), now)
            seats.sign_up(session, QUARTER, shift_id, person_id, act)


def _view(server: Server, number: int, player: Player, scale: Scale) -> Figure:
    """The sign-up page of a quarter, as somebody sees it who has seats in it and a team."""
    headers = {"Cookie": f"{SIGN_IN_COOKIE}={player.secret}"}
    size = len(server.get(page_of(QUARTER), **headers))
    cost = _cpu_of(server, scale.views, headers)
    note = f"{size:,} bytes"
    return Figure(f"sign-up page of {number} shifts: CPU of a view", 1e3 * cost, "ms", MOST_MS, "at most", note)


def _cpu_of(server: Server, views: int, headers: dict[str, str]) -> float:
    """CPU seconds of the server for a view of the page."""
    for _ in range(min(views, 20)):
        server.get(page_of(QUARTER), **headers)
    before = server.cpu_seconds()
    for _ in range(views):
        server.get(page_of(QUARTER), **headers)
    return (server.cpu_seconds() - before) / views


def make_shifts(
    database: Database,
    slug: str,
    pattern: Pattern,
    days: int,
    players: int,
    *,
    per_shift: int,
    ahead: int = 1,
    zone: ZoneInfo = weeks.ZONE,
) -> list[str]:
    """An open week of so many days that begins so many Mondays ahead, with teams of three and a pattern's shifts."""
    act, today = Act(command("bench"), datetime.now(UTC)), datetime.now(UTC).date()
    starts = today + timedelta(days=7 * ahead - today.weekday())
    ends = starts + timedelta(days=days - 1)
    roster = [
        roster_import.Entry(number + 2, f"Team {number // 3}", f"Player {number}", f"player{number}@example.com")
        for number in range(players)
    ]
    with database.unit_of_work() as session:
        week_services.create(session, act, slug=slug, name=slug, timezone=zone.key, starts=starts, ends=ends)
        roster_import.apply(session, slug, roster, act)
        lifecycle.open_week(session, slug, act)
        fields = ShiftFields(seats=per_shift)
        return [shift.id for shift in shifts.generate(session, slug, pattern, starts, ends, fields, act).shifts]


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


def page_of(slug: str) -> str:
    """The address of a week's shifts."""
    return f"/weeks/{slug}/shifts"


def _take(player: Player, shift_id: str) -> bytes:
    """The form with which somebody takes a seat, as their browser sends it."""
    body = urlencode({"csrf": player.csrf})
    lines = [
        f"POST {page_of(OPENING)}/{shift_id}/take HTTP/1.1", "Host: localhost", "Origin: http://localhost",
        f"Cookie: {SIGN_IN_COOKIE}={player.secret}", "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
    ]  # fmt: skip
    return "\r\n".join([*lines, "", body]).encode()


async def send_at_once(port: int, requests: Sequence[bytes]) -> tuple[list[float], Counter[int]]:
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
