"""Home in Slack: one's week with buttons, sent when it is opened, pressed in, or changed while it is open."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.domain.slack.calls import Call
from app.models import SlackCall, SlackUser
from app.services.intake import authors, connections
from app.services.slack import homes as homes_service
from app.services.slack import pending
from tests.builders import ADA, BO, act_by
from tests.slack.running import StandIn, running
from tests.slack.workspace import BOT_TOKEN
from tests.web.playing_shifts import Shifts
from tests.web.playing_slack import HOOK, Slack, buttons, connect_bot
from tests.web.running_app import until


@pytest.fixture
def program() -> Iterator[StandIn]:
    """A stand-in of the test's own: a server that ends may still send a Home."""
    with running() as stand_in:
        yield stand_in


class Homes:
    """The Homes of a workspace."""

    def __init__(self, slack: Slack, program: StandIn) -> None:
        self.slack, self.program, self.events = slack, program, 0

    def published(self) -> int:
        """The number of Homes that were sent."""
        return len([call for call in self.program.calls("views.publish") if not call["error"]])

    def send(self, user: str, event_id: str = "", tab: str = "home") -> httpx.Response:
        """Tell that somebody opened a tab of the app."""
        self.events += 1
        body = {
            "type": "event_callback", "team_id": "T1", "event_id": event_id or f"Ev{self.events}",
            "event": {"type": "app_home_opened", "user": user, "tab": tab},
        }  # fmt: skip
        kind = "application/json"
        return self.slack.site.post(HOOK, **self.slack.request(json.dumps(body).encode(), kind))

    def after(self, deed: Callable[[], object], user: str = "U1") -> dict[str, Any]:
        """The Home of somebody once a deed had it sent."""
        before = self.published()
        deed()
        until(lambda: self.published() > before)
        found: dict[str, Any] = self.program.order("homes")[user]
        return found

    def open(self, user: str = "U1") -> dict[str, Any]:
        """The Home of who opens it."""
        return self.after(lambda: self.send(user), user)


@pytest.fixture
def homes(known_slack: Slack, program: StandIn) -> Homes:
    """The Homes of the workspace with a bot, in which Ada is U1 and Bo U2."""
    program.order("calm")
    for user in ("U1", "U2", "U9"):
        program.order("user", id=user)
    connect_bot(known_slack, BOT_TOKEN)
    with known_slack.site.database.unit_of_work() as session:
        authors.name(session, "slack", "U2", BO, act_by("Olu", known_slack.site.clock.now))
    return Homes(known_slack, program)


def texts(view: dict[str, Any]) -> list[str]:
    """The paragraphs of a Home."""
    found = [block["text"]["text"] for block in view["blocks"] if block["type"] == "section"]
    return [text.replace("\u2068", "").replace("\u2069", "") for text in found]


def test_home_shows_the_week_the_team_the_shifts_and_the_ways_on(homes: Homes) -> None:
    site, shifts = homes.slack.site, Shifts(homes.slack.site)
    for number in range(4):
        site.record(kind="issue", external_id=f"i{number}", person=ADA)
    mine, offered = shifts.make("2022-09-15 06:00"), shifts.make("2022-09-16 06:00", seats=1)
    seat = shifts.seat(mine, ADA).rpartition("/")[2]
    other = shifts.seat(offered, BO)
    shifts.post(f"{other}/offer", to="everyone")
    for hour in range(9):
        shifts.make(f"2022-09-16 {9 + hour:02}:00", hours=1, label="<!here> *" if hour == 0 else "")

    home = homes.open()

    shown = texts(home)
    assert shown[0].splitlines()[0] == f"{site.game.week().name}. Day 3 of 5: Wednesday."
    assert "covered" in shown[0]
    assert shown[1].startswith("Owls: 20 points, 1st of 2.")
    assert len(shown[2].splitlines()) == 3
    assert shown[3] == "Your next shift: Thu 15 Sep 06:00–08:00 PDT."
    assert shown[4] == "Bo Nguyen offers their seat: Fri 06:00–08:00 PDT."
    assert shown[5] == "The next open shifts:"
    assert shown[6].startswith("Thu 06:00–08:00 PDT: 2 of 3 free. You’re on it.")
    assert shown[7].startswith("Fri 09:00–10:00 PDT, <!here> *: 3 of 3 free, worth ")
    assert shown[-3:] == ["2 more", "Log what you did, or read how it all works.", "What counts, and how much:"]
    acts = buttons(home)
    assert acts[:3] == [
        ("Can’t make it", "cant", f"{mine}/{seat}"), ("Offer my seat", "offer", f"{mine}/{seat}"),
        ("Accept", "accept", other.replace("/sign-ups/", "/")),
    ]  # fmt: skip
    assert acts[-3:] == [
        ("Log an activity", "log", ""), ("Guide", "link", "https://week.example.com/guide"),
        ("Rules", "link", f"https://week.example.com/weeks/{site.game.slug}/rules"),
    ]  # fmt: skip


