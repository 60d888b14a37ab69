"""A frozen week: the public is shown that moment byte for byte, organizers see both, reveal lifts it."""

import httpx
import pytest

from app.domain.actor import Scope
from tests.builders import CATS, DUA, GUS, OWLS, RULES, SLUG, dearer_issues
from tests.web.reading import without_id
from tests.web.running_app import API, BOTH_ENGINES, WEEK, RunningApp, assert_problem
from tests.web.viewing import first_event, watching

PART = {"HX-Request": "true"}
SCOPES: tuple[Scope, ...] = ("read", "ledger:correct", "admin")


def surfaces(site: RunningApp, *scopes: Scope) -> dict[str, bytes]:
    """Everything a reader of these scopes can look at, as bytes."""
    owls, cats = (site.game.team_id(name) for name in (OWLS, CATS))
    open_to_all = [
        "/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/summary", f"/weeks/{SLUG}/teams/{owls}", f"/weeks/{SLUG}/teams/{cats}",
        f"{WEEK}/leaderboard", f"{API}/weeks/current/leaderboard",
        f"{WEEK}/teams/{owls}/receipt", f"{WEEK}/teams/{cats}/receipt", f"/weeks/{SLUG}/summary/present",
        f"/weeks/{SLUG}/summary/charts/race.svg", f"/weeks/{SLUG}/summary/charts/heroes.svg",
        f"/weeks/{SLUG}/summary/card.png",
    ]  # fmt: skip
    answers = {path: site.get(path, *scopes) for path in open_to_all}
    answers |= {f"partial of {path}": site.get(path, *scopes, headers=PART) for path in ("/", "/display")}
    for path in (WEEK, f"{API}/weeks", f"{WEEK}/activities", f"{WEEK}/teams"):
        answers[path] = site.get(path, "read", *scopes)
    found = {path: told(answer) for path, answer in answers.items()}
    for path in ("", f"{API}/"):
        with site.client.stream("GET", f"{path}/weeks/{SLUG}/live".replace("//", "/")) as stream:
            found[f"stream {path}"] = next(stream.iter_bytes())
    return found


def told(answer: httpx.Response) -> bytes:
    """Everything an answer tells that does not follow from when it was asked for."""
    headers = {name: value for name, value in answer.headers.items() if name not in {"date", "x-request-id"}}
    return repr((answer.status_code, sorted(headers.items()))).encode() + answer.content


@BOTH_ENGINES
def test_the_public_sees_the_freeze_byte_for_byte_whatever_comes_later(site: RunningApp) -> None:
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
    site.game.close()
    later = surfaces(site)

    assert {path for path in frozen if frozen[path] != later[path]} == set()
    assert site.board() == {**before, "frozen": True}


@BOTH_ENGINES
def test_organizers_see_both(site: RunningApp) -> None:
    site.record()
    site.game.freeze()
    site.record(person=DUA, kind="knowledge_card")

    readers = {"nobody": site.points(), "reader": site.points("read"), "corrector": site.points("ledger:correct")}

    assert list(readers.values()) == [{OWLS: 5, CATS: 0}] * 3
    assert site.points("admin") == {CATS: 8, OWLS: 5}
    assert len(site.get(f"{WEEK}/activities", "admin").json()["items"]) == 2
    assert len(site.get(f"{WEEK}/activities", "read").json()["items"]) == 1


def test_a_frozen_week_keeps_its_version_to_itself(site: RunningApp) -> None:
    site.game.freeze()

    documents = [site.get(WEEK, "read").json(), site.get(WEEK, "admin").json()]

    assert [("version" in document, document["frozen"]) for document in documents] == [(False, True), (True, True)]


def test_a_week_closed_behind_its_freeze_is_open_to_all_but_organizers(site: RunningApp) -> None:
    site.game.freeze()
    site.game.close()

    states = {scope: site.get(WEEK, "read", scope).json()["state"] for scope in SCOPES}

    assert states == {"read": "open", "ledger:correct": "open", "admin": "closed"}
    assert site.board()["state"] == "open"


