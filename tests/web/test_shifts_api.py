"""Shifts over HTTP: made by organizers, read by programs, with what they are worth to somebody."""

from datetime import date
from typing import Any

import pytest

from app.domain.actor import Scope
from tests.builders import ADA, BO, CATS, CHIDI, DUA, GUS, NAMES, OWLS, a_week, moment
from tests.web.playing_shifts import SHIFTS, THURSDAY, Shifts
from tests.web.running_app import API, BOTH_ENGINES, RunningApp, assert_problem, refusals, sign_in

SPAN = {"starts_at": "2022-09-15T06:00:00-07:00", "ends_at": "2022-09-15T08:00:00-07:00"}
MORNINGS = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "06:00", "until": "18:00", "minutes": 120}


@pytest.fixture
def plan(site: RunningApp) -> Shifts:
    return Shifts(site)


def listed(plan: Shifts, *scopes: Scope, **query: Any) -> list[dict[str, Any]]:
    """The shifts that a reader gets."""
    items: list[dict[str, Any]] = (
        plan.site.get(SHIFTS, *(scopes or ("read",)), params=query).raise_for_status().json()["items"]
    )
    return items


def worth(plan: Shifts, shift_id: str, *scopes: Scope, **query: str) -> dict[str, Any]:
    """The worth of a shift to a person or team."""
    answer = plan.site.get(f"{SHIFTS}/{shift_id}", *(scopes or ("read",)), params=query)
    found: dict[str, Any] = answer.raise_for_status().json()["worth"]
    return found


@BOTH_ENGINES
def test_create_makes_a_shift_that_everyone_reads(plan: Shifts) -> None:
    answer = plan.post(
        "", "admin", **SPAN, seats=4, needed=2, label=" Front  desk ", place="Room 4", link="https://example.com/x"
    )

    document = answer.json()
    assert answer.status_code == 201
    assert listed(plan) == [document]
    assert len(document.pop("id")) == 16
    assert document == {
        "label": "Front desk",
        "place": "Room 4",
        "link": "https://example.com/x",
        "starts_at": "2022-09-15T13:00:00.000000Z",
        "ends_at": "2022-09-15T15:00:00.000000Z",
        "local": {"date": "2022-09-15", "from": "06:00", "until": "08:00", "zone": "America/Los_Angeles"},
        "minutes": 120,
        "seats": 4,
        "needed": 2,
        "taken": 0,
        "free": 4,
        "waiting": 0,
        "early": True,
        "state": "scheduled",
        "version": 1,
        "sign_ups": [],
        "worth": None,
    }


def test_list_shows_who_is_on_a_shift_and_their_emails_to_who_may_write(plan: Shifts) -> None:
    shift_id = plan.make(seats=2)
    sign_up = plan.sign_up(shift_id, ADA).json()
    email = sign_up.pop("email")

    [shift] = listed(plan)
    [seen_by_writer] = listed(plan, "read", "shifts:write")

    assert (shift["taken"], shift["free"], shift["sign_ups"]) == (1, 1, [sign_up])
    assert seen_by_writer["sign_ups"] == [{**sign_up, "email": email}]


def test_list_is_filtered_by_time_and_free_seats(plan: Shifts) -> None:
    wednesday, thursday, friday = (plan.make(f"2022-09-{day} 06:00", seats=1) for day in (14, 15, 16))
    plan.sign_up(thursday, ADA)
    cases: list[tuple[dict[str, str], list[str]]] = [
        ({}, [wednesday, thursday, friday]),
        ({"from": "2022-09-15"}, [thursday, friday]),
        ({"until": "2022-09-15"}, [wednesday]),
        ({"from": "2022-09-15T06:00:00-07:00", "until": "2022-09-16T06:00:00-07:00"}, [thursday]),
        ({"free": "true"}, [wednesday, friday]),
        ({"free": "false", "from": "2022-09-16"}, [friday]),
    ]

    found = [[shift["id"] for shift in listed(plan, **query)] for query, _ in cases]

    assert found == [ids for _, ids in cases]


