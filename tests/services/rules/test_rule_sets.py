"""Versions of the rules: activated whole or not at all, and kept for ever."""

import pytest

from app.db.database import Database
from app.errors import Malformed, RulesRefused, RulesUnfit
from app.events import Event, RulesChanged, WeekChanged
from app.services.rules import rule_sets
from app.services.standings import previews
from tests.builders import CATS, NOW, OWLS, RULES, Game, act_by, changed_rules, dearer_issues

GUESTBOOK = '\n[activities.guestbook_entry]\npoints = 1\none = "entry"\nmany = "entries"\n'
TEAMS_OF_TWO = changed_rules("size = 3 ", "size = 2 ").replace("members = 3", "members = 2")
BROKEN = changed_rules("points = 5", "points = 5.5").replace("members = 3", "membres = 3")


def read_file(database: Database, text: str) -> int | None:
    with database.unit_of_work() as session:
        rule_set = rule_sets.read_file(session, text, act_by("rules file", NOW))
        return rule_set.id if rule_set else None


def active_text(database: Database) -> str:
    with database.reading() as session:
        return rule_sets.active(session).text


def test_every_begins_with_the_rules_of_the_file(database: Database) -> None:
    with database.reading() as session:
        (first,) = rule_sets.every(session)

    assert (first.text, first.by, first.note, first.at) == (RULES, "rules file", "Read from the rules file", NOW)


def test_activate_makes_a_version_and_scores_open_weeks_again(game: Game) -> None:
    game.take()
    before = game.week().version

    game.activate(dearer_issues())

    assert game.points() == {OWLS: 7, CATS: 0}
    assert game.week().version == before + 1
    assert game.verify() == []


def test_activate_keeps_who_when_and_why(game: Game) -> None:
    game.activate(dearer_issues())

    with game.database.reading() as session:
        newest, first = rule_sets.every(session)
    assert (newest.text, newest.by, newest.note, newest.at) == (dearer_issues(), "Olu", "Tried", NOW)
    assert (first.text, newest.sha256 == first.sha256) == (RULES, False)


def test_activate_of_an_older_text_is_a_new_version(game: Game) -> None:
    game.take()
    game.activate(dearer_issues())

    game.activate(RULES)

    with game.database.reading() as session:
        assert [rule_set.text for rule_set in rule_sets.every(session)] == [RULES, dearer_issues(), RULES]
    assert game.points() == {OWLS: 5, CATS: 0}


def test_activate_of_broken_rules_changes_nothing_and_tells_every_mistake(game: Game) -> None:
    game.take()
    before = game.board()

    with pytest.raises(RulesRefused) as refusal:
        game.activate(BROKEN)

    assert [(error["line"], error["key"]) for error in refusal.value.extra["errors"]] == [
        (36, "activities.issue.points"),
        (78, "quests[1].membres"),
    ]
    assert refusal.value.detail.startswith("2 mistakes. The first is in line 36: ")
    assert (game.board(), active_text(game.database)) == (before, RULES)


def test_activate_without_a_used_kind_is_refused(game: Game) -> None:
    game.activate(RULES + GUESTBOOK)
    game.take(kind="guestbook_entry")

    with pytest.raises(RulesUnfit) as refusal:
        game.activate(RULES)

    assert refusal.value.status == 409
    assert refusal.value.extra["refused"] == [
        "Week Q3-2022 has activities of the kind “guestbook_entry”: keep [activities.guestbook_entry]."
    ]
    assert active_text(game.database) == RULES + GUESTBOOK


def test_activate_without_an_unused_kind_is_fine(game: Game) -> None:
    game.activate(RULES + GUESTBOOK)

    game.activate(RULES)

    assert active_text(game.database) == RULES


def test_activate_without_a_kind_that_only_a_closed_week_used_is_fine(game: Game) -> None:
    game.activate(RULES + GUESTBOOK)
    game.take(kind="guestbook_entry")
    game.close()

    game.activate(RULES)

    assert game.board().totals["guestbook_entry"] == 1


@pytest.mark.parametrize("state", ["draft", "open"])
def test_activate_with_a_size_below_an_existing_team_is_refused(database: Database, state: str) -> None:
    game = Game(database).start(state=state)

    with pytest.raises(RulesUnfit, match="Team Cats would have 3 members; the rules allow 2"):
        game.activate(TEAMS_OF_TWO)


def test_activate_after_adjustments_is_fine(game: Game) -> None:
    game.adjust(OWLS, 5)

    game.activate(dearer_issues())

    assert game.points() == {OWLS: 5, CATS: 0}


