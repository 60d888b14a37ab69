"""`person`: who there is, a way back in, roles."""

from datetime import UTC, datetime

import pytest

from app.db.database import Database
from app.services.access import links
from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")


def whom(shell: Shell, address: str) -> str:
    """Whom the link at this address signs in."""
    database = Database(f"sqlite:///{shell.ledger}")
    try:
        with database.unit_of_work() as session:
            return links.use(session, address.rpartition("/")[2], datetime.now(UTC))[1].email
    finally:
        database.dispose()


def test_people_are_listed_by_name(open_week: Shell) -> None:
    open_week.text("person", "role", "bo@example.com", "organizer")

    listed = open_week.document("person", "list")["people"]

    assert [(each["name"], each["role"], each["off"], each["signed_in_at"]) for each in listed] == [
        ("Ada Lovelace", "player", False, None),
        ("Bo", "organizer", False, None),
        ("Dua", "player", False, None),
    ]
    assert [line.split("\t")[:3] for line in open_week.text("person", "list").splitlines()[:2]] == [
        ["name", "email", "role"],
        ["Ada Lovelace", "ada@example.com", "player"],
    ]


def test_every_person_is_listed_however_many_there_are(open_week: Shell) -> None:
    rows = "".join(f"Team {number},Racer {number:03},racer{number}@example.com\n" for number in range(120))
    open_week.text("team", "import", "current", open_week.write("many.csv", "team,name,email\n" + rows))

    names = [person["name"] for person in open_week.document("person", "list")["people"]]

    assert (len(names), names[-1]) == (123, "Racer 119")


def test_list_of_no_people_is_a_sentence(shell: Shell) -> None:
    assert shell.text("person", "list").startswith("No people yet.")


def test_link_signs_its_person_in(open_week: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSEMBLY_WEEK_PUBLIC_URL", "https://week.example.com/")

    made = open_week.document("person", "link", " ADA@example.com")

    assert made["link"].startswith("https://week.example.com/sign-in/link/al_")
    assert (made["email"], whom(open_week, made["link"])) == ("ada@example.com", "ada@example.com")


def test_link_without_a_public_address_says_what_to_do(open_week: Shell) -> None:
    address, hint = open_week.text("person", "link", "ada@example.com").splitlines()

    assert whom(open_week, address) == "ada@example.com"
    assert (address.startswith("/sign-in/link/al_"), "ASSEMBLY_WEEK_PUBLIC_URL" in hint) == (True, True)


def test_link_makes_nobody(open_week: Shell) -> None:
    refused = open_week.refusal("person", "link", "eve@example.com")

    assert (
        refused
        == "No person with the email eve@example.com. `assembly-week person list` shows who there is."
    )  # fmt: skip
    assert len(open_week.document("person", "list")["people"]) == 3


def test_role_is_changed(open_week: Shell) -> None:
    assert open_week.text("person", "role", "ada@example.com", "owner") == "Ada Lovelace is an owner now.\n"

    assert open_week.document("person", "role", "ada@example.com", "owner")["role"] == "owner"


def test_the_last_owner_stays(open_week: Shell) -> None:
    open_week.text("person", "role", "ada@example.com", "owner")

    refused = open_week.refusal("person", "role", "ada@example.com", "player")

    assert refused == "There must be an owner. Make another person an owner first."


def test_unknown_role_or_person_is_refused(open_week: Shell) -> None:
    assert open_week.run("person", "role", "ada@example.com", "emperor").exit_code == 2
    assert open_week.refusal("person", "role", "eve@example.com", "owner").startswith("No person with the email")


def test_person_gets_a_further_email_and_is_merged(open_week: Shell) -> None:
    open_week.text("person", "address", "bo@example.com", "--add", "bo@home.example")
    open_week.text("person", "import", open_week.write("more.csv", "email,name\nbo@tools.example,Bo T.\n"))

    tried = open_week.document("person", "merge", "bo@home.example", "bo@tools.example", "--dry-run")
    said = open_week.text("person", "merge", "bo@home.example", "bo@tools.example")
    shown = open_week.document("person", "address", "bo@tools.example", "--main", "bo@tools.example")

    assert (tried["merged"], tried["email"], tried["refusals"]) == (False, "bo@example.com", [])
    assert said.splitlines()[0] == "Merged: bo@tools.example signs in as Bo now."
    assert (shown["email"], shown["addresses"]) == ("bo@tools.example", ["bo@example.com", "bo@home.example"])


def test_merging_of_members_of_two_teams_is_refused_by_name(open_week: Shell) -> None:
    refused = open_week.refusal("person", "merge", "ada@example.com", "dua@example.com")

    assert "Merging takes one team for all of the week." in refused
