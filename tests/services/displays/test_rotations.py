"""The displays' rotation: stored, announced to whoever watches, and in the audit."""

from sqlmodel import col, select

from app.db.database import Database
from app.domain.screens.wall import Wall
from app.events import Event, WallChanged
from app.models import AuditEntry
from app.services.displays import rotations
from tests.builders import NOW, Game, act_by
from tests.races import race, repeat


def choose(database: Database, scenes: str) -> None:
    """Choose scenes."""
    with database.unit_of_work() as session:
        rotations.choose(session, scenes, act_by("Olu", NOW))


def chosen(database: Database) -> str:
    """The rotation in effect."""
    with database.reading() as session:
        return rotations.chosen(session)


def test_chosen_is_empty_at_first(database: Database) -> None:
    assert chosen(database) == ""


def test_choose_keeps_announces_and_notes_the_rotation(database: Database) -> None:
    heard: list[Event] = []
    database.subscribe(heard.append)

    choose(database, "board:20")
    choose(database, "board:20")
    choose(database, "")

    with database.reading() as session:
        noted = [
            (entry.before, entry.after)
            for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
            if entry.object_kind == "rotation"
        ]
    assert chosen(database) == ""
    assert heard == [WallChanged(Wall("board:20")), WallChanged(Wall())]
    assert noted == [('{"scenes": ""}', '{"scenes": "board:20"}'), ('{"scenes": "board:20"}', '{"scenes": ""}')]


def test_choose_by_twenty_at_once_leaves_one(games: list[Game]) -> None:
    results = race(repeat(20, lambda number: choose(games[number % 4].database, f"board:{number + 3}")))

    assert results == [None] * 20
    assert chosen(games[0].database) in {f"board:{number + 3}" for number in range(20)}
