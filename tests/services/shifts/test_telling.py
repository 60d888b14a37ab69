"""Telling people of seats and shifts: to whom it concerns and who did not do it; reminders to who has a seat then."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal

import pytest
from sqlmodel import col, select

from app.domain.actor import Act, token
from app.domain.draft import PersonId
from app.domain.notices.model import Kind
from app.domain.notices.wording import as_text, told
from app.models import Notice, Person, QueuedJob, Seat, Shift
from app.services import notice_mail, notices
from app.services.notice_mail import Addresses
from app.services.shifts import completion, covers, reminders, seats, settling, waiting
from tests.builders import ADA, BO, CHIDI, DUA, ELIF, FUMIKO, OWLS, SLUG, Game
from tests.services.shifts.test_covers import accept, decide, offer
from tests.services.shifts.test_editing import cancel, edit
from tests.services.shifts.test_seats import Plan
from tests.services.shifts.test_waiting import join

FRIDAY = date(2022, 9, 16)
START = "2022-09-16 06:00"
OF_WEEK = " | Week: \u2068Q3-2022\u2069"


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week on Wednesday morning, its shifts on Friday."""
    return Plan(game)


def news(plan: Plan) -> list[tuple[str, str]]:
    """The kind of each notice on a page and the e-mail of its reader, in the order they were told."""
    with plan.game.database.reading() as session:
        query = select(Notice.kind, Person.email).join(Person, col(Person.id) == Notice.person_id)
        query = query.where(Notice.channel == "page").order_by(
            col(Notice.created_at), col(Notice.kind), col(Person.email)
        )
        return list(session.exec(query))


def last_said(plan: Plan, kind: Kind) -> str:
    with plan.game.database.reading() as session:
        row = session.exec(select(Notice).where(Notice.kind == kind).limit(1)).one()
        words = told(kind, json.loads(row.facts))
        return " | ".join(as_text(line) for line in (words.title, *words.lines))


def remind(plan: Plan, kind: Kind, start: str | None = None) -> int:
    """Do what the job of a reminder does for the only shift there is."""
    with plan.game.database.unit_of_work() as session:
        shift = session.exec(select(Shift)).one()
        return reminders.remind(session, shift.id, kind, start or shift.starts_at.isoformat(), plan.now)


def sent(plan: Plan) -> list[str]:
    """The subject of each email that would be sent now."""
    addresses = Addresses("https://week.example.com", "au_x")
    with plan.game.database.unit_of_work() as session:
        emails = session.exec(select(Notice).where(Notice.channel == "email")).all()
        found = [notice_mail.begin(session, row.id, addresses, plan.now) for row in emails]
    return sorted(f"{outgoing.email}: {outgoing.content.subject}" for outgoing in found if outgoing)


def leave(plan: Plan, seat: Seat, *, reason: str | None = None) -> None:
    with plan.game.database.unit_of_work() as session:
        seats.leave(session, SLUG, seat.shift_id, seat.id, plan.organizer, reason=reason)


def test_own_deeds_are_told_to_nobody(plan: Plan) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    plan.leave(seat, plan.act_of(ADA))

    assert news(plan) == []


def test_team_that_is_signed_up_is_told_but_for_whoever_did_it(plan: Plan) -> None:
    plan.sign_up_team(plan.shift(day=FRIDAY), OWLS, plan.act_of(ADA))

    assert news(plan) == [("signed-up", BO), ("signed-up", CHIDI)]
    assert last_said(plan, "signed-up").startswith("\u2068Ada Lovelace\u2069 signed you up: Fri 16 Sep 06:00–08:00 PDT")


def test_what_a_program_does_is_told_as_a_programs_without_its_name(plan: Plan) -> None:
    bridge = Act(token("Secret bridge", ["shifts:write"]), plan.now)
    plan.sign_up(plan.shift(day=FRIDAY), ADA, bridge)

    assert last_said(plan, "signed-up").startswith("\u2068A program\u2069 signed you up: Fri 16 Sep")
    assert "bridge" not in last_said(plan, "signed-up")


