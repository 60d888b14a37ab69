"""Newcomers: what tools reported of an e-mail before anybody here had it is looked at again once somebody has."""

import json
from collections.abc import Iterable, Iterator

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from app.db.database import announce, do_last
from app.events import DeliveryStored
from app.models import Delivery

CHUNK = 500
"""Numbers in one statement: SQLite takes 32,766 parameters."""

FEW = 20
"""Up to so many e-mails are looked for by the database; for more, every delivery that waits for one is read."""

_NEW = "newcomers"


def welcome(session: Session, emails: Iterable[str]) -> None:
    """Look again, at the end of this transaction, at deliveries that wait for one of these e-mails, new here."""
    session.info.setdefault(_NEW, set()).update(emails)
    do_last(session, _NEW, _look_again)


def _look_again(session: Session) -> None:
    new: set[str] = session.info.pop(_NEW)
    reading = col(Delivery.reading)
    written = [json.dumps(email, ensure_ascii=False) for email in sorted(new)] if len(new) <= FEW else ["@"]
    named = or_(*(reading.contains(each, autoescape=True) for each in written))
    waiting = session.exec(select(Delivery.seq, reading).where(Delivery.state == "unmatched", named))
    again = sorted(number for number, text in waiting if not new.isdisjoint(_emails(text or "{}")))
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