def test_list_comes_in_pages(plan: Shifts) -> None:
    made = [plan.make(f"2022-09-15 {hour:02}:00") for hour in (6, 8, 10)]

    first = plan.site.get(SHIFTS, "read", params={"limit": 2}).json()
    second = plan.site.get(SHIFTS, "read", params={"limit": 2, "cursor": first["next_cursor"]}).json()

    assert [shift["id"] for shift in first["items"] + second["items"]] == made
    assert (len(first["items"]), second["next_cursor"]) == (2, None)


@BOTH_ENGINES
def test_worth_of_a_slot_is_what_the_rules_would_give_for_it(plan: Shifts) -> None:
    six, seven = plan.make(THURSDAY, hours=1), plan.make("2022-09-15 07:00", hours=1)
    owls = plan.site.game.team_id(OWLS)

    worths = [worth(plan, shift_id, person=ADA) for shift_id in (six, seven)]
    whole = worth(plan, seven, team=owls)

    assert worths == [
        {
            "points": 20,
            "parts": [{"why": "shift", "points": 10}, {"why": "6 a.m. shift", "points": 10}],
            "rank_now": 1,
            "rank_then": 1,
        },
        {"points": 10, "parts": [{"why": "shift", "points": 10}], "rank_now": 1, "rank_then": 1},
    ]
    assert (whole["points"], whole["parts"][1]) == (25, {"why": "All hands", "points": 15})


def test_worth_of_the_third_members_first_slot_is_all_hands_besides(plan: Shifts) -> None:
    for hour, email in ((6, ADA), (8, BO)):
        plan.site.record(kind="shift", person=email, occurred_at=moment(f"2022-09-13 {hour:02}:00"))
    later = plan.make("2022-09-15 12:00")

    found = worth(plan, later, person=CHIDI)

    assert (found["points"], [part["why"] for part in found["parts"]]) == (25, ["shift", "All hands"])


def test_worth_without_a_team_is_nothing(plan: Shifts) -> None:
    sign_in(plan.site, GUS)

    found = worth(plan, plan.make(), person=GUS)

    assert found == {"points": 0, "parts": [], "rank_now": None, "rank_then": None}


def test_a_freeze_hides_attendance_and_worth_since_from_all_but_organizers(plan: Shifts) -> None:
    first, second = plan.make(), plan.make("2022-09-15 08:00")
    seat = plan.seat(first, ADA)
    plan.site.game.freeze()
    plan.site.clock.set("2022-09-15 06:30")
    plan.post(f"{seat}/check-in")
    mine = plan.post(f"{seat}/complete").json()["state"]

    public, organizers = (
        (listed(plan, scope)[0]["sign_ups"][0]["state"], worth(plan, second, scope, person=DUA))
        for scope in ("read", "admin")
    )

    assert mine == "completed"
    assert (public[0], public[1]["rank_now"], public[1]["rank_then"]) == ("signed_up", None, None)
    assert (organizers[0], organizers[1]["rank_now"], organizers[1]["rank_then"]) == ("completed", 2, 2)


def test_a_freeze_keeps_names_and_teams_of_who_signs_up_later(plan: Shifts) -> None:
    shift_id = plan.make()
    seat = plan.seat(shift_id, ADA)
    plan.site.game.freeze()
    plan.site.game.team("Foxes", GUS)
    plan.site.game.rename(BO, "Bobby", OWLS)
    for email in (BO, GUS):
        plan.sign_up(shift_id, email)
    plan.post(f"{seat}/offer", to=BO)

    def told(scope: Scope) -> tuple[list[tuple[str, str | None]], list[str]]:
        [shift] = listed(plan, scope)
        people = [(sign_up["person"], sign_up["team"]) for sign_up in shift["sign_ups"]]
        return sorted(people), [sign_up["offer"]["to"] for sign_up in shift["sign_ups"] if sign_up["offer"]]

    ada, gus = ("Ada Lovelace", OWLS), NAMES[GUS]
    assert told("read") == ([ada, ("Bo Nguyen", OWLS), (gus, None)], ["Bo Nguyen"])
    assert told("admin") == ([ada, ("Bobby", OWLS), (gus, "Foxes")], ["Bobby"])


