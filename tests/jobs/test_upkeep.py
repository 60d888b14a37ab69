"""Upkeep: what ended long ago goes, by the settings' days."""

import asyncio
from datetime import timedelta

from sqlmodel import select

from app.jobs import upkeep
from app.models import SlackUser
from app.services.intake import connections
from app.services.jobs import Claim
from app.services.operations.secrets import SigningKey
from tests.builders import SIGNING_KEY, Game
from tests.integrations.sources.samples import LINEAR
from tests.services.intake.inbox import Inbox
from tests.web.running_app import SettableClock


def test_forget_ended_deletes_the_bodies_of_unread_deliveries(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("linear")
    unread = inbox.take("linear", LINEAR, {**LINEAR.body, "data": {}})
    clock = SettableClock(inbox.now + timedelta(days=8))

    asyncio.run(
        upkeep.forget_ended(game.database, clock, upkeep.Keeping(7, 400), Claim(1, upkeep.FORGET, {}, 1, "worker"))
    )

    assert inbox.find(unread).body is None


def test_forget_ended_deletes_people_of_slack_who_have_not_come_for_long(game: Game) -> None:
    now = SettableClock().now
    with game.database.unit_of_work() as session:
        made = connections.connect(session, SigningKey(SIGNING_KEY), "slack", game.act).connection
        for user, days in {"UOLD": 401, "UNEW": 399}.items():
            ago = now - timedelta(days=days)
            session.add(SlackUser(connection_id=made.id, user_id=user, opened_at=ago))
            session.add(SlackUser(connection_id=made.id, user_id=f"{user}-LOOKED-UP", seen_at=ago))
        session.add(SlackUser(connection_id=made.id, user_id="UBEFORE"))

    asyncio.run(
        upkeep.forget_ended(
            game.database, SettableClock(now), upkeep.Keeping(7, 400), Claim(1, upkeep.FORGET, {}, 1, "worker")
        )
    )

    with game.database.reading() as session:
        found = session.exec(select(SlackUser.user_id, SlackUser.seen_at).order_by(SlackUser.user_id)).all()
        assert dict(found) == {"UBEFORE": now, "UNEW": ago, "UNEW-LOOKED-UP": ago}
