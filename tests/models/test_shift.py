"""The tables of shifts refuse by themselves what can never be true, whoever writes to them."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from app.db.database import Database
from app.models import Person, Seat, SeatChange, SeatOffer, Shift, ShiftCredit, WaitingEntry
from tests.builders import ADA, BO, CHIDI, NOW, OWLS, Game, moment
from tests.races import race, repeat

EIGHT = moment("2022-09-15 08:00")


def a_shift(game: Game, hours: int = 6, *, seats: int = 1, length: int = 2) -> str:
    """A shift on Thursday; returns its id."""
    starts_at = moment(f"2022-09-15 {hours:02}:00")
    ends_at = starts_at + timedelta(hours=length)
    with game.database.unit_of_work() as session:
        shift = Shift(
            week_id=game.week().id, starts_at=starts_at, ends_at=ends_at, local_date=starts_at.date(),
            local_from=f"{hours:02}:00", local_until=f"{hours + length:02}:00", zone="America/Los_Angeles",
            seats=seats, needed=1, created_at=NOW, created_by="Olu",
        )  # fmt: skip
        session.add(shift)
        session.flush()
        return shift.id


def person_id(game: Game, email: str) -> str:
    """The id of one of the cast."""
    with game.database.reading() as session:
        return session.exec(select(Person.id).where(Person.email == email)).one()


def sit(database: Database, shift_id: str, person: str, state: str = "signed_up") -> str:
    """Insert a seat, asking nobody; returns its id."""
    with database.unit_of_work() as session:
        seat = Seat(shift_id=shift_id, person_id=person, state=state, signed_up_at=NOW)
        session.add(seat)
        session.flush()
        return seat.id


def run(game: Game, statement: str, **values: str) -> None:
    with game.database.unit_of_work() as session:
        session.execute(text(statement), values)


def taken(game: Game, shift_id: str) -> int:
    with game.database.reading() as session:
        return session.exec(select(Shift.taken).where(Shift.id == shift_id)).one()


def test_seat_beyond_the_seats_of_its_shift_is_refused(game: Game) -> None:
    shift_id = a_shift(game)
    sit(game.database, shift_id, person_id(game, ADA))

    with pytest.raises(DBAPIError):
        sit(game.database, shift_id, person_id(game, BO))

    assert taken(game, shift_id) == 1


def test_shift_counts_its_live_seats_through_every_change(game: Game) -> None:
    shift_id = a_shift(game, seats=2)
    seat_id = sit(game.database, shift_id, person_id(game, ADA))
    found = [taken(game, shift_id)]

    for state in ("checked_in", "completed", "no_show", "completed", "cancelled"):
        run(game, "UPDATE seat SET state = :state WHERE id = :id", state=state, id=seat_id)
        found.append(taken(game, shift_id))
    sit(game.database, shift_id, person_id(game, BO), "cancelled")

    assert [*found, taken(game, shift_id)] == [1, 1, 1, 0, 1, 0, 0]


def test_seat_twice_in_one_shift_is_refused_while_the_first_lives(game: Game) -> None:
    shift_id, ada = a_shift(game, seats=3), person_id(game, ADA)
    seat_id = sit(game.database, shift_id, ada)

    with pytest.raises(DBAPIError):
        sit(game.database, shift_id, ada)
    run(game, "UPDATE seat SET state = 'cancelled' WHERE id = :id", id=seat_id)
    sit(game.database, shift_id, ada)

    assert taken(game, shift_id) == 1


def test_seat_that_overlaps_another_is_refused_and_one_right_after_it_is_not(game: Game) -> None:
    ada = person_id(game, ADA)
    sit(game.database, a_shift(game, 6), ada)
    overlapping = a_shift(game, 7)

    with pytest.raises(DBAPIError, match="never overlap"):
        sit(game.database, overlapping, ada)
    seat_id = sit(game.database, overlapping, ada, "no_show")
    with pytest.raises(DBAPIError, match="never overlap"):
        run(game, "UPDATE seat SET state = 'completed' WHERE id = :id", id=seat_id)
    sit(game.database, a_shift(game, 8), ada)

    assert taken(game, overlapping) == 0


def test_shift_moved_onto_another_of_a_holder_is_refused(game: Game) -> None:
    ada, first, second = person_id(game, ADA), a_shift(game, 6), a_shift(game, 8)
    sit(game.database, first, ada)
    sit(game.database, second, ada)

    def move(ends_at: datetime) -> None:
        with game.database.unit_of_work() as session:
            shift = session.get_one(Shift, first)
            shift.ends_at = ends_at
            session.add(shift)

    move(EIGHT - timedelta(hours=1))
    move(EIGHT)
    with pytest.raises(DBAPIError, match="never overlap"):
        move(EIGHT + timedelta(microseconds=1))


def test_seat_is_nobody_elses_and_never_deleted(game: Game) -> None:
    seat_id = sit(game.database, a_shift(game), person_id(game, ADA))

    with pytest.raises(DBAPIError):
        run(game, "UPDATE seat SET person_id = :person WHERE id = :id", person=person_id(game, BO), id=seat_id)
    with pytest.raises(DBAPIError, match="never deleted"):
        run(game, "DELETE FROM seat WHERE id = :id", id=seat_id)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_seat_cannot_be_replaced(game: Game) -> None:
    seat_id = sit(game.database, a_shift(game, seats=2), person_id(game, ADA))

    with pytest.raises(DBAPIError):
        run(game, "INSERT OR REPLACE INTO seat SELECT * FROM seat WHERE id = :id", id=seat_id)
    with pytest.raises(DBAPIError):
        run(
            game,
            "INSERT OR REPLACE INTO seat SELECT 'another', shift_id, person_id, state, origin, giver_id, signed_up_at,"
            " checked_in_at FROM seat WHERE id = :id",
            id=seat_id,
        )


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize("tables", ["seat", "seat CASCADE", "shift CASCADE", "person CASCADE", "seat_change"])
def test_seats_and_their_changes_cannot_be_truncated(game: Game, tables: str) -> None:
    shift_id = a_shift(game)
    sit(game.database, shift_id, person_id(game, ADA))

    with pytest.raises(DBAPIError, match=r"only grows|referenced in a foreign key"):
        run(game, f"TRUNCATE {tables}")

    assert taken(game, shift_id) == 1


def test_seat_by_fifty_at_once_has_one_holder(game: Game, databases: list[Database]) -> None:
    game.team("Racers", *(f"racer{number}@example.com" for number in range(3)))
    shift_id = a_shift(game)
    with game.database.reading() as session:
        people = list(session.exec(select(Person.id)))

    def insert(number: int) -> str:
        try:
            return sit(databases[number % 4], shift_id, people[number % len(people)]) and "taken"
        except DBAPIError:
            return "refused"

    results = race(repeat(50, insert))

    assert (Counter(results), taken(game, shift_id)) == ({"taken": 1, "refused": 49}, 1)


def test_seats_that_overlap_at_once_are_one(game: Game, databases: list[Database]) -> None:
    ada, shifts = person_id(game, ADA), [a_shift(game, 6 + number, length=4) for number in range(4)]

    def insert(number: int) -> str:
        try:
            return sit(databases[number], shifts[number], ada) and "taken"
        except DBAPIError:
            return "refused"

    results = race(repeat(4, insert))

    assert Counter(results) == {"taken": 1, "refused": 3}


def test_waiting_twice_for_one_shift_is_refused_until_the_first_ends(game: Game) -> None:
    shift_id, ada = a_shift(game), person_id(game, ADA)

    def wait(state: str) -> None:
        with game.database.unit_of_work() as session:
            session.add(WaitingEntry(shift_id=shift_id, person_id=ada, state=state, joined_at=NOW))

    wait("left")
    wait("waiting")
    with pytest.raises(DBAPIError):
        wait("waiting")


@pytest.mark.parametrize("state", ["open", "pending"])
def test_offer_beside_an_open_one_is_refused(game: Game, state: str) -> None:
    seat_id = sit(game.database, a_shift(game), person_id(game, ADA))

    def offer(state: str) -> None:
        with game.database.unit_of_work() as session:
            session.add(SeatOffer(seat_id=seat_id, audience="everyone", state=state, offered_by="Ada", offered_at=NOW))

    offer("withdrawn")
    offer(state)
    with pytest.raises(DBAPIError):
        offer("open")


def test_credit_of_a_team_for_a_shift_is_one(game: Game) -> None:
    shift_id, team_id = a_shift(game, seats=3), game.team_id(OWLS)
    seats = [sit(game.database, shift_id, person_id(game, email), "completed") for email in (ADA, CHIDI)]

    def credit(seat_id: str) -> None:
        with game.database.unit_of_work() as session:
            session.add(ShiftCredit(shift_id=shift_id, team_id=team_id, seat_id=seat_id))

    credit(seats[0])
    with pytest.raises(DBAPIError):
        credit(seats[1])


@pytest.mark.parametrize("statement", ["UPDATE seat_change SET reason = 'x'", "DELETE FROM seat_change"])
def test_change_of_a_seat_stays_written(game: Game, statement: str) -> None:
    seat_id = sit(game.database, a_shift(game), person_id(game, ADA))
    with game.database.unit_of_work() as session:
        session.add(SeatChange(seat_id=seat_id, after="signed_up", changed_by="Ada", changed_at=NOW))

    with pytest.raises(DBAPIError, match="only grows"):
        run(game, statement)
