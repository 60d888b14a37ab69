"""The cache entry of a week: the board an audience gets, whatever comes late."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.rules import Rules
from app.domain.view import AUDIENCES
from app.services.weeks.weeks import WeekStamp
from app.web.board.content import FixedContent
from app.web.boards import BoardSnapshot
from app.web.kept_week import KeptWeek, source_of
from tests.builders import ENDS, NOW, SLUG, STARTS, ZONE
from tests.web.test_render import BOARD

OPEN = WeekStamp(1, SLUG, ZONE, STARTS, ENDS, "open", NOW, None, 5, 0, None, None)
FROZEN = OPEN._replace(version=7, frozen_version=5)
MIDNIGHT = datetime(2022, 9, 15, 7, tzinfo=UTC)
NEWS, NEWER = object(), object()


def a_board(name: str) -> BoardSnapshot:
    """A board good until midnight."""
    zone = ZoneInfo(ZONE)
    return BoardSnapshot(FixedContent(replace(BOARD, name=name), zone), Rules(kinds=()), zone, MIDNIGHT, over=False)


def test_newest_is_one_board_for_everybody_until_there_is_news_or_midnight() -> None:
    week, board = KeptWeek(), a_board("live")
    week.learn(OPEN, NEWS)
    week.keep(source_of(OPEN, "public"), board, "public")

    assert [week.newest(NEWS, NOW, audience) for audience in AUDIENCES] == [board, board]
    assert week.newest(NEWER, NOW, "public") is None
    assert week.newest(NEWS, MIDNIGHT, "public") is None


def test_last_never_shows_the_public_a_board_of_after_the_freeze_whatever_is_heard_late() -> None:
    week = KeptWeek()
    week.learn(FROZEN, NEWER)
    week.keep(source_of(FROZEN, "organizers"), a_board("hidden"), "organizers")

    week.learn(OPEN, NEWS)  # somebody had looked before the freeze, and was slow

    assert week.last("public") is None
    assert week.newest(NEWS, NOW, "public") is None


def test_keep_prefers_the_newer_board_whichever_was_made_first() -> None:
    week, newer = KeptWeek(), a_board("newer")
    later = OPEN._replace(version=6)
    week.learn(later, NEWER)
    week.keep(source_of(later, "public"), newer, "public")

    week.keep(source_of(OPEN, "public"), a_board("older"), "public")

    assert week.newest(NEWER, NOW, "public") is newer


def test_learn_takes_another_week_of_the_same_name_for_what_it_is() -> None:
    week, another = KeptWeek(), OPEN._replace(id=2, version=1)
    week.learn(OPEN, NEWS)
    week.keep(source_of(OPEN, "public"), a_board("gone"), "public")

    week.learn(another, NEWER)
    board = a_board("another")
    week.keep(source_of(another, "public"), board, "public")

    assert week.newest(NEWER, NOW, "public") is board
