"""Waiting lists, covers, corrections and edits of shifts over HTTP."""

from typing import Any

import httpx
import pytest

from app.models.columns import is_id
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, OWLS, moment
from tests.web.playing_shifts import SHIFTS, THURSDAY, Shifts, code_of
from tests.web.running_app import BOTH_ENGINES, RunningApp, assert_problem, refusals


@pytest.fixture
def plan(site: RunningApp) -> Shifts:
    return Shifts(site)


def patch(plan: Shifts, shift_id: str, **changes: Any) -> httpx.Response:
    return plan.site.ask("PATCH", f"{SHIFTS}/{shift_id}", "admin", json=changes)


def shift(plan: Shifts, shift_id: str) -> dict[str, Any]:
    found: dict[str, Any] = plan.site.get(f"{SHIFTS}/{shift_id}", "read", "shifts:write").json()
    return found


@BOTH_ENGINES
def test_who_waits_first_gets_a_freed_seat(plan: Shifts) -> None:
    shift_id = plan.make("2022-09-16 06:00", seats=1)
    seat = plan.seat(shift_id, ADA)

    first, again, second = (plan.post(f"{shift_id}/waiting", person=email) for email in (BO, BO, DUA))
    waiting = shift(plan, shift_id)["waiting"]
    plan.delete(seat)

    document = first.json()
    assert [answer.status_code for answer in (first, again, second)] == [201, 200, 201]
    assert document == again.json()
    known, other = document.pop("id"), second.json()["id"]
    assert document == {"shift": shift_id, "person": "Bo Nguyen", "state": "waiting", "position": 1}
    assert is_id(known)
    assert other != known
    assert (second.json()["position"], waiting) == (2, 2)
    assert [sign_up["email"] for sign_up in shift(plan, shift_id)["sign_ups"]] == [BO]
    assert shift(plan, shift_id)["waiting"] == 1


def test_waiting_is_left_and_refused_like_a_sign_up(plan: Shifts) -> None:
    shift_id, free = plan.make(seats=1), plan.make("2022-09-15 08:00")
    plan.sign_up(shift_id, ADA)
    plan.sign_up(plan.make("2022-09-15 07:00", hours=1), CHIDI)
    plan.post(f"{shift_id}/waiting", person=BO)

    left, again = (plan.delete(f"{shift_id}/waiting", person=BO) for _ in range(2))

    assert (left.status_code, left.json()["state"], left.json()["position"]) == (200, "left", None)
    assert again.json() == left.json()
    assert code_of(plan.post(f"{free}/waiting", person=BO)) == (409, "seat-free")
    assert code_of(plan.post(f"{shift_id}/waiting", person=CHIDI)) == (409, "overlap")
    plan.site.clock.set(THURSDAY)
    assert code_of(plan.post(f"{shift_id}/waiting", person=DUA)) == (409, "started")


@BOTH_ENGINES
def test_an_offered_seat_is_taken_over_once(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)
    offered, repeated = (plan.post(f"{seat}/offer", to="everyone") for _ in range(2))

    taken, again, late = (plan.post(f"{seat}/accept", person=email) for email in (DUA, DUA, ELIF))

    assert (offered.status_code, offered.json()["offer"], repeated.status_code) == (201, {"to": "everyone"}, 200)
    assert (offered.json()["email"], offered.json()["state"]) == (ADA, "signed_up")
    assert (taken.status_code, taken.json()["email"], taken.json()["state"]) == (201, DUA, "signed_up")
    assert (again.status_code, again.json()) == (200, taken.json())
    assert code_of(late) == (409, "gone")


def test_accept_is_refused_for_the_first_reason_that_applies(plan: Shifts) -> None:
    site, shift_id = plan.site, plan.make(hours=2)
    seat = plan.seat(shift_id, ADA)
    other = plan.make("2022-09-15 07:00")
    plan.sign_up(other, DUA)
    plan.change(shift_id, cancelled_at=site.clock.now)
    site.clock.set("2022-09-15 08:00")
    site.game.close()
    answers = [plan.post(f"{seat}/accept", person=DUA)]
    site.game.open()
    answers.append(plan.post(f"{seat}/accept", person=DUA))
    plan.change(shift_id, cancelled_at=None)
    answers.append(plan.post(f"{seat}/accept", person=DUA))
    site.clock.set("2022-09-15 05:00")
    answers.append(plan.post(f"{seat}/accept", person=DUA))
    plan.post(f"{seat}/offer", to=BO)
    answers.append(plan.post(f"{seat}/accept", person=DUA))
    plan.post(f"{seat}/offer", to="everyone")
    answers.append(plan.post(f"{seat}/accept", person=DUA))

    codes = ["week-not-open", "cancelled", "started", "not-offered", "not-offered", "overlap"]
    assert [code_of(answer) for answer in answers] == [(409, code) for code in codes]


