"""`shift`: made from a pattern or a table, taken, completed, cancelled, and refused in sentences."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROSTER, Shell

pytestmark = pytest.mark.usefixtures("tables")

TODAY = datetime.now(UTC).date()
TOMORROW = TODAY + timedelta(days=1)
HEADER = "date,from,until,seats,needed,label,place,link\n"


@pytest.fixture
def week(shell: Shell) -> Shell:
    """An open week of fourteen days from today, in UTC, with the roster's teams."""
    days = ("--starts", str(TODAY), "--ends", str(TODAY + timedelta(days=13)))
    shell.text("week", "create", "w1", "--name", "W1", "--timezone", "UTC", *days, "--open")
    shell.text("team", "import", "w1", shell.write("teams.csv", ROSTER))
    return shell


def imported(shell: Shell, *lines: str) -> Path:
    return shell.write("shifts.csv", HEADER + "".join(f"{line}\n" for line in lines))


def shift(shell: Shell, begin: str = "06:00", seats: int = 2) -> str:
    """A shift of tomorrow; its id."""
    shell.text("shift", "import", "w1", imported(shell, f"{TOMORROW},{begin},24:00,{seats},1,,,"))
    found: list[dict[str, Any]] = shell.document("shift", "list", "w1")["shifts"]
    return str(found[-1]["id"])


def test_generate_counts_and_a_dry_run_keeps_nothing(week: Shell) -> None:
    words = ("shift", "generate", "w1", "--pattern", "assembly-week")

    preview, nothing = week.text(*words, "--dry-run"), week.text("shift", "list", "w1")
    made, again = week.text(*words), week.document(*words)

    assert preview == "Would create 60 shifts in w1 (0 unchanged). Nothing was kept.\n"
    assert nothing == "No shifts yet. `assembly-week shift generate` creates them.\n"
    assert made == "Created 60 shifts in w1 (0 unchanged).\n"
    assert (again["created"], again["unchanged"], len(again["shifts"]), again["notes"]) == (0, 60, 60, [])


def test_generate_names_short_rests_and_lets_anyone_sign_up_on_wednesdays(shell: Shell) -> None:
    days = ("--starts", "2026-10-05", "--ends", "2026-10-11")
    shell.text("week", "create", "w2", "--name", "W2", "--timezone", "America/Los_Angeles", *days, "--open")

    made = shell.text("shift", "generate", "w2", "--pattern", "wednesday", "--seats", "1")
    dropped = shell.document("shift", "generate", "w2", "--pattern", "wednesday", "--rest", "drop", "--label", "Late")

    assert made.splitlines() == [
        "Created 6 shifts in w2 (0 unchanged).",
        "Wed 7 October, 17:00–18:00 lasts 60 minutes: that is all that remains.",
    ]
    assert (dropped["created"], dropped["notes"]) == (
        5, ["Wed 7 October, 17:00–18:00 is left out: it’s too short for a shift."],
    )  # fmt: skip


def test_import_is_all_or_nothing_and_names_bad_lines(week: Shell) -> None:
    good, bad = f"{TOMORROW},06:00,08:00,1,1,Desk,Room 4,", f"{TOMORROW},08:00,07:00,1,1,,,"

    refused = week.run("shift", "import", "w1", imported(week, good, bad))
    nothing = week.document("shift", "list", "w1")["shifts"]
    made = week.text("shift", "import", "w1", imported(week, good))

    assert (refused.exit_code, "line 3" in refused.stderr.casefold(), nothing) == (1, True, [])
    assert made == "Created 1 shift in w1 (0 unchanged).\n"


def test_seats_are_taken_and_left_by_email(week: Shell) -> None:
    shift_id = shift(week)
    when = f"{TOMORROW:%a} {TOMORROW.day} {TOMORROW:%b} 06:00–24:00 UTC"

    taken, again, left = (
        week.text("shift", verb, "w1", shift_id, "ada@example.com") for verb in ("sign-up", "sign-up", "leave")
    )

    assert taken == f"Signed up for {when}: Ada Lovelace\n"
    assert again == f"Already signed up for {when}: Ada Lovelace\n"
    assert left == f"Left {when}: Ada Lovelace\n"
    assert week.refusal("shift", "leave", "w1", shift_id, "ada@example.com") == (
        "No seat in this shift for ada@example.com. `assembly-week shift list` shows who has one."
    )


