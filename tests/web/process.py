"""A real server process, as `serve` starts it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from app.config import Settings
from tests.builders import SIGNING_KEY
from tests.cli.processes import first_document
from tests.web.running_app import until


@contextmanager
def server_process(settings: Settings, visibility: str = "public") -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A server of its own, as `serve` starts it; its address."""
    environment = {
        "ASSEMBLY_WEEK_DATA_DIR": str(settings.data_dir),
        "ASSEMBLY_WEEK_DATABASE_URL": settings.sqlalchemy_url.render_as_string(hide_password=False),
        "ASSEMBLY_WEEK_SECRET_KEY": SIGNING_KEY,
        "ASSEMBLY_WEEK_BOARD_VISIBILITY": visibility,
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "app.cli", "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - our own command
        try:
            address = first_document(process)["address"].rstrip("/")
            until(lambda: _answers(address), 15)
            yield process, address
        finally:
            process.kill()


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.HTTPError:
        return False