def test_a_press_in_home_is_told_in_its_first_line(homes: Homes) -> None:
    shift = Shifts(homes.slack.site).make()
    homes.open()

    taken = homes.after(lambda: homes.slack.press("take", shift, container={"type": "view"}))
    refused = homes.after(lambda: homes.slack.press("take", "nothing", container={"type": "view"}))

    assert texts(taken)[0] == "You’re on: Thu 06:00–08:00 PDT."
    assert buttons(taken)[0][:2] == ("Undo", "undo")
    assert "Your next shift: Thu 15 Sep 06:00–08:00 PDT." in texts(taken)
    assert texts(refused)[0].startswith("There’s no such shift any more.")


def test_a_press_in_home_that_another_server_does_later_is_told_there_too(homes: Homes) -> None:
    shift, site = Shifts(homes.slack.site).make(), homes.slack.site

    def keep() -> None:
        with site.database.unit_of_work() as session:
            call = Call("interaction", event_id="88.1", user_id="U1", in_home=True)
            found = connections.find(session, "slack").id
            pending.keep(session, found, call, "take", shift, site.clock.now, at=site.clock.now)

    assert texts(homes.after(keep))[0] == "You’re on: Thu 06:00–08:00 PDT."

    def results() -> set[str]:
        with site.database.reading() as session:
            return set(session.exec(select(SlackCall.result)))

    until(lambda: results() == {""})


def test_home_of_a_stranger_has_a_link(homes: Homes) -> None:
    home = homes.open("U9")

    assert buttons(home)[0][:2] == ("Connect me", "link")


def test_an_open_home_follows_changes_once_in_ten_seconds_for_a_quarter_of_an_hour(homes: Homes) -> None:
    shifts, clock = Shifts(homes.slack.site), homes.slack.site.clock
    homes.open()
    until(lambda: published_at(homes.slack) is not None)
    clock.set(clock.now + timedelta(seconds=11))

    changed = homes.after(lambda: shifts.make())
    assert any("Thu 06:00–08:00 PDT: 3 of 3 free" in text for text in texts(changed))
    count = homes.published()
    shifts.make("2022-09-16 06:00")
    until(lambda: homes.slack.site.get("/readyz").status_code == 200)
    clock.set(clock.now + timedelta(seconds=5))
    assert homes.published() == count
    again = homes.after(lambda: clock.set(clock.now + timedelta(seconds=6)))
    assert any("Fri 06:00–08:00 PDT: 3 of 3 free" in text for text in texts(again))
    with homes.slack.site.database.reading() as session:
        told = [len(homes_service.open_ones(session, clock.now + timedelta(minutes=each))) for each in (14, 15)]
    assert told == [1, 0]


def test_an_open_home_follows_the_time(homes: Homes) -> None:
    shifts, clock = Shifts(homes.slack.site), homes.slack.site.clock
    shifts.seat(shifts.make(), ADA)
    clock.set("2022-09-15 05:44")
    before = homes.open()
    clock.set("2022-09-15 05:46")

    acts = {label for label, _, _ in buttons(homes.after(lambda: None))}

    assert "Check in" in acts - {label for label, _, _ in buttons(before)}


def published_at(slack: Slack) -> Any:
    """The moment at which the last Home was sent."""
    with slack.site.database.reading() as session:
        return session.exec(select(SlackUser.published_at)).first()


def test_home_of_a_frozen_week_shows_what_everyone_sees(homes: Homes) -> None:
    site = homes.slack.site
    site.record(kind="issue", external_id="before", person=ADA)
    site.game.freeze()
    site.record(kind="issue", external_id="after", person=ADA)

    shown = texts(homes.open())

    assert ("The board is frozen." in shown[0], shown[1].startswith("Owls: 5 points")) == (True, True)


def test_names_of_any_length_and_kind_stay_within_the_limits_and_call_no_one(homes: Homes) -> None:
    hostile = "<!here> *" + "\U0001f9d1\u200d\U0001f680" * 60
    site, shifts = homes.slack.site, Shifts(homes.slack.site)
    site.game.rename(ADA, hostile, hostile[:80])
    for hour in range(8):
        shifts.make(f"2022-09-15 {9 + hour:02}:00", hours=1, label=hostile[:60])
    site.record(kind="issue", external_id="i1", person=ADA)

    shown = texts(homes.open())

    assert hostile[:80] in shown[1]
    for text in ("", "board", "shifts", "connect"):
        assert homes.slack.said(homes.slack.type(text))


def test_copies_of_an_opening_and_other_tabs_send_nothing(homes: Homes) -> None:
    homes.after(lambda: homes.send("U1", "EvSame"))
    count = homes.published()

    homes.send("U1", "EvSame")
    homes.send("U1", tab="messages")
    homes.open("U2")

    assert homes.published() == count + 1


def test_a_home_waits_while_slack_wants_a_rest_and_survives_trouble(homes: Homes, program: StandIn) -> None:
    program.order("trouble", method="views.publish", status=503)
    clock, before = homes.slack.site.clock, homes.published()
    homes.send("U1")

    def is_sent() -> bool:
        clock.set(clock.now + timedelta(seconds=1))
        return homes.published() > before

    until(is_sent)