def test_a_team_signs_up_whole_and_the_list_shows_it(week: Shell) -> None:
    shift_id = shift(week)

    document = week.document("shift", "sign-up", "w1", shift_id, "--team", "owls")

    assert sorted((each["person"], each["email"]) for each in document["items"]) == [
        ("Ada Lovelace", "ada@example.com"), ("Bo", "bo@example.com"),
    ]  # fmt: skip
    assert week.text("shift", "list", "w1").splitlines() == [
        "id\tdate\tfrom\tuntil\tzone\tlabel\tplace\tseats\ttaken\twaiting\tstate\tpeople",
        f"{shift_id}\t{TOMORROW}\t06:00\t24:00\tUTC\t\t\t2\t2\t0\tscheduled\tAda Lovelace, Bo",
    ]
    assert week.text("shift", "list", "w1", "--free") == "No shifts with a free seat. Leave out --free to see all.\n"
    assert week.refusal("shift", "sign-up", "w1", shift_id, "dua@example.com") == (
        "This shift is full. Join the waiting list."
    )


def test_check_in_and_complete_need_a_reason_before_it_is_time(week: Shell) -> None:
    shift_id = shift(week)
    week.text("shift", "sign-up", "w1", shift_id, "ada@example.com")
    words = ("w1", shift_id, "ada@example.com")

    early = week.run("shift", "check-in", *words, "--json")
    arrived = week.document("shift", "check-in", *words, "--reason", "I see her")
    completed = week.text("shift", "complete", *words, "--reason", "A rehearsal")

    assert (early.exit_code, '"code": "too-early"' in early.stdout) == (1, True)
    assert arrived["state"] == "checked_in"
    assert completed == f"Completed {TOMORROW:%a} {TOMORROW.day} {TOMORROW:%b} 06:00–24:00 UTC: Ada Lovelace\n"


def test_cancel_ends_the_seats(week: Shell) -> None:
    shift_id = shift(week)
    week.text("shift", "sign-up", "w1", shift_id, "ada@example.com")

    said, again = (week.text("shift", "cancel", "w1", shift_id, "--reason", why) for why in ("A strike", "Rain"))

    when = f"{TOMORROW:%a} {TOMORROW.day} {TOMORROW:%b} 06:00–24:00 UTC"
    assert (said, again) == (
        f"Cancelled {when}. 1 seat ended.\n", f"Already cancelled: {when}. Nothing has changed.\n",
    )  # fmt: skip
    assert week.refusal("shift", "sign-up", "w1", shift_id, "ada@example.com") == (
        "This shift was cancelled. Choose another one."
    )


@pytest.mark.parametrize(
    "words",
    [
        ("generate", "w1"),
        ("generate", "w1", "--pattern", "monday"),
        ("generate", "w1", "--pattern", "wednesday", "--rest", "keep"),
        ("generate", "w1", "--pattern", "wednesday", "--starts", "soon"),
        ("sign-up", "w1", "0" * 16),
        ("sign-up", "w1", "0" * 16, "ada@example.com", "--team", "Owls"),
        ("cancel", "w1", "0" * 16),
    ],
)
def test_wrong_usage_ends_with_2(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell.run("shift", *words).exit_code == 2


def test_what_is_not_there_is_named(week: Shell) -> None:
    nothing, shift_id = "0" * 16, shift(week)

    assert week.refusal("shift", "sign-up", "w1", nothing, "ada@example.com") == (
        "There’s no shift with that id in this week."
    )
    assert week.refusal("shift", "sign-up", "w1", shift_id, "no@example.com") == (
        "No person with the email no@example.com. `assembly-week person list` shows who there is."
    )
    assert week.refusal("shift", "sign-up", "w1", shift_id, "--team", "Foxes") == (
        "There’s no team “Foxes” in week w1. Its teams: Cats, Owls."
    )
    assert week.refusal("shift", "list", "w9") == "There’s no week “w9”."


def test_closing_a_week_tells_what_is_left_undone(week: Shell) -> None:
    week.text("shift", "sign-up", "w1", shift(week), "ada@example.com")

    checked = week.run("week", "close", "w1", "--check", "--json")
    state = week.document("week", "list")["weeks"][0]["state"]
    closed = week.text("week", "close", "w1")

    assert (checked.exit_code, json.loads(checked.stdout)["undone"]) == (1, ["1 shift with people isn’t over."])
    assert state == "open"
    assert closed == "W1 is closed.\nLeft undone: 1 shift with people isn’t over.\n"
    assert week.text("week", "close", "w1", "--check") == "Nothing is left undone.\n"
