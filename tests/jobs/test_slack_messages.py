"""Messages to Slack against a stand-in: told once, changed in place, and by email where Slack doesn't take them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.domain.actor import Act, SignedInAct, SignedInActor, rights_of
from app.domain.notices.model import Kind
from app.domain.slack.verdicts import Verdict
from app.jobs.slack_messages import ATTEMPTS
from app.models import Notice, Person, QueuedJob, Seat, SlackOptOut, SlackWorkspace
from app.services import notices, shift_stages
from app.services.notices import News
from app.services.shifts import completion, reminders
from app.services.slack import cover_posts, proofs, sending, trouble, workspaces
from app.services.slack.sending import Outgoing
from app.services.slack.workspaces import Tried
from tests.builders import ADA, BO, CHIDI, DUA, SLUG, Game, moment
from tests.jobs.slack_office import BASE, KEY, SlackOffice, acts_of
from tests.races import several
from tests.services.shifts.test_covers import accept, offer
from tests.services.shifts.test_editing import cancel
from tests.services.shifts.test_seats import Plan
from tests.services.shifts.test_waiting import join
from tests.slack.running import StandIn, running
from tests.slack.workspace import TEAM

FRIDAY = date(2022, 9, 16)
NUDGE: Kind = "nudge"
NEW_TOKEN = "xoxb-1234567890-new"


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def office(program: StandIn, game: Game) -> SlackOffice:
    """The standard week on Wednesday morning, and a workspace where Ada, Bo and Dua are linked."""
    return SlackOffice.open(Plan(game), program)


@pytest.fixture
def channel(office: SlackOffice) -> str:
    """The channel for news."""
    return office.open_channel()


def tell(office: SlackOffice, *emails: str, kind: Kind = NUDGE, number: int = 1, **facts: str) -> None:
    """Tell people something about no shift."""
    with office.database.unit_of_work() as session:
        people = [person.id for person in session.exec(select(Person)) if person.email in emails]
        news = News(kind, "owls", number, {"name": "Olu", "team": "Owls", **facts})
        notices.tell(session, office.plan.game.week(), people, news, office.clock.now)


def seat_of(office: SlackOffice, email: str, *, hour: int = 6) -> Seat:
    """A seat on Friday that an organizer gave somebody."""
    plan = office.plan
    return plan.sign_up(plan.shift(hour, day=FRIDAY), email, plan.organizer, "They asked").seat


def opt_out(office: SlackOffice, email: str, kind: Kind) -> None:
    with office.database.unit_of_work() as session:
        session.add(SlackOptOut(person_id=office.plan.person(email).id, kind=kind, created_at=office.clock.now))


def ways(office: SlackOffice, kind: Kind) -> dict[str, list[str]]:
    """The ways by which people were told of a kind, by their email."""
    with office.database.reading() as session:
        people = {person.id: person.email for person in session.exec(select(Person))}
        rows = [(people[row.person_id], row.channel) for row in session.exec(select(Notice).where(Notice.kind == kind))]
    sent = [(people[row.person_id or ""], "slack") for row in office.messages() if row.kind == kind]
    found: dict[str, list[str]] = {}
    for email, way in [*rows, *sent]:
        found.setdefault(email, []).append(way)
    return {email: sorted(each) for email, each in found.items()}


def test_who_is_linked_is_told_at_slack_and_others_by_email(office: SlackOffice) -> None:
    opt_out(office, BO, NUDGE)

    tell(office, ADA, BO, CHIDI)
    tell(office, ADA, BO, CHIDI)
    office.work()

    assert ways(office, NUDGE) == {ADA: ["page", "slack"], BO: ["email", "page"], CHIDI: ["email", "page"]}
    [shown] = office.said()
    assert shown["channel"] == "DADA"
    assert shown["text"].startswith("\u2068Olu\u2069 asks your team to take a shift\n\nYour team: \u2068Owls\u2069")
    assert office.refusals() == []


def test_what_nobody_can_switch_off_is_told_in_both_ways(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    opt_out(office, ADA, "cancelled")

    cancel(office.plan, seat.shift_id)
    office.work()

    assert ways(office, "cancelled") == {ADA: ["email", "page", "slack"]}
    assert [each["text"].partition("\n")[0] for each in office.said("UADA")][
        -1
    ] == "Cancelled: shift Fri 16 Sep 06:00–08:00 PDT"


def test_hostile_names_are_plain_and_call_nobody(office: SlackOffice) -> None:
    for number, name in enumerate(("<!here> <@U1>", "*bold* _it_ `x` :tada:", "🦉" * 300, "@channel @Here")):
        tell(office, ADA, number=number, name=name)
    office.work()

    assert (office.refusals(), len(office.said("UADA"))) == ([], 4)
    assert any("&lt;!here&gt;" in each["text"] for each in office.said("UADA"))
    blocks = [block for each in office.said() for block in each["blocks"] if block["type"] == "section"]
    assert {(block["text"]["type"], block["text"]["emoji"]) for block in blocks} == {("plain_text", False)}


def remind(office: SlackOffice, kind: Kind, shift_id: str) -> None:
    with office.database.unit_of_work() as session:
        reminders.remind(session, shift_id, kind, moment("2022-09-16 06:00").isoformat(), office.clock.now)
    office.work()


def test_each_message_about_a_seat_takes_the_buttons_of_the_one_before(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    of_seat = f"{seat.shift_id}/{seat.id}"
    office.work()
    at_first = office.buttons("UADA")
    office.at(moment("2022-09-15 07:00"))
    remind(office, "day-before", seat.shift_id)
    a_day_before = office.buttons("UADA")
    office.at(moment("2022-09-16 05:30"))
    remind(office, "soon", seat.shift_id)
    before = office.buttons("UADA")
    office.at(moment("2022-09-16 05:45"))
    office.work()
    open_ = office.buttons("UADA")

    cant, check_in = f"aw.cant {of_seat}", f"aw.check_in {of_seat}"
    assert at_first == [[cant]]
    assert a_day_before == [[], [cant]]
    assert before == [[], [], [cant]]
    assert open_ == [[], [], [check_in, cant]]
    assert office.said("UADA")[2]["text"].startswith("Your shift starts in 30 min")
    assert office.refusals() == []


def test_a_change_of_a_seat_is_shown_in_its_messages_within_five_seconds(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    offered = offer(office.plan, seat, "everyone")
    office.work()
    before = office.buttons("UBO"), office.buttons("UDUA")
    begun = office.clock.now

    accept(office.plan, seat, DUA)
    office.work(until=lambda: office.buttons("UBO") == [[]] and office.buttons("UDUA") == [[]])

    accepting = [f"aw.accept {seat.shift_id}/{seat.id}"]
    assert (before, offered.audience) == (([accepting], [accepting]), "everyone")
    assert office.clock.now - begun <= timedelta(seconds=5)
    office.work()
    assert [acts_of(each) for each in office.said("UADA")] == [[], []], "signed up, and then taken"


def test_free_seat_is_offered_to_who_waits_until_it_is_taken(office: SlackOffice) -> None:
    plan = office.at(moment("2022-09-16 05:00"))
    shift = plan.shift(6, day=FRIDAY, places=1)
    seat = plan.sign_up(shift, ADA, plan.organizer, "They asked").seat
    join(plan, shift, BO)
    plan.leave(seat, plan.organizer)
    office.work()
    free = office.buttons("UBO")

    plan.sign_up(shift, DUA, plan.organizer, "They asked")
    office.work()

    assert free == [[f"aw.take {shift}"]]
    assert office.buttons("UBO") == [[]]


@pytest.mark.parametrize("kind", ["nudge", "cancelled"])
def test_two_servers_tell_each_once_though_slack_wants_to_be_left_alone(office: SlackOffice, kind: Kind) -> None:
    office.stand_in.order("trouble", method="chat.postMessage", retry_after=7, times=3)
    for number in range(4):
        tell(office, ADA, BO, DUA, kind=kind, number=number)

    with several(office.database.url, 2) as places:
        office.work(*places)

    assert Counter(each["channel"] for each in office.said()) == {"DADA": 4, "DBO": 4, "DDUA": 4}
    assert office.refusals() == ["retry_after"] * 3
    assert max(job.attempts for job in jobs_of(office)) == 1


def jobs_of(office: SlackOffice) -> list[QueuedJob]:
    with office.database.reading() as session:
        query = select(QueuedJob).where(QueuedJob.kind == "slack.send")
        return list(session.exec(query.order_by(col(QueuedJob.id))))


@pytest.mark.parametrize(("kind", "times"), [("nudge", 1), ("cancelled", 2), ("removed", 1)])
def test_only_cancellations_are_sent_again_where_nobody_knows_if_they_were(
    office: SlackOffice, kind: Kind, times: int
) -> None:
    office.stand_in.order("trouble", method="chat.postMessage", cut=True)

    tell(office, ADA, kind=kind)
    office.work()

    assert len(office.said("UADA")) == times
    assert [row.why for row in office.messages()] == ["settled" if times == 2 else "unknown"]


@pytest.mark.parametrize(("kind", "times"), [("nudge", 0), ("cancelled", 1)])
def test_only_cancellations_are_sent_by_another_process_after_one_was_killed(
    office: SlackOffice, kind: Kind, times: int
) -> None:
    tell(office, ADA, kind=kind)
    [row] = office.messages()
    began = begin(office, row.id)
    meanwhile = begin(office, row.id)

    office.at(office.clock.now + sending.BUSY)
    office.work()

    assert (type(began).__name__, meanwhile) == ("Outgoing", row.created_at + sending.BUSY)
    assert len(office.said("UADA")) == times


def begin(office: SlackOffice, message_id: str) -> Any:
    at = sending.Moment(office.clock.now, office.clock.now)
    with office.database.unit_of_work() as session:
        return sending.begin(session, KEY, message_id, BASE, at)


def test_times_of_a_test_are_real_ones_whatever_week_is_played(office: SlackOffice) -> None:
    game = office.clock.now
    at = sending.Moment(game + timedelta(days=500), game)
    ada = office.plan.person(ADA).id
    asking = SignedInActor("Ada", "person", rights_of("organizer"), ada, email=ADA, theme="", sign_in_id="", csrf="")

    with office.database.unit_of_work() as session:
        proofs.ask(session, "slack", SignedInAct(asking, at.real))
    [row] = office.messages()
    with office.database.unit_of_work() as session:
        outgoing = sending.begin(session, KEY, row.id, BASE, at)
        assert isinstance(outgoing, Outgoing)
        sending.sent(session, outgoing, {"channel": "DADA", "ts": "1.1"}, BASE, at)
        proof = proofs.newest(session, office.connection_id)

    assert proof is not None
    assert (proof.planned_at, proof.sent_at) == (at.real, at.real)


def an_organizer(office: SlackOffice) -> str:
    with office.database.unit_of_work() as session:
        session.exec(select(Person).where(Person.email == CHIDI)).one().role = "organizer"
    return CHIDI


@pytest.mark.parametrize(
    ("error", "why", "is_off", "told"),
    [
        ("token_revoked", "off", True, 1),
        ("account_inactive", "off", True, 1),
        ("missing_scope", "missing_scope", False, 1),
        ("channel_not_found", "channel_not_found", False, 0),
        ("user_not_found", "user_not_found", False, 0),
        ("messages_tab_disabled", "messages_tab_disabled", False, 0),
        ("invalid_arguments", "invalid_arguments", False, 0),
    ],
)
def test_what_slack_refuses_for_good_goes_by_email_and_organizers_are_told_once(
    office: SlackOffice, error: str, why: str, is_off: bool, told: int
) -> None:
    organizer = an_organizer(office)
    office.stand_in.order("trouble", method="chat.postMessage", error=error, times=2)
    tell(office, ADA)
    tell(office, ADA, number=2)

    office.work()

    assert office.mailed() == sorted([("nudge", ADA)] * 2 + [("slack-off", organizer)] * told)
    assert {row.why for row in office.messages()} == {why}
    assert ways(office, "slack-off") == ({organizer: ["email", "page"]} if told else {})
    with office.database.reading() as session:
        assert (session.get_one(SlackWorkspace, office.connection_id).token is None) == is_off
    assert [job.dead_at is not None for job in jobs_of(office)] == [error == "invalid_arguments"] * 2


def test_token_that_was_set_while_slack_refused_the_old_one_stays_and_sends_what_waits(office: SlackOffice) -> None:
    tell(office, ADA)
    tell(office, ADA, number=2)
    at = sending.Moment(office.clock.now, office.clock.now)
    ids = [row.id for row in office.messages()]
    outgoing = begin(office, ids[0])
    office.stand_in.order("token", token=NEW_TOKEN)
    refused = Verdict("refused", "token_revoked", "everything")

    with office.database.unit_of_work() as session:
        act = Act(office.plan.organizer.actor, at.real)
        workspaces.set_token(session, KEY, "slack", act, token=NEW_TOKEN)
        sending.refused(session, outgoing, refused, at)
    with office.database.unit_of_work() as session:
        tried = Tried(TEAM, "Test team", "U0", workspaces.NEEDED, is_org_wide=False)
        workspaces.accept(session, KEY, office.connection_id, NEW_TOKEN, tried, at.real + timedelta(seconds=5))
        sending.refused(session, outgoing, refused, at)
    office.work()

    assert (len(office.said("UADA")), office.mailed(), office.refusals()) == (2, [], [])
    with office.database.reading() as session:
        assert workspaces.token_of(session, KEY, office.connection_id) == NEW_TOKEN


def test_message_whose_blocks_are_refused_is_sent_once_as_text(office: SlackOffice) -> None:
    office.stand_in.order("trouble", method="chat.postMessage", error="invalid_blocks")

    tell(office, ADA)
    office.work()

    [shown] = office.said("UADA")
    assert (shown["blocks"], "asks your team" in shown["text"], office.mailed()) == ([], True, [])
    assert [job.dead_at is not None for job in jobs_of(office)] == [True, False], "organizers see that it was refused"


def test_message_that_somebody_deleted_is_forgotten(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    office.work()
    office.stand_in.order("trouble", method="chat.update", error="message_not_found")

    cancel(office.plan, seat.shift_id)
    office.work()

    assert [(row.kind, row.why) for row in office.messages()] == [
        ("signed-up", "message_not_found"), ("cancelled", "settled"),
    ]  # fmt: skip
    assert ("signed-up", ADA) not in office.mailed()


def test_while_slack_is_away_it_is_asked_once_a_minute_and_reminders_go_by_email(office: SlackOffice) -> None:
    office.at(moment("2022-09-16 05:00"))
    shift = office.plan.shift(6, day=FRIDAY)
    for email in (ADA, BO):
        office.plan.sign_up(shift, email)
    office.stand_in.order("trouble", method="*", status=503, times=1000)
    tell(office, DUA)
    office.at(moment("2022-09-16 05:30"))
    with office.database.unit_of_work() as session:
        reminders.remind(session, shift, "soon", moment("2022-09-16 06:00").isoformat(), office.clock.now)

    office.work(until=lambda: len(office.mailed()) == 2)
    calls = len(office.stand_in.order("calls"))
    took = office.clock.now - moment("2022-09-16 05:30")

    assert office.mailed() == [("soon", ADA), ("soon", BO)]
    assert timedelta(minutes=10) <= took <= timedelta(minutes=12)
    assert calls <= 5 + 3 + took // timedelta(minutes=1)

    office.stand_in.order("calm")
    office.at(moment("2022-09-16 07:00"))
    office.work()
    assert [each["channel"] for each in office.said()] == ["DDUA"], "what is about no shift waits for the morning"


def test_while_slack_is_away_for_long_everything_goes_by_email(office: SlackOffice) -> None:
    office.stand_in.order("trouble", method="*", status=503, times=1000)
    began = office.clock.now

    tell(office, ADA)
    office.work()

    assert (office.mailed(), [row.why for row in office.messages()]) == ([("nudge", ADA)], ["away"])
    assert timedelta(hours=2) <= office.clock.now - began <= timedelta(hours=2, minutes=5)
    assert max(job.attempts for job in jobs_of(office)) <= trouble.FAILURES < ATTEMPTS


def test_what_is_of_no_use_any_more_is_not_sent(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    office.plan.leave(seat, office.plan.organizer)
    office.work()

    found = sorted((row.kind, row.why) for row in office.messages())
    assert found == [("removed", "settled"), ("signed-up", "over")]


def test_without_a_token_everything_goes_by_email(office: SlackOffice) -> None:
    tell(office, ADA)
    with office.database.unit_of_work() as session:
        workspaces.clear_token(session, "slack", office.plan.organizer)
    tell(office, ADA, number=2)

    office.work()

    assert (office.mailed(), [row.why for row in office.messages()]) == ([("nudge", ADA)] * 2, ["off"])


def posted(office: SlackOffice) -> list[tuple[str, list[str]]]:
    """The offers in the channel: the last line of each, and its buttons."""
    found = [each for each in office.posts() if "offers a seat" in each["text"]]
    return [(each["text"].split("\n")[-1].partition(": https")[0], acts_of(each)) for each in found]


def test_cover_to_everyone_is_offered_in_the_channel_until_somebody_has_it(office: SlackOffice, channel: str) -> None:
    seat = seat_of(office, ADA)
    offer(office.plan, seat, "everyone")
    office.work()
    before, directly = posted(office), office.buttons("UBO")

    taken = accept(office.plan, seat, BO)
    office.work(until=lambda: posted(office) != before)
    covered = posted(office)
    assert taken.seat is not None
    office.plan.leave(taken.seat, office.plan.act_of(BO))
    office.work()

    assert before == [("See it", [f"aw.accept {seat.shift_id}/{seat.id}"])]
    told = ways(office, "offered")
    assert [set(told[each]) for each in (BO, DUA, CHIDI)] == [{"page"}, {"page"}, {"email", "page"}]
    assert directly == []
    assert covered == [("Covered by \u2068Bo Nguyen\u2069. Thank you.", [])]
    again = posted(office)
    assert (again[0], again[1][0]) == ((cover_posts.GONE, []), "See it"), "given back, so it is offered anew"
    assert office.refusals() == []


def test_cover_to_the_team_goes_to_its_members_directly(office: SlackOffice, channel: str) -> None:
    seat = seat_of(office, ADA)

    offer(office.plan, seat, "team")
    office.work()
    before = office.buttons("UBO")
    accept(office.plan, seat, BO)
    office.work()

    assert (posted(office), before, office.buttons("UDUA")) == ([], [[f"aw.accept {seat.shift_id}/{seat.id}"]], [])
    assert "Covered by \u2068Bo Nguyen\u2069. Thank you." in office.said("UBO")[0]["text"]


def test_offers_that_nobody_took_lose_their_buttons_when_the_shift_is_over(office: SlackOffice, channel: str) -> None:
    seats = [seat_of(office, ADA), seat_of(office, ADA, hour=8)]
    offer(office.plan, seats[0], "everyone")
    offer(office.plan, seats[1], "team")
    office.work()
    before = [acts for _, acts in posted(office)], office.buttons("UBO")

    office.at(moment("2022-09-16 10:00"))
    office.work()

    assert before == tuple([[f"aw.accept {seat.shift_id}/{seat.id}"]] for seat in seats)
    assert (posted(office), office.buttons("UBO")) == ([(cover_posts.GONE, [])], [[]])


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "is_archived"])
def test_channel_that_takes_nothing_is_off_and_what_it_was_to_say_is_mailed(
    office: SlackOffice, channel: str, error: str
) -> None:
    organizer = an_organizer(office)
    office.stand_in.order("channel", id=channel, error=error)
    seats = [seat_of(office, ADA), seat_of(office, ADA, hour=10)]

    for seat in seats:
        offer(office.plan, seat, "everyone")
    office.work()

    assert [each for each in office.mailed() if each[0] == "slack-off"] == [("slack-off", organizer)]
    assert [each for each in office.mailed() if each[1] == BO] == [("offered", BO)] * 2
    with office.database.reading() as session:
        workspace = session.get_one(SlackWorkspace, office.connection_id)
        assert (workspace.channel_id, workspace.token is not None) == ("", True)


def stage(office: SlackOffice, which: shift_stages.Stage, shift_id: str, at: datetime) -> None:
    office.at(at)
    with office.database.unit_of_work() as session:
        shift_stages.tell(session, shift_id, which, at, office.clock.now)
    office.work()


def test_start_and_end_of_a_shift_are_told_with_what_can_be_done(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    of_seat, start = f"{seat.shift_id}/{seat.id}", moment("2022-09-16 06:00")
    office.at(start - timedelta(minutes=30))
    remind(office, "soon", seat.shift_id)
    stage(office, "start", seat.shift_id, start)
    begun = office.buttons("UADA")[-2:]
    check_in(office, seat)
    office.work()
    there = office.buttons("UADA")[-1]
    end(office, seat)
    office.work()
    completed = office.buttons("UADA")[-1]
    stage(office, "end", seat.shift_id, moment("2022-09-16 08:01"))

    assert begun == [[], [f"aw.check_in {of_seat}", f"aw.log {of_seat}"]]
    assert there == [f"aw.done {of_seat}", f"aw.log {of_seat}"]
    assert completed == []
    first, last = (each["text"].split("\n") for each in office.said("UADA")[-2:])
    assert first[0] == "Your shift has begun: Fri 16 Sep 06:00–08:00 PDT"
    assert [line[:1] for line in first[2:] if line] == ["•"] * len(first[2:])
    assert last[0] == "Your shift is over: Fri 16 Sep 06:00–08:00 PDT"
    assert last[2] == "It earned 20 points for your team."
    assert last[-1] == f"Write in the guestbook: {BASE}/weeks/{SLUG}/guestbook"
    assert (office.buttons("UADA")[-1], office.refusals()) == ([], [])


def test_start_has_no_done_where_organizers_complete(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    office.work()
    office.plan.set(completes="organizer")
    stage(office, "start", seat.shift_id, moment("2022-09-16 06:00"))
    check_in(office, seat)
    office.work()

    assert office.buttons("UADA")[-1] == [f"aw.log {seat.shift_id}/{seat.id}"]


def check_in(office: SlackOffice, seat: Seat) -> None:
    with office.database.unit_of_work() as session:
        completion.check_in(session, SLUG, seat.shift_id, seat.id, office.plan.act_of(ADA))


def end(office: SlackOffice, seat: Seat) -> None:
    with office.database.unit_of_work() as session:
        completion.complete(session, SLUG, seat.shift_id, seat.id, office.plan.act_of(ADA))


def test_start_is_told_once_to_who_is_on_the_shift_and_wants_reminders_there(office: SlackOffice) -> None:
    shift, start = office.plan.shift(6, day=FRIDAY), moment("2022-09-16 06:00")
    for email in (ADA, BO, CHIDI):
        office.plan.sign_up(shift, email)
    opt_out(office, BO, "soon")

    for at in (start, start, start + timedelta(hours=1)):
        stage(office, "start", shift, at)

    assert [(row.kind, row.target) for row in office.messages()] == [("start", "UADA")]
    assert office.mailed() == [], "pages and emails have reminders instead"


def test_who_was_switched_off_is_written_to_no_more(office: SlackOffice) -> None:
    seats = [seat_of(office, ADA), seat_of(office, BO)]
    assert seats[0].shift_id != seats[1].shift_id
    office.work()
    before = len(office.said())
    with office.database.unit_of_work() as session:
        session.exec(select(Person).where(Person.email == ADA)).one().disabled_at = office.clock.now

    for seat in seats:
        stage(office, "start", seat.shift_id, moment("2022-09-16 06:00"))

    assert [each["channel"] for each in office.said()[before:]] == ["DBO"]
    assert office.mailed() == []


def test_stages_are_planned_with_the_first_seat_for_each_time_that_a_shift_has(office: SlackOffice) -> None:
    seat = seat_of(office, ADA)
    office.plan.sign_up(seat.shift_id, BO)

    with office.database.reading() as session:
        jobs = session.exec(select(QueuedJob.run_at).where(QueuedJob.kind == shift_stages.STAGE)).all()
    assert sorted(jobs) == [moment("2022-09-16 06:00"), moment("2022-09-16 08:01")]