def test_who_is_removed_is_told_why_and_who_waited_that_they_have_the_seat(plan: Plan) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY, places=1), ADA).seat
    join(plan, seat.shift_id, DUA)
    leave(plan, seat, reason="Needed elsewhere")

    assert news(plan) == [("promoted", DUA), ("removed", ADA)]
    assert last_said(plan, "removed").endswith(f"Reason: \u2068Needed elsewhere\u2069{OF_WEEK}")


def test_who_waits_is_told_of_a_seat_that_is_free_to_anybody(plan: Plan) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY, places=1), ADA).seat
    for email in (DUA, ELIF):
        join(plan, seat.shift_id, email)
    late = plan.at("2022-09-16 05:00")

    leave(late, seat, reason="Ill")

    assert news(plan) == [("removed", ADA), ("seat-free", DUA), ("seat-free", ELIF)]
    assert len(sent(late)) == 3
    assert sent(late.at(START)) == [f"{ADA}: You’re no longer on the shift Fri 16 Sep 06:00–08:00 PDT"]


def test_leave_list_for_somebody_tells_them_who_took_them_off_and_why(plan: Plan) -> None:
    shift = plan.shift(day=FRIDAY, places=1)
    plan.sign_up(shift, ADA)
    for email in (BO, CHIDI):
        join(plan, shift, email)
    with plan.game.database.unit_of_work() as session:
        waiting.leave_list(session, SLUG, shift, plan.person(BO).id, plan.organizer, reason="You work elsewhere")
        waiting.leave_list(session, SLUG, shift, plan.person(CHIDI).id, plan.act_of(CHIDI))

    assert news(plan) == [("removed", BO)]
    assert last_said(plan, "removed") == (
        "You’re no longer on the waiting list: Fri 16 Sep 06:00–08:00 PDT | \u2068An organizer\u2069 removed you. | "
        f"Reason: \u2068You work elsewhere\u2069{OF_WEEK}"
    )


def test_offer_reaches_whom_it_is_to_and_its_taker_is_told_to_the_giver(plan: Plan) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    offer(plan, seat, "team")
    team = news(plan)
    offer(plan.at("2022-09-14 08:01"), seat, PersonId(plan.person(DUA).id))
    accept(plan.at("2022-09-14 08:02"), seat, DUA)

    assert team == [("offered", BO), ("offered", CHIDI)]
    assert news(plan)[2:] == [("offered", DUA), ("taken", ADA)]


def test_offer_to_everyone_reaches_all_who_play(plan: Plan) -> None:
    offer(plan, plan.sign_up(plan.shift(day=FRIDAY), ADA).seat, "everyone")

    assert news(plan) == [("offered", email) for email in sorted((BO, CHIDI, DUA, ELIF, FUMIKO))]


@pytest.mark.parametrize("to", ["everyone", "team"])
def test_offer_passes_over_who_is_on_the_shift_too(plan: Plan, to: Literal["everyone", "team"]) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    plan.sign_up(seat.shift_id, BO)

    offer(plan, seat, to)

    assert BO not in {email for kind, email in news(plan) if kind == "offered"}
    assert ("offered", CHIDI) in news(plan)


def test_offer_to_everyone_passes_over_who_gave_up_all_their_seats(plan: Plan) -> None:
    plan.set(needs_team=0)
    gus, shift = plan.newcomer(), plan.shift(day=FRIDAY)
    plan.leave(plan.sign_up(shift, gus.email).seat, plan.act_of(gus.email))

    offer(plan, plan.sign_up(shift, ADA).seat, "everyone")

    assert gus.email not in [email for _, email in news(plan)]


def unread(plan: Plan, email: str, now: datetime) -> int:
    with plan.game.database.reading() as session:
        return notices.unread(session, plan.person(email).id, now)


@pytest.mark.parametrize("takes", [True, False])
def test_offer_is_new_only_as_long_as_it_can_be_taken(plan: Plan, takes: bool) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    offer(plan, seat, "team")
    later = plan.at("2022-09-14 08:01" if takes else "2022-09-16 08:00")
    before = unread(plan, BO, plan.now)

    if takes:
        accept(later, seat, CHIDI)

    assert (before, unread(plan, BO, later.now)) == (1, 0)


def test_offer_that_is_gone_is_emailed_to_nobody(plan: Plan) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    offer(plan, seat, "everyone")
    accept(plan, seat, DUA)

    assert sent(plan) == [f"{ADA}: \u2068Dua Krasniqi\u2069 takes your seat: Fri 16 Sep 06:00–08:00 PDT"]


