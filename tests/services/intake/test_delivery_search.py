"""Search of deliveries, replays in bulk, and what is deleted after a set time."""

from datetime import timedelta

import pytest

from app.errors import Malformed
from app.services.intake import delivery_search, retention
from app.services.intake.delivery_search import Replayed, Wanted
from tests.builders import Game, act_by
from tests.integrations.sources.samples import GITHUB, LINEAR
from tests.services.intake.inbox import Inbox


@pytest.fixture
def inbox(game: Game) -> Inbox:
    """A recorded delivery, then one without a known author, then one that nobody can read."""
    inbox = Inbox(game.database)
    inbox.connect("linear")
    inbox.connect("github")
    inbox.take("linear", LINEAR)
    inbox.take("github", GITHUB, x_github_delivery="100%")
    inbox.take("linear", LINEAR, {**LINEAR.body, "data": {}}, linear_delivery="d-9")
    return inbox


def found(inbox: Inbox, wanted: Wanted) -> list[str]:
    with inbox.database.reading() as session:
        items = delivery_search.page(session, wanted, cursor=None, limit=9).items
        assert delivery_search.count(session, wanted) == len(items)
        return [view.delivery.state for view in items]


def test_page_finds_by_connection_state_day_and_text(inbox: Inbox) -> None:
    later = inbox.now + timedelta(seconds=1)

    assert found(inbox, Wanted()) == ["quarantined", "unmatched", "recorded"]
    assert found(inbox, Wanted(connection="github")) == ["unmatched"]
    assert found(inbox, Wanted(connection="git\0hub")) == []
    assert found(inbox, Wanted(state="recorded")) == ["recorded"]
    assert (found(inbox, Wanted(since=later)), found(inbox, Wanted(until=inbox.now))) == ([], [])
    for typed in ("d-9", "DOESN’T SAY", "doesn't say"):
        assert found(inbox, Wanted(text=typed)) == ["quarantined"]
    assert found(inbox, Wanted(text="7")) == found(inbox, Wanted(text="100%")) == ["unmatched"]
    assert found(inbox, Wanted(text="%")) == []
    with pytest.raises(Malformed):
        found(inbox, Wanted(state="lost"))


def test_replay_all_looks_again_and_a_recorded_one_stays_so(inbox: Inbox) -> None:
    with inbox.database.unit_of_work() as session:
        replayed = delivery_search.replay_all(session, Wanted(), act_by("Olu"))
    inbox.process()

    assert replayed == Replayed(again=2, stayed=1)
    assert found(inbox, Wanted()) == ["quarantined", "unmatched", "recorded"]
    with inbox.database.reading() as session:
        views = delivery_search.page(session, Wanted(), cursor=None, limit=9).items
        assert [view.delivery.attempts for view in views] == [2, 2, 2]


def test_replay_all_takes_the_newest_only_so_many(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_search, "MOST_AT_ONCE", 1)

    with inbox.database.unit_of_work() as session:
        assert delivery_search.replay_all(session, Wanted(), act_by("Olu")) == Replayed(again=1, stayed=0)
    assert found(inbox, Wanted(state="received")) == ["received"]


def test_forget_bodies_says_so_and_leaves_younger_ones(inbox: Inbox) -> None:
    with inbox.database.unit_of_work() as session:
        early = retention.forget_bodies(session, inbox.now + timedelta(days=30), 30)
        due = retention.forget_bodies(session, inbox.now + timedelta(days=30, seconds=1), 30)

    assert (early, due) == (0, 1)
    with inbox.database.reading() as session:
        [view] = delivery_search.page(session, Wanted(state="quarantined"), cursor=None, limit=9).items
    assert (view.delivery.body, view.delivery.headers) == (None, "[]")
    assert view.delivery.reason == "It doesn’t say which issue it is about. Its body was deleted after 30 days."


def test_a_replay_leaves_the_reason_of_what_is_kept_no_more(inbox: Inbox) -> None:
    with inbox.database.unit_of_work() as session:
        retention.forget_bodies(session, inbox.now + timedelta(days=31), 30)
        delivery_search.replay_all(session, Wanted(state="quarantined"), act_by("Olu"))
    inbox.process()

    with inbox.database.reading() as session:
        [view] = delivery_search.page(session, Wanted(state="quarantined"), cursor=None, limit=9).items
    assert view.delivery.reason == "It doesn’t say which issue it is about. Its body was deleted after 30 days."


def test_forget_settled_leaves_what_waits(inbox: Inbox) -> None:
    with inbox.database.unit_of_work() as session:
        assert retention.forget_settled(session, inbox.now + timedelta(days=400, seconds=1), 400) == 2

    assert found(inbox, Wanted()) == ["unmatched"]
