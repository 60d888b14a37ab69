"""Endpoints: added with a checked address, disabled, enabled, removed; their messages kept for a time."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.domain.text.public_addresses import Allowed
from app.domain.webhooks.events import EVENTS
from app.errors import AlreadyDone, Conflict, Malformed, NotFound, WeekUnknown
from app.models import WebhookEndpoint, WebhookMessage, WebhookProgress
from app.services import webhook_news
from app.services.ledger import activities
from app.services.operations.secrets import SigningKey
from app.services.webhooks import endpoints, messages
from app.services.webhooks.endpoints import MAX_ENDPOINTS, NewSecret
from app.services.weeks import weeks
from app.web.documents.ledger import activity_document
from tests.builders import SIGNING_KEY, Game

KEY = SigningKey(SIGNING_KEY)
URL = "https://a.example.com/hooks?key=1"


def add(game: Game, **wishes: Any) -> NewSecret:
    with game.database.unit_of_work() as session:
        return endpoints.add(session, KEY, game.act, **{"url": URL, "events": EVENTS, **wishes})


def told(game: Game) -> list[WebhookMessage]:
    """The messages there are, after the news of the week was told."""
    with game.database.reading() as session:
        news = webhook_news.read(session, game.week().id, game.now)
    with game.database.unit_of_work() as session:
        webhook_news.write(session, game.week().id, news)
        return list(session.exec(select(WebhookMessage).order_by(col(WebhookMessage.seq))))


def test_add_keeps_the_secret_sealed(game: Game) -> None:
    made = add(game, events=["week.closed", "activity.recorded", "week.closed"])

    assert made.secret.startswith("whsec_")
    assert made.secret not in made.endpoint.secret
    assert KEY.unseal(endpoints.PURPOSE, made.endpoint.secret) == made.secret
    assert made.endpoint.events == "activity.recorded week.closed"


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"url": "example.com"}, "This isn’t an address. It looks like https://example.com/hooks."),
        ({"url": "http://a.example.com/"}, "Use https: nobody on the way may read what is sent."),
        (
            {"url": "https://[::1]:8443/"},
            "::1 isn’t a public address. An operator can allow a network of your own in "
            "ASSEMBLY_WEEK_OUTBOUND_NETWORKS.",
        ),
        ({"url": "https://me@a.example.com/"}, "Leave user name and password out of the address."),
        ({"url": "https://a.example.com/#x"}, "Leave out the part from “#”: it is never sent."),
        (
            {"events": []},
            "Choose at least one event: activity.recorded, standings.changed, shift.covered, week.closed.",
        ),
        (
            {"events": ["week.opened"]},
            "“week.opened” isn’t an event. Choose from activity.recorded, standings.changed, shift.covered, "
            "week.closed.",
        ),
    ],
)
def test_add_refuses_what_cannot_be_sent_to(game: Game, wishes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Malformed) as refused:
        add(game, **wishes)

    assert refused.value.detail == sentence


def test_add_refuses_an_unknown_week_and_one_too_many(game: Game) -> None:
    with pytest.raises(WeekUnknown):
        add(game, week="nothing")
    for _ in range(MAX_ENDPOINTS):
        add(game)

    with pytest.raises(Conflict, match="There are 20 webhooks"):
        add(game)


def test_http_is_for_installations_with_networks_of_their_own(game: Game) -> None:
    assert (
        add(game, url=" http://10.1.2.3/ ", allowed=Allowed(networks=["10.1.2.0/24"])).endpoint.url
        == "http://10.1.2.3/"
    )


def test_activity_is_told_as_the_api_shows_it(game: Game) -> None:
    add(game, events=["activity.recorded"])
    plain, adjusted = game.take(subject="ticket-1", note="Größe", response_seconds=7), game.adjust("Owls", 5)

    found = [json.loads(message.body) for message in told(game)]

    with game.database.reading() as session:
        week = game.week()
        views = activities.page(session, week, cursor=None, limit=9, view=weeks.view_of(week, "public"))
    assert [each["data"] for each in found] == [activity_document(view) for view in views.items]
    assert [each["data"]["id"] for each in found] == [plain.entry.id, adjusted.entry.id]
    assert {each["type"] for each in found} == {"activity.recorded"}
    assert found[0]["timestamp"] == "2022-09-14T20:00:00.000000Z"


def test_news_is_read_a_part_at_a_time_and_told_once(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_news, "MAX_ENTRIES", 2)
    add(game, events=["activity.recorded"])
    taken = [game.take().entry.id for _ in range(5)]

    counts = [len(told(game)) for _ in range(4)]

    assert counts == [2, 4, 5, 5]
    assert [json.loads(message.body)["data"]["id"] for message in told(game)] == taken


def test_news_that_somebody_else_told_meanwhile_is_told_once(game: Game) -> None:
    add(game, events=["activity.recorded"])
    game.take()
    with game.database.reading() as session:
        news = webhook_news.read(session, game.week().id, game.now)

    assert len(told(game)) == 1
    with game.database.unit_of_work() as session:
        webhook_news.write(session, game.week().id, news)

    assert len(told(game)) == 1


def test_nothing_is_due_and_nothing_written_without_endpoints(game: Game) -> None:
    game.take()

    with game.database.reading() as session:
        assert webhook_news.due(session, game.now) == []
        assert session.exec(select(WebhookProgress)).all() == []


def test_disabled_endpoint_misses_what_happens_and_hears_again_once_enabled(game: Game) -> None:
    endpoint_id = add(game, events=["activity.recorded"]).endpoint.id
    game.take()
    before = told(game)
    with game.database.unit_of_work() as session:
        endpoints.disable(session, endpoint_id, game.act)
        with pytest.raises(Conflict, match="This webhook is disabled"):
            messages.send_test(session, endpoints.find(session, endpoint_id), game.act)
    game.take()
    with game.database.unit_of_work() as session:
        endpoints.enable(session, endpoint_id, game.act)
        with pytest.raises(AlreadyDone):
            endpoints.enable(session, endpoint_id, game.act)
    after = game.take()

    found = told(game)

    assert [message.state for message in found] == ["failed", "waiting"]
    assert found[0].id == before[0].id
    assert found[0].last_answer == "The webhook was disabled before it was sent."
    assert json.loads(found[1].body)["data"]["id"] == after.entry.id


def test_removed_endpoint_is_forgotten_with_its_messages(game: Game) -> None:
    endpoint_id = add(game).endpoint.id
    game.take()
    told(game)

    with game.database.unit_of_work() as session:
        endpoints.remove(session, endpoint_id, game.act)

    with game.database.unit_of_work() as session:
        assert [session.exec(select(table)).all() for table in (WebhookMessage, WebhookEndpoint)] == [[], []]
        with pytest.raises(NotFound):
            endpoints.remove(session, endpoint_id, game.act)


def test_ended_messages_are_forgotten_after_two_weeks(game: Game) -> None:
    add(game, events=["activity.recorded"])
    for _ in range(3):
        game.take()
    ended = [None, game.now - timedelta(days=13), game.now - timedelta(days=15)]
    for message, at in zip(told(game), ended, strict=True):
        with game.database.unit_of_work() as session:
            message.ended_at, message.state = at, "sent" if at else "waiting"
            session.add(message)

    with game.database.unit_of_work() as session:
        assert messages.forget(session, game.now) == 1


def test_replay_sends_a_message_again_and_refuses_unknown_ones(game: Game) -> None:
    one, other = add(game, events=["activity.recorded"]).endpoint, add(game, events=["week.closed"]).endpoint
    game.take()
    [message] = told(game)
    with game.database.unit_of_work() as session:
        message.state, message.attempts, message.ended_at = "sent", 3, game.now
        session.add(message)

    with game.database.unit_of_work() as session:
        for endpoint_id, message_id in ((one.id, "0" * 16), (one.id, "\0"), (other.id, message.id)):
            with pytest.raises(NotFound):
                messages.replay(session, endpoints.lock(session, endpoint_id), message_id, game.act)
        again = messages.replay(session, endpoints.lock(session, one.id), message.id, game.act)

    assert (again.state, again.attempts, again.ended_at, again.id) == ("waiting", 0, None, message.id)
