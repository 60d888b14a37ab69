"""A real server process, as `serve` starts it."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from app.config import Settings
from tests.builders import SIGNING_KEY
from tests.cli.processes import Program, first_document, start
from tests.tls import NO_TLS
from tests.web.running_app import until


@contextmanager
def server_process(settings: Settings, visibility: str = "public") -> Iterator[tuple[Program, str]]:
    """A server of its own, as `serve` starts it; its address."""
    environment = {
        "ASSEMBLY_WEEK_DATA_DIR": str(settings.data_dir),
        "ASSEMBLY_WEEK_DATABASE_URL": settings.sqlalchemy_url.render_as_string(hide_password=False),
        "ASSEMBLY_WEEK_SECRET_KEY": SIGNING_KEY,
        "ASSEMBLY_WEEK_BOARD_VISIBILITY": visibility,
        "PATH": "/usr/bin:/bin",
    }
    process = start(["serve", "--port", "0", "--json"], environment)
    try:
        address = first_document(process)["address"].rstrip("/")
        with httpx.Client(base_url=address, verify=NO_TLS) as client:
            until(lambda: _answers(client), 15)
        yield process, address
    finally:
        process.kill()
        process.communicate()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.HTTPError:
        return False
