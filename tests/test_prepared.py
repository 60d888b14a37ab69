"""Prepared statements: our values in and out on both engines, failures as everywhere."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from app.models import Week
from app.prepared import Prepared
from tests.builders import ENDS, NOW, SLUG, STARTS, ZONE, Game

_FACTS: tuple[Any, ...] = (Week.slug, Week.starts, Week.created_at, Week.closed_at)
FACTS = Prepared(select(*_FACTS).where(col(Week.created_at) <= bindparam("now"), col(Week.state) == "open"))
RENAME = Prepared(update(Week).where(col(Week.slug) == bindparam("which")).values(name=bindparam("new")))
ADD = Prepared(
    insert(Week).values(
        slug=bindparam("slug"), name="Twice", timezone=ZONE, starts=STARTS, ends=ENDS, state="draft", version=1,
        created_at=NOW,
    )
)  # fmt: skip


def test_prepared_query_takes_and_gives_our_own_values(game: Game) -> None:
    with game.database.reading() as session:
        rows = [tuple(row) for row in FACTS.rows(session, now=NOW)]

    assert rows == [(SLUG, date(2022, 9, 12), datetime(2022, 9, 14, 20, tzinfo=UTC), None)]


def test_prepared_query_without_a_match_gives_no_rows(game: Game) -> None:
    with game.database.reading() as session:
        rows = FACTS.rows(session, now=datetime(2000, 1, 1, tzinfo=UTC))

    assert rows == []


def test_prepared_change_is_made_for_each_set_of_values_and_counted(game: Game) -> None:
    with game.database.unit_of_work() as session:
        changed = RENAME.run(session, [{"which": SLUG, "new": "One"}, {"which": "nothing", "new": "Two"}])

    assert (changed, game.week().name) == (1, "One")


def test_prepared_statement_fails_as_sqlalchemy_does(game: Game) -> None:
    with pytest.raises(IntegrityError), game.database.unit_of_work() as session:
        ADD.run(session, [{"slug": SLUG}])
