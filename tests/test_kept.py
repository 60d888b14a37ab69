"""Databases that are kept: what is left of one server never reaches the next."""

import shutil
from pathlib import Path

from sqlalchemy import Connection, text

from app.config import sqlite_url
from tests.kept import ServedDatabase


def number_in(connection: Connection) -> int:
    return int(connection.execute(text("SELECT number FROM kept")).scalar_one())


def write_number(file: Path, number: int) -> None:
    """Make a database of one number, as another test begins: in a new file with the address of the one before."""
    file.unlink(missing_ok=True)
    made = ServedDatabase(sqlite_url(file.with_suffix(".made")).render_as_string())
    with made.writer.begin() as connection:
        connection.execute(text("CREATE TABLE kept (number INTEGER)"))
        connection.execute(text("INSERT INTO kept VALUES (:number)"), {"number": number})
    made.dispose()
    shutil.move(file.with_suffix(".made"), file)


def test_connection_that_outlived_its_server_is_not_the_next_one_s(tmp_path: Path) -> None:
    file = tmp_path / "now.sqlite3"
    url = sqlite_url(file).render_as_string()
    write_number(file, 1)
    ended = ServedDatabase(url)
    ended.dispose()
    straggler = ended.reader.connect()
    assert number_in(straggler) == 1

    write_number(file, 2)
    served = ServedDatabase(url)
    straggler.close()

    with served.reader.connect() as connection:
        assert number_in(connection) == 2
    served.dispose()