def test_a_team_made_after_the_freeze_is_to_the_public_like_one_that_never_was(site: RunningApp) -> None:
    site.game.freeze()
    foxes = site.game.team("Foxes", "new@example.com")
    site.record(person="new@example.com")

    pages = [f"/weeks/{SLUG}/teams/{each}" for each in (foxes, "0" * 16)]
    receipts = [f"{WEEK}/teams/{each}/receipt" for each in (foxes, "0" * 16)]

    assert [site.get(path).status_code for path in (*pages, *receipts)] == [404] * 4
    assert without_id(site.get(pages[0])) == without_id(site.get(pages[1]))
    sentences = [assert_problem(site.get(path), 404) for path in receipts]
    assert sentences[0].replace(foxes, "") == sentences[1].replace("0" * 16, "")
    assert [site.get(path, "admin").status_code for path in (pages[0], receipts[0])] == [200, 200]


def test_the_list_of_teams_is_that_of_the_freeze_for_all_but_organizers(site: RunningApp) -> None:
    site.game.freeze()
    site.game.leave(DUA)
    site.game.team("Foxes", "new@example.com")

    lists = {scope: site.get(f"{WEEK}/teams", "read", scope).json()["items"] for scope in SCOPES}

    found = {scope: {team["team"]: team["members"] for team in items} for scope, items in lists.items()}
    owls = ["Ada Lovelace", "Bo Nguyen", "Chidi Okafor"]
    then = {CATS: ["Dua Krasniqi", "Elif Şahin", "文子 Fumiko"], OWLS: owls}
    assert found == {
        "read": then,
        "ledger:correct": then,
        "admin": {CATS: ["Elif Şahin", "文子 Fumiko"], "Foxes": ["new"], OWLS: owls},
    }


def test_a_preview_of_rules_looks_at_a_frozen_week_as_it_was_unless_for_organizers(site: RunningApp) -> None:
    site.record()
    site.game.freeze()
    site.record()

    def points(*scopes: Scope) -> list[list[int]]:
        answer = site.post(f"{API}/rules/preview", "rules:write", *scopes, content=dearer_issues())
        week = answer.raise_for_status().json()["weeks"][0]
        return [[standing["points"] for standing in week[side]] for side in ("before", "after")]

    assert points() == [[5, 0], [7, 0]]
    assert points("admin") == [[10, 0], [14, 0]]


@BOTH_ENGINES
def test_reveal_shows_everything_at_once(site: RunningApp) -> None:
    site.game.freeze()
    site.record(person=DUA, kind="knowledge_card")
    etag = site.get(f"{WEEK}/leaderboard").headers["etag"]
    version = site.board()["version"]

    site.game.reveal()

    revealed = site.board()
    assert (revealed["frozen"], site.points()) == (False, {CATS: 8, OWLS: 0})
    assert revealed["version"] > version
    assert site.get(f"{WEEK}/leaderboard", headers={"If-None-Match": etag}).status_code == 200


def test_a_frozen_week_still_records_and_answers_its_tools(site: RunningApp) -> None:
    site.game.freeze()

    first, again = site.record(external_id="one"), site.record(external_id="one")

    assert (first.status_code, again.status_code, again.json()) == (201, 200, first.json())


@pytest.mark.parametrize("path", [f"{WEEK}/live", f"/weeks/{SLUG}/live"])
def test_a_stream_of_a_frozen_week_begins_with_the_freeze_also_beside_one_of_organizers(
    site: RunningApp, path: str
) -> None:
    site.record(external_id="shown")
    site.game.freeze()
    frozen = first_event(site, path)
    admin = {"Authorization": f"Bearer {site.token('admin')}"}

    with watching(site, path, **admin) as organizer, watching(site, path) as earlier:
        organizer.get(timeout=10)
        site.record(external_id="hidden")
        behind = organizer.get(timeout=10)
        # The boards and both channels are ready now, so whoever comes next takes the short way.
        first_event(site, path)
        begun = [earlier.get(timeout=10), first_event(site, path), first_event(site, path)]

    assert begun == [frozen] * 3
    assert behind != frozen
