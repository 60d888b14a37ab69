"""Two organizers at once: bulk reversals, a person's emails, merging people, tokens, exports and a team's look."""

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.services.access import accounts, addresses, tokens
from tests.browser.test_merging import newcomer
from tests.browser.test_two_organizers import flaws, team, two
from tests.builders import ADA, BO, CATS, DUA, GUS, OWLS, SLUG, act_by
from tests.web.running_app import RunningApp
from tests.web.test_organizer_teams import person_id

pytestmark = pytest.mark.browser

WEEK = f"/organizer/weeks/{SLUG}"


def preview(page: Page, names: list[str]) -> None:
    """Choose the entries of people in the ledger and open the preview of reversing them, with a reason typed."""
    for name in names:
        page.get_by_role("row", name=name).get_by_role("checkbox").check()
    page.get_by_role("button", name="Reverse chosen").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Reverse {len(names)} entries")
    page.get_by_label("Why").fill(f"{len(names)} copies")


def reverse(page: Page, number: str) -> None:
    page.get_by_role("button", name=f"Reverse {number}").press("Enter")


def undo(page: Page, reason: str, number: str) -> None:
    """Take a bulk back on the ledger's page."""
    page.locator(".confirm > summary", has_text="Undo").filter(has_text=reason).press("Enter")
    page.get_by_role("button", name=f"Reinstate {number}").press("Enter")


def test_overlapping_bulks_are_reversed_once_each_and_stepped_back_apart(chromium: Browser, site: RunningApp) -> None:
    for person in (ADA, BO, DUA):
        site.record(person=person, external_id=person)
    with two(chromium, site, f"{WEEK}/ledger") as (first, second):
        preview(first, ["Ada", "Bo"])
        preview(second, ["Bo", "Dua"])
        second.get_by_label("Why").fill("Tests")
        reverse(first, "2 entries")
        expect(first.get_by_role("status").first).to_have_text("Reversed 2 activities. You can undo it below.")
        assert site.points() == {OWLS: 0, CATS: 5}

        reverse(second, "2 entries")
        expect(second.get_by_role("alert").first).to_contain_text("reversed or reinstated after you opened this page")
        expect(second.get_by_text("1 entry is already reversed, and left out.")).to_be_visible()
        expect(second.get_by_label("Why")).to_have_value("Tests")
        refused = flaws(second), site.points()
        reverse(second, "1 entry")
        expect(second.get_by_role("status").first).to_have_text("Reversed 1 activity. You can undo it below.")
        reversed_by_both = site.points()

        undo(first, "2 copies", "2 activities")
        expect(first.get_by_role("status").first).to_have_text("Reinstated 2 activities.")
        stepped_back = site.points()
        undo(second, "Tests", "1 activity")
        expect(second.get_by_role("status").first).to_have_text("Reinstated 1 activity.")

    assert refused == ((0, []), {OWLS: 0, CATS: 5})
    assert (reversed_by_both, stepped_back) == ({OWLS: 0, CATS: 0}, {OWLS: 10, CATS: 0})
    assert (site.points(), site.game.verify()) == ({OWLS: 10, CATS: 5}, [])


def test_bulk_that_one_undoes_is_not_reversed_unseen_by_the_other(chromium: Browser, site: RunningApp) -> None:
    for person in (ADA, DUA):
        site.record(person=person, external_id=person)
    with two(chromium, site, f"{WEEK}/ledger") as (first, second):
        first.get_by_role("row", name="Ada").get_by_role("checkbox").check()
        first.get_by_role("button", name="Reverse chosen").press("Enter")
        first.get_by_label("Why").fill("A slip")
        reverse(first, "1 entry")
        expect(first.get_by_role("status").first).to_be_visible()
        second.get_by_role("button", name="Reverse all").press("Enter")
        second.get_by_label("Why").fill("Tests")
        undo(first, "A slip", "1 activity")
        expect(first.get_by_role("status").first).to_have_text("Reinstated 1 activity.")

        reverse(second, "1 entry")

        expect(second.get_by_role("alert").first).to_contain_text("reversed or reinstated after you opened this page")
        expect(second.get_by_role("button", name="Reverse 2 entries")).to_be_visible()
        assert (site.points(), flaws(second)) == ({OWLS: 5, CATS: 5}, (0, []))