def test_cover_that_is_undone_is_told_to_who_is_on_shift_again(plan: Plan) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    offer(plan, seat, PersonId(plan.person(DUA).id))
    taken = accept(plan.at("2022-09-14 08:01"), seat, DUA).seat
    assert taken is not None
    soon = plan.at("2022-09-14 08:02")

    soon.leave(taken, soon.act_of(DUA))

    assert news(plan) == [("offered", DUA), ("taken", ADA), ("returned", ADA)]


def test_both_sides_are_told_what_organizers_decide(plan: Plan) -> None:
    plan.set(approve_covers=1)
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    offer(plan, seat, PersonId(plan.person(DUA).id))
    for minute, approve in ((1, False), (2, True)):
        now = plan.at(f"2022-09-14 08:0{minute}")
        accept(now, seat, DUA)
        decide(now, seat, approve=approve)

    assert news(plan)[1:] == [("declined", ADA), ("declined", DUA), ("approved", DUA), ("taken", ADA)]


def withdraw(plan: Plan, seat: Seat) -> None:
    with plan.game.database.unit_of_work() as session:
        covers.withdraw(session, SLUG, seat.shift_id, seat.id, plan.act_of(ADA))


def begin_while_busy(plan: Plan, seat: Seat) -> None:
    plan.sign_up(seat.shift_id, DUA)
    with plan.game.database.unit_of_work() as session:
        settling.settle_next(session, seat.shift_id, plan.at(START).now)
        settling.settle_next(session, seat.shift_id, plan.at(START).now)


@pytest.mark.parametrize(
    ("end", "kind", "why"),
    [
        (withdraw, "declined", "It isn’t offered any more."),
        (lambda plan, seat: plan.leave(seat, plan.act_of(ADA)), "declined", "Its holder gave it up"),
        (lambda plan, seat: leave(plan, seat, reason="Ill"), "declined", "Its holder gave it up"),
        (lambda plan, seat: cancel(plan, seat.shift_id), "cancelled", "You need not come."),
        (begin_while_busy, "declined", "You couldn’t have it at the start of the shift."),
    ],
)
def test_who_asked_for_a_cover_is_told_once_that_nobody_decides_on_it_any_more(
    plan: Plan, end: Callable[[Plan, Seat], object], kind: Kind, why: str
) -> None:
    plan.set(approve_covers=1)
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    offer(plan, seat, "everyone")
    accept(plan, seat, DUA)

    end(plan, seat)

    mine = [each for each, email in news(plan) if email == DUA]
    assert mine.count(kind) == 1
    assert set(mine) == {"offered", kind}
    assert why in last_said(plan, kind)


def test_organizers_are_told_of_a_cover_until_it_is_decided(plan: Plan) -> None:
    plan.set(approve_covers=1)
    organize(plan, FUMIKO)
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    offer(plan, seat, PersonId(plan.person(DUA).id))
    accept(plan, seat, DUA)

    assert news(plan) == [("cover-asked", FUMIKO), ("offered", DUA)]
    assert last_said(plan, "cover-asked").startswith(
        "\u2068Dua Krasniqi\u2069 asks to take over a seat: Fri 16 Sep 06:00–08:00 PDT | From: \u2068Ada Lovelace\u2069"
    )
    assert unread(plan, FUMIKO, plan.now) == 1
    decide(plan, seat, approve=False)
    assert unread(plan, FUMIKO, plan.now) == 0
    assert not [line for line in sent(plan) if line.startswith(FUMIKO)]


def test_organizers_are_told_once_of_a_shift_to_confirm(plan: Plan) -> None:
    plan.set(completes="organizer")
    organize(plan, FUMIKO)
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    with plan.game.database.unit_of_work() as session:
        completion.check_in(session, SLUG, seat.shift_id, seat.id, plan.at(START).act_of(ADA))
    for at in ("2022-09-16 07:59", "2022-09-16 08:00", "2022-09-16 21:00"):
        with plan.game.database.unit_of_work() as session:
            settling.settle(session, SLUG, seat.shift_id, plan.at(at).now)

    assert news(plan) == [("unconfirmed", FUMIKO)]
    assert sent(plan.at("2022-09-16 08:00")) == [f"{FUMIKO}: Confirm who was there: Fri 16 Sep 06:00–08:00 PDT"]


