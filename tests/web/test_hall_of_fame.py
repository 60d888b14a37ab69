"""The hall of fame and archived weeks: results of closed weeks, records among them, and weeks that lists leave out."""

import re
from datetime import date, timedelta

import pytest

from app.db.database import Database
from app.services import lifecycle
from app.services.organizing import team_admin
from app.services.standings import boards, heads
from app.services.standings.hall_of_fame import Count, HallOfFame, Result, records
from app.services.weeks import weeks
from tests.builders import CATS, NOW, OWLS, SLUG, Game, a_team, a_week, act_by
from tests.cost import statements_to
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import RunningApp, sign_in

HALL = "/weeks/hall-of-fame"
OLD = "q2-2022"


@pytest.fixture
def two_weeks(site: RunningApp) -> RunningApp:
    """Two closed weeks: the Cats won the older one with 40 points, the Owls this one with 50 and an issue."""
    before = NOW - timedelta(days=91)
    with site.database.unit_of_work() as session:
        a_week(session, OLD, now=before, starts=date(2022, 6, 13), ends=date(2022, 6, 17))
        a_team(session, CATS, slug=OLD, now=before)
    old = Game(site.database, before, OLD)
    old.adjust(CATS, 40)
    old.close()
    site.game.take(kind="issue")
    site.game.adjust(OWLS, 45)
    site.game.close()
    return site


def test_hall_of_fame_has_winners_totals_trophies_and_records(two_weeks: RunningApp) -> None:
    said = text_of(two_weeks.get(HALL))

    assert "Winner: Owls , 50 points" in said or "Winner: Owls, 50 points" in said
    assert said.index("Q3-2022 12–16 Sep 2022") < said.index("Q2-2022 13–17 Jun 2022")
    assert "Cats" in said
    assert "50 points Owls Q3-2022" in said
    assert "1 issue Everyone together Q3-2022" in said


def test_hall_of_fame_keeps_a_result_until_its_week_changes(two_weeks: RunningApp) -> None:
    first = text_of(two_weeks.get(HALL))
    two_weeks.game.open()
    reopened = text_of(two_weeks.get(HALL))
    two_weeks.game.adjust(CATS, 500)
    two_weeks.game.close()

    assert ("Owls" in first, "Owls" in reopened) == (True, False)
    assert "500 points Cats Q3-2022" in text_of(two_weeks.get(HALL))


def test_hall_of_fame_hides_an_end_behind_a_freeze(site: RunningApp) -> None:
    site.game.adjust(OWLS, 50)
    site.game.freeze()
    site.game.close()

    assert "No results yet" in site.get(HALL).text
    assert "50 points" in sign_in(site, "olu@example.com", "organizer").get(HALL).text


def test_week_without_points_thanks_whoever_took_part(site: RunningApp) -> None:
    site.game.close()
    idle = text_of(site.get(HALL))
    site.game.open()
    site.game.take(kind="issue")
    site.game.adjust(OWLS, -500)
    site.game.close()

    assert "12–16 Sep 2022 No activities Summary" in idle
    assert "Thanks to everyone who took part. 1 issue Summary" in text_of(site.get(HALL))


def test_tied_winners_have_the_points_each(site: RunningApp) -> None:
    for team in (OWLS, CATS):
        site.game.adjust(team, 7)
    site.game.close()

    assert re.search(r"Winners: Cats ?and Owls ?, 7 points each", text_of(site.get(HALL)))


def test_hall_of_fame_costs_as_many_queries_for_three_new_weeks_as_for_one(two_weeks: RunningApp) -> None:
    few = _statements_to_results(two_weeks, 2)
    with two_weeks.database.unit_of_work() as session:
        for number in (1, 2, 3):
            a_week(session, f"closed-{number}", state="closed")

    assert _statements_to_results(two_weeks, 5) == few


def test_heads_of_several_weeks_are_those_of_their_boards(two_weeks: RunningApp) -> None:
    two_weeks.game.open()
    with two_weeks.database.unit_of_work() as session:
        team_admin.remove_team(
            session, SLUG, team_admin.make_team(session, SLUG, "Foxes", act_by("Olu")).id, act_by("Olu")
        )
    two_weeks.game.take(kind="response")
    two_weeks.game.close()

    with two_weeks.database.reading() as session:
        every = weeks.every(session)
        found = heads.of_closed(session, every, NOW)
        assert [found[week.id][0] for week in every] == [boards.live(session, week, NOW).head for week in every]


