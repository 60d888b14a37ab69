"""Races of organizers, tools and servers: each waits for the other, and sees what it did."""

from datetime import date
from threading import Thread

import pytest
from sqlmodel import select

from app.db.database import Database
from app.domain.text.public_addresses import Allowed
from app.errors import NotFound
from app.integrations.sources import registry
from app.models import ApiKey, Connection, Outage
from app.services.intake import (
    api_keys,
    authors,
    comparisons,
    connections,
    deliveries,
    outages,
    processing,
    service_accounts,
    unmatched,
)
from app.services.ledger import rulings
from app.services.operations.secrets import SigningKey
from app.services.organizing import week_admin
from app.services.organizing.week_admin import WeekFields
from app.services.people import people
from tests.builders import ADA, SIGNING_KEY, SLUG, Game, a_reading, act_by, take
from tests.integrations.sources.samples import GITHUB, LINEAR
from tests.races import outcomes, race, repeat
from tests.services.intake.desk import Desk, hidden
from tests.services.intake.inbox import Inbox
from tests.services.intake.test_unmatched import changed

pytestmark = pytest.mark.parametrize("engine", ["postgresql"])  # SQLite has one writer anyway
KEY = SigningKey(SIGNING_KEY)


def connected(game: Game, kind: str = "github") -> Inbox:
    inbox = Inbox(game.database)
    inbox.connect(kind)
    return inbox


def set_key(database: Database) -> None:
    with database.unit_of_work() as session:
        api_keys.set_key(
            session, KEY, "github", act_by("Gus"), secret="a-secret-key", address="http://127.0.0.1",
            repositories="acme/support", allowed=Allowed(private=True),
        )  # fmt: skip


def test_an_id_named_by_eight_at_once_is_named_once(game: Game, places: list[Database]) -> None:
    connected(game)

    def name(number: int) -> bool:
        with places[number % 4].unit_of_work() as session:
            return authors.name(session, "github", "7", ADA, act_by("Olu"))[1]

    assert sorted(race(repeat(8, name)), key=str) == [False, *[True] * 7]


def test_an_account_listed_by_eight_at_once_is_on_the_list_once(game: Game, places: list[Database]) -> None:
    connected(game)

    def add(number: int) -> bool:
        with places[number % 4].unit_of_work() as session:
            return service_accounts.add(session, "github", "@robot", act_by("Olu")).was_so

    assert sorted(race(repeat(8, add)), key=str) == [False, *[True] * 7]


def test_a_key_set_by_eight_at_once_is_set(game: Game, places: list[Database]) -> None:
    connected(game)

    results = race(repeat(8, lambda number: set_key(places[number % 4])))

    assert outcomes(results) == {"NoneType": 8}


def test_servers_that_start_at_once_begin_one_comparison(game: Game, places: list[Database]) -> None:
    inbox = connected(game)
    set_key(game.database)

    def start(number: int) -> int:
        with places[number].unit_of_work() as session:
            return comparisons.start_due(session, inbox.now, after_start=True)

    assert sorted(race(repeat(4, start)), key=str) == [0, 0, 0, 1]


def test_the_first_servers_that_start_at_once_have_one_heartbeat(game: Game, places: list[Database]) -> None:
    def beat(number: int) -> Outage | None:
        with places[number].unit_of_work() as session:
            return outages.beat(session, game.now)

    assert race(repeat(4, beat)) == [None] * 4


def test_no_key_is_left_where_a_connection_ends_meanwhile(game: Game) -> None:
    connected(game)
    refused: list[NotFound] = []

    def set_it() -> None:
        try:
            set_key(game.database)
        except NotFound as problem:
            refused.append(problem)

    setting = Thread(target=set_it)
    with game.database.unit_of_work() as session:
        connections.disconnect(session, "github", act_by("Olu"))
        setting.start()
        setting.join(0.5)
    setting.join()

    assert len(refused) == 1
    with game.database.reading() as session:
        assert session.exec(select(ApiKey)).all() == []
        assert len(session.exec(select(Connection)).all()) == 1


def test_a_delivery_that_is_recorded_while_it_is_replayed_stays_so(game: Game) -> None:
    inbox = connected(game)
    waiting = inbox.take("github", GITHUB)

    def replay() -> None:
        with game.database.unit_of_work() as session:
            deliveries.replay(session, waiting, act_by("Olu"))

    replaying = Thread(target=replay)
    with game.database.unit_of_work() as session:
        unmatched.credit(session, waiting, ADA, act_by("Olu", inbox.now))
        replaying.start()
        replaying.join(0.5)
    replaying.join()
    inbox.process()

    assert inbox.state(waiting) == "recorded"


def test_a_delivery_that_is_recorded_while_somebody_is_added_with_its_email_stays_so(game: Game) -> None:
    inbox = connected(game, "linear")
    waiting = inbox.take("linear", LINEAR, changed(LINEAR, actor__email="new@example.com"))

    def add() -> None:
        with game.database.unit_of_work() as session:
            people.find_or_create(session, "new@example.com", "New Person", inbox.now)

    adding = Thread(target=add)
    with game.database.unit_of_work() as session:
        unmatched.credit(session, waiting, ADA, act_by("Olu", inbox.now))
        adding.start()
        adding.join(0.5)
    adding.join()
    inbox.process()

    assert inbox.state(waiting) == "recorded"


def test_a_delivery_that_is_judged_as_the_days_of_a_week_change_is_looked_at_again(game: Game) -> None:
    inbox, week = connected(game, "linear"), game.week()
    early = {**LINEAR.body, "data": {**LINEAR.body["data"], "createdAt": "2022-09-10T08:00:00Z"}}
    delivery = inbox.store("linear", LINEAR, early)

    def edit() -> None:
        with game.database.unit_of_work() as session:
            fields = WeekFields(week.name, week.timezone, date(2022, 9, 1), week.ends)
            week_admin.edit(session, game.slug, fields, game.act)

    editing = Thread(target=edit)
    with game.database.unit_of_work() as session:
        processing.process_some(session, registry.parse, inbox.now, 1)
        editing.start()
        editing.join(0.5)
    editing.join()
    inbox.process()

    assert inbox.state(delivery) == "recorded"


def test_a_reply_that_is_recorded_as_it_is_made_private_is_reversed(game: Game) -> None:
    desk = Desk(game)
    hiding = Thread(target=desk.send, args=[hidden("s1")])

    with game.database.unit_of_work() as session:
        taken = take(session, SLUG, a_reading(kind="response", source="zendesk", external_id="s1"), now=game.now)
        hiding.start()
        hiding.join(0.5)
    hiding.join()

    with game.database.reading() as session:
        assert rulings.counts(session, [taken.entry]) == {taken.entry.seq: 1}
    assert game.verify() == []
