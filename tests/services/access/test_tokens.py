"""API tokens: shown once, kept as hashes, ended by date or by hand."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.db.database import Database
from app.domain.actor import SCOPES, Actor, token
from app.errors import Conflict, Malformed, NotFound, SignInNeeded
from app.models import Token
from app.services.access import tokens
from tests.builders import NOW, act_by


def create(
    database: Database, name: str = "zendesk", scopes: tuple[str, ...] = ("read",), days: int | None = None
) -> str:
    with database.unit_of_work() as session:
        return tokens.create(session, act_by("Olu", NOW), name=name, scopes=list(scopes), days=days)


def check(database: Database, text: str, *, days: int = 0) -> Actor:
    with database.reading() as session:
        return tokens.check(session, text, NOW + timedelta(days=days)).actor


def test_check_of_a_token_gives_its_scopes(database: Database) -> None:
    text = create(database, " Zendesk  bot ", ("rules:write", "read"))

    bearer = check(database, text)

    assert bearer == token("Zendesk bot", ["read", "rules:write"])
    assert [bearer.may("read"), bearer.may("rules:write"), bearer.may("activities:write")] == [True, True, False]


def test_check_of_an_admin_token_allows_everything(database: Database) -> None:
    bearer = check(database, create(database, scopes=("admin",)))

    assert [scope for scope in SCOPES if not bearer.may(scope)] == []


def test_create_keeps_the_text_of_a_token_nowhere(database: Database) -> None:
    text = create(database)

    with database.reading() as session:
        row = session.exec(select(Token)).one()
    assert [value for value in row.model_dump().values() if text in str(value)] == []


def test_check_of_a_token_is_valid_until_the_moment_it_expires(database: Database) -> None:
    text = create(database, days=7)

    with database.reading() as session:
        bearer = tokens.check(session, text, NOW + timedelta(days=7) - timedelta(microseconds=1)).actor

    assert bearer.name == "zendesk"
    with pytest.raises(SignInNeeded, match="expired on 2022-09-21"):
        check(database, text, days=7)


@pytest.mark.parametrize(("days", "expires_at"), [(7, NOW + timedelta(days=7)), (None, None)])
def test_check_of_a_token_says_until_when_so_that_open_streams_end(
    database: Database, days: int | None, expires_at: datetime | None
) -> None:
    text = create(database, days=days)

    with database.reading() as session:
        assert tokens.check(session, text, NOW).expires_at == expires_at


def test_create_keeps_scopes_once_and_in_their_own_order(database: Database) -> None:
    create(database, scopes=("rules:write", "read", "rules:write", "activities:write"))

    with database.reading() as session:
        assert session.exec(select(Token.scopes)).one() == "read activities:write rules:write"


def test_create_without_days_lasts_until_revoked(database: Database) -> None:
    text = create(database)

    assert check(database, text, days=36_500).name == "zendesk"


def test_revoke_makes_a_token_invalid(database: Database) -> None:
    text = create(database)

    with database.unit_of_work() as session:
        tokens.revoke(session, "zendesk", act_by("Olu", NOW))

    with pytest.raises(SignInNeeded, match="revoked"):
        check(database, text)


def test_revoke_twice_is_refused(database: Database) -> None:
    create(database)
    with database.unit_of_work() as session:
        tokens.revoke(session, "zendesk", act_by("Olu", NOW))

    with database.unit_of_work() as session, pytest.raises(Conflict, match="revoked already"):
        tokens.revoke(session, "zendesk", act_by("Olu", NOW))


def test_revoke_of_an_unknown_token_is_not_found(database: Database) -> None:
    with database.unit_of_work() as session, pytest.raises(NotFound):
        tokens.revoke(session, "zendesk", act_by("Olu", NOW))


@pytest.mark.parametrize("text", ["", "aw_", "aw_" + "x" * 43, "é", "\0", "\udcff", "x" * 100_000])
def test_check_of_an_unknown_text_is_refused(database: Database, text: str) -> None:
    create(database)

    with pytest.raises(SignInNeeded):
        check(database, text)


def test_create_of_a_taken_name_is_refused(database: Database) -> None:
    create(database)

    with pytest.raises(Conflict, match="already a token"):
        create(database)


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ("read",), None), ("a\0", ("read",), None), ("x", (), None), ("x", ("root",), None), ("x", ("read",), 0),
     ("x", ("read",), 3_651), ("x", ("read",), -1)],
)  # fmt: skip
def test_create_of_an_impossible_token_is_refused(
    database: Database, name: str, scopes: tuple[str, ...], days: int | None
) -> None:
    with pytest.raises(Malformed):
        create(database, name, scopes, days)


def test_create_without_a_scope_is_refused_in_words(database: Database) -> None:
    with pytest.raises(Malformed, match=r"^Choose at least one scope\. Choose from read, "):
        create(database, scopes=())


def test_every_lists_tokens_oldest_first(database: Database) -> None:
    create(database, "zendesk")
    create(database, "github")

    with database.reading() as session:
        assert [token.name for token in tokens.every(session)] == ["zendesk", "github"]


@pytest.mark.parametrize(
    ("used", "is_stale"),
    [(timedelta(), False), (timedelta(minutes=-5), True), (timedelta(seconds=30), False), (timedelta(hours=11), True)],
)
def test_check_wants_a_touch_after_five_minutes_or_a_wrong_clock(
    database: Database, used: timedelta, is_stale: bool
) -> None:
    text = create(database)
    with database.unit_of_work() as session:
        tokens.touch(session, [text], NOW + used)

    with database.reading() as session:
        valid = tokens.check(session, text, NOW)

    assert (valid.touch_at <= NOW) == is_stale