def _statements_to_results(site: RunningApp, expected: int) -> int:
    """The statements that a hall which has kept nothing takes; on connections of its own, for a server is at work."""
    hall, organizer = HallOfFame(), act_by("Olu", site.clock.now)
    database = Database(site.database.url)
    try:
        with statements_to(database) as statements, database.reading() as session:
            assert len(hall.results(session, organizer.actor, organizer.now).results) == expected
    finally:
        database.dispose()
    return len(statements)


def test_archived_week_is_out_of_lists_and_back_again(two_weeks: RunningApp) -> None:
    organizer = sign_in(two_weeks, "olu@example.com", "organizer")

    answer = organizer.post(f"/organizer/weeks/{SLUG}/archive")
    page = organizer.get(answer.headers["location"])

    assert flash(page) == "Archived. The list of weeks and the hall of fame leave it out."
    lists = [two_weeks.get(path).text for path in ("/weeks", HALL)]
    assert [SLUG in each for each in lists] == [False, False]
    assert [_weeks_of(two_weeks, more) for more in ("", "?archived=true")] == [{OLD: False}, {SLUG: True, OLD: False}]
    assert two_weeks.get("/api/v1/weeks/current", "read").json()["week"] == OLD
    assert [two_weeks.get(f"/weeks/{SLUG}{page}").status_code for page in ("", "/summary")] == [200, 200]
    assert "Closed Archived" in text_of(organizer.get("/organizer/weeks"))
    assert organizer.post(f"/organizer/weeks/{SLUG}/archive").status_code == 409
    organizer.post(f"/organizer/weeks/{SLUG}/unarchive")
    assert two_weeks.get("/api/v1/weeks/current", "read").json()["week"] == SLUG
    assert organizer.post(f"/organizer/weeks/{SLUG}/unarchive").status_code == 409


def _weeks_of(site: RunningApp, more: str) -> dict[str, bool]:
    """The weeks that the API lists, with whether they are archived."""
    items = site.get(f"/api/v1/weeks{more}", "read").json()["items"]
    return {each["week"]: each["archived"] for each in items}


def test_weeks_that_are_all_archived_leave_a_word_in_lists_and_stay_the_board(site: RunningApp) -> None:
    site.game.close()
    with site.database.unit_of_work() as session:
        lifecycle.archive(session, SLUG, act_by("Olu"))

    said = [text_of(site.get(path)) for path in ("/weeks", HALL)]

    assert said == [
        "No weeks to list Past weeks are archived. Links to them go on working.",
        "No results to list Past weeks are archived. Links to them go on working. All weeks",
    ]
    assert site.get("/").content == site.get(f"/weeks/{SLUG}").content
    assert site.get("/api/v1/weeks/current", "read").json()["archived"] is True


def test_records_name_every_week_that_has_them_and_each_team_once() -> None:
    hundred = (Count("issue", 100, "issues"),)
    results = [
        result("q3", ("Owls",), 9, hundred), result("q2", ("Owls", "Cats"), 9, ()), result("q1", (), -4, hundred),
    ]  # fmt: skip

    found = [(each.number, each.noun, each.teams, [week.week for week in each.weeks]) for each in records(results)]

    assert found == [(9, "points", ("Owls", "Cats"), ["q3", "q2"]), (100, "issues", None, ["q3", "q1"])]
    assert (records(results[:1]), records([results[2]] * 2)[0].noun) == ([], "issues")


def result(week: str, winners: tuple[str, ...], points: int, counts: tuple[Count, ...]) -> Result:
    """A week's result without trophies."""
    return Result(week, week, NOW.date(), NOW.date(), "", winners, points, (), counts)


def test_archive_refuses_what_is_open_or_frozen_and_ends_with_a_reopening(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    said = [flash(organizer.post(f"/organizer/weeks/{SLUG}/archive"))]
    site.game.freeze()
    site.game.close()
    said.append(flash(organizer.post(f"/organizer/weeks/{SLUG}/archive")))
    site.game.reveal()
    with site.database.unit_of_work() as session:
        lifecycle.archive(session, SLUG, act_by("Olu"))
    site.game.open()

    assert said == ["Q3-2022 is open. Only a closed week can be archived.", "Q3-2022 is still frozen. Reveal it first."]
    assert site.game.week().archived_at is None
