"""Sign-in links: for one person, used once, gone when used, taken back or too old."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.db.database import Database
from app.errors import Conflict, Malformed, NotFound
from app.models import Person, SignIn, SignInLink
from app.services.access import accounts, links, sign_ins
from app.services.access.links import GONE
from tests.builders import NOW, act_by
from tests.races import outcomes, race, repeat
from tests.services.people import a_person, again, invite, set_role, switch

WEEK = timedelta(days=7)
A_MOMENT = timedelta(microseconds=1)


def use(database: Database, secret: str, *, after: timedelta = timedelta()) -> Person:
    with database.unit_of_work() as session:
        return links.use(session, secret, NOW + after)[1]


def sign_in(database: Database, secret: str) -> str:
    """Use a link, in one transaction."""
    with database.unit_of_work() as session:
        _, person = links.use(session, secret, NOW)
        return sign_ins.start(session, person, "invitation", act_by("", NOW, client=""), agent="", replaces=None)


def use_first(database: Database, secret: str, email: str = "olu@example.com") -> Person:
    with database.unit_of_work() as session:
        return links.use_first(session, secret, act_by("", NOW), name="Olu", email=email)


def test_use_lets_a_person_in_once(database: Database) -> None:
    ada = a_person(database, "Ada")
    secret = invite(database, ada)

    assert use(database, secret).id == ada.id
    with pytest.raises(NotFound, match=GONE):
        use(database, secret)


def test_look_uses_nothing_up(database: Database) -> None:
    secret = invite(database, a_person(database, "Ada"))

    for _ in range(3):
        with database.reading() as session:
            _, person = links.look(session, secret, NOW)

    assert person is not None
    assert use(database, secret).name == "Ada"


def test_make_keeps_the_secret_nowhere(database: Database) -> None:
    secret = invite(database, a_person(database, "Ada"))

    with database.reading() as session:
        row = session.exec(select(SignInLink)).one()

    assert [value for value in row.model_dump().values() if secret in str(value)] == []


def test_use_of_an_invitation_works_for_seven_days(database: Database) -> None:
    secret = invite(database, a_person(database, "Ada"))

    with database.reading() as session, pytest.raises(NotFound, match=GONE):
        links.look(session, secret, NOW + WEEK)
    assert use(database, secret, after=WEEK - A_MOMENT).name == "Ada"


def test_use_of_a_link_that_a_clock_ahead_made_is_not_found(database: Database) -> None:
    ada = a_person(database, "Ada")
    with database.unit_of_work() as session:
        person = accounts.find(session, ada.id)
        ahead = links.make(session, person, "email", act_by("Ada", NOW + timedelta(hours=11)))
        soon = links.make(session, person, "email", act_by("Ada", NOW + timedelta(seconds=30)))

    with pytest.raises(NotFound, match=GONE):
        use(database, ahead)
    assert use(database, soon).id == ada.id


def test_make_revokes_the_invitation_before(database: Database) -> None:
    ada = a_person(database, "Ada")
    first, second = invite(database, ada), invite(database, ada)

    with pytest.raises(NotFound, match=GONE):
        use(database, first)
    assert use(database, second).id == ada.id


def test_revoke_makes_an_unused_link_invalid(database: Database) -> None:
    ada, bo = a_person(database, "Ada"), a_person(database, "Bo")
    secret, other = invite(database, ada), invite(database, bo)

    with database.unit_of_work() as session:
        taken = links.revoke(session, ada, act_by("Olu", NOW))

    with pytest.raises(NotFound, match=GONE):
        use(database, secret)
    assert (taken, use(database, other).id) == (1, bo.id)


def test_look_at_a_link_that_is_gone_tells_nobody_whom_it_was_for(database: Database) -> None:
    ada, bo, chidi = (a_person(database, name) for name in ("Ada", "Bo", "Chidi"))
    taken_back, used, of_the_disabled = (invite(database, person) for person in (ada, bo, chidi))
    with database.unit_of_work() as session:
        links.revoke(session, ada, act_by("Olu", NOW))
    use(database, used)
    switch(database, chidi, on=False)

    for secret in (taken_back, used, of_the_disabled):
        with database.reading() as session, pytest.raises(NotFound, match=GONE):
            links.look(session, secret, NOW)


def test_make_of_a_link_by_email_leaves_an_invitation_alone(database: Database) -> None:
    ada = a_person(database, "Ada")
    invitation = invite(database, ada)

    with database.unit_of_work() as session:
        links.make(session, accounts.find(session, ada.id), "email", act_by("the sign-in page", NOW))

    assert use(database, invitation).id == ada.id


@pytest.mark.parametrize(("role", "still_counts"), [("owner", False), ("organizer", True)])
def test_set_role_to_owner_voids_earlier_links(database: Database, role: str, still_counts: bool) -> None:
    ada = a_person(database, "Ada")
    secret = invite(database, ada)

    set_role(database, ada, role, role_of_actor=None)

    if still_counts:
        assert use(database, secret).name == "Ada"
    else:
        with pytest.raises(NotFound, match=GONE):
            use(database, secret)


def test_make_for_somebody_switched_off_is_refused(database: Database) -> None:
    ada = a_person(database, "Ada")
    switch(database, ada, on=False)

    with pytest.raises(Conflict, match="Ada is deactivated"):
        invite(database, ada)


def test_pending_invitations_are_those_that_still_count(database: Database) -> None:
    ada, bo, chidi = (a_person(database, name) for name in ("Ada", "Bo", "Chidi"))
    invite(database, ada)
    use(database, invite(database, bo))
    invite(database, chidi, now=NOW - WEEK)

    with database.reading() as session:
        assert links.pending(session, NOW) == {ada.id: NOW + WEEK}


@pytest.mark.parametrize("secret", ["", "al_", "al_" + "x" * 43, "é", "\0", "\udcff", "x" * 100_000])
def test_use_of_an_unknown_link_is_not_found(database: Database, secret: str) -> None:
    invite(database, a_person(database, "Ada"))

    with pytest.raises(NotFound, match=GONE):
        use(database, secret)


def test_use_by_twenty_at_once_makes_one_sign_in(places: list[Database]) -> None:
    secret = invite(places[0], a_person(places[0], "Ada"))

    results = race(repeat(20, lambda n: sign_in(places[n % 4], secret)))

    assert outcomes(results) == {"str": 1, "NotFound": 19}
    with places[0].reading() as session:
        assert len(session.exec(select(SignIn)).all()) == 1


def test_make_of_ten_invitations_at_once_leaves_one_valid(places: list[Database]) -> None:
    ada = a_person(places[0], "Ada")

    secrets = race(repeat(10, lambda n: invite(places[n % 4], ada)))

    results = [race([lambda each=each: use(places[0], str(each))])[0] for each in secrets]  # type: ignore[misc]
    assert outcomes(results) == {"Person": 1, "NotFound": 9}


def test_use_while_the_person_is_switched_off_opens_nothing(places: list[Database]) -> None:
    for number in range(5):
        ada = a_person(places[0], f"Ada{number}")
        secret = invite(places[0], ada)

        results = race([lambda s=secret: sign_in(places[0], s), lambda a=ada: switch(places[1], a, on=False)])  # type: ignore[misc]

        assert set(outcomes(results)) <= {"str", "NoneType", "NotFound", "SignInNeeded"}
        switch(places[0], ada, on=True)
        with places[0].reading() as session:
            assert sign_ins.of_person(session, ada.id, NOW) == []


def test_use_first_makes_its_opener_the_owner(database: Database) -> None:
    with database.unit_of_work() as session:
        secret = links.make_first(session, act_by("serve", NOW))
    assert secret is not None

    olu = use_first(database, secret, "OLU@example.com")

    assert (olu.role, olu.email) == ("owner", "olu@example.com")
    with database.unit_of_work() as session:
        assert links.make_first(session, act_by("serve", NOW)) is None
    with pytest.raises(NotFound, match=GONE):
        use_first(database, secret)


def test_use_first_by_somebody_an_import_made_makes_them_the_owner(database: Database) -> None:
    ada = a_person(database, "Ada")
    with database.unit_of_work() as session:
        secret = links.make_first(session, act_by("serve", NOW))

    assert use_first(database, str(secret), "ada@example.com").id == ada.id
    assert again(database, ada).role == "owner"


def test_use_first_of_several_links_makes_one_owner(database: Database) -> None:
    with database.unit_of_work() as session:
        first = links.make_first(session, act_by("serve", NOW))
    with database.unit_of_work() as session:
        second = links.make_first(session, act_by("serve", NOW))

    assert use_first(database, str(first)).role == "owner"
    with pytest.raises(NotFound, match="This server has an owner"):
        use_first(database, str(second), "eve@example.com")


def test_use_first_by_twenty_at_once_makes_one_owner(places: list[Database]) -> None:
    with places[0].unit_of_work() as session:
        secret = str(links.make_first(session, act_by("serve", NOW)))

    results = race(repeat(20, lambda n: use_first(places[n % 4], secret, f"racer{n}@example.com")))

    assert outcomes(results)["Person"] == 1
    assert set(outcomes(results)) <= {"Person", "NotFound", "Conflict"}
    with places[0].reading() as session:
        assert [person.role for person in accounts.owners(session)] == ["owner"]
        assert len(session.exec(select(Person)).all()) == 1


def test_use_of_the_first_link_is_not_found(database: Database) -> None:
    with database.unit_of_work() as session:
        secret = str(links.make_first(session, act_by("serve", NOW)))
    personal = invite(database, a_person(database, "Ada"))

    with pytest.raises(NotFound, match=GONE):
        use(database, secret)
    with pytest.raises(NotFound, match=GONE):
        use_first(database, personal)


def test_use_first_once_there_is_an_owner_is_not_found(database: Database) -> None:
    with database.unit_of_work() as session:
        secret = str(links.make_first(session, act_by("serve", NOW)))
    set_role(database, a_person(database, "Ada"), "owner", role_of_actor=None)

    with pytest.raises(NotFound, match="This server has an owner"):
        use_first(database, secret)


@pytest.mark.parametrize(("name", "email"), [("", "olu@example.com"), ("Olu", "nowhere")])
def test_use_first_without_name_or_email_may_be_tried_again(database: Database, name: str, email: str) -> None:
    with database.unit_of_work() as session:
        secret = str(links.make_first(session, act_by("serve", NOW)))

    with pytest.raises(Malformed), database.unit_of_work() as session:
        links.use_first(session, secret, act_by("", NOW), name=name, email=email)

    assert use_first(database, secret).role == "owner"


def test_address_is_whole_where_ours_is_known() -> None:
    assert links.address("https://week.example.com/", "al_x") == "https://week.example.com/sign-in/link/al_x"
    assert links.address("", "al_x") == "/sign-in/link/al_x"
