"""The organizers' pages of deliveries, of what waits for a name, and of identities: forms, filters and refusals."""

import re
from html import unescape

import pytest

from app.services.access import accounts
from app.services.intake import api_keys, unmatched
from app.services.operations.secrets import SigningKey
from tests.builders import ADA, BO, SIGNING_KEY, act_by
from tests.integrations.sources.samples import CANNY, GITHUB, JIRA, LINEAR
from tests.services.intake.inbox import Inbox
from tests.web.organizer.reading import text_of
from tests.web.running_app import RunningApp, Visitor, sign_in

DELIVERIES, UNMATCHED, IDENTITIES = "/organizer/deliveries", "/organizer/unmatched", "/organizer/identities"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    return sign_in(site, "olu@example.com", "organizer")


@pytest.fixture
def inbox(site: RunningApp) -> Inbox:
    """Three tools: one delivery recorded, one that waits for a name, one without an author, one that is unreadable."""
    inbox = Inbox(site.database, site.clock.now)
    for kind in ("linear", "github", "jira"):
        inbox.connect(kind)
    inbox.take("linear", LINEAR)
    inbox.take("github", GITHUB)
    inbox.take("jira", JIRA, {**JIRA.body, "user": None})
    inbox.take("linear", LINEAR, {**LINEAR.body, "data": {"title": "<b>Hi"}}, linear_delivery="d-9")
    return inbox


def test_deliveries_are_listed_filtered_and_shown_one_by_one(inbox: Inbox, organizer: Visitor) -> None:
    everything = text_of(organizer.get(DELIVERIES))
    assert "4 deliveries" in everything
    assert "Recorded Ada Lovelace" in everything
    assert "1 delivery" in text_of(organizer.get(f"{DELIVERIES}?q=d-9&state=quarantined"))
    assert "No matches." in text_of(organizer.get(f"{DELIVERIES}?q=nothing%00"))
    assert organizer.get(f"{DELIVERIES}?since=tomorrow").status_code == 422
    assert organizer.get(f"{DELIVERIES}?state=lost").status_code == 422

    unread = re.findall(rf'href="({DELIVERIES}/\w+)"', organizer.get(f"{DELIVERIES}?state=quarantined").text)[0]
    page = organizer.get(unread)
    assert "It doesn’t say which issue it is about." in text_of(page)
    assert "&lt;b&gt;Hi" in page.text
    recorded = re.findall(rf'href="({DELIVERIES}/\w+)"', organizer.get(f"{DELIVERIES}?state=recorded").text)[0]
    page = organizer.get(recorded)
    assert "Issue i-1 by u-1, ada@example.com, 14 Sep 2022, 01:00." in text_of(page)
    assert "It is an activity now." in text_of(page)
    assert organizer.get(f"{DELIVERIES}/{'0' * 16}").status_code == 404


def test_a_body_that_is_kept_until_its_tool_confirms_it_is_not_called_unread(inbox: Inbox, organizer: Visitor) -> None:
    inbox.connect("canny")
    with inbox.database.unit_of_work() as session:
        api_keys.set_key(session, SigningKey(SIGNING_KEY), "canny", act_by("Olu"), secret="a-secret-key")
    waiting = inbox.take("canny", CANNY)

    page = text_of(organizer.get(f"{DELIVERIES}/{waiting}"))

    assert ("Its body and headers, until it is read." in page, "nobody could read" in page) == (True, False)
    assert "so its tool is asked first." in page.partition("What became of it")[0]


def test_what_a_tool_took_back_is_told_from_what_it_reported(inbox: Inbox, organizer: Visitor) -> None:
    source = "/organizer/sources/linear"
    recorded = text_of(organizer.get(source))
    organizer.post(f"{source}/gone", reverses="yes")

    inbox.take("linear", LINEAR, {**LINEAR.body, "action": "remove"}, linear_delivery="d-8")

    told = text_of(organizer.get(source))
    assert [each.count("Issue i-1") for each in (recorded, told)] == [1, 1]
    assert "It reversed its activity." in told


def test_deliveries_are_replayed_singly_and_all_that_was_found(inbox: Inbox, organizer: Visitor) -> None:
    assert "Replay 2 deliveries" in text_of(organizer.get(f"{DELIVERIES}?connection=linear"))

    answer = organizer.post(f"{DELIVERIES}/replay", connection="linear")

    assert answer.headers["location"] == f"{DELIVERIES}?connection=linear&again=1&stayed=1"
    done = text_of(organizer.get(answer.headers["location"]))
    assert "1 delivery is looked at again within seconds. 1 recorded one stays so." in done
    assert ("Being read" in done, "It doesn’t say which issue" in done) == (True, False)
    waiting = text_of(organizer.get(f"{DELIVERIES}?state=repeated&again=1"))
    assert ("None left here." in waiting, "No matches." in waiting) == (True, False)
    unread = re.findall(rf'href="{DELIVERIES}/(\w+)"', organizer.get(f"{DELIVERIES}?state=recorded").text)[0]
    assert organizer.post(f"{DELIVERIES}/{unread}/replay").headers["location"].endswith("?done=stayed")


