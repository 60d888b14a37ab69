"""Every list a command takes: one reader, the same sentences, whatever a spreadsheet made of the table."""

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import RULES_FILE, Shell

DOORS = {
    "teams": (["team", "import", "current"], "team,name,email", "Foxes,Gus,gus@example.com"),
    "people": (["person", "import"], "email,name,office", "Gus <gus@example.com>,Gus,Berlin"),
    "activities": (
        ["activity", "import", "current"],
        "kind,person,occurred_at,source,external_id",
        "issue,ada@example.com,2022-09-14 09:00,github,1",
    ),
    "shifts": (["shift", "import", "current"], "date,from,until", "2022-09-14,6:00,08:00"),
    "identities": (["identity", "import"], "source,external_id,email", "github,@ada,ada@example.com"),
}
SPELLINGS: dict[str, Callable[[str, str], str | bytes]] = {
    "semicolons": lambda head, row: f"{head}\n{row}\n".replace(",", ";"),
    "tabs": lambda head, row: f"{head}\n{row}\n".replace(",", "\t"),
    "a separator line": lambda head, row: f"sep=,\r\n{head}\r\n{row}\r\n",
    "old line ends": lambda head, row: f"{head}\r{row}\r",
    "another order": lambda head, row: "\n".join(",".join(line.split(",")[::-1]) for line in (head, row)),
    "capitals": lambda head, row: f"{head.replace('_', ' ').title()}\n{row}\n",
    "empty columns": lambda head, row: f"{head},,\n{row},,\n",
    "a title": lambda head, row: f"\nSupport rota,,\n,,\n{head}\n,,\n{row}\n  \n",
    "UTF-16": lambda head, row: f"{head}\n{row}\n".encode("utf-16"),
    "a mark": lambda head, row: f"\ufeff{head}\n{row}\n",
}


@pytest.mark.parametrize("door", DOORS)
def test_every_spelling_is_read_as_the_plain_one(open_week: Shell, door: str) -> None:
    words, head, row = DOORS[door]
    if door == "identities":
        open_week.text("source", "connect", "github")
    first = open_week.document(*words, open_week.write("plain.csv", f"{head}\n{row}\n"))
    again = open_week.document(*words, open_week.write("again.csv", f"{head}\n{row}\n"))

    found = {
        name: open_week.document(*words, open_week.write("a.csv", spell(head, row)))
        for name, spell in SPELLINGS.items()
    }

    assert first != again
    assert found == dict.fromkeys(SPELLINGS, again)


@pytest.mark.parametrize("door", DOORS)
def test_what_is_no_list_is_told_in_the_same_sentences(open_week: Shell, door: str) -> None:
    words, head, _ = DOORS[door]
    first = head.split(",")[0]
    files: dict[str, str | bytes] = {
        "book.csv": b"PK\x03\x04xl/",
        "head.csv": f"{head}\n",
        "odd.csv": "Klub;Post\nx;y\n",
        "wide.csv": b"k\0i\0",
    }

    said = {name: open_week.run(*words, open_week.write(name, content), "--json") for name, content in files.items()}

    details = {name: json.loads(result.stdout)["error"]["detail"] for name, result in said.items()}
    assert {result.exit_code for result in said.values()} == {1}
    assert details["book.csv"].startswith("Nothing was imported. This file is a workbook (.xlsx, .ods), not text.")
    assert details["head.csv"].startswith("Nothing was imported. The list has a line of columns and nothing below it.")
    assert details["odd.csv"].startswith(
        f"Nothing was imported. Line 1 reads “Klub;Post”: there is no column {first}, "
    )
    assert "UTF-16 without its mark" in details["wide.csv"]


def test_full_team_is_told_with_its_lines_beside_other_mistakes(open_week: Shell) -> None:
    rows = ["X,A,bad", *(f"X,B{number},b{number}@example.com" for number in range(4))]

    refused = open_week.refusal(
        "team", "import", "current", open_week.write("a.csv", "\n".join(["team,name,email", *rows]))
    )

    assert refused.splitlines()[1:] == [
        "line 2  “bad” isn’t an email. Write one such as ada@example.com.",
        "line 6  Team X would have 4 members with lines 3, 4, 5, 6; the rules allow 3. "
        "Remove someone from it, or raise team.size in the rules.",
    ]


def test_names_that_hold_an_email_are_refused_with_their_line(open_week: Shell) -> None:
    file = open_week.write("a.csv", "team,name,email\nFoxes,lee@example.com,lee@example.com\nx@example.com,Lee,l@x\n")

    assert open_week.refusal("team", "import", "current", file).splitlines()[1:] == [
        "line 2  The name holds an email; write the name people read.",
        "line 3  The team holds an email; write the name people read.",
    ]


