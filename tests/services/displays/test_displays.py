"""Displays: a code, the organizer who enters it, the one screen that comes for it, and sending it away."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.db.database import Database
from app.errors import Conflict, Malformed, NotFound, SignInNeeded
from app.models import AuditEntry, Display
from app.services.access import credentials
from app.services.displays import displays
from tests.builders import NOW, Game, act_by
from tests.races import outcomes, race, repeat

KEY = "a key"


def make_secret() -> tuple[str, str]:
    """A screen's secret, and the code that follows from it."""
    secret = credentials.make(credentials.SCREEN)
    return secret, displays.code_of(KEY, secret)


def enter(database: Database, code: str, name: str = "Lobby", now: object = NOW) -> Display:
    """An organizer enters a code."""
    with database.unit_of_work() as session:
        return displays.pair(session, code, name, act_by("Olu", now))  # type: ignore[arg-type]


def claim(database: Database, secret: str, code: str, now: object = NOW) -> str:
    """The screen comes for it; the display's id."""
    with database.unit_of_work() as session:
        return displays.claim(session, code, secret, now).id  # type: ignore[arg-type]


def is_in(database: Database, secret: str) -> bool:
    """Tell whether a screen may read."""
    try:
        with database.reading() as session:
            displays.check(session, secret, NOW)
    except SignInNeeded:
        return False
    return True


def test_code_of_follows_from_the_secret_and_the_key() -> None:
    codes = {displays.code_of(key, secret) for key in ("a", "b") for secret in ("ad_1", "ad_2")}

    assert len(codes) == 4
    assert {len(code) for code in codes} == {credentials.CODE_LENGTH}
    assert displays.code_of("a", "ad_1") in codes


def test_claim_lets_a_screen_in_once_its_code_is_entered(database: Database) -> None:
    secret, code = make_secret()
    before = is_in(database, secret)

    entered = enter(database, f" {code[:4].lower()}-{code[4:]} ")
    claimed = claim(database, secret, code)

    assert (before, is_in(database, secret), claimed) == (False, True, entered.id)


def test_awaits_the_screen_with_the_entered_code_alone(database: Database) -> None:
    _, code = make_secret()
    _, other = make_secret()
    enter(database, code)

    with database.reading() as session:
        assert (displays.awaits(session, code, NOW), displays.awaits(session, other, NOW)) == (True, False)


def test_claim_of_a_code_nobody_entered_is_not_found(database: Database) -> None:
    secret, code = make_secret()

    with pytest.raises(NotFound):
        claim(database, secret, code)

    assert is_in(database, secret) is False


@pytest.mark.parametrize("code", ["", "ABC", "ABCDEFGHJ", "ABCDEFG\x00", "ÄBCDEFGH"])
def test_pair_of_a_wrong_code_is_refused_with_a_sentence(database: Database, code: str) -> None:
    with pytest.raises(Malformed) as refusal:
        enter(database, code)

    assert refusal.value.detail == "A display’s code has eight letters and digits, such as K7QM-4XPE. Read it again."


def test_pair_of_a_mistyped_code_is_told_that_it_is_mistyped(database: Database) -> None:
    _, code = make_secret()
    wrong = {f"{code[:at]}{other}{code[at + 1 :]}" for at in range(8) for other in credentials.ALPHABET + "01IO"}
    wrong |= {f"{code[:at]}{code[at + 1]}{code[at]}{code[at + 2 :]}" for at in range(7)}

    for typed in wrong - {code}:
        with pytest.raises(Malformed) as refusal:
            enter(database, typed)
        assert refusal.value.detail == "This code has a typo. Read it from the screen again.", (code, typed)


def test_pair_without_a_name_is_refused(database: Database) -> None:
    with pytest.raises(Malformed) as refusal:
        enter(database, make_secret()[1], "  ")

    assert refusal.value.detail == "The display’s name must not be empty."


def test_claim_by_twenty_at_once_leaves_one_winner(games: list[Game]) -> None:
    secret, code = make_secret()
    enter(games[0].database, code)

    results = race(repeat(20, lambda number: claim(games[number % 4].database, secret, code)))

    assert outcomes(results) == {"str": 1, "NotFound": 19}
    assert is_in(games[0].database, secret)


def test_pair_of_one_code_by_twenty_organizers_at_once_makes_one_display(games: list[Game]) -> None:
    _, code = make_secret()

    results = race(repeat(20, lambda number: enter(games[number % 4].database, code).id))

    assert outcomes(results) == {"str": 1, "Conflict": 19}
    with games[0].database.reading() as session:
        assert len(session.exec(select(Display)).all()) == 1


