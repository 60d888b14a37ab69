"""The forecast in the API: contacts put, read back as a forecast, and refused with their places."""

from datetime import date, timedelta
from typing import Any

import pytest

from app.domain.calendar.days import first_moment, zone_or_utc
from tests.builders import ZONE
from tests.web.running_app import RunningApp

API = "/api/v1"
TODAY = date(2022, 9, 14)


def row(**changes: Any) -> dict[str, Any]:
    return {"starts_at": "2022-09-07T10:00:00-07:00", "minutes": 30, "channel": "email", "contacts": 8, **changes}


def weeks(counts: list[int]) -> list[dict[str, Any]]:
    """As many past weeks with contacts at 10:00, the last one a week ago."""
    zone, days = zone_or_utc(ZONE), [TODAY - timedelta(days=7 * back) for back in range(len(counts), 0, -1)]
    starts = [(first_moment(day, zone) + timedelta(hours=10)).isoformat() for day in days]
    return [row(starts_at=at, contacts=count) for at, count in zip(starts, counts, strict=True)]


def test_forecast_of_contacts_that_were_put(site: RunningApp) -> None:
    put = site.ask("PUT", f"{API}/contacts", "admin", json=weeks([10, 12, 8, 10, 9, 11, 13, 15, 14, 16, 18, 17]))
    found = site.get(f"{API}/forecast?from=2022-09-14&until=2022-09-15", "read").json()

    assert put.json() == {"added": 12, "changed": 0, "unchanged": 0}
    assert (found["method"], len(found["items"])) == ("momentum", 48)
    assert found["items"][20] == {
        "starts_at": "2022-09-14T17:00:00.000000Z", "contacts": 17.5, "low": 12, "high": 23, "weeks": 12, "note": None,
        "people": None,
    }  # fmt: skip
    assert [found["accuracy"][name] for name in ("wape", "bias", "naive_wape")] == [0.0692, -0.0692, 0.0923]


def test_forecast_without_history_is_null_and_says_so(site: RunningApp) -> None:
    found = site.get(f"{API}/forecast?minutes=120&channel=chat&zone=Europe/Berlin", "read").json()

    assert (len(found["items"]), found["accuracy"], found["method"]) == (84, None, "mean")
    assert found["items"][0] == {
        "starts_at": "2022-09-13T22:00:00.000000Z", "contacts": None, "low": None, "high": None, "weeks": 0,
        "note": "No history yet. Import some.", "people": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["from=tomorrow", "from=2022-09-14&until=2022-09-14", "until=2023-01-01", "minutes=60", "channel=fax",
              "zone=Mars", "from=9999-12-31"],
)  # fmt: skip
def test_forecast_of_what_cannot_be_is_refused(site: RunningApp, query: str) -> None:
    assert site.get(f"{API}/forecast?{query}", "read").status_code == 422


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The body must be a JSON list of objects with starts_at, minutes, channel and contacts."),
        ([7], "Nothing was imported. Line 1: This isn’t a JSON object."),
        ([row(), row(minutes=45)], "Nothing was imported. Line 2: “minutes” must be 30 or 120."),
        ([row(contacts=True)], "Nothing was imported. Line 1: “contacts” must be a whole number, without quotes."),
        ([row(starts_at="2022-09-07T10:00:00")], "“starts_at” must be a date and time with its offset"),
        ([row(), row(contacts=9)], "Nothing was imported. Line 2: This interval overlaps that on line 1."),
    ],
)
def test_contacts_that_are_none_are_refused_and_nothing_is_kept(site: RunningApp, body: Any, sentence: str) -> None:
    answer = site.ask("PUT", f"{API}/contacts", "admin", json=body)

    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert site.ask("PUT", f"{API}/contacts", "admin", json=[row()]).json()["added"] == 1
