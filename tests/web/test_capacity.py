"""Capacity in the API: published figures, bounds, and sentences for what is no question."""

from typing import Any

import pytest

from tests.web.running_app import RunningApp

EMAIL, CHAT = "/api/v1/capacity/email", "/api/v1/capacity/chat"
QUESTION = {
    "contacts": [6, 8, 12, 10], "interval_min": 30, "waiting": 5, "handling_min": 9, "answer_within_min": 60,
    "shrinkage": 0.15,
}  # fmt: skip
CALLS = {"contacts": 100, "period_s": 1800, "aht_s": 180, "people": 14, "within_s": 20}


def test_email_capacity_is_the_published_one(site: RunningApp) -> None:
    found = site.ask("POST", EMAIL, "read", json=QUESTION).json()

    assert found.pop("simulated_share") == pytest.approx(0.99, abs=0.01)
    assert found == {"keep_up": 3.737024, "window": 2.411765, "backlog": 0.882353, "people": 4}


def test_chat_capacity_is_the_published_one(site: RunningApp) -> None:
    found = site.ask("POST", CHAT, "read", json=CALLS).json()
    unstable = site.ask("POST", CHAT, "read", json={**CALLS, "people": 10}).json()

    assert found == {
        "erlangs": 10.0, "wait_probability": 0.1741, "service_level": 0.8884, "average_wait_s": 7.8,
        "occupancy": 0.7143, "stable": True,
    }  # fmt: skip
    assert (unstable["stable"], unstable["service_level"], unstable["average_wait_s"]) == (False, 0.0, None)


@pytest.mark.parametrize(
    ("path", "change", "sentence"),
    [
        (EMAIL, {"contacts": []}, "“contacts” must have at least 1 entry."),
        (EMAIL, {"contacts": [1] * 49}, "“contacts” must have at most 48 entries."),
        (EMAIL, {"contacts": [-1]}, "“contacts.0” must be at least 0."),
        (EMAIL, {"contacts": [9_000, 9_000]},
         "“contacts” and “waiting” must be at most 10,000 together. Split the shift."),
        (EMAIL, {"shrinkage": 1}, "“shrinkage” must be at most 0.9."),
        (EMAIL, {"handling_min": 480, "answer_within_min": 1, "waiting": 9_000},
         "That takes more than 5,000 people. Check “handling_min” and “answer_within_min”."),
        (CHAT, {"people": 0}, "“people” must be at least 1."),
        (CHAT, {"people": True}, "“people” must be a whole number, without quotes."),
        (CHAT, {"aht_s": 0}, "“aht_s” must be at least 1."),
    ],
)  # fmt: skip
def test_capacity_of_what_is_no_question_is_refused(
    site: RunningApp, path: str, change: dict[str, Any], sentence: str
) -> None:
    answer = site.ask("POST", path, "read", json={**(QUESTION if path == EMAIL else CALLS), **change})

    assert (answer.status_code, answer.json()["detail"]) == (422, sentence)