def test_generate_makes_what_is_missing_and_a_dry_run_nothing(plan: Shifts) -> None:
    monday = plan.make("2022-09-12 06:00")

    preview, first, again = (
        plan.post("generate", "admin", **MORNINGS, dry_run=dry_run).json() for dry_run in (True, False, False)
    )

    counts = [(each["created"], each["unchanged"], len(each["shifts"])) for each in (preview, first, again)]
    assert counts == [(29, 1, 30), (29, 1, 30), (0, 30, 30)]
    assert [shift["id"] for shift in preview["shifts"][:2]] == [monday, None]
    assert [shift["id"] for shift in first["shifts"]] == [shift["id"] for shift in listed(plan)]
    assert (preview["notes"], again["shifts"]) == ([], first["shifts"])


CLOCKS = [
    ("America/Los_Angeles", "2026-10-30", "06:00", "08:00", 120, ["10-30T13:00/15:00"], 0),
    (
        "America/Los_Angeles", "2026-11-01", "00:00", "08:00", 120,
        ["11-01T07:00/10:00", "11-01T10:00/12:00", "11-01T12:00/14:00", "11-01T14:00/16:00"], 1,
    ),
    (
        "America/Los_Angeles", "2026-03-08", "00:00", "04:00", 120,
        ["03-08T08:00/10:00", "03-08T10:00/11:00"], 1,
    ),
    (
        "America/Los_Angeles", "2026-03-08", "01:30", "03:30", 30,
        ["03-08T09:30/10:00", "03-08T10:00/10:30"], 2,
    ),
    ("Europe/Berlin", "2026-10-25", "02:00", "06:00", 120, ["10-25T00:00/03:00", "10-25T03:00/05:00"], 1),
    ("Australia/Lord_Howe", "2026-04-05", "00:00", "02:00", 120, ["04-04T13:00/15:30"], 1),
    ("Australia/Lord_Howe", "2026-10-04", "02:00", "04:00", 120, ["10-03T15:30/17:00"], 1),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "day", "begin", "until", "minutes", "spans", "notes"), CLOCKS)
def test_generate_steps_by_the_clock_on_the_wall(
    plan: Shifts, zone: str, day: str, begin: str, until: str, minutes: int, spans: list[str], notes: int
) -> None:
    only = date.fromisoformat(day)
    with plan.site.database.unit_of_work() as session:
        a_week(session, "clocks", timezone=zone, starts=only, ends=only, now=plan.site.clock.now)
    weekday = f"{only:%a}".lower()

    answer = plan.site.post(
        f"{API}/weeks/clocks/shifts/generate",
        "admin",
        json={"days": [weekday], "from": begin, "until": until, "minutes": minutes},
    ).json()

    found = [f"{shift['starts_at'][5:16]}/{shift['ends_at'][11:16]}" for shift in answer["shifts"]]
    assert (found, len(answer["notes"])) == (spans, notes)


@pytest.mark.parametrize(("rest", "number"), [("short", 78), ("drop", 65)])
def test_generate_makes_a_quarter_of_wednesdays(plan: Shifts, rest: str, number: int) -> None:
    first, last = date(2026, 10, 1), date(2026, 12, 31)
    with plan.site.database.unit_of_work() as session:
        a_week(session, "q4-2026", starts=first, ends=last, now=plan.site.clock.now)
    pattern = {"days": ["wed"], "from": "07:00", "until": "18:00", "minutes": 120, "rest": rest, "dry_run": True}

    answer = plan.site.post(f"{API}/weeks/q4-2026/shifts/generate", "admin", json=pattern).json()

    assert (answer["created"], len(answer["shifts"]), len(answer["notes"])) == (number, number, 1)


def test_settings_are_read_and_changed_one_by_one(plan: Shifts) -> None:
    before = plan.site.get(f"{SHIFTS}/settings", "admin").json()

    changes = {"opens_at": "2022-09-12T09:00:00-07:00", "early_per_team": 2, "needs_team": False, "require_ready": True}
    after = plan.site.ask("PATCH", f"{SHIFTS}/settings", "admin", json=changes)

    assert before == {
        "needs_team": True,
        "require_ready": False,
        "opens_at": None,
        "leave_until_h": 12,
        "completes": "itself",
        "early_before": "07:00",
        "early_per_team": None,
        "first_round": None,
        "approve_covers": False,
    }
    assert after.json() == {**before, **changes, "opens_at": "2022-09-12T16:00:00.000000Z"}
    assert plan.site.get(f"{SHIFTS}/settings", "admin").json() == after.json()


