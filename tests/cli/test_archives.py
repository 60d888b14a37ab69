"""`archive`: a week out of one installation and into another, as processes do it."""

from pathlib import Path

from tests.cli.conftest import Shell


def test_archive_goes_out_and_comes_in_under_another_slug(open_week: Shell) -> None:
    said = open_week.text("archive", "export", "current", "w.archive")
    found = open_week.document("archive", "import", "w.archive", "--as", "again")

    assert said.startswith("Exported week q3-2022 to w.archive (")
    assert (found["week"], found["new_people"], found["rows"]["team"]) == ("again", 0, 2)
    assert open_week.text("verify", "again") == "OK: again matches the ledger.\n"


def test_refusals_of_archives(open_week: Shell) -> None:
    open_week.text("archive", "export", "current", "w.archive")
    torn = open_week.write("torn", Path("w.archive").read_bytes()[:-30])

    assert "exists already" in open_week.refusal("archive", "export", "current", "w.archive")
    assert "already a week “q3-2022”" in open_week.refusal("archive", "import", "w.archive")
    assert "torn" in open_week.refusal("archive", "import", torn)
    assert "can’t be a week’s slug" in open_week.refusal("archive", "import", "w.archive", "--as", "A week")


def test_rules_of_an_archive_are_those_that_were_active(open_week: Shell) -> None:
    open_week.text("archive", "export", "current", "w.archive")

    rules = open_week.text("archive", "rules", "w.archive")
    open_week.text("archive", "rules", "w.archive", "--out", "rules.toml")

    assert rules == Path("rules.toml").read_text(encoding="utf-8")
    assert open_week.text("rules", "check", "rules.toml")
