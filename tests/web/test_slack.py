"""Slack's calls over HTTP: who may call, what is answered and kept, and what counts once however often it comes."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import pytest
from sqlmodel import select

from app.models import Delivery, LedgerEntry
from app.services.intake import connections
from app.services.slack import workspaces
from tests.builders import ADA, SLUG
from tests.web.playing_shifts import Shifts
from tests.web.playing_slack import HOOK, SECRET, TOKEN, Slack, buttons, connect, connect_bot
from tests.web.running_app import API, BOTH_ENGINES, SIGNED_IN, RunningApp, sign_in, until

LINK = "https://github.com/acme/app/issues/7"
WAITS = "Saved. It counts once you’re known here, at its own time."
STRANGER = "I don’t know you yet. Ask an organizer to name you: your Slack ID is U9."


@pytest.fixture
def slack(site: RunningApp) -> Slack:
    """A workspace that is connected, in which Ada is U1."""
    return connect(site)


def test_log_counts_a_link_once_and_says_what_became_of_it(slack: Slack) -> None:
    first = slack.type(f"log issue <{LINK}> Login &amp; more")
    copy = slack.type(f"log issue <{LINK}> Login", trigger="1.1.1")
    again = slack.type(f"log issue <{LINK.replace('github', 'GitHub')}#comment>")

    assert [slack.said(each) for each in (first, copy, again)] == [
        "Logged 1 issue.", "Logged 1 issue.", "Already counted, by Ada Lovelace.",
    ]  # fmt: skip
    assert copy.headers["assembly-delivery"] == first.headers["assembly-delivery"]
    [activity] = slack.site.get(f"{API}/weeks/{SLUG}/activities", "read").json()["items"]
    assert {name: activity[name] for name in ("source", "external_id", "url", "note", "occurred_at")} == {
        "source": "slack", "external_id": LINK, "url": LINK, "note": "Login & more",
        "occurred_at": "2022-09-14T20:00:00.000000Z",
    }  # fmt: skip

    slack.site.post(f"{API}/activities/{activity['id']}/reversal", "ledger:correct", json={"reason": "No issue"})

    assert slack.said(slack.type(f"log issue <{LINK}>")) == "Reversed by an organizer. Ask them."


def test_log_knows_what_another_source_reported_and_a_later_report_still_counts(slack: Slack) -> None:
    slack.site.record(kind="issue", url=f"{LINK}#top", person="bo@example.com")

    assert slack.said(slack.type(f"log issue <{LINK}>")) == "Already counted, by Bo Nguyen."
    assert slack.said(slack.type(f"log feature <{LINK}>")) == "Logged 1 feature request."
    assert slack.site.record(kind="feature_request", url=LINK, external_id="later").status_code == 201


def test_log_of_a_stranger_waits_for_a_name(slack: Slack) -> None:
    answer = slack.type("log card How refunds work", user="U9")

    assert slack.said(answer) == f"{WAITS}\n\n{STRANGER}"
    assert slack.delivery(answer)["state"] == "unmatched"
    slack.site.post(f"{API}/identities", "admin", json={"source": "slack", "external_id": "U9", "email": ADA})
    until(lambda: slack.delivery(answer)["state"] == "recorded")


def test_log_that_lacks_its_kind_says_how_it_is_typed_and_what_is_not_taken_says_why(slack: Slack) -> None:
    assert slack.said(slack.type("log")).startswith("Say what you did: /assembly log issue")

    slack.site.clock.set(slack.site.clock.now + timedelta(days=30))

    assert slack.said(slack.type("log card x")).startswith("Not counted. No open week includes its time.")


@BOTH_ENGINES
def test_copies_at_once_are_one_activity(slack: Slack) -> None:
    fields = {"command": "/assembly", "user_id": "U1", "text": f"log issue <{LINK}>", "trigger_id": "9.9"}
    request = slack.request(urlencode(fields).encode())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: httpx.post(f"{slack.site.url}{HOOK}", **request), range(20)))

    later = "One moment… It’s saved, and counted within seconds."
    assert {slack.said(each) for each in answers} <= {"Logged 1 issue.", later}
    until(lambda: slack.delivery(answers[0])["state"] == "recorded")
    with slack.site.database.reading() as session:
        assert len(session.exec(select(LedgerEntry)).all()) == 1


@SIGNED_IN
def test_board_shows_the_top_and_ones_own_team_to_who_is_known(slack: Slack) -> None:
    slack.site.game.rename(ADA, "Ada <!here> *&*", "Owls <!channel>")
    for number, team in enumerate(("Ants", "Bees", "Crows", "Dogs")):
        slack.site.game.team(team, f"{team}@example.com")
        slack.site.adjust(team, 40 - number, f"a{number}")

    board = slack.said(slack.type("board"))

    assert board.split("\n\n")[1].splitlines() == [
        "1. Ants: 40 points", "2. Bees: 39 points", "3. Crows: 38 points", "…", "5. Owls: 0 points",
        "5. Owls <!channel>: 0 points",
    ]  # fmt: skip
    assert slack.said(slack.type("board", user="U9")) == STRANGER


def test_board_of_a_frozen_week_is_that_of_the_freeze(slack: Slack) -> None:
    slack.site.game.freeze()
    slack.site.adjust("Cats", 35, "cats")

    board = slack.said(slack.type("board"))

    assert ("The board is frozen." in board, "35" in board) == (True, False)


def test_me_is_ones_own_team_what_it_earned_last_and_the_next_shift(slack: Slack) -> None:
    shift = Shifts(slack.site)
    for number in range(6):
        slack.site.record(kind="issue", external_id=f"i{number}", person="bo@example.com", url=None)
    slack.site.adjust("Cats", 35, "cats")
    before = slack.said(slack.type("me"))
    shift.sign_up(shift.make(), ADA)

    after = slack.said(slack.type(""))

    where, earned, coming = after.split("\n\n")
    assert where == "Owls: 30 points, 2nd of 2. 5 points behind Cats"
    assert [line.rpartition(", ")[2] for line in earned.splitlines()] == ["Bo Nguyen: +5"] * 5
    assert coming == "Your next shift: Thu 15 Sep 06:00–08:00 PDT."
    assert before.endswith("You have no shift yet.")
    assert slack.said(slack.type("me", user="U9")) == STRANGER


def test_shifts_are_the_next_eight_with_a_free_seat(slack: Slack) -> None:
    shift = Shifts(slack.site)
    assert slack.said(slack.type("shifts")) == "No shift has a free seat."
    full = shift.make("2022-09-14 15:00", seats=1)
    shift.sign_up(full, ADA)
    shift.make("2022-09-14 06:00", label="over")
    shift.change(shift.make("2022-09-14 17:00", label="cancelled"), cancelled_at=slack.site.clock.now)
    for hour in range(9):
        shift.make(f"2022-09-15 {6 + hour:02}:00", hours=1, label="<!here>" if hour == 0 else "")

    answer, strangers = slack.type("shifts"), slack.type("shifts", user="U9")

    lines = slack.said(answer).split("\n\n")
    first = "Thu 06:00–07:00 PDT, <!here>: 3 of 3 free"
    worth = ", worth 20 points (shift +10 and 6 a.m. shift +10)."
    assert (len(lines), lines[0], lines[-1]) == (9, first + worth, "1 more")
    assert [each[:2] for each in buttons(answer.json())[:2]] == [("Take", "take"), ("Take for my team", "take_team")]
    assert (slack.said(strangers).split("\n\n")[0], buttons(strangers.json())) == (first, [])


def test_shifts_that_are_not_for_me_say_why(slack: Slack) -> None:
    shift = Shifts(slack.site)
    mine = shift.make("2022-09-15 06:00")
    seat = shift.seat(mine, ADA).rpartition("/")[2]
    shift.make("2022-09-15 07:00", label="overlaps")
    shift.make("2022-09-15 09:00")

    answer = slack.type("shifts")

    assert slack.said(answer).split("\n\n")[:2] == [
        "Thu 06:00–08:00 PDT: 2 of 3 free. You’re on it.",
        "Thu 07:00–09:00 PDT, overlaps: 3 of 3 free, worth 10 points. Overlaps your shift Thu 06:00–08:00 PDT.",
    ]
    assert buttons(answer.json())[0] == ("Can’t make it", "cant", f"{mine}/{seat}")

    shift.set(opens_at=slack.site.clock.now + timedelta(days=1))
    closed = slack.type("shifts")
    assert slack.said(closed).startswith("Signing up opens Thu 15 Sep")
    assert [each[0] for each in buttons(closed.json())] == ["Can’t make it"]


def test_what_is_only_looked_at_leaves_no_text_behind(slack: Slack) -> None:
    answers = [slack.type(text) for text in ("help", "board", "", "hello my secret")]

    assert [slack.said(each).startswith("/assembly: your team") for each in answers] == [True, False, False, True]
    replayed = slack.site.post(f"{API}/deliveries/{answers[0].headers['assembly-delivery']}/replay", "admin")
    assert replayed.status_code == 202
    until(lambda: {slack.delivery(each)["state"] for each in answers} == {"ignored"})
    with slack.site.database.reading() as session:
        assert {(row.body, row.headers) for row in session.exec(select(Delivery))} == {(None, "[]")}


def test_calls_that_are_no_commands_are_answered_as_slack_wants_it(slack: Slack) -> None:
    def send(body: bytes, kind: str = "application/json") -> httpx.Response:
        return slack.site.post(HOOK, **slack.request(body, kind))

    assert send(b'{"type": "url_verification", "challenge": "3eZbrw1a"}').json() == {"challenge": "3eZbrw1a"}
    assert [send(body).status_code for body in (b"ssl_check=1&token=x", b"{", b"payload=%7B%7D", b"\xff")] == [200] * 4
    opened = send(b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_home_opened", "user": "U1"}}')
    assert (opened.content, slack.delivery(opened)["reason"]) == (b"", "Opened: Home.")
    assert slack.site.post(HOOK, content=b"command=x").status_code == 401
    assert slack.type("help", secret="another").status_code == 401


def test_an_old_secret_is_valid_for_a_day_beside_the_new_one(slack: Slack) -> None:
    with slack.site.database.unit_of_work() as session:
        connections.rotate(session, slack.site.app.state.context.key, "slack", slack.site.game.act, secret="new")

    def statuses() -> list[int]:
        return [slack.type("help", secret=each).status_code for each in ("new", SECRET)]

    assert statuses() == statuses() == [200, 200]
    slack.site.clock.set(slack.site.clock.now + timedelta(hours=24))
    until(lambda: statuses() == [200, 401])


def test_strangers_are_looked_up_once_where_slack_can_be_asked(slack: Slack) -> None:
    connect_bot(slack)

    lines = [slack.said(slack.type("log card x", user="U9")) for _ in range(2)]

    assert lines == [
        f"{WAITS}\n\nI’m looking you up by your email. That takes a few seconds.",
        f"{WAITS}\n\n{STRANGER}",
    ]


def test_calls_from_another_workspace_change_nothing(slack: Slack) -> None:
    connect_bot(slack)
    fields = {
        "command": "/assembly",
        "team_id": "T2",
        "user_id": "U1",
        "text": f"log issue <{LINK}>",
        "trigger_id": "1",
    }

    answer = slack.site.post(HOOK, **slack.request(urlencode(fields).encode()))

    assert slack.said(answer) == "Members of this workspace only."
    assert (slack.delivery(answer)["state"], slack.site.points("read")["Owls"]) == ("ignored", 0)


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
def test_an_app_that_was_removed_loses_its_token_and_an_older_event_nothing(slack: Slack, first: str) -> None:
    def send(kind: str, seconds: int) -> None:
        at = int(slack.site.clock.now.timestamp()) + seconds
        event = {"type": kind, **({"tokens": {"bot": ["U0"]}} if kind == "tokens_revoked" else {})}
        body = {"type": "event_callback", "team_id": "T1", "event_id": f"{kind}{at}", "event_time": at, "event": event}
        answer = slack.site.post(HOOK, **slack.request(json.dumps(body).encode(), "application/json"))
        assert (answer.status_code, answer.content) == (200, b"")

    def token() -> str | None:
        with slack.site.database.reading() as session:
            found = workspaces.find(session, connections.find(session, "slack").id)
            return found.token if found else None

    connect_bot(slack)
    second = "tokens_revoked" if first == "app_uninstalled" else "app_uninstalled"
    send(first, -5)
    assert token() is not None

    send(first, 5)
    send(second, 5)

    assert token() is None
    assert slack.said(slack.type("help")).startswith("/assembly: your team")


def test_organizers_hand_a_bot_token_over_and_never_see_it_again(slack: Slack) -> None:
    olu, page = sign_in(slack.site, "olu@example.com", "organizer"), "/organizer/sources/slack"

    refused = olu.post(f"{page}/bot-token", token="xoxe-1-0123456789")
    taken = olu.post(f"{page}/bot-token", token=TOKEN)

    assert (refused.status_code, "Turn token rotation off" in refused.text) == (422, True)
    assert taken.status_code == 303
    shown = olu.get(page).text
    assert (TOKEN in shown, TOKEN[-4:] in shown, "Trying the new token" in shown) == (False, True, True)
    assert olu.post(f"{page}/bot-token/clear").status_code == 303
    assert "an organizer names everyone" in olu.get(page).text
