"""Accounts: people, their roles, and who may change whom."""

import json

import pytest
from sqlmodel import select

from app.db.database import Database
from app.domain.actor import Role
from app.errors import Conflict, Malformed, NotAllowed, NotFound, SignInNeeded
from app.models import AuditEntry, Person
from app.services.access import accounts, links, sign_ins
from app.services.access.accounts import LAST_OWNER, OWNERS_ALONE
from tests.builders import ADA, NOW, OWLS, Game, act_by
from tests.races import outcomes, race, repeat
from tests.services.people import a_person, again, audit_actions, invite, set_role, switch


def create(database: Database, name: str, email: str) -> Person:
    with database.unit_of_work() as session:
        return accounts.create(session, act_by("Olu", NOW), name=name, email=email)


def owners(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(person.name for person in accounts.owners(session))


def test_create_tidies_a_person_and_by_email_finds_them_however_it_is_typed(database: Database) -> None:
    made = create(database, "  Ada   Lovelace ", " ADA@Example.com ")

    with database.reading() as session:
        found = accounts.by_email(session, "Ada@EXAMPLE.com")

    assert found is not None
    assert (found.id, found.name, found.email, found.role) == (made.id, "Ada Lovelace", "ada@example.com", "player")


@pytest.mark.parametrize(
    ("name", "email"), [("", "x@example.com"), ("A\u202eb", "x@example.com"), ("Ada", "nowhere"), ("Ada", "a b@c.d")]
)
def test_create_of_an_impossible_person_is_refused(database: Database, name: str, email: str) -> None:
    with pytest.raises(Malformed):
        create(database, name, email)


def test_create_with_an_email_in_use_is_refused(database: Database) -> None:
    create(database, "Ada", "ada@example.com")

    with pytest.raises(Conflict, match="is in use"):
        create(database, "Another Ada", "ADA@example.com")


def test_create_with_one_email_by_many_at_once_makes_one_person(places: list[Database]) -> None:
    results = race(repeat(20, lambda n: create(places[n % 4], f"Racer {n}", "same@example.com")))

    assert outcomes(results) == {"Person": 1, "Conflict": 19}


@pytest.mark.parametrize("person_id", ["", "0" * 16, "x" * 16, "\0", "0" * 17, "0123456789ABCDEF"])
def test_find_of_an_unknown_id_is_not_found(database: Database, person_id: str) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        accounts.find(session, person_id)


def test_set_role_changes_the_role_and_notes_it(database: Database) -> None:
    ada = a_person(database, "Ada")

    set_role(database, ada, "organizer")

    with database.reading() as session:
        note = session.exec(select(AuditEntry).where(AuditEntry.action == "role.changed")).one()
    assert again(database, ada).role == "organizer"
    assert (note.object_id, json.loads(note.before or ""), json.loads(note.after or "")) == (
        ada.id, {"role": "player"}, {"role": "organizer"},
    )  # fmt: skip


@pytest.mark.parametrize("role_of_actor", ["player", "organizer"])
def test_set_role_by_an_organizer_is_refused(database: Database, role_of_actor: Role) -> None:
    ada = a_person(database, "Ada")

    with pytest.raises(NotAllowed):
        set_role(database, ada, "organizer", role_of_actor=role_of_actor)

    assert again(database, ada).role == "player"


def test_set_role_to_an_unknown_role_is_refused(database: Database) -> None:
    with pytest.raises(Malformed, match="isn’t a role"):
        set_role(database, a_person(database, "Ada"), "emperor")


def test_set_role_and_switch_of_the_last_owner_are_refused(database: Database) -> None:
    ada = a_person(database, "Ada", "owner")

    with pytest.raises(Conflict, match=LAST_OWNER):
        set_role(database, ada, "player")
    with pytest.raises(Conflict, match=LAST_OWNER):
        switch(database, ada, on=False)

    assert owners(database) == ["Ada"]


def test_owners_leave_out_those_who_are_switched_off(database: Database) -> None:
    ada, bo = a_person(database, "Ada", "owner"), a_person(database, "Bo", "owner")
    switch(database, bo, on=False)

    with pytest.raises(Conflict, match=LAST_OWNER):
        set_role(database, ada, "organizer")

    set_role(database, bo, "player")
    assert owners(database) == ["Ada"]


def test_set_role_by_two_owners_of_each_other_at_once_leaves_one(places: list[Database]) -> None:
    for number in range(5):
        pair = [a_person(places[0], f"{name}{number}", "owner") for name in ("Ada", "Bo")]
        for other in set(owners(places[0])) - {person.name for person in pair}:
            with places[0].unit_of_work() as session:
                person = accounts.by_email(session, f"{other}@example.com")
                assert person is not None
                accounts.set_role(session, person, "player", act_by("Olu", NOW))

        results = race(repeat(2, lambda n, pair=pair: set_role(places[n], pair[1 - n], "player")))  # type: ignore[misc]

        assert outcomes(results) == {"NoneType": 1, "Conflict": 1}
        assert len(owners(places[0])) == 1


def test_set_role_and_switch_at_once_leave_an_owner(places: list[Database]) -> None:
    ada, bo = a_person(places[0], "Ada", "owner"), a_person(places[0], "Bo", "owner")

    results = race(
        [lambda: set_role(places[0], ada, "player"), lambda: switch(places[1], bo, on=False)]
    )  # fmt: skip

    assert outcomes(results) == {"NoneType": 1, "Conflict": 1}
    assert len(owners(places[0])) == 1


def test_check_may_change_keeps_organizers_from_owners(database: Database) -> None:
    ada = a_person(database, "Ada", "owner")
    a_person(database, "Bo", "owner")

    with pytest.raises(NotAllowed, match=OWNERS_ALONE):
        switch(database, ada, on=False, role_of_actor="organizer")
    with pytest.raises(NotAllowed, match=OWNERS_ALONE):
        invite(database, ada, role_of_actor="organizer")
    with pytest.raises(NotAllowed, match=OWNERS_ALONE), database.unit_of_work() as session:
        accounts.rename(session, accounts.find(session, ada.id), "Eve", act_by("Bo", NOW, "organizer"))

    found = again(database, ada)
    assert (found.name, found.disabled_at) == ("Ada", None)


def test_switch_off_and_on_ends_sign_ins_and_links(database: Database) -> None:
    ada = a_person(database, "Ada")
    link = invite(database, ada)
    with database.unit_of_work() as session:
        secret = sign_ins.start(
            session, accounts.find(session, ada.id), "join", act_by("", NOW, client=""), agent="", replaces=None
        )

    switch(database, ada, on=False)
    switch(database, ada, on=True)

    with database.reading() as session:
        with pytest.raises(SignInNeeded):
            sign_ins.check(session, secret, NOW)
        with pytest.raises(NotFound):
            links.look(session, link, NOW)
    assert audit_actions(database)[-2:] == ["person.switched-off", "person.switched-on"]


def test_switch_twice_is_noted_once(database: Database) -> None:
    ada = a_person(database, "Ada")

    switch(database, ada, on=False)
    switch(database, ada, on=False)

    assert audit_actions(database).count("person.switched-off") == 1


def test_rename_shows_on_every_board(game: Game) -> None:
    with game.database.unit_of_work() as session:
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        accounts.rename(session, ada, " Countess  Ada ", act_by("Olu", NOW, "organizer"))

    members = {standing.team: standing.members for standing in game.board().standings}
    assert sorted(members[OWLS]) == ["Bo Nguyen", "Chidi Okafor", "Countess Ada"]
    assert audit_actions(game.database)[-1] == "person.renamed"


def test_rename_moves_the_version_of_the_persons_weeks(game: Game) -> None:
    before = game.week().version

    with game.database.unit_of_work() as session:
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        accounts.rename(session, ada, "Countess Ada", act_by("Olu", NOW))

    assert game.week().version == before + 1
    assert game.verify() == []


@pytest.mark.parametrize("name", ["", "\u200b", "x" * 61, "A\nB\0"])
def test_rename_to_an_impossible_name_is_refused(database: Database, name: str) -> None:
    ada = a_person(database, "Ada")

    with pytest.raises(Malformed), database.unit_of_work() as session:
        accounts.rename(session, accounts.find(session, ada.id), name, act_by("Olu", NOW))
