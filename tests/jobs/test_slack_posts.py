"""Posts in the channel for news against a stand-in: the day, the gaps of the afternoon, and the results."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import select

from app.models import QueuedJob, SlackMessage, SlackTrouble
from app.services import slack_messages, slack_news
from app.services.slack import thread_posts
from tests.builders import ADA, DUA, OWLS, Game, moment
from tests.jobs.slack_office import BASE, SlackOffice, acts_of
from tests.services.shifts.test_seats import Plan
from tests.slack.running import StandIn, running

THURSDAY = date(2022, 9, 15)
TOP = "1. \u2068Owls\u2069: 5 points"


@pytest.fixture(scope="module")
def program() -> Iterator[StandIn]:
    with running() as stand_in:
        yield stand_in


@pytest.fixture
def office(program: StandIn, game: Game) -> SlackOffice:
    """The standard week on Wednesday morning at eight, with a workspace whose channel for news is chosen."""
    office = SlackOffice.open(Plan(game), program)
    office.open_channel()
    return office


def texts(office: SlackOffice) -> list[list[str]]:
    """The lines of each post."""
    return [[line for line in each["text"].split("\n") if line] for each in office.posts()]


def plan_days(office: SlackOffice) -> None:
    with office.database.unit_of_work() as session:
        slack_news.plan_days(session, office.clock.now)


def test_day_is_posted_once_at_eight_and_follows_the_board(office: SlackOffice) -> None:
    office.work()
    first = texts(office)
    office.plan.game.take(person=ADA)
    plan_days(office)
    office.at(office.clock.now + timedelta(minutes=11))
    office.work()

    [[title, *_]], [after] = first, texts(office)
    assert title == "\u2068Q3-2022\u2069, Wednesday 14 September"
    assert TOP in after
    assert "Cats" not in "".join(after), "the last place is nobody's business"
    assert (office.posts()[0]["updates"] >= 1, office.refusals()) == (True, [])


def test_day_of_a_frozen_board_tells_coverage_alone(office: SlackOffice) -> None:
    game = office.plan.game
    office.plan.shift(10, day=THURSDAY)
    game.take(person=ADA)
    game.freeze()
    game.take(person=ADA, kind="feature_request")

    office.work()

    [[_, frozen, covered, link]] = texts(office)
    assert (frozen, link) == ("The board is frozen until the reveal.", f"See the board: {BASE}/weeks/q3-2022")
    assert "covered" in covered


def test_day_is_over_in_the_evening_and_the_next_one_has_its_own(office: SlackOffice) -> None:
    office.work()
    office.at(moment("2022-09-14 20:55"))
    office.work()
    with office.database.reading() as session:
        jobs = session.exec(select(QueuedJob.run_at).where(QueuedJob.kind == slack_messages.SEND)).all()
        due = [at for at in jobs if at > office.clock.now]

    assert min(due) == moment("2022-09-15 08:00")


def test_day_tells_its_own_numbers_from_the_afternoon_on(office: SlackOffice) -> None:
    office.plan.game.take(person=ADA)
    office.work()
    morning = texts(office)[0]
    office.at(moment("2022-09-14 17:01"))
    office.work()

    assert [line for line in morning if line.startswith("Today")] == []
    assert "Today: 1 issue." in texts(office)[0]


def thread(office: SlackOffice) -> list[list[str]]:
    """The lines of each post below the day's."""
    day = office.posts()[0]["ts"]
    found = [each for each in office.posts() if each.get("thread_ts") == day]
    return [each["text"].replace("\u2068", "").replace("\u2069", "").split("\n") for each in found]


def look(office: SlackOffice, minutes: int = 11) -> None:
    """Let time pass until the day was looked at and what was gathered is posted."""
    for _ in range(2):
        office.at(office.clock.now + timedelta(minutes=minutes))
        office.work()


def test_thread_tells_a_lead_that_is_held_and_a_milestone_once_each(office: SlackOffice) -> None:
    game = office.plan.game
    game.take(person=DUA)
    office.work()
    before = thread(office)
    for _ in range(10):
        game.take(person=ADA)

    look(office)
    told = thread(office)
    look(office)

    assert before == [], "what is so at first is no news"
    assert told == [["New leader: Owls, with 50 points.", "Together: 10 issues!"]]
    assert (thread(office), office.refusals()) == (told, [])


def test_thread_tells_nothing_of_a_lead_that_is_lost_within_ten_minutes(office: SlackOffice) -> None:
    game = office.plan.game
    game.take(person=DUA)
    office.work()
    game.take(person=ADA)
    game.take(person=ADA)
    office.at(office.clock.now + timedelta(minutes=11))
    office.work(until=lambda: any(row.kind == "thread" and not row.why for row in office.messages()))
    for _ in range(2):
        game.take(person=DUA)
    office.work()
    look(office, 1)

    assert [line for post in thread(office) for line in post if "Owls" in line] == []


def test_thread_of_a_frozen_board_is_silent(office: SlackOffice) -> None:
    game = office.plan.game
    game.take(person=DUA)
    office.work()
    game.freeze()
    for _ in range(10):
        game.take(person=ADA)

    look(office)

    assert thread(office) == []


