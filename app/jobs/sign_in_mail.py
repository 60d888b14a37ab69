"""Sign-in links by email: the link is made when its message is sent, so that the queue holds no secret."""

import asyncio
import random
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from app.clock import Clock
from app.db.database import Database
from app.domain.actor import Act, system
from app.domain.text.names import fold_email
from app.integrations.mail import Mailer, sign_in_letter
from app.models import Person
from app.services import appearances
from app.services.access import links
from app.services.appearances import SHIPPED_NAME
from app.services.jobs import Claim

BY: Final = system("the sign-in page")
SOON = (0.3, 1.5)
"""Seconds: a moment that nobody can foresee, so that the next answer does not tell who is known here either."""


async def send_sign_in_link(database: Database, mailer: Mailer, clock: Clock, public_url: str, claim: Claim) -> None:
    """Send whoever has this email a link; do as much for an email that nobody has. Raises MailNotSent or Unavailable.

    `claim.payload` has the `email`, the network `address` that asked, the `message_id`, which stays the same when the
    message is sent again, and the name of the page that the link leads on `to`. The link leads where the settings say:
    a request that names another host must not have it delivered there.
    """
    payload = claim.payload
    if "person" in payload:
        await _send_invitation(database, mailer, clock, public_url, payload)
        return
    await asyncio.sleep(random.uniform(*SOON))  # noqa: S311 (nobody's secret)
    made = await database.writes.run(partial(_make, database, payload["email"], payload["address"], clock.real()))
    if made is None:
        return
    person, secret, site = made
    minutes = int(links.LASTS["email"].total_seconds()) // 60
    link = links.address(public_url, secret, payload.get("to", ""))
    message = sign_in_letter(person.name, link, minutes, site)
    # After the commit: a slow mail server must not hold the only writing connection.
    to = fold_email(payload["email"])  # theirs, though it need not be their main one
    await mailer.deliver(to, person.name, message, clock.real(), message_id=payload["message_id"])


async def _send_invitation(
    database: Database, mailer: Mailer, clock: Clock, public_url: str, payload: Mapping[str, Any]
) -> None:
    """Send the link that an organizer wants somebody to have, unless they signed in meanwhile."""
    made = await database.writes.run(partial(_promised, database, payload["person"], payload["by"], clock.real()))
    if made is None:
        return
    person, secret, site = made
    minutes = int(links.LASTS["invitation"].total_seconds()) // 60
    message = sign_in_letter(person.name, links.address(public_url, secret), minutes, site)
    await mailer.deliver(person.email, person.name, message, clock.real(), message_id=payload["message_id"])


def _promised(database: Database, person_id: str, by: str, now: datetime) -> tuple[Person, str, str] | None:
    with database.unit_of_work() as session:
        made = links.make_promised(session, person_id, Act(system(by), now))
        return (*made, appearances.current(session).name or SHIPPED_NAME) if made else None


def _make(database: Database, email: str, address: str, now: datetime) -> tuple[Person, str, str] | None:
    """The person, their new link's secret, and the name of the site; None for an email that nobody has."""
    with database.unit_of_work() as session:
        made = links.make_asked_for(session, email, Act(BY, now, address or None))
        return (*made, appearances.current(session).name or SHIPPED_NAME) if made else None
