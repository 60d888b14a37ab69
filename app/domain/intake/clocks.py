"""Response clocks: how long a customer waited for each reply. The same for a set of facts in any order."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from app.domain.draft import MOST_SECONDS
from app.domain.intake.reports import ClockEvent, ClockFact

REPLY = "response"
"""The kind of activity that a reply to a customer is."""

_ORDER: dict[ClockEvent, int] = {"created": 0, "customer": 1, "staff": 2}


def response_seconds(
    facts: Iterable[ClockFact], withdrawn: Collection[str] = (), service_accounts: Collection[str] = ()
) -> dict[str, int | None]:
    """Give each reply of one ticket its seconds since the oldest customer comment not answered before it.

    The first reply counts from the ticket's creation, where a customer opened it. None: there was nothing to answer, or
    the wait is beyond `MOST_SECONDS`. Comments made private, `withdrawn` by id, count as never made, and so does what
    `service_accounts` wrote or opened. Keys are the ids of replies; of several facts about one comment the earliest
    counts.
    """
    waits: dict[str, int | None] = {}
    waiting_since: datetime | None = None
    for fact in _in_order(list(facts), withdrawn, service_accounts):
        if fact.event == "staff":
            waits[fact.external_id] = _seconds(waiting_since, fact.at)
            waiting_since = None
        elif waiting_since is None or (fact.event == "created" and not waits):
            waiting_since = fact.at
    return waits


class Contact(NamedTuple):
    """A moment at which a customer wrote while nothing of the ticket was unanswered; `channel` is empty for email."""

    at: datetime
    channel: str


def contact_starts(
    facts: Iterable[ClockFact], withdrawn: Collection[str] = (), service_accounts: Collection[str] = ()
) -> list[Contact]:
    """The contacts of one ticket in order: starts of its clock that find nothing unanswered.

    Its creation with its first comment is one. Where a fact has no channel, the ticket's earliest that is told counts.
    """
    contacts: list[Contact] = []
    channel, is_waiting = "", False
    for fact in _in_order(list(facts), withdrawn, service_accounts):
        channel = channel or fact.channel
        if fact.event == "staff":
            is_waiting = False
        elif not is_waiting:
            is_waiting = True
            contacts.append(Contact(fact.at, fact.channel or channel))
    return contacts


def _in_order(
    facts: Collection[ClockFact], withdrawn: Collection[str], service_accounts: Collection[str]
) -> list[ClockFact]:
    """The earliest fact of the ticket and of each comment by time; at one instant a customer speaks before staff."""
    never_made = {fact.external_id for fact in facts if fact.external_id and fact.external_id in withdrawn}
    if service_accounts:
        never_made |= {fact.external_id for fact in facts if _is_by(fact, service_accounts)}
    standing: dict[str, ClockFact] = {}
    for fact in sorted(facts, key=_key):
        if fact.external_id not in never_made:
            standing.setdefault(fact.external_id, fact)
    return list(standing.values())


def _is_by(fact: ClockFact, service_accounts: Collection[str]) -> bool:
    return fact.author is not None and any(each in service_accounts for each in fact.author.ids)


def _key(fact: ClockFact) -> tuple[datetime, int, str]:
    return fact.at, _ORDER[fact.event], fact.external_id


def _seconds(since: datetime | None, until: datetime) -> int | None:
    if since is None:
        return None
    seconds = int((until - since).total_seconds())
    return seconds if seconds <= MOST_SECONDS else None