def test_claim_fifteen_minutes_after_pairing_is_too_late(database: Database) -> None:
    secret, code = make_secret()
    enter(database, code)
    late = NOW + timedelta(minutes=15)

    with database.reading() as session:
        waiting = [displays.awaits(session, code, at) for at in (late - timedelta(seconds=1), late)]
    with pytest.raises(NotFound):
        claim(database, secret, code, late)

    assert waiting == [True, False]
    assert is_in(database, secret) is False


def test_pair_of_a_code_that_expired_works_again(database: Database) -> None:
    secret, code = make_secret()
    enter(database, code)
    late = NOW + timedelta(minutes=16)

    with pytest.raises(Conflict):
        enter(database, code)
    again = enter(database, code, "Lobby again", late)

    assert claim(database, secret, code, late) == again.id


def test_claim_of_a_claimed_code_by_another_screen_is_not_found(database: Database) -> None:
    secret, code = make_secret()
    enter(database, code)
    claim(database, secret, code)

    with pytest.raises(NotFound):
        claim(database, make_secret()[0], code)


def test_revoke_ends_a_screen_and_it_stays_known(database: Database) -> None:
    secret, code = make_secret()
    enter(database, code)
    display_id = claim(database, secret, code)

    with database.unit_of_work() as session:
        displays.revoke(session, display_id, act_by("Olu", NOW))

    with database.reading() as session:
        known = displays.is_known(session, secret), displays.is_known(session, make_secret()[0])
        assert displays.every(session) == []
    assert (is_in(database, secret), known) == (False, (True, False))


def test_renamed_screen_stays_paired_and_is_noted(database: Database) -> None:
    secret, code = make_secret()
    enter(database, code)
    display_id = claim(database, secret, code)

    with database.unit_of_work() as session:
        displays.rename(session, display_id, "  Third   floor ", act_by("Olu", NOW))
        displays.rename(session, display_id, "Third floor", act_by("Olu", NOW))

    with database.reading() as session:
        names = [display.name for display in displays.every(session)]
        noted = session.exec(select(AuditEntry.before).where(AuditEntry.action == "display.renamed")).all()
    assert (names, noted, is_in(database, secret)) == (["Third floor"], ['{"name": "Lobby"}'], True)


def test_revoke_before_the_screen_came_lets_nobody_in(database: Database) -> None:
    secret, code = make_secret()
    entered = enter(database, code)
    with database.unit_of_work() as session:
        displays.revoke(session, entered.id, act_by("Olu", NOW))

    with pytest.raises(NotFound):
        claim(database, secret, code)


@pytest.mark.parametrize("display_id", ["", "x", "0" * 16, "\x00"])
def test_revoke_of_an_unknown_display_is_not_found(database: Database, display_id: str) -> None:
    with pytest.raises(NotFound), database.unit_of_work() as session:
        displays.revoke(session, display_id, act_by("Olu", NOW))


def test_revoke_and_claim_at_once_never_leave_a_revoked_screen_in(games: list[Game]) -> None:
    secret, code = make_secret()
    entered = enter(games[0].database, code)

    def run(number: int) -> str:
        if number % 2:
            return claim(games[number % 4].database, secret, code)
        with games[number % 4].database.unit_of_work() as session:
            return displays.revoke(session, entered.id, act_by("Olu", NOW)).id

    race(repeat(8, run))

    assert is_in(games[0].database, secret) is False


def test_pair_and_revoke_are_in_the_audit(database: Database) -> None:
    entered = enter(database, make_secret()[1])
    with database.unit_of_work() as session:
        displays.revoke(session, entered.id, act_by("Olu", NOW))

    with database.reading() as session:
        found = [
            (entry.action, entry.by, entry.object_name)
            for entry in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))
        ]
    assert found[-2:] == [("display.paired", "Olu", "Lobby"), ("display.revoked", "Olu", "Lobby")]


def test_awaits_no_code_that_a_clock_ahead_entered(database: Database) -> None:
    secret, code = make_secret()
    enter(database, code, now=NOW + timedelta(hours=11))

    with pytest.raises(NotFound):
        claim(database, secret, code)
    enter(database, code)

    assert claim(database, secret, code) != ""


@pytest.mark.parametrize(
    ("ahead", "is_stale"), [(timedelta(minutes=-5), True), (timedelta(), False), (timedelta(hours=11), True)]
)
def test_check_wants_a_touch_after_a_clock_was_ahead(database: Database, ahead: timedelta, is_stale: bool) -> None:
    secret, code = make_secret()
    enter(database, code, now=NOW + ahead)
    claim(database, secret, code, now=NOW + ahead)

    with database.reading() as session:
        valid = displays.check(session, secret, NOW)

    assert (valid.touch_at <= NOW) == is_stale
