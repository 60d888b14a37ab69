"""`team import`, `activity import` and `export`: whole files or nothing."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from app.cli.output import Voice
from app.db.database import Database
from app.domain.tables.decoding import NOT_UTF8
from app.errors import Malformed
from app.models import AuditEntry
from tests.cli.conftest import ROSTER, Shell

HEADER = "kind,person,occurred_at,source,external_id,subject\n"


def issue(number: int, **changes: Any) -> dict[str, Any]:
    """One issue by Ada."""
    return {
        "kind": "issue",
        "person": "ada@example.com",
        "occurred_at": "2022-09-14T09:00:00-07:00",
        "source": "github",
        "external_id": str(number),
    } | changes


def ndjson(*activities: dict[str, Any]) -> str:
    """Activities, one a line."""
    return "".join(json.dumps(activity) + "\n" for activity in activities)


def row(number: int, subject: str = "") -> str:
    """The same issue as a CSV row."""
    return ",".join([*map(str, issue(number).values()), subject]) + "\n"


def test_roster_is_imported(shell: Shell) -> None:
    shell.open_week()

    said = shell.document("team", "import", "current", shell.write("more.csv", ROSTER + "Cats,Elif,elif@example.com\n"))

    assert said == {"week": "q3-2022", "teams": 2, "people": 4, "moved": 1}


def test_roster_from_a_spreadsheet_is_imported(open_week: Shell) -> None:
    file = open_week.write("excel.csv", b"\xef\xbb\xbf" + ROSTER.replace("\n", "\r\n").encode())

    assert open_week.document("team", "import", "q3-2022", file)["moved"] == 0


def test_teams_are_drawn_the_same_for_the_same_seed(open_week: Shell) -> None:
    people = "email,name,function\n" + "".join(f"p{number}@example.com,P{number},Sales\n" for number in range(4))

    drawn = open_week.document("team", "draw", "current", open_week.write("people.csv", people), "--seed", "7")
    again = open_week.run("team", "draw", "current", open_week.write("people.csv", people), "--seed", "7")

    assert drawn["seed"] == 7
    assert sorted(each["team"] for each in drawn["members"]) == ["Team 1", "Team 1", "Team 2", "Team 2"]
    assert (again.exit_code, "in a team already" in again.stderr) == (1, True)


def test_roster_in_another_encoding_is_refused_with_its_lines(open_week: Shell) -> None:
    file = open_week.write("latin.csv", ROSTER.replace("Ada", "Adé").replace("Dua", "Düa").encode("latin-1"))

    result = open_week.run("team", "import", "q3-2022", file, "--json")

    assert result.exit_code == 1
    assert [error["line"] for error in json.loads(result.stdout)["error"]["errors"]] == [2, 4]


def test_bad_roster_names_every_line_and_changes_nothing(open_week: Shell) -> None:
    file = open_week.write("bad.csv", ROSTER + "Cats,Elif\nCats,,nobody\n")

    refused = open_week.refusal("team", "import", "q3-2022", file)

    assert [line.split("  ")[0] for line in refused.splitlines()[1:]] == ["line 5", "line 6", "line 6"]
    assert open_week.document("week", "list")["weeks"][0]["version"] == 3


@pytest.mark.parametrize("name", ["a.ndjson", "a.jsonl", "a.JSON", "a", "a.txt"])
def test_ndjson_is_known_by_its_name_or_its_first_byte(open_week: Shell, name: str) -> None:
    file = open_week.write(name, "\n \n" + ndjson(issue(1), issue(2)))

    assert open_week.document("activity", "import", "current", file) == {"recorded": 2, "repeated": 0}


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a", "a.txt"])
def test_csv_is_known_by_its_name_or_its_first_byte(open_week: Shell, name: str) -> None:
    file = open_week.write(name, HEADER + row(1) + row(2, "ticket-1"))

    assert open_week.document("activity", "import", "current", file) == {"recorded": 2, "repeated": 0}


@pytest.mark.parametrize(("name", "content"), [("a.csv", HEADER + row(1)), ("a.ndjson", ndjson(issue(1)))])
def test_byte_order_mark_is_passed_over(open_week: Shell, name: str, content: str) -> None:
    file = open_week.write(name, b"\xef\xbb\xbf" + content.encode())

    assert open_week.document("activity", "import", "current", file) == {"recorded": 1, "repeated": 0}


def test_second_import_repeats_and_counts_nothing_twice(open_week: Shell) -> None:
    open_week.text("activity", "import", "current", open_week.write("a.ndjson", ndjson(issue(1), issue(2))))

    said = open_week.text("activity", "import", "current", open_week.write("b.csv", HEADER + row(2) + row(3)))

    exported = open_week.document("export", "current", "--format", "json", "--out", "x.json")["activities"]
    assert said == "Recorded 1 activity (1 repeat).\n"
    assert (exported, open_week.text("verify", "current")) == (3, "OK: q3-2022 matches the ledger.\n")


def test_bad_lines_are_all_listed_and_nothing_is_recorded(open_week: Shell) -> None:
    lines = ndjson(issue(1), issue(2, person="who@example.com"), issue(3, occurred_at="9:00"), issue(4, kind="tea"))
    file = open_week.write("a.ndjson", lines.encode() + b"\xff\n{\n" + ndjson(issue(5)).encode())

    result = open_week.run("activity", "import", "current", file, "--json")

    found = json.loads(result.stdout)["error"]
    assert result.exit_code == 1
    assert [error["line"] for error in found["errors"]] == [2, 3, 4, 5, 6]
    assert open_week.document("export", "current", "--format", "json", "--out", "x.json")["activities"] == 0


def test_bad_csv_lines_are_all_listed(open_week: Shell) -> None:
    content = (HEADER + row(1) + row(2, "caf\xe9") + "issue,x\n" + row(3) + 'issue,"').encode("latin-1")

    refused = open_week.refusal("activity", "import", "current", open_week.write("a.csv", content))

    assert refused.splitlines()[1:] == [
        f"line 3  {NOT_UTF8}",
        "line 4  This line has 2 cells, the line of the columns has 6.",
        "line 6  This line isn’t valid CSV: a quotation mark opens here and is never closed.",
    ]


def test_every_bad_line_is_printed_where_nobody_watches(open_week: Shell) -> None:
    file = open_week.write("a.ndjson", "{}\n" * 53)

    assert len(open_week.refusal("activity", "import", "current", file).splitlines()) == 54


def test_terminal_sees_the_first_fifty_bad_lines(capsys: pytest.CaptureFixture[str]) -> None:
    problem = Malformed("53 lines are wrong.", errors=[{"line": n, "message": "Wrong."} for n in range(1, 54)])

    Voice(as_json=False, on_terminal=True).refuse(problem)

    refused = capsys.readouterr().err.splitlines()
    assert (len(refused), refused[50:]) == (52, ["line 50  Wrong.", "… and 3 more mistakes; --json lists all."])


def test_import_with_many_bad_lines_names_a_hundred_and_counts_the_others(open_week: Shell) -> None:
    file = open_week.write("a.ndjson", "{}\n" * 1_000)

    refused = open_week.refusal("activity", "import", "current", file).splitlines()
    document = json.loads(open_week.run("activity", "import", "current", file, "--json").stdout)["error"]

    assert (len(refused), refused[-1]) == (102, "… and 900 more mistakes.")
    assert (len(document["errors"]), document["more"]) == (100, 900)


def test_import_refuses_lines_of_any_length(open_week: Shell) -> None:
    files = [open_week.write("a.csv", HEADER + "x" * 3_000_000), open_week.write("a.ndjson", "[" * 3_000_000)]

    said = [open_week.refusal("activity", "import", "current", file) for file in files]

    assert said == [
        "Nothing was recorded. Line 2: This line isn’t valid CSV: it is longer than 65,536 characters.",
        "Nothing was recorded. Line 1: This is longer than 65,536 bytes; shorten it.",
    ]


def test_roster_with_many_lines_that_are_no_text_names_one(open_week: Shell) -> None:
    result = open_week.run("team", "import", "q3-2022", open_week.write("a.csv", b"\xff\n" * 500), "--json")

    found = json.loads(result.stdout)["error"]
    assert [error["message"].partition(".")[0] for error in found["errors"]] == [
        "This line isn’t UTF-8, and 499 more aren’t"
    ]


def test_control_characters_of_a_file_do_not_reach_the_terminal(open_week: Shell) -> None:
    file = open_week.write("a.ndjson", ndjson(issue(1) | {"\x1b[31mcolour": 1}))

    refused = open_week.refusal("activity", "import", "current", file)

    assert refused.endswith("“\\x1b[31mcolour” isn’t a field. Remove it or check its spelling.")


def test_csv_export_holds_every_activity(open_week: Shell) -> None:
    open_week.text(
        "activity", "import", "current",
        open_week.write("a.ndjson", ndjson(issue(1), issue(2, note="=1+1", external_id="'=2"))),
    )  # fmt: skip

    said = open_week.text("export", "current", "--format", "csv", "--out", "x.csv")

    rows = list(csv.DictReader(io.StringIO(Path("x.csv").read_text(encoding="utf-8-sig"))))
    assert said == "Exported 2 activities of week q3-2022 to x.csv.\n"
    assert [(each["external_id"], each["team"], each["note"]) for each in rows] == [
        ("1", "Owls", ""),
        ("''=2", "Owls", "'=1+1"),
    ]
    again = open_week.text("activity", "import", "current", "x.csv")
    assert "Recorded 0 activities (2 repeats)." in again, "an apostrophe against formulas is no part of an id"


def test_json_export_to_standard_output_is_the_one_document(open_week: Shell) -> None:
    open_week.text("activity", "import", "current", open_week.write("a.ndjson", ndjson(issue(1))))

    found = open_week.document("export", "current", "--format", "json", "--out", "-")

    assert found["week"] == "q3-2022"
    assert [activity["external_id"] for activity in found["activities"]] == ["1"]


def test_csv_and_json_on_one_standard_output_are_wrong_usage(open_week: Shell) -> None:
    result = open_week.run("export", "current", "--format", "csv", "--out", "-", "--json")

    assert (result.exit_code, result.stdout) == (2, "")


def test_an_export_is_noted(open_week: Shell) -> None:
    open_week.text("export", "current", "--format", "csv", "--out", "x.csv")

    database = Database(f"sqlite:///{open_week.ledger}")
    try:
        with database.reading() as session:
            [note] = session.exec(select(AuditEntry).where(AuditEntry.action == "ledger.exported"))
    finally:
        database.dispose()
    assert (note.object_id, json.loads(note.after or "")) == ("q3-2022", {"format": "csv", "activities": 0})
    assert note.by.startswith("command:")


def test_failed_export_leaves_the_old_file_and_nothing_beside_it(
    open_week: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_week.write("x.csv", "old")
    files = sorted(open_week.desk.iterdir())
    monkeypatch.setattr("app.services.exports.ledger_export.export", _fail)

    assert (
        open_week.refusal("export", "current", "--format", "csv", "--out", before) == "disk full. Nothing was changed."
    )

    assert before.read_text() == "old"
    assert sorted(open_week.desk.iterdir()) == files


def _fail(*_: object, **_options: object) -> int:
    raise OSError("disk full")


def test_export_into_no_directory_is_refused(open_week: Shell) -> None:
    refused = open_week.refusal("export", "current", "--format", "csv", "--out", open_week.desk / "none" / "x.csv")

    assert refused == f"There’s no directory {open_week.desk / 'none'} to write x.csv in."


def test_export_does_not_replace_a_device(open_week: Shell) -> None:
    open_week.text("export", "current", "--format", "csv", "--out", "/dev/null")

    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("words", [("team", "import"), ("activity", "import")])
def test_missing_file_is_wrong_usage(open_week: Shell, words: tuple[str, str]) -> None:
    assert open_week.run(*words, "current", "nowhere.csv").exit_code == 2
    assert open_week.run(*words, "current", open_week.desk).exit_code == 2


def test_a_hundred_thousand_lines_are_imported(open_week: Shell) -> None:
    lines = ndjson(*(issue(number) for number in range(100_000)))

    said = open_week.document("activity", "import", "current", open_week.write("big.ndjson", lines))

    assert said == {"recorded": 100_000, "repeated": 0}


def test_metrics_are_the_same_document_as_the_api_gives(open_week: Shell) -> None:
    open_week.text("week", "edit", "current", "--customers", "2000", "--sla", "60")
    file = open_week.write("week.ndjson", ndjson(issue(1), issue(2)))
    open_week.text("activity", "import", "current", file)

    document = open_week.document("metrics", "current")

    assert document["issues"] == 2
    assert document["participation"] == {"took_part": 1, "members": 3, "share": 0.3333, "by_function": {}}
    assert "issues\t\t2" in open_week.text("metrics", "current").splitlines()
    assert "q9" in open_week.refusal("metrics", "q9")


def test_metrics_are_exported_as_a_table(open_week: Shell) -> None:
    file = str(open_week.write("metrics.csv", ""))

    assert open_week.text("export", "current", "--what", "metrics", "--format", "csv", "--out", file).startswith(
        "Exported "
    )

    rows = list(csv.reader(io.StringIO(Path(file).read_text(encoding="utf-8-sig"))))
    assert rows[:2] == [["metric", "function", "value"], ["responses", "", "0"]]
    assert ["first_median_seconds", "", ""] in rows
