"""Health of connections: last delivery, refusals, silence, clocks and rivals, on both engines."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.db.database import Database
from app.models import Backfill, Delivery
from app.services.intake import connections, deliveries, health, outages, rates, refused
from app.services.intake.deliveries import Incoming
from app.services.intake.health import Health
from app.services.intake.refused import Refused
from app.services.operations.secrets import SigningKey
from app.web.organizer import source_words
from tests.builders import NOW, SIGNING_KEY, Game, act_by
from tests.cost import statements_to
from tests.integrations.sources.samples import LINEAR
from tests.services.intake.inbox import Inbox

HOUR = timedelta(hours=1)


class Tools:
    """Connections whose deliveries come at given hours before now."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.number = 0

    def connect(self, kind: str, **options: Any) -> str:
        """Connect a tool a month ago; its id."""
        act = act_by("Olu", NOW - timedelta(days=30))
        with self.database.unit_of_work() as session:
            return connections.connect(session, SigningKey(SIGNING_KEY), kind, act, **options).connection.id

    def deliver(self, name: str, *hours: float, delay: float | None = None, event: str = "e", state: str = "") -> None:
        """Deliver at so many hours before now, each signed `delay` seconds before it comes."""
        with self.database.unit_of_work() as session:
            for each in hours:
                self.number += 1
                at = NOW - each * HOUR
                sent_at = None if delay is None else at - timedelta(seconds=delay)
                connection_id = connections.find(session, name).id
                incoming = Incoming(connection_id, [], b"{}", at, f"{event}{self.number}", sent_at)
                stored = deliveries.store(session, incoming)
                if state:
                    delivery = deliveries.find(session, stored).delivery
                    delivery.state = state
                    session.add(delivery)

    def backfill(self, connection_id: str, start: float, end: float) -> None:
        """Have had a backfill run from and to so many hours before now."""
        with self.database.unit_of_work() as session:
            session.add(
                Backfill(
                    connection_id=connection_id, purpose="asked", since=NOW, until=NOW, state="done", stored=1,
                    created_at=NOW - start * HOUR, created_by="Olu", finished_at=NOW - end * HOUR,
                )
            )  # fmt: skip

    def refuse(self, connection_id: str, *hours: float) -> None:
        """Refuse deliveries with a wrong signature."""
        with self.database.unit_of_work() as session:
            refused.add(session, [Refused(connection_id, "signature", 1, NOW - each * HOUR) for each in hours])

    def health(self, connection_id: str, now: datetime = NOW) -> Health:
        """The health of one."""
        with self.database.reading() as session:
            return health.of(session, connection_id, now)


@pytest.fixture
def tools(database: Database) -> Tools:
    return Tools(database)


def test_health_of_a_connection_that_never_delivered_waits(tools: Tools) -> None:
    found = tools.health(tools.connect("jira"))

    assert (found.state, found.last_at, found.last_day, found.rivals) == ("waiting", None, 0, ())


def test_health_fails_once_the_newest_delivery_is_refused_until_another_is_taken(tools: Tools) -> None:
    github = tools.connect("github")
    tools.refuse(github, 3.0, 2.0, 30.0)
    refusals = tools.health(github)
    tools.deliver("github", 1.0)

    assert (refusals.state, [(each.reason, each.times) for each in refusals.refused]) == ("failing", [("signature", 2)])
    assert tools.health(github).state == "working"


def test_health_is_silent_when_quieter_than_it_usually_is(tools: Tools) -> None:
    nightly = tools.connect("github")
    tools.deliver("github", *(day * 24 + hour for day in range(1, 6) for hour in (0, 1, 2, 8)))

    fine = tools.health(nightly)
    quiet = tools.health(nightly, NOW + timedelta(hours=3))

    assert (fine.state, fine.usual.longest) == ("working", timedelta(hours=16))
    assert (quiet.state, quiet.quiet) == ("silent", timedelta(hours=27))


@pytest.mark.parametrize(("days", "state"), [(2, "working"), (4, "silent")])
def test_health_of_one_that_hardly_delivered_is_silent_after_days(tools: Tools, days: int, state: str) -> None:
    linear = tools.connect("linear")
    tools.deliver("linear", 24.0 * days)

    assert tools.health(linear).state == state


def test_silence_after_much_on_one_day_is_not_told_as_hardly_anything(tools: Tools) -> None:
    linear = tools.connect("linear")
    tools.deliver("linear", *(96 + minute / 60 for minute in range(30)))

    [sentence] = source_words.advice(tools.health(linear))

    assert sentence == (
        "Nothing for 4 days. How long its pauses usually are isn’t known yet. "
        "Check that its webhook is still on at Linear."
    )


