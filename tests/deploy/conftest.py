"""A real server behind each proxy, with an open week that everybody may watch."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlmodel import select

from app.config import Settings
from app.db.database import Database
from app.models import LedgerEntry
from app.services.access import tokens
from app.services.operations import startup
from tests.builders import NOW, Game, act_by
from tests.cli.processes import started
from tests.conftest import RULES_FILE
from tests.deploy.proxies import HOST, PROXIES, Proxy


@dataclass(frozen=True)
class Deployment:
    """The service, its database and a token; stop it by closing `process`."""

    port: int
    database: Database
    token: str
    process: ExitStack

    def keys(self) -> set[str]:
        """The external ids of all that was recorded."""
        with self.database.reading() as session:
            return set(session.exec(select(LedgerEntry.external_id)))


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """`assembly-week serve` on a week of its own."""
    data = tmp_path_factory.mktemp("data")
    settings = Settings(_env_file=None, data_dir=data, rules_file=RULES_FILE)
    database = Database(settings.sqlalchemy_url)
    startup.prepare(database, settings, NOW)
    Game(database).start()
    with database.unit_of_work() as session:
        token = tokens.create(session, act_by("Olu", NOW), name="a tool", scopes=["admin"], days=None)
    environment = {
        "ASSEMBLY_WEEK_DATA_DIR": str(data),
        "ASSEMBLY_WEEK_RULES_FILE": str(RULES_FILE),
        "ASSEMBLY_WEEK_BOARD_VISIBILITY": "public",
        "ASSEMBLY_WEEK_PUBLIC_URL": f"https://{HOST}",
        "ASSEMBLY_WEEK_TRUSTED_PROXIES": "127.0.0.1",
    }
    with ExitStack() as process:
        _, document = process.enter_context(started("serve", "--port", "0", settings=environment))
        yield Deployment(int(document["address"].rstrip("/").rpartition(":")[2]), database, token, process)
    database.dispose()


@pytest.fixture(scope="module")
def proxies(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Proxy]]:
    """Every proxy that deploy/ has a file for, in front of that server."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(start(deployment.port, Path(tmp_path_factory.mktemp("proxy"))))
            for start in PROXIES.values()
        ]
