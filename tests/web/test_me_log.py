"""Logging by hand: recorded once, for oneself, and nothing that was typed is lost."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape

import pytest

from tests.builders import ADA, CATS, DUA, GUS, OWLS, SLUG, Game, an_activity
from tests.services.shifts.test_seats import Plan
from tests.web.reading import in_ledger, part, text
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in


def sheet(who: Visitor, **changes: str) -> dict[str, str]:
    """The form for logging by hand as it comes, with something chosen."""
    fields = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', who.get("/me/log").text))
    del fields["csrf"]
    return {**fields, "kind": "issue", "note": "", **changes}


@BOTH_ENGINES
def test_logging_by_hand_records_for_oneself_and_says_so(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, day="2022-09-14", time="12:30", url=" https://example.com/1 ", note=" One\r\ntwo ")

    answer = ada.post("/me/log", **typed)
    shown = ada.get(answer.headers["location"])

    assert answer.status_code == 303
    [made] = in_ledger(site)
    names = "kind", "person", "team", "occurred_at", "source", "url", "note", "recorded_by"
    assert {name: made[name] for name in names} == {
        "kind": "issue", "person": ADA, "team": OWLS, "occurred_at": "2022-09-14T19:30:00.000000Z",
        "source": "by hand", "url": "https://example.com/1", "note": "One\ntwo", "recorded_by": "Ada Lovelace",
    }  # fmt: skip
    assert "Logged: +5 points for Owls" in text(shown)
    assert "Wednesday 14 September, 12:30" in text(shown)
    assert f'href="/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}"' in shown.text
    assert "Undo until" in text(shown)
    assert site.points() == {OWLS: 5, CATS: 0}


def test_form_is_filled_in_for_this_moment_in_the_weeks_zone(site: RunningApp) -> None:
    typed = sheet(sign_in(site, ADA))

    assert (typed["day"], typed["time"], typed["week"]) == ("2022-09-14", "13:00", SLUG)


def test_form_after_the_last_day_proposes_the_last_day(site: RunningApp) -> None:
    site.clock.set("2022-09-18 10:00")

    assert sheet(sign_in(site, ADA))["day"] == "2022-09-16"


@BOTH_ENGINES
def test_form_sent_by_fifty_clicks_records_once(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, note="Once")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: ada.post("/me/log", **typed), range(50)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert [entry["note"] for entry in in_ledger(site)] == ["Once"]


def test_form_changed_and_sent_again_says_that_nothing_was_added(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, note="First")
    ada.post("/me/log", **typed)

    again = ada.get(ada.post("/me/log", **{**typed, "note": "Second"}).headers["location"])

    assert "Already logged. Here it is." in text(again)
    assert [entry["note"] for entry in in_ledger(site)] == ["First"]


def test_forms_of_two_people_with_one_id_are_two_activities(site: RunningApp) -> None:
    ada, dua = sign_in(site, ADA), sign_in(site, DUA)
    typed = sheet(ada, note="Canary of Ada's")
    ada.post("/me/log", **typed)

    answer = dua.get(dua.post("/me/log", **{**typed, "note": "Mine"}).headers["location"])

    assert [entry["person"] for entry in in_ledger(site)] == [ADA, DUA]
    assert "Canary" not in answer.text


OUTSIDE = "2022-09-11 13:00 is outside week Q3-2022, which runs from 2022-09-12 to 2022-09-16 (America/Los_Angeles)."
LINK = "A link begins with http:// or https://, has no spaces, and at most 2,000 characters."
NOTE = "A note has at most 2,000 characters, and nothing invisible in it."
REFUSED = {
    "no kind": ({"kind": ""}, 422, "Choose an activity."),
    "unknown kind": ({"kind": "nap"}, 422, "Choose an activity."),
    "no such day": ({"day": "2022-02-31"}, 422, "Choose a day of the week."),
    "a strange day": ({"day": "2022-W37-3"}, 422, "Choose a day of the week."),
    "no such time": ({"time": "25:00"}, 422, "Enter a time, such as 14:30."),
    "the future": ({"time": "13:06"}, 409, "This is in the future. Record an activity once it has happened."),
    "before the week": ({"day": "2022-09-11"}, 409, OUTSIDE),
    "no web address": ({"url": "javascript:alert(1)"}, 422, LINK),
    "endless note": ({"note": "x" * 2001}, 422, NOTE),
    "NUL": ({"note": "a\0b"}, 422, NOTE),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_form_that_cannot_be_taken_comes_back_with_everything_typed(site: RunningApp, case: str) -> None:
    changes, status, sentence = REFUSED[case]
    ada = sign_in(site, ADA)
    typed = sheet(ada, **{"note": "What I did & why", "url": "https://example.com/1", **changes})

    answer = ada.post("/me/log", **typed)

    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert part(answer, r'<p class="field__error".*?</p>') == [sentence]
    kept = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', answer.text))
    assert {name: unescape(kept[name]) for name in ("id", "day", "time", "url")} == {
        name: typed[name] for name in ("id", "day", "time", "url")
    }
    assert unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[0]) == typed["note"]
    assert in_ledger(site) == []


def test_shifts_are_not_logged_by_hand_in_a_week_that_has_some(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    early = sheet(ada, kind="shift", time="12:30")
    ada.post("/me/log", **early)
    Plan(site.game).shift()

    again, fresh = ada.post("/me/log", **early), ada.post("/me/log", **sheet(ada, kind="shift"))

    assert (again.status_code, fresh.status_code, len(in_ledger(site))) == (303, 422, 1)
    assert part(fresh, r'<p class="field__error".*?</p>') == [
        "Shifts aren’t logged by hand in this week. Check in to yours, or ask an organizer to add you to one."
    ]
    assert re.findall(r'<option value="(\w*)"', fresh.text)[:2] == ["", "response"]


def test_shifts_that_tools_report_are_recorded_in_a_week_that_has_some(site: RunningApp) -> None:
    Plan(site.game).shift()
    first, second = (an_activity(kind="shift", source="rota", external_id=number) for number in "12")

    answer, answers = site.record(**first), site.batch(first, second)

    assert (answer.status_code, answers.json()) == (201, {"recorded": 1, "repeated": 1})
    assert site.board()["totals"]["shift"] == 2


def test_every_flaw_of_a_form_is_told_at_once(site: RunningApp) -> None:
    ada = sign_in(site, ADA)

    answer = ada.post("/me/log", **sheet(ada, kind="", day="", time=""))
    outside = ada.post("/me/log", **sheet(ada, day="2022-09-17", url="no link"))

    assert len(part(answer, r'<p class="field__error".*?</p>')) == 3
    assert "Choose a day from 2022-09-12 to 2022-09-16." in outside.text
    assert LINK in outside.text


def test_hour_that_clocks_skip_is_refused_and_one_that_comes_twice_is_the_first(empty_site: RunningApp) -> None:
    empty_site.clock.set("2022-11-07 12:00")
    Game(empty_site.database, now=empty_site.clock.now).start(starts=date(2022, 11, 5), ends=date(2022, 11, 8))
    ada = sign_in(empty_site, ADA)
    ada.post("/me/log", **sheet(ada, day="2022-11-06", time="01:30"))
    assert [entry["occurred_at"] for entry in in_ledger(empty_site)] == ["2022-11-06T08:30:00.000000Z"]
    empty_site.game.close()
    empty_site.clock.set("2023-03-13 12:00")
    Game(empty_site.database, now=empty_site.clock.now, slug="q1").start(
        starts=date(2023, 3, 11), ends=date(2023, 3, 14)
    )
    ada = sign_in(empty_site, ADA)

    answer = ada.post("/me/log", **sheet(ada, day="2023-03-12", time="02:30"))

    assert answer.status_code == 422
    assert part(answer, r'<p class="field__error".*?</p>') == ["Clocks skipped 02:30 that day. Choose another time."]


def test_week_that_closes_while_somebody_types_keeps_what_they_typed(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, note="Too late")
    site.game.close()

    answer = ada.post("/me/log", **typed)

    assert answer.status_code == 409
    assert "Not saved: this week is closed." in text(answer)
    assert ">Too late</textarea>" in answer.text


def test_form_of_another_week_is_checked_again_by_its_writer(site: RunningApp) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, week="q2-2022", note="Kept")

    answer = ada.post("/me/log", **typed)

    assert (answer.status_code, in_ledger(site)) == (409, [])
    assert f'name="week" value="{SLUG}"' in answer.text
    assert ">Kept</textarea>" in answer.text


def test_log_without_a_team_is_taken_and_says_when_it_counts(site: RunningApp) -> None:
    gus = sign_in(site, GUS)

    answer = gus.get(gus.post("/me/log", **sheet(gus)).headers["location"])

    assert "No team yet. It earns points once you join one." in text(answer)
