"""A week without teams: its board and its summary say nothing of teams."""

from datetime import date

import pytest

from app.services import lifecycle
from app.services.shifts import patterns, settings
from app.services.shifts.shifts import ShiftFields
from app.services.weeks import weeks
from tests.builders import Game
from tests.web.reading import text
from tests.web.running_app import RunningApp

SLUG = "rotation"
QUARTER = {"starts": date(2022, 7, 1), "ends": date(2022, 9, 30)}
BOARD = f"/weeks/{SLUG}"


@pytest.fixture
def rotation(site: RunningApp) -> Game:
    """A quarter of Wednesdays for everyone, as a draft."""
    with site.database.unit_of_work() as session:
        weeks.create(session, site.game.act, slug=SLUG, name="Rotation", timezone="America/Los_Angeles", **QUARTER)
        patterns.generate_ready(
            session, SLUG, "wednesday", QUARTER["starts"], QUARTER["ends"], ShiftFields(), site.game.act
        )
    return Game(site.database, slug=SLUG, now=site.clock.now)


def open_it(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        lifecycle.open_week(session, SLUG, site.game.act)


def test_summary_thanks_too(site: RunningApp, rotation: Game) -> None:
    open_it(site)
    site.game.close()

    summary = text(site.get(f"{BOARD}/summary"))

    assert "No activities yet The summary shows what people did." in summary
    assert "0 teams" not in summary


def test_settings_change_the_board_at_once(site: RunningApp, rotation: Game) -> None:
    said = [text(site.get(BOARD))]
    with site.database.unit_of_work() as session:
        settings.change(session, SLUG, {"needs_team": True}, site.game.act)
    said.append(text(site.get(BOARD)))

    assert ["No teams yet" in each for each in said] == [False, True]
