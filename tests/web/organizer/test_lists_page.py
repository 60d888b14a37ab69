"""Organizers' page of lists: preview, columns chosen by hand, import, and one step back."""

import json
import re
from html import unescape

import httpx
import pytest

from app.services.intake import authors, connections
from app.services.weeks import weeks
from app.web.http import csrf
from app.web.organizer import list_words
from tests.builders import CATS, OWLS, SLUG
from tests.web.reading import mistakes
from tests.web.running_app import RunningApp, Visitor, sign_in

HERE = f"/organizer/weeks/{SLUG}/lists"
TEAMS = (
    "Team;Full name;E-mail\nFoxes;Nia;nia@example.com\nFoxes;Ada King;ada@example.com\nOwls;Bo Nguyen;bo@example.com\n"
)

DONE = "Undone: 2 moved back, 1 renamed back, 1 of its teams removed, 1 of its people removed."


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def effects(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """The rows of the preview: line, what happens, and the row."""
    body = answer.text.partition("effects")[2].partition("<tbody>")[2].partition("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
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
    entries = organizer.get("/organizer/audit").text
    assert ("<bdi>Nia</bdi>" in entries, '"><bdi>Nia</bdi></a>' in entries) == (True, False)
    assert "Ada Lovelace" in next(each["members"] for each in site.board()["standings"] if each["team"] == OWLS)
    assert organizer.post(f"{HERE}/undo?kind=teams", id=number[1]).status_code == 409


def test_mistakes_are_in_the_preview_with_their_lines_and_nothing_can_be_imported(organizer: Visitor) -> None:
    text = f"{TEAMS}Foxes;lee@example.com;(lee@example.com)\n"

    answer = organizer.post(f"{HERE}?kind=teams", step="preview", text=text)

    assert answer.status_code == 200
    assert "Not ready: 2 mistakes" in answer.text
    assert "Line 5: The name holds an email" in unescape(answer.text)
    assert 'value="import"' not in answer.text


def test_columns_nobody_understands_are_chosen_by_hand(site: RunningApp, organizer: Visitor) -> None:
    text = "Gruppe;Person;Mail\nFoxes;Nia;nia@example.com\n"

    asked = organizer.post(f"{HERE}?kind=teams", step="preview", text=text)
    chosen = {"columns": ["team", "name", "email"], "headed": "on", "text": sent_on(asked)}
    preview = organizer.post(f"{HERE}?kind=teams", step="preview", **chosen)  # type: ignore[arg-type]  # several values of one field
    answer = organizer.post(f"{HERE}?kind=teams", step="import", **chosen)  # type: ignore[arg-type]  # several values of one field

    assert (asked.status_code, "Which column is which?" in asked.text) == (200, True)
    assert "Line 1 reads “Gruppe;Person;Mail”: there is no column team." in unescape(asked.text)
    assert (preview.status_code, effects(preview)) == (200, [("2", "New joins Foxes", "Nia, nia@example.com")])
    assert (answer.status_code, "Foxes" in str(site.board())) == (303, True)


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


def test_rejected_rows_stand_among_the_others_with_their_sentence(organizer: Visitor) -> None:
    good, outside, midnight = "2022-09-15,06:00,08:00", "2022-12-25,08:00,10:00", "2022-09-15,22:00,00:00"
    text = "\n".join(["date,from,until", good, outside, midnight, good])

    answer = organizer.post(f"{HERE}?kind=shifts", step="preview", text=text)

    told = [(line, what.split(" ")[0], row) for line, what, row in effects(answer)]
    assert told == [
        ("2", "New", "2022-09-15, 06:00–08:00"), ("3", "Rejected", outside), ("4", "Rejected", midnight),
        ("5", "Rejected", good),
    ]  # fmt: skip
    assert "2022-12-25 is outside of the week" in effects(answer)[1][1]
    assert "Nothing is changed yet. 1 new. 3 mistakes" in " ".join(answer.text.split())


def test_identities_that_clash_are_told_once_each(site: RunningApp, organizer: Visitor) -> None:
    with site.database.unit_of_work() as session:
        connections.connect(session, site.app.state.context.key, "github", site.game.act)
        authors.name(session, "github", "@kept", "ada@example.com", site.game.act)
    rows = ["@b,bo@example.com", "@B,ada@example.com", "@b,bo@example.com", "@kept,bo@example.com"]
    text = "\n".join(["source,external_id,email", *(f"github,{row}" for row in rows), "GitHub,@c,bo@example.com"])

    answer = organizer.post("/organizer/lists?kind=identities", step="preview", text=text)

    assert [what.split(" ")[0] for _, what, _ in effects(answer)] == [
        "New",
        "Rejected",
        "There",
        "Rejected",
        "Rejected",
    ]
    told = [what for _, what, _ in effects(answer)]
    assert "“@B” is bo@example.com on line 2. Keep one of them." in told[1]
    assert "take that identity away first" in told[3]
    assert "Did you mean “github”?" in told[4]


def test_draft_week_is_told_once_and_what_the_api_lists_is_read(site: RunningApp, organizer: Visitor) -> None:
    row = {"kind": "issue", "person": "ada@example.com", "occurred_at": "2022-09-14T16:00:00Z", "source": "g"}
    text = json.dumps({"items": [row | {"external_id": "1"}, row | {"external_id": "2"}]})
    opened = organizer.post(f"{HERE}?kind=activities", step="preview", text=text)
    with site.database.unit_of_work() as session:
        weeks.lock(session, SLUG, site.game.now).state = "draft"

    draft = organizer.post(f"{HERE}?kind=activities", step="preview", text=text)

    assert [what.split()[0] for _, what, _ in effects(opened)] == ["New", "New"]
    assert (draft.status_code, draft.text.count("is a draft")) == (409, 1)


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
    assert "Undone: 1 identity forgotten." in undone.text
    assert organizer.get("/organizer/lists?kind=identities&done=imported&named=x").status_code == 200


def test_commands_are_told_in_words() -> None:
    assert [list_words.who(by) for by in ("command:root", "Olu")] == ["root, by command", "Olu"]
