"""Plans of screens: single ones beside all, the remote, messages, and that the last word counts."""

import pytest

from app.db.database import Database
from app.domain.screens.wall import ALL, Plan, Wall
from app.errors import Malformed, NotFound, Problem
from app.services.displays import displays, messages, plans
from app.services.displays.messages import MessageFields
from app.services.displays.plans import Command, Look
from tests.builders import NOW, Game, act_by
from tests.races import race, repeat
from tests.web.running_app import screen_code

ACT = act_by("Olu", NOW)


def a_screen(database: Database) -> str:
    """A screen that was let in."""
    with database.unit_of_work() as session:
        return displays.pair(session, screen_code(), "Lobby", ACT).id


def command(database: Database, target: str, do: Command, shown: str = "") -> None:
    """Press a button of the remote."""
    with database.unit_of_work() as session:
        plans.command(session, target, do, ACT, shown=shown)


def wall(database: Database) -> Wall:
    """Everything that was chosen."""
    with database.reading() as session:
        return plans.wall(session)


def test_plan_is_the_usual_one_at_first(database: Database) -> None:
    assert wall(database).plan() == Plan(theme="auto", size="normal")


def test_command_to_one_screen_leaves_the_others(database: Database) -> None:
    lobby, hall = a_screen(database), a_screen(database)

    command(database, lobby, "pause")
    command(database, lobby, "show", "race")

    found = wall(database)
    assert [(found.plan(each).is_paused, found.plan(each).shown) for each in (lobby, hall, ALL)] == [
        (True, "race"), (None, ""), (None, ""),
    ]  # fmt: skip


def test_command_to_all_is_the_last_word_for_each(database: Database) -> None:
    lobby = a_screen(database)
    command(database, lobby, "pause")
    command(database, lobby, "mute")
    command(database, lobby, "show", "race")

    command(database, ALL, "resume")
    command(database, ALL, "show", "board")

    plan = wall(database).plan(lobby)
    assert (plan.is_paused, plan.is_muted, plan.shown) == (False, True, "board")


def test_show_again_is_another_wish(database: Database) -> None:
    command(database, ALL, "show", "race")
    first = wall(database).plan().show
    with database.unit_of_work() as session:
        plans.command(session, ALL, "show", ACT.at(NOW.replace(microsecond=5)), shown="race")

    assert first != wall(database).plan().show


def test_set_look_of_one_screen_goes_before_that_of_all(database: Database) -> None:
    lobby = a_screen(database)
    with database.unit_of_work() as session:
        plans.set_look(session, ALL, Look("dark", "large", "22:00-06:30", "Europe/Lisbon"), ACT)
        plans.set_look(session, lobby, Look(theme="light", quiet="off"), ACT)

    plan = wall(database).plan(lobby)
    assert (plan.theme, plan.size, plan.hours, plan.zone) == ("light", "large", None, "Europe/Lisbon")


@pytest.mark.parametrize("look", [Look("pink"), Look(size="huge"), Look(quiet="late"), Look(zone="Mars/Base")])
def test_set_look_refuses_what_is_no_choice(database: Database, look: Look) -> None:
    with database.unit_of_work() as session, pytest.raises(Malformed):
        plans.set_look(session, ALL, look, ACT)


def test_command_to_a_screen_that_is_gone_is_refused(database: Database) -> None:
    with pytest.raises(NotFound):
        command(database, "0" * 16, "pause")


@pytest.mark.parametrize(
    "fields",
    [
        MessageFields("party", "Hello"), MessageFields("news", " "), MessageFields("news", "x" * 81),
        MessageFields("news", "Hello", "x" * 201), MessageFields("news", "Hello", link="javascript:alert(1)"),
        MessageFields("news", "Hello", link="https://a.example/" + "x" * 483),
        MessageFields("news", "Hello", until=NOW), MessageFields("news", "a\u202eb"),
    ],
)  # fmt: skip
def test_write_refuses_a_message_that_cannot_be_shown(database: Database, fields: MessageFields) -> None:
    with database.unit_of_work() as session, pytest.raises(Malformed):
        messages.write(session, fields, ACT)


def test_write_has_a_limit(database: Database) -> None:
    with database.unit_of_work() as session:
        for number in range(messages.MOST):
            messages.write(session, MessageFields("news", f"Day {number}"), ACT)
        with pytest.raises(Problem, match="20 messages already"):
            messages.write(session, MessageFields("news", "One more"), ACT)


def test_command_by_twenty_at_once_leaves_the_last_word(games: list[Game]) -> None:
    def press(number: int) -> None:
        command(games[number % 4].database, ALL, "pause" if number % 2 else "resume")

    assert race(repeat(20, press)) == [None] * 20
    assert wall(games[0].database).plan().is_paused in (True, False)
