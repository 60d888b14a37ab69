"""Calendar feeds: whose shifts they show, whatever becomes of the seats, and that a secret is kept nowhere."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.shifts.feed import KEPT, FeedEntry
from app.errors import Conflict, NotFound
from app.services import calendar_events, calendar_feeds, memberships
from app.services.access import accounts
from app.services.organizing import team_admin, week_admin
from app.services.organizing.week_admin import WeekFields
from app.services.shifts import editing
from app.services.shifts.editing import ShiftChanges
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, FUMIKO, OWLS, SLUG, Game
from tests.cost import statements_to
from tests.services.shifts.test_seats import Plan


@pytest.fixture
def plan(game: Game) -> Plan:
    return Plan(game)


def make(plan: Plan, email: str = "", team: str = "") -> str:
    """A feed of somebody or of a team; its secret."""
    with plan.game.database.unit_of_work() as session:
        person = accounts.by_email(session, email)
        found = teams.find(session, weeks.find(session, SLUG, plan.now), plan.game.team_id(team)) if team else None
        return calendar_feeds.create(session, person, found, plan.organizer).secret


def read(plan: Plan, secret: str) -> list[FeedEntry]:
    """A feed's events as a calendar gets them: those that have changed are published first."""
    with plan.game.database.reading() as session:
        known = calendar_feeds.read(session, secret, plan.now)
    if known is None:
        with plan.game.database.unit_of_work() as session:
            known = calendar_feeds.publish(session, secret, plan.now)
    return known.entries


def told(entries: list[FeedEntry]) -> list[tuple[str, bool]]:
    return [(entry.uid.partition("-")[0], entry.is_cancelled) for entry in entries]


def test_feed_of_a_person_shows_their_shifts_alone(plan: Plan) -> None:
    mine, both = plan.shift(6), plan.shift(8)
    left = plan.sign_up(mine, ADA).seat
    plan.sign_up(both, ADA)
    plan.sign_up(both, DUA)
    plan.leave(left, plan.act_of(ADA))

    entries = read(plan, make(plan, ADA))

    assert told(entries) == [(mine, True), (both, False)]
    assert [entry.sequence for entry in entries] == [2, 1]
    assert {entry.uid for entry in entries}.isdisjoint(entry.uid for entry in read(plan, make(plan, DUA)))
    assert entries[1].path == f"/weeks/{SLUG}/shifts/{both}"


def test_feed_of_a_team_shows_one_event_a_shift_as_long_as_anybody_of_it_comes(plan: Plan) -> None:
    shift = plan.shift()
    ada, bo = plan.sign_up(shift, ADA).seat, plan.sign_up(shift, BO).seat
    plan.sign_up(shift, DUA)
    secret = make(plan, team=OWLS)

    before = read(plan, secret)
    plan.leave(ada, plan.act_of(ADA))
    between = read(plan, secret)
    plan.leave(bo, plan.act_of(BO))
    after = read(plan, secret)

    assert [told(entries) for entries in (before, between, after)] == [
        [(shift, False)], [(shift, False)], [(shift, True)],
    ]  # fmt: skip
    assert "On shift: Ada Lovelace, Bo Nguyen" in before[0].description
    assert [entries[0].sequence for entries in (before, between, after)] == [2, 3, 4]
    assert told(read(plan, make(plan, team=CATS))) == [(shift, False)]


def test_feed_follows_whoever_moves_before_the_shift(plan: Plan) -> None:
    shift = plan.shift()
    plan.sign_up(shift, DUA)
    secrets = [make(plan, team=name) for name in (OWLS, CATS)]
    with plan.game.database.unit_of_work() as session:
        week, dua = weeks.lock(session, SLUG, plan.now), accounts.by_email(session, DUA)
        bo = accounts.by_email(session, BO)
        assert dua is not None
        assert bo is not None
        owls = teams.find(session, week, plan.game.team_id(OWLS))
        memberships.assign(session, week, bo, None, plan.organizer)
        memberships.assign(session, week, dua, owls, plan.organizer)

    assert [told(read(plan, secret)) for secret in secrets] == [[(shift, False)], []]


def test_event_of_a_team_only_grows_when_somebody_takes_their_seat_to_another(plan: Plan) -> None:
    shift = plan.shift()
    plan.sign_up(shift, ADA)
    plan.leave(plan.sign_up(shift, BO).seat, plan.act_of(BO))
    plan.sign_up(shift, BO)
    secret, later = make(plan, team=OWLS), plan.at("2022-09-14 14:00")
    [before] = read(plan, secret)

    plan.game.leave(FUMIKO)
    plan.game.at("2022-09-14 14:00").team(CATS, BO)
    [after] = read(later, secret)

    assert ["Bo Nguyen" in each.description for each in (before, after)] == [True, False]
    assert after.sequence > before.sequence
    assert after.changed_at == later.now


def rename_team(plan: Plan) -> None:
    with plan.game.database.unit_of_work() as session:
        team_admin.rename_team(session, SLUG, plan.game.team_id(OWLS), "Barn Owls", plan.organizer)


