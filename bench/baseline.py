"""The least a server can do: bare FastAPI routes that answer with constant bytes, or store one row and commit."""

import os
import sqlite3
import threading

from fastapi import FastAPI
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

JSON_BYTES, HTML_BYTES, FILE = "BENCH_JSON_BYTES", "BENCH_HTML_BYTES", "BENCH_FILE"


class Item(BaseModel):
    """The row that the bare route stores."""

    kind: str
    person: str
    occurred_at: str
    source: str
    external_id: str


def create_app() -> FastAPI:
    """The application; the environment says how many bytes its pages have and where its database is."""
    app = FastAPI()
    json, html = b"x" * int(os.environ[JSON_BYTES]), b"x" * int(os.environ[HTML_BYTES])
    connection, turn = _open(os.environ[FILE]), threading.Lock()

    @app.get("/json")
    async def constant_json() -> Response:
        return Response(json, media_type="application/json")

    @app.get("/html")
    async def constant_html() -> Response:
        return Response(html, media_type="text/html")

    @app.post("/items", status_code=201)
    def insert(item: Item) -> Item:
        with turn:
            connection.execute("INSERT INTO item VALUES (?, ?, ?, ?, ?)", tuple(item.model_dump().values()))
            connection.commit()
        return item

    @app.post("/bodies")
    async def keep(request: Request) -> Response:
        body = await request.body()
        await run_in_threadpool(store, body)
        return JSONResponse({"delivery": "kept"})

    def store(body: bytes) -> None:
        with turn:
            connection.execute("INSERT INTO body VALUES (?)", (body,))
            connection.commit()

    return app


def _open(file: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE item (kind TEXT, person TEXT, occurred_at TEXT, source TEXT, external_id TEXT)")
    connection.execute("CREATE TABLE body (body BLOB)")
    connection.commit()
    return connection
