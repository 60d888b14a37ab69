"""Service accounts: bots of a connection are never people."""

import pytest

from app.errors import Malformed, NotFound
from app.services.intake import connections, service_accounts
from tests.builders import Game, act_by
from tests.integrations.sources.samples import GITHUB, TRIGGER
from tests.services.intake.inbox import Inbox


def test_add_settles_what_waits_and_remove_looks_at_it_again(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("github")
    waiting = inbox.take("github", GITHUB)
    assert (inbox.state(waiting), inbox.find(waiting).kind) == ("unmatched", "issue")

    with game.database.unit_of_work() as session:
        added = service_accounts.add(session, "github", " @ADA ", act_by("Olu"))
        again = service_accounts.add(session, "github", "@ada", act_by("Olu"))
        assert (added.account.external_id, added.was_so, added.waiting) == ("@ada", False, 1)
        assert (again.account.external_id, again.was_so, again.waiting) == ("@ada", True, 0)
    inbox.process()

    assert inbox.find(waiting).reason == service_accounts.IGNORED
    with game.database.unit_of_work() as session:
        accounts = service_accounts.ids_of(session, connections.find(session, "github").id)
        removed = service_accounts.remove(session, "github", "@ada", act_by("Olu"))
    inbox.process()
    assert (set(accounts), removed.waiting, inbox.state(waiting)) == ({"@ada"}, 1, "unmatched")


def test_an_account_is_one_of_its_own_connection_only_and_may_be_an_email(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("zendesk")
    inbox.connect("zendesk", name="zendesk-us", account="us")

    with game.database.unit_of_work() as session:
        service_accounts.add(session, "zendesk", "ADA@example.com", act_by("Olu"))

    assert inbox.state(inbox.take("zendesk", TRIGGER)) == "ignored"
    assert inbox.state(inbox.take("zendesk-us", TRIGGER)) == "recorded"


@pytest.mark.parametrize("external_id", ["", "x" * 201, "a\0b"])
def test_add_refuses_what_is_no_id(game: Game, external_id: str) -> None:
    Inbox(game.database).connect("github")

    with game.database.unit_of_work() as session:
        with pytest.raises(Malformed):
            service_accounts.add(session, "github", external_id, act_by("Olu"))
        with pytest.raises(NotFound):
            service_accounts.remove(session, "github", external_id, act_by("Olu"))


def test_add_refuses_one_account_too_many(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    Inbox(game.database).connect("github")
    monkeypatch.setattr(service_accounts, "MOST", 1)

    with game.database.unit_of_work() as session:
        service_accounts.add(session, "github", "1", act_by("Olu"))
        with pytest.raises(Exception, match="Remove one first"):
            service_accounts.add(session, "github", "2", act_by("Olu"))
