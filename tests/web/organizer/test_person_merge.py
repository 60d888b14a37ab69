"""Organizers' pages and the API for people who are here twice, and for their further e-mails."""

import re
from html import unescape

import httpx
import pytest

from app.services.access import accounts
from tests.builders import ADA, DUA, GUS, OWLS, SLUG
from tests.web.reading import mistakes
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

PEOPLE = "/organizer/people"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def known(site: RunningApp, email: str) -> str:
    """The id of somebody with this e-mail."""
    with site.database.reading() as session:
        person = accounts.by_email(session, email)
        assert person is not None
        return person.id


def newcomer(site: RunningApp, email: str = GUS, name: str = "G. Björk") -> str:
    """Somebody new, in no team; their id."""
    with site.database.unit_of_work() as session:
        return accounts.create(session, site.game.act, name=name, email=email).id


def said(answer: httpx.Response) -> str:
    """The page's text, without its elements."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@BOTH_ENGINES
def test_people_are_merged_after_a_preview(site: RunningApp) -> None:
    olu, ada, gus = sign_in(site, "olu@example.com", "organizer"), known(site, ADA), newcomer(site)
    site.record(person=GUS)

    preview = olu.get(f"{PEOPLE}/{ada}/merge?other={GUS}")
    merged = olu.post(f"{PEOPLE}/{ada}/merge", other=gus)
    alias = olu.get(f"{PEOPLE}/{gus}")

    assert "G. Björk becomes Ada Lovelace" in said(preview)
    assert "In \u2068Owls\u2069 · 1 activity, 1 of them from G. Björk" in said(preview)
    assert merged.status_code == 303
    assert merged.headers["location"] == f"{PEOPLE}/{ada}?done=merged"
    assert "Ada Lovelace" in said(alias)
    assert GUS in alias.text
    assert "G. Björk" not in olu.get(PEOPLE).text
    [activity] = site.ask("GET", f"/api/v1/weeks/{SLUG}/activities", "read").json()["items"]
    assert (activity["person"], activity["team"]) == (ADA, OWLS)


def test_preview_names_what_stands_against_it_and_offers_no_button(site: RunningApp, olu: Visitor) -> None:
    ada, dua = known(site, ADA), known(site, DUA)

    preview = olu.get(f"{PEOPLE}/{ada}/merge?other={DUA}")
    tried = olu.post(f"{PEOPLE}/{ada}/merge", other=dua)

    sentence = "Ada Lovelace is in Owls, Dua Krasniqi is in Cats. Merging takes one team for all of the week."
    assert sentence in said(preview)
    assert "Merge people" not in said(preview).partition("They can’t be merged yet")[2]
    assert (tried.status_code, sentence in said(tried)) == (409, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", ""),
        ("nobody@example.com", "No person with this email. Add them under People first."),
        (ADA, "Ada Lovelace is one person already. Choose another one."),
        ("f" * 16, "There’s no person with that id. People lists everyone."),
    ],
)
def test_choice_of_nobody_is_said_at_its_field(site: RunningApp, olu: Visitor, typed: str, sentence: str) -> None:
    page = olu.get(f"{PEOPLE}/{known(site, ADA)}/merge", params={"other": typed})

    assert page.status_code == (422 if sentence else 200)
    assert mistakes(page) == ({"other": sentence} if sentence else {})


def test_second_organizer_who_merges_the_other_way_is_told(site: RunningApp, olu: Visitor) -> None:
    ada, gus = known(site, ADA), newcomer(site)
    nia = sign_in(site, "nia@example.com", "organizer")
    assert "Merge people" in nia.get(f"{PEOPLE}/{gus}/merge?other={ada}").text

    olu.post(f"{PEOPLE}/{ada}/merge", other=gus)
    late = nia.post(f"{PEOPLE}/{gus}/merge", other=ada)

    assert (late.status_code, "Ada Lovelace is one person already." in said(late)) == (409, True)


def test_further_emails_are_added_chosen_and_removed(site: RunningApp, olu: Visitor) -> None:
    ada = known(site, ADA)
    home = "ada@home.example"

    taken = olu.post(f"{PEOPLE}/{ada}/addresses", email=DUA)
    olu.post(f"{PEOPLE}/{ada}/addresses", email=" Ada@HOME.example ")
    site.record(person=home, external_id="by the other email")
    olu.post(f"{PEOPLE}/{ada}/addresses/main", email=home)
    still = olu.post(f"{PEOPLE}/{ada}/addresses/remove", email=home)
    olu.post(f"{PEOPLE}/{ada}/addresses/remove", email=ADA)

    assert mistakes(taken) == {
        "email": f"The email {DUA} is the one of Dua Krasniqi. Merge the two if they are one person."
    }
    assert "This is the email that messages go to." in said(still)
    [activity] = site.ask("GET", f"/api/v1/weeks/{SLUG}/activities", "read").json()["items"]
    assert activity["person"] == home
    with site.database.reading() as session:
        assert accounts.by_email(session, ADA) is None


def test_api_merges_people_and_tries_it_before(site: RunningApp) -> None:
    ada, gus, dua = known(site, ADA), newcomer(site), known(site, DUA)

    def merge(other: str, **more: bool) -> httpx.Response:
        return site.ask("POST", f"/api/v1/people/{ada}/merge", "admin", json={"other": other, **more})

    refused, tried, done = merge(dua), merge(gus, dry_run=True), merge(gus)

    assert (refused.status_code, tried.json()["merged"], tried.json()["person"]["addresses"]) == (409, False, [])
    assert (done.json()["merged"], done.json()["refusals"], done.json()["person"]["addresses"]) == (True, [], [GUS])
    listed = {each["email"]: each for each in site.ask("GET", "/api/v1/people", "read").json()["items"]}
    assert GUS not in listed
    assert listed[ADA]["addresses"] == [GUS]
    removed = site.ask("DELETE", f"/api/v1/people/{ada}/addresses", "admin", params={"email": GUS})
    assert removed.json()["addresses"] == []
