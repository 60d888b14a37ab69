"""`team` and `activity`: what organizers do on the pages of teams and of the ledger, for scripts."""

import pytest

from tests.cli.conftest import Shell

WEEK = "q3-2022"


def test_team_is_created_renamed_listed_and_removed(open_week: Shell) -> None:
    assert open_week.text("team", "create", WEEK, "Bats") == "Created Bats.\n"
    assert open_week.text("team", "rename", WEEK, "bats", "Rats") == "Renamed to Rats.\n"
    listed = {each["team"]: each["members"] for each in open_week.document("team", "list", WEEK)["teams"]}
    assert (listed["Owls"], listed["Rats"]) == (["Ada Lovelace", "Bo"], [])
    assert open_week.text("team", "remove", WEEK, "Rats") == "Removed Rats.\n"
    assert open_week.refusal("team", "remove", WEEK, "Owls").startswith("Owls stays: it has or had ")
    assert open_week.refusal("team", "rename", WEEK, "Bats", "Rats").startswith("There’s no team “Bats”")


def test_member_moves_after_a_look(open_week: Shell) -> None:
    words = ("team", "move", WEEK, "bo@example.com", "--to", "Cats")

    assert open_week.document(*words, "--dry-run")["moved"] is False
    assert open_week.text(*words).startswith("Moved Bo from Owls to Cats.\n0 points of theirs stay with Owls.")
    assert open_week.document("team", "move", WEEK, "bo@example.com")["to"] is None
    assert open_week.refusal("team", "move", WEEK, "no@example.com").startswith("Nobody has the email no@example.com.")


def test_join_code_and_sign_in_links_are_printed(open_week: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    code = open_week.document("team", "code", WEEK, "Owls")["code"]
    [owls] = [each for each in open_week.document("team", "list", WEEK)["teams"] if each["team"] == "Owls"]
    assert owls["code"] == code
    assert open_week.document("team", "code", WEEK, "Owls", "--revoke") == {"code": None, "address": None}

    first = open_week.document("team", "invite", WEEK)["items"]
    assert ({each["email"] for each in first}, open_week.document("team", "invite", WEEK)["items"]) == (
        {"ada@example.com", "bo@example.com", "dua@example.com"},
        [],
    )
    assert len(open_week.document("team", "invite", WEEK, "--again")["items"]) == 3
    assert open_week.refusal("team", "invite", WEEK, "--email").startswith("No mail server is set up here.")
    monkeypatch.setenv("ASSEMBLY_WEEK_SMTP_URL", "smtp://mail.example.com")
    monkeypatch.setenv("ASSEMBLY_WEEK_MAIL_FROM", "games@example.com")
    monkeypatch.setenv("ASSEMBLY_WEEK_PUBLIC_URL", "https://games.example.com")
    assert open_week.document("team", "invite", WEEK, "--email") == {"items": [], "emailed": 3}


def test_points_are_given_once_and_reversed_by_a_filter(open_week: Shell) -> None:
    give = ("team", "adjust", WEEK, "Owls", "--points", "-5", "--reason", "Late", "--key", "late")
    assert open_week.text(*give) == "Took 5 points.\n"
    assert open_week.document(*give)["repeated"] is True

    found = open_week.document("activity", "list", WEEK, "--team", "owls", "--kind", "adjustment")
    assert (found["count"], found["items"][0]["points"]) == (1, -5)
    assert open_week.document("activity", "list", WEEK, "--team", "none")["count"] == 0
    assert open_week.refusal("activity", "reverse", WEEK, "--reason", "Oops").startswith("Say which: ids,")

    reverse = ("activity", "reverse", WEEK, "--kind", "adjustment", "--reason", "Oops")
    would = open_week.document(*reverse, "--dry-run")
    assert (would["activities"], would["teams"][0]["points"]) == (1, [-5, 0])
    bulk = open_week.document(*reverse)["id"]
    assert open_week.document("activity", "list", WEEK, "--only", "reversed")["count"] == 1
    assert open_week.text("activity", "undo", WEEK, bulk) == "Reinstated 1 activity.\n"
    assert open_week.run("verify").exit_code == 0

    entry = found["items"][0]["id"]
    open_week.text("activity", "reverse", WEEK, entry, "--reason", "Oops")
    assert open_week.text("activity", "reinstate", entry, "--reason", "Right") == f"Reinstated {entry}.\n"


@pytest.mark.parametrize(("number", "limit"), [("2", 2), ("-1", None)])
def test_logs_by_hand_are_limited(open_week: Shell, number: str, limit: int | None) -> None:
    open_week.text("week", "edit", WEEK, "--hand-logs", "5")

    assert open_week.document("week", "edit", WEEK, "--hand-logs", number)["hand_logs_a_day"] == limit
    assert open_week.refusal("week", "edit", WEEK, "--hand-logs", "1001").startswith("Choose a number from 0 to 1,000")
