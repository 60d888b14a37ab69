"""`source`, `delivery` and `identity`: connected, listed, rotated, disconnected; people named from a list."""

import json

import pytest

from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")


def test_a_connection_is_made_with_its_address_and_secret_shown_once(shell: Shell) -> None:
    made = shell.document("source", "connect", "zendesk", "--account", "acme", "--name", "zendesk-eu")

    assert {**made, "secret": ""} == {
        "name": "zendesk-eu", "kind": "zendesk", "url": "/hooks/zendesk-eu", "secret": "",
    }  # fmt: skip
    assert made["secret"].startswith("whsec_")
    listed = shell.text("source", "list")
    assert made["secret"] not in listed
    assert listed.splitlines()[1].split("\t") == ["zendesk-eu", "zendesk", "acme", "waiting", "", "0", "0", "0"]
    [told] = shell.document("source", "list")["sources"]
    assert (told["state"], told["last_at"], told["unread"]) == ("waiting", None, 0)


def test_a_tool_with_a_secret_of_its_own_is_asked_for_it(shell: Shell) -> None:
    made = shell.text("source", "connect", "zendesk")
    handed_over = shell.text("source", "rotate", "zendesk", "--secret", "theirs")

    assert "hand it over with `assembly-week source rotate zendesk --secret TEXT`." in made
    assert "hand it over" not in handed_over + shell.text("source", "connect", "github")


def test_a_connection_is_rotated_and_disconnected(shell: Shell) -> None:
    first = shell.document("source", "connect", "github")

    second = shell.document("source", "rotate", "github", "--now")

    assert second["secret"] != first["secret"]
    assert shell.text("source", "disconnect", "github") == "Disconnected github.\n"
    assert shell.refusal("source", "rotate", "github").startswith("There’s no connection “github”.")
    assert shell.text("source", "list").startswith("No connections yet.")


def test_a_kind_there_is_not_and_a_name_that_is_taken_are_refused(shell: Shell) -> None:
    shell.text("source", "connect", "jira")

    assert shell.refusal("source", "connect", "jira") == ("There is a connection “jira” already. Choose another name.")
    assert shell.refusal("source", "connect", "email").startswith("“email” isn’t a kind of source.")


def test_what_is_gone_and_what_was_replaced_are_settled_by_name(shell: Shell) -> None:
    shell.text("source", "connect", "linear")
    shell.text("source", "rotate", "linear")

    assert shell.document("source", "gone", "linear", "on")["reverses_gone"] is True
    assert shell.text("source", "gone", "linear", "off").startswith("What linear deletes stands")
    assert shell.text("source", "revoke", "linear").startswith("Only the newest secret")
    shell.text("source", "connect", "guru")
    assert shell.refusal("source", "gone", "guru", "on").startswith("Guru doesn’t say what is deleted")
    rotated = shell.document("source", "rotate", "guru")
    assert rotated["url"].startswith("/hooks/guru/")
    assert rotated["secret"] is None


def test_a_tool_that_signs_nothing_gets_no_secret(shell: Shell) -> None:
    assert shell.document("source", "connect", "guru")["secret"] is None


def test_identities_are_imported_all_or_nothing(open_week: Shell) -> None:
    shell = open_week
    shell.text("source", "connect", "github")
    good = "source,external_id,email\ngithub,@Ada,ada@example.com\n"
    bad = shell.write("bad.csv", f"{good}github,@eve,eve@example.com\n")

    assert "Nothing was imported. Line 3: " in shell.refusal("identity", "import", bad)
    assert shell.document("identity", "list") == {"identities": []}
    assert shell.document("identity", "import", shell.write("good.csv", good)) == {"named": 1, "repeated": 0}
    assert shell.text("identity", "import", shell.write("good.csv", good)) == (
        "Imported 0 identities (1 there already).\n"
    )
    [named] = shell.document("identity", "list")["identities"]
    assert (named["source"], named["external_id"], named["email"]) == ("github", "@ada", "ada@example.com")


