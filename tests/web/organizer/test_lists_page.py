"""Organizers' page of lists: preview, columns chosen by hand, import, and one step back."""

import json
import re
from html import unescape

import httpx
import pytest

from app.domain.actor import doer
from app.services.imports import history, undoing, wording
from app.services.imports.history import Kind
from app.services.intake import authors, connections
from app.services.weeks import weeks
from app.web.http import csrf
from tests.builders import CATS, OWLS, SLUG, act_by
from tests.web.reading import mistakes, plain
from tests.web.running_app import RunningApp, Visitor, sign_in

HERE = f"/organizer/weeks/{SLUG}/lists"
TEAMS = (
    "Team;Full name;E-mail\nFoxes;Nia;nia@example.com\nFoxes;Ada King;ada@example.com\nOwls;Bo Nguyen;bo@example.com\n"
)

DONE = "Undone: 1 person moved back, 1 person renamed back, 1 new team removed, 1 new person removed."


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def effects(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """The rows of the preview, rejected ones first: line, what happens, and the row."""
    tables = re.findall(r'<table class="table effects">.*?<tbody>(.*?)</tbody>', answer.text, re.DOTALL)
    rows = [row for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]
    cells = [[unescape(re.sub("<[^>]*>", "", cell)).strip() for cell in re.split("</t[hd]>", row)[:3]] for row in rows]
    return [(line.removeprefix("Line "), what, row) for line, what, row in cells]


def sent_on(answer: httpx.Response) -> str:
    """The list that the preview would send on."""
    match = re.search(r'<textarea name="text" hidden>\n?(.*?)</textarea>', answer.text, re.DOTALL)
    assert match is not None
    return unescape(match[1])


def test_preview_says_what_each_row_does_and_changes_nothing(site: RunningApp, organizer: Visitor) -> None:
    before = site.board()["version"]

    answer = organizer.post(f"{HERE}?kind=teams", step="preview", text=TEAMS)

    assert answer.status_code == 200
    assert effects(answer) == [
        ("2", "New joins Foxes", "Nia, nia@example.com"),
        ("3", "Moved from Owls to Foxes, renamed from Ada Lovelace", "Ada King, ada@example.com"),
        ("4", "Unchanged in Owls", "Bo Nguyen, bo@example.com"),
    ]
    assert site.board()["version"] == before


def test_import_after_the_preview_and_one_step_back(site: RunningApp, organizer: Visitor) -> None:
    preview = organizer.post(f"{HERE}?kind=teams", step="preview", text=TEAMS)
    answer = organizer.post(f"{HERE}?kind=teams", step="import", text=sent_on(preview))
    page = organizer.get(answer.headers["location"])
    number = re.search(r'name="id" value="([0-9a-f]{16})"', page.text)
    assert number is not None

    undone = organizer.post(f"{HERE}/undo?kind=teams", id=number[1])

    assert (answer.status_code, "Imported 3 people into 2 teams; 2 new to their team." in page.text) == (303, True)
    assert (undone.status_code, DONE in unescape(undone.text)) == (200, True)
    assert [each["team"] for each in site.board()["standings"]] == [CATS, OWLS]
    assert "nia@example.com" not in organizer.get("/organizer/people").text
    assert " 14 Sep 2022, 13:00" in plain(organizer.get(f"{HERE}?kind=teams").text)
    entries = organizer.get("/organizer/audit").text
    assert ("<bdi>Nia</bdi>" in entries, '"><bdi>Nia</bdi></a>' in entries) == (True, False)
    assert "Ada Lovelace" in next(each["members"] for each in site.board()["standings"] if each["team"] == OWLS)
    assert organizer.post(f"{HERE}/undo?kind=teams", id=number[1]).status_code == 409


def test_mistakes_are_in_the_preview_with_their_lines_and_nothing_can_be_imported(organizer: Visitor) -> None:
    text = f"{TEAMS}Foxes;lee@example.com;(lee@example.com)\n"

    answer = organizer.post(f"{HERE}?kind=teams", step="preview", text=text)

    assert answer.status_code == 200
    assert "Not ready: 2 mistakes" in answer.text
    assert plain(answer.text).count("The name holds an email") == 1
    first, *others = effects(answer)
    assert (first[0], first[1].startswith("Rejected The name holds an email"), len(others)) == ("5", True, 3)
    assert "3 rows without mistakes</summary>" in answer.text
    assert 'value="import"' not in answer.text


def test_columns_nobody_understands_are_chosen_by_hand(site: RunningApp, organizer: Visitor) -> None:
    text = "Klub;Person;Mail\nFoxes;Nia;nia@example.com\n"

    asked = organizer.post(f"{HERE}?kind=teams", step="preview", text=text)
    chosen = {"columns": ["team", "name", "email"], "headed": "on", "text": sent_on(asked)}
    preview = organizer.post(f"{HERE}?kind=teams", step="preview", **chosen)  # type: ignore[arg-type]  # several values of one field
    answer = organizer.post(f"{HERE}?kind=teams", step="import", **chosen)  # type: ignore[arg-type]  # several values of one field

    assert (asked.status_code, "Which column is which?" in asked.text) == (200, True)
    assert "Line 1 reads “Klub;Person;Mail”: there is no column team." in unescape(asked.text)
    assert (preview.status_code, effects(preview)) == (200, [("2", "New joins Foxes", "Nia, nia@example.com")])
    assert (answer.status_code, "Foxes" in str(site.board())) == (303, True)


@pytest.mark.parametrize(
    ("kind", "first", "is_row"),
    [
        ("teams", "Klub;Person;Post", False),
        ("teams", "Foxes;Nia;nia@example.com", True),
        ("shifts", "2022-09-14;6:00;8:00", True),
        ("shifts", "Tag;Beginn;Schluss", False),
    ],
)
def test_first_row_of_a_list_without_headings_stays_a_row(
    organizer: Visitor, kind: str, first: str, is_row: bool
) -> None:
    asked = organizer.post(f"{HERE}?kind={kind}", step="preview", text=f"{first}\n")

    assert "Which column is which?" in asked.text
    assert ('name="headed" checked' not in asked.text) == is_row


def test_columns_that_were_chosen_stay_chosen_while_mistakes_are_mended(organizer: Visitor) -> None:
    chosen = {"columns": ["name", "", "email"], "headed": "on", "text": "Klub;Floor;Post\nNia;3;no\n"}

    answer = organizer.post("/organizer/lists?kind=people", step="preview", **chosen)  # type: ignore[arg-type]  # several values of one field
    form = answer.text.partition('id="list"')[2].partition("</form>")[0]
    again = dict(re.findall(r'name="(step|headed)" value="([^"]*)"', form))
    columns = re.findall(r'name="columns" value="([^"]*)"', form)
    mended = organizer.post(
        "/organizer/lists?kind=people", text="Klub;Floor;Post\nNia;3;nia@x\n", columns=columns, **again
    )

    assert "Read with the columns as you chose them: 1. name, 2. left out, 3. email." in plain(answer.text)
    assert effects(mended) == [("2", "New", "Nia, nia@x")]


@pytest.mark.parametrize(
    ("kind", "text", "word"),
    [
        (
            "activities",
            "kind,person,occurred_at,source,external_id\nissue,ada@example.com,2022-09-14 09:00,g,1\n",
            "New",
        ),
        ("shifts", "date,from,until\n2022-09-15,6:00,08:00\n", "New"),
    ],
)
def test_other_lists_are_previewed_and_imported(organizer: Visitor, kind: str, text: str, word: str) -> None:
    preview = organizer.post(f"{HERE}?kind={kind}", step="preview", text=text)
    answer = organizer.post(f"{HERE}?kind={kind}", step="import", text=sent_on(preview))
    again = organizer.post(f"{HERE}?kind={kind}", step="preview", text=text)

    assert [what.split()[0] for _, what, _ in effects(preview)] == [word]
    assert answer.status_code == 303
    assert [what.split()[0] for _, what, _ in effects(again)] in (["Repeated"], ["There"])


def test_rejected_rows_stand_before_the_others_with_their_sentence(organizer: Visitor) -> None:
    good, outside, midnight = "2022-09-15,06:00,08:00", "2022-12-25,08:00,10:00", "2022-09-15,22:00,00:00"
    text = "\n".join(["date,from,until", good, outside, midnight, good])

    answer = organizer.post(f"{HERE}?kind=shifts", step="preview", text=text)

    told = [(line, what.split(" ")[0], row) for line, what, row in effects(answer)]
    assert told == [
        ("3", "Rejected", outside), ("4", "Rejected", midnight), ("5", "Rejected", good),
        ("2", "New", "2022-09-15, 06:00–08:00"),
    ]  # fmt: skip
    assert "2022-12-25 is outside of the week" in effects(answer)[0][1]
    assert "Nothing is changed yet. 1 new. 3 rows rejected" in plain(answer.text)


def test_of_many_mistakes_the_first_are_told_and_all_are_counted(organizer: Visitor) -> None:
    text = "\n".join(["email,name", "a@example.com,A", *["no," for _ in range(150)]])

    preview = plain(organizer.post("/organizer/lists?kind=people", step="preview", text=text).text)
    refused = plain(organizer.post("/organizer/lists?kind=people", step="import", text=text).text)

    assert "Not ready: 300 mistakes" in preview
    assert "1 new. 150 rows rejected, so nothing would be imported. The first 100 mistakes are below." in preview
    assert "1 row without mistakes Line What" in preview
    assert "Nothing was imported. Fix 300 mistakes: Line 3: The name must not be empty." in refused
    assert "And 200 more mistakes." in refused


def test_line_of_columns_that_is_unclear_is_named_once(organizer: Visitor) -> None:
    answer = plain(organizer.post("/organizer/lists?kind=people", step="import", text="Klub;Post\nx;y\n").text)

    assert "Fix 1 mistake: Line 1 reads “Klub;Post”" in answer


def test_table_is_written_from_left_to_right_and_keeps_its_first_line(organizer: Visitor) -> None:
    answer = organizer.post("/organizer/lists?kind=people", step="preview", text="\nemail,name\nno,كريم\n")

    [field] = re.findall(r"<textarea class=[^>]*>[^<]*", answer.text)
    assert ('dir="ltr"' in field, field.partition(">")[2].startswith("\n\nemail,name")) == (True, True)


def test_identities_that_clash_are_told_once_each(site: RunningApp, organizer: Visitor) -> None:
    with site.database.unit_of_work() as session:
        connections.connect(session, site.app.state.context.key, "github", site.game.act)
        authors.name(session, "github", "@kept", "ada@example.com", site.game.act)
    rows = ["@b,bo@example.com", "@B,ada@example.com", "@b,bo@example.com", "@kept,bo@example.com"]
    text = "\n".join(["source,external_id,email", *(f"github,{row}" for row in rows), "GitHub,@c,bo@example.com"])

    answer = organizer.post("/organizer/lists?kind=identities", step="preview", text=text)

    told = [what for _, what, _ in effects(answer)]
    assert [what.split(" ")[0] for what in told] == ["Rejected"] * 3 + ["New", "There"]
    assert "“@B” is bo@example.com on line 2. Keep one of them." in told[0]
    assert "remove that identity first" in told[1]
    assert "Did you mean “github”?" in told[2]


def test_draft_week_is_told_once_and_what_the_api_lists_is_read(site: RunningApp, organizer: Visitor) -> None:
    row = {"kind": "issue", "person": "ada@example.com", "occurred_at": "2022-09-14T16:00:00Z", "source": "g"}
    text = json.dumps({"items": [row | {"external_id": "1"}, row | {"external_id": "2"}]})
    opened = organizer.post(f"{HERE}?kind=activities", step="preview", text=text)
    with site.database.unit_of_work() as session:
        weeks.lock(session, SLUG, site.game.now).state = "draft"

    draft = organizer.post(f"{HERE}?kind=activities", step="preview", text=text)

    assert [what.split()[0] for _, what, _ in effects(opened)] == ["New", "New"]
    assert (draft.status_code, draft.text.count("is a draft")) == (409, 1)


def test_columns_of_a_file_in_another_encoding_are_not_asked_for(organizer: Visitor) -> None:
    files = {"file": ("a.csv", "Straße;Anschrift\nZoë;zoe@example.com\n".encode("cp1252"), "text/csv")}

    answer = organizer.ask("POST", "/organizer/lists", data={"csrf": organizer.csrf, "text": ""}, files=files)

    told = plain(answer.text)
    assert (answer.status_code, "Which column" in told) == (422, False)
    assert "Fix 1 mistake: Line 1: This line isn’t UTF-8, and 1 more isn’t. Save it as “CSV UTF-8”" in told


@pytest.mark.parametrize("door", [HERE, f"/organizer/weeks/{SLUG}/teams/import"])
def test_list_that_is_too_large_is_told_on_its_page_with_the_limit(organizer: Visitor, door: str) -> None:
    files = {"file": ("teams.csv", b"x" * (5 * 1_048_576), "text/csv")}

    answer = organizer.ask("POST", door, data={"csrf": organizer.csrf, "text": ""}, files=files)

    assert answer.status_code == 422
    assert mistakes(answer)["file"].startswith("A list on this page has at most 4 MiB.")


def test_request_beyond_every_limit_is_a_page_with_the_limit(organizer: Visitor) -> None:
    files = {"file": ("teams.csv", b"x" * (csrf.MAX_LIST_BYTES + 1_000), "text/csv")}

    answer = organizer.ask("POST", HERE, data={"csrf": organizer.csrf, "text": ""}, files=files)

    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "at most 4 MiB" in answer.text


def test_import_of_identities_and_its_undo_speak_of_identities(site: RunningApp, organizer: Visitor) -> None:
    with site.database.unit_of_work() as session:
        connections.connect(session, site.app.state.context.key, "github", site.game.act)
    text = "source,external_id,mail\ngithub,@b,bo@example.com\n"
    answer = organizer.post("/organizer/lists?kind=identities", step="import", text=text)
    page = organizer.get(answer.headers["location"]).text
    number = re.search(r'name="id" value="([0-9a-f]{16})"', page)
    assert number is not None

    undone = organizer.post("/organizer/lists/undo?kind=identities", id=number[1])

    assert ("Imported 1 identity." in page, "Its identities are forgotten" in page, "go back" in page) == (
        True, True, False,
    )  # fmt: skip
    assert "Identities · 14 Sep 2022, 13:00" in plain(page)
    assert "Times of Los Angeles." in plain(page)
    assert "Undone: 1 identity forgotten." in undone.text
    assert organizer.get("/organizer/lists?kind=identities&done=imported&named=x").status_code == 200


def test_commands_are_told_in_words(site: RunningApp, organizer: Visitor) -> None:
    organizer.post("/organizer/lists?kind=people", step="import", text="email,name\nnia@example.com,Nia\n")
    with site.database.unit_of_work() as session:
        undoing.undo(session, history.recent(session, None)[0].id, act_by("command:root", site.game.now))

    page = plain(organizer.get("/organizer/lists?kind=people").text)

    assert "Undone by root, by command" in page
    assert [doer(by) for by in ("command:root", "Olu")] == ["root, by command", "Olu"]


@pytest.mark.parametrize(
    ("kind", "counts", "told"),
    [
        ("activities", {"recorded": 1, "repeated": 2, "reinstated": 3}, "1 activity; 3 reinstated (2 repeats)"),
        ("shifts", {"created": 0, "unchanged": 24}, "0 shifts (24 there already)"),
        ("identities", {"named": 2, "repeated": 1}, "2 identities (1 there already)"),
        ("people", {"people": 3, "new": 1, "changed": 2}, "3 people; 1 new, 2 changed"),
    ],
)
def test_imports_are_told_with_what_was_there_already(kind: Kind, counts: dict[str, int], told: str) -> None:
    assert wording.imported(kind, counts) == told