@pytest.mark.parametrize("note", ["a\0b", "x" * 501, "\u202e"])
def test_activate_with_an_impossible_note_is_refused(database: Database, note: str) -> None:
    with database.unit_of_work() as session, pytest.raises(Malformed):
        rule_sets.activate(session, dearer_issues(), act_by("Olu", NOW), note=note)


def test_activate_with_an_empty_note_is_fine(database: Database) -> None:
    with database.unit_of_work() as session:
        rule_set = rule_sets.activate(session, dearer_issues(), act_by("Olu", NOW), note=" ")

    assert rule_set.note == ""


def test_activate_announces_every_week_it_scored(game: Game) -> None:
    closed = Game(game.database, slug="q2-2022").start()
    closed.close()
    heard: list[Event] = []
    game.database.subscribe(heard.append)

    number = game.activate(dearer_issues())

    assert heard == [WeekChanged("q3-2022", game.week().version), RulesChanged(number)]


def test_read_file_again_makes_no_version(database: Database) -> None:
    assert read_file(database, RULES) is None


def test_read_file_of_new_content_makes_the_active_version(game: Game) -> None:
    game.take()

    number = read_file(game.database, dearer_issues())

    assert number is not None
    assert game.points() == {OWLS: 7, CATS: 0}


def test_read_file_after_a_restart_undoes_no_activation(game: Game) -> None:
    game.activate(dearer_issues())

    again = read_file(game.database, RULES)

    assert (again, active_text(game.database)) == (None, dearer_issues())


def test_read_file_changed_back_is_a_change(game: Game) -> None:
    read_file(game.database, dearer_issues())

    number = read_file(game.database, RULES)

    assert (number is not None, active_text(game.database)) == (True, RULES)


@pytest.mark.parametrize("text", [BROKEN, "", "\0", "a" * 70_000, "x = \udcff", "[" * 10_000])
def test_read_file_of_broken_content_is_refused_and_remembered(database: Database, text: str) -> None:
    number = read_file(database, text)

    with database.reading() as session:
        errors = rule_sets.file_errors(session)
    assert (number, active_text(database)) == (None, RULES)
    assert [error for error in errors if not error["message"]] == []
    assert len(errors) > 0


def test_read_file_of_the_same_broken_content_does_nothing(database: Database) -> None:
    read_file(database, BROKEN)

    read_file(database, BROKEN)

    with database.reading() as session:
        assert len(rule_sets.file_errors(session)) == 2


def test_read_file_of_mended_content_forgets_the_refusal(database: Database) -> None:
    read_file(database, BROKEN)

    read_file(database, dearer_issues())

    with database.reading() as session:
        assert rule_sets.file_errors(session) == []


def test_read_file_that_does_not_fit_an_open_week_is_refused_and_remembered(game: Game) -> None:
    read_file(game.database, TEAMS_OF_TWO)

    with game.database.reading() as session:
        errors = rule_sets.file_errors(session)
    assert [(error["line"], str(error["message"]).split(";")[0]) for error in errors] == [
        (1, "Team Cats would have 3 members"),
        (1, "Team Owls would have 3 members"),
    ]


def test_preview_shows_open_weeks_before_and_after(game: Game) -> None:
    game.take()
    Game(game.database, slug="q2-2022").start(state="draft")
    before = game.board()

    with game.database.reading() as session:
        preview = previews.preview(session, dearer_issues(), act_by("Olu"))

    assert [(week.before, [standing.points for standing in week.after.standings]) for week in preview.weeks] == [
        (before, [7, 0])
    ]
    assert (preview.refused, game.board()) == ([], before)


def test_preview_is_what_activation_then_shows(game: Game) -> None:
    game.take()
    with game.database.reading() as session:
        promised = previews.preview(session, dearer_issues(), act_by("Olu")).weeks[0].after

    game.activate(dearer_issues())

    assert (game.board().standings, game.board().trophies) == (promised.standings, promised.trophies)


def test_preview_says_why_activation_would_be_refused(game: Game) -> None:
    with game.database.reading() as session:
        preview = previews.preview(session, TEAMS_OF_TWO, act_by("Olu"))

    assert [sentence.split(";")[0] for sentence in preview.refused] == [
        "Team Cats would have 3 members",
        "Team Owls would have 3 members",
    ]


def test_preview_of_broken_rules_is_refused(game: Game) -> None:
    with game.database.reading() as session, pytest.raises(RulesRefused):
        previews.preview(session, BROKEN, act_by("Olu"))
