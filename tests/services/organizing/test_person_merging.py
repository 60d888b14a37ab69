"""Two people become one: what the second did reads as the first's, and what stands against it is named."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import SQLModel, col, select

from app.domain.actor import Act
from app.domain.calendar.slots import slot
from app.domain.view import EVERYTHING
from app.errors import Conflict, NotAllowed, NotFound
from app.models import LedgerEntry, Person, ReviewPerson, Seat, WaitingEntry
from app.services import cheers
from app.services.access import accounts, addresses, links, sign_ins
from app.services.ledger import activities, corrections
from app.services.organizing import people_search, person_merging
from app.services.organizing.merge_plans import Plan
from app.services.people import belongings
from app.services.shifts import completion, readiness, seats, shifts, waiting
from app.services.shifts.shifts import ShiftFields
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import (
    ADA,
    BO,
    CHIDI,
    DUA,
    GUS,
    NOW,
    OWLS,
    PACIFIC,
    RULES,
    SLUG,
    Game,
    act_by,
    moment,
)
from tests.races import outcomes, race

CAPPED = (
    RULES.replace("needs = { shift = 1 }\nmembers = 3", "needs = { issue = 2 }\nmembers = 2")
    .replace('many = "issues"', 'many = "issues"\ncap = { max = 2, per = "person-day" }')
    .replace('many = "feature requests"', 'many = "feature requests"\ncap = { max = 3, per = "person-week" }')
)


def person(game: Game, email: str) -> Person:
    """Somebody by any of their e-mails."""
    with game.database.reading() as session:
        found = accounts.by_email(session, email)
        assert found is not None
        return found


def stranger(game: Game, email: str = GUS, name: str = "Gus Björk") -> Person:
    """Somebody new, in no team."""
    with game.database.unit_of_work() as session:
        return accounts.create(session, game.act, name=name, email=email)


def merge(game: Game, kept: str, other: str, act: Act | None = None) -> Plan:
    """Merge the second into the first, by their e-mails."""
    ids = person(game, kept).id, person(game, other).id
    with game.database.unit_of_work() as session:
        return person_merging.merge(session, *ids, act or game.act)


def test_merge_makes_work_of_the_second_that_of_the_first(game: Game) -> None:
    stranger(game)
    done = game.take(person=GUS, kind="issue")
    game.take(person=ADA, kind="issue")

    merge(game, ADA, GUS)

    with game.database.reading() as session:
        week = weeks.find(session, SLUG, NOW)
        entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == done.entry.id)).one()
        [view] = activities.views(session, week, [entry], EVERYTHING)
        own = corrections.of_person(session, week, person(game, ADA), cursor=None, limit=9)
        assert entry.person_id == done.entry.person_id  # the row stays
        assert (view.person, view.team) == (ADA, OWLS)
        assert len(own.items) == 2
        assert [
            row.person.email
            for row in people_search.search(session, people_search.Wanted("björk"), None, page=1, now=NOW).people
        ] == []
    owls = next(each for each in game.board().standings if each.team == OWLS)
    assert (owls.points, owls.counts["issue"], len(owls.members)) == (10, 2, 3)
    assert game.verify() == []


def test_merge_gives_the_team_of_the_second_to_a_first_without_one(game: Game) -> None:
    stranger(game)
    game.take(person=GUS)

    merge(game, GUS, ADA)

    with game.database.reading() as session:
        week = weeks.find(session, SLUG, NOW)
        [owls, cats] = [
            [each.email for each in teams.members(session, week)[team.id]]
            for team in reversed(teams.of_week(session, week))
        ]
    assert GUS in owls
    assert ADA not in owls
    assert len(owls) == len(cats) == 3
    assert game.verify() == []


@pytest.mark.parametrize("seed", range(4))
def test_merged_ledger_scores_like_one_in_which_the_second_never_was(game: Game, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 (a test's dice)
    with_two, with_one = game, replace(game, slug="q4-2022").start()
    stranger(game)
    game.activate(CAPPED)
    if rng.random() < 0.5:
        for each in (with_two, with_one):
            each.team("Bats", CHIDI)
        with_two.team(OWLS, GUS)
    kinds = ("issue", "shift", "feature_request", "response", "knowledge_card")
    for number in range(60):
        who = rng.choice((ADA, GUS, BO, DUA))
        at = moment("2022-09-12 00:00") + timedelta(minutes=rng.randint(0, 2 * 24 * 60 + 600))
        fields = {
            "kind": rng.choice(kinds),
            "occurred_at": at,
            "external_id": f"x{number}",
            "subject": rng.choice(("a", "b", None)),
        }
        taken = with_two.take(person=who, **fields)
        again = with_one.take(person=ADA if who == GUS else who, **fields)
        if rng.random() < 0.1:
            with_two.reverse(taken.entry)
            with_one.reverse(again.entry)

    kept, other = rng.sample((ADA, GUS), 2)
    merge(game, kept, other)

    main = person(game, GUS)
    for email in (ADA, GUS):  # and what is reported later, of either
        for week in (with_two, with_one):
            week.take(person=email, kind="issue", external_id=f"late {email}", occurred_at=NOW)
    two, one = with_two.board(), with_one.board()
    assert [replace(each, team_id="") for each in two.standings] == [
        replace(each, team_id="") for each in one.standings
    ]
    assert two.trophies == one.trophies
    assert with_two.receipt(OWLS) == with_one.receipt(OWLS)
    assert two.totals == one.totals
    assert game.verify() == []
    assert main.id == person(game, ADA).id


def refused(game: Game, kept: str, other: str, act: Act | None = None) -> str:
    """The sentences against merging two people."""
    with pytest.raises((Conflict, NotAllowed)) as caught:
        merge(game, kept, other, act)
    return str(caught.value)


def a_shift(game: Game, hour: int) -> str:
    """A shift on Thursday from an hour on, two hours long."""
    with game.database.unit_of_work() as session:
        span = slot(date(2022, 9, 15), 60 * hour, 60 * hour + 120, PACIFIC)
        return shifts.create(session, SLUG, span, ShiftFields(seats=1), game.act).id


def take_seat(game: Game, shift_id: str, email: str) -> Seat:
    """Take a seat for somebody, by an organizer."""
    with game.database.unit_of_work() as session:
        return seats.sign_up(session, SLUG, shift_id, person(game, email).id, game.act, reason="They asked").seat


def test_merge_of_members_of_different_teams_is_refused(game: Game) -> None:
    said = refused(game, ADA, DUA)

    assert said == (
        "Q3-2022: Ada Lovelace is in Owls, Dua Krasniqi is in Cats. Merging takes one team for all of the week."
    )


def test_merge_names_every_seat_in_the_way(game: Game) -> None:
    stranger(game)
    game.team("Bats", GUS)
    first, second = a_shift(game, 8), a_shift(game, 9)
    take_seat(game, first, ADA)
    take_seat(game, second, GUS)

    assert "Their shifts on Thu 15 Sep, 08:00–10:00 and Thu 15 Sep, 09:00–11:00 overlap." in refused(game, ADA, GUS)


def test_merge_gives_seats_and_places_in_line_to_the_first(game: Game) -> None:
    game.team("Bats", CHIDI)
    stranger(game)
    game.team(OWLS, GUS)
    early, late = a_shift(game, 8), a_shift(game, 12)
    take_seat(game, early, GUS)
    take_seat(game, late, BO)
    with game.database.unit_of_work() as session:
        for email in (GUS, ADA):
            waiting.join(session, SLUG, late, person(game, email).id, game.act)

    merge(game, ADA, GUS)

    ada = person(game, ADA).id
    with game.database.reading() as session:
        assert session.exec(select(Seat.person_id).where(Seat.shift_id == early)).all() == [ada]
        states = session.exec(select(WaitingEntry.person_id, WaitingEntry.state).order_by(col(WaitingEntry.id))).all()
    assert states == [(ada, "waiting"), (ada, "left")]


def test_merge_credits_completed_seats_of_both_to_one_team(game: Game) -> None:
    stranger(game)
    shift_id = a_shift(game, 8)
    seat = take_seat(game, shift_id, GUS)
    later = replace(game, now=moment("2022-09-15 10:00"))
    with game.database.unit_of_work() as session:
        completion.complete(session, SLUG, shift_id, seat.id, later.act, reason="They were here")

    merge(later, ADA, GUS)

    assert later.points()[OWLS] == 10
    assert later.verify() == []


@pytest.mark.parametrize("settle", [Game.close, Game.freeze])
def test_merge_leaves_a_week_whose_result_stands_alone(game: Game, settle: Callable[[Game], None]) -> None:
    stranger(game)
    game.team("Bats", GUS)
    game.take(person=GUS)
    settle(game)
    before = game.public()

    merge(game, person(game, stranger_of(game)).email, GUS)

    after = game.public()
    assert [each.points for each in after.standings] == [each.points for each in before.standings]
    if settle is Game.freeze:
        assert after == before
        assert game.receipt("Bats", "public").items[0].person == "Gus Björk"
    assert game.verify() == []


def stranger_of(game: Game) -> str:
    """Another newcomer, in no week."""
    return stranger(game, "hana@example.com", "Hana").email


@pytest.mark.parametrize(("settle", "state"), [(Game.close, "closed"), (Game.freeze, "frozen")])
def test_merge_of_work_of_both_in_a_settled_week_is_refused(
    game: Game, settle: Callable[[Game], None], state: str
) -> None:
    game.team("Bats", CHIDI)
    stranger(game)
    game.team(OWLS, GUS)
    game.take(person=ADA)
    game.take(person=GUS)
    settle(game)

    assert f"Q3-2022 is {state}, and Ada Lovelace and Gus Björk both have work in it." in refused(game, ADA, GUS)


def test_merge_would_bring_no_points_into_a_closed_week(game: Game) -> None:
    stranger(game)
    game.take(person=GUS)
    game.close()

    assert "Q3-2022 is closed, and work would join a team in it." in refused(game, ADA, GUS)


def test_merge_keeps_rights_where_they_are(game: Game) -> None:
    stranger(game)
    with game.database.unit_of_work() as session:
        accounts.set_role(session, accounts.find(session, person(game, GUS).id), "owner", game.act)
    organizer = act_by("Olu", role="organizer")

    assert (
        refused(game, ADA, GUS)
        == "Gus Björk is an owner, Ada Lovelace isn’t. Keep Gus Björk, or change the roles first."
    )
    for kept, other in ((ADA, GUS), (GUS, ADA)):
        assert "Only owners" in refused(game, kept, other, organizer)


def test_merge_ends_every_way_in_of_the_second_but_their_addresses(game: Game) -> None:
    stranger(game)
    ada, gus = person(game, ADA), person(game, GUS)
    with game.database.unit_of_work() as session:
        sign_ins.start(session, session.get_one(Person, gus.id), "email", game.act, agent="x", replaces=None)
        link = links.make(session, session.get_one(Person, gus.id), "invitation", game.act)
    merge(game, ADA, GUS)

    with game.database.unit_of_work() as session:
        assert sign_ins.of_person(session, gus.id, NOW) == []
        with pytest.raises(NotFound):
            links.look(session, link, NOW)
        made = links.make_asked_for(session, GUS, game.act)
        assert made is not None
        assert made[0].id == ada.id
        assert accounts.find(session, gus.id).id == ada.id
        assert [each.email for each in addresses.of_person(session, ada.id)] == [GUS]
    assert refused(game, ADA, GUS) == "Ada Lovelace is one person already. Choose another one."


def test_merge_ends_cheers_for_oneself(game: Game) -> None:
    gus = stranger(game)
    own, others = game.take(person=ADA).entry, game.take(person=BO).entry
    with game.database.unit_of_work() as session:
        for who, entry in ((gus.id, own), (gus.id, others), (person(game, ADA).id, others)):
            cheers.cheer(session, SLUG, entry.id, who, game.act)

    merge(game, ADA, GUS)

    with game.database.reading() as session:
        assert cheers.count_by_id(session, [own.id, others.id]) == {others.id: 1}


def test_merge_of_an_alias_of_another_one_reads_through_both(game: Game) -> None:
    stranger(game)
    stranger(game, "third@example.com", "Third")
    game.take(person=GUS)
    game.take(person="third@example.com")

    merge(game, GUS, "third@example.com")
    merge(game, ADA, GUS)

    assert game.points()[OWLS] == 10
    assert {person(game, each).id for each in (GUS, "third@example.com")} == {person(game, ADA).id}
    assert game.verify() == []


def test_work_of_an_alias_comes_along_into_the_first_team_of_their_person(game: Game) -> None:
    stranger(game)
    stranger(game, "third@example.com", "Third")
    game.take(person=GUS)
    game.take(person="third@example.com")
    merge(game, GUS, "third@example.com")
    assert game.board().head.unassigned == 2

    game.team("Bats", GUS)

    assert (game.points()["Bats"], game.board().head.unassigned) == (10, 0)
    assert game.board().standings[0].members == ("Gus Björk",)
    assert game.verify() == []


@pytest.mark.parametrize(("kept", "other", "ready"), [(5, 3, False), (5, -4, True), (8, 2, True), (2, 8, True)])
def test_merge_carries_the_ticks_before_a_first_shift(game: Game, kept: int, other: int, ready: bool) -> None:
    ids = person(game, ADA).id, stranger(game).id
    with game.database.unit_of_work() as session:
        keys = [item.key for item in readiness.current(session).items]
        for person_id, ticked in zip(ids, (keys[:kept], keys[other:] if other < 0 else keys[:other]), strict=True):
            readiness.tick(session, person_id, ticked, game.act)

    merge(game, ADA, GUS)

    with game.database.reading() as session:
        found = readiness.progress(session, ids[0])
        assert (found.done, found.is_ready) == (8 if ready else 5, ready)
        assert readiness.unready(session, [ids[0]]) == ([] if ready else [ids[0]])


def test_merge_has_the_first_take_part_in_reviews_as_both_did(game: Game) -> None:
    first, second = person(game, BO).id, stranger(game).id
    with game.database.unit_of_work() as session:
        week_id = weeks.find(session, SLUG, game.now).id
        for person_id, is_author in ((first, 1), (second, 0)):
            session.add(
                ReviewPerson(
                    week_id=week_id, person_id=person_id, is_author=is_author, is_reviewer=1 - is_author, at=game.now
                )
            )

    merge(game, BO, GUS)

    with game.database.reading() as session:
        [found] = session.exec(select(ReviewPerson)).all()
    assert (found.person_id, found.is_author, found.is_reviewer) == (first, 1, 1)


def test_every_column_that_refers_to_a_person_is_given_away_or_read_through_aliases() -> None:
    stays = {"activity.person_id", "membership.person_id", "audit.person_id", "person.merged_into"}
    ended = {"sign_in.person_id", "sign_in_link.person_id"}
    refer = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if any(key.column.table.name == "person" for key in column.foreign_keys)
    }

    moved = {f"{column.class_.__tablename__}.{column.key}" for column in belongings.MOVED}

    assert refer <= moved | stays | ended


def test_two_organizers_merge_two_people_at_once_and_one_of_them_does(games: list[Game]) -> None:
    game = games[0]
    stranger(game)

    def attempt(each: Game, kept: str, other: str) -> Callable[[], object]:
        return lambda: merge(each, kept, other)

    done = outcomes(race([attempt(games[0], ADA, GUS), attempt(games[1], GUS, ADA)]))

    assert sorted(done) == ["Conflict", "Plan"]
    assert game.verify() == []
