"""A tool connected to the standard week, whose deliveries are stored and processed without a server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.db.database import Database
from app.integrations.sources import registry
from app.models import Delivery
from app.services.intake import connections, deliveries, processing
from app.services.intake.deliveries import Incoming
from app.services.operations.secrets import SigningKey
from tests.builders import SIGNING_KEY, act_by
from tests.integrations.sources import samples
from tests.integrations.sources.samples import SECRET, Sample


@dataclass
class Inbox:
    """Deliveries of samples' tools, at the moment the samples were signed."""

    database: Database
    now: datetime = samples.NOW

    def connect(self, kind: str, **options: Any) -> None:
        """Connect a tool under its kind's name, or another."""
        with self.database.unit_of_work() as session:
            connections.connect(session, SigningKey(SIGNING_KEY), kind, act_by("Olu"), secret=SECRET, **options)

    def take(self, name: str, sample: Sample, body: Any = None, **headers: str) -> str:
        """Store a sample sent to a connection and process all that waits; the delivery's id."""
        delivery_id = self.store(name, sample, body, **headers)
        self.process()
        return delivery_id

    def store(self, name: str, sample: Sample, body: Any = None, **headers: str) -> str:
        """Store a sample sent to a connection; the delivery's id."""
        envelope = sample.envelope(body, **headers)
        with self.database.unit_of_work() as session:
            return deliveries.store(
                session,
                Incoming(
                    connections.find(session, name).id, envelope.headers, envelope.body, self.now,
                    sample.source.event_id_of(envelope),
                ),
            )  # fmt: skip

    def process(self) -> None:
        """Process all that waits."""
        while self._process_one():
            pass

    def _process_one(self) -> bool:
        with self.database.unit_of_work() as session:
            delivery = processing.claim(session)
            if delivery is not None:
                processing.process(session, delivery, registry.parse, self.now)
        return delivery is not None

    def find(self, delivery_id: str) -> Delivery:
        """A delivery as it is kept."""
        with self.database.reading() as session:
            return deliveries.find(session, delivery_id).delivery

    def state(self, delivery_id: str) -> str:
        """The state of a delivery."""
        return self.find(delivery_id).state
