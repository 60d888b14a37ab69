"""Undoing an import: what it did is taken back, what others did since stays, and an equal row comes back."""

import json
from typing import Any

import pytest
from sqlmodel import col, select

from app.errors import AlreadyDone, WeekNotOpen
from app.models import AuditEntry, ListImport, Shift, SourceIdentity
from app.services.imports import batch, history, identity_import, imports, roster_import, shift_import, undoing
from app.services.imports.batch import BatchRefused, Line, Outcome
from app.services.imports.undoing import Undone
from app.services.intake import authors, connections
from app.services.operations.secrets import SigningKey
from app.services.shifts import shifts
from tests.builders import ADA, BO, CATS, DUA, GUS, OWLS, SIGNING_KEY, SLUG, Game, an_activity
from tests.cost import calls, statements_to


def import_all(game: Game, *activities: dict[str, Any], at_once: int = 100) -> Outcome:
    lines: list[Line] = list(batch.read_ndjson("\n".join(map(json.dumps, activities)).encode()))
    return imports.import_activities(game.database, SLUG, lines, game.act, at_once=at_once)


def last(game: Game) -> ListImport:
    with game.database.reading() as session:
        return history.recent(session, game.week())[0]


def undo(game: Game, found: ListImport | None = None) -> Undone:
    with game.database.unit_of_work() as session:
        return undoing.undo(session, (found or last(game)).id, game.act)


def some(number: int = 3) -> list[dict[str, Any]]:
    return [an_activity(person=(ADA, DUA)[each % 2], external_id=f"e{each}") for each in range(number)]


@pytest.mark.parametrize("at_once", [100, 2], ids=["few", "many"])
def test_undone_activities_are_reversed_and_equal_rows_reinstate_them(game: Game, at_once: int) -> None:
    first = import_all(game, *some(), at_once=at_once)
    before = game.points()

    undone = undo(game)
    after = game.points()
    again = import_all(game, *some(), an_activity(external_id="new"), at_once=at_once)

    assert (first, undone.counts, undone.stayed) == (Outcome(3, 0), {"reversed": 3}, [])
    assert after == {OWLS: 0, CATS: 0}
    assert again == Outcome(recorded=1, repeated=0, reinstated=3)
    assert game.points() == {**before, OWLS: before[OWLS] + 5}
    assert game.verify() == []


def test_a_short_list_reads_few_of_a_long_one_that_was_undone(game: Game) -> None:
    import_all(game, *some(3))
    undo(game)
    few = calls(lambda: import_all(game, an_activity(external_id="x1")))
    import_all(game, *some(600))
    undo(game)

    assert calls(lambda: import_all(game, an_activity(external_id="x2"))) < few * 1.1


def test_unequal_row_of_an_undone_activity_is_refused_with_its_line(game: Game) -> None:
    import_all(game, *some())
    undo(game)

    with pytest.raises(BatchRefused) as refused:
        import_all(game, an_activity(external_id="x"), {**some()[1], "note": "Another"})

    [error] = refused.value.extra["errors"]
    assert (error["line"], "with other values (note)" in error["message"]) == (2, True)
    assert game.points() == {OWLS: 0, CATS: 0}


def test_undoing_of_what_came_again_reverses_it_once_more(game: Game) -> None:
    import_all(game, *some())
    undo(game)
    import_all(game, *some())

    assert undo(game).counts == {"reversed": 3}
    assert (game.points(), game.verify()) == ({OWLS: 0, CATS: 0}, [])


def test_rows_that_an_organizer_reversed_stay_repeats(game: Game) -> None:
    game.reverse(game.take(**some()[0]).entry)

    assert import_all(game, *some()) == Outcome(recorded=2, repeated=1)


def test_undone_import_cannot_be_undone_again_and_no_closed_week_changes(game: Game) -> None:
    import_all(game, *some())
    found = last(game)
    undo(game)

    with pytest.raises(AlreadyDone):
        undo(game, found)
    import_all(game, an_activity(external_id="other"))
    game.close()
    with pytest.raises(WeekNotOpen):
        undo(game)


