"""`token`: shown once, listed, revoked."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db.database import Database
from app.domain.actor import Actor, token
from app.errors import SignInNeeded
from app.services.access import tokens
from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")

WORDS = ("token", "create", "--name", "Zendesk bridge", "--scope", "read")


def holder(shell: Shell, text: str) -> Actor:
    """Whom the token makes its bearer."""
    database = Database(f"sqlite:///{shell.ledger}")
    try:
        with database.reading() as session:
            return tokens.check(session, text, datetime.now(UTC)).actor
    finally:
        database.dispose()


def test_token_is_printed_alone_and_works(shell: Shell) -> None:
    printed = shell.text(*WORDS, "--scope", "activities:write")

    assert holder(shell, printed.removesuffix("\n")) == token("Zendesk bridge", ["read", "activities:write"])


def test_token_in_json_has_its_scopes_and_its_end(shell: Shell) -> None:
    before = datetime.now(UTC)

    made = shell.document(*WORDS, "--days", "30")

    assert holder(shell, made["token"]).name == made["name"] == "Zendesk bridge"
    assert made["scopes"] == ["read"]
    assert (
        timedelta() <= datetime.fromisoformat(made["expires_at"]) - before - timedelta(days=30) < timedelta(minutes=1)
    )


def test_token_list_never_shows_a_token(shell: Shell) -> None:
    made = shell.document(*WORDS)

    listed = shell.text("token", "list")

    assert [line.split("\t")[:3] for line in listed.splitlines()] == [
        ["name", "state", "scopes"],
        ["Zendesk bridge", "valid", "read"],
    ]
    assert made["token"] not in listed
    assert shell.document("token", "list")["tokens"] == [{key: made[key] for key in made if key != "token"}]


def test_revoked_token_stops_working(shell: Shell) -> None:
    made = shell.document(*WORDS)

    assert shell.text("token", "revoke", "Zendesk bridge") == "The token “Zendesk bridge” is revoked.\n"

    with pytest.raises(SignInNeeded):
        holder(shell, made["token"])
    assert shell.document("token", "list")["tokens"][0]["state"] == "revoked"
    assert shell.refusal("token", "revoke", "Zendesk bridge") == "The token “Zendesk bridge” is revoked already."


def test_name_that_is_taken_is_refused(shell: Shell) -> None:
    shell.text(*WORDS)

    assert shell.refusal(*WORDS).startswith("There’s already a token “Zendesk bridge”.")


@pytest.mark.parametrize(
    "words", [("--scope", "everything"), ("--days", "0"), ("--days", "3651"), ("--days", "soon"), ("--colour", "red")]
)
def test_unknown_scope_or_odd_days_are_wrong_usage(shell: Shell, words: tuple[str, str]) -> None:
    result = shell.run(*WORDS, *words)

    assert (result.exit_code, result.stdout) == (2, "")


def test_token_without_a_scope_is_wrong_usage(shell: Shell) -> None:
    assert shell.run("token", "create", "--name", "x").exit_code == 2
