"""Deliveries of tools: how many a second are answered, and how soon, beside a thousand viewers; and copies at once."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from app.db.database import Database
from app.domain.actor import Act, command
from app.integrations.sources.envelope import hmac_hex
from app.models import Delivery, LedgerEntry
from app.services.intake import connections
from app.services.operations import secrets
from app.services.operations.secrets import SigningKey
from bench import baseline, databases, weeks
from bench.client import drive, request
from bench.figures import Figure, against_bare, duel
from bench.scale import Scale
from bench.servers import BARE, PRODUCT, serving
from bench.streams_servers import serve
from bench.viewers import Stream, allow_sockets, crowd

SLUG, CONNECTION = "live", "linear"
KEY, SECRET = "the signing key of a bench, which is no secret", "whsec_of_a_bench"
TEAMS, PER_TEAM, CLIENTS, COPIES = 10, 20, 8, 20
A_SECOND = 50
MOST_SECONDS, PROCESSED_SECONDS, PATIENCE_SECONDS = 1.0, 5.0, 300.0
TEXT = "The export stops at ten thousand rows, and nobody is told why. " * 20
"""As long as what people write of an issue."""


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """Measure each with fresh data in this directory."""
    database, people = _prepare(weeks.open_database(place), secrets.load(weeks.settings_of(place)))
    bodies = _bodies(people)
    database.dispose()
    with serve(place) as server:
        port = server.port
        bare = {baseline.JSON_BYTES: "0", baseline.HTML_BYTES: "0", baseline.FILE: str(place / "bare.sqlite3")}
        with serving(BARE, bare) as bare_port:
            for clients in (1, CLIENTS):
                yield _rate(database, port, bare_port, bodies, clients, scale)
        yield _processed(database)
        yield from _beside_viewers(port, bodies, scale)
    database.dispose()
    for engine in scale.engines:
        yield from _copies(engine, place / engine, scale)


def _prepare(database: Database, key: SigningKey) -> tuple[Database, Sequence[str]]:
    """An open week, and a tool that is connected."""
    people = weeks.make_week(database, SLUG, teams=TEAMS, per_team=PER_TEAM)
    act = Act(command("bench"), datetime.now(UTC))
    with database.unit_of_work() as session:
        connections.connect(session, key, CONNECTION, act, secret=SECRET)
    return database, people


def _environment(url: str, place: Path) -> Mapping[str, str]:
    settings = {"DATA_DIR": str(place), "DATABASE_URL": url, "SECRET_KEY": KEY, "BOARD_VISIBILITY": "public"}
    return {f"ASSEMBLY_WEEK_{name}": value for name, value in settings.items()}


def _bodies(people: Sequence[str]) -> Iterator[bytes]:
    """Deliveries of an issue tracker without end, all different, each of an activity."""
    facts = weeks.activities(people)
    for number in count():
        fact = next(facts)
        data = {"id": f"issue-{number}", "createdAt": fact["occurred_at"].isoformat(), "description": TEXT}
        actor = {"id": fact["person"], "type": "user", "email": fact["person"]}
        body: dict[str, Any] = {"type": "Issue", "action": "create", "actor": actor, "data": data}
        yield json.dumps({**body, "webhookTimestamp": int(time.time() * 1000)}).encode()


def _signed(body: bytes, delivery: str) -> bytes:
    headers = {"Linear-Signature": hmac_hex(SECRET, body), "Linear-Delivery": delivery}
    return request("POST", f"/hooks/{CONNECTION}", body, **headers)


_deliveries = (f"d-{number}" for number in count())


def _rate(database: Database, port: int, bare_port: int, bodies: Iterator[bytes], clients: int, scale: Scale) -> Figure:
    number = scale.writes * (1 if clients == 1 else CLIENTS // 2)

    def ours(_: int) -> float:
        ready = [_signed(body, next(_deliveries)) for body in islice(bodies, number)]
        return drive(port, iter(ready), clients=clients).only(200)

    def bare(_: int) -> float:
        _processed(database)  # what was only stored would weigh on the bare route
        ready = [request("POST", "/bodies", body) for body in islice(bodies, number)]
        return drive(bare_port, iter(ready), clients=clients).only(200)

    company = "1 client" if clients == 1 else f"{clients} clients"
    return against_bare(f"deliveries, {company}", duel(ours, bare, scale.rounds), goal=0.8)


def _processed(database: Database) -> Figure:
    """The time from the last answer until nothing waits."""
    waited, began = _waiting(database), time.monotonic()
    while _waiting(database) and time.monotonic() - began < PATIENCE_SECONDS:
        time.sleep(0.05)
    return Figure("deliveries: processed after the last answer", time.monotonic() - began, "s", note=f"{waited} waited")


def _waiting(database: Database) -> int:
    with database.reading() as session:
        query = select(func.count()).select_from(Delivery).where(Delivery.state == "received")
        return int(session.exec(query).one())


def _beside_viewers(port: int, bodies: Iterator[bytes], scale: Scale) -> Iterator[Figure]:
    """So many a second, whatever the answers take, while viewers have the board open."""
    viewers = scale.delivery_viewers
    if allow_sockets() < 2 * viewers:
        yield Figure(f"{A_SECOND} deliveries a second", None, "s", note="needs more open files: ulimit -n")
        return
    requests = [_signed(body, next(_deliveries)) for body in islice(bodies, scale.deliveries)]
    with crowd() as people:
        if people.join(Stream(port, f"/api/v1/weeks/{SLUG}/live"), viewers) != viewers:
            raise RuntimeError(f"the server does not take {viewers} viewers")
        took = asyncio.run(_send_steadily(port, requests))
    what = f"{A_SECOND} deliveries a second, {viewers:,} viewers"
    note = f"median {1e3 * median(took):.0f} ms, slowest {1e3 * max(took):.0f} ms of {len(took):,}"
    yield Figure(f"{what}: p99 of the answers", quantiles(took, n=100)[-1], "s", MOST_SECONDS, "at most", note)


async def _send_steadily(port: int, requests: Sequence[bytes]) -> list[float]:
    began = time.perf_counter()

    async def send(place: int, text: bytes) -> float:
        due = began + place / A_SECOND
        await asyncio.sleep(due - time.perf_counter())
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(text)
        status = int((await reader.readline())[9:12])
        took = time.perf_counter() - due
        writer.close()
        if status != 200:
            raise RuntimeError(f"a delivery was answered with {status}")
        return took

    async with asyncio.timeout(PATIENCE_SECONDS):
        return await asyncio.gather(*(send(place, text) for place, text in enumerate(requests)))


def _copies(engine: str, place: Path, scale: Scale) -> Iterator[Figure]:
    """Each delivery in many copies at once, on two servers where the engine has several: an activity each."""
    with databases.ENGINES[engine](place) as fresh, ExitStack() as stack:
        database, people = _prepare(fresh, SigningKey(KEY))
        bodies = list(islice(_bodies(people), scale.deliveries))
        before = _activities(database)
        environment = _environment(database.url.render_as_string(hide_password=False), place)
        ports = [stack.enter_context(serving(PRODUCT, environment)) for _ in range(1 if database.on_sqlite else 2)]
        requests = [_signed(body, f"c-{number}") for number, body in enumerate(bodies) for _ in range(COPIES)]
        began = time.perf_counter()
        statuses = asyncio.run(_send_all(ports, requests))
        rate = len(requests) / (time.perf_counter() - began)
        _processed(database)
        found = _activities(database) - before
    if set(statuses) != {200} or found != len(bodies):
        raise RuntimeError(f"{len(bodies)} deliveries became {found} activities; answers {dict(statuses)}")
    note = f"{len(bodies):,} activities, on {len(ports)} process{'es' * (len(ports) > 1)}"
    yield Figure(f"{COPIES} copies of {len(bodies):,} deliveries at once, {engine}", rate, "/s", note=note)


def _activities(database: Database) -> int:
    with database.reading() as session:
        return int(session.exec(select(func.count(col(LedgerEntry.seq)))).one())


async def _send_all(ports: Sequence[int], requests: Sequence[bytes]) -> Counter[int]:
    """Copies of one delivery next to each other, to each server in turn, over many connections at once."""
    waiting = iter(enumerate(requests))
    statuses: Counter[int] = Counter()

    async def work(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", ports[number % len(ports)])
        for _, text in waiting:
            writer.write(text)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"\r\ncontent-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            statuses[int(head[9:12])] += 1
        writer.close()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*(work(number) for number in range(4 * CLIENTS)))
    return statuses