def test_health_counts_no_backfill_as_a_delivery(tools: Tools) -> None:
    github = tools.connect("github")
    tools.deliver("github", 96.0)
    tools.backfill(github, 25.0, 23.5)
    tools.backfill(github, 2.0, 0.2)
    tools.deliver("github", 30.0, 23.9, 1.5, 0.5, event="backfill:")

    found = tools.health(github)
    tools.deliver("github", 1.7, 0.4)
    with_others = tools.health(github)

    assert (found.state, found.last_hour, found.last_day) == ("silent", 0, 0)
    assert (with_others.state, with_others.last_hour, with_others.last_day) == ("working", 1, 2)


def test_health_reads_no_more_of_a_hundred_deliveries_than_its_sample(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    github = tools.connect("github")
    monkeypatch.setattr(rates, "SAMPLE", 10)
    tools.deliver("github", *(2.0 + 0.01 * number for number in range(90)), delay=-600)
    tools.deliver("github", *(0.01 * number for number in range(10)), delay=5)

    with tools.database.reading() as session:
        read = session.connection().execute(rates.newest([github], NOW, Delivery.seq)).all()

    found = tools.health(github)
    assert (len(read), found.last_hour, found.last_day, found.ahead) == (10, 10, 100, None)


@pytest.mark.parametrize(
    ("delay", "times", "ahead"),
    [(600, 3, -600), (600, 2, None), (-600, 1, 600), (5, 3, None), (-5, 3, None)],
)
def test_health_tells_the_difference_of_clocks(tools: Tools, delay: float, times: int, ahead: float | None) -> None:
    linear = tools.connect("linear")
    tools.deliver("linear", *(0.1 * number for number in range(times)), delay=delay)

    found = tools.health(linear).ahead

    assert (found and round(found.total_seconds())) == ahead


def test_health_counts_what_waits_for_a_name_and_what_nobody_could_read(tools: Tools) -> None:
    github = tools.connect("github")
    tools.deliver("github", 0.1, 30.0, state="unmatched")
    tools.deliver("github", 0.2, 5.0, state="quarantined")
    tools.deliver("github", 0.3)

    found = tools.health(github)

    assert (found.last_hour, found.last_day, found.unmatched, found.unread) == (3, 4, 2, 2)


@pytest.mark.parametrize(("tries", "taken", "state"), [(1, 1, "working"), (2, 5, "working"), (3, 9, "failing"),
                                                       (2, 1, "failing"), (1, 0, "failing")])  # fmt: skip
def test_health_does_not_fail_by_a_strangers_try(tools: Tools, tries: int, taken: int, state: str) -> None:
    github = tools.connect("github")
    tools.deliver("github", 30.0, *(2.0 + 0.1 * number for number in range(taken)))
    tools.refuse(github, 5.0, *[0.5] * tries)

    found = tools.health(github)

    assert (found.state, sum(each.times for each in found.refused)) == (state, tries + 1)


def test_health_names_other_connections_once_both_delivered_the_same(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("linear")
    inbox.connect("linear", name="linear-2")

    def rivals() -> list[tuple[str, ...]]:
        with game.database.reading() as session:
            return [each.rivals for each in health.every(session, inbox.now)]

    before = rivals()
    inbox.take("linear", LINEAR)
    inbox.take("linear-2", LINEAR)

    assert (before, rivals()) == ([(), ()], [("linear-2",), ("linear",)])


def test_health_tells_when_no_server_ran_since_it_is_connected(tools: Tools) -> None:
    github = tools.connect("github")
    with tools.database.unit_of_work() as session:
        for hours in (3.0, 2.0):
            outages.beat(session, NOW - hours * HOUR)

    assert [each.ended_at for each in tools.health(github).outages] == [NOW - 2 * HOUR]


def test_every_takes_as_many_statements_for_many_as_for_one(tools: Tools) -> None:
    def cost() -> int:
        with statements_to(tools.database) as statements, tools.database.reading() as session:
            health.every(session, NOW)
        return len(statements)

    tools.connect("github")
    tools.deliver("github", 1.0)
    one = cost()
    for number in range(9):
        tools.connect("linear", name=f"linear-{number}")
        tools.deliver(f"linear-{number}", 1.0, 20.0)

    assert cost() == one > 0
