"""Boards and single writes, asked of the product and of bare routes in turn."""

import json
from collections.abc import Iterator
from itertools import islice, repeat
from pathlib import Path
from urllib.request import urlopen

from app.services.demo.cast import CAST, SLUG
from bench import baseline, weeks
from bench.client import drive, request
from bench.figures import Figure, against_bare, duel
from bench.scale import Scale
from bench.servers import BARE, PRODUCT, serving

CLIENTS = 8
BOARD_JSON, BOARD_HTML = f"/api/v1/weeks/{SLUG}/leaderboard", f"/weeks/{SLUG}"
ACTIVITIES = f"/api/v1/weeks/{SLUG}/activities"


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """The finished demo's public board and single writes into its week, each against a bare route of its own kind."""
    database = weeks.open_database(place)
    weeks.play_demo(database)
    token = weeks.make_token(database)
    database.dispose()
    ours = {"ASSEMBLY_WEEK_DATA_DIR": str(place), "ASSEMBLY_WEEK_BOARD_VISIBILITY": "public"}
    with serving(PRODUCT, ours) as port:
        sizes = {path: _size(port, path) for path in (BOARD_JSON, BOARD_HTML)}
        bare = {
            baseline.JSON_BYTES: str(sizes[BOARD_JSON]),
            baseline.HTML_BYTES: str(sizes[BOARD_HTML]),
            baseline.FILE: str(place / "bare.sqlite3"),
        }
        with serving(BARE, bare) as bare_port:
            yield _reads(f"board JSON, {sizes[BOARD_JSON]:,} bytes", port, BOARD_JSON, bare_port, "/json", scale)
            yield _reads(f"board HTML, {sizes[BOARD_HTML]:,} bytes", port, BOARD_HTML, bare_port, "/html", scale)
            yield _writes(port, bare_port, token, 1, scale)
            yield _writes(port, bare_port, token, CLIENTS, scale)


def _size(port: int, path: str) -> int:
    with urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return len(answer.read())


def _reads(what: str, port: int, path: str, bare_port: int, bare_path: str, scale: Scale) -> Figure:
    def rate(port: int, path: str) -> float:
        return drive(port, repeat(request("GET", path), scale.reads), clients=CLIENTS).only(200)

    found = duel(lambda _: rate(port, path), lambda _: rate(bare_port, bare_path), scale.rounds)
    return against_bare(f"{what}, {CLIENTS} clients", found, goal=0.8)


def _writes(port: int, bare_port: int, token: str, clients: int, scale: Scale) -> Figure:
    people = [player.email for player in CAST.values()]

    def posts(path: str, name: str, **headers: str) -> Iterator[bytes]:
        for fact in islice(weeks.activities(people, name), scale.writes * clients):
            body = {key: value for key, value in fact.items() if value is not None}
            body["occurred_at"] = fact["occurred_at"].isoformat()
            yield request("POST", path, json.dumps(body).encode(), **headers)

    def rate(port: int, path: str, number: int, **headers: str) -> float:
        ready = iter(list(posts(path, f"{clients}/{number}/", **headers)))
        return drive(port, ready, clients=clients).only(201)

    found = duel(
        lambda number: rate(port, ACTIVITIES, number, Authorization=f"Bearer {token}"),
        lambda number: rate(bare_port, "/items", number),
        scale.rounds,
    )
    company = "1 client" if clients == 1 else f"{clients} clients"
    return against_bare(f"durable single writes, {company}", found, goal=0.8 if clients == 1 else 0.5)
