"""`week rehearse`: begun, moved on, told, thrown away, and what it refuses."""

import pytest

from tests.cli.conftest import Shell
from tests.cli.test_weeks import WORDS

pytestmark = pytest.mark.usefixtures("tables")

TEAMS = "team,name,email\nOwls,Ada Lovelace,ada@example.com\nOwls,Bo Nguyen,bo@example.com\n"
HERE = ("week", "rehearse", "q3-2022")


def test_week_is_rehearsed_and_the_rehearsal_thrown_away(shell: Shell) -> None:
    shell.text(*WORDS, "--open")
    shell.text("team", "import", "q3-2022", shell.write("teams.csv", TEAMS))

    begun = shell.document(*HERE)
    moved = shell.text(*HERE, "--until", "2022-09-14 12:00")
    told = shell.document(*HERE)
    listed = shell.document("week", "list")["weeks"]
    other = shell.refusal("week", "close", "q3-2022~rehearsal")
    thrown = shell.document(*HERE, "--throw-away")

    assert (begun["week"], begun["of"], begun["state"]) == ("q3-2022~rehearsal", "q3-2022", "open")
    assert moved.startswith(
        "The rehearsal of Q3 2022 (q3-2022~rehearsal) is open, 2022-09-14 12:00 (America/Los_Angeles): "
    )
    assert told["now"] == "2022-09-14T19:00:00.000000Z"
    assert [week["week"] for week in listed] == ["q3-2022"]
    assert "There’s no week “q3-2022~rehearsal”." in other
    assert thrown["rows"] > 10


def test_week_without_people_or_a_clock_set_back_is_refused(shell: Shell) -> None:
    shell.text(*WORDS, "--open")

    empty = shell.refusal(*HERE)
    both = shell.refusal(*HERE, "--until", "2022-09-14 12:00", "--throw-away")
    none = shell.refusal(*HERE, "--throw-away")

    assert "Q3 2022 has nobody in its teams yet. Add people first." in empty
    assert "Move its clock or throw it away, not both." in both
    assert "Q3 2022 isn’t being rehearsed. Start a rehearsal first." in none
