"""The ledger: what is recorded, what is refused, and what repeats."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.db.database import Database
from app.domain.calendar.days import day_bounds
from app.domain.draft import Key, PersonId, Reading
from app.domain.view import EVERYTHING
from app.errors import (
    HeldBack,
    KindUnknown,
    Malformed,
    NotFound,
    OutsideWeek,
    PersonUnknown,
    Problem,
    SourceReserved,
    WeekNotOpen,
    WeekUnknown,
)
from app.models import LedgerEntry
from app.services.ledger import activities, ledger
from app.services.ledger.activities import ActivityView
from app.services.ledger.admission import Recorded
from app.services.ledger.ledger import Submission
from app.services.weeks import weeks
from tests.builders import (
    ADA,
    CATS,
    DUA,
    ENDS,
    GUS,
    NOW,
    OWLS,
    PACIFIC,
    SLUG,
    STARTS,
    Game,
    a_draft,
    a_reading,
    a_tool,
    a_week,
    moment,
    take,
)

START, END = day_bounds(STARTS, ENDS, PACIFIC)
MICROSECOND = timedelta(microseconds=1)


def ledger_of(game: Game) -> list[ActivityView]:
    with game.database.reading() as session:
        return activities.page(
            session, weeks.find(session, game.slug, game.now), cursor=None, limit=100, view=EVERYTHING
        ).items


def test_record_keeps_everything_an_activity_said(game: Game) -> None:
    game.take(
        kind="response", source="zendesk", external_id="c-1", subject="ticket-9", response_seconds=1260,
        url="https://example.com/9", note="Kindly\nput", occurred_at="2022-09-14T09:00:00.1234567+02:00",
    )  # fmt: skip

    (activity,) = ledger_of(game)
    assert activity == ActivityView(
        id=activity.id,
        week="q3-2022",
        kind="response",
        person=ADA,
        team=OWLS,
        team_id=game.team_id(OWLS),
        occurred_at=datetime(2022, 9, 14, 7, 0, 0, 123456, tzinfo=UTC),
        recorded_at=NOW,
        source="zendesk",
        external_id="c-1",
        subject="ticket-9",
        response_seconds=1260,
        url="https://example.com/9",
        note="Kindly\nput",
        recorded_by="a tool",
        reversed=False,
        points=None,
        reason=None,
    )


def test_record_scores_for_the_team_at_once(game: Game) -> None:
    game.take(kind="shift", occurred_at=moment("06:30"))

    assert game.points() == {OWLS: 20, CATS: 0}
    assert game.verify() == []


def test_record_is_one_change_of_the_week(game: Game) -> None:
    before = game.week().version

    game.take()

    assert game.week().version == before + 1


def test_record_in_an_unknown_week_is_refused(game: Game) -> None:
    with pytest.raises(WeekUnknown):
        Game(game.database, slug="q4-2022").take()


@pytest.mark.parametrize("slug", ["\0", "q3-2022\0", "\ud800", "Q3-2022", "x" * 5_000, "current "])
def test_record_in_a_week_of_an_impossible_slug_is_refused(game: Game, slug: str) -> None:
    with pytest.raises(WeekUnknown):
        Game(game.database, slug=slug).take()


def test_record_in_current_goes_into_the_current_week(game: Game) -> None:
    taken = Game(game.database, slug="current").take()

    assert taken.entry.week_id == game.week().id


@pytest.mark.parametrize(
    ("changes", "problem", "status"),
    [
        ({"person": "nobody@example.com"}, PersonUnknown, 404),
        ({"kind": "napping"}, KindUnknown, 422),
        ({"kind": "adjustment"}, KindUnknown, 422),
        ({"source": "organizer"}, SourceReserved, 422),
        ({"source": "shifts"}, SourceReserved, 422),
        ({"occurred_at": NOW + timedelta(minutes=5) + MICROSECOND}, OutsideWeek, 409),
        ({"occurred_at": START - MICROSECOND}, OutsideWeek, 409),
        ({"occurred_at": "2022-09-14T09:00:00"}, Malformed, 422),
        ({"response_seconds": 10_000_001}, Malformed, 422),
        ({"external_id": "x" * 201}, Malformed, 422),
    ],
)
def test_record_of_what_does_not_fit_changes_nothing(
    game: Game, changes: dict[str, Any], problem: type[Problem], status: int
) -> None:
    before = game.week().version

    with pytest.raises(problem) as refusal:
        game.take(**changes)

    assert refusal.value.status == status
    assert (ledger_of(game), game.week().version) == ([], before)


@pytest.mark.parametrize("at", [START, END - MICROSECOND])
def test_record_at_the_first_and_the_last_moment_of_the_week_is_taken(game: Game, at: datetime) -> None:
    game.at(END + timedelta(hours=1)).take(occurred_at=at)

    assert [entry.occurred_at for entry in ledger_of(game)] == [at]


def test_record_at_the_end_of_the_week_is_too_late(game: Game) -> None:
    with pytest.raises(OutsideWeek):
        game.at(END + timedelta(hours=1)).take(occurred_at=END)


def test_record_five_minutes_ahead_is_taken(game: Game) -> None:
    game.take(occurred_at=NOW + timedelta(minutes=5))

    assert [entry.occurred_at for entry in ledger_of(game)] == [NOW + timedelta(minutes=5)]


def test_record_in_a_draft_week_is_refused(database: Database) -> None:
    game = Game(database).start(state="draft")

    with pytest.raises(WeekNotOpen, match="is a draft"):
        game.take()


def test_record_in_a_closed_week_is_refused(game: Game) -> None:
    game.close()

    with pytest.raises(WeekNotOpen, match="reopen it"):
        game.take()


def test_record_in_a_reopened_week_is_taken(game: Game) -> None:
    game.close()
    game.open()

    game.take()

    assert game.points() == {OWLS: 5, CATS: 0}


def test_record_of_a_late_activity_counts_by_when_it_occurred(game: Game) -> None:
    game.at(END + timedelta(days=30)).take(occurred_at=moment("2022-09-12 06:30"), kind="shift")

    assert game.points() == {OWLS: 20, CATS: 0}


def test_record_all_or_nothing_holds_the_good_ones_back_beside_a_bad_one(game: Game) -> None:
    there = game.take(external_id="there").entry
    before = game.board()
    readings = [
        a_reading(external_id="there"),
        a_reading(external_id="new"),
        a_reading(external_id="new"),
        a_reading(external_id="bad", person="nobody@example.com"),
    ]

    with game.database.unit_of_work() as session:
        submissions = [Submission(reading, a_tool()) for reading in readings]
        first, *others = ledger.record(session, SLUG, submissions, now=NOW, all_or_nothing=True)

    assert first == Recorded(there.id, Key("github", "issue", "there"), repeated=True)
    assert [type(other) for other in others] == [HeldBack, HeldBack, PersonUnknown]
    assert game.board() == before


def test_record_of_a_resolved_draft_goes_to_the_person_of_that_id(game: Game) -> None:
    ada_id = game.take(external_id="by e-mail").entry.person_id
    draft = replace(a_draft(external_id="by id"), person=PersonId(ada_id or ""))

    with game.database.unit_of_work() as session:
        submissions = [Submission(Reading.of(draft), a_tool())]
        [outcome] = ledger.record(session, SLUG, submissions, now=NOW, with_activities=True)

    assert isinstance(outcome, Recorded)
    assert outcome.activity == ledger_of(game)[1]
    assert ([activity.person for activity in ledger_of(game)], game.points()[OWLS]) == ([ADA, ADA], 10)


def test_record_of_a_draft_for_an_id_that_nobody_has_is_refused(game: Game) -> None:
    reading = Reading.of(replace(a_draft(), person=PersonId("0123456789abcdef")))

    with game.database.unit_of_work() as session:
        outcomes = ledger.record(session, SLUG, [Submission(reading, a_tool())], now=NOW)

    assert ([type(outcome) for outcome in outcomes], ledger_of(game)) == ([NotFound], [])


def test_record_answers_a_copy_with_the_id_of_what_it_copies(game: Game) -> None:
    reading = a_reading()

    with game.database.unit_of_work() as session:
        outcomes = ledger.record(session, SLUG, [Submission(reading, a_tool())] * 2, now=NOW)

    (entry,) = ledger_of(game)
    assert outcomes == [Recorded(entry.id, reading.draft.key, repeated) for repeated in (False, True) if reading.draft]


@pytest.mark.parametrize(
    ("scopes", "is_frozen", "name", "sees"),
    [
        ([], False, "a tool", True),
        ([], False, "another", False),
        (["read"], False, "another", True),
        (["read"], True, "another", False),
        ([], True, "a tool", True),
        (["admin"], True, "another", True),
    ],
)
def test_record_with_activities_shows_a_repeat_to_who_may_read_it(
    game: Game, scopes: list[str], is_frozen: bool, name: str, sees: bool
) -> None:
    if is_frozen:
        game.freeze()
    entry = game.take(external_id="i-1").entry
    submission = Submission(a_reading(external_id="i-1"), a_tool(name, "activities:write", *scopes))

    with game.database.unit_of_work() as session:
        [outcome] = ledger.record(session, SLUG, [submission], now=NOW, with_activities=True)

    assert isinstance(outcome, Recorded)
    assert (outcome.id, outcome.activity is not None) == (entry.id, sees)


REPEATS: dict[str, dict[str, Any]] = {
    "the same": {},
    "other facts": {"person": DUA, "occurred_at": moment("10:00"), "note": "Twice"},
    "an unknown person": {"person": "nobody@example.com"},
    "no person": {"person": None},
    "a person who is none": {"person": 7},
    "a future time": {"occurred_at": NOW + timedelta(days=1)},
    "a time outside the week": {"occurred_at": "2021-01-01T00:00:00Z"},
    "no time": {"occurred_at": None},
    "a naive time": {"occurred_at": "2022-09-14T09:00:00"},
    "an unknown field": {"colour": "blue"},
    "a broken subject": {"subject": "x" * 201},
    "negative seconds": {"response_seconds": -1},
}


@pytest.mark.parametrize("changes", REPEATS.values(), ids=REPEATS)
def test_record_of_a_repeat_answers_with_the_first_one(game: Game, changes: dict[str, Any]) -> None:
    first = game.take(external_id="i-1")
    before = game.board()

    again = game.take(external_id="i-1", **changes)

    assert (again.entry.id, again.repeated) == (first.entry.id, True)
    assert game.board() == before


def test_record_of_a_repeat_in_a_closed_week_answers_with_the_first_one(game: Game) -> None:
    first = game.take(external_id="i-1")
    game.close()

    again = game.take(external_id="i-1", person="nobody@example.com")

    assert (again.entry.id, again.repeated) == (first.entry.id, True)


def test_record_of_a_repeat_of_a_dropped_kind_answers_with_the_first_one(game: Game) -> None:
    added = changed_rules_with_guestbook()
    game.activate(added)
    first = game.take(kind="guestbook_entry", external_id="g-1")
    game.close()
    game.at(NOW + timedelta(hours=1)).activate(added.partition("[activities.guestbook_entry]")[0])

    again = game.take(kind="guestbook_entry", external_id="g-1")

    assert again.entry.id == first.entry.id


def changed_rules_with_guestbook() -> str:
    text = PLAIN_KINDS
    return f'{text}\n[activities.guestbook_entry]\npoints = 1\none = "entry"\nmany = "entries"\n'


PLAIN_KINDS = "format = 1\n" + "".join(
    f'[activities.{kind}]\npoints = 1\none = "{kind}"\nmany = "{kind}s"\n'
    for kind in ("shift", "response", "issue", "feature_request", "knowledge_card")
)


def test_record_of_a_repeat_leaves_a_reversed_activity_reversed(game: Game) -> None:
    first = game.take(external_id="i-1")
    game.reverse(first.entry)

    game.take(external_id="i-1")

    assert game.points() == {OWLS: 0, CATS: 0}


@pytest.mark.parametrize("changes", [{"source": "linear"}, {"external_id": "I-1"}, {"external_id": "i-1 "}])
def test_record_compares_keys_as_they_are(game: Game, changes: dict[str, Any]) -> None:
    game.take(source="github", external_id="i-1")

    taken = game.take(**{"source": "github", "external_id": "i-1", **changes})

    assert taken.repeated is False


def test_record_of_a_known_key_of_another_kind_is_another_activity(game: Game) -> None:
    game.take(external_id="i-1")

    taken = game.take(external_id="i-1", kind="knowledge_card")

    assert taken.repeated is False


def test_record_of_a_known_key_in_another_week_is_another_activity(game: Game) -> None:
    game.take(external_id="i-1")
    other = Game(game.database, slug="q4-2022").start()

    taken = other.take(external_id="i-1")

    assert taken.repeated is False


def test_record_finds_the_person_by_folded_email(game: Game) -> None:
    game.take(person="  ADA@Example.COM ")

    assert [entry.person for entry in ledger_of(game)] == [ADA]


def test_record_of_somebody_without_a_team_counts_in_totals_only(game: Game) -> None:
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)

    game.take(person=GUS)

    board = game.board()
    assert (board.totals["issue"], game.points()) == (1, {OWLS: 0, CATS: 0})
    assert [entry.team for entry in ledger_of(game)] == [None]


def test_record_in_a_transaction_that_fails_leaves_nothing(game: Game) -> None:
    with pytest.raises(RuntimeError), game.database.unit_of_work() as session:  # noqa: PT012 (the move is the point)
        take(session, game.slug, a_reading())
        raise RuntimeError("after taking it")

    assert (ledger_of(game), game.points()) == ([], {OWLS: 0, CATS: 0})


def test_record_orders_entries_by_their_commits(game: Game) -> None:
    entries = [game.take().entry for _ in range(3)]

    with game.database.reading() as session:
        found = session.exec(select(LedgerEntry.id).order_by(LedgerEntry.seq)).all()  # type: ignore[arg-type]
    assert list(found) == [entry.id for entry in entries]


def test_record_in_a_week_without_teams_takes_nobody(database: Database) -> None:
    with database.unit_of_work() as session:
        a_week(session)

    with pytest.raises(PersonUnknown):
        Game(database).take()
