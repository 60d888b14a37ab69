"""Stories from the ledger: the public of a frozen week, the right rules, and the weeks before."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event

from app.db.database import Database
from app.domain.story import PastWeek, Story
from app.domain.view import Audience
from app.services.standings import stories
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, OWLS, SLUG, Game, a_team, a_week, dearer_issues

SPRING = datetime(2022, 6, 15, 20, tzinfo=UTC)


def told(game: Game, audience: Audience = "organizers") -> Story:
    with game.database.reading() as session:
        week = weeks.find(session, SLUG, game.now)
        return stories.of_week(session, week, weeks.view_of(week, audience))


def points(story: Story) -> dict[str, int]:
    return {series.team: series.points for series in story.race.all_series}


def before(database: Database, slug: str, starts: date, now: datetime) -> Game:
    """An open week before the standard one."""
    with database.unit_of_work() as session:
        a_week(session, slug, starts=starts, ends=starts.replace(day=starts.day + 4), now=now)
        a_team(session, OWLS, slug=slug, now=now)
    return Game(database, now=now, slug=slug)


def looked_back(game: Game, audience: Audience = "public") -> tuple[PastWeek, ...]:
    with game.database.reading() as session:
        week = weeks.find(session, SLUG, game.now)
        return stories.look_back(session, stories.earlier(session, week, audience))


def test_of_week_adds_up_to_the_board(game: Game) -> None:
    game.take(kind="shift", occurred_at="2022-09-14T06:00:00-07:00")
    game.take(kind="response", person=DUA, response_seconds=60, subject="T-1")
    game.adjust(CATS, 4)
    game.reverse(game.take(person=BO).entry)

    story = told(game)

    assert points(story) == game.points() == {OWLS: 20, CATS: 7}
    assert [hero.person for hero in story.heroes] == ["Ada Lovelace"]


def test_of_week_for_the_public_of_a_frozen_week_is_that_of_the_freeze(game: Game) -> None:
    entry = game.take(kind="shift").entry
    game.take(kind="response", person=DUA, response_seconds=60)
    then = told(game)
    game.freeze()
    game.reverse(entry)
    game.take(person=DUA, occurred_at="2022-09-14T06:30:00-07:00", kind="shift")
    game.adjust(CATS, 50)
    game.activate(dearer_issues())

    assert told(game, "public") == then
    assert points(told(game)) == {OWLS: 0, CATS: 73}


def test_of_week_of_a_closed_week_keeps_its_rules(game: Game) -> None:
    game.take(kind="issue")
    game.close()
    game.activate(dearer_issues())

    assert points(told(game)) == {OWLS: 5, CATS: 0}


def test_earlier_are_the_closed_weeks_that_began_before(game: Game) -> None:
    spring = before(game.database, "q2-2022", date(2022, 6, 13), SPRING)
    spring.take(occurred_at="2022-06-14T09:00:00-07:00")
    spring.take(occurred_at="2022-06-14T09:30:00-07:00", kind="shift", person=BO)
    spring.reverse(spring.take(occurred_at="2022-06-14T10:00:00-07:00").entry)
    spring.adjust(OWLS, 3)
    spring.close()
    before(game.database, "q1-2022", date(2022, 3, 14), datetime(2022, 3, 16, 20, tzinfo=UTC))

    assert looked_back(game) == (
        PastWeek("q2-2022", "Q2-2022", date(2022, 6, 13), {"issue": 1, "shift": 1}, teams=1, participants=2),
    )


def test_earlier_has_a_week_closed_behind_its_freeze_for_organizers_alone(game: Game) -> None:
    spring = before(game.database, "q2-2022", date(2022, 6, 13), SPRING)
    spring.freeze()
    spring.close()

    assert looked_back(game) == ()
    assert [past.week for past in looked_back(game, "organizers")] == ["q2-2022"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_of_week_takes_as_many_queries_for_four_teams_and_weeks_as_for_one(game: Game) -> None:
    seen: list[str] = []
    event.listen(game.database.reader, "before_cursor_execute", lambda *call: seen.append(call[2]))

    def queries() -> int:
        seen.clear()
        told(game, "public")
        looked_back(game)
        return len(seen)

    for month in (2, 3):
        before(game.database, f"m{month}", date(2022, month, 14), datetime(2022, month, 16, 20, tzinfo=UTC)).close()
        if month == 2:
            game.take(person=ADA)
            few = queries()
    with game.database.unit_of_work() as session:
        for name in ("Elks", "Foxes"):
            a_team(session, name, f"{name.lower()}@example.com")
    game.take(person="elks@example.com", kind="shift")

    assert queries() == few
