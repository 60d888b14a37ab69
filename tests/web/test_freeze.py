"""A frozen week: the public is shown that moment byte for byte, organizers see both, reveal lifts it."""

from app.domain.who import Scope
from tests.builders import CATS, DUA, GUS, OWLS, RULES, SLUG
from tests.web.site import API, BOTH_ENGINES, WEEK, Site


def surfaces(site: Site, *scopes: Scope) -> dict[str, bytes]:
    """Everything a reader of these scopes can look at, as bytes."""
    owls, cats = (site.game.team_id(name) for name in (OWLS, CATS))
    open_to_all = [
        "/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/summary", f"/weeks/{SLUG}/teams/{owls}", f"/weeks/{SLUG}/teams/{cats}",
        f"{WEEK}/leaderboard", f"{API}/weeks/current/leaderboard",
        f"{WEEK}/teams/{owls}/receipt", f"{WEEK}/teams/{cats}/receipt",
    ]  # fmt: skip
    found = {path: site.get(path, *scopes).content for path in open_to_all}
    found["partial"] = site.get("/", *scopes, headers={"HX-Request": "true"}).content
    for path in (WEEK, f"{API}/weeks", f"{WEEK}/activities"):
        found[path] = site.get(path, "read", *scopes).content
    return found


@BOTH_ENGINES
def test_the_public_sees_the_freeze_byte_for_byte_whatever_comes_later(site: Site) -> None:
    first = site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00").json()["id"]
    site.adjust(CATS, 3)
    before = site.board()
    site.game.freeze()
    frozen = surfaces(site)

    site.record(person=DUA, kind="knowledge_card")
    site.adjust(OWLS, -50, "later")
    site.post(f"{API}/activities/{first}/reversal", "ledger:correct", json={"reason": "Later"})
    site.clock.set("2022-09-15 12:00")
    site.game.leave(DUA)
    site.game.team(CATS, GUS)
    site.game.team("Foxes", "new@example.com")
    site.ask("PUT", f"{API}/rules", "rules:write", content=RULES.replace("points = 10", "points = 99", 1))
    site.clock.set("2022-09-20 12:00")
    later = surfaces(site)

    assert {path for path in frozen if frozen[path] != later[path]} == set()
    assert site.board() == {**before, "frozen": True}


@BOTH_ENGINES
def test_organizers_see_both(site: Site) -> None:
    site.record()
    site.game.freeze()
    site.record(person=DUA, kind="knowledge_card")

    readers = {"nobody": site.points(), "reader": site.points("read"), "corrector": site.points("ledger:correct")}

    assert list(readers.values()) == [{OWLS: 5, CATS: 0}] * 3
    assert site.points("admin") == {CATS: 8, OWLS: 5}
    assert len(site.get(f"{WEEK}/activities", "admin").json()["items"]) == 2
    assert len(site.get(f"{WEEK}/activities", "read").json()["items"]) == 1


def test_a_frozen_week_keeps_its_version_to_itself(site: Site) -> None:
    site.game.freeze()

    documents = [site.get(WEEK, "read").json(), site.get(WEEK, "admin").json()]

    assert [("version" in each, each["frozen"]) for each in documents] == [(False, True), (True, True)]


@BOTH_ENGINES
def test_reveal_shows_everything_at_once(site: Site) -> None:
    site.game.freeze()
    site.record(person=DUA, kind="knowledge_card")
    etag = site.get(f"{WEEK}/leaderboard").headers["etag"]
    version = site.board()["version"]

    site.game.reveal()

    revealed = site.board()
    assert (revealed["frozen"], site.points()) == (False, {CATS: 8, OWLS: 0})
    assert revealed["version"] > version
    assert site.get(f"{WEEK}/leaderboard", headers={"If-None-Match": etag}).status_code == 200


def test_a_frozen_week_still_records_and_answers_its_tools(site: Site) -> None:
    site.game.freeze()

    first, again = site.record(external_id="one"), site.record(external_id="one")

    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())
