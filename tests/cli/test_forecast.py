"""`forecast`: contacts imported, shown as a forecast, and how good it was."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.conftest import Shell

pytestmark = pytest.mark.usefixtures("tables")


def history(weeks: int) -> str:
    """A CSV of so many past weeks: 8 contacts at 10:00 UTC on the weekday of tomorrow."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    days = [tomorrow - timedelta(days=7 * back) for back in range(weeks, 0, -1)]
    return "starts_at,minutes,channel,contacts\n" + "".join(f"{day} 10:00,30,Email,8\n" for day in days)


def test_forecast_is_imported_shown_and_judged(shell: Shell) -> None:
    file = shell.write("contacts.csv", history(12))
    imported = shell.text("forecast", "import", file, "--timezone", "UTC")
    again = shell.document("forecast", "import", file, "--timezone", "UTC")
    shown = shell.document("forecast", "show", "--days", "2", "--timezone", "UTC")
    judged = shell.text("forecast", "accuracy", "--timezone", "UTC").splitlines()

    assert imported == "Imported 12 intervals (0 changed, 0 as before).\n"
    assert again == {"added": 0, "changed": 0, "unchanged": 12}
    ten = next(item for item in shown["items"] if item["contacts"])
    assert (ten["contacts"], ten["low"], ten["high"], ten["weeks"]) == (8.0, 4, 12, 12)
    assert judged[0].endswith("were off by 0% of all contacts; “as last week” was off by 0%.")


def test_forecast_without_history_says_so(shell: Shell) -> None:
    assert shell.text("forecast", "show") == "No history yet. Import some.\n"
    assert shell.text("forecast", "accuracy") == "Accuracy needs 12 weeks of history.\n"


def test_forecast_refuses_bad_lists_with_their_lines(shell: Shell) -> None:
    file = shell.write("bad.csv", "starts_at,minutes,channel,contacts\n2022-09-07 10:00,45,email,8\n2022,30,email,8\n")

    refused = shell.refusal("forecast", "import", file, "--timezone", "UTC")

    assert "Line 2: “minutes” is 30 or 120. And 1 more mistake." in refused
    assert shell.refusal("forecast", "show", "--minutes", "60") == "--minutes is 30 or 120, --days 1 to 31."
    assert shell.refusal("forecast", "show", "--timezone", "Mars").startswith("--timezone must be a time zone")
