"""A week whose time zone this machine doesn't know is played in UTC, and organizers are told."""

import re
from html import unescape

import pytest
from sqlalchemy import text

from app.domain.calendar.days import zone_or_utc
from app.web.charts import CHARTS
from tests.builders import ADA, SLUG
from tests.web.running_app import WEEK, RunningApp, sign_in

NOTICE = (
    "This server doesn’t know the time zone Mars/Base, so the days of this week are counted in UTC. Update the "
    "server’s time zones; assembly-week verify says when they are right."
)
PUBLIC = (
    f"/weeks/{SLUG}", "/weeks/current", f"/weeks/{SLUG}/summary", f"/weeks/{SLUG}/summary/present",
    f"/weeks/{SLUG}/summary/card.png", "/display", "/",
    *(f"/weeks/{SLUG}/summary/charts/{name}.svg" for name in CHARTS),
)  # fmt: skip
API = (WEEK, f"{WEEK}/leaderboard", f"{WEEK}/activities", f"{WEEK}/teams", "/api/v1/weeks")
ORGANIZERS = (
    "/organizer", "/organizer/weeks", f"/organizer/weeks/{SLUG}", f"/organizer/weeks/{SLUG}/teams", "/organizer/people",
    "/organizer/displays", "/organizer/audit?since=2022-09-14", "/organizer/tokens", "/organizer/sources",
)  # fmt: skip
OWN = ("/me", "/me/activities", "/me/log", "/me/mark.css", "/me/settings")


def move_to_mars(site: RunningApp) -> None:
    """Give the week a zone that no machine knows."""
    with site.database.unit_of_work() as session:
        session.execute(text("UPDATE week SET timezone = 'Mars/Base', version = version + 1"))
    zone_or_utc.cache_clear()


@pytest.fixture
def played(site: RunningApp) -> RunningApp:
    """The standard week with a little of everything."""
    site.record(person=ADA)
    site.record(person=ADA, kind="response", response_seconds=60)
    for early in ("06:00:00-07:00", "06:00:00Z"):
        site.record(person=ADA, kind="shift", external_id=f"shift-{early}", occurred_at=f"2022-09-14T{early}")
    return site


@pytest.fixture
def martian(played: RunningApp) -> RunningApp:
    """That week on a planet that time zones have no name for."""
    move_to_mars(played)
    return played


def test_every_page_answers_as_it_does_in_a_known_zone(played: RunningApp, quiet_log: None) -> None:
    organizer, player = sign_in(played, role="organizer"), sign_in(played, ADA)
    receipt = f"/weeks/{SLUG}/teams/{played.game.team_id('Owls')}"

    def statuses() -> dict[str, int]:
        found = {path: played.get(path).status_code for path in (*PUBLIC, receipt)}
        found |= {path: played.get(path, "read").status_code for path in API}
        found |= {path: organizer.get(path).status_code for path in ORGANIZERS}
        return found | {path: player.get(path).status_code for path in OWN}

    before = statuses()
    move_to_mars(played)

    assert statuses() == before
    assert set(before.values()) == {200}
    assert played.record(external_id="another").status_code == 201


def test_organizers_are_told_and_nobody_else(martian: RunningApp) -> None:
    organizer = sign_in(martian, role="organizer")

    def notices(page: str) -> list[str]:
        matches = re.findall(r'class="alert alert--refused">(.*?)</p>', page)
        return [unescape(re.sub("<[^>]+>", "", each)) for each in matches]

    assert notices(organizer.get("/organizer").text) == [NOTICE]
    assert notices(organizer.get(f"/organizer/weeks/{SLUG}").text) == [NOTICE]
    assert "Mars" not in martian.get(f"/weeks/{SLUG}").text


def test_the_log_says_so_once(martian: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        martian.get(f"/weeks/{SLUG}")

    said = [record.getMessage() for record in caplog.records if record.name == "app.domain.calendar.days"]
    assert said == ["the time zone 'Mars/Base' isn’t known on this machine; days of its weeks are counted in UTC"]


def test_work_outside_the_week_is_refused_by_its_days_in_utc(martian: RunningApp) -> None:
    answer = martian.record(external_id="early", occurred_at="2022-09-11T23:59:00Z")

    assert answer.json()["detail"] == (
        "2022-09-11 23:59 is outside week Q3-2022, which runs from 2022-09-12 to 2022-09-16 (UTC)."
    )
