"""Weeks mended by hand: names, days and zones while nothing stands against them, and drafts deleted."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from app.db.database import Database
from app.domain.calendar.slots import slot, slot_between
from app.errors import Conflict, Malformed, Problem, WeekUnknown
from app.models import AuditEntry, Week
from app.services import lifecycle
from app.services.organizing import team_admin, week_admin
from app.services.organizing.week_admin import WeekFields
from app.services.rules import rule_sets
from app.services.shifts import settings
from app.services.shifts.shifts import ShiftFields, create
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, ENDS, NOW, PACIFIC, SLUG, STARTS, ZONE, Game, act_by, an_activity, moment

NEW = "spring"


def edit(database: Database, slug: str = SLUG, **changes: Any) -> list[str]:
    """Change fields of a week; the names of those that changed."""
    with database.unit_of_work() as session:
        week = weeks.find(session, slug, NOW)
        now_so = {"name": week.name, "timezone": week.timezone, "starts": week.starts, "ends": week.ends}
        return week_admin.edit(session, slug, WeekFields(**{**now_so, **changes}), act_by("Olu", NOW))


def test_promise_and_customers_change_in_a_closed_week_too(game: Game) -> None:
    game.close()

    changed = edit(game.database, sla=5400, customers=2_000), edit(game.database, sla=5400, customers=None)

    with game.database.reading() as session:
        week = weeks.find(session, SLUG, NOW)
        entries = session.exec(select(AuditEntry).where(AuditEntry.action == "week.changed")).all()
    assert changed == (["sla", "customers"], ["customers"])
    assert (week.sla, week.customers) == (5400, None)
    assert {entry.before for entry in entries} == {'{"sla": "3600", "customers": "unknown"}', '{"customers": "2000"}'}


@pytest.mark.parametrize(("field", "value"), [("sla", 0), ("sla", 10_000_001), ("customers", -1)])
def test_promise_or_customers_that_no_week_can_have_are_refused_at_their_field(
    game: Game, field: str, value: int
) -> None:
    kind, [flaw] = refusal(game.database, SLUG, **{field: value})

    assert (kind, flaw["field"]) == (Malformed, field)


def refusal(database: Database, slug: str = SLUG, **changes: Any) -> tuple[type[Problem], Any]:
    """The problem with which changes are refused, and what it marks."""
    with pytest.raises(Problem) as refused:
        edit(database, slug, **changes)
    return type(refused.value), refused.value.extra.get("errors")


def draft(game: Game, slug: str = NEW, **changes: Any) -> None:
    """Another week that is a draft, a month later."""
    given = {"name": "Spring", "timezone": ZONE, "starts": date(2022, 10, 10), "ends": date(2022, 10, 14), **changes}
    with game.database.unit_of_work() as session:
        weeks.create(session, act_by("Olu", NOW), slug=slug, **given)


def test_name_and_days_change_and_are_noted(game: Game) -> None:
    assert edit(game.database, name=" Autumn  week ", ends=date(2022, 9, 18)) == ["name", "ends"]

    with game.database.reading() as session:
        week = weeks.find(session, SLUG, NOW)
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "week.changed")).one()
        told = [event.action for event in weeks.history(session, week)]
    assert (week.name, week.starts, week.ends) == ("Autumn week", STARTS, date(2022, 9, 18))
    assert (entry.before, entry.after) == (
        f'{{"name": "{SLUG.upper()}", "ends": "{ENDS}"}}', '{"name": "Autumn week", "ends": "2022-09-18"}',
    )  # fmt: skip
    assert told[0] == "changed"


def test_what_is_so_already_leaves_no_trace(game: Game) -> None:
    with game.database.reading() as session:
        before = weeks.find(session, SLUG, NOW).version

    assert edit(game.database) == []

    with game.database.reading() as session:
        assert (
            weeks.find(session, SLUG, NOW).version,
            session.exec(select(AuditEntry).where(AuditEntry.action == "week.changed")).all(),
        ) == (before, [])


def test_points_are_the_same_on_other_days(game: Game) -> None:
    game.batch(an_activity(person=ADA), an_activity(person=BO, kind="issue"))
    before = game.points()

    edit(game.database, starts=date(2022, 9, 10), ends=date(2022, 9, 20))

    assert game.points() == before
    assert game.verify() == []


def test_days_that_leave_an_activity_out_are_refused(game: Game) -> None:
    game.batch(an_activity())

    found = refusal(game.database, ends=date(2022, 9, 13))

    sentence = "1 activity lies outside these days. Choose days with all of them."
    assert found == (Conflict, [{"field": "ends", "message": sentence}])


def test_days_that_leave_a_shift_out_are_refused(game: Game) -> None:
    plan(game, SLUG, ENDS)

    found = refusal(game.database, ends=date(2022, 9, 15))
    with game.database.unit_of_work() as session:
        night = slot_between(moment("2022-09-16T23:00:00-07:00"), moment("2022-09-17T01:00:00-07:00"), PACIFIC)
        create(session, SLUG, night, ShiftFields(), act_by("Olu", NOW))
    assert edit(game.database, starts=date(2022, 9, 11)) == ["starts"]  # a night shift ends after the week

    sentence = "1 shift lies outside these days. Choose days with all of them."
    assert found == (Conflict, [{"field": "ends", "message": sentence}])


def test_zone_changes_only_while_nothing_has_a_day(game: Game) -> None:
    draft(game)

    assert edit(game.database, NEW, timezone="Berlin") == ["timezone"]
    plan(game, NEW, date(2022, 10, 11))
    found = refusal(game.database, NEW, timezone=ZONE)

    sentence = "This week has shifts already, whose days depend on Europe/Berlin. Keep that."
    assert found == (Conflict, [{"field": "timezone", "message": sentence}])


def test_days_of_a_closed_week_stay_and_its_name_changes(game: Game) -> None:
    game.close()

    assert edit(game.database, name="Autumn") == ["name"]
    assert refusal(game.database, ends=date(2022, 9, 18))[0] is Conflict


def test_name_and_days_of_a_frozen_week_stay(game: Game) -> None:
    with game.database.unit_of_work() as session:
        lifecycle.freeze(session, SLUG, act_by("Olu", NOW))

    renamed, moved = refusal(game.database, name="Autumn"), refusal(game.database, ends=date(2022, 9, 18))

    assert renamed[0] is moved[0] is Conflict
    assert [flaw["field"] for flaw in (*renamed[1], *moved[1])] == ["name", "ends"]
    assert edit(game.database, customers=10) == ["customers"]


def test_sign_up_opens_before_the_last_day(game: Game) -> None:
    with game.database.unit_of_work() as session:
        settings.change(session, SLUG, {"opens_at": NOW.replace(hour=12, day=16)}, act_by("Olu", NOW))

    kind, marked = refusal(game.database, ends=date(2022, 9, 15))

    assert (kind, [each["field"] for each in marked]) == (Malformed, ["ends"])


def test_deleted_draft_is_in_no_list_and_its_slug_is_free(game: Game) -> None:
    draft(game)
    with game.database.unit_of_work() as session:
        team_admin.make_team(session, NEW, "Foxes", act_by("Olu", NOW))

    remove(game)

    draft(game)
    with game.database.unit_of_work() as session:
        week = weeks.find(session, NEW, NOW)
        listed = [each.slug for each in weeks.every(session)]
        paged = [each.slug for each in weeks.page(session, cursor=None, limit=10).items]
        stamped = [each.slug for each in weeks.stamps(session)]
        found = [team.name for team in teams.of_week(session, week)]
        rule_sets.activate(session, rule_sets.active(session).text + "\n# The same", act_by("Olu", NOW), note="Again")
    assert (listed, sorted(paged), sorted(stamped), found) == ([NEW, SLUG], [SLUG, NEW], [SLUG, NEW], [])


def test_deleted_draft_is_nowhere_under_what_its_row_is_called(game: Game) -> None:
    draft(game)
    remove(game)

    with game.database.reading() as session:
        hidden = next(week.slug for week in session.exec(select(Week)) if week.removed_at is not None)
        with pytest.raises(WeekUnknown):
            weeks.find(session, hidden, NOW)
        with pytest.raises(WeekUnknown):
            weeks.look(session, hidden, NOW)


def test_week_that_was_opened_is_not_deleted(game: Game) -> None:
    with pytest.raises(Conflict, match="was opened, so it stays"):
        remove(game, SLUG)


def remove(game: Game, slug: str = NEW) -> Week:
    """Delete a draft."""
    with game.database.unit_of_work() as session:
        return week_admin.remove_draft(session, slug, act_by("Olu", NOW))


def plan(game: Game, slug: str, day: date) -> None:
    """A shift from six to eight on a day of a week."""
    with game.database.unit_of_work() as session:
        zone = weeks.find(session, slug, NOW).zone
        create(session, slug, slot(day, 6 * 60, 8 * 60, zone), ShiftFields(), act_by("Olu", NOW))
