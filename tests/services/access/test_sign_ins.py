"""Sign-ins: a secret in one browser, until it is ended, idle for too long or too old."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from app.db.database import Database
from app.domain.actor import SignedInActor, rights_of
from app.errors import NotFound, SignInNeeded
from app.models import Person, SignIn
from app.services.access import accounts, sign_ins
from app.services.access.credentials import ValidCredential
from app.services.access.sign_ins import Way
from tests.builders import NOW, act_by
from tests.services.people import a_person, audit_actions, invite, set_role, switch

HOURS = timedelta(hours=1)
A_MOMENT = timedelta(microseconds=1)


def start(
    database: Database, person: Person, *, way: Way = "invitation", replaces: str | None = None, now: datetime = NOW
) -> str:
    with database.unit_of_work() as session:
        account = accounts.find(session, person.id)
        return sign_ins.start(
            session, account, way, act_by("", now, client="192.0.2.7"), agent="A" * 900, replaces=replaces
        )


def ask(database: Database, secret: str, after: timedelta = timedelta()) -> ValidCredential:
    with database.reading() as session:
        return sign_ins.check(session, secret, NOW + after)


def check(database: Database, secret: str, after: timedelta = timedelta()) -> SignedInActor:
    member = ask(database, secret, after).actor
    assert isinstance(member, SignedInActor)
    return member


def touch(database: Database, secret: str, after: timedelta) -> None:
    with database.unit_of_work() as session:
        sign_ins.touch(session, [secret], NOW + after)


def of_person(database: Database, person: Person, after: timedelta = timedelta()) -> list[str]:
    with database.reading() as session:
        return [sign_in.id for sign_in in sign_ins.of_person(session, person.id, NOW + after)]


def assert_over(database: Database, secret: str, after: timedelta = timedelta()) -> None:
    with pytest.raises(SignInNeeded):
        check(database, secret, after)


def test_start_makes_a_sign_in_that_says_who_it_is(database: Database) -> None:
    ada = a_person(database, "Ada", "organizer")

    valid = ask(database, start(database, ada))
    member = valid.actor
    assert isinstance(member, SignedInActor)

    assert (member.person_id, member.name, member.rights, member.email) == (
        ada.id, "Ada", rights_of("organizer"), "ada@example.com",
    )  # fmt: skip
    assert (member.organizes, valid.touch_at) == (True, NOW + timedelta(minutes=5))


def test_start_keeps_the_secret_and_its_form_token_nowhere(database: Database) -> None:
    ada = a_person(database, "Ada")
    secret = start(database, ada)
    csrf = check(database, secret).csrf

    with database.reading() as session:
        row = session.exec(select(SignIn)).one()

    assert [value for value in row.model_dump().values() if secret in str(value) or csrf in str(value)] == []
    assert len(row.agent) == 200


def test_check_gives_two_sign_ins_different_form_tokens(database: Database) -> None:
    ada = a_person(database, "Ada")

    tokens = {check(database, start(database, ada)).csrf for _ in range(2)}

    assert len(tokens) == 2


def test_check_of_a_sign_in_idle_for_twelve_hours_is_refused(database: Database) -> None:
    secret = start(database, a_person(database, "Ada"))

    assert check(database, secret, 12 * HOURS - A_MOMENT).name == "Ada"
    assert_over(database, secret, 12 * HOURS)


def test_touch_keeps_a_sign_in_valid_for_seven_days_and_no_longer(database: Database) -> None:
    secret = start(database, a_person(database, "Ada"))

    for number in range(1, 17):
        touch(database, secret, number * 10 * HOURS)

    assert check(database, secret, timedelta(days=7) - A_MOMENT).name == "Ada"
    assert_over(database, secret, timedelta(days=7))


def test_touch_after_the_end_revives_nothing(database: Database) -> None:
    secret = start(database, a_person(database, "Ada"))

    touch(database, secret, 13 * HOURS)

    assert_over(database, secret, 13 * HOURS)


def test_touch_of_an_ended_sign_in_is_not_written(database: Database) -> None:
    ada = a_person(database, "Ada")
    secret = start(database, ada)
    with database.unit_of_work() as session:
        sign_ins.end_all(session, ada.id, act_by("Ada", NOW))

    touch(database, secret, HOURS)

    with database.reading() as session:
        assert session.exec(select(SignIn.used_at)).one() == NOW


def test_check_of_an_unused_sign_in_is_valid_for_twelve_hours_up_to_the_seventh_day(database: Database) -> None:
    secret = start(database, a_person(database, "Ada"))
    first = ask(database, secret).expires_at

    for half_days in range(1, 15):
        touch(database, secret, half_days * 11 * HOURS)

    assert (first, ask(database, secret, 14 * 11 * HOURS).expires_at) == (NOW + 12 * HOURS, NOW + 166 * HOURS)
    touch(database, secret, 164 * HOURS)
    assert ask(database, secret, 164 * HOURS).expires_at == NOW + 168 * HOURS


@pytest.mark.parametrize(
    ("way", "is_over"), [("invitation", True), ("email", True), ("company", True), ("join", False), ("first", False)]
)
def test_start_by_a_proven_email_ends_what_a_join_code_opened(database: Database, way: Way, is_over: bool) -> None:
    ada = a_person(database, "Ada")
    by_code, of_bo = (start(database, person, way="join") for person in (ada, a_person(database, "Bo")))

    start(database, ada, way=way)

    assert len(of_person(database, ada)) == (1 if is_over else 2)
    if is_over:
        assert_over(database, by_code)
    assert check(database, of_bo).name == "Bo"


def test_start_by_a_proven_email_leaves_other_browsers_signed_in(database: Database) -> None:
    ada = a_person(database, "Ada")
    proven = start(database, ada, way="email")

    start(database, ada, way="company")

    assert check(database, proven).name == "Ada"


def test_touch_is_due_every_five_minutes(database: Database) -> None:
    secret = start(database, a_person(database, "Ada"))

    assert ask(database, secret, HOURS).touch_at == NOW + timedelta(minutes=5)


def test_start_ends_what_the_browser_had(database: Database) -> None:
    ada, bo = a_person(database, "Ada"), a_person(database, "Bo")
    first = start(database, ada)

    second = start(database, bo, replaces=first)

    assert_over(database, first)
    assert (second != first, check(database, second).name) == (True, "Bo")


def test_check_of_somebody_switched_off_is_refused_at_once(database: Database) -> None:
    ada = a_person(database, "Ada")
    secret = start(database, ada)

    switch(database, ada, on=False)

    assert_over(database, secret)
    with pytest.raises(SignInNeeded, match="deactivated"):
        start(database, ada)


@pytest.mark.parametrize("engine", ["postgresql"])
def test_start_while_somebody_is_switched_off_is_refused(places: list[Database]) -> None:
    ada = a_person(places[0], "Ada")

    with places[0].unit_of_work() as session:
        account = accounts.find(session, ada.id)
        switch(places[1], ada, on=False)

        with pytest.raises(SignInNeeded, match="deactivated"):
            sign_ins.start(session, account, "join", act_by("", NOW, client=""), agent="", replaces=None)


def test_check_gives_a_new_role_at_once(database: Database) -> None:
    ada = a_person(database, "Ada")
    secret = start(database, ada)

    set_role(database, ada, "organizer")

    assert check(database, secret).rights == rights_of("organizer")


def test_end_of_one_leaves_the_others(database: Database) -> None:
    ada = a_person(database, "Ada")
    secrets = [start(database, ada, now=NOW + number * timedelta(seconds=1)) for number in range(2)]
    newest, oldest = of_person(database, ada, HOURS)

    with database.unit_of_work() as session:
        sign_ins.end(session, ada.id, oldest, act_by("Ada", NOW))

    assert_over(database, secrets[0])
    assert of_person(database, ada) == [newest]
    assert audit_actions(database)[-1] == "sign-in.ended"


@pytest.mark.parametrize("sign_in_id", ["", "0" * 16, "\0", "x"])
def test_end_of_an_unknown_sign_in_is_not_found(database: Database, sign_in_id: str) -> None:
    ada = a_person(database, "Ada")

    with pytest.raises(NotFound), database.unit_of_work() as session:
        sign_ins.end(session, ada.id, sign_in_id, act_by("Ada", NOW))


def test_end_of_somebody_elses_sign_in_is_not_found(database: Database) -> None:
    ada, bo = a_person(database, "Ada"), a_person(database, "Bo")
    secret = start(database, ada)
    [theirs] = of_person(database, ada)

    with pytest.raises(NotFound, match="isn’t yours"), database.unit_of_work() as session:
        sign_ins.end(session, bo.id, theirs, act_by("Bo", NOW))

    assert check(database, secret).name == "Ada"


def test_end_all_leaves_the_one_that_is_spared(database: Database) -> None:
    ada, bo = a_person(database, "Ada"), a_person(database, "Bo")
    here, there, other = start(database, ada), start(database, ada), start(database, bo)
    spared = check(database, here).sign_in_id

    with database.unit_of_work() as session:
        ended = sign_ins.end_all(session, ada.id, act_by("Ada", NOW), but=spared)

    assert_over(database, there)
    assert (ended, check(database, here).name, check(database, other).name) == (1, "Ada", "Bo")


def test_of_person_lists_valid_sign_ins_alone(database: Database) -> None:
    ada = a_person(database, "Ada")
    start(database, ada, now=NOW - 13 * HOURS)
    start(database, ada, now=NOW - timedelta(days=8))
    start(database, ada)

    assert len(of_person(database, ada)) == 1
    assert of_person(database, ada, 12 * HOURS) == []


def test_latest_is_the_last_sign_in_of_each_of_several_people(database: Database) -> None:
    ada, bo, chidi = (a_person(database, name) for name in ("Ada", "Bo", "Chidi"))
    for person, hours in ((ada, 3), (ada, 1), (ada, 2), (bo, 5)):
        start(database, person, now=NOW - hours * HOURS)

    with database.reading() as session:
        assert sign_ins.latest(session, [ada.id, bo.id, chidi.id]) == {ada.id: NOW - HOURS, bo.id: NOW - 5 * HOURS}


@pytest.mark.parametrize("secret", ["", "as_", "as_" + "x" * 43, "é", "\0", "\udcff"])
def test_check_of_an_unknown_secret_is_refused(database: Database, secret: str) -> None:
    start(database, a_person(database, "Ada"))

    assert_over(database, secret)


def test_check_of_a_links_secret_is_refused(database: Database) -> None:
    assert_over(database, invite(database, a_person(database, "Ada")))


def test_check_of_a_sign_in_that_a_clock_ahead_made_is_refused(database: Database) -> None:
    ada = a_person(database, "Ada")
    begun_ahead = start(database, ada, now=NOW + 11 * HOURS)
    begun_by_a_replica = start(database, ada, now=NOW + timedelta(seconds=30))

    with pytest.raises(SignInNeeded):
        check(database, begun_ahead)
    member = check(database, begun_by_a_replica)

    assert member.person_id == ada.id
