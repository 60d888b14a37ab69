"""Response times from the clocks of tickets: the same whatever comes first, and corrected in the ledger."""

import io
import json
from threading import Thread

from sqlalchemy import delete
from sqlmodel import col, select

from app.domain.actor import Act, system
from app.models import KeptClockFact, LedgerEntry, QueuedJob, Timing
from app.services.exports import ledger_export
from app.services.imports import batch, imports
from app.services.intake import readings, service_accounts
from app.services.ledger import timings
from app.services.weeks import weeks
from tests.builders import ADA, CATS, OWLS, SLUG, Game, a_reading, act_by, an_activity, take
from tests.services.intake.desk import Desk, answered, asked, hidden, opened


def all_timings(game: Game) -> list[tuple[int, int | None]]:
    with game.database.reading() as session:
        return list(session.exec(select(Timing.ordinal, Timing.response_seconds).order_by(col(Timing.id))).all())


def test_a_late_creation_corrects_the_first_reply_and_the_bonus_moves(game: Game) -> None:
    desk = Desk(game)
    desk.send(asked("T1", "c1", 60), answered("T1", "s1", 70))
    assert (desk.seconds(), game.points()) == ({"s1": 600}, {OWLS: 3, CATS: 0})
    version = game.week().version

    desk.send(opened("T1", 0))

    assert (desk.seconds(), desk.seconds(version)) == ({"s1": 70 * 60}, {"s1": 600})
    assert (game.points(), game.week().version) == ({OWLS: 2, CATS: 0}, version + 1)
    assert [line.what for line in game.receipt(OWLS).items] == ["Response"]
    assert (all_timings(game), game.verify()) == ([(1, 70 * 60)], [])


def test_a_timing_may_say_none_and_the_latest_one_is_it(game: Game) -> None:
    desk = Desk(game)

    desk.send(opened("T1", 0), answered("T1", "s2", 90), answered("T1", "s1", 30), hidden("s1"))

    assert desk.seconds() == {"s1": None, "s2": 90 * 60}
    assert all_timings(game) == [(1, None), (2, 90 * 60), (1, None)]
    assert [line.points for line in game.receipt(OWLS).items] == [2]


def test_clocks_beat_a_given_value_whichever_comes_first(game: Game) -> None:
    desk = Desk(game)
    reply = {"kind": "response", "source": "zendesk", "occurred_at": "2022-09-14T06:30:00Z", "subject": "T1"}

    game.take(**reply, external_id="s1", response_seconds=5)
    desk.send(opened("T1", 0), answered("T1", "s1", 30), hidden("s2"), answered("T2", "s2", 40, "unknown"))
    given_after = game.take(**reply, external_id="s2", response_seconds=5)
    game.take(**reply, external_id="s3", response_seconds=5)

    assert desk.seconds() == {"s1": 1800, "s2": None, "s3": 5}
    assert given_after.entry.response_seconds is None
    assert game.verify() == []


def test_a_timing_waits_while_the_week_is_closed(game: Game) -> None:
    desk = Desk(game)
    desk.send(asked("T1", "c1", 60), answered("T1", "s1", 70))
    game.close()
    version, points = game.week().version, game.points()

    desk.send(opened("T1", 0))

    assert (desk.seconds(), game.week().version, game.points()) == ({"s1": 600}, version, points)
    assert game.verify() == []
    game.open()
    assert (desk.seconds(), game.points()) == ({"s1": 70 * 60}, {OWLS: 2, CATS: 0})
    assert game.verify() == []


def test_a_frozen_board_does_not_see_a_later_timing(game: Game) -> None:
    desk = Desk(game)
    desk.send(asked("T1", "c1", 60), answered("T1", "s1", 70))
    game.freeze()

    desk.send(opened("T1", 0))

    def bonuses(audience: str) -> list[int]:
        return [line.points for line in game.receipt(OWLS, audience).items]  # type: ignore[arg-type]  # a parameter of the test

    assert (bonuses("public"), bonuses("organizers")) == ([2, 1], [2])
    assert [standing.points for standing in game.public().standings] == [3, 0]
    assert game.verify() == []
    game.reveal()
    assert [standing.points for standing in game.public().standings] == [2, 0]


def test_facts_of_no_open_week_are_kept_and_made_use_of(game: Game) -> None:
    desk = Desk(game)
    game.close()

    [customer, staff] = desk.send(asked("T1", "c1", 0), answered("T1", "s1", 30))

    assert (desk.inbox.state(customer), desk.inbox.state(staff)) == ("ignored", "outside")
    game.open()
    desk.inbox.process()
    assert desk.seconds() == {"s1": 1800}


