"""Short ways to people with a role, and to what the audit says about them."""

from datetime import datetime

from sqlmodel import select

from app.db.database import Database
from app.domain.actor import Role
from app.models import AuditEntry, Person
from app.services.access import accounts, links
from tests.builders import NOW, act_by


def a_person(database: Database, name: str, role: Role = "player", *, now: datetime = NOW) -> Person:
    """Somebody of this name, with an e-mail of their own."""
    with database.unit_of_work() as session:
        person = accounts.create(session, act_by("Olu", now), name=name, email=f"{name.casefold()}@example.com")
        accounts.set_role(session, person, role, act_by("Olu", now))
        return person


def again(database: Database, person: Person) -> Person:
    """The same person as they are now."""
    with database.reading() as session:
        return accounts.find(session, person.id)


def set_role(database: Database, person: Person, role: str, *, role_of_actor: Role | None = "owner") -> None:
    """Give somebody another role."""
    with database.unit_of_work() as session:
        account = accounts.find(session, person.id)
        accounts.set_role(session, account, role, act_by("Olu", NOW, role_of_actor))


def switch(database: Database, person: Person, *, on: bool, role_of_actor: Role | None = "owner") -> None:
    """Switch somebody off or on."""
    with database.unit_of_work() as session:
        accounts.switch(session, accounts.find(session, person.id), act_by("Olu", NOW, role_of_actor), on=on)


def invite(database: Database, person: Person, *, role_of_actor: Role | None = None, now: datetime = NOW) -> str:
    """A new invitation's secret."""
    with database.unit_of_work() as session:
        account = accounts.find(session, person.id)
        return links.make(session, account, "invitation", act_by("Olu", now, role_of_actor))


def audit_actions(database: Database) -> list[str]:
    """The actions in the audit, oldest first."""
    with database.reading() as session:
        return list(session.exec(select(AuditEntry.action).order_by(AuditEntry.id)))  # type: ignore[arg-type]
