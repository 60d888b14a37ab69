"""Contacts of a ticket: starts that find nothing unanswered."""

from datetime import UTC, datetime, timedelta

from app.domain.intake.clocks import Contact, contact_starts
from app.domain.intake.reports import Author, ClockEvent, ClockFact

EIGHT = datetime(2022, 9, 14, 8, tzinfo=UTC)


def at(minutes: int, event: ClockEvent, comment: str = "", channel: str = "", author: str = "") -> ClockFact:
    by = Author((author,)) if author else None
    return ClockFact("T1", event, EIGHT + timedelta(minutes=minutes), comment, by, channel)


def minutes(contacts: list[Contact]) -> list[int]:
    return [(each.at - EIGHT) // timedelta(minutes=1) for each in contacts]


def test_contact_starts_are_those_that_find_nothing_unanswered() -> None:
    facts = [
        at(0, "created"), at(0, "customer", "c1"), at(5, "customer", "c2"), at(9, "staff", "s1"), at(20, "staff", "s2"),
        at(30, "customer", "c3"), at(31, "customer", "c4"),
    ]  # fmt: skip

    assert minutes(contact_starts(facts)) == minutes(contact_starts(facts[::-1])) == [0, 30]


def test_contact_starts_take_nothing_that_was_never_made_or_that_bots_wrote() -> None:
    facts = [at(0, "created"), at(9, "staff", "s1"), at(30, "customer", "c3"), at(60, "customer", "b", author="bot")]

    assert minutes(contact_starts(facts, withdrawn={"s1"})) == [0]
    assert minutes(contact_starts(facts, withdrawn={"c3"}, service_accounts={"bot"})) == [0]


def test_contact_starts_have_the_channel_of_their_ticket() -> None:
    facts = [at(0, "created", channel="chat"), at(9, "staff", "s1"), at(30, "customer", "c3", channel="phone")]

    assert [each.channel for each in contact_starts(facts)] == ["chat", "phone"]
    assert [each.channel for each in contact_starts([facts[0], facts[1], at(30, "customer", "c4")])] == ["chat", "chat"]
    assert [each.channel for each in contact_starts([at(0, "created")])] == [""]
