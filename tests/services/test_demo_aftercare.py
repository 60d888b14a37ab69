"""The demo's feedback, cards and reviews: each page has something to show, before its week and after it."""

from collections import Counter

import pytest
from sqlmodel import select

from app.config import Settings
from app.db.database import Database
from app.domain.actor import command
from app.domain.quality import should_be_mended
from app.domain.view import EVERYTHING
from app.models import FeedbackItem
from app.services.cards import listing as card_listing
from app.services.demo import aftercare, earlier, replay, volume
from app.services.demo.cast import SLUG
from app.services.operations import startup
from app.services.reviews import calibration, listing, rubrics
from app.services.week_metrics import week_metrics
from app.services.weeks import weeks

LATER = aftercare.REVIEWED_AT


@pytest.fixture
def played(database: Database) -> Database:
    """The demo's two weeks, prepared and not yet played."""
    startup.prepare(database, Settings(_env_file=None, rules_file=startup.SHIPPED_RULES), LATER)
    with database.unit_of_work() as session:
        earlier.prepare(session)
    replay.prepare(database)
    with database.unit_of_work() as session:
        aftercare.prepare(session, earlier.SLUG)
    return database


def card_states(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return card_listing.counts(session, command("Olu"))


def test_demo_begins_with_outcomes_cards_and_shares(played: Database) -> None:
    with played.reading() as session:
        states = Counter(session.exec(select(FeedbackItem.state)))
        before, week = (weeks.find(session, slug, LATER) for slug in (earlier.SLUG, SLUG))
        [shares] = listing.shares_of(session, before)
        agreed = calibration.agreed(session, week, rubrics.current(session))

    assert states == {"done": 2, "doing": 1, "not_now": 1}
    assert card_states(played) == {"verified": 2, "draft": 1}
    assert shares.questions is not None
    assert [should_be_mended(each) for each in agreed] == [False, False, True, True]


def test_demo_ends_with_two_weeks_to_compare_reviews_of_its_own_and_cards_that_are_due(played: Database) -> None:
    with played.unit_of_work() as session:
        volume.prepare(session)
    replay.finish(played)

    with played.reading() as session:
        measured = [
            week_metrics.of_week(session, weeks.find(session, slug, LATER), EVERYTHING, LATER)
            for slug in (earlier.SLUG, SLUG)
        ]
        asked, done = listing.counts(session, weeks.find(session, SLUG, LATER))

    assert [each.first_within.whole > 50 for each in measured] == [True, True]
    assert all(each.contact_rate for each in measured)
    assert (asked - done, done > 5) == (1, True)
    assert card_states(played) == {"due": 2, "draft": 3}
