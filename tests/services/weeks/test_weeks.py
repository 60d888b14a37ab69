"""Weeks: created, found, current."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.db.database import Database
from app.errors import Conflict, Malformed, NotFound, WeekUnknown
from app.events import Event, WeekChanged
from app.models import Week, WeekEvent
from app.services import lifecycle
from app.services.weeks import weeks
from tests.builders import ENDS, NOW, STARTS, ZONE, Game, a_week, act_by


def current(database: Database, now: datetime = NOW) -> str:
    with database.reading() as session:
        return weeks.find(session, "current", now).slug


def test_create_makes_a_draft(database: Database) -> None:
    with database.unit_of_work() as session:
        weeks.create(session, act_by("Olu", NOW), slug="q3", name=" Q3  2022 ", timezone=ZONE, starts=STARTS, ends=ENDS)

    week = Game(database, slug="q3").week()
    assert (week.name, week.state, week.starts, week.ends, week.created_at) == ("Q3 2022", "draft", STARTS, ENDS, NOW)
    assert week.timezone == ZONE


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"slug": "current"}, "can’t be a week’s slug"),
        ({"slug": "Q3"}, "can’t be a week’s slug"),
        ({"slug": ""}, "can’t be a week’s slug"),
        ({"slug": "x" * 41}, "can’t be a week’s slug"),
        ({"slug": "q3\n"}, "can’t be a week’s slug"),
        ({"slug": "../q3"}, "can’t be a week’s slug"),
        ({"name": " "}, "name must not be empty"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"name": "a\u200bb"}, "invisible character U\\+200B"),
        ({"timezone": "Mars/Olympus"}, "isn’t a time zone"),
        ({"timezone": " "}, "time zone is missing"),
        ({"timezone": "Etc/Berlin"}, "isn’t a time zone"),
        ({"timezone": "gmt-5"}, "isn’t a time zone"),
        ({"timezone": "nicosia"}, "could be Asia/Nicosia or Europe/Nicosia. Write the one"),
        ({"timezone": "../etc/passwd"}, "isn’t a time zone"),
        ({"starts": date(2022, 9, 17)}, "can’t be before the first"),
        ({"starts": date(1, 1, 1), "ends": date(1, 1, 2)}, "can’t run from"),
        ({"ends": date(9999, 12, 31)}, "can’t run from"),
        ({"ends": STARTS + timedelta(days=100)}, "at most 100 days"),
    ],
)
def test_create_of_an_impossible_week_is_refused(database: Database, changes: dict[str, Any], sentence: str) -> None:
    with database.unit_of_work() as session, pytest.raises(Malformed, match=sentence):
        a_week(session, **{"slug": "q3", **changes})


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        (" los angeles ", "America/Los_Angeles"),
        ("São Paulo", "America/Sao_Paulo"),
        ("europe/berlin", "Europe/Berlin"),
        ("Singapore", "Singapore"),
        ("UTC", "UTC"),
    ],
)
def test_city_that_only_one_zone_has_is_that_zone(database: Database, written: str, zone: str) -> None:
    with database.unit_of_work() as session:
        assert a_week(session, timezone=written).timezone == zone


def test_create_of_a_week_takes_up_to_31_days(database: Database) -> None:
    with database.unit_of_work() as session:
        week = a_week(session, ends=STARTS + timedelta(days=30))

    assert week.state == "open"


def test_create_of_a_taken_slug_is_refused(game: Game) -> None:
    with game.database.unit_of_work() as session, pytest.raises(Conflict, match="already a week"):
        a_week(session)


def test_find_of_an_unknown_week_is_refused(game: Game) -> None:
    with game.database.reading() as session, pytest.raises(WeekUnknown, match="no week “q9”"):
        weeks.find(session, "q9", NOW)


@pytest.mark.parametrize("slug", ["\0", "q3-2022\0", "\ud800", "Q3-2022", "", "x" * 5_000])
def test_find_of_an_impossible_slug_is_an_unknown_week(game: Game, slug: str) -> None:
    with game.database.reading() as session, pytest.raises(WeekUnknown):
        weeks.find(session, slug, NOW)


def test_find_by_id_of_no_week_is_refused(game: Game) -> None:
    with game.database.reading() as session, pytest.raises(NotFound):
        weeks.find_by_id(session, 10**15)


def test_pick_current_before_a_week_is_open_is_none(database: Database) -> None:
    with database.unit_of_work() as session:
        a_week(session, state="draft")

    with pytest.raises(WeekUnknown, match="No week yet"):
        current(database)


def test_pick_current_is_the_open_week_that_has_today(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "later", starts=date(2022, 9, 19), ends=date(2022, 9, 23))
        a_week(session, "earlier", starts=date(2022, 9, 5), ends=date(2022, 9, 9))

    assert current(game.database) == "q3-2022"


def test_pick_current_goes_by_the_day_of_the_weeks_own_zone(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "later", starts=date(2022, 9, 17), ends=date(2022, 9, 23))

    assert current(game.database, datetime(2022, 9, 17, 6, 59, tzinfo=UTC)) == "q3-2022"
    assert current(game.database, datetime(2022, 9, 17, 7, 0, tzinfo=UTC)) == "later"


def test_pick_current_without_today_is_the_open_week_that_started_last(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "earlier", starts=date(2022, 9, 5), ends=date(2022, 9, 9))

    assert current(game.database, NOW + timedelta(days=60)) == "q3-2022"


def test_pick_current_without_an_open_week_is_the_one_closed_last(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "earlier", starts=date(2022, 9, 5), ends=date(2022, 9, 9))
        lifecycle.close(session, "q3-2022", act_by("Olu", NOW))
        lifecycle.close(session, "earlier", act_by("Olu", NOW + timedelta(hours=1)))
        a_week(session, "draft", state="draft", starts=date(2022, 9, 19), ends=date(2022, 9, 23))

    assert current(game.database) == "earlier"


def test_every_lists_the_last_start_first(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "earlier", starts=date(2022, 9, 5), ends=date(2022, 9, 9))
        a_week(session, "later", starts=date(2022, 9, 19), ends=date(2022, 9, 23))

    with game.database.reading() as session:
        assert [week.slug for week in weeks.every(session)] == ["later", "q3-2022", "earlier"]


def test_page_follows_page_of_weeks(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "second")

    with game.database.reading() as session:
        first = weeks.page(session, cursor=None, limit=1)
        second = weeks.page(session, cursor=first.next_cursor, limit=1)
    assert [week.slug for week in first.items + second.items] == ["q3-2022", "second"]
    assert second.next_cursor is None


@pytest.mark.parametrize("cursor", ["!", "AA", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", "\ud800", "-"])
def test_page_of_a_strange_cursor_is_refused(game: Game, cursor: str) -> None:
    with game.database.reading() as session, pytest.raises(Malformed, match="cursor"):
        weeks.page(session, cursor=cursor, limit=1)


def test_history_has_everything_done_to_a_week(game: Game) -> None:
    game.freeze()
    game.reveal()
    game.close()
    game.open()

    with game.database.reading() as session:
        events = session.exec(select(WeekEvent).order_by(WeekEvent.id)).all()  # type: ignore[arg-type]
    assert [(event.action, event.by, event.reason) for event in events] == [
        ("created", "Olu", None),
        ("opened", "Olu", None),
        ("frozen", "Olu", None),
        ("revealed", "Olu", None),
        ("closed", "Olu", None),
        ("reopened", "Olu", "One more thing"),
    ]


def test_touch_announces_the_week_after_the_commit(game: Game) -> None:
    heard: list[tuple[Event, int]] = []
    game.database.subscribe(lambda news: heard.append((news, game.week().version)))

    game.take()

    version = game.week().version
    assert heard == [(WeekChanged("q3-2022", version), version)]


def test_lock_reads_the_week_again(game: Game) -> None:
    with game.database.unit_of_work() as session:
        week: Week = weeks.find(session, game.slug, NOW)

        locked = weeks.lock(session, game.slug, NOW)

    assert locked is week