def organize(plan: Plan, email: str) -> None:
    with plan.game.database.unit_of_work() as session:
        session.get_one(Person, plan.person(email).id).role = "organizer"


def test_reminders_are_planned_once_for_a_shift_and_not_when_they_are_due_already(plan: Plan) -> None:
    shift = plan.shift(day=FRIDAY)
    for email in (ADA, BO):
        plan.sign_up(shift, email)
    plan.at("2022-09-15 09:00").sign_up(plan.shift(8, day=FRIDAY), CHIDI)
    plan.at("2022-09-16 09:45").sign_up(plan.shift(10, day=FRIDAY), CHIDI)

    with plan.game.database.reading() as session:
        query = select(QueuedJob.run_at).where(QueuedJob.kind == reminders.REMIND).order_by(col(QueuedJob.run_at))
        planned = list(session.exec(query))

    starts = plan.at(START).now
    assert planned == [
        starts - timedelta(days=1), starts - timedelta(minutes=30), starts + timedelta(hours=1, minutes=30),
    ]  # fmt: skip


def test_reminder_goes_to_who_has_a_seat_when_it_is_due(plan: Plan) -> None:
    shift = plan.shift(day=FRIDAY, places=6)
    held = {email: plan.sign_up(shift, email).seat for email in (ADA, BO, CHIDI, DUA)}
    plan.leave(held[BO], plan.act_of(BO))
    offer(plan, held[DUA], PersonId(plan.person(ELIF).id))
    accept(plan, held[DUA], ELIF)
    before = len(news(plan))
    due = plan.at("2022-09-15 06:00")

    counts = [remind(due, "day-before") for _ in range(2)]

    assert counts == [3, 0]
    assert news(plan)[before:] == [("day-before", email) for email in (ADA, CHIDI, ELIF)]


def test_reminder_is_looked_at_again_when_it_is_sent(plan: Plan) -> None:
    shift = plan.shift(day=FRIDAY)
    held = {email: plan.sign_up(shift, email).seat for email in (ADA, BO)}
    remind(plan.at("2022-09-15 06:00"), "day-before")
    plan.leave(held[BO], plan.act_of(BO))
    morning = plan.at("2022-09-15 09:00")

    assert sent(morning) == [f"{ADA}: Reminder: your shift Fri 16 Sep 06:00–08:00 PDT"]


@pytest.mark.parametrize(
    ("at", "is_sent"), [("2022-09-15 07:00", True), ("2022-09-15 09:00", True), ("2022-09-15 09:01", False)]
)
def test_reminder_of_the_day_before_is_dropped_two_hours_after_the_night(plan: Plan, at: str, is_sent: bool) -> None:
    plan.sign_up(plan.shift(day=FRIDAY), ADA)
    remind(plan.at("2022-09-15 06:00"), "day-before")

    assert (sent(plan.at(at)) != []) == is_sent


@pytest.mark.parametrize(
    ("at", "subject"),
    [
        ("2022-09-16 05:30", "Your shift starts in 30 min"),
        ("2022-09-16 05:58", "Your shift starts in 2 min"),
        (START, None),
    ],
)
def test_reminder_of_half_an_hour_says_the_true_minutes_until_the_start(
    plan: Plan, at: str, subject: str | None
) -> None:
    plan.sign_up(plan.shift(day=FRIDAY), ADA)

    count = remind(plan.at(at), "soon")

    assert (count, sent(plan.at(at))) == ((1, [f"{ADA}: {subject}"]) if subject else (0, []))


