"""The guide: versions that organizers save, and go back to."""

from datetime import timedelta
from functools import partial

import pytest

from app.db.database import Database
from app.errors import Malformed, NotFound
from app.services import guide
from app.services.guide import Guide, GuideChanged
from tests.builders import NOW, act_by
from tests.races import race


def save(database: Database, text: str, *, version: int | None = None, note: str = "", by: str = "Olu") -> Guide:
    with database.unit_of_work() as session:
        return guide.change(session, text, act_by(by, NOW), note=note, version=version)


def current(database: Database) -> Guide:
    with database.reading() as session:
        return guide.current(session)


def test_current_is_the_shipped_guide_until_one_is_saved(database: Database) -> None:
    before = current(database)

    save(database, "New\r\n", note=" Shorter ", version=before.number)

    assert (before, before.number) == (guide.shipped(), 0)
    newest = current(database)
    assert (newest.text, newest.note, newest.by, newest.at) == ("New\n", "Shorter", "Olu", NOW)


def test_change_after_somebody_elses_is_refused_and_names_them(database: Database) -> None:
    theirs = save(database, "Theirs", version=0, by="Ada")

    with pytest.raises(GuideChanged, match=f"Not saved: Ada saved version {theirs.number} after you opened this page"):
        save(database, "Mine", version=0)

    assert current(database).text == "Theirs\n"


def test_change_by_two_at_once_saves_one(database: Database) -> None:
    outcomes = race([partial(save, database, f"By {number}", version=0) for number in range(2)])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Guide", "GuideChanged"]


def test_same_text_again_makes_no_version(database: Database) -> None:
    saved = [save(database, text) for text in ("New", "New\n", guide.shipped().text, guide.shipped().text)]

    assert [each.number for each in saved] == [saved[0].number] * 2 + [saved[2].number] * 2


def test_restore_brings_an_older_text_as_a_new_version(database: Database) -> None:
    first = save(database, "First")
    second = save(database, "Second")

    with database.unit_of_work() as session:
        guide.restore(session, first.number, act_by("Ada", NOW + timedelta(hours=1)), version=second.number)
        listed = guide.history(session)

    assert current(database).text == "First\n"
    assert [(entry.note, entry.by) for entry in listed] == [
        (f"Back to version {first.number}", "Ada"), ("", "Olu"), ("", "Olu"), ("", ""),
    ]  # fmt: skip


def test_history_comes_in_pages_and_ends_with_the_shipped_guide(database: Database) -> None:
    for number in range(guide.PER_PAGE + 1):
        save(database, f"Text {number}")

    with database.reading() as session:
        newest = guide.history(session)
        oldest = guide.history(session, newest[-1].number)

    assert len(newest) == guide.PER_PAGE
    assert [entry.number for entry in oldest] == [newest[-1].number - 1, guide.SHIPPED]


@pytest.mark.parametrize("text", ["", " \n", "a\0", "\u202e", "x" * (guide.LONGEST + 1)])
def test_text_that_cannot_be_kept_is_refused(database: Database, text: str) -> None:
    with pytest.raises(Malformed, match=r"^The guide must"):
        save(database, text)


def test_unknown_version_is_not_found(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        guide.numbered(session, 99)
