"""People of Slack say who they are here by a link: used once, by who signed in, told at both ends, and undone."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlmodel import select

from app.models import SlackCall, SlackLink, SlackUser
from app.services.intake import connections
from app.web.slack import parts
from tests.builders import ADA, BO
from tests.slack.running import StandIn, running
from tests.slack.workspace import BOT_TOKEN
from tests.web.anonymous_browser import browsing
from tests.web.playing_slack import PUBLIC, Slack, buttons, connect_bot, shown
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in, until

GONE = "This link was used or has expired. Type /assembly connect in Slack for a new one."


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


def link_in(slack: Slack, user: str = "U9", **more: str) -> str:
    """The path of the link that a stranger is given."""
    answer = slack.type("connect", user=user, **more)
    assert answer.status_code == 200
    [(label, action, address)] = buttons(answer.json())
    assert (label, action) == ("Connect me", "link")
    assert address in answer.json()["text"], "a screen reader hears no buttons"
    return address.removeprefix(PUBLIC)


def used(slack: Slack, path: str, email: str = BO) -> Visitor:
    """The browser of who used a link."""
    browser = sign_in(slack.site, email)
    assert browser.post(path).status_code == 303
    return browser


@pytest.mark.parametrize("text", ["", "me", "connect", "log issue https://a.example/1"])
def test_every_answer_to_a_stranger_has_a_link(known_slack: Slack, text: str) -> None:
    answer = known_slack.type(text, user="U9", user_name="<!here> *rr*").json()

    assert [each[:2] for each in buttons(answer)] == [("Connect me", "link")]
    assert "Connect me: https://week.example.com/sign-in/slack/al_" in shown(answer)


def test_a_look_at_the_link_names_the_account_and_spends_nothing(known_slack: Slack) -> None:
    path = link_in(known_slack, user_name="<!here> *rr*")
    ada = sign_in(known_slack.site, ADA)

    pages = [known_slack.site.get(path).text, ada.get(path).text, ada.get(path).text]

    assert all("<bdi>&lt;!here&gt; *rr*</bdi>" in page for page in pages)
    assert ["Connect with <bdi>" in page for page in pages] == [False, True, True]
    to = re.search(r'class="button button--wide" href="(/sign-in\?to=[^"]+)"', pages[0])
    assert to
    assert ada.get(to[1].replace("&amp;", "&")).headers["location"] == path, "they come back"


def test_a_visitor_connects_nothing(known_slack: Slack) -> None:
    path = link_in(known_slack)

    with browsing(known_slack.site) as visitor:
        assert visitor.send(path).status_code == 401


@BOTH_ENGINES
def test_the_link_connects_who_signed_in_once_and_credits_what_waited(known_slack: Slack) -> None:
    slack = known_slack
    waiting = slack.type("log card x", user="U9")
    path = link_in(slack)
    browsers = [sign_in(slack.site, BO) for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: _post(slack.site, each, path), browsers))

    assert (answers.count(303), set(answers) - {303}) == (1, {404})
    until(lambda: slack.delivery(waiting)["state"] == "recorded")
    assert slack.said(slack.type("connect", user="U9")) == "Connected: here you’re Bo Nguyen."


def _post(site: RunningApp, browser: Visitor, path: str) -> int:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Cookie": cookie, "Origin": site.url}
    return httpx.post(f"{site.url}{path}", headers=headers, data={"csrf": browser.csrf}).status_code


def test_both_ends_are_told_and_each_undoes_it(known_slack: Slack, program: StandIn) -> None:
    slack, before = known_slack, len(program.order("responses"))
    path = link_in(slack, response_url=f"{program.origin}/commands/T1/1")

    bo = used(slack, path)

    until(lambda: len(program.order("responses")) > before)
    [told] = program.order("responses")[before:]
    assert (shown(told), buttons(told), told["replace_original"]) == (
        "Connected: here you’re Bo Nguyen.", [("Not me", "undo", "link")], False,
    )  # fmt: skip
    assert '<h1 class="title">Connected</h1>' in bo.get(path).text
    until(lambda: kept_urls(slack) == {""})

    assert [bo.post(f"{path}/undo").status_code for _ in range(2)] == [303, 303]

    assert "Not connected" in bo.get(path).text
    assert slack.said(slack.type("connect", user="U9")).startswith("I don’t know you yet.")


def test_who_linked_in_home_is_told_in_a_message(known_slack: Slack, program: StandIn) -> None:
    slack = known_slack
    program.order("restart")
    program.order("user", id="U9")
    path = link_in(slack, response_url="")
    connect_bot(slack, BOT_TOKEN)

    bo = used(slack, path)

    def texts() -> list[str]:
        return [each["text"].replace("\u2068", "").replace("\u2069", "") for each in program.order("messages")]

    until(lambda: texts() == ["Connected: here you’re Bo Nguyen."])
    assert [each["channel"] for each in program.order("messages")] == ["D9"]
    bo.post(f"{path}/undo")
    until(lambda: [text[:14] for text in texts()] == ["Not connected "])


def test_an_answer_that_takes_too_long_follows(
    known_slack: Slack, program: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is told as it is when it is told; nothing of it is kept once it was."""
    monkeypatch.setattr(parts, "ANSWER_SECONDS", 0.0)
    url, slack, wants = f"{program.origin}/commands/T1/1", known_slack, "announce off"
    typed = {"shifts": "No shift has a free seat.", "connect": "Connected: here you’re Ada Lovelace."}
    typed |= {
        "me": "Owls: 0 points.",
        "log card x": "Logged 1 knowledge card.",
        wants: "Only organizers choose the channel for news.",
    }
    typed |= {"cheer owls": "Ada Lovelace cheers for Owls."}

    for text, expected in typed.items():
        before = len(program.order("responses"))
        answer = slack.type(text, response_url=url)
        assert answer.json()["text"].startswith("One moment…")
        until(lambda before=before: advance(slack) and len(program.order("responses")) > before)  # type: ignore[misc]  # bound at once
        message = program.order("responses")[before]
        assert message["text"].replace("\u2068", "").replace("\u2069", "").startswith(expected)
        assert (message["response_type"] == "in_channel") == text.startswith("cheer")
    until(lambda: kept_urls(slack) == {""})
    with slack.site.database.reading() as session:
        assert set(session.exec(select(SlackCall.result))) == {""}