def with_emails(site: RunningApp, *emails: str) -> str:
    """The path of Ada's page, who has further e-mails."""
    ada = person_id(site, ADA)
    with site.database.unit_of_work() as session:
        for email in emails:
            addresses.add(session, ada, email, site.game.act)
    return f"/organizer/people/{ada}"


def test_second_who_chooses_a_main_email_reads_the_firsts(chromium: Browser, site: RunningApp) -> None:
    path = with_emails(site, "a1@example.com", "a2@example.com")
    with two(chromium, site, path) as (first, second):
        first.get_by_role("button", name="Make main a1@example.com").press("Enter")
        expect(first.get_by_role("status").first).to_contain_text("Main email changed.")

        second.get_by_role("button", name="Make main a2@example.com").press("Enter")
        told = "Another organizer made a1@example.com the main email after you opened this page."
        expect(second.get_by_role("alert").first).to_contain_text(told)
        expect(second.locator(".list__item", has_text="Messages go here")).to_contain_text("a1@example.com")
        refused = flaws(second)
        second.get_by_role("button", name="Make main a2@example.com").press("Enter")

        expect(second.locator(".list__item", has_text="Messages go here")).to_contain_text("a2@example.com")
        assert refused == (0, [])


def test_email_that_one_removes_or_adds_is_told_to_the_other(chromium: Browser, site: RunningApp) -> None:
    path = with_emails(site, "a1@example.com")
    with two(chromium, site, path) as (first, second):
        first.get_by_role("button", name="Remove a1@example.com").press("Enter")
        expect(first.get_by_role("status").first).to_contain_text("Email removed.")
        second.get_by_role("button", name="Make main a1@example.com").press("Enter")
        expect(second.get_by_role("alert").first).to_contain_text("Ada Lovelace has no such email.")
        expect(second.get_by_role("button", name="Make main")).to_have_count(0)

        for page in (first, second):
            page.get_by_label("Another email").fill("a3@example.com")
        first.get_by_role("button", name="Add email").press("Enter")
        expect(first.get_by_role("status").first).to_contain_text("Email added.")
        second.get_by_role("button", name="Add email").press("Enter")

        expect(second.locator(".field__error")).to_contain_text("a3@example.com is theirs already")
        expect(second.get_by_role("button", name="Remove a3@example.com")).to_be_visible()
        assert flaws(second) == (0, [])


def test_person_whom_one_merges_away_is_not_merged_unseen_by_the_other(chromium: Browser, site: RunningApp) -> None:
    gus, zoe = newcomer(site, GUS, "G. Björk"), newcomer(site, "zoe@example.com", "Zoë")
    kim = newcomer(site, "kim@example.com", "Kim")
    with two(chromium, site, f"/organizer/people/{kim}/merge?other={gus}") as (first, second):
        first.goto(f"{site.url}/organizer/people/{zoe}/merge?other={gus}")
        expect(second.get_by_role("heading", name="G. Björk becomes Kim")).to_be_visible()
        first.get_by_role("button", name="Merge people").press("Enter")
        expect(first.get_by_role("status").first).to_have_text("Merged. Both are one person now.")

        second.get_by_role("button", name="Merge people").press("Enter")
        expect(second.get_by_role("alert").first).to_contain_text("merged into Zoë meanwhile")
        expect(second.get_by_role("heading", name="Zoë becomes Kim")).to_be_visible()
        with site.database.reading() as session:
            apart = accounts.find(session, zoe).name, accounts.find(session, kim).name
        refused = flaws(second)
        second.get_by_role("button", name="Merge people").press("Enter")

        expect(second.get_by_role("status").first).to_have_text("Merged. Both are one person now.")
        assert (apart, refused, site.game.verify()) == (("Zoë", "Kim"), (0, []), [])


def test_email_added_to_a_person_whom_the_other_merged_goes_to_who_they_became(
    chromium: Browser, site: RunningApp
) -> None:
    gus, zoe = newcomer(site, GUS, "G. Björk"), newcomer(site, "zoe@example.com", "Zoë")
    with two(chromium, site, f"/organizer/people/{gus}") as (first, second):
        first.goto(f"{site.url}/organizer/people/{zoe}/merge?other={gus}")
        first.get_by_role("button", name="Merge people").press("Enter")
        expect(first.get_by_role("status").first).to_have_text("Merged. Both are one person now.")

        second.get_by_label("Another email").fill("g3@example.com")
        second.get_by_role("button", name="Add email").press("Enter")

        expect(second.get_by_role("heading", level=1)).to_contain_text("Zoë")
        expect(second.get_by_role("button", name="Remove g3@example.com")).to_be_visible()
        expect(second.get_by_role("button", name=f"Remove {GUS}")).to_be_visible()


