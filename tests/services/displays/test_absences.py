"""Screens that are away for an hour: who is told, when, once, and until the screen is back."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlmodel import col, select

from app.db.database import Database
from app.domain.notices.wording import as_text
from app.models import Display, Notice
from app.services import notice_mail, notices
from app.services.access import accounts
from app.services.displays import absences, displays, plans
from app.services.displays.plans import Look
from app.services.notice_mail import Addresses
from tests.builders import Game, act_by
from tests.races import race
from tests.web.running_app import screen_code

HOUR = timedelta(hours=1)
WEDNESDAY = datetime(2022, 9, 14, 17, tzinfo=UTC)
"""10:00 in San Francisco, on a day of the standard week."""


@pytest.fixture
def lobby(game: Game) -> str:
    """A screen that was seen last on Wednesday at ten, and Olu, who organizes."""
    return paired(game)


def paired(game: Game) -> str:
    """A screen that came for its code and was seen last on Wednesday at ten; Olu organizes."""
    with game.database.unit_of_work() as session:
        accounts.make_owner(session, act_by("Olu"), name="Olu", email="olu@example.com")
        display = displays.pair(session, screen_code(), "Lobby", act_by("Olu"))
        display.sha256, display.code = "0" * 64, None
        session.add(display)
        found = display.id
    see(game, found, WEDNESDAY)
    return found


def see(game: Game, display_id: str, at: datetime) -> None:
    with game.database.unit_of_work() as session:
        session.get_one(Display, display_id).seen_at = at


def tell(database: Database, at: datetime) -> int:
    with database.unit_of_work() as session:
        return absences.tell(session, at, at)


def rest(game: Game, display_id: str, hours: str) -> None:
    with game.database.unit_of_work() as session:
        plans.set_look(session, display_id, Look(quiet=hours), act_by("Olu"))


def rows(game: Game) -> list[Notice]:
    with game.database.reading() as session:
        return list(session.exec(select(Notice).order_by(col(Notice.created_at), col(Notice.channel))))


def unread(game: Game, at: datetime) -> int:
    with game.database.reading() as session:
        olu = accounts.by_email(session, "olu@example.com")
        assert olu is not None
        return notices.unread(session, olu.id, at)


def test_tell_after_an_hour_tells_organizers_once_on_the_page_and_by_email(game: Game, lobby: str) -> None:
    counts = [tell(game.database, WEDNESDAY + HOUR + timedelta(minutes=late)) for late in (-1, 0, 1, 600)]

    assert counts == [0, 1, 0, 0]
    assert [(row.channel, row.kind, row.subject) for row in rows(game)] == [
        ("email", "display-away", lobby), ("page", "display-away", lobby),
    ]  # fmt: skip


def test_tell_by_several_servers_at_once_writes_one_notice(game: Game, lobby: str, places: list[Database]) -> None:
    race([partial(tell, place, WEDNESDAY + HOUR) for place in places])

    assert [row.channel for row in rows(game)] == ["email", "page"]


def test_notice_ends_when_the_screen_is_back_and_the_next_absence_is_told_anew(game: Game, lobby: str) -> None:
    tell(game.database, WEDNESDAY + HOUR)
    before = unread(game, WEDNESDAY + HOUR)
    see(game, lobby, WEDNESDAY + 2 * HOUR)

    assert (before, unread(game, WEDNESDAY + 2 * HOUR)) == (1, 0)
    assert send(game, WEDNESDAY + 2 * HOUR) is None
    assert tell(game.database, WEDNESDAY + 3 * HOUR) == 1


def test_email_leads_to_the_displays_and_names_the_screen(game: Game, lobby: str) -> None:
    tell(game.database, WEDNESDAY + HOUR)

    found = send(game, WEDNESDAY + HOUR)

    assert found is not None
    assert (found.email, found.content.subject) == ("olu@example.com", "Display away for an hour: \u2068Lobby\u2069")
    assert "https://week.example.com/organizer/displays\n" in found.content.text
    assert "Last seen Wed 14 Sep, 10:00 PDT." in found.content.text


def send(game: Game, at: datetime) -> notice_mail.Outgoing | None:
    [notice] = [row for row in rows(game) if row.channel == "email"]
    with game.database.unit_of_work() as session:
        return notice_mail.begin(session, notice.id, Addresses("https://week.example.com", "au_x"), at)


def test_unpaired_screen_is_told_of_no_longer(game: Game, lobby: str) -> None:
    tell(game.database, WEDNESDAY + HOUR)
    with game.database.unit_of_work() as session:
        displays.revoke(session, lobby, act_by("Olu"))

    assert (unread(game, WEDNESDAY + HOUR), send(game, WEDNESDAY + HOUR)) == (0, None)
    assert tell(game.database, WEDNESDAY + 2 * HOUR) == 0


@pytest.mark.parametrize(
    ("hours", "after", "told"),
    [
        ("10:30-12:00", timedelta(minutes=90), 0),  # it rests
        ("10:30-12:00", timedelta(minutes=179), 0),  # awake for 59 minutes
        ("10:30-12:00", timedelta(minutes=180), 1),
        ("off", timedelta(minutes=60), 1),
    ],
)
def test_tell_waits_for_quiet_hours_and_an_hour_after_them(
    game: Game, lobby: str, hours: str, after: timedelta, told: int
) -> None:
    rest(game, lobby, hours)

    assert tell(game.database, WEDNESDAY + after) == told


def test_email_waits_for_the_morning_of_its_reader(game: Game, lobby: str) -> None:
    see(game, lobby, WEDNESDAY + 13 * HOUR)

    tell(game.database, WEDNESDAY + 14 * HOUR)

    by_email, on_page = rows(game)
    assert (by_email.due_at, on_page.due_at) == (WEDNESDAY + 21 * HOUR, WEDNESDAY + 14 * HOUR)


def test_tell_on_other_days_than_the_weeks_is_silent_and_its_first_hour_is_waited_for(game: Game, lobby: str) -> None:
    week = game.week()
    begins = datetime(week.starts.year, week.starts.month, week.starts.day, 7, tzinfo=UTC)  # midnight there
    see(game, lobby, begins - 30 * HOUR)

    counts = [tell(game.database, begins + each) for each in (-HOUR, HOUR / 2, timedelta(days=30))]

    assert (counts, tell(game.database, begins + HOUR)) == ([0, 0, 0], 1)


def test_closed_week_or_none_tells_nobody(game: Game, lobby: str) -> None:
    game.close()

    assert tell(game.database, WEDNESDAY + HOUR) == 0


def test_words_leave_out_advice_once_the_screen_is_back(game: Game, lobby: str) -> None:
    tell(game.database, WEDNESDAY + HOUR)
    see(game, lobby, WEDNESDAY + 2 * HOUR)
    with game.database.reading() as session:
        olu = accounts.by_email(session, "olu@example.com")
        assert olu is not None
        [shown] = notices.page(session, olu.id, WEDNESDAY + 2 * HOUR, cursor=None, limit=5).items

    assert (shown.is_read, shown.kind) == (True, "display-away")
    assert [as_text(line) for line in shown.words.lines] == ["Last seen Wed 14 Sep, 10:00 PDT."]
