"""The proof that completed seats are what the ledger says: whatever is amiss is named with its team and slot."""

import pytest
from sqlalchemy import text

from app.models import Seat
from tests.builders import ADA, BO, DUA, Game
from tests.services.shifts.test_correction import DURING, completed
from tests.services.shifts.test_seats import Plan


@pytest.fixture
def seats(game: Game) -> dict[str, Seat]:
    """A shift that two owls and a cat have completed."""
    return completed(Plan(game), ADA, BO, DUA)


def differences(game: Game, statement: str, seat: Seat) -> list[str]:
    with game.database.unit_of_work() as session:
        session.execute(text(statement), {"seat": seat.id, "key": f"{seat.shift_id}/{seat.id}"})
    return [each for each in game.at(DURING).verify() if "seats" in each]


def sentence(team: str) -> str:
    return (
        f"Week q3-2022: the shifts and attendances of team {team} in the shift of 2022-09-15 06:00 "
        "differ from the completed seats."
    )


REVERSED = (
    "INSERT INTO reversal (activity_seq, ordinal, reason, by, at, version) SELECT seq, 1, 'x', 'x', recorded_at,"
    " version FROM activity WHERE external_id = :key"
)
TAMPERING = {
    "an attendance is missing": (REVERSED, BO, "Owls"),
    "a shift is missing": (REVERSED, DUA, "Cats"),
    "a seat is completed no longer": ("UPDATE seat SET state = 'no_show' WHERE id = :seat", BO, "Owls"),
    "a credited seat is completed no longer": ("UPDATE seat SET state = 'no_show' WHERE id = :seat", DUA, "Cats"),
    "another seat is credited": (
        "UPDATE shift_credit SET seat_id = :seat WHERE seat_id <> :seat AND shift_id = (SELECT shift_id FROM seat"
        " WHERE id = :seat) AND team_id = (SELECT id FROM team WHERE name = 'Owls')",
        BO,
        "Owls",
    ),
    "no seat is credited": ("DELETE FROM shift_credit WHERE seat_id = :seat", DUA, "Cats"),
}


@pytest.mark.parametrize(("statement", "email", "team"), TAMPERING.values(), ids=TAMPERING)
def test_verify_names_the_slot_that_differs(
    game: Game, seats: dict[str, Seat], statement: str, email: str, team: str
) -> None:
    assert game.at(DURING).verify() == []

    assert differences(game, statement, seats[email]) == [sentence(team)]
