"""Forms, cheers and the channel for news in Slack: opened at once, recorded first, said to whom they are for."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from app.models import AuditEntry, LedgerEntry, SeatOffer, SlackCall, SlackWorkspace
from app.services.access import accounts
from app.services.intake import authors
from tests.builders import ADA, BO, OWLS, act_by
from tests.slack.checks import check_message
from tests.slack.running import StandIn, running
from tests.slack.workspace import BOT_TOKEN
from tests.web.playing_shifts import Shifts
from tests.web.playing_slack import Slack, buttons, connect_bot, shown
from tests.web.running_app import WEEK, until

TRIGGERS = itertools.count(1_000, 1_000)
LINK = "https://github.com/acme/app/issues/7"


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def slack(known_slack: Slack, program: StandIn) -> Slack:
    """The workspace with a bot, in which Ada is U1 and Bo U2."""
    program.order("calm")
    known_slack.triggers = next(TRIGGERS)  # the stand-in knows those of tests before
    connect_bot(known_slack, BOT_TOKEN)
    with known_slack.site.database.unit_of_work() as session:
        authors.name(session, "slack", "U2", BO, act_by("Olu", known_slack.site.clock.now))
    return known_slack


def opened(program: StandIn, before: int) -> dict[str, Any]:
    """The form that was opened next."""
    until(lambda: len(program.order("views")) > before)
    view: dict[str, Any] = program.order("views")[-1]
    return view


def fill_in(slack: Slack, view: dict[str, Any], user: str = "U1", **fields: str) -> httpx.Response:
    """Send a form that was filled in."""
    kinds = {block["block_id"]: block["element"]["type"] for block in view["blocks"]}
    values = {
        name: {name: {"selected_option": {"value": value}} if kinds[name] == "static_select" else {"value": value}}
        for name, value in fields.items()
    }
    return slack.interact("view_submission", user, view={**view, "state": {"values": values}})


def test_the_form_of_a_log_opens_and_records(slack: Slack, program: StandIn) -> None:
    before = len(program.order("views"))
    typed = slack.type(f"log <{LINK}> Login *<!here>*")
    view = opened(program, before)

    assert (typed.status_code, typed.content) == (200, b"")
    assert [block["block_id"] for block in view["blocks"]] == ["kind", "link", "note"]
    assert view["blocks"][1]["element"]["initial_value"] == LINK
    wrong = fill_in(slack, view, kind="dance", link="nowhere")
    assert wrong.json()["response_action"] == "errors"
    assert set(wrong.json()["errors"]) == {"kind", "link"}

    sent = fill_in(slack, view, kind="issue", link=f"{LINK}#x", note="Login\nand more")

    assert (sent.status_code, sent.content) == (200, b"")
    [activity] = slack.site.get(f"{WEEK}/activities", "read").json()["items"]
    assert (activity["external_id"], activity["note"], activity["source"]) == (LINK, "Login\nand more", "slack")
    again = fill_in(slack, view, kind="issue", link=LINK)
    assert again.json()["errors"] == {"link": "Already counted, by \u2068Ada Lovelace\u2069."}
    assert {call.value for call in calls(slack)} == {""}, "nothing that was typed is kept"


def test_a_log_without_a_link_is_known_by_its_view(slack: Slack, program: StandIn) -> None:
    before = len(program.order("views"))
    slack.type("log")
    view = opened(program, before)

    answers = [fill_in(slack, view, kind="knowledge_card", note="Refunds") for _ in range(2)]

    assert answers[0].content == b""
    assert "Already counted" in answers[1].json()["errors"]["kind"]
    with slack.site.database.reading() as session:
        assert [entry.external_id for entry in session.exec(select(LedgerEntry))] == [view["id"]]


def calls(slack: Slack) -> list[SlackCall]:
    with slack.site.database.reading() as session:
        return list(session.exec(select(SlackCall)))


@pytest.mark.parametrize("trouble", [{"error": "expired_trigger_id"}, {"status": 503}, {"error": "invalid_blocks"}])
def test_a_form_that_slack_does_not_open_is_on_its_page(slack: Slack, program: StandIn, trouble: Any) -> None:
    program.order("trouble", method="views.open", **trouble)
    before = len(program.order("responses"))

    slack.type("log", response_url=f"{program.origin}/commands/T1/1")

    until(lambda: len(program.order("responses")) > before)
    message = program.order("responses")[-1]
    assert buttons(message) == [("Log an activity", "link", "https://week.example.com/me/log")]
    assert shown(message).startswith("Slack didn’t open the form.")


def test_a_seat_is_offered_by_its_form(slack: Slack, program: StandIn) -> None:
    shift = Shifts(slack.site).make()
    place = Shifts(slack.site).seat(shift, ADA).replace("/sign-ups/", "/")
    before = len(program.order("views"))
    slack.press("offer", place)
    view = opened(program, before)
    assert (view["callback_id"], view["private_metadata"]) == ("aw.offer", place)

    refused = [fill_in(slack, view, "U2", to="team"), fill_in(slack, view, "U9", to="team"), fill_in(slack, view)]
    sent = fill_in(slack, view, to="team")

    assert [set(each.json()["errors"]) for each in refused] == [{"to"}] * 3
    assert (sent.status_code, sent.content) == (200, b"")
    with slack.site.database.reading() as session:
        assert [offer.audience for offer in session.exec(select(SeatOffer))] == ["team"]


def test_a_log_is_undone_and_logged_again(slack: Slack, program: StandIn) -> None:
    answer = slack.type(f"log issue <{LINK}>").json()
    [(label, action, value)] = buttons(answer)
    assert (label, action, value.partition("/")[0]) == ("Undo", "undo", "log")

    slack.do("undo", value, "U2")
    assert slack.site.points("read")["Owls"] == 5, "it isn’t theirs"
    slack.do("undo", value)

    assert slack.site.points("read")["Owls"] == 0
    assert slack.said(slack.type(f"log issue <{LINK}>", user="U2")).startswith("Undone before.")
    assert slack.said(slack.type(f"log issue <{LINK}>")) == "Logged 1 issue."
    assert slack.site.points("read")["Owls"] == 5
    slack.site.clock.set(slack.site.clock.now + timedelta(minutes=11))
    slack.do("undo", value)
    assert slack.site.points("read")["Owls"] == 5


def said_to_all(answer: httpx.Response) -> str:
    """The line that all of a channel reads; no one is called by it."""
    message = answer.json()
    assert message.pop("response_type") == "in_channel"
    check_message(message)
    text: str = message["blocks"][0]["text"]["text"]
    return text.replace("\u2068", "").replace("\u2069", "")


def test_cheers_are_for_all_to_read_five_a_day_and_earn_nothing(slack: Slack) -> None:
    first = slack.type("cheer <@U2|bo> well done, <!here> *all*", trigger="5.5")
    copy = slack.type("cheer <@U2|bo> well done, <!here> *all*", trigger="5.5")

    assert said_to_all(first) == "Ada Lovelace cheers for Bo Nguyen: well done, here *all*"
    assert copy.json() == first.json()
    assert said_to_all(slack.type(f"cheer {OWLS.upper()} go!")) == "Ada Lovelace cheers for Owls: go!"
    slack.site.game.team("R&D", "rae@example.com")
    assert said_to_all(slack.type("cheer r&amp;d 3 &gt; 2")) == "Ada Lovelace cheers for R&D: 3 > 2"
    assert [said_to_all(slack.type("cheer owls")) for _ in range(2)] == ["Ada Lovelace cheers for Owls."] * 2
    assert slack.said(slack.type("cheer owls")).startswith("Too many cheers in Slack.")
    assert said_to_all(slack.type("cheer owls", user="U2")) == "Bo Nguyen cheers for Owls."
    assert slack.site.get(f"{WEEK}/activities", "read").json()["items"] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("cheer <@U1> me!", "You can’t cheer for yourself."), ("cheer <@U77>", "I don’t know them here yet."),
        ("cheer", "Say for whom:"), ("cheer nobody at all", "Say for whom:"), ("cheer Owlsish x", "Say for whom:"),
    ],
)  # fmt: skip
def test_cheers_for_nobody_or_oneself_are_refused_to_one_alone(slack: Slack, text: str, says: str) -> None:
    assert slack.said(slack.type(text)).startswith(says)


def test_organizers_choose_the_channel_for_news(slack: Slack) -> None:
    def channel() -> str:
        with slack.site.database.reading() as session:
            return session.exec(select(SlackWorkspace.channel_id)).one()

    assert slack.said(slack.type("announce here", channel_id="C7")) == "Only organizers choose the channel for news."
    with slack.site.database.unit_of_work() as session:
        person = accounts.by_email(session, ADA)
        assert person
        accounts.set_role(session, person, "organizer", act_by("Olu", slack.site.clock.now))
    assert slack.said(slack.type("announce here", channel_id="D7")).startswith("This isn’t a channel.")
    assert slack.said(slack.type("announce here", channel_id="C7")).startswith("News of the week are posted here")
    assert channel() == "C7"
    assert slack.said(slack.type("announce off")) == "No more news is posted."
    assert (channel(), slack.said(slack.type("announce"))[:24]) == ("", "Type /assembly announce ")
    with slack.site.database.reading() as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.action == "slack.channel-set")).all()
    assert [each.by for each in noted] == ["Ada Lovelace"] * 2


def test_calls_of_another_app_are_ignored_once_one_is_known(slack: Slack) -> None:
    assert slack.said(slack.type("help", api_app_id="A1")).startswith("/assembly")

    other = slack.type("help", api_app_id="A2")

    assert (other.status_code, other.content) == (200, b"")
    assert slack.delivery(other)["reason"] == "It comes from another app."
    assert slack.said(slack.type("help", api_app_id="A1")).startswith("/assembly")