def test_an_offer_to_a_person_says_their_name_and_is_withdrawn(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)

    offered = plan.post(f"{seat}/offer", to=BO)
    withdrawn, again = plan.delete(f"{seat}/offer"), plan.delete(f"{seat}/offer")

    assert offered.json()["offer"] == {"to": "Bo Nguyen"}
    assert (withdrawn.status_code, withdrawn.json()["offer"], again.status_code) == (200, None, 200)
    assert code_of(plan.post(f"{seat}/accept", person=BO)) == (409, "not-offered")


def test_a_cover_waits_for_approval_where_organizers_want_that(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)
    plan.set(approve_covers=1)
    plan.post(f"{seat}/offer", to="team")

    pending = plan.post(f"{seat}/accept", person=BO)
    declined = plan.post(f"{seat}/approval", "admin", approve=False, reason="Too many shifts")
    plan.post(f"{seat}/accept", person=BO)
    approved = plan.post(f"{seat}/approval", "admin", approve=True)

    assert (pending.status_code, pending.json()["email"]) == (202, ADA)
    assert pending.json()["offer"] == {"to": "team", "by": "Bo Nguyen"}
    assert (declined.status_code, declined.json()["offer"]) == (200, {"to": "team"})
    assert (approved.status_code, approved.json()["email"], approved.json()["state"]) == (200, BO, "signed_up")


def test_the_taker_undoes_a_cover_within_ten_minutes(plan: Shifts) -> None:
    shift_id = plan.make()
    seat = plan.seat(shift_id, ADA)
    plan.post(f"{seat}/offer", to="everyone")
    taken = plan.post(f"{seat}/accept", person=DUA).json()

    undone = plan.delete(f"{shift_id}/sign-ups/{taken['id']}")

    assert undone.json()["state"] == "cancelled"
    assert [(each["email"], each["offer"]) for each in shift(plan, shift_id)["sign_ups"]] == [
        (ADA, {"to": "everyone"}),
    ]  # fmt: skip


def test_a_correction_gives_and_takes_the_points(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)
    early = plan.post(f"{seat}/correction", "admin", state="completed", reason="They were there")
    plan.site.clock.set("2022-09-15 09:00")

    there = plan.post(f"{seat}/correction", "admin", state="completed", reason="They were there")
    with_it = plan.site.points()[OWLS]
    missing = plan.post(f"{seat}/correction", "admin", state="no_show", reason="Somebody else was")

    assert (code_of(early), there.json()["state"], missing.json()["state"]) == (
        (409, "too-early"), "completed", "no_show",
    )  # fmt: skip
    assert (with_it, plan.site.points()[OWLS]) == (20, 0)


@BOTH_ENGINES
def test_an_edit_keeps_sign_ups_and_is_refused_on_an_old_version(plan: Shifts) -> None:
    shift_id = plan.make(seats=1)
    plan.sign_up(shift_id, ADA)
    before = shift(plan, shift_id)

    later = {"starts_at": "2022-09-15T07:00:00-07:00", "ends_at": "2022-09-15T09:30:00-07:00"}
    edited = patch(plan, shift_id, version=1, seats=2, label="Desk", **later, reason="The office opens later")
    stale, unsaid = patch(plan, shift_id, version=1, label="x"), patch(plan, shift_id, version=2, **SPAN)

    assert edited.status_code == 200
    assert edited.json() == {
        **before,
        "starts_at": "2022-09-15T14:00:00.000000Z",
        "ends_at": "2022-09-15T16:30:00.000000Z",
        "local": {**before["local"], "from": "07:00", "until": "09:30"},
        "minutes": 150, "early": False, "seats": 2, "free": 1, "label": "Desk", "version": 2,
    }  # fmt: skip
    assert code_of(stale) == (409, "stale")
    assert (unsaid.status_code, unsaid.json()["errors"][0]["field"]) == (422, "reason")


SPAN = {"starts_at": "2022-09-15T10:00:00-07:00", "ends_at": "2022-09-15T12:00:00-07:00"}