JSON = (
    '{"kind":"issue","person":"ada@example.com","occurred_at":"2022-09-14T09:00:00Z","source":"g","external_id":"%s"}'
)


@pytest.mark.parametrize(
    "content",
    [
        f"[{JSON % 1},\n{JSON % 2}]",
        (JSON % 1).replace(",", ",\n ") + "\n" + (JSON % 2).replace(",", ",\n "),
        (JSON % 1 + "\n" + JSON % 2).encode("utf-16"),
    ],
    ids=["a list", "spread over lines", "UTF-16"],
)
def test_json_in_other_shapes_is_read(open_week: Shell, content: str | bytes) -> None:
    file = open_week.write("a.json", content)

    assert open_week.document("activity", "import", "current", file) == {"recorded": 2, "repeated": 0}


def test_bad_object_of_a_list_is_told_with_its_line(open_week: Shell) -> None:
    file = open_week.write("a.json", f'[\n{JSON % 1},\n{{"kind": "tea"}},\n7, {{')

    refused = open_week.refusal("activity", "import", "current", file)

    assert [line.split("  ")[0] for line in refused.splitlines()[1:]] == ["line 3", "line 4", "line 4"]


def test_our_own_exports_are_read_again_without_what_is_reversed(open_week: Shell) -> None:
    open_week.text("activity", "import", "current", open_week.write("a.ndjson", JSON % 1))
    for form in ("csv", "json"):
        open_week.text("export", "current", "--format", form, "--out", f"x.{form}")

        said = open_week.document("activity", "import", "current", f"x.{form}")

        assert (said["recorded"], said["repeated"]) == (0, 1)
    assert open_week.desk.joinpath("x.csv").read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_unknown_columns_and_times_without_offset_are_noted(open_week: Shell) -> None:
    words, head, row = DOORS["activities"]
    file = open_week.write("a.csv", f"{head},floor,desk\n{row},3,b\n")

    assert open_week.text(*words, file).splitlines()[1:] == [
        "Ignored the columns “floor”, “desk”.",
        "Times without an offset were read at the clocks of America/Los_Angeles.",
    ]


def test_rules_file_in_utf16_is_read_and_a_workbook_is_told(open_week: Shell) -> None:
    rules = open_week.write("rules.toml", RULES_FILE.read_text(encoding="utf-8").encode("utf-16"))
    book = open_week.write("book.toml", b"PK\x03\x04xl/")

    assert open_week.document("rules", "check", rules)["valid"] is True
    assert open_week.refusal("rules", "check", book).endswith("not text. Save it as UTF-8 and send it again.")


def test_import_is_listed_and_undone_as_a_whole(open_week: Shell) -> None:
    words, head, row = DOORS["activities"]
    open_week.text(*words, open_week.write("a.csv", f"{head}\n{row}\n"))
    found = open_week.document("import", "list", "current")["imports"][0]

    undone = open_week.document("import", "undo", found["id"])
    again = open_week.document(*words, open_week.write("a.csv", f"{head}\n{row}\n"))

    assert (found["kind"], found["counts"]) == ("activities", {"recorded": 1, "repeated": 0, "reinstated": 0})
    assert (undone["undone"], undone["stayed"]) == ({"reversed": 1}, [])
    assert (again["recorded"], again["reinstated"]) == (0, 1)
    assert open_week.refusal("import", "undo", found["id"]) == "This import is undone already."


def test_history_and_undo_are_told_in_words(open_week: Shell) -> None:
    open_week.text("person", "import", open_week.write("a.csv", "email,name\nnia@example.com,Nia\n"))
    [found] = open_week.document("import", "list")["imports"]

    listed = open_week.text("import", "list")
    undone = open_week.text("import", "undo", found["id"])

    assert ("1 person; 1 new, 0 changed" in listed, undone) == (True, "Undone: 1 new person removed.\n")


def test_file_in_another_encoding_is_told_once(open_week: Shell) -> None:
    file = open_week.write("a.csv", "Straße;Straße\nÜ;Ä\nÖ;ß\n".encode("cp1252"))

    assert open_week.refusal("person", "import", file).splitlines() == [
        "Nothing was imported. Line 1: This line isn’t UTF-8, and 2 more aren’t. "
        "Save it as “CSV UTF-8” in your spreadsheet, or as UTF-8 in your editor, and send it again."
    ]
