"""The stream of a week's seats: all of them at once, then what changes, whoever changes it."""

from dataclasses import replace

from app.db.database import Database
from tests.builders import ADA, BO, SLUG
from tests.services.shifts.test_seats import Plan
from tests.web.running_app import BOTH_ENGINES, RunningApp
from tests.web.viewing import watching

SEATS = f"/weeks/{SLUG}/shifts/live"


@BOTH_ENGINES
def test_stream_sends_every_shift_at_once_and_then_the_one_that_another_process_changed(site: RunningApp) -> None:
    plan = Plan(site.game)
    first, second = plan.shift(), plan.shift(start=8)
    another = Database(site.app.state.context.settings.sqlalchemy_url)
    elsewhere = replace(plan, game=replace(site.game, database=another))
    version = site.board()["version"]

    with watching(site, SEATS) as events:
        whole = events.get(timeout=5)
        elsewhere.sign_up(first, ADA)
        change = events.get(timeout=5)
    another.dispose()

    assert (f"seats-{first}" in whole["data"], f"seats-{second}" in whole["data"]) == (True, True)
    assert (f"seats-{first}" in change["data"], f"seats-{second}" in change["data"]) == (True, False)
    assert 'data-free="2"' in change["data"]
    assert site.board()["version"] == version


def test_stream_goes_on_where_its_reader_or_its_page_had_come(site: RunningApp) -> None:
    plan = Plan(site.game)
    first, second = plan.shift(), plan.shift(start=8)
    with watching(site, SEATS) as events:
        had = events.get(timeout=5)["id"]
    plan.sign_up(second, BO)

    with watching(site, SEATS, **{"Last-Event-ID": had}) as events:
        again = events.get(timeout=5)
    with watching(site, f"{SEATS}?since={had}") as events:
        since = events.get(timeout=5)

    assert again == since
    assert (f"seats-{first}" in again["data"], f"seats-{second}" in again["data"]) == (False, True)


def test_stream_of_an_unknown_week_is_a_404(site: RunningApp) -> None:
    assert site.get("/weeks/nope/shifts/live").status_code == 404
