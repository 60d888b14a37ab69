"""`week`: what it makes, prints and refuses."""

import shutil

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from app.cli.weeks import REOPENED
from app.db.database import Database
from app.models import ShiftSettings, WeekEvent
from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")

DAYS = ("--starts", "2022-09-12", "--ends", "2022-09-16")
WORDS = ("week", "create", "q3-2022", "--name", "Q3 2022", "--timezone", "America/Los_Angeles", *DAYS)


def reasons(shell: Shell) -> list[tuple[str, str | None]]:
    """The week's history, with reasons."""
    database = Database(f"sqlite:///{shell.ledger}")
    with database.reading() as session:
        found = [(event.action, event.reason) for event in session.exec(select(WeekEvent).order_by("id"))]
    database.dispose()
    return found


def test_week_is_created_as_a_draft(shell: Shell) -> None:
    assert shell.text(*WORDS) == "Created Q3 2022 (q3-2022) as a draft.\n"


def test_week_created_open_is_described_in_json(shell: Shell) -> None:
    assert shell.document(*WORDS, "--open") == {
        "week": "q3-2022",
        "name": "Q3 2022",
        "state": "open",
        "timezone": "America/Los_Angeles",
        "starts": "2022-09-12",
        "ends": "2022-09-16",
        "frozen": False,
        "archived": False,
        "sla": 3600,
        "customers": None,
        "current": True,
        "version": 2,
    }


def test_week_created_without_teams_says_so_in_its_settings(shell: Shell) -> None:
    shell.text(*WORDS, "--no-teams")

    database = Database(f"sqlite:///{shell.ledger}")
    with database.reading() as session:
        found = session.exec(select(ShiftSettings.needs_team)).all()
    database.dispose()
    assert found == [0]


def test_week_list_is_tab_separated_in_a_pipe(shell: Shell) -> None:
    shell.text(*WORDS)

    assert shell.text("week", "list").splitlines() == [
        "week\tname\tstate\ttimezone\tstarts\tends\tfrozen\tcurrent",
        "q3-2022\tQ3 2022\tdraft\tAmerica/Los_Angeles\t2022-09-12\t2022-09-16\tno\tno",
    ]


def test_week_list_costs_as_many_queries_for_three_weeks_as_for_one(shell: Shell) -> None:
    def cost() -> int:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            shell.text("week", "list")
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return len(statements)

    shell.text(*WORDS)
    few = cost()
    for slug in ("q4-2022", "q1-2023"):
        shell.text("week", "create", slug, *WORDS[3:])

    assert cost() == few


def test_week_list_without_weeks_says_how_to_make_one(shell: Shell) -> None:
    assert shell.document("week", "list") == {"weeks": []}
    assert shell.text("week", "list") == "No weeks yet. `assembly-week week create` creates one.\n"


def test_week_goes_through_its_life_by_the_name_current(shell: Shell) -> None:
    shell.text(*WORDS, "--open")

    said = [shell.text("week", verb, "current") for verb in ("freeze", "reveal", "close", "open")]

    assert said == [
        "Q3 2022 is frozen.\n",
        "Q3 2022 is revealed.\n",
        "Q3 2022 is closed.\n",
        "Q3 2022 is open.\n",
    ]


def test_reopening_keeps_the_reason_or_a_default_one(shell: Shell) -> None:
    shell.text(*WORDS)
    shell.text("week", "open", "q3-2022")
    shell.text("week", "close", "q3-2022")
    shell.text("week", "open", "q3-2022")
    shell.text("week", "close", "q3-2022")

    shell.text("week", "open", "q3-2022", "--reason", "A late shift")

    assert reasons(shell) == [
        ("created", None),
        ("opened", None),
        ("closed", None),
        ("reopened", REOPENED),
        ("closed", None),
        ("reopened", "A late shift"),
    ]


@pytest.mark.parametrize("verb", ["close", "freeze", "reveal"])
def test_draft_refuses_what_only_an_open_week_can(shell: Shell, verb: str) -> None:
    shell.text(*WORDS)

    result = shell.run("week", verb, "q3-2022")

    assert result.exit_code == 1
    assert result.stderr.startswith("Q3 2022 is")
    assert shell.document("week", "list")["weeks"][0]["version"] == 1


def test_unknown_week_is_refused_in_json(shell: Shell) -> None:
    result = shell.run("week", "close", "nope", "--json")

    assert result.exit_code == 1
    assert result.stderr == ""
    assert result.stdout.startswith(
        '{\n  "error": {\n    "title": "Not found",\n    "detail": "There’s no week “nope”.'
    )


