"""Covered shifts and closed weeks are told in the transaction in which they happen, to whoever wants to hear."""

import json
from typing import Any

import pytest
from sqlmodel import col, select

from app.domain.webhooks.events import EVENTS
from app.errors import WeekUnknown
from app.models import WebhookMessage
from app.services import lifecycle
from app.services.operations.secrets import SigningKey
from app.services.shifts import covers, editing
from app.services.shifts.editing import ShiftChanges
from app.services.webhooks import endpoints
from tests.builders import ADA, BO, DUA, SIGNING_KEY, SLUG, Game, a_week
from tests.services.shifts.test_seats import Plan

KEY = SigningKey(SIGNING_KEY)


@pytest.fixture
def plan(game: Game) -> Plan:
    return Plan(game)


def add(game: Game, *events: str, week: str = "") -> str:
    with game.database.unit_of_work() as session:
        new = endpoints.add(session, KEY, game.act, url="https://a.example.com/", events=events or EVENTS, week=week)
        return new.endpoint.id


def told(game: Game) -> list[tuple[str, dict[str, Any]]]:
    with game.database.reading() as session:
        found = session.exec(select(WebhookMessage).order_by(col(WebhookMessage.seq)))
        return [(message.kind, json.loads(message.body)["data"]) for message in found]


def test_shift_that_gets_the_people_it_needs_is_told_once(game: Game, plan: Plan) -> None:
    add(game)
    shift_id = plan.shift()

    seat = plan.sign_up(shift_id, ADA).seat
    plan.sign_up(shift_id, BO)
    plan.leave(seat, plan.act_of(ADA))

    assert told(game) == [
        (
            "shift.covered",
            {
                "week": SLUG, "id": shift_id, "label": "", "place": "", "starts_at": "2022-09-15T13:00:00.000000Z",
                "ends_at": "2022-09-15T15:00:00.000000Z", "seats": 3, "needed": 1, "taken": 1,
            },
        )
    ]  # fmt: skip


def test_cover_of_a_seat_leaves_its_shift_covered_and_tells_nothing(game: Game, plan: Plan) -> None:
    shift_id = plan.shift()
    seat = plan.sign_up(shift_id, ADA).seat
    add(game)

    with game.database.unit_of_work() as session:
        covers.offer(session, SLUG, shift_id, seat.id, "everyone", plan.act_of(ADA))
        covers.accept(session, SLUG, shift_id, seat.id, plan.person(DUA).id, plan.act_of(DUA))

    assert told(game) == []


def test_edit_that_lowers_what_a_shift_needs_tells_that_it_is_covered(game: Game, plan: Plan) -> None:
    shift_id = plan.shift()
    with game.database.unit_of_work() as session:
        editing.edit(session, SLUG, shift_id, ShiftChanges(needed=2), 1, plan.organizer)
    plan.sign_up(shift_id, ADA)
    add(game, "shift.covered")

    with game.database.unit_of_work() as session:
        editing.edit(session, SLUG, shift_id, ShiftChanges(needed=1), 2, plan.organizer)

    assert [(kind, data["needed"]) for kind, data in told(game)] == [("shift.covered", 1)]


def test_closed_week_is_told_to_who_wants_to_hear_of_it(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_week(session, "other", now=game.now)
    wanted = [add(game), add(game, "week.closed", week=SLUG)]
    for unwanted in (("shift.covered",), ("week.closed",)):
        add(game, *unwanted, week="other")

    game.close()

    with game.database.reading() as session:
        found = list(session.exec(select(WebhookMessage.endpoint_id)))
    data = {"week": SLUG, "name": SLUG.upper(), "closed_at": "2022-09-14T20:00:00.000000Z", "frozen": False}
    assert sorted(found) == sorted(wanted)
    assert told(game)[0] == ("week.closed", data)


def test_what_is_rolled_back_is_told_to_nobody(game: Game) -> None:
    add(game)

    def close_both() -> None:
        with game.database.unit_of_work() as session:
            lifecycle.close(session, SLUG, game.act)
            lifecycle.close(session, "nothing", game.act)

    with pytest.raises(WeekUnknown):
        close_both()

    assert told(game) == []
