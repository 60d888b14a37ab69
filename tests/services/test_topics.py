"""Topics: counted once a transaction, last of all, and announced after the commit."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlmodel import Session, select

from app.db.database import Database
from app.events import Changed, Event
from app.models import Team, TopicVersion
from app.services import topics
from app.services.weeks import weeks
from tests.builders import NOW, OWLS, SLUG, Game
from tests.races import race, repeat


@contextmanager
def changing(database: Database) -> Iterator[Session]:
    """A transaction that counts a change of the week's shifts before anything else."""
    with database.unit_of_work() as session:
        topics.bump(session, weeks.look(session, SLUG, NOW), "shifts")
        yield session


def version(game: Game) -> int:
    with game.database.reading() as session:
        return topics.versions(session, "shifts").get(game.week().id, 0)


def test_bump_counts_once_a_transaction_and_is_announced_after_it(game: Game) -> None:
    heard: list[tuple[Event, int]] = []
    game.database.subscribe(lambda news: heard.append((news, version(game))))
    before = game.week().version

    for _ in range(2):
        with changing(game.database) as session:
            topics.bump(session, weeks.look(session, SLUG, NOW), "shifts")

    assert heard == [(Changed("shifts", SLUG, number), number) for number in (1, 2)]
    assert game.week().version == before


def test_bump_in_a_transaction_that_fails_counts_nothing(game: Game) -> None:
    with pytest.raises(ZeroDivisionError), changing(game.database):
        raise ZeroDivisionError

    assert version(game) == 0


def test_bump_locks_nothing_before_the_end_of_its_transaction(game: Game) -> None:
    with changing(game.database) as session:
        rows = session.exec(select(TopicVersion)).all()

    assert (rows, version(game)) == ([], 1)


def test_bumps_at_once_are_all_counted_in_whatever_order_things_are_locked(game: Game, games: list[Game]) -> None:
    team = select(Team.id).where(Team.id == game.team_id(OWLS)).with_for_update()

    def change(number: int) -> None:
        with games[number % len(games)].database.unit_of_work() as session:
            if number % 2:
                session.exec(team).one()
            topics.bump(session, weeks.look(session, SLUG, NOW), "shifts")
            session.exec(team).one()

    assert race(repeat(12, change)) == [None] * 12
    assert version(game) == 12
