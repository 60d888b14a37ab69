"""The increment's queries of the ledger: the same on both engines as a look at everything."""

import pytest

from app.domain.scoring.activity import Activity
from app.services.scoring import activity_queries
from app.services.weeks import weeks
from app.services.weeks.weeks import HeldWeek
from tests.builders import BO, DUA, OWLS, Game, Taken, an_activity, changed_rules, moment

ONE = Activity("", "issue", "", None, moment("09:00"), "api", "m")


@pytest.fixture
def busy(game: Game) -> Game:
    """The standard week with work around 09:00 on Wednesday."""
    for at, source, external_id in (
        ("08:59", "zoo", "z"), ("09:00", "Zoo", "y"), ("09:00", "api", "M"), ("09:00", "api", "lz"),
        ("09:00", "api", "n"), ("09:00", "api", "é"), ("09:00", "web", "a"), ("09:01", "Zoo", "a"),
    ):  # fmt: skip
        game.take(occurred_at=moment(at), source=source, external_id=external_id)
    game.take(occurred_at=moment("08:00"), external_id="of Bo", person=BO)
    game.take(occurred_at=moment("08:00"), external_id="of another kind", kind="shift")
    game.take(occurred_at=moment("08:00"), external_id="of another team", person=DUA)
    game.reverse(game.take(occurred_at=moment("08:00"), external_id="reversed").entry)
    return game


def found_before(game: Game, *, by: Taken | None = None, most: int = 99) -> set[str]:
    """The external ids of what comes before ONE of the Owls, or of this person among them."""
    one = ONE if by is None else ONE._replace(person=by.entry.person_id or "")
    team_id = game.team_id(OWLS)
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, game.now)
        return {
            query.external_id for query in activity_queries.before(session, week, team_id, one, by is not None, most)
        }


def test_before_follows_the_order_of_evaluation(busy: Game) -> None:
    assert found_before(busy) == {"z", "y", "M", "lz", "of Bo"}


def test_before_by_a_person_finds_theirs_alone(busy: Game) -> None:
    by_bo = busy.take(person=BO, occurred_at=moment("10:00"))

    assert found_before(busy, by=by_bo) == {"of Bo"}


def test_before_finds_at_most_so_many(busy: Game) -> None:
    assert len(found_before(busy, most=2)) == 2


def test_before_leaves_out_what_is_newer_than_the_week_as_it_was(busy: Game) -> None:
    busy.take(occurred_at=moment("07:00"), external_id="fresh")
    team_id = busy.team_id(OWLS)

    with busy.database.reading() as session:
        week = weeks.find(session, busy.slug, busy.now)
        was = HeldWeek(**week.model_dump(include={*HeldWeek._fields}))._replace(version=week.version - 1)
        found = {query.external_id for query in activity_queries.before(session, was, team_id, ONE, False, 99)}

    assert found == {"z", "y", "M", "lz", "of Bo"}


def test_sharing_subject_finds_older_ones_of_one_kind_and_subject(game: Game) -> None:
    for external_id, kind, subject in (("1", "response", "t-1"), ("2", "response", "t-2"), ("3", "issue", "t-1")):
        game.take(external_id=external_id, kind=kind, subject=subject, person=BO)
    game.take(external_id="4", kind="response", subject="t-1", person=DUA)
    team_id = game.team_id(OWLS)

    with game.database.reading() as session:
        week = weeks.find(session, game.slug, game.now)
        fresh = ONE._replace(kind="response", subject="t-1")
        found = [query.external_id for query in activity_queries.sharing_subject(session, week, fresh, team_id)]

    assert found == ["1"]


def test_sharing_subject_caps_two_kinds_about_one_subject_each_by_its_own(game: Game) -> None:
    cap = 'cap = { max = 1, per = "subject" }'
    game.activate(
        changed_rules('cap = { max = 3, per = "subject" }', cap).replace('many = "issues"', f'many = "issues"\n{cap}')
    )
    of_each_kind = [{"kind": kind, "subject": "t-1"} for kind in ("response", "issue")]

    for _ in range(2):
        game.batch(*(an_activity(**fields) for fields in of_each_kind))

    assert game.points()[OWLS] == 2 + 5
    assert game.verify() == []