def advance(slack: Slack) -> bool:
    """Let a second pass."""
    slack.site.clock.set(slack.site.clock.now + timedelta(seconds=1))
    return True


def kept_urls(slack: Slack) -> set[str]:
    """The `response_url`s that are kept."""
    with slack.site.database.reading() as session:
        return {*session.exec(select(SlackLink.response_url)), *session.exec(select(SlackCall.response_url))}


def test_a_link_is_over_after_a_quarter_of_an_hour_and_nobody_else_sees_a_used_one(known_slack: Slack) -> None:
    late, path = link_in(known_slack), link_in(known_slack)
    bo, ada = used(known_slack, path), sign_in(known_slack.site, ADA)

    assert (ada.get(path).status_code, ada.post(f"{path}/undo").status_code) == (404, 404)
    known_slack.site.clock.set(known_slack.site.clock.now + timedelta(minutes=15))
    refused = bo.get(late)
    assert (refused.status_code, GONE in refused.text, bo.get(path).status_code) == (404, True, 200)
    known_slack.site.clock.set(known_slack.site.clock.now + timedelta(days=1))
    assert bo.get(path).status_code == 404


def test_an_account_that_is_somebodys_is_nobody_elses_and_guests_are_named_by_organizers(known_slack: Slack) -> None:
    slack = known_slack
    paths = [link_in(slack), link_in(slack), link_in(slack, user="U8")]
    used(slack, paths[0])
    is_kind(slack, "U8", "guest")
    ada = sign_in(slack.site, ADA)

    answers = [ada.post(path) for path in paths[1:]]

    assert [each.status_code for each in answers] == [409, 403]
    assert "This Slack account is Bo Nguyen’s here." in answers[0].text
    assert "Guests of a workspace can’t connect by themselves." in answers[1].text


def is_kind(slack: Slack, user: str, kind: str) -> None:
    """Know somebody as Slack told of them."""
    with slack.site.database.unit_of_work() as session:
        session.add(SlackUser(connection_id=connections.find(session, "slack").id, user_id=user, kind=kind))


def test_it_is_noted_once_a_day_that_somebody_came(known_slack: Slack) -> None:
    is_kind(known_slack, "U1", "member")
    seen = []

    for hours in (0, 23, 1):
        known_slack.site.clock.set(known_slack.site.clock.now + timedelta(hours=hours))
        known_slack.type("help")
        with known_slack.site.database.reading() as session:
            seen.append(session.exec(select(SlackUser.seen_at)).one())

    assert seen == [seen[0], seen[0], known_slack.site.clock.now]


def test_calls_of_nobody_are_ignored(known_slack: Slack) -> None:
    answer = known_slack.type("connect", user="")

    assert (answer.status_code, answer.content) == (200, b"")
    assert known_slack.delivery(answer)["reason"] == "It doesn’t say whose it is."


def test_bots_and_who_left_are_ignored(known_slack: Slack) -> None:
    is_kind(known_slack, "U8", "bot")

    answer = known_slack.type("help", user="U8")

    assert (answer.status_code, answer.content) == (200, b"")
    assert known_slack.delivery(answer)["reason"] == "It comes from a bot, or someone who left."
