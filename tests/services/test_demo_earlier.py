"""The demo's earlier week: closed with one winner, and nothing of the week that plays."""

from datetime import UTC, datetime

from app.config import Settings
from app.db.database import Database
from app.services.demo import earlier, replay
from app.services.operations import startup
from app.services.standings import boards, verification
from app.services.standings.hall_of_fame import HallOfFame
from app.services.weeks import weeks
from tests.builders import act_by

LATER = datetime(2022, 10, 1, tzinfo=UTC)


def test_earlier_week_is_a_result_beside_the_week_that_plays(database: Database) -> None:
    startup.prepare(database, Settings(_env_file=None, rules_file=startup.SHIPPED_RULES), LATER)
    with database.unit_of_work() as session:
        earlier.prepare(session)
    replay.prepare(database)

    with database.reading() as session:
        [result] = HallOfFame().results(session, act_by("Olu").actor, LATER).results
        found = weeks.find(session, weeks.CURRENT, LATER)
        assert (result.week, len(result.winners)) == (earlier.SLUG, 1)
        assert [len(each.winners) for each in result.trophies] == [1]
        assert (found.slug, set(boards.live(session, found, LATER).totals.values())) == ("q3-2022", {0})
        assert all(verification.verify(session, week, LATER) == [] for week in weeks.every(session))
