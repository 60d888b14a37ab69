"""Work that a week leaves undone if it is closed now."""

from datetime import timedelta

from app.services.organizing import closing
from app.services.organizing.closing import Unresolved
from app.services.shifts.attention import Attention
from tests.builders import ADA, BO, Game
from tests.integrations.sources.samples import GITHUB
from tests.services.intake.inbox import Inbox
from tests.services.shifts.test_completion import check_in
from tests.services.shifts.test_seats import Plan


def unresolved(plan: Plan) -> Unresolved:
    """The work that is undone at the plan's moment."""
    with plan.game.database.reading() as session:
        return closing.unresolved(session, plan.game.week(), plan.now)


def test_week_in_which_all_is_done_leaves_nothing(game: Game) -> None:
    found = unresolved(Plan(game))

    assert found == Unresolved(0, 0, 0, Attention())
    assert found.is_nothing


def test_deliveries_of_the_week_that_name_nobody_or_were_not_read_are_counted(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("github")
    inbox.take("github", GITHUB, x_github_delivery="unknown author")
    inbox.store("github", GITHUB, x_github_delivery="waits")
    inbox.now += timedelta(days=30)
    inbox.store("github", GITHUB, x_github_delivery="came long after")

    found = unresolved(Plan(game))

    assert (found.unmatched, found.unread, found.is_nothing) == (1, 1, False)


def test_shifts_that_are_ahead_or_wait_for_somebody_are_counted(game: Game) -> None:
    plan = Plan(game)
    plan.set(completes="organizer")
    over, ahead = plan.shift(6), plan.shift(12)
    plan.shift(16)
    seat = plan.sign_up(over, ADA).seat
    plan.sign_up(ahead, BO)
    check_in(plan.at("2022-09-15T06:00:00-07:00"), seat, ADA)

    found = unresolved(plan.at("2022-09-15T09:00:00-07:00"))

    assert (found.ahead, found.shifts.unconfirmed, found.is_nothing) == (1, 1, False)