def test_requests_that_make_no_sense_name_their_field(plan: Shifts) -> None:
    day = {"days": ["wed"], "from": "06:00", "until": "18:00"}
    shift_id = plan.make()

    def patch(**changes: object) -> Any:
        return plan.site.ask("PATCH", f"{SHIFTS}/settings", "admin", json=changes)

    answers = {
        "ends_at": plan.post("", "admin", **{**SPAN, "ends_at": SPAN["starts_at"]}),
        "starts_at": plan.post("", "admin", starts_at="2022-09-11T06:00:00-07:00", ends_at="2022-09-12T08:00:00-07:00"),
        "needed": plan.post("", "admin", **SPAN, seats=1, needed=2),
        "seats": plan.post("", "admin", **SPAN, seats=1_001),
        "label": plan.post("", "admin", **SPAN, label="x" * 61),
        "link": plan.post("", "admin", **SPAN, link="javascript:alert(1)"),
        "colour": plan.post("", "admin", **SPAN, colour="red"),
        "days.0": plan.post("generate", "admin", **{**day, "days": ["moon"]}),
        "days": plan.post("generate", "admin", **{**day, "days": []}),
        "from": plan.post("generate", "admin", **{**day, "from": "25:00"}),
        "until": plan.post("generate", "admin", **{**day, "until": "06:00"}),
        "minutes": plan.post("generate", "admin", **day, minutes=14),
        "rest": plan.post("generate", "admin", **day, rest="keep"),
        "starts": plan.post("generate", "admin", **day, starts="2022-09-11"),
        "ends": plan.post("generate", "admin", **day, ends="2022-02-30"),
        "completes": patch(completes="nobody"),
        "leave_until_h": patch(leave_until_h=-1),
        "opens_at": patch(opens_at="soon"),
        "early_before": patch(early_before="7:00"),
        "needs_team": patch(needs_team=None),
        "require_ready": patch(require_ready="yes"),
        "team": plan.site.get(f"{SHIFTS}/{shift_id}", "read", params={"person": ADA, "team": "x"}),
        "from of a list": plan.site.get(SHIFTS, "read", params={"from": "2022-W37-3"}),
    }

    assert set(refusals(answers).values()) == {422}
    assert [answer.json()["errors"][0]["field"] for answer in answers.values()] == [
        name.removesuffix(" of a list") for name in answers
    ]
    assert "^" not in answers["early_before"].json()["detail"]


@pytest.mark.parametrize("end", ["2022-09-16T06:00:01-08:00", "9999-12-31T23:59:59+00:00", "9999-12-31T23:59:59-14:00"])
def test_no_shift_lasts_longer_than_a_day(plan: Shifts, end: str) -> None:
    shift_id = plan.make("2022-09-14 16:00")

    made = plan.post("", "admin", starts_at="2022-09-15T06:00:00-07:00", ends_at=end)
    longer = plan.site.ask("PATCH", f"{SHIFTS}/{shift_id}", "admin", json={"version": 1, "ends_at": end, "reason": "x"})

    assert [answer.status_code for answer in (made, longer)] == [422, 422]
    assert plan.site.get(f"{SHIFTS}/{shift_id}", "read").json()["minutes"] == 120


def test_what_is_not_there_is_not_found(plan: Shifts) -> None:
    shift_id = plan.make()
    answers = [
        plan.site.get(f"{SHIFTS}/{'0' * 16}", "read"),
        plan.site.get(f"{SHIFTS}/{shift_id}", "read", params={"person": "nobody@example.com"}),
        plan.site.get(f"{SHIFTS}/{shift_id}", "read", params={"team": plan.site.game.team_id(CATS)[::-1]}),
        plan.site.get(f"{API}/weeks/q9/shifts", "read"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4


def test_shifts_of_a_closed_week_are_not_planned(plan: Shifts) -> None:
    plan.site.game.close()

    answers = [
        plan.post("", "admin", **SPAN),
        plan.post("generate", "admin", **MORNINGS),
        plan.site.ask("PATCH", f"{SHIFTS}/settings", "admin", json={"leave_until_h": 1}),
    ]

    assert [assert_problem(answer, 409, "code") for answer in answers] == [
        "Q3-2022 is closed. Ask an organizer to reopen it."
    ] * 3
