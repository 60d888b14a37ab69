"""Seats of shifts over HTTP: taken, left, checked in to and completed."""

from collections.abc import Callable

import pytest

from tests.builders import ADA, BO, CATS, CHIDI, DUA, GUS, OWLS, moment
from tests.web.playing_shifts import SHIFTS, Shifts, code_of
from tests.web.running_app import API, BOTH_ENGINES, RunningApp, assert_problem, refusals, sign_in


@pytest.fixture
def plan(site: RunningApp) -> Shifts:
    return Shifts(site)


@BOTH_ENGINES
def test_sign_up_takes_one_seat_however_often_it_is_sent(plan: Shifts) -> None:
    shift_id = plan.make()

    first, second = plan.sign_up(shift_id, ADA), plan.sign_up(shift_id, " ADA@Example.com ")

    document = first.json()
    assert (first.status_code, second.status_code, second.json()) == (201, 200, document)
    assert len(document.pop("id")) == 16
    assert document == {
        "shift": shift_id,
        "person": "Ada Lovelace",
        "team": OWLS,
        "team_id": plan.site.game.team_id(OWLS),
        "state": "signed_up",
        "offer": None,
        "email": ADA,
    }


def test_sign_up_of_a_team_seats_all_of_it_or_nobody(plan: Shifts) -> None:
    owls, cats = plan.site.game.team_id(OWLS), plan.site.game.team_id(CATS)
    shift_id = plan.make(seats=4)
    plan.sign_up(shift_id, BO)

    first, second = (plan.post(f"{shift_id}/sign-ups", team_id=owls) for _ in range(2))
    others = plan.post(f"{shift_id}/sign-ups", team_id=cats)
    busy = plan.post(f"{plan.make('2022-09-15 07:00')}/sign-ups", team_id=owls)

    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    assert sorted(item["email"] for item in first.json()["items"]) == [ADA, BO, CHIDI]
    assert code_of(others) == (409, "full")
    assert assert_problem(busy, 409, "code") == "Overlaps a shift of Ada Lovelace: Thu 06:00–08:00 PDT."


def test_sign_up_is_refused_for_the_first_reason_that_applies(plan: Shifts) -> None:
    site, shift_id, other = plan.site, plan.make(seats=1), plan.make("2022-09-15 07:00")
    sign_in(site, GUS)
    plan.set(needs_team=0)
    plan.sign_up(other, GUS)
    plan.sign_up(shift_id, DUA)
    plan.set(needs_team=1, require_ready=1, opens_at=moment("2022-09-15 05:59"))
    plan.change(shift_id, cancelled_at=site.clock.now)
    site.clock.set("2022-09-15 06:00")
    site.game.close()
    steps: dict[str, Callable[[], object]] = {
        "week-not-open": site.game.open,
        "cancelled": lambda: plan.change(shift_id, cancelled_at=None),
        "started": lambda: site.clock.set("2022-09-15 05:58"),
        "not-open-yet": lambda: site.clock.set("2022-09-15 05:59"),
        "no-team": lambda: plan.set(needs_team=0, require_ready=1),
        "not-ready": lambda: plan.set(needs_team=0),
        "overlap": lambda: plan.change(other, starts_at=moment("2022-09-15 08:00")),
        "full": lambda: plan.change(shift_id, seats=2),
    }

    answers = []
    for step in steps.values():
        answers.append(plan.sign_up(shift_id, GUS))
        step()

    assert [code_of(answer) for answer in answers] == [(409, code) for code in steps]
    assert assert_problem(answers[5], 409, "code").startswith("You’re not ready for a first shift yet.")
    assert assert_problem(answers[6], 409, "code") == "Overlaps your shift Thu 07:00–09:00 PDT."
    assert assert_problem(answers[7], 409, "code") == "This shift is full. Join the waiting list."
    assert plan.sign_up(shift_id, GUS).status_code == 201


def test_sign_up_beyond_a_limit_is_refused_until_a_day_before(plan: Shifts) -> None:
    first, second = plan.make("2022-09-16 06:00"), plan.make("2022-09-16 04:00", seats=1)
    plan.set(early_per_team=1)
    plan.sign_up(first, ADA)

    limited = plan.sign_up(second, BO)
    plan.site.clock.set("2022-09-15 04:00")
    plan.sign_up(second, DUA)

    assert code_of(limited) == (409, "limit")
    assert code_of(plan.sign_up(second, BO)) == (409, "full")


def test_sign_up_in_a_closed_week_is_refused_before_it_is_a_repeat(plan: Shifts) -> None:
    shift_id = plan.make()
    plan.sign_up(shift_id, ADA)
    plan.site.game.close()

    answers = [plan.sign_up(shift_id, ADA), plan.sign_up(shift_id, ADA, "admin", reason="They came")]

    assert [code_of(answer) for answer in answers] == [(409, "week-not-open")] * 2