def rename_person(plan: Plan) -> None:
    with plan.game.database.unit_of_work() as session:
        bo = accounts.by_email(session, BO)
        assert bo is not None
        accounts.rename(session, bo, "Bo the Second", plan.organizer)


def rename_week(plan: Plan) -> None:
    week = plan.game.week()
    with plan.game.database.unit_of_work() as session:
        fields = WeekFields("Autumn", week.timezone, week.starts, week.ends)
        week_admin.edit(session, SLUG, fields, plan.organizer)


def edit_shift(plan: Plan) -> None:
    [shift] = plan.shifts()
    with plan.game.database.unit_of_work() as session:
        changes = ShiftChanges(place="Room 9", link="https://example.com/guide")
        editing.edit(session, SLUG, shift.id, changes, shift.version, plan.organizer)


def rename_behind_everybody(plan: Plan) -> None:
    with plan.game.database.unit_of_work() as session:
        session.execute(text("UPDATE person SET name = 'B.' WHERE email = :email"), {"email": BO})


CHANGES = (rename_team, rename_person, rename_week, edit_shift, rename_behind_everybody)


def test_event_that_says_anything_else_gets_a_higher_number_and_the_moment_of_that(plan: Plan) -> None:
    shift = plan.shift()
    for email in (ADA, BO):
        plan.sign_up(shift, email)
    secret, other = make(plan, team=OWLS), make(plan, team=OWLS)
    events = read(plan, secret)
    nows = [plan.at(f"2022-09-14 1{hour}:00") for hour in range(len(CHANGES))]
    for change, later in zip(CHANGES, nows, strict=True):
        change(later)
        events += read(later, secret)

    assert [each.sequence for each in events] == [*range(events[0].sequence, events[0].sequence + 1 + len(CHANGES))]
    assert [each.changed_at for each in events] == [plan.now, *(later.now for later in nows)]
    assert len({(each.summary, each.description, each.location) for each in events}) == len(events)
    assert read(nows[-1].at("2022-09-14 20:00"), other) == [events[-1]]


def test_events_of_long_ago_are_forgotten_with_what_calendars_were_given(plan: Plan) -> None:
    shift = plan.shift()
    plan.sign_up(shift, ADA)
    [event] = read(plan, make(plan, ADA))

    with plan.game.database.unit_of_work() as session:
        numbers = [calendar_events.forget(session, event.ends_at + KEPT - timedelta(hours=late)) for late in (1, 0, 0)]

    assert numbers == [0, 1, 0]


def test_feed_of_a_team_names_people_as_at_the_freeze(plan: Plan) -> None:
    plan.sign_up(plan.shift(), ADA)
    secret = make(plan, team=OWLS)
    plan.game.freeze()
    plan.game.rename(ADA, "Countess", OWLS)

    [frozen] = read(plan, secret)
    plan.game.reveal()
    [revealed] = read(plan, secret)

    assert ["Ada Lovelace" in frozen.description, "Countess" in revealed.description] == [True, True]


def test_feed_that_is_revoked_or_of_somebody_switched_off_is_not_found(plan: Plan) -> None:
    first, second, unknown = make(plan, ADA), make(plan, BO), "af_unknown"
    with plan.game.database.unit_of_work() as session:
        ada, bo = accounts.by_email(session, ADA), accounts.by_email(session, BO)
        assert ada is not None
        assert bo is not None
        listed = calendar_feeds.of_person(session, ada.id)
        revoked = [calendar_feeds.revoke(session, listed[0].feed.id, plan.organizer).revoked_at for _ in range(2)]
        accounts.switch(session, bo, plan.organizer, on=False)

    assert revoked == [plan.now, plan.now]
    for secret in (first, second, unknown):
        with pytest.raises(NotFound):
            read(plan, secret)


def test_create_keeps_the_secret_nowhere_and_holds_their_number(plan: Plan) -> None:
    secrets = [make(plan, ADA) for _ in range(calendar_feeds.MAX_FEEDS)]

    with plan.game.database.reading() as session:
        kept = str(session.execute(text("SELECT * FROM calendar_feed")).all())
        notes = str(session.execute(text("SELECT * FROM audit")).all())
    with pytest.raises(Conflict):
        make(plan, ADA)

    assert [secret for secret in secrets if secret in kept or secret in notes] == []
    assert len(set(secrets)) == calendar_feeds.MAX_FEEDS


def test_read_takes_as_many_queries_for_three_shifts_as_for_one(plan: Plan) -> None:
    secret = make(plan, team=OWLS)
    counts = []
    for start in (6, 8, 10):
        shift = plan.shift(start)
        for email in (ADA, BO):
            plan.sign_up(shift, email)
        with statements_to(plan.game.database) as statements:
            read(plan, secret)
        counts.append(len(statements))

    assert len(set(counts)) == 1


def test_past_shift_is_there_and_one_that_was_left_is_not(plan: Plan) -> None:
    shift = plan.shift()
    plan.sign_up(shift, ADA)
    plan.leave(plan.sign_up(shift, BO).seat, plan.act_of(BO))
    secrets = [make(plan, email) for email in (ADA, BO)]
    later = Plan(plan.game, plan.now + timedelta(days=3))

    assert [told(read(later, secret)) for secret in secrets] == [[(shift, False)], []]
