"""Organizers' page and the API for two teams that become one."""

import pytest

from tests.builders import ADA, CATS, CHIDI, GUS, OWLS, SLUG
from tests.web.organizer.test_person_merge import said
from tests.web.running_app import RunningApp, Visitor, sign_in

TEAMS = f"/organizer/weeks/{SLUG}/teams"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def test_teams_are_merged_after_a_preview_and_old_links_lead_on(site: RunningApp, olu: Visitor) -> None:
    site.game.leave(CHIDI)
    bats, owls = site.game.team("Bats", GUS), site.game.team_id(OWLS)
    site.record(person=ADA)
    site.record(person=GUS, external_id="of the bats")

    start = olu.get(f"{TEAMS}/{owls}/merge")
    preview = olu.get(f"{TEAMS}/{owls}/merge?other={bats}")
    merged = olu.post(f"{TEAMS}/{owls}/merge", other=bats)
    led = olu.get(f"/weeks/{SLUG}/teams/{bats}")
    receipt = olu.get(led.headers["location"])

    assert "Show what changes" in said(start)
    assert "Ada Lovelace , Bo Nguyen and Gus Björk" in said(preview)
    assert "10 together; 5 and 5 now" in said(preview)
    assert merged.headers["location"] == f"{TEAMS}?done=merged&only={owls}"
    assert led.headers["location"] == f"/weeks/{SLUG}/teams/{owls}"
    assert (receipt.status_code, "10 points" in said(receipt)) == (200, True)
    board = site.ask("GET", f"/api/v1/weeks/{SLUG}/leaderboard", "read").json()
    assert {each["team"]: each["points"] for each in board["standings"]} == {OWLS: 10, CATS: 0}


def test_preview_says_why_teams_stay_apart(site: RunningApp, olu: Visitor) -> None:
    owls, cats = site.game.team_id(OWLS), site.game.team_id(CATS)

    preview = olu.get(f"{TEAMS}/{owls}/merge?other={cats}")
    same = olu.get(f"{TEAMS}/{owls}/merge?other={owls}")
    tried = olu.post(f"{TEAMS}/{owls}/merge", other=cats)

    sentence = "Together they have 6 members; the rules allow 3."
    assert (preview.status_code, sentence in said(preview), "Merge teams" in said(preview)) == (200, True, False)
    assert (same.status_code, "Owls is one team already." in said(same)) == (409, True)
    assert (tried.status_code, sentence in said(tried)) == (409, True)


def test_api_merges_teams_and_tries_it_before(site: RunningApp) -> None:
    site.game.leave(CHIDI)
    bats, owls = site.game.team("Bats", GUS), site.game.team_id(OWLS)
    path = f"/api/v1/weeks/{SLUG}/teams/{owls}/merge"

    tried = site.ask("POST", path, "admin", json={"other": bats, "dry_run": True}).json()
    done = site.ask("POST", path, "admin", json={"other": bats}).json()

    assert (tried["merged"], done["merged"]) == (False, True)
    assert tried["team"] == done["team"]
    assert done["team"]["members"] == ["Ada Lovelace", "Bo Nguyen", "Gus Björk"]
    assert site.game.verify() == []