def test_organizers_with_a_reason_sign_up_outside_the_rules_for_players(plan: Shifts) -> None:
    shift_id = plan.make()
    plan.site.clock.set("2022-09-15 06:30")

    without, with_it = plan.sign_up(shift_id, ADA, "admin"), plan.sign_up(shift_id, ADA, "admin", reason="Came in")
    writer = plan.sign_up(shift_id, BO, reason="Came in")

    assert (code_of(without), with_it.status_code) == ((409, "started"), 201)
    assert assert_problem(writer, 403) == "Only organizers act outside the rules of shifts. Leave the reason out."


def test_leave_frees_the_seat_until_it_is_too_late(plan: Shifts) -> None:
    shift_id = plan.make(seats=1)
    seat = plan.seat(shift_id, ADA)

    left, again = plan.delete(seat), plan.delete(seat)
    other = plan.seat(shift_id, BO)
    plan.site.clock.set("2022-09-14 18:00")
    late = plan.delete(other)
    by_organizer = plan.delete(other, "admin", reason="Has a cold")

    assert (left.status_code, left.json()["state"], again.json()) == (200, "cancelled", left.json())
    assert (code_of(late), assert_problem(late, 409, "code")) == (
        (409, "too-late-to-leave"),
        "Too late to leave. Offer your seat.",
    )
    assert (by_organizer.status_code, by_organizer.json()["state"]) == (200, "cancelled")


@BOTH_ENGINES
def test_check_in_and_complete_earn_the_shift_at_its_start(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)
    early = plan.post(f"{seat}/check-in")
    plan.site.clock.set("2022-09-15 05:50")

    unseen, arrived, before = (plan.post(f"{seat}/{what}") for what in ("complete", "check-in", "complete"))
    plan.site.clock.set("2022-09-15 07:00")
    done, again = plan.post(f"{seat}/complete"), plan.post(f"{seat}/complete")

    assert [code_of(answer) for answer in (early, unseen, before)] == [(409, "too-early")] * 3
    assert (arrived.status_code, arrived.json()["state"]) == (200, "checked_in")
    assert (done.status_code, done.json()["state"], again.json()) == (200, "completed", done.json())
    assert plan.site.points() == {OWLS: 20, CATS: 0}


def test_complete_without_check_in_is_refused(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)
    plan.site.clock.set("2022-09-15 07:00")

    assert code_of(plan.post(f"{seat}/complete")) == (409, "not-checked-in")
    assert plan.post(f"{seat}/complete", "admin", reason="I saw them").json()["state"] == "completed"


def test_complete_where_organizers_do_is_not_for_players(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)
    plan.set(completes="organizer")
    plan.site.clock.set("2022-09-15 07:00")
    plan.post(f"{seat}/check-in")

    by_player, by_organizer = plan.post(f"{seat}/complete"), plan.post(f"{seat}/complete", "admin")

    assert assert_problem(by_player, 403).startswith("Organizers complete the shifts of this week.")
    assert by_organizer.json()["state"] == "completed"


def test_bodies_may_be_left_out_where_nothing_has_to_be_said(plan: Shifts) -> None:
    seat = plan.seat(plan.make(), ADA)
    plan.site.clock.set("2022-09-15 06:00")

    answers = [plan.site.post(f"{SHIFTS}/{seat}/{what}", "shifts:write") for what in ("check-in", "complete")]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_sign_ups_that_make_no_sense_are_refused(plan: Shifts) -> None:
    shift_id = plan.make()
    path, team_id = f"{shift_id}/sign-ups", plan.site.game.team_id(OWLS)
    answers = {
        "nobody": plan.sign_up(shift_id, "nobody@example.com"),
        "no e-mail": plan.sign_up(shift_id, "Ada"),
        "neither": plan.post(path),
        "both": plan.post(path, person=ADA, team_id=team_id),
        "no team": plan.post(path, team_id="0" * 16),
        "unknown field": plan.sign_up(shift_id, ADA, colour="red"),
        "unknown field of a check-in": plan.post(f"{plan.seat(shift_id, BO)}/check-in", person=BO),
        "endless reason": plan.sign_up(shift_id, ADA, "admin", reason="x" * 501),
        "no shift": plan.sign_up("0" * 16, ADA),
        "no seat": plan.delete(f"{path}/{'0' * 16}"),
        "no week": plan.site.post(f"{API}/weeks/q9/shifts/{path}", "shifts:write", json={"person": ADA}),
    }

    statuses = refusals(answers)

    found = {"nobody", "no team", "no shift", "no seat", "no week"}
    assert statuses == {name: 404 if name in found else 422 for name in answers}
    assert [error["field"] for error in answers["no e-mail"].json()["errors"]] == ["person"]