def test_slug_that_is_taken_is_refused(shell: Shell) -> None:
    shell.text(*WORDS)

    assert shell.refusal(*WORDS) == "There’s already a week “q3-2022”. Choose another slug."


def test_week_that_cannot_be_opened_is_not_created_either(shell: Shell) -> None:
    shell.refusal("week", "create", "current", *WORDS[3:], "--open")

    assert shell.document("week", "list") == {"weeks": []}


@pytest.mark.parametrize(
    ("option", "value"), [("--starts", "12.9.2022"), ("--ends", "2022-13-01"), ("--starts", "yesterday")]
)
def test_unreadable_date_is_wrong_usage(shell: Shell, option: str, value: str) -> None:
    result = shell.run(*WORDS, option, value)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"“{value}” isn’t a date." in result.stderr


@pytest.mark.parametrize("words", [("week", "create", "q3-2022"), ("week", "close"), ("week", "shut", "q3-2022")])
def test_missing_or_unknown_words_are_wrong_usage(shell: Shell, words: tuple[str, ...]) -> None:
    shutil.rmtree(shell.home)

    assert shell.run(*words).exit_code == 2
    assert not shell.home.exists()


def test_week_is_edited_and_a_draft_removed(shell: Shell) -> None:
    shell.text(*WORDS)

    assert shell.text("week", "edit", "q3-2022", "--name", "Autumn", "--ends", "2022-09-18") == "Changed Autumn.\n"
    assert shell.document("week", "list")["weeks"][0]["ends"] == "2022-09-18"
    assert shell.text("week", "edit", "q3-2022") == "Nothing to change.\n"
    assert shell.document("week", "remove", "q3-2022") == {"removed": "q3-2022"}
    assert shell.document("week", "list") == {"weeks": []}


def test_week_is_copied(shell: Shell) -> None:
    shell.text(*WORDS)

    said = shell.text("week", "copy", "q3-2022", "q4-2022", "--name", "Q4 2022", "--starts", "2022-12-05")

    assert said == "Created Q4 2022 (q4-2022), 2022-12-05 to 2022-12-09, as a draft: 0 teams, 0 people, 0 shifts.\n"


def test_week_schedule_plans_shows_and_removes(shell: Shell) -> None:
    shell.text("week", "create", "later", "--name", "Later", "--timezone", "Berlin", "--starts", "2099-03-02",
               "--ends", "2099-03-06", "--open")  # fmt: skip

    planned = shell.text(
        "week", "schedule", "later", "--freeze", "2099-03-06 15:00", "--close", "2099-03-06 17:00", "--grace", "60"
    )
    shown = shell.document("week", "schedule", "later")
    removed = shell.text("week", "schedule", "later", "--remove", "freeze", "--remove", "close")

    assert planned.splitlines() == [
        "Later: freeze 2099-03-06 15:00 (Europe/Berlin).", "Later: closing 2099-03-06 18:00 (Europe/Berlin).",
    ]  # fmt: skip
    assert (shown["open"], shown["close"]["happens_at"]) == (None, "2099-03-06T17:00:00.000000Z")
    assert removed == "Nothing of Later is planned.\n"
    assert "--add" not in shell.refusal("week", "schedule", "later", "--grace", "60")


def test_team_is_merged_into_another_by_name(open_week: Shell) -> None:
    open_week.text(
        "team", "import", "current", open_week.write("more.csv", "team,name,email\nBats,Gus,gus@example.com\n")
    )

    tried = open_week.document("team", "merge", "current", "owls", "BATS", "--dry-run")
    said = open_week.text("team", "merge", "current", "Owls", "Bats")

    assert (tried["merged"], tried["team"], tried["refusals"]) == (False, "Owls", [])
    assert said.startswith("Merged into Owls: ")
    assert "There’s no team “Bats”" in open_week.refusal("team", "merge", "current", "Owls", "Bats")


def test_week_archive_leaves_it_out_of_the_list(shell: Shell) -> None:
    shell.text(*WORDS, "--open")
    shell.text("week", "close", "q3-2022")

    assert shell.text("week", "archive", "q3-2022") == "Q3 2022 is archived.\n"
    assert shell.document("week", "list") == {"weeks": []}
    assert shell.text("week", "list") == "All weeks are archived. `--archived` lists them.\n"
    assert [each["week"] for each in shell.document("week", "list", "--archived")["weeks"]] == ["q3-2022"]
    assert "archived already" in shell.refusal("week", "archive", "q3-2022")
    assert shell.text("week", "unarchive", "q3-2022") == "Q3 2022 is in lists again.\n"
