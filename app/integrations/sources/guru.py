"""Guru: a card that somebody created. Facts: developer.getguru.com, "Webhooks". It signs nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from app.domain.intake.reports import Author, DeliveryUnreadable, Parsed, Work
from app.integrations.sources.document import Document, as_object, read_any, required
from app.integrations.sources.envelope import Envelope
from app.integrations.sources.example import Example, envelope, write

MAX_EVENTS = 1_000
"""Events of one delivery."""


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> None:
    """Take everything: there is no signature, so the key in the connection's address is all there is."""


def event_id_of(envelope: Envelope) -> str | None:
    """Guru's id of an event; none for several at once. Raises DeliveryUnreadable."""
    return _event_id(_events(read_any(envelope.body)))


def _event_id(events: Sequence[Document]) -> str | None:
    return events[0].text("id") if len(events) == 1 else None


def parse(envelope: Envelope) -> Parsed:
    """Read one delivery: an event, a list of them, or the envelope of a batch. Raises DeliveryUnreadable."""
    events = _events(read_any(envelope.body))
    if len(events) > MAX_EVENTS:
        raise DeliveryUnreadable(f"It holds more than {MAX_EVENTS:,} events.")
    cards = tuple(_work(event) for event in events if event.word("eventType") == "card-created")
    return Parsed(_event_id(events), cards, "" if cards else "Only the creation of a card counts.")


def _events(delivery: Document) -> list[Document]:
    """The events of a delivery. Raises DeliveryUnreadable for one that is neither a list nor an object."""
    sent = delivery if delivery.is_list else as_object(delivery)
    events = _batched(sent) if sent.has("items") else sent.items()
    return [as_object(event) for event in events]


def _batched(delivery: Document) -> Iterator[Document]:
    for item in delivery.at("items").items():
        for message in item.at("data.messages").items():
            yield from _message(message)


def _message(message: Document) -> Iterator[Document]:
    """The events of a batch's message, whose data is JSON as text."""
    data = message.string("data")
    if data is None:
        yield from message.at("data").items()
        return
    events = read_any(data)
    yield from events.items() if events.is_list else as_object(events).items()


def _work(event: Document) -> Work:
    card = required(event.text("properties.cardId"), "which card it is about")
    created_at = required(event.time("eventDate"), "when the card was created")
    email = event.text("user") or event.text("user.email")
    return Work("knowledge_card", card, created_at, Author(email=email) if email else None)


def example(work: Example, secret: str) -> Envelope:
    """A created card."""
    card = {"cardId": f"card-{work.number}"}
    event = {"id": work.delivery, "eventType": "card-created", "user": work.email, "eventDate": work.done_at}
    return envelope(write({**event, "properties": card}))