def test_undone_teams_put_people_back_and_say_what_stays(game: Game) -> None:
    text = f"team,name,email\nFoxes,Gus Björk,{GUS}\nFoxes,Ada King,{ADA}\nHens,New,new@example.com\n"
    with game.database.unit_of_work() as session:
        plan = roster_import.prepare(session, SLUG, roster_import.read(text), game.act)
        roster_import.apply(session, SLUG, plan, game.act)
    game.at("15:00").team("Elks", GUS)

    undone = undo(game)

    teams = {standing.team: standing.members for standing in game.board().standings}
    assert teams[OWLS] == ("Ada Lovelace", "Bo Nguyen", "Chidi Okafor")
    assert (set(teams), teams["Elks"]) == ({OWLS, CATS, "Elks"}, ("Gus Björk",))
    assert undone.counts == {
        "moved back": 1, "renamed back": 1, "of its teams removed": 2, "of its people removed": 1,
    }  # fmt: skip
    assert undone.stayed == [
        "Gus Björk moved on since, and stays there.",
        "Gus Björk stays: they have a team.",
    ]
    assert game.verify() == []


def test_undone_shifts_go_unless_somebody_had_to_do_with_them(game: Game) -> None:
    text = "date,from,until\n2022-09-15,06:00,08:00\n2022-09-15,08:00,10:00\n"
    with game.database.unit_of_work() as session:
        shift_import.apply(session, SLUG, shift_import.read(text), game.act)
    with game.database.unit_of_work() as session:
        taken = session.exec(select(Shift).order_by(col(Shift.starts_at))).first()
        assert taken is not None
        taken.version += 1

    undone = undo(game)

    with game.database.reading() as session:
        assert [shift.id for shift in shifts.of_week(session, game.week())] == [taken.id]
    assert (undone.counts, len(undone.stayed)) == ({"removed": 1}, 1)


def name_ids(game: Game, number: int) -> ListImport:
    rows = [f"github,@u{each},{(ADA, BO)[each % 2]}" for each in range(number)]
    with game.database.unit_of_work() as session:
        found = identity_import.read("\n".join(["source,external_id,email", *rows]))
        identity_import.apply(session, found, game.act)
        return next(each for each in history.recent(session, None) if each.undone_at is None)


def test_undone_identities_are_forgotten_but_for_those_that_are_others_now(game: Game) -> None:
    with game.database.unit_of_work() as session:
        connections.connect(session, SigningKey(SIGNING_KEY), "github", game.act)
    found = name_ids(game, 5)
    with game.database.unit_of_work() as session:
        later = game.at("15:00").act
        authors.name(session, "github", "@u1", DUA, later, replace=True)
        [gone] = session.exec(select(SourceIdentity.id).where(SourceIdentity.external_id == "@u2"))
        authors.forget(session, gone, later)

    undone = undo(game, found)

    assert undone.counts == {"forgotten": 3}
    assert undone.stayed == ["github @u1 was given to someone else since.", "1 was removed before."]
    with game.database.reading() as session:
        assert session.exec(select(SourceIdentity.external_id)).all() == ["@u1"]
        notes = session.exec(select(AuditEntry.action).where(AuditEntry.object_kind == "import")).all()
        gone_ids = session.exec(select(AuditEntry.object_id).where(AuditEntry.action == "author.forgotten")).all()
        assert len(set(gone_ids)) == 4
    assert notes == ["import.undone"]


def test_undoing_of_many_identities_takes_as_many_looks_as_of_few(game: Game) -> None:
    with game.database.unit_of_work() as session:
        connections.connect(session, SigningKey(SIGNING_KEY), "github", game.act)
    looked = []
    for number in (3, 30, 300):
        found = name_ids(game, number)
        with statements_to(game.database) as statements:
            undo(game, found)
        looked.append(sum(not each.lstrip().upper().startswith("INSERT") for each in statements))

    assert looked[1] == looked[2]


def test_import_that_changes_nothing_is_not_in_the_history(game: Game) -> None:
    import_all(game, *some())
    import_all(game, *some())

    with game.database.reading() as session:
        assert len(history.recent(session, game.week())) == 1
