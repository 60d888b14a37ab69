"""Settings of a week's shifts are checked with a sentence each, noted in the audit, and kept where nothing is said."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.domain.calendar.slots import ASSEMBLY_WEEK, WEDNESDAY_ROTATION
from app.domain.shifts.model import ShiftSettings
from app.errors import Malformed, ShiftRefused
from app.models import AuditEntry
from app.services import lifecycle
from app.services.shifts import patterns, settings, shifts
from app.services.shifts.shifts import Generated, ShiftFields
from app.services.weeks import weeks
from tests.builders import ENDS, SLUG, STARTS, Game, moment


def change(game: Game, **changes: Any) -> ShiftSettings:
    with game.database.unit_of_work() as session:
        return settings.change(session, SLUG, changes, game.act)


def noted(game: Game) -> list[tuple[str | None, str | None]]:
    with game.database.reading() as session:
        query = select(AuditEntry.before, AuditEntry.after).where(AuditEntry.action == "shifts.settings-changed")
        query = query.order_by(col(AuditEntry.id))
        return [(before, after) for before, after in session.exec(query)]


def test_change_keeps_what_is_not_named_and_notes_what_is_new(game: Game) -> None:
    opens_at = moment("2022-09-10 09:00")
    change(game, opens_at=opens_at, leave_until_h=24)

    found = change(game, leave_until_h=24, early_before="06:30", first_round=2, approve_covers=True, completes="person")

    assert found == ShiftSettings(
        opens_at=opens_at, leave_until=timedelta(hours=24), completes="person", early_before=390, first_round=2,
        approve_covers=True,
    )  # fmt: skip
    assert change(game, first_round=2) == found
    assert len(noted(game)) == 2
    assert noted(game)[1] == (
        '{"early_before": "07:00", "first_round": null, "approve_covers": false, "completes": "itself"}',
        '{"early_before": "06:30", "first_round": 2, "approve_covers": true, "completes": "person"}',
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("needs_team", "no", "This is either true or false."),
        ("needs_team", 0, "This is either true or false."),
        ("opens_at", datetime(2022, 9, 10, 9), "Give the moment at which signing up opens with its offset"),  # noqa: DTZ001 (what is refused)
        ("opens_at", moment("2022-09-17 00:00"), "Signing up must open before the week is over."),
        ("leave_until_h", 721, "a whole number from 0 to 720."),
        ("leave_until_h", True, "a whole number from 0 to 720."),
        ("completes", "nobody", "Choose who completes a shift: itself, person, organizer."),
        ("completes", [], "Choose who completes a shift: itself, person, organizer."),
        ("early_before", "7:00", "as HH:MM, such as 07:00."),
        ("early_per_team", 0, "a whole number from 1 to 10,000."),
        ("first_round", 1.0, "a whole number from 1 to 10,000."),
        ("limit", 1, "isn’t a setting of shifts. Choose from needs_team, require_ready,"),
    ],
)
def test_change_to_what_cannot_be_says_so_at_its_name(game: Game, name: str, value: Any, sentence: str) -> None:
    with pytest.raises(Malformed) as refused:
        change(game, **{name: value, "approve_covers": True})

    (error,) = refused.value.extra["errors"]
    assert error["field"] == name
    assert sentence in error["message"]
    assert noted(game) == []


def test_change_of_a_closed_week_waits_for_its_reopening(game: Game) -> None:
    with game.database.unit_of_work() as session:
        lifecycle.close(session, SLUG, game.act)

    with pytest.raises(ShiftRefused) as refused:
        change(game, needs_team=False)

    assert refused.value.code == "week-not-open"


def generate(game: Game, slug: str, name: str) -> Generated:
    with game.database.unit_of_work() as session:
        return patterns.generate_ready(session, slug, name, STARTS, ENDS, ShiftFields(), game.act)


def needs_team(game: Game, slug: str) -> bool:
    with game.database.reading() as session:
        return settings.settings_of(session, weeks.find(session, slug, game.now)).needs_team


def test_wednesday_rotation_does_without_teams_only_in_a_bare_week(game: Game) -> None:
    with game.database.unit_of_work() as session:
        for slug in ("rotation", "begun"):
            weeks.create(session, game.act, slug=slug, name=slug, timezone="UTC", starts=STARTS, ends=ENDS)
        shifts.generate(session, "begun", ASSEMBLY_WEEK, STARTS, STARTS, ShiftFields(), game.act)
        patterns.generate_ready(
            session, "begun", patterns.WEDNESDAY, STARTS, ENDS, ShiftFields(), game.act, dry_run=True
        )

    made = [generate(game, slug, patterns.WEDNESDAY).created for slug in (SLUG, "begun", "rotation")]

    assert made == [6, 6, 6]
    assert [needs_team(game, slug) for slug in (SLUG, "begun", "rotation")] == [True, True, False]
    assert patterns.ready(patterns.WEDNESDAY) == WEDNESDAY_ROTATION
