"""States of deliveries: what each comes from, what it says and keeps, and what a replay makes of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.integrations.sources import registry
from app.services import lifecycle
from app.services.intake import authors, deliveries, delivery_search, processing, service_accounts
from app.services.intake.delivery_search import Wanted
from app.services.ledger import rulings
from tests.builders import ADA, Game, a_reading, a_week, act_by, take
from tests.integrations.sources.samples import CANNY, GITHUB, LINEAR, ZENDESK, Sample
from tests.services.intake.inbox import Inbox
from tests.services.intake.test_unmatched import changed

Step = Callable[[Inbox, Game], None]


def nothing(_inbox: Inbox, _game: Game) -> None:
    """Leave all as it is."""


def send_it_over_another_connection(inbox: Inbox, _game: Game) -> None:
    inbox.connect("linear", name="other")
    inbox.take("other", LINEAR)


def close_the_week(_inbox: Inbox, game: Game) -> None:
    game.close()


def list_its_author_as_a_bot(inbox: Inbox, _game: Game) -> None:
    with inbox.database.unit_of_work() as session:
        service_accounts.add(session, "github", "@ada", act_by("Olu"))


def reopen_the_week(inbox: Inbox, game: Game) -> None:
    with inbox.database.unit_of_work() as session:
        lifecycle.open_week(session, game.slug, act_by("Olu", inbox.now), reason="One more")


def name_its_author(inbox: Inbox, _game: Game) -> None:
    with inbox.database.unit_of_work() as session:
        authors.name(session, "github", "7", ADA, act_by("Olu", inbox.now))


def name_its_login(inbox: Inbox, _game: Game) -> None:
    with inbox.database.unit_of_work() as session:
        authors.name(session, "github", " Ada", ADA, act_by("Olu", inbox.now))


CUSTOMER = {"id": "c-7", "email": "customer@elsewhere.example", "name": "Cleo", "isAdmin": False}
FUTURE = "2022-09-14T09:30:00.000Z"
TABLE = [
    (LINEAR, {}, nothing, "recorded", False, nothing, "recorded"),
    (LINEAR, {}, send_it_over_another_connection, "repeated", False, nothing, "repeated"),
    (LINEAR, {"action": "update"}, nothing, "ignored", False, nothing, "ignored"),
    (GITHUB, {}, list_its_author_as_a_bot, "ignored", False, nothing, "ignored"),
    (GITHUB, {}, nothing, "unmatched", False, name_its_author, "recorded"),
    (GITHUB, {}, name_its_login, "recorded", False, nothing, "recorded"),
    (CANNY, {"object__author": CUSTOMER}, nothing, "ignored", False, nothing, "ignored"),
    (CANNY, {"object__author": {**CUSTOMER, "email": ADA}}, nothing, "recorded", False, nothing, "recorded"),
    (GITHUB, {}, close_the_week, "outside", False, reopen_the_week, "unmatched"),
    (LINEAR, {"data__createdAt": FUTURE}, nothing, "outside", False, nothing, "outside"),
    (LINEAR, {"data": {"id": "i-1", "title": "Help"}}, nothing, "quarantined", True, nothing, "quarantined"),
    (ZENDESK, {"event__comment__is_public": False}, nothing, "ignored", False, nothing, "ignored"),
]


@pytest.mark.parametrize(("sample", "changes", "before", "state", "keeps_body", "then", "afterwards"), TABLE)
def test_process_gives_each_delivery_its_state_and_a_replay_judges_it_again(
    game: Game, sample: Sample, changes: dict[str, Any], before: Step, state: str, keeps_body: bool, then: Step,
    afterwards: str,
) -> None:  # fmt: skip
    inbox = Inbox(game.database)
    kind = sample.source.__name__.rpartition(".")[2]
    inbox.connect(kind)
    before(inbox, game)

    delivery = inbox.take(kind, sample, changed(sample, **changes))

    kept = inbox.find(delivery)
    assert (kept.state, kept.body is not None, kept.reading is None) == (state, keeps_body, keeps_body)
    assert bool(kept.reason) is (state not in ("recorded", "repeated"))
    assert bool(kept.activity_id) is (state in ("recorded", "repeated"))
    assert (kept.retry_at is not None) is ("data__createdAt" in changes)
    then(inbox, game)
    with game.database.unit_of_work() as session:
        deliveries.replay(session, delivery, act_by("Olu"))
    inbox.process()
    assert inbox.state(delivery) == afterwards
    assert inbox.find(delivery).attempts == 2


def test_a_delivery_without_work_tells_of_who_wrote_and_why_it_does_not_count(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("zendesk")
    with game.database.unit_of_work() as session:
        service_accounts.add(session, "zendesk", "77", act_by("Olu"))

    robot = inbox.find(inbox.take("zendesk", ZENDESK))
    other = changed(ZENDESK, id="e-2", event__comment__id="9", event__comment__author={"id": "78"})
    customer = inbox.find(inbox.take("zendesk", ZENDESK, other))

    assert (robot.state, robot.reason, robot.author) == ("ignored", service_accounts.IGNORED, "77")
    assert (customer.state, customer.author) == ("ignored", "78")


def test_a_delivery_that_waits_says_what_to_do_also_where_its_tool_names_nobody(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("github")

    known = inbox.take("github", GITHUB)
    nobody = inbox.take("github", GITHUB, changed(GITHUB, issue__user=None, issue__id=9), x_github_delivery="d-9")

    assert inbox.find(known).reason == "Nobody here is known by this author. Say who it is."
    assert (inbox.find(nobody).reason or "").startswith("The tool names nobody. Log it by hand")


def test_what_is_made_private_is_reversed_in_each_open_week_that_holds_it(game: Game) -> None:
    inbox, keyed = Inbox(game.database), {"kind": "response", "source": "zendesk", "external_id": "555"}
    inbox.connect("zendesk")
    first = game.take(**keyed).entry
    with game.database.unit_of_work() as session:
        a_week(session, "other")
        second = take(session, "other", a_reading(**keyed)).entry
    private = changed(ZENDESK, type="zen:event-type:ticket.comment_made_private")

    delivery = inbox.take("zendesk", ZENDESK, private)

    assert inbox.state(delivery) == "recorded"
    with game.database.reading() as session:
        assert rulings.counts(session, [first, second]) == {first.seq: 1, second.seq: 1}


def test_a_new_delivery_does_not_wait_for_all_that_is_replayed(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("linear")
    for number in range(9):
        inbox.take("linear", LINEAR, {**LINEAR.body, "action": "update"}, linear_delivery=f"d-{number}")
    with game.database.unit_of_work() as session:
        delivery_search.replay_all(session, Wanted(), act_by("Olu"))
    new = inbox.store("linear", LINEAR, linear_delivery="new")

    with game.database.unit_of_work() as session:
        processing.process_some(session, registry.parse, inbox.now, 3)

    assert inbox.state(new) == "recorded"
    with game.database.reading() as session:
        assert delivery_search.count(session, Wanted(state="received")) == 7


def test_a_delivery_ahead_of_its_time_is_looked_at_by_itself(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("linear")
    delivery = inbox.take("linear", LINEAR, changed(LINEAR, data__createdAt=FUTURE))

    inbox.now += timedelta(hours=1)
    with game.database.unit_of_work() as session:
        deliveries.requeue_due(session, inbox.now)
    inbox.process()

    assert inbox.state(delivery) == "recorded"
