"""Large imports: as a batch, but in pieces and with a short lock."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.db import bulk
from app.db.database import Database
from app.domain.actor import Act
from app.errors import Conflict, WeekNotOpen
from app.models import ImportRow, LedgerEntry
from app.services import lifecycle
from app.services.imports import batch, imports
from app.services.imports.batch import BatchRefused, Line, Outcome
from app.services.imports.imports import Staged
from app.services.rules import rule_sets
from tests.builders import ADA, CATS, DUA, GUS, NOW, OWLS, SLUG, Game, a_tool, act_by, an_activity

AT_ONCE = 2


def lines(*activities: dict[str, Any]) -> list[Line]:
    return list(batch.read_ndjson("\n".join(map(json.dumps, activities)).encode()))


def import_all(game: Game, *activities: dict[str, Any]) -> Outcome:
    return imports.import_activities(game.database, SLUG, lines(*activities), Act(a_tool(), game.now), at_once=AT_ONCE)


def stage(game: Game, *activities: dict[str, Any]) -> Staged:
    return imports.stage(game.database, "one", SLUG, lines(*activities), now=game.now, at_once=AT_ONCE)


def apply(game: Game, staged: Staged) -> Outcome:
    return imports.apply(game.database, staged, Act(a_tool(), game.now))


def waiting(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(ImportRow.external_id)))


def a_mixture() -> list[dict[str, Any]]:
    """Activities of all kinds by two teams, in no order."""
    kinds = ("shift", "response", "issue", "response", "knowledge_card", "feature_request", "response")
    return [
        an_activity(
            kind=kind, person=(ADA, DUA)[number % 2], external_id=f"e{number}", subject=f"t{number % 3}",
            occurred_at=(NOW - timedelta(minutes=37 * (number * 5 % 7))).isoformat(),
        )
        for number, kind in enumerate(kinds)
    ]  # fmt: skip


def test_import_activities_is_what_a_batch_of_the_same_lines_is(game: Game) -> None:
    before = game.week().version

    outcome = import_all(game, *a_mixture())

    board = game.board()
    assert outcome == Outcome(recorded=7, repeated=0)
    assert (game.verify(), game.week().version, waiting(game.database)) == ([], before + 1, [])
    assert import_all(game, *a_mixture()) == Outcome(recorded=0, repeated=7)
    assert game.board() == board


def test_a_long_import_is_staged_as_it_was_sent_and_its_ids_grow_line_by_line(game: Game) -> None:
    copied = bulk.FEW + 1
    sent = [an_activity(external_id=f"e{each}", note=f"{each}\t\\N") for each in range(copied)]
    sent.append(an_activity(external_id="last"))

    outcome = imports.import_activities(game.database, SLUG, lines(*sent), Act(a_tool(), game.now), at_once=copied)

    with game.database.reading() as session:
        stored = session.exec(select(LedgerEntry).order_by(col(LedgerEntry.seq))).all()
    assert outcome == Outcome(recorded=len(sent), repeated=0)
    assert [(each.external_id, each.note) for each in stored] == [
        (each["external_id"], each.get("note")) for each in sent
    ]
    assert {each.occurred_at for each in stored} == {datetime.fromisoformat(sent[0]["occurred_at"])}
    ids = [each.id for each in stored]
    assert ids == sorted(ids), "an index that grows from left to right takes less time"


def test_import_activities_counts_repeats_in_the_file_and_in_the_ledger(game: Game) -> None:
    game.batch(an_activity(external_id="there"))
    first, second = an_activity(external_id="first"), an_activity(external_id="second")

    outcome = import_all(game, first, an_activity(external_id="there"), second, first, second)

    assert outcome == Outcome(recorded=2, repeated=3)
    assert game.verify() == []


def test_import_activities_with_bad_lines_records_nothing_and_names_each(game: Game) -> None:
    before = game.board()

    with pytest.raises(BatchRefused) as refusal:
        import_all(game, *a_mixture(), an_activity(person=GUS), an_activity(kind="napping"))

    assert [error["line"] for error in refusal.value.extra["errors"]] == [8, 9]
    assert (game.board(), waiting(game.database)) == (before, [])


def test_import_activities_tells_progress_of_every_line(game: Game) -> None:
    told: list[int] = []

    imports.import_activities(
        game.database, SLUG, lines(*a_mixture()), Act(a_tool(), NOW), progress=told.append, at_once=AT_ONCE
    )

    assert told == [2, 2, 2, 1]


def test_apply_counts_what_was_recorded_meanwhile_as_repeated(game: Game) -> None:
    staged = stage(game, *a_mixture())
    game.batch(a_mixture()[3], an_activity(person=DUA, external_id="another"))

    outcome = apply(game, staged)

    assert outcome == Outcome(recorded=6, repeated=1)
    assert game.verify() == []


def test_apply_scores_teams_again_that_changed_meanwhile(game: Game) -> None:
    entry = game.take(external_id="before").entry
    staged = stage(game, *a_mixture())
    game.reverse(entry)
    game.batch(an_activity(person=DUA, external_id="another"))

    outcome = apply(game, staged)

    assert outcome == Outcome(recorded=7, repeated=0)
    assert game.verify() == []


def test_apply_after_somebody_moved_scores_the_week_again(game: Game) -> None:
    staged = stage(game, *a_mixture())
    game.leave(ADA)
    game.team(OWLS, DUA)

    apply(game, staged)

    assert game.verify() == []


def test_apply_to_a_week_closed_meanwhile_records_nothing(game: Game) -> None:
    staged = stage(game, *a_mixture())
    with game.database.unit_of_work() as session:
        lifecycle.close(session, SLUG, act_by("Olu", NOW))
    before = game.board()

    with pytest.raises(WeekNotOpen):
        apply(game, staged)

    assert game.board() == before


def test_apply_under_other_rules_asks_for_another_import(game: Game) -> None:
    staged = stage(game, *a_mixture())
    with game.database.unit_of_work() as session:
        text = rule_sets.active(session).text.replace("points = 10", "points = 11")
        rule_sets.activate(session, text, act_by("Olu", NOW), note="")

    with pytest.raises(Conflict, match=r"^Nothing was imported: the rules or the week’s days changed"):
        apply(game, staged)

    assert game.points() == {CATS: 0, OWLS: 0}


def test_forget_deletes_what_killed_imports_left(game: Game) -> None:
    stage(game, *a_mixture())

    imports.forget(game.database, "another", NOW + imports.KEPT)
    kept = len(waiting(game.database))
    imports.forget(game.database, "another", NOW + imports.KEPT + timedelta(seconds=1))

    assert (kept, waiting(game.database)) == (7, [])