def test_edits_that_do_not_fit_are_refused(plan: Shifts) -> None:
    shift_id, other = plan.make(seats=3), plan.make("2022-09-15 10:00")
    for email in (ADA, BO):
        plan.sign_up(shift_id, email)
    plan.sign_up(other, BO)

    fewer, overlapping = patch(plan, shift_id, version=1, seats=1), patch(plan, shift_id, version=1, **SPAN, reason="x")
    needed = patch(plan, shift_id, version=1, needed=4)
    plan.site.clock.set("2022-09-15 06:00")
    started = patch(plan, shift_id, version=1, starts_at=SPAN["starts_at"], ends_at=SPAN["ends_at"], reason="Later")

    assert [code_of(answer) for answer in (fewer, overlapping, started)] == [
        (409, "full"), (409, "overlap"), (409, "started"),
    ]  # fmt: skip
    assert assert_problem(overlapping, 409, "code") == "Overlaps a shift of Bo Nguyen: Thu 10:00–12:00 PDT."
    assert (needed.status_code, needed.json()["errors"][0]["field"]) == (422, "needed")


def test_a_cancelled_shift_ends_its_seats_and_stays_in_the_list(plan: Shifts) -> None:
    shift_id = plan.make()
    seat = plan.seat(shift_id, ADA)

    cancelled, again = (plan.post(f"{shift_id}/cancellation", "admin", reason="A strike") for _ in range(2))

    assert (cancelled.status_code, again.json()) == (200, cancelled.json())
    assert {name: cancelled.json()[name] for name in ("state", "taken", "free", "sign_ups")} == {
        "state": "cancelled", "taken": 0, "free": 0, "sign_ups": [],
    }  # fmt: skip
    assert code_of(plan.sign_up(shift_id, BO)) == (409, "cancelled")
    assert code_of(plan.post(f"{seat}/check-in")) == (409, "gone")
    assert code_of(patch(plan, shift_id, version=cancelled.json()["version"], label="x")) == (409, "cancelled")


def test_an_edit_takes_a_link_away_with_null(plan: Shifts) -> None:
    shift_id = plan.make()
    patch(plan, shift_id, version=1, link="https://example.com/desk")

    without = patch(plan, shift_id, version=2, link=None)

    assert (without.json()["link"], without.json()["version"]) == (None, 3)


def test_what_makes_no_sense_names_its_field(plan: Shifts) -> None:
    shift_id = plan.make()
    seat = plan.seat(shift_id, ADA)
    answers = {
        "to": plan.post(f"{seat}/offer", to="somebody"),
        "person": plan.post(f"{seat}/accept", person="Bo"),
        "approve": plan.post(f"{seat}/approval", "admin", approve="yes"),
        "state": plan.post(f"{seat}/correction", "admin", state="covered", reason="x"),
        "reason": plan.post(f"{seat}/correction", "admin", state="no_show"),
        "version": patch(plan, shift_id, label="x"),
        "seats": patch(plan, shift_id, version=1, seats=None),
        "reason of a cancellation": plan.post(f"{shift_id}/cancellation", "admin", reason=" "),
        "starts_at": patch(plan, shift_id, version=1, starts_at="2022-09-20T06:00:00-07:00", reason="Later"),
        "ends_at": patch(plan, shift_id, version=1, ends_at=THURSDAY.replace(" ", "T") + ":00-07:00"),
        "person of who waits": plan.delete(f"{shift_id}/waiting"),
    }

    assert set(refusals(answers).values()) == {422}
    assert [answer.json()["errors"][0]["field"] for answer in answers.values()] == [
        name.partition(" ")[0] for name in answers
    ]
    unknown = [plan.post(f"{seat}/offer", to="no@example.com"), plan.post(f"{seat}/accept", person="no@example.com")]
    assert [answer.status_code for answer in unknown] == [404, 404]


def test_players_and_programs_do_not_plan(plan: Shifts) -> None:
    shift_id = plan.make()
    seat = plan.seat(shift_id, ADA)
    answers = [
        plan.post("", starts_at=moment(THURSDAY).isoformat(), ends_at=moment("2022-09-15 08:00").isoformat()),
        plan.post("generate", days=["mon"]),
        plan.site.ask("PATCH", f"{SHIFTS}/{shift_id}", "shifts:write", json={"version": 1}),
        plan.post(f"{shift_id}/cancellation", reason="No"),
        plan.post(f"{seat}/approval", approve=True),
        plan.post(f"{seat}/correction", state="no_show", reason="No"),
        plan.site.get(f"{SHIFTS}/settings", "read", "shifts:write"),
    ]

    assert [answer.status_code for answer in answers] == [403] * len(answers)
