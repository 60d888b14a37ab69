"""Newcomers: what tools reported of an e-mail before anybody here had it is looked at again once somebody has."""

import json
from collections.abc import Iterator

from sqlalchemy import update
from sqlmodel import Session, col, select

from app.db.database import announce, do_last
from app.events import DeliveryStored
from app.models import Delivery, Person

CHUNK = 500
"""E-mails or numbers in one statement: SQLite takes 32,766 parameters."""


def welcome(session: Session) -> None:
    """Look again, at the end of this transaction, at deliveries that wait for an e-mail somebody now has."""
    do_last(session, "newcomers", _look_again)


def _look_again(session: Session) -> None:
    waiting = select(Delivery.seq, Delivery.reading).where(
        Delivery.state == "unmatched", col(Delivery.reading).contains("@")
    )
    numbers: dict[str, list[int]] = {}
    for number, reading in session.exec(waiting):
        for email in _emails(reading or "{}"):
            numbers.setdefault(email, []).append(number)
    emails, known = sorted(numbers), list[str]()
    for start in range(0, len(emails), CHUNK):
        known += session.exec(select(Person.email).where(col(Person.email).in_(emails[start : start + CHUNK])))
    again = sorted({number for email in known for number in numbers[email]})
    for start in range(0, len(again), CHUNK):
        still = (col(Delivery.seq).in_(again[start : start + CHUNK]), col(Delivery.state) == "unmatched")
        session.connection().execute(update(Delivery).where(*still).values(state="received"))
    if again:
        announce(session, DeliveryStored())


def _emails(reading: str) -> Iterator[str]:
    """The e-mails of a reading's authors."""
    for report in json.loads(reading).get("reports", ()):
        email = (report.get("author") or {}).get("email")
        if email:
            yield email