def test_thread_takes_twelve_posts_a_day(office: SlackOffice) -> None:
    game = office.plan.game
    game.take(person=DUA)
    office.work()
    with office.database.unit_of_work() as session:
        day = next(row for row in office.messages() if row.kind == "day")
        for number in range(thread_posts.MOST_A_DAY):
            session.add(
                SlackMessage(
                    connection_id=day.connection_id, kind="thread", subject=f"[{number}]", revision=number,
                    target=day.target, week_id=day.week_id, created_at=office.clock.now, due_at=office.clock.now,
                    posted_at=office.clock.now, ts=f"1.{number}", channel=day.target, begun=1, shown=1,
                )
            )  # fmt: skip
    for _ in range(10):
        game.take(person=ADA)

    look(office)

    assert thread(office) == []


def test_thread_tells_after_slack_was_away_what_it_could_not(office: SlackOffice) -> None:
    game, long_ago = office.plan.game, office.clock.now - timedelta(minutes=40)
    game.take(person=DUA)
    office.work()
    for _ in range(10):
        game.take(person=ADA)
    office.at(office.clock.now + timedelta(minutes=11))
    office.work(until=lambda: any(row.kind == "thread" and not row.why for row in office.messages()))
    with office.database.unit_of_work() as session:
        session.add(SlackTrouble(connection_id=office.connection_id, failures=5, since=long_ago, probe_at=long_ago))
    office.at(office.clock.now + timedelta(minutes=11))
    office.work()
    assert "away" in [row.why for row in office.messages() if row.kind == "thread"]
    look(office)

    assert [line for post in thread(office) for line in post] == [
        "New leader: Owls, with 50 points.",
        "Together: 10 issues!",
    ]


def test_gaps_are_left_to_the_day_while_slack_is_away(office: SlackOffice) -> None:
    office.plan.shift(8, day=THURSDAY)
    office.work()
    office.at(moment("2022-09-14 16:00"))
    office.stand_in.order("trouble", method="chat.postMessage", status=503, times=1000)
    office.work(until=lambda: [row.why for row in office.messages() if row.kind == "gaps" and row.why] == ["away"])

    assert office.clock.now - moment("2022-09-14 16:00") < timedelta(hours=1)  # all else waits for two
    assert (len(office.posts()), office.mailed()) == (1, [])


def test_gaps_are_posted_at_four_and_a_press_leaves_the_others(office: SlackOffice) -> None:
    plan = office.plan
    one, two = plan.shift(8, day=THURSDAY), plan.shift(12, day=THURSDAY)
    office.work()
    before = len(office.posts())
    office.at(moment("2022-09-14 16:00"))
    office.work()
    both = acts_of(office.posts()[-1])

    office.plan.sign_up(one, ADA)
    begun = office.clock.now
    office.work(until=lambda: acts_of(office.posts()[-1]) != both)
    left, took = acts_of(office.posts()[-1]), office.clock.now - begun
    office.plan.sign_up(two, DUA)
    office.work()

    assert (before, both, left) == (1, [f"aw.take {one}", f"aw.take {two}"], [f"aw.take {two}"])
    assert took <= timedelta(seconds=5)
    assert texts(office)[-1] == ["The shifts of today and tomorrow have everyone they need. Thank you."]
    assert office.refusals() == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_gaps_that_nobody_closed_are_not_called_closed(office: SlackOffice, is_closed: bool) -> None:
    shift = office.plan.shift(8, day=THURSDAY)
    office.work()
    office.at(moment("2022-09-14 16:00"))
    office.work()
    before = acts_of(office.posts()[-1])
    post = len(office.posts()) - 1

    if is_closed:
        office.plan.game.close()
    else:
        office.at(moment("2022-09-15 08:00"))
    office.work()

    shown = office.posts()[post]
    assert (before, acts_of(shown)) == ([f"aw.take {shift}"], [])
    assert shown["text"] == "There’s nothing to take here any more."


def test_without_gaps_nothing_is_posted(office: SlackOffice) -> None:
    office.work()
    office.at(moment("2022-09-14 16:00"))
    office.work()

    assert len(office.posts()) == 1


@pytest.mark.parametrize("is_frozen", [False, True])
def test_results_are_posted_once_everybody_may_know_them(office: SlackOffice, is_frozen: bool) -> None:
    game = office.plan.game
    office.work()
    game.take(person=ADA)
    if is_frozen:
        game.freeze()
    game.close()
    office.at(moment("2022-09-14 19:00"))
    office.work()
    at_close = texts(office)[1:]
    if is_frozen:
        game.reveal()
        office.work()

    results = texts(office)[-1]
    assert len(at_close) == (0 if is_frozen else 1)
    assert results[:2] == ["\u2068Q3-2022\u2069 is over. Thank you, everyone!", TOP]
    assert results[-1] == f"See the summary: {BASE}/weeks/q3-2022/summary"


def test_results_follow_what_is_corrected_after_them(office: SlackOffice) -> None:
    game = office.plan.game
    office.at(game.now)
    office.work()
    game.close()
    office.work()
    game.open()
    office.work()
    meanwhile = texts(office)[-1]
    game.adjust(OWLS, 50)
    game.close()
    office.work()

    assert meanwhile == ["\u2068Q3-2022\u2069 goes on. Its results follow."]
    assert "1. \u2068Owls\u2069: 50 points" in texts(office)[-1]
    assert len(office.posts()) == 2


def test_rehearsals_are_played_without_the_channel(office: SlackOffice) -> None:
    office.work()
    week = office.plan.game.week()
    week.rehearsal_of, week.state = week.id, "closed"
    with office.database.unit_of_work() as session:
        slack_news.week_ended(session, week, office.clock.now)

    assert not [row for row in office.messages() if row.kind == slack_messages.RESULTS]
