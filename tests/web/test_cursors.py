"""Cursors of lists: good for going on, and for counting nothing."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from app.services import paging
from tests.builders import ADA, DUA, GUS, SLUG, Game
from tests.web.playing_shifts import Shifts
from tests.web.role_clients import RoleClients
from tests.web.running_app import API, WEEK, RunningApp, Visitor, assert_problem, sign_in

IDS = {"weeks": "week", "teams": "team_id", "people": "person_id"}
"""The fields of ids that are not called `id`."""


def plain(cursor: str) -> str:
    """The content of a cursor."""
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()


def lists(site: RunningApp) -> Iterator[str]:
    """The address of every list of the API."""
    for path, methods in site.get("/openapi.json").json()["paths"].items():
        if any(each["name"] == "cursor" for each in methods.get("get", {}).get("parameters", ())):
            yield path.replace("{week}", SLUG)


def turned(site: RunningApp, path: str) -> Iterator[dict[str, Any]]:
    """The pages of a list, one item a page."""
    cursor = ""
    while cursor is not None:
        page = site.get(f"{path}?limit=1{cursor and f'&cursor={cursor}'}", "admin").raise_for_status().json()
        yield page
        cursor = page["next_cursor"]


def test_a_cursor_is_the_id_of_the_last_item_shown(site: RunningApp) -> None:
    Game(site.database, slug="q4-2022").start()
    for person in (ADA, DUA, ADA):
        site.record(person=person)
    for hour in (6, 8):
        Shifts(site).make(f"2022-09-15 {hour:02}:00")
    stage = RoleClients(site)
    for placeholder in ("{delivery_id}", "{identity_id}", "{card_id}") * 2:
        stage.path(placeholder, "admin")

    paths = sorted(stage.path(path, "admin") if "{" in path else path for path in lists(site))
    pages = {path: list(turned(site, path)) for path in paths}

    assert [path.rpartition("/")[2] for path in paths] == [
        "cards", "deliveries", "identities", "people", "messages", "weeks", "activities", "shifts", "teams",
    ]  # fmt: skip
    for path, found in pages.items():
        whole = site.get(path, "admin").json()["items"]
        assert [item for page in found for item in page["items"]] == whole
        field = IDS.get(path.rpartition("/")[2], "id")
        assert [plain(page["next_cursor"]) for page in found[:-1]] == [item[field] for item in whole[:-1]]


@pytest.mark.parametrize(
    "name",
    [
        "cards",
        "deliveries",
        "identities",
        "people",
        f"weeks/{SLUG}/activities",
        f"weeks/{SLUG}/shifts",
        f"weeks/{SLUG}/teams",
        "weeks",
    ],
)
def test_a_cursor_of_another_list_is_refused(site: RunningApp, name: str) -> None:
    strange = ["1", "0" * 16, "no-such-week", ADA, "", "\ud7ff"]

    for each in strange[:4]:
        assert_problem(site.get(f"{API}/{name}?cursor={paging.encode(each)}", "admin"), 422)


def test_a_cursor_of_what_a_freeze_hides_is_refused(site: RunningApp) -> None:
    site.record()
    site.game.freeze()
    hidden = paging.encode(site.record().json()["id"])
    later = paging.encode(site.game.team("Foxes", GUS))

    for name, cursor in (("activities", hidden), ("teams", later)):
        assert_problem(site.get(f"{WEEK}/{name}?cursor={cursor}", "read"), 422)
        assert site.get(f"{WEEK}/{name}?cursor={cursor}", "admin").status_code == 200


def link_on(visitor: Visitor, path: str) -> str:
    """The cursor in a page's link to the next one."""
    match = re.search(r"cursor=([\w=-]+)", visitor.get(path).raise_for_status().text)
    assert match
    return match[1]


def test_a_freeze_leaves_no_trace_in_a_cursor(site: RunningApp) -> None:
    ada, olu = sign_in(site, ADA), sign_in(site, "olu@example.com", "owner")
    mine = [
        site.record(person=ADA, occurred_at=f"2022-09-14T09:{number:02}:00-07:00").json()["id"] for number in range(26)
    ]
    site.game.freeze()
    for _ in range(3):
        site.record(person=DUA)

    assert plain(link_on(ada, f"/me/activities?week={SLUG}")) == mine[1]
    assert plain(link_on(olu, f"/organizer/people/{ada.person_id}")) in mine
    assert ada.get(f"/me/activities?week={SLUG}&cursor={paging.encode('33')}").status_code == 422
