"""Calendar feeds: whose shifts they show, whatever becomes of the seats, and that a secret is kept nowhere."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.domain.shifts.feed import FeedEntry
from app.errors import Conflict, NotFound
from app.services import calendar_feeds, memberships
from app.services.access import accounts
from app.services.organizing import week_admin
from app.services.organizing.week_admin import WeekFields
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, FUMIKO, OWLS, SLUG, Game
from tests.cost import statements_to
from tests.services.shifts.test_seats import Plan

BASE = "https://week.example.com"


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
    with plan.game.database.reading() as session:
        return calendar_feeds.read(session, secret, BASE, plan.now).entries


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
    assert entries[1].url == f"{BASE}/weeks/{SLUG}/shifts/{both}"


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


def test_event_of_a_week_that_gets_another_name_is_newer(plan: Plan) -> None:
    plan.sign_up(plan.shift(), ADA)
    secret, later = make(plan, ADA), plan.at("2022-09-14 14:00")
    [before] = read(plan, secret)

    with plan.game.database.unit_of_work() as session:
        week = plan.game.week()
        fields = WeekFields("Autumn", week.timezone, week.starts, week.ends)
        week_admin.edit(session, SLUG, fields, later.organizer)
    [after] = read(later, secret)

    assert (after.summary, after.sequence - before.sequence, after.changed_at) == (
        "Support shift · Autumn", 1, later.now,
    )  # fmt: skip


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
