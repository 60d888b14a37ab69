"""Presses of buttons in Slack: each does what its page does, once, and its answer comes where Slack says."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from sqlmodel import col, select

from app.config import Settings
from app.domain.slack.calls import Call
from app.models import Seat, SlackCall
from app.services.intake import authors, connections
from app.services.slack import pending, presses
from tests.builders import BO, DUA, act_by
from tests.slack.running import StandIn, running
from tests.slack.workspace import BOT_TOKEN
from tests.web.playing_shifts import Shifts
from tests.web.playing_slack import HOOK, PUBLIC, Slack, buttons, connect_bot, shown
from tests.web.running_app import BOTH_ENGINES, SettableClock, serving, until

WHEN = "Thu 06:00–08:00 PDT"


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def heard(program: StandIn) -> Callable[[], list[dict[str, Any]]]:
    """The answers that come from now on."""
    before = len(program.order("responses"))
    return lambda: program.order("responses")[before:]


@pytest.fixture
def slack(known_slack: Slack) -> Slack:
    """The workspace in which Ada is U1, Bo U2 and Dua, of another team, U3."""
    with known_slack.site.database.unit_of_work() as session:
        for user, email in {"U2": BO, "U3": DUA}.items():
            authors.name(session, "slack", user, email, act_by("Olu", known_slack.site.clock.now))
    return known_slack


class Presser:
    """Presses buttons, and waits for the answer to each."""

    def __init__(self, slack: Slack, program: StandIn) -> None:
        self.slack, self.program = slack, program

    def press(self, action: str, value: str, user: str = "U1") -> dict[str, Any]:
        """Press a button; the message that answers it."""
        before = len(self.program.order("responses"))
        self.slack.press(action, value, user, response_url=f"{self.program.origin}/actions/T1/1")
        until(lambda: len(self.program.order("responses")) > before)
        [message] = self.program.order("responses")[before:]
        assert message["replace_original"] is False
        found: dict[str, Any] = message
        return found

    def says(self, action: str, value: str, user: str = "U1") -> str:
        """The text that answers a press."""
        return shown(self.press(action, value, user))

    def seats(self) -> list[str]:
        """The states of all seats, in order."""
        with self.slack.site.database.reading() as session:
            return list(session.exec(select(Seat.state).order_by(col(Seat.signed_up_at), col(Seat.state))))


@pytest.fixture
def presser(slack: Slack, program: StandIn) -> Presser:
    return Presser(slack, program)


def test_a_shift_is_taken_checked_in_and_completed(presser: Presser) -> None:
    clock, shift = presser.slack.site.clock, Shifts(presser.slack.site).make()

    taken = presser.press("take", shift)
    assert shown(taken) == f"You’re on: {WHEN}."
    [(label, action, place)] = buttons(taken)
    assert (label, action, place.partition("/")[0]) == ("Undo", "undo", shift)
    assert presser.says("check_in", place).startswith("It is too early for this.")
    clock.set("2022-09-15 05:50")
    assert presser.says("check_in", place) == f"You’re checked in: {WHEN}."
    clock.set("2022-09-15 07:50")
    assert presser.says("done", shift) == f"Completed: {WHEN}. Thank you!"
    assert presser.seats() == ["completed"]


def test_where_organizers_complete_there_is_no_done(presser: Presser) -> None:
    shifts = Shifts(presser.slack.site)
    shifts.set(completes="organizer")
    shift = shifts.make()
    presser.press("take", shift)
    presser.slack.site.clock.set("2022-09-15 05:50")

    checked = presser.press("check_in", shift)

    assert (shown(checked), buttons(checked)) == (f"You’re checked in: {WHEN}.", [])
    assert presser.says("done", shift) != f"Completed: {WHEN}. Thank you!"


def test_a_seat_is_left_and_one_that_can_not_be_is_offered(presser: Presser) -> None:
    shift = Shifts(presser.slack.site).make()

    presser.press("take", shift)
    assert presser.says("undo", shift) == f"You left {WHEN}."
    presser.press("take", shift)
    assert presser.says("cant", shift) == f"You left {WHEN}."
    presser.press("take", shift)
    presser.slack.site.clock.set("2022-09-15 05:00")
    offered = presser.says("cant", shift)
    assert offered.split("\n\n")[0] == "Too late to leave, so your seat is offered to everyone."
    assert presser.says("withdraw", shift) == f"Your seat is yours alone again: {WHEN}."
    assert presser.says("leave", shift) == "Too late to leave. Offer your seat."


def offered(presser: Presser, shift: str) -> str:
    """The value of buttons about a seat that Ada took and offers to everyone."""
    place: str = buttons(presser.press("take", shift))[0][2]
    fields = {"to": {"to": {"selected_option": {"value": "everyone"}}}}
    view = {"id": "V1", "callback_id": "aw.offer", "private_metadata": place, "state": {"values": fields}}
    answer = presser.slack.interact("view_submission", view=view)
    assert (answer.status_code, answer.content) == (200, b"")
    return place


def test_a_cover_is_taken_once_and_others_hear_who_was_faster(presser: Presser) -> None:
    shift = Shifts(presser.slack.site).make()
    place = offered(presser, shift)

    covered = presser.press("accept", place, "U2")

    assert shown(covered) == f"You took over: {WHEN}."
    assert presser.says("accept", place, "U3") == "Bo Nguyen was faster."
    assert presser.says("undo", buttons(covered)[0][2], "U2") == f"You left {WHEN}."
    assert presser.seats().count("signed_up") == 1


def test_who_takes_a_seat_over_has_a_message_with_the_way_back(presser: Presser, program: StandIn) -> None:
    shift = Shifts(presser.slack.site).make()
    place = offered(presser, shift)
    program.order("user", id="U2")
    connect_bot(presser.slack, BOT_TOKEN)

    presser.press("accept", place, "U2")

    def mine() -> list[dict[str, Any]]:
        return [each for each in program.order("messages") if each["text"].startswith("You took over")]

    until(lambda: len(mine()) == 1)
    [message] = mine()
    assert message["channel"] == "D2"
    [(label, action, value)] = buttons(message)
    assert (label, action) == ("Undo", "undo")
    assert presser.says(action, value, "U2") == f"You left {WHEN}."
    until(lambda: [buttons(each) for each in mine()] == [[]])


def test_a_whole_team_takes_a_shift_and_undoes_it(presser: Presser) -> None:
    shift = Shifts(presser.slack.site).make()

    taken = presser.press("take_team", shift)

    assert (shown(taken), presser.seats()) == (f"Your team is on: {WHEN}.", ["signed_up"] * 3)
    assert presser.says("undo", buttons(taken)[0][2]) == f"Undone for your team: {WHEN}."
    assert presser.seats() == ["cancelled"] * 3


def test_who_waits_may_stop_waiting(presser: Presser) -> None:
    shift = Shifts(presser.slack.site).make(seats=1)
    presser.press("take", shift)

    assert presser.says("take", shift, "U2") == "This shift is full. Join the waiting list."
    assert presser.says("wait", shift, "U2") == f"You’re on the waiting list: {WHEN}."
    assert presser.says("leave", shift, "U2") == f"You left the waiting list: {WHEN}."


@pytest.mark.parametrize(
    ("action", "value", "says"),
    [
        ("take", "nothing", "There’s no such shift any more."), ("take", "", "There’s no such shift any more."),
        ("take", "\u0000/'--", "There’s no such shift any more."),
        ("dance", "x", "This button is of an older version."), ("undo", "team/x", "There’s no such shift any more."),
    ],
)  # fmt: skip
def test_a_press_for_nothing_says_so(presser: Presser, action: str, value: str, says: str) -> None:
    assert presser.says(action, value).startswith(says)


def test_strangers_get_a_link_and_not_me_parts_an_account(presser: Presser) -> None:
    shift = Shifts(presser.slack.site).make()

    assert buttons(presser.press("take", shift, "U9"))[0][:2] == ("Connect me", "link")
    assert presser.says("undo", "link").startswith("Not connected any more.")
    assert presser.says("take", shift).startswith("I don’t know you yet.")
    assert presser.seats() == []


@BOTH_ENGINES
def test_twenty_accept_at_once_and_there_is_one_seat(presser: Presser) -> None:
    shift, site = Shifts(presser.slack.site).make(), presser.slack.site
    place = offered(presser, shift)
    names = [f"taker{number}" for number in range(20)]
    for name in names:
        site.game.team(f"Team {name}", f"{name}@example.com")
    with site.database.unit_of_work() as session:
        for name in names:
            authors.name(session, "slack", name, f"{name}@example.com", act_by("Olu", site.clock.now))

    answers = _at_once(presser.slack, [("accept", place, name) for name in names])

    assert answers == {200}
    until(lambda: sorted(presser.seats()) == ["covered", "signed_up"])


@BOTH_ENGINES
def test_twenty_copies_of_a_press_are_one_act(presser: Presser) -> None:
    shift = Shifts(presser.slack.site).make(seats=3)

    answers = _at_once(presser.slack, [("take", shift, "U1")] * 20, trigger="77.1.1")

    assert answers == {200}
    until(lambda: presser.seats() == ["signed_up"])
    presser.press("leave", shift)
    assert _at_once(presser.slack, [("take", shift, "U1")], trigger="77.1.1") == {200}
    assert presser.seats() == ["cancelled"], "a copy that comes later does nothing either"


@pytest.mark.parametrize("engine", ["postgresql"])
def test_copies_of_a_press_on_two_servers_are_one_act(presser: Presser, settings: Settings) -> None:
    slack, shift = presser.slack, Shifts(presser.slack.site).make(seats=3)
    request = _request(slack, "take", shift, "U1", "66.1.1")

    with serving(settings.changed(public_url=PUBLIC), SettableClock(slack.site.clock.now)) as other:
        urls = [f"{site.url}{HOOK}" for site in (slack.site, other)] * 10
        with ThreadPoolExecutor(8) as pool:
            answers = {each.status_code for each in pool.map(lambda url: httpx.post(url, timeout=20, **request), urls)}

    assert answers == {200}
    until(lambda: presser.seats() == ["signed_up"])
    with slack.site.database.reading() as session:
        assert len(session.exec(select(SlackCall)).all()) == 1


def test_a_link_for_a_stranger_who_pressed_is_kept_nowhere(presser: Presser) -> None:
    presser.press("take", Shifts(presser.slack.site).make(), "U9")

    with presser.slack.site.database.reading() as session:
        assert "al_" not in "".join(each.result for each in session.exec(select(SlackCall)))


def _request(slack: Slack, action: str, value: str, user: str, trigger: str) -> Any:
    said = {
        "type": "block_actions", "team": {"id": "T1"}, "user": {"id": user, "team_id": "T1"},
        "trigger_id": trigger, "actions": [{"action_id": f"aw.{action}", "block_id": "b", "value": value}],
    }  # fmt: skip
    return slack.request(urlencode({"payload": json.dumps(said)}).encode())


def _at_once(slack: Slack, presses: list[tuple[str, str, str]], trigger: str = "") -> set[int]:
    requests = [_request(slack, *each, trigger or slack.trigger()) for each in presses]
    with ThreadPoolExecutor(8) as pool:
        posts = pool.map(lambda each: httpx.post(f"{slack.site.url}{HOOK}", timeout=20, **each), requests)
        return {each.status_code for each in posts}


def test_a_press_whose_server_was_killed_is_done_by_the_next(presser: Presser) -> None:
    shift, site = Shifts(presser.slack.site).make(), presser.slack.site
    with site.database.unit_of_work() as session:
        found = connections.find(session, "slack").id
        call = Call("interaction", event_id="88.1", user_id="U1")
        pending.keep(session, found, call, "take", shift, site.clock.now, at=site.clock.now)

    until(lambda: presser.seats() == ["signed_up"])


def test_a_press_is_answered_before_it_is_done(
    presser: Presser, heard: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shift, may_go, do = Shifts(presser.slack.site).make(), Event(), presses.do
    monkeypatch.setattr(presses, "do", lambda *given, in_home: may_go.wait(20) and do(*given, in_home=in_home))

    presser.slack.press("take", shift, response_url=f"{presser.program.origin}/actions/T1/1")
    at_answer = may_go.is_set(), presser.seats(), heard()
    may_go.set()

    assert at_answer == (False, [], [])
    until(lambda: [shown(each) for each in heard()] == [f"You’re on: {WHEN}."])
    assert presser.seats() == ["signed_up"]


def test_the_address_of_an_answer_is_kept_until_it_is_sent_and_none_that_is_not_slacks_is_called(
    presser: Presser, program: StandIn
) -> None:
    shift = Shifts(presser.slack.site).make()
    program.order("trouble", method="response_url", status=503)

    def outcomes() -> list[str]:
        return [call["error"] for call in program.calls("response_url")]

    presser.slack.press("take", shift, response_url=f"{program.origin}/actions/T1/1")
    presser.slack.press("leave", shift, response_url="https://evil.example/T1")
    until(lambda: outcomes()[-1:] == ["status"])

    def kept() -> set[str]:
        presser.slack.site.clock.set(presser.slack.site.clock.now + timedelta(seconds=1))
        with presser.slack.site.database.reading() as session:
            return set(session.exec(select(SlackCall.response_url)))

    until(lambda: kept() == {""} and outcomes()[-1] == "")


def test_buttons_that_open_a_page_are_acknowledged(slack: Slack) -> None:
    answer = slack.press("link")

    assert slack.delivery(answer)["reason"] == "Pressed: link."
    with slack.site.database.reading() as session:
        assert session.exec(select(SlackCall)).all() == []