def test_reminder_of_a_shift_that_moved_or_of_a_closed_week_tells_nobody(plan: Plan) -> None:
    plan.sign_up(plan.shift(day=FRIDAY), ADA)
    due = plan.at("2022-09-15 06:00")
    early = remind(due.at("2022-09-15 05:59"), "day-before")
    moved = remind(due, "day-before", plan.at("2022-09-16 05:00").now.isoformat())
    plan.game.close()

    closed = remind(due, "day-before")
    plan.game.open()

    assert (early, moved, closed, remind(due, "day-before")) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("opened", "told_of"),
    [("2022-09-15 08:00", ["day-before"]), ("2022-09-15 08:01", []), ("2022-09-16 05:50", ["soon"]), (START, [])],
)
def test_reminder_that_came_due_in_a_closed_week_goes_out_with_its_reopening(
    plan: Plan, opened: str, told_of: list[str]
) -> None:
    plan.sign_up(plan.shift(day=FRIDAY), ADA)
    plan.game.at(plan.now).close()
    later = plan.at(opened)
    send_due(later)
    while_closed = news(plan)

    later.game.at(later.now).open()
    send_due(later)

    assert (while_closed, [kind for kind, _ in news(plan)]) == ([], told_of)


def send_due(plan: Plan) -> None:
    """Do the jobs of reminders that are due, each once, as a worker does."""
    waiting_ones = select(QueuedJob).where(QueuedJob.kind == reminders.REMIND, col(QueuedJob.done_at).is_(None))
    with plan.game.database.unit_of_work() as session:
        for job in session.exec(waiting_ones.where(QueuedJob.run_at <= plan.now)).all():
            facts, job.done_at = json.loads(job.payload), plan.now
            reminders.remind(session, facts["shift"], facts["kind"], facts["start"], plan.now)


def test_organizer_who_arranges_a_cover_tells_both(plan: Plan) -> None:
    seat = plan.sign_up(plan.shift(day=FRIDAY), ADA).seat
    with plan.game.database.unit_of_work() as session:
        dua = plan.person(DUA).id
        covers.accept(session, SLUG, seat.shift_id, seat.id, dua, plan.organizer, reason="Ada is ill")

    assert news(plan) == [("approved", DUA), ("taken", ADA)]
    assert last_said(plan, "approved").endswith(
        f"From: \u2068Ada Lovelace\u2069 | Reason: \u2068Ada is ill\u2069{OF_WEEK}"
    )


def test_edit_is_told_to_who_has_a_seat_and_planned_anew(plan: Plan) -> None:
    shift = plan.shift(day=FRIDAY, places=1)
    plan.sign_up(shift, ADA)
    join(plan, shift, DUA)
    starts_at, ends_at = (plan.at(f"2022-09-16 0{hour}:00").now for hour in (7, 9))

    edit(plan, shift, starts_at=starts_at, ends_at=ends_at, reason="Doors open late")
    quiet = edit(plan, shift, version=2, seats=2)

    assert news(plan) == [("changed", ADA), ("promoted", DUA)]
    assert last_said(plan, "changed") == (
        "Your shift changed: Fri 16 Sep 07:00–09:00 PDT | It was Fri 16 Sep 06:00–08:00 PDT. | "
        f"You still have your seat. | Reason: \u2068Doors open late\u2069{OF_WEEK}"
    )
    assert (quiet.version, quiet.changed_at) == (3, plan.now)
    assert remind(plan.at("2022-09-15 06:00"), "day-before", plan.at(START).now.isoformat()) == 0
    assert remind(plan.at("2022-09-15 07:00"), "day-before") == 2


def test_edit_of_a_shift_that_is_over_is_told_to_nobody(plan: Plan) -> None:
    shift = plan.shift(day=FRIDAY)
    plan.sign_up(shift, ADA)

    edit(plan.at("2022-09-16 08:00"), shift, label="Phone")
    assert news(plan) == []
    edit(plan.at("2022-09-16 07:59"), shift, version=2, place="Room 1")
    assert news(plan) == [("changed", ADA)]


def test_later_edit_and_cancelling_leave_one_email_of_them_all(plan: Plan) -> None:
    shift = plan.shift(day=FRIDAY, places=1)
    plan.sign_up(shift, ADA)
    join(plan, shift, DUA)
    for version, place in ((1, "Room 1"), (2, "Room 2")):
        edit(plan, shift, version=version, place=place)
    changed = sent(plan)
    cancel(plan, shift, "No customers")

    assert changed == [f"{ADA}: Your shift changed: Fri 16 Sep 06:00–08:00 PDT"]
    assert sent(plan) == [f"{email}: Cancelled: shift Fri 16 Sep 06:00–08:00 PDT" for email in (ADA, DUA)]
    assert [each for each in news(plan) if each[0] != "changed"] == [("cancelled", ADA), ("cancelled", DUA)]
