"""A week exported and imported somewhere else is the same week, whatever happened in it and on whichever engine."""

import gzip
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, col, select

from app.config import sqlite_url
from app.db.database import Database
from app.errors import Conflict, Malformed, Problem
from app.models import Person, Team, Token
from app.services.archives import carried, checks, container
from app.services.archives.container import Limits
from app.services.people import people
from tests.builders import ADA, BO, CATS, DUA, NOW, OWLS, SLUG, Game, a_week, dearer_issues
from tests.kept import ServedDatabase
from tests.services.archives.worlds import GIA, LATER, merge, pack, picture, play, unpack
from tests.sqlite import SQLite

WHEN = "2022-09-14T20:00:00.000000+00:00"
SMALL = Limits(2**20, 2**19)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of another installation: always the same one, so that what was compiled for it is compiled once."""
    return tmp_path_factory.mktemp("there") / "there.sqlite3"


@pytest.fixture
def elsewhere(place: Path, sqlite: SQLite) -> Iterator[Database]:
    """Another installation, with nothing in it."""
    sqlite.copy_scene("empty", place)
    database = ServedDatabase(sqlite_url(place))
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Another installation on either engine."""
    if request.param == "sqlite":
        yield request.getfixturevalue("elsewhere")
        return
    database = ServedDatabase(request.getfixturevalue("postgresql").copy_scene("empty", "there"))
    yield database
    database.dispose()


@pytest.mark.parametrize("end", ["close", "freeze then close"])
def test_imported_week_is_the_one_that_was_exported(game: Game, other: Database, end: str) -> None:
    play(game)
    game = game.at(LATER)
    if "freeze" in end:
        game.freeze()
        game.take(person=ADA)
    game.close()

    imported = unpack(other, pack(game), LATER)

    there, found = (picture(database, SLUG, LATER) for database in (game.database, other))
    assert (imported.new_people, imported.known_people, there["differences"]) == (6, 0, [])
    assert {name: found[name] for name in there if found[name] != there[name]} == {}


def test_who_was_merged_is_one_in_the_week_that_comes_too(game: Game, other: Database) -> None:
    play(game)
    game = game.at(LATER)
    merge(game)
    game.close()

    imported = unpack(other, pack(game), LATER)

    there, found = (picture(database, SLUG, LATER) for database in (game.database, other))
    assert {name: found[name] for name in there if found[name] != there[name]} == {}
    with other.reading() as session:
        same = people.by_email(session, [*GIA, DUA, "dua@home.example"])
    assert (imported.new_people, len({person.id for person in same.values()})) == (7, 2)
    assert Game(other).team_id("Elks") == game.team_id("Elks")
    (merged,) = [row["person"] for row in lines(pack(game))[1:-1] if "person" in row and not row["person"]["emails"]]
    assert merged["merged_into"] == same[GIA[0]].id


@pytest.mark.parametrize("end", ["close", "freeze then close"])
@pytest.mark.parametrize("engine", ["sqlite"])
def test_week_with_an_id_that_is_taken_comes_under_other_ids(game: Game, other: Database, end: str) -> None:
    play(game)
    game = game.at(LATER)
    if "freeze" in end:
        game.freeze()
    game.close()
    with other.unit_of_work() as session:
        week = a_week(session, "another")
        team = Team(id=game.team_id(OWLS), week_id=week.id, name=OWLS, name_key="owls", version=1, created_at=NOW)
        session.add(team)

    unpack(other, pack(game), LATER, slug="again")

    there, found = picture(game.database, SLUG, LATER), picture(other, "again", LATER)
    assert {name: found[name] for name in there if found[name] != there[name]} == {}
    assert Game(other, slug="again").team_id(CATS) != game.team_id(CATS)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_week_whose_people_have_other_shifts_then_is_refused(game: Game) -> None:
    play(game)
    game.close()

    with pytest.raises(Conflict, match="another shift at the same time"):
        unpack(game.database, pack(game), LATER, slug="again")


MOVES: tuple[Callable[[Game], Any], ...] = (
    lambda game: game.take(person=ADA), lambda game: game.take(person=BO, kind="response", subject="t"),
    lambda game: game.take(person=DUA, kind="response", subject="t", response_seconds=9),
    lambda game: game.adjust(CATS, 7),
    lambda game: game.team("Elks", BO), lambda game: game.team("Elks", "new@example.com"), lambda game: game.leave(ADA),
    lambda game: game.reverse(game.take(person=ADA).entry), lambda game: game.activate(dearer_issues(9)),
    lambda game: game.rename(DUA, "Dua K.", CATS), lambda game: game.freeze(), lambda game: game.reveal(),
)  # fmt: skip


