"""Readiness for a first shift: ticked once for all weeks, kept when the list changes, asked for where seats need it."""

import pytest
from sqlmodel import col, select

from app.errors import Malformed
from app.models import AuditEntry, Person
from app.services.shifts import covers, readiness, seats, settings, waiting
from app.services.shifts.readiness import ListChanged, Progress
from tests.builders import ADA, BO, CHIDI, DUA, OWLS, SLUG, Game
from tests.services.shifts.test_seats import Plan, code_of
from tests.services.shifts.test_waiting import FRIDAY, full_shift, holders, join, look_again


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, its shifts on Thursday."""
    return Plan(game)


def tick(plan: Plan, email: str, number: int = 30) -> Progress:
    """Have somebody tick the first items of the list, and no others."""
    person_id = plan.person(email).id
    with plan.game.database.unit_of_work() as session:
        keys = [item.key for item in readiness.current(session).items[:number]]
        return readiness.tick(session, person_id, keys, plan.act_of(email))


def change(plan: Plan, *lines: str, version: int | None = None) -> None:
    """Save another list."""
    with plan.game.database.unit_of_work() as session:
        newest = readiness.current(session).number
        readiness.change(session, "\n".join(lines), plan.organizer, version=newest if version is None else version)


def progress(plan: Plan, email: str) -> tuple[int, int, bool]:
    """The number of items somebody has ticked, of how many, and if they are ready."""
    person_id = plan.person(email).id
    with plan.game.database.reading() as session:
        found = readiness.progress(session, person_id)
        assert (readiness.unready(session, [person_id]) == []) is found.is_ready
        return found.done, len(found.items), found.is_ready


def test_tick_of_the_whole_list_makes_ready_for_good(plan: Plan) -> None:
    some = tick(plan, ADA, 5)
    fewer = tick(plan, ADA, 2)
    whole = tick(plan, ADA)
    untick = tick(plan, ADA, 0)

    assert [(each.done, each.is_ready) for each in (some, fewer, whole, untick)] == [
        (5, False), (2, False), (8, True), (8, True),
    ]  # fmt: skip
    assert progress(plan, BO) == (0, 8, False)


def test_tick_passes_over_items_that_are_gone(plan: Plan) -> None:
    with plan.game.database.unit_of_work() as session:
        found = readiness.tick(session, plan.person(ADA).id, ["0" * 16, ""], plan.act_of(ADA))

    assert (found.done, found.ticked) == (0, frozenset())


def test_change_keeps_who_is_ready_and_ticks_of_lines_that_stay(plan: Plan) -> None:
    change(plan, "One", "Two", "Three")
    tick(plan, ADA)
    tick(plan, BO, 2)
    change(plan, "Two", "One, in other words", "Four", "Three")

    after = [progress(plan, email) for email in (ADA, BO)]
    change(plan, "Two")

    assert after == [(2, 4, True), (1, 4, False)]
    assert [progress(plan, email) for email in (ADA, BO, CHIDI)] == [(1, 1, True), (1, 1, True), (0, 1, False)]


def test_change_refuses_what_cannot_be_a_list(plan: Plan) -> None:
    for text, sentence in {
        " \n": "needs an item", "\n".join(map(str, range(31))): "has 31 items", "x" * 201: "at most 200 characters",
        "\n".join(f"{number}{'x' * 190}" for number in range(20)): "at most 3,000 characters",
    }.items():  # fmt: skip
        with pytest.raises(Malformed, match=sentence):
            change(plan, text)
    change(plan, "  One   two ", "", "Three\u200b", "One two")
    with pytest.raises(ListChanged):
        change(plan, "Other", version=0)
    change(plan, "One two", "Three")  # as it is

    with plan.game.database.reading() as session:
        assert readiness.current(session).text == "One two\nThree\n"
        notes = session.exec(select(AuditEntry.action).where(col(AuditEntry.action).like("ready%"))).all()
    assert list(notes) == ["ready-list.changed"]


def test_unready_are_neither_done_with_the_list_nor_with_a_shift(plan: Plan) -> None:
    tick(plan, BO)
    plan.sign_up(plan.shift(), CHIDI)
    with plan.game.database.unit_of_work() as session:
        people = [plan.person(email).id for email in (DUA, CHIDI, BO, ADA)]
        before = readiness.unready(session, people)
        session.connection().exec_driver_sql("UPDATE seat SET state = 'completed'")
        after = readiness.unready(session, people)
        counted = readiness.count(session)

    assert (before, after, counted) == ([people[0], people[1], people[3]], [people[0], people[3]], 2)
    assert progress(plan, CHIDI) == (0, 8, True)


def test_sign_up_of_who_is_not_ready_is_refused_where_seats_need_it(plan: Plan) -> None:
    shift_id = plan.shift()
    plan.set(require_ready=1)

    assert code_of(lambda: plan.sign_up(shift_id, ADA)) == "not-ready"
    assert len(plan.sign_up(shift_id, BO, plan.organizer, reason="She shadowed us").seats) == 1
    tick(plan, ADA)
    plan.sign_up(shift_id, ADA)
    plan.set(require_ready=0)
    plan.sign_up(shift_id, CHIDI)
    assert plan.taken(shift_id) == 3


def test_sign_up_of_a_team_names_who_is_not_ready_and_seats_nobody(plan: Plan) -> None:
    shift_id = plan.shift()
    plan.set(require_ready=1)
    tick(plan, BO)

    with pytest.raises(Exception, match=r"Not ready for a first shift yet: .*Ada Lovelace.* and .*Chidi") as refused:
        plan.sign_up_team(shift_id, OWLS)
    seated = plan.taken(shift_id)
    for email in (ADA, CHIDI):
        tick(plan, email)
    plan.sign_up_team(shift_id, OWLS)

    assert (getattr(refused.value, "code", ""), seated, plan.taken(shift_id)) == ("not-ready", 0, 3)


def test_accept_and_join_of_who_is_not_ready_are_refused(plan: Plan) -> None:
    shift_id, seat = full_shift(plan)
    with plan.game.database.unit_of_work() as session:
        covers.offer(session, SLUG, shift_id, seat.id, "everyone", plan.act_of(ADA))
    plan.set(require_ready=1)

    def accept(email: str) -> object:
        person_id = plan.person(email).id
        with plan.game.database.unit_of_work() as session:
            return covers.accept(session, SLUG, shift_id, seat.id, person_id, plan.act_of(email))

    assert code_of(lambda: accept(BO)) == "not-ready"
    assert code_of(lambda: join(plan, shift_id, BO)) == "not-ready"
    tick(plan, BO)
    join(plan, shift_id, BO)
    accept(BO)
    assert [person for person, _, _ in holders(plan, shift_id)] == [BO]


def test_fill_passes_over_who_is_not_ready_until_they_are(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO, DUA)
    other_id, other = full_shift(plan.at("2022-09-14 09:00"), BO, day=FRIDAY.replace(day=15))
    plan.set(require_ready=1)
    tick(plan, DUA)

    plan.leave(seat, plan.act_of(ADA))
    plan.leave(other, plan.act_of(ADA))
    passed_over = holders(plan, shift_id), holders(plan, other_id)
    tick(plan, BO)
    look_again(plan)

    assert passed_over == ([(DUA, "waiting", "shifts")], [])
    assert holders(plan, other_id) == [(BO, "waiting", "shifts")]


def test_change_of_the_setting_hands_on_seats_to_who_waits_unready(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)
    plan.set(require_ready=1)
    plan.leave(seat, plan.act_of(ADA))

    with plan.game.database.unit_of_work() as session:
        settings.change(session, SLUG, {"require_ready": False}, plan.organizer)
    look_again(plan)

    assert holders(plan, shift_id) == [(BO, "waiting", "shifts")]


def test_leave_list_and_leave_need_no_readiness(plan: Plan) -> None:
    shift_id, seat = full_shift(plan, BO)
    plan.set(require_ready=1)
    with plan.game.database.unit_of_work() as session:
        bo: Person = plan.person(BO)
        left = waiting.leave_list(session, SLUG, shift_id, bo.id, plan.act_of(BO)).state
        seats.leave(session, SLUG, shift_id, seat.id, plan.act_of(ADA))

    assert (left, plan.taken(shift_id)) == ("left", 0)