def test_an_identity_is_refused_where_a_spreadsheet_shortened_its_id_and_a_login_needs_no_at(open_week: Shell) -> None:
    shell = open_week
    shell.text("source", "connect", "github")
    shell.text("source", "connect", "zendesk")
    bad = "source,external_id,email\nzendesk,1.23E+11,ada@example.com\nzendesk,7700123.0,ada@example.com\n"

    assert "Line 2: “external_id” is 1.23E+11, a number" in shell.refusal(
        "identity", "import", shell.write("b.csv", bad)
    )

    good = "source,external_id,email\ngithub,Ada,ada@example.com\ngithub,77,ada@example.com\n"
    shell.text("identity", "import", shell.write("good.csv", good))
    assert [each["external_id"] for each in shell.document("identity", "list")["identities"]] == ["77", "@ada"]


def test_deliveries_are_listed_and_one_there_is_not_cannot_be_replayed(shell: Shell) -> None:
    assert shell.text("delivery", "list") == "No deliveries.\n"
    assert shell.refusal("delivery", "replay", "0" * 16) == "There’s no delivery with that id."


def test_deliveries_are_replayed_all_of_a_state(open_week: Shell) -> None:
    shell = open_week
    shell.text("source", "connect", "github")

    assert shell.text("delivery", "replay", "--all", "--state", "unmatched") == (
        "Looking again at 0 deliveries (0 recorded stay so).\n"
    )
    assert shell.document("delivery", "replay", "--all") == {"again": 0, "stayed": 0, "found": 0}
    assert shell.refusal("delivery", "replay", "--all", "--state", "lost").startswith("“lost” isn’t a state")
    assert shell.run("delivery", "replay").exit_code == 2
    assert shell.run("delivery", "replay", "0" * 16, "--all").exit_code == 2


def test_service_accounts_are_added_listed_and_removed(shell: Shell) -> None:
    shell.text("source", "connect", "github")

    [listed] = shell.document("source", "accounts", "github", "--add", "@Robot")["accounts"]

    assert listed["external_id"] == "@robot"
    assert shell.text("source", "accounts", "github", "--remove", "@ROBOT") == "No bots or service accounts.\n"
    assert shell.refusal("source", "accounts", "github", "--remove", "@robot").startswith("“@robot” isn’t among")


def test_a_manifest_of_slack_has_the_address_and_no_secret(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.text("source", "connect", "slack", "--name", "chat", "--secret", "signing-secret")
    assert shell.refusal("source", "manifest", "chat").startswith("Set ASSEMBLY_WEEK_PUBLIC_URL")
    monkeypatch.setenv("ASSEMBLY_WEEK_PUBLIC_URL", "https://week.example.com/")

    manifest = shell.text("source", "manifest", "chat")

    assert manifest.count("url: https://week.example.com/hooks/chat") == 3
    assert "signing-secret" not in manifest
    for_socket = shell.text("source", "manifest", "chat", "--socket")
    assert ("url" in for_socket, "socket_mode_enabled: true" in for_socket) == (False, True)
    shell.text("source", "connect", "github")
    assert shell.refusal("source", "manifest", "github").startswith("Only Slack has a manifest")


def test_an_app_token_of_slack_is_set_told_of_and_forgotten(shell: Shell) -> None:
    words = ["source", "connect", "slack", "--secret", "-", "--app-token", "-", "--json"]
    result = shell.run(*words, given="signing\nxapp-1-A0-0123456789\n")

    assert (result.exit_code, "xapp" in result.stdout + result.stderr) == (0, False)
    assert shell.document("source", "token", "slack")["socket"] == "waiting"
    assert shell.refusal("source", "token", "slack", "--app-token", "xoxb-1").startswith("An app token begins with")
    assert shell.document("source", "token", "slack", "--clear-app")["socket"] == "none"
    assert shell.refusal("source", "token", "slack", "--clear-app") == "This connection has no app token."


def test_a_secret_is_read_from_standard_input(shell: Shell) -> None:
    words = ["source", "connect", "linear", "--secret", "-", "--json"]

    result = shell.run(*words, given="theirs\n")

    assert json.loads(result.stdout)["secret"] == "theirs"
