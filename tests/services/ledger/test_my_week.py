"""A person's own week, team and activities with their points, and no more than a freeze allows."""

import pytest

from app.db.database import Database
from app.domain.actor import visitor
from app.domain.view import Audience, View
from app.errors import Malformed, NotFound
from app.models import Person
from app.services.access import accounts
from app.services.audit import audit
from app.services.ledger import my_week
from app.services.ledger.my_week import OwnActivity
from app.services.people import people
from app.services.rules import rule_sets
from app.services.standings import boards
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, GUS, NOW, OWLS, Game, a_week, act_by, moment
from tests.cost import statements_to


def person(game: Game, email: str = ADA) -> Person:
    """Somebody of the cast."""
    with game.database.reading() as session:
        return people.by_email(session, [email])[email]


def did(game: Game, email: str = ADA, audience: Audience = "public", *, limit: int = 100) -> list[OwnActivity]:
    """A person's activities, as the public or as an organizer."""
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, game.now)
        return my_week.page(
            session, week, person(game, email).id, cursor=None, limit=limit, view=weeks.view_of(week, audience)
        ).items


def earned(found: list[OwnActivity]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Each activity's kind, and what it earned."""
    return [(activity.activity.kind, [(line.what, line.points) for line in activity.lines]) for activity in found]


def test_page_lists_own_activities_newest_first_with_their_points(game: Game) -> None:
    game.take(kind="issue", occurred_at="2022-09-14T09:00:00-07:00")
    game.take(kind="shift", occurred_at="2022-09-14T06:00:00-07:00")
    game.take(kind="issue", person=BO)

    assert earned(did(game)) == [("issue", [("Issue", 5)]), ("shift", [("Shift", 10), ("6 a.m. shift", 10)])]


def test_page_says_why_a_capped_activity_earned_nothing(game: Game) -> None:
    for minute in range(4):
        game.take(kind="response", person=(BO, ADA)[minute == 3], subject="T", occurred_at=moment(f"09:0{minute}"))

    [last] = did(game)

    assert (last.points, last.lines[0].why) == (0, "Only the first 3 responses on one subject earn points")


def test_page_has_the_work_of_both_teams(game: Game) -> None:
    game.take(kind="issue", occurred_at=moment("09:00"))
    game.at("10:00").team(OWLS, BO)
    game.at("14:00").team("Hens", ADA)
    game.at("15:00").take(kind="issue", occurred_at=moment("14:30"))

    assert [(activity.activity.team, activity.points) for activity in did(game)] == [("Hens", 5), (OWLS, 5)]


def test_page_says_that_a_reversed_activity_earns_nothing(game: Game) -> None:
    game.reverse(game.take(kind="issue").entry)

    [activity] = did(game)

    assert (activity.activity.reversed, activity.lines, activity.counts) == (True, (), False)


def test_page_says_that_an_activity_without_a_team_waits_for_one(game: Game) -> None:
    with game.database.unit_of_work() as session:
        accounts.create(session, act_by("Olu", NOW), name="Gus Björk", email=GUS)
    game.take(person=GUS)

    [activity] = did(game, GUS)

    assert (activity.lines, activity.counts, activity.waiting) == ((), False, False)


def test_page_of_a_frozen_week_hides_later_points_from_players_alone(game: Game) -> None:
    early = game.take(kind="issue", occurred_at=moment("09:00")).entry
    game.freeze()
    game.take(kind="issue", occurred_at=moment("10:00"))
    game.reverse(early)

    player, organizer = did(game), did(game, audience="organizers")

    assert [(activity.waiting, activity.activity.reversed, activity.points) for activity in player] == [
        (True, False, 0),
        (False, False, 5),
    ]
    assert [(activity.waiting, activity.activity.reversed, activity.points) for activity in organizer] == [
        (False, False, 5),
        (False, True, 0),
    ]


def test_page_goes_on_where_it_ended_also_among_activities_of_one_moment(game: Game) -> None:
    made = [game.take(kind="issue", occurred_at=moment("09:00")).entry.id for _ in range(4)]
    last = game.take(kind="issue", occurred_at=moment("08:00")).entry.id
    mine, seen, cursor = person(game).id, [], None

    for _ in range(3):
        with game.database.reading() as session:
            week = weeks.find(session, game.slug, NOW)
            items, cursor = my_week.page(session, week, mine, cursor=cursor, limit=2, view=View("public"))
        seen += [item.activity.id for item in items]

    assert (seen, cursor) == ([*reversed(made), last], None)


def test_page_of_somebody_elses_cursor_is_refused(game: Game) -> None:
    for email in (ADA, ADA, DUA):
        game.take(person=email)
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        cursor = my_week.page(session, week, person(game).id, cursor=None, limit=1, view=View("public")).next_cursor

        with pytest.raises(Malformed):
            my_week.page(session, week, person(game, DUA).id, cursor=cursor, limit=1, view=View("public"))


def test_find_of_somebody_elses_activity_is_not_found(game: Game) -> None:
    entry = game.take(person=DUA).entry
    with game.database.reading() as session:
        assert my_week.find(session, person(game, DUA), entry.id, visitor(""))[1].activity.id == entry.id
        with pytest.raises(NotFound):
            my_week.find(session, person(game), entry.id, visitor(""))


def test_page_takes_as_many_queries_for_30_activities_as_for_3(game: Game) -> None:
    def queries() -> int:
        with statements_to(game.database) as statements:
            did(game)
        return len(statements)

    for _ in range(3):
        game.take()
    did(game)
    few = queries()
    for _ in range(27):
        game.take()

    assert queries() == few


def test_week_to_play_is_the_current_one_or_the_next_draft(database: Database) -> None:
    with database.unit_of_work() as session:
        before = my_week.week_to_play(session, NOW)
        a_week(
            session,
            "later",
            state="draft",
            starts=moment("2022-12-05 00:00").date(),
            ends=moment("2022-12-09 00:00").date(),
        )
        a_week(session, "sooner", state="draft")
        draft = my_week.week_to_play(session, NOW)
        a_week(session, "past", state="closed")
        current = my_week.week_to_play(session, NOW)

    assert before is None
    assert (draft.slug if draft else "", current.slug if current else "") == ("sooner", "past")


def test_coming_is_the_draft_that_starts_next(game: Game) -> None:
    with game.database.unit_of_work() as session:
        week = weeks.find(session, game.slug, NOW)
        before = my_week.coming(session, week, NOW)
        for slug, month in (("q1", "2023-03"), ("q4", "2022-12")):
            day = moment(f"{month}-05 00:00").date()
            a_week(session, slug, state="draft", starts=day, ends=day)
        found = my_week.coming(session, week, NOW)

    assert before is None
    assert found is not None
    assert found.slug == "q4"


def test_team_ids_are_the_current_teams_one_for_each_week(game: Game) -> None:
    other = Game(game.database, slug="q4-2022").start()
    game.team("Hens", ADA)
    other.leave(BO)

    with game.database.reading() as session:
        ada, bo = (my_week.team_ids(session, person(game, email).id) for email in (ADA, BO))

    assert ada == [game.team_id("Hens"), other.team_id(OWLS)]
    assert bo == [game.team_id(OWLS)]


def test_team_in_is_the_current_team(game: Game) -> None:
    game.leave(ADA)
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        found = [my_week.team_in(session, week, person(game, email).id) for email in (ADA, DUA)]

    assert [team.name if team else None for team in found] == [None, CATS]


def test_within_reach_is_the_teams_closest_quest(game: Game) -> None:
    game.take(kind="shift")
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        standing = next(standing for standing in boards.live(session, week, NOW).standings if standing.team == OWLS)
        quest = my_week.within_reach(session, week, rule_sets.rules_of(session, week), standing, NOW)

    assert quest is not None
    assert (quest.quest, quest.missing) == ("All hands", "1 shift each from 2 more people")


def test_rename_is_on_every_board_and_in_the_audit(game: Game) -> None:
    other = Game(game.database, slug="q4-2022").start()
    versions = [each.week().version for each in (game, other)]

    with game.database.unit_of_work() as session:
        accounts.rename(session, accounts.find(session, person(game).id), "  Ada  King ", act_by("Ada Lovelace", NOW))

    assert [each.board().standings[-1].members[0] for each in (game, other)] == ["Ada King", "Ada King"]
    assert [each.week().version for each in (game, other)] == [version + 1 for version in versions]
    with game.database.reading() as session:
        [entry] = audit.page(session, audit.Filter(action="person.renamed"), cursor=None, limit=9).items
    assert (entry.by, entry.before, entry.after) == (
        "Ada Lovelace",
        '{"name": "Ada Lovelace"}',
        '{"name": "Ada King"}',
    )


def test_rename_to_the_same_name_changes_nothing(game: Game) -> None:
    before = game.week().version

    with game.database.unit_of_work() as session:
        accounts.rename(session, accounts.find(session, person(game).id), "Ada Lovelace", act_by("Ada", NOW))

    assert game.week().version == before


@pytest.mark.parametrize("name", ["", " \u2003", "x" * 61, "Ada\u202e"])
def test_rename_to_what_boards_could_not_show_is_refused(game: Game, name: str) -> None:
    with game.database.unit_of_work() as session, pytest.raises(Malformed, match=r"^The name .*\.$"):
        accounts.rename(session, accounts.find(session, person(game).id), name, act_by("Ada", NOW))


def test_set_theme_takes_one_of_three(game: Game) -> None:
    with game.database.unit_of_work() as session:
        account = accounts.find(session, person(game).id)
        accounts.set_theme(session, account, "dark")
        with pytest.raises(Malformed):
            accounts.set_theme(session, account, "pink")

    assert person(game).theme == "dark"
