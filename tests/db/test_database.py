"""The database: units of work, news after the commit, views that do not change."""

from contextlib import suppress

import pytest
from sqlalchemy import bindparam, event, text, update
from sqlmodel import Session, select

from app.config import Settings
from app.db.database import Database, announce, serialize
from app.db.statements import Prepared
from app.errors import Unavailable
from app.events import Event, RulesChanged
from app.models import LedgerEntry, Week
from tests.builders import CATS, OWLS, Game

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRESQL = pytest.mark.parametrize("engine", ["postgresql"])


def ask(session: Session, statement: str) -> object:
    return session.execute(text(statement)).scalar()


def keys(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.exec(select(LedgerEntry.external_id)))


def test_unit_of_work_that_ends_is_committed(game: Game, settings: Settings) -> None:
    game.take(external_id="i-1")

    elsewhere = Database(settings.sqlalchemy_url)
    assert keys(elsewhere) == {"i-1"}
    elsewhere.dispose()


def test_unit_of_work_that_fails_is_rolled_back_and_has_no_news(game: Game) -> None:
    heard: list[Event] = []
    game.database.subscribe(heard.append)

    with pytest.raises(ZeroDivisionError), game.database.unit_of_work() as session:  # noqa: PT012 (the block is what raises, with what leads to it)
        session.execute(text("UPDATE week SET name = 'Changed'"))
        announce(session, RulesChanged(1))
        raise ZeroDivisionError

    assert (heard, game.week().name) == ([], "Q3-2022")


RENAME = Prepared(update(Week).values(name=bindparam("new")))
NAMES = Prepared(select(Week.name))


def test_statements_are_one_transaction_with_news_after_its_commit(game: Game) -> None:
    heard: list[tuple[Event, str]] = []
    game.database.subscribe(lambda news: heard.append((news, game.week().name)))

    with game.database.statements() as statements:
        RENAME.run(statements, [{"new": "Changed"}])
        statements.news.append(RulesChanged(1))
        seen = [row[0] for row in NAMES.rows(statements)]

    assert (heard, seen) == ([(RulesChanged(1), "Changed")], ["Changed"])


def test_statements_that_fail_are_rolled_back_and_leave_nothing_open(game: Game) -> None:
    heard: list[Event] = []
    game.database.subscribe(heard.append)

    with pytest.raises(ZeroDivisionError), game.database.statements() as statements:  # noqa: PT012 (the block is what raises, with what leads to it)
        RENAME.run(statements, [{"new": "Changed"}])
        statements.news.append(RulesChanged(1))
        raise ZeroDivisionError
    told = list(heard)
    with game.database.statements() as statements:
        seen = [row[0] for row in NAMES.rows(statements)]
    game.take(external_id="i-1")

    assert (told, seen, keys(game.database)) == ([], ["Q3-2022"], {"i-1"})


def test_writing_leaves_nothing_open_for_whoever_writes_next(game: Game) -> None:
    with game.database.writing() as connection:
        connection.execute(text("UPDATE week SET name = 'Changed'"))

    game.take(external_id="i-1")

    assert (game.week().name, keys(game.database)) == ("Q3-2022", {"i-1"})


def test_unit_of_work_keeps_its_sqlite_connection_unless_it_failed(database: Database) -> None:
    taken: list[object] = []
    database.release()
    event.listen(database.writer, "checkout", lambda *given: taken.append(given))

    for mistake in (None, None, ZeroDivisionError, None):
        with suppress(ZeroDivisionError), database.unit_of_work() as session:
            ask(session, "SELECT 1")
            if mistake:
                raise mistake

    assert len(taken) == (2 if database.on_sqlite else 4)


def test_news_goes_out_in_order_after_the_commit(database: Database) -> None:
    heard: list[Event] = []
    database.subscribe(heard.append)

    with database.unit_of_work() as session:
        announce(session, RulesChanged(1))
        announce(session, RulesChanged(2))
        before = list(heard)

    assert (before, heard) == ([], [RulesChanged(1), RulesChanged(2)])


def test_subscribe_of_a_listener_that_fails_harms_no_other(game: Game, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def fail(_news: Event) -> None:
        raise ZeroDivisionError

    game.database.subscribe(fail)
    game.database.subscribe(heard.append)

    game.take()

    assert (len(heard), game.points()) == (1, {OWLS: 5, CATS: 0})
    assert [record.message.startswith("a listener failed") for record in caplog.records] == [True]


def test_view_does_not_change_while_it_is_read(game: Game) -> None:
    count = "SELECT count(*) FROM activity"

    with game.database.reading() as session:
        before = ask(session, count)
        game.take()
        after = ask(session, count)

    assert (before, after, len(keys(game.database))) == (0, 0, 1)


def test_view_cannot_write(game: Game) -> None:
    with pytest.raises(Unavailable), game.database.reading() as session:
        session.execute(text("UPDATE week SET name = 'Changed'"))

    assert game.week().name == "Q3-2022"


def test_reading_waits_for_no_writer(game: Game) -> None:
    with game.database.unit_of_work() as session:
        session.execute(text("UPDATE week SET name = 'Changed'"))

        assert game.week().name == "Q3-2022"


@SQLITE
def test_mark_moves_when_another_process_commits(game: Game, settings: Settings) -> None:
    database = game.database
    elsewhere = Game(Database(settings.sqlalchemy_url))
    before = database.change_mark()
    still = database.change_mark()

    elsewhere.take()

    assert (still == before, database.change_mark() == before) == (True, False)
    elsewhere.database.dispose()


@POSTGRESQL
def test_change_mark_on_postgresql_is_none(database: Database) -> None:
    assert database.change_mark() is None


def test_database_can_be_used_again_after_closing_every_connection(game: Game) -> None:
    game.database.change_mark()

    game.database.dispose()

    assert game.points() == {OWLS: 0, CATS: 0}


def test_mistake_of_ours_is_no_outage(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_column") as error, database.unit_of_work() as session:
        session.execute(text("SELECT no_such_column FROM week"))

    assert type(error.value).__name__ in {"OperationalError", "ProgrammingError"}


@SQLITE
def test_nothing_has_to_be_alone_where_there_is_one_writer(database: Database) -> None:
    with database.unit_of_work() as session:
        serialize(session)

        assert ask(session, "SELECT count(*) FROM week") == 0