@settings(max_examples=settings().max_examples // 4)  # each makes two databases
@given(moves=st.lists(st.sampled_from(MOVES), max_size=6))
def test_any_week_is_the_same_after_export_and_import(
    sqlite: SQLite, place: Path, moves: list[Callable[[Game], Any]]
) -> None:
    sqlite.set_scene("game")
    game = Game(sqlite.database).at(LATER)
    for move in moves:
        try:
            move(game)
        except Problem:
            continue
    game.close()
    sqlite.copy_scene("empty", place)
    other = ServedDatabase(sqlite_url(place))

    try:
        unpack(other, pack(game), LATER)
        found = picture(other, SLUG, LATER)
    finally:
        other.dispose()

    there = picture(game.database, SLUG, LATER)
    assert {name: found[name] for name in there if found[name] != there[name]} == {}


@pytest.mark.parametrize("engine", ["sqlite"])
def test_known_people_keep_name_and_role_and_nothing_secret_comes(game: Game, elsewhere: Database) -> None:
    with elsewhere.unit_of_work() as session:
        session.add(Person(email=ADA, name="Countess", role="owner", created_at=NOW))
    with game.database.unit_of_work() as session:
        session.add(Token(name="t", sha256="s3cret", scopes="admin", created_at=NOW))
        session.exec(select(Person).where(Person.email == BO)).one().role = "organizer"
    game.take(person=ADA)
    game.close()

    file = pack(game)
    imported = unpack(elsewhere, file, NOW)

    with elsewhere.reading() as session:
        people = session.exec(select(Person.email, Person.name, Person.role).order_by(col(Person.email))).all()
    assert (imported.new_people, imported.known_people) == (5, 1)
    assert people[:2] == [(ADA, "Countess", "owner"), (BO, "Bo Nguyen", "player")]
    assert b"s3cret" not in gzip.decompress(file.getvalue())
    assert "Countess" in picture(elsewhere, SLUG, NOW)["boards"][0][0].standings[0].members


@pytest.mark.parametrize("engine", ["sqlite"])
def test_open_week_with_another_board_here_is_refused_with_the_command_that_helps(
    game: Game, elsewhere: Database
) -> None:
    game.take(person=ADA)
    game.activate(dearer_issues())

    with pytest.raises(Conflict, match="assembly-week archive rules FILE"):
        unpack(elsewhere, pack(game), NOW)
    Game(elsewhere).activate(checks.check(pack(game), SMALL).rules_text)
    unpack(elsewhere, pack(game), NOW)

    assert Game(elsewhere).points() == game.points()
    assert Game(elsewhere).take(person=DUA).repeated is False
    assert Game(elsewhere).verify() == []


@pytest.mark.parametrize("engine", ["sqlite"])
def test_slug_that_is_taken_is_refused(game: Game) -> None:
    with pytest.raises(Conflict, match="already a week"):
        unpack(game.database, pack(game), NOW)


def lines(file: BytesIO) -> list[Any]:
    return [json.loads(line) for line in gzip.decompress(file.getvalue()).splitlines()]


def written(objects: list[Any]) -> BytesIO:
    """An archive of these lines, with a checksum that fits."""
    out = BytesIO()
    header = {name: value for name, value in objects[0].items() if name not in {"archive", "format"}}
    writer = container.Writer(out, header)
    for each in objects[1:-1]:
        writer.add(*next(iter(each.items())))
    writer.close()
    return out


def tampered(file: BytesIO, table: str, **changes: Any) -> BytesIO:
    """The archive with other values in the first row of a table."""
    objects = lines(file)
    next(each for each in objects[1:] if table in each)[table].update(changes)
    return written(objects)


def relined(file: BytesIO, old: bytes, new: bytes) -> BytesIO:
    return BytesIO(gzip.compress(gzip.decompress(file.getvalue()).replace(old, new, 1)))


def relined_id(file: BytesIO) -> BytesIO:
    """The archive with another kind of id for a person, wherever it stands."""
    objects = lines(file)
    old = next(each["person"]["id"] for each in objects if "person" in each)
    return written(json.loads(json.dumps(objects).replace(old, "../../etc/passwd")))


def whole_lines(file: BytesIO) -> tuple[bytes, bytes]:
    """The lines of an archive but the last, and the last."""
    before, _, last = gzip.decompress(file.getvalue()).rstrip().rpartition(b"\n")
    return before + b"\n", last


BAD: dict[str, tuple[Callable[[BytesIO], BytesIO], str]] = {
    "torn": (lambda file: BytesIO(file.getvalue()[:-40]), "torn|damaged"),
    "torn at a line": (lambda file: BytesIO(gzip.compress(whole_lines(file)[0])), "torn"),
    "changed": (lambda file: relined(file, b'"issue"', b'"shift"'), "checksum"),
    "continued": (lambda file: BytesIO(file.getvalue() + gzip.compress(b"{}\n")), "after its end"),
    "newer": (lambda file: relined(file, b'"format":1', b'"format":2'), "format 2"),
    "a table of tomorrow": (lambda file: tampered(file, "week", tomorrow=1), "doesn’t know"),
    "text": (lambda file: BytesIO(b"team,name,email\n"), "isn’t an archive"),
    "zip of something else": (lambda file: BytesIO(gzip.compress(b'{"a": 1}\n')), "isn’t an archive"),
    "empty": (lambda file: BytesIO(b""), "isn’t an archive"),
    "nested": (lambda file: BytesIO(gzip.compress(b"[" * 100_000 + b"\n")), "isn’t one JSON object"),
    "bomb": (lambda file: BytesIO(gzip.compress(b" " * 2**22)), "too large"),
    "dangling": (lambda file: tampered(file, "membership", person_id="0" * 16), "isn’t in it"),
    "script": (lambda file: tampered(file, "activity", url="javascript:alert(1)"), "web address"),
    "invisible": (lambda file: tampered(file, "team", name="O\u202ewls"), "invisible character"),
    "other points": (lambda file: tampered(file, "rule_set", text=dearer_issues(8)), "doesn’t follow"),
    "an alias of an alias": (lambda file: tampered(file, "person", merged_into="0" * 16), "isn’t in it"),
    "an emblem of three": (lambda file: tampered(file, "team", emblem="abc"), "letter or two"),
    "no tone": (lambda file: tampered(file, "team", tone=12), "doesn’t fit together"),
    "closed at no time": (lambda file: tampered(file, "week", closed_at=None), "doesn’t fit its state"),
    "archived while open": (
        lambda file: tampered(file, "week", state="open", closed_at=None, archived_at=WHEN), "doesn’t fit its state"
    ),
    "the last year": (
        lambda file: tampered(file, "week", closed_at="9999-12-31T23:59:59.999999+00:00"), "in a year that weeks have"
    ),
    "a version that can’t grow": (lambda file: tampered(file, "week", version=2**63 - 1), "isn’t a whole number"),
    "a limit below none": (lambda file: tampered(file, "week", hand_logs_a_day=-1), "isn’t from 0 to 1,000"),
    "an event of tomorrow": (lambda file: tampered(file, "week_event", action="sold"), "isn’t one of those there are"),
    "a doer in disguise": (lambda file: tampered(file, "week_event", by="O\u202elu"), "invisible character"),
    "an office in two lines": (lambda file: tampered(file, "person", office="Up\nDown"), "invisible character"),
    "a person by another kind of id": (relined_id, "isn’t an id"),
    "lone surrogate": (lambda file: relined(file, b'"Owls"', b'"\\ud800"'), "Unicode|checksum"),
}  # fmt: skip


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("flaw", BAD)
def test_archive_that_is_not_sound_is_refused_and_changes_nothing(game: Game, elsewhere: Database, flaw: str) -> None:
    change, sentence = BAD[flaw]
    game.take(person=ADA)
    game.close()

    with pytest.raises(Malformed, match=sentence):
        unpack(elsewhere, change(pack(game)), NOW, limits=SMALL)

    with elsewhere.reading() as session:
        assert session.exec(select(Person)).all() == []


def test_every_table_is_carried_or_stays() -> None:
    tables = {*carried.BY_NAME, "week", "rule_set", "person"}

    assert tables | carried.NEVER == SQLModel.metadata.tables.keys()
    assert tables & carried.NEVER == set()
