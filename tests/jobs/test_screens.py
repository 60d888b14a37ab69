"""Screens that are away are noticed by a server that runs."""

import asyncio

import pytest
from sqlmodel import select

from app.jobs import screens
from app.models import Notice
from tests.builders import Game
from tests.services.displays.test_absences import HOUR, WEDNESDAY, paired
from tests.web.running_app import SettableClock


def test_watch_tells_of_a_screen_that_is_away(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    display_id = paired(game)
    monkeypatch.setattr(screens, "LOOK_SECONDS", 0.01)

    async def watch_for_a_while() -> None:
        async with asyncio.timeout(0.5):
            await screens.watch(game.database, SettableClock(WEDNESDAY + HOUR))

    with pytest.raises(TimeoutError):
        asyncio.run(watch_for_a_while())

    with game.database.reading() as session:
        assert session.exec(select(Notice.subject, Notice.channel).order_by(Notice.channel)).all() == [
            (display_id, "email"), (display_id, "page"),
        ]  # fmt: skip