def test_an_author_is_named_and_all_that_waits_is_credited(inbox: Inbox, organizer: Visitor) -> None:
    assert "2 reports are unmatched." in text_of(organizer.get("/organizer")), "one of them names nobody"
    with inbox.database.reading() as session:
        waiting = next(group.id for group in unmatched.look(session).groups if group.author)
    assert "Our guess: \u2068Ada Lovelace\u2069, login like their email." in text_of(organizer.get(UNMATCHED))

    refused = organizer.post(f"{UNMATCHED}/{waiting}/credit", person="Nobody Known")
    answer = organizer.post(f"{UNMATCHED}/{waiting}/credit", person=" ada lovelace ")

    assert (refused.status_code, "No person with this name." in text_of(refused)) == (422, True)
    done = text_of(organizer.get(answer.headers["location"]))
    assert "1 activity credited to \u2068Ada Lovelace\u2069." in done
    again = organizer.post(f"{UNMATCHED}/{waiting}/credit", person=ADA)
    assert (again.status_code, "Someone was quicker." in text_of(again)) == (409, True)


def test_authors_are_found_by_connection_and_name(inbox: Inbox, organizer: Visitor) -> None:
    number = "1 report waits for 1 name."
    with inbox.database.reading() as session:
        name = next(group.name or group.author or "" for group in unmatched.look(session).groups if group.author)

    of_jira, by_name, nobody, beyond = (
        text_of(organizer.get(f"{UNMATCHED}?{query}"))
        for query in ("connection=jira", f"q={name.upper()}", "q=nobody", "skip=50")
    )

    assert (number in of_jira, "1 report names nobody." in of_jira, "No author named" in of_jira) == (False, True, True)
    assert (number in by_name, "No author named" in by_name) == (True, False)
    assert ["No matches. Clear filters" in page for page in (nobody, beyond)] == [True, True]
    assert "First" in text_of(organizer.get(f"{UNMATCHED}?skip=1"))


@pytest.mark.parametrize(("verb", "body"), [("credit", {"person": ADA}), ("bot", {})])
def test_who_settles_an_author_still_sees_the_connection_they_looked_at(
    inbox: Inbox, organizer: Visitor, verb: str, body: dict[str, str]
) -> None:
    narrowed = organizer.get(f"{UNMATCHED}?connection=github").text
    form = unescape(next(iter(re.findall(rf'action="({UNMATCHED}/\w+/{verb}\?[^"]*)"', narrowed))))

    answer = organizer.post(form, **body)

    assert "connection=github" in answer.headers["location"]
    assert "No matches. Clear filters" in text_of(organizer.get(answer.headers["location"]))


def test_a_bot_and_what_has_no_author_are_settled(inbox: Inbox, organizer: Visitor) -> None:
    with inbox.database.reading() as session:
        nobody, robot = sorted(unmatched.look(session).groups, key=lambda group: group.author or "")

    aside = organizer.post(f"{UNMATCHED}/{nobody.id}/aside").headers["location"]
    bot = organizer.post(f"{UNMATCHED}/{robot.id}/bot").headers["location"]

    assert "Set 1 report aside." in text_of(organizer.get(aside))
    assert "1 report is ignored." in text_of(organizer.get(bot))
    listed = "/organizer/sources/github/accounts"
    assert "7" in text_of(organizer.get(listed))
    assert organizer.post(f"{listed}/remove", external_id="7").headers["location"].endswith("?done=removed")
    assert organizer.post(listed, external_id=" ").status_code == 422


def test_success_is_told_of_numbers_and_people_alone(inbox: Inbox, organizer: Visitor) -> None:
    forged = f"{UNMATCHED}?done=credited&person=x%00&credited=1e9&others=-1&n=<b>"

    assert organizer.get(forged).status_code == 200
    assert "credited" not in text_of(organizer.get(forged)).replace("is credited at its", "")


def test_identities_are_added_moved_searched_and_removed(inbox: Inbox, organizer: Visitor) -> None:
    body = {"source": "github", "external_id": " @ADA ", "person": ADA}
    assert organizer.post(IDENTITIES, **body).headers["location"] == f"{IDENTITIES}?done=added"
    assert organizer.post(IDENTITIES, **body).headers["location"] == f"{IDENTITIES}?done=was-so"
    assert organizer.post(IDENTITIES, **{**body, "person": BO}).status_code == 409
    assert organizer.post(IDENTITIES, **{**body, "person": BO, "replace": "yes"}).status_code == 303
    assert organizer.post(IDENTITIES, **{**body, "source": "slack"}).status_code == 422
    assert "No matches." in text_of(organizer.get(f"{IDENTITIES}?q=%25"))

    with inbox.database.reading() as session:
        bo = accounts.by_email(session, BO)
    page = f"/organizer/people/{bo.id if bo else ''}"
    assert "@ada github" in text_of(organizer.get(page))
    assert organizer.post(f"{page}/identities", source="jira", external_id="a-7").status_code == 303
    [first, *_] = re.findall(rf'action="({IDENTITIES}/\w+/remove)"', organizer.get(page).text)
    removed = organizer.post(first, person=bo.id if bo else "")
    assert removed.headers["location"] == f"{page}?done=forgotten"
