"""`rules`: check, preview, apply and show."""

import json

import pytest

from tests.builders import RULES, dearer_issues
from tests.cli.conftest import Shell

ISSUE = (
    '{"kind":"issue","person":"%s","occurred_at":"2022-09-14T09:00:00-07:00","source":"github","external_id":"%s"}\n'
)
FORMAT, SIZE = (
    next(number for number, line in enumerate(RULES.splitlines(), 1) if line.startswith(key))
    for key in ("format = ", "size = ")
)
BROKEN = RULES.replace("size = 3", "sise = 3").replace("format = 1", 'format = "one"')


@pytest.fixture
def week_with_an_issue(open_week: Shell) -> Shell:
    """One issue by the Owls: 5 points."""
    open_week.text("activity", "import", "current", open_week.write("a.ndjson", ISSUE % ("ada@example.com", "1")))
    return open_week


def test_valid_rules_pass_without_a_database(shell: Shell) -> None:
    file = shell.write("rules.toml", RULES)

    assert shell.text("rules", "check", file) == f"{file}: these rules are valid.\n"
    assert shell.document("rules", "check", file) == {"valid": True, "errors": []}
    assert not shell.home.exists()


def test_every_mistake_is_a_line(shell: Shell) -> None:
    file = shell.write("rules.toml", BROKEN)

    result = shell.run("rules", "check", file)

    assert (result.exit_code, result.stderr) == (1, f"{file}: 2 mistakes.\n")
    assert [line.split(": ")[0] for line in result.stdout.splitlines()] == [
        f"line {FORMAT}  format",
        f"line {SIZE}  team.sise",
    ]


def test_mistakes_in_json_are_the_refusal(shell: Shell) -> None:
    file = shell.write("rules.toml", BROKEN)

    result = shell.run("rules", "check", file, "--json")

    found = json.loads(result.stdout)["error"]
    assert result.exit_code == 1
    assert found["title"] == "The rules file has mistakes"
    assert [(error["line"], error["key"]) for error in found["errors"]] == [(FORMAT, "format"), (SIZE, "team.sise")]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a = 1\n" * 20_000, b"\x00"])
def test_hostile_rules_are_refused(shell: Shell, content: bytes) -> None:
    result = shell.run("rules", "check", shell.write("rules.toml", content))

    assert result.exit_code == 1
    assert result.stdout.startswith("line 1  ")


def test_preview_shows_before_and_after_and_changes_nothing(week_with_an_issue: Shell) -> None:
    file = week_with_an_issue.write("rules.toml", dearer_issues(points=7))

    shown = week_with_an_issue.text("rules", "preview", file)

    assert shown.splitlines() == [
        "Issues: 5 → 7 points",
        "Q3 2022 (q3-2022)",
        "rank\tteam\tbefore\tafter\tchange",
        "1 → 1\tOwls\t5\t7\t+2",
        "2 → 2\tCats\t0\t0\t+0",
    ]
    assert week_with_an_issue.document("rules", "show")["version"] == 1


def test_preview_says_what_would_be_refused(week_with_an_issue: Shell) -> None:
    file = week_with_an_issue.write(
        "rules.toml", RULES.replace("size = 3", "size = 1").replace("members = 3", "members = 1")
    )

    found = week_with_an_issue.document("rules", "preview", file)

    assert [week["week"] for week in found["weeks"]] == ["q3-2022"]
    assert found["refused"] == [
        "Team Owls would have 2 members; the rules allow 1. Remove someone from it, or raise team.size in the rules."
    ]


def test_preview_without_an_open_week_says_so(shell: Shell) -> None:
    shown = shell.text("rules", "preview", shell.write("rules.toml", RULES))

    assert shown == "The rules are valid. No week is open, so no board would change.\n"


def test_applied_rules_are_shown_with_their_note(week_with_an_issue: Shell) -> None:
    text = dearer_issues(points=7)

    said = week_with_an_issue.text(
        "rules", "apply", week_with_an_issue.write("r.toml", text), "--note", "Issues matter"
    )

    shown = week_with_an_issue.document("rules", "show")
    assert said == "Version 2 of the rules is active.\n"
    assert (shown["version"], shown["note"], shown["text"], shown["file_errors"]) == (2, "Issues matter", text, [])
    assert shown["by"].startswith("command:")
    assert week_with_an_issue.text("rules", "show").endswith(f": Issues matter\n\n{text}")
    assert week_with_an_issue.document("verify")["differences"] == []


def test_rules_with_mistakes_are_not_applied(week_with_an_issue: Shell) -> None:
    file = week_with_an_issue.write("rules.toml", BROKEN)

    refused = week_with_an_issue.refusal("rules", "apply", file, "--note", "x")

    assert refused.splitlines()[0].startswith(f"2 mistakes. The first is in line {FORMAT}: ")
    assert [line.split(": ")[0] for line in refused.splitlines()[1:]] == [
        f"line {FORMAT}  format",
        f"line {SIZE}  team.sise",
    ]
    assert week_with_an_issue.document("rules", "show")["version"] == 1


@pytest.mark.parametrize("note", ["", "  ", "a\x07b", "x" * 501])
def test_note_that_says_nothing_is_refused(shell: Shell, note: str) -> None:
    refused = shell.refusal("rules", "apply", shell.write("rules.toml", RULES), "--note", note)

    assert refused.startswith("The reason must ")
    assert not shell.home.exists()


def test_refused_rules_file_is_reported_with_the_active_rules(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_RULES_FILE", str(shell.write("rules.toml", BROKEN)))

    shown = shell.document("rules", "show")

    assert [(error["line"], error["key"]) for error in shown["file_errors"]] == [
        (FORMAT, "format"),
        (SIZE, "team.sise"),
    ]
    assert shell.text("rules", "show").splitlines()[-3] == "The rules file has mistakes:"


def test_apply_of_rules_made_from_another_version_is_refused(week_with_an_issue: Shell) -> None:
    first, second = (week_with_an_issue.write(f"{points}.toml", dearer_issues(points=points)) for points in (7, 9))
    week_with_an_issue.run("rules", "apply", first, "--note", "Mine", "--version", "1")

    result = week_with_an_issue.run("rules", "apply", second, "--note", "Theirs", "--version", "1")

    assert (result.exit_code, week_with_an_issue.document("rules", "show")["version"]) == (1, 2)


def test_history_lists_versions_with_what_they_changed(week_with_an_issue: Shell) -> None:
    file = week_with_an_issue.write("rules.toml", dearer_issues(points=7))
    week_with_an_issue.run("rules", "apply", file, "--note", "Issues matter")

    found = week_with_an_issue.document("rules", "history")
    shown = week_with_an_issue.text("rules", "history").splitlines()

    assert [(one["version"], one["note"], one["changes"]) for one in found["versions"]] == [
        (2, "Issues matter", ["issues: 5 → 7 points"]), (1, "Read from the rules file", []),
    ]  # fmt: skip
    assert found["next_before"] is None
    assert shown[0].endswith(": Issues matter")
    assert shown[1] == "  issues: 5 → 7 points"