def test_token_is_revoked_once_and_the_second_reads_that_it_is(chromium: Browser, site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        secret = tokens.create(session, act_by("Olu", site.clock.now), name="Zendesk", scopes=["read"], days=None)
    bearer = {"Authorization": f"Bearer {secret}"}
    known = site.client.get("/api/v1/weeks", headers=bearer).status_code
    with two(chromium, site, "/organizer/tokens") as (first, second):
        for page in (first, second):
            page.locator("summary", has_text="Revoke").press("Enter")
        first.get_by_role("button", name="Revoke token").press("Enter")
        expect(first.get_by_role("status").first).to_contain_text("Token revoked.")

        second.get_by_role("button", name="Revoke token").press("Enter")

        expect(second.get_by_role("alert").first).to_contain_text("The token “Zendesk” is revoked already.")
        expect(second.get_by_role("row", name="Zendesk").locator(".pill")).to_have_text("Revoked")
        expect(second.get_by_role("button", name="Revoke token")).to_have_count(0)
        assert flaws(second) == (0, [])
    assert (known, site.client.get("/api/v1/weeks", headers=bearer).status_code) == (200, 401)


def points_in(path: Path) -> dict[str, str]:
    """The points of teams in a downloaded CSV of the standings."""
    rows = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    return {row["team"]: row["points"] for row in rows}


def test_export_on_a_page_from_before_a_freeze_says_so_first(chromium: Browser, site: RunningApp) -> None:
    site.record(person=ADA)
    with two(chromium, site, WEEK) as (first, second):
        second.goto(f"{site.url}/organizer/exports?week={SLUG}")
        first.locator("summary", has_text="Freeze board").press("Enter")
        first.get_by_role("button", name="Freeze board").press("Enter")
        expect(first.get_by_role("status").first).to_be_visible()
        site.record(person=BO, external_id="after the freeze")

        second.get_by_role("button", name="CSV of standings").press("Enter")
        expect(second.get_by_role("alert").first).to_contain_text("was frozen after you opened this page")
        refused = flaws(second)
        with second.expect_download() as live:
            second.get_by_role("button", name="CSV of standings").press("Enter")
        second.get_by_role("link", name="Export the frozen board").press("Enter")
        expect(second.get_by_text("As everyone sees it")).to_be_visible()
        with second.expect_download() as frozen:
            second.get_by_role("button", name="CSV of standings").press("Enter")

        points = [points_in(download.value.path()) for download in (live, frozen)]
    assert (refused, points) == ((0, []), [{OWLS: "10", CATS: "0"}, {OWLS: "5", CATS: "0"}])


def choose_look(page: Page, panel: str, *, colour: str = "", emblem: str = "") -> None:
    """Choose a team's look by keyboard."""
    fold = page.locator(f"{panel} details", has=page.get_by_label("Emblem"))
    if fold.get_attribute("open") is None:
        fold.locator("summary").press("Enter")
    if colour:
        fold.get_by_label("Colour").select_option(colour)
    if emblem:
        fold.get_by_label("Emblem").fill(emblem)
    fold.get_by_label("Emblem").press("Enter")


def test_second_who_chooses_a_teams_look_reads_the_firsts_before_it_is_replaced(
    chromium: Browser, site: RunningApp
) -> None:
    with two(chromium, site, f"{WEEK}/teams") as (first, second):
        panel = team(first, OWLS)
        choose_look(first, panel, colour="Violet", emblem="\N{OWL}")
        expect(first.get_by_role("status").first).to_have_text("Colour and emblem changed.")

        choose_look(second, panel, colour="Teal")
        errors = second.locator(f"{panel} .field__error")
        expect(errors.nth(0)).to_contain_text("Another organizer chose Violet after you opened this page.")
        expect(errors.nth(1)).to_contain_text("Another organizer chose the emblem “\N{OWL}”")
        expect(second.locator(f"{panel} h2 > span")).to_contain_class("tone-9")
        expect(second.locator(panel).get_by_label("Colour")).to_have_value("1")
        refused = flaws(second)
        choose_look(second, panel, emblem="O")

        expect(second.get_by_role("status").first).to_have_text("Colour and emblem changed.")
        expect(second.locator(f"{panel} h2 > span")).to_contain_class("tone-1")
        assert refused == (0, [])
