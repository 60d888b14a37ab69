"""News of access: whatever ends a secret or alters its holder names an id that the secret's answer carries."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from app.db.database import Database
from app.events import AccessChanged, Event
from app.models import Person
from app.services.access import accounts, credentials, sign_ins, tokens
from app.services.access.credentials import ValidCredential
from app.services.displays import displays
from app.services.imports import people_import
from app.services.people import people
from tests.builders import NOW, act_by
from tests.services.people import a_person

RuledActivity = Callable[[Session, Person], object]


def end(session: Session, ada: Person) -> None:
    [sign_in] = sign_ins.of_person(session, ada.id, NOW)
    sign_ins.end(session, ada.id, sign_in.id, act_by("Ada", NOW))


def end_all(session: Session, ada: Person) -> None:
    sign_ins.end_all(session, ada.id, act_by("Olu", NOW))


def switch_off(session: Session, ada: Person) -> None:
    accounts.switch(session, ada, act_by("Olu", NOW), on=False)


def give_a_role(session: Session, ada: Person) -> None:
    accounts.set_role(session, ada, "organizer", act_by("Olu", NOW))


def rename(session: Session, ada: Person) -> None:
    accounts.rename(session, ada, "Augusta", act_by("Olu", NOW))


def import_under_another_name(session: Session, ada: Person) -> None:
    people.find_or_create(session, ada.email, "Augusta", NOW)


def import_a_list(session: Session, ada: Person) -> None:
    found = people_import.read(f"email,name\n{ada.email},Augusta\n")
    people_import.apply(session, found, act_by("Olu", NOW))


DEEDS: list[RuledActivity] = [
    end, end_all, switch_off, give_a_role, rename, import_under_another_name, import_a_list,
]  # fmt: skip


def heard_of(database: Database, call: Callable[[Session], object]) -> frozenset[str]:
    """The ids that are announced when somebody does this."""
    heard: list[Event] = []
    database.subscribe(heard.append)
    with database.unit_of_work() as session:
        call(session)
    return frozenset().union(*(event.ids for event in heard if isinstance(event, AccessChanged)))


@pytest.mark.parametrize("call", DEEDS, ids=[call.__name__ for call in DEEDS])
def test_access_changed_names_the_sign_in_or_person_that_a_change_alters(
    database: Database, call: RuledActivity
) -> None:
    ada = a_person(database, "Ada")
    with database.unit_of_work() as session:
        secret = sign_ins.start(
            session, accounts.find(session, ada.id), "email", act_by("", NOW, client=""), agent="", replaces=None
        )
        valid = sign_ins.check(session, secret, NOW)

    announced = heard_of(database, lambda session: call(session, accounts.find(session, ada.id)))

    assert announced & valid.ids == announced != frozenset()


def test_revoke_of_a_token_announces_its_id(database: Database) -> None:
    with database.unit_of_work() as session:
        text = tokens.create(session, act_by("Olu", NOW), name="tool", scopes=["read"], days=None)
        valid = tokens.check(session, text, NOW)

    assert heard_of(database, lambda session: tokens.revoke(session, "tool", act_by("Olu", NOW))) == valid.ids


def test_revoke_of_a_display_announces_its_id(database: Database) -> None:
    valid, display_id = a_screen(database)

    assert heard_of(database, lambda session: displays.revoke(session, display_id, act_by("Olu", NOW))) == valid.ids


def a_screen(database: Database) -> tuple[ValidCredential, str]:
    """A screen that was let in, and its id."""
    secret = credentials.make(credentials.SCREEN)
    code = displays.code_of("key", secret)
    with database.unit_of_work() as session:
        display = displays.pair(session, code, "Hall", act_by("Olu", NOW))
        displays.claim(session, code, secret, NOW)
        return displays.check(session, secret, NOW), display.id
