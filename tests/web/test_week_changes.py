"""Weeks by API: created, changed as far as nothing stands against it, and deleted while they are drafts."""

from typing import Any

import pytest

from tests.builders import SLUG
from tests.web.running_app import API, WEEK, RunningApp, assert_problem

NEW = {"week": "q4-2022", "name": "Q4 2022", "timezone": "Berlin", "starts": "2022-12-12", "ends": "2022-12-16"}


def test_week_is_made_changed_and_deleted(site: RunningApp) -> None:
    made = site.post(f"{API}/weeks", "admin", json=NEW)
    again = site.post(f"{API}/weeks", "admin", json=NEW)
    changed = site.ask("PATCH", f"{API}/weeks/q4-2022", "admin", json={"ends": "2022-12-17", "customers": 2_000})
    kept = site.ask("PATCH", f"{API}/weeks/q4-2022", "admin", json={"sla": 1_800, "hand_logs_a_day": 3})
    cleared = site.ask("PATCH", f"{API}/weeks/q4-2022", "admin", json={"customers": None})
    gone = site.ask("DELETE", f"{API}/weeks/q4-2022", "admin")

    assert (made.status_code, made.json()["state"], made.json()["timezone"]) == (201, "draft", "Europe/Berlin")
    assert assert_problem(again, 409, "errors").startswith("There’s already a week “q4-2022”.")
    assert (changed.json()["name"], changed.json()["ends"], changed.json()["customers"]) == (
        "Q4 2022",
        "2022-12-17",
        2_000,
    )
    assert (kept.json()["sla"], kept.json()["customers"], cleared.json()["customers"]) == (1_800, 2_000, None)
    assert (gone.status_code, gone.json()["week"]) == (200, "q4-2022")
    assert site.get(f"{API}/weeks/q4-2022", "admin").status_code == 404


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"starts": "2022-09-16"}, 409), ({"sla": 0}, 422), ({"hand_logs_a_day": -1}, 422), ({"slug": "other"}, 422),
        ({"name": ""}, 422), ({"timezone": "Nowhere"}, 422), ({"customers": 0.5}, 422),
    ],
)  # fmt: skip
def test_change_that_cannot_be_changes_nothing(site: RunningApp, fields: dict[str, Any], status: int) -> None:
    site.record()
    before = site.get(WEEK, "admin").json()

    refused = site.ask("PATCH", WEEK, "admin", json={"name": "Other", **fields})

    assert (refused.status_code, site.get(WEEK, "admin").json()) == (status, before)


def test_week_that_was_opened_is_not_deleted(site: RunningApp) -> None:
    refused = site.ask("DELETE", WEEK, "admin")

    assert (refused.status_code, site.get(WEEK, "admin").json()["week"]) == (409, SLUG)