def test_a_correction_by_an_organizer_changes_no_clock(game: Game) -> None:
    desk = Desk(game)
    desk.send(opened("T1", 0), answered("T1", "s1", 30), answered("T1", "s2", 90))
    first = entry(game, "s1")

    game.reverse(first)

    assert desk.seconds() == {"s1": 1800, "s2": None}
    assert game.verify() == []


def entry(game: Game, external_id: str) -> LedgerEntry:
    with game.database.reading() as session:
        return session.exec(select(LedgerEntry).where(LedgerEntry.external_id == external_id)).one()


def test_service_accounts_start_and_stop_nothing_also_when_the_list_changes_later(game: Game) -> None:
    desk = Desk(game)
    desk.send(opened("T1", 0), answered("T1", "bot", 1, "666"), answered("T1", "s1", 30))
    assert desk.seconds() == {"s1": None}

    def catch_up() -> None:
        with game.database.unit_of_work() as session:
            assert session.exec(select(QueuedJob.kind)).all() == [timings.CATCH_UP]
            session.exec(delete(QueuedJob))
            timings.catch_up_all(session, Act(system("clocks"), game.now))

    with game.database.unit_of_work() as session:
        service_accounts.add(session, "zendesk", "666", act_by("Olu"))
    catch_up()
    assert (desk.seconds(), game.points()[OWLS]) == ({"s1": 1800}, 3)

    with game.database.unit_of_work() as session:
        service_accounts.remove(session, "zendesk", "666", act_by("Olu"))
    catch_up()
    assert (desk.seconds(), game.points()[OWLS], game.verify()) == ({"s1": None}, 2, [])


def test_facts_in_readings_of_earlier_deliveries_are_taken_over(game: Game) -> None:
    desk = Desk(game)
    desk.send(opened("T1", 0), asked("T1", "c1", 5), answered("T1", "s1", 30))
    with game.database.unit_of_work() as session:
        kept = sorted(fact.model_dump_json() for fact in session.exec(select(KeptClockFact)))
        session.exec(delete(KeptClockFact))

    after: int | None = 0
    with game.database.unit_of_work() as session:
        while after is not None:
            after = readings.keep_clocks(session, after=after, limit=2)

    with game.database.reading() as session:
        assert sorted(fact.model_dump_json() for fact in session.exec(select(KeptClockFact))) == kept
    assert len(kept) == 3


def test_verify_finds_a_response_time_that_the_clocks_deny(game: Game) -> None:
    desk = Desk(game)
    desk.send(opened("T1", 0), answered("T1", "s1", 30))

    with game.database.unit_of_work() as session:
        session.exec(delete(KeptClockFact).where(col(KeptClockFact.event) == "created"))

    assert game.verify() == [
        f"Week {SLUG}: the response time of zendesk s1 differs from its ticket’s clock, which says none."
    ]


def test_exports_show_the_latest_timing(game: Game) -> None:
    desk = Desk(game)
    desk.send(answered("T1", "s1", 70), opened("T1", 0))

    with game.database.reading() as session:
        out, week = io.StringIO(), weeks.find(session, SLUG, game.now)
        ledger_export.export(session, week, "json", out, lambda _: None)

    assert [each["response_seconds"] for each in json.loads(out.getvalue())["activities"]] == [4200]


def test_a_large_import_heeds_clocks_that_told_meanwhile(game: Game) -> None:
    desk = Desk(game)
    lines = [
        an_activity(
            kind="response", source="zendesk", external_id=f"s{number}", person=ADA, response_seconds=5,
            occurred_at="2022-09-14T06:30:00Z",
        )
        for number in range(3)
    ]  # fmt: skip
    read = list(batch.read_ndjson("\n".join(map(json.dumps, lines)).encode()))
    desk.send(opened("T0", 0), answered("T0", "s0", 30, "unknown"))
    act = Act(act_by("Olu").actor, game.now)

    staged = imports.stage(game.database, "an-import", SLUG, read, now=game.now, at_once=2)
    desk.send(opened("T1", 0), answered("T1", "s1", 90, "unknown"))
    imports.apply(game.database, staged, act)

    assert desk.seconds() == {"s0": 1800, "s1": 5400, "s2": 5}
    assert game.verify() == []


def test_a_reply_that_is_recorded_at_the_same_moment_is_timed_too(game: Game) -> None:
    desk = Desk(game)
    desk.send(opened("T1", 0))
    telling = Thread(target=desk.send, args=[answered("T1", "s1", 30, "unknown")])
    given = a_reading(
        kind="response", source="zendesk", external_id="s1", response_seconds=5, occurred_at="2022-09-14T06:30:00Z"
    )

    with game.database.unit_of_work() as session:
        take(session, SLUG, given, now=game.now)
        telling.start()
        telling.join(0.5)  # its facts are there by now, and it waits
    telling.join()

    assert desk.seconds() == {"s1": 1800}
    assert game.verify() == []
