"""The reception of deliveries: the parts of the application that a hook needs, on the long way and the short one."""

from dataclasses import dataclass

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.services.operations.secrets import SigningKey
from app.web.delivery_queue import DeliveryQueue
from app.web.recipients import Recipients
from app.web.refused_deliveries import RefusedDeliveries
from app.web.slack.desk import SlackDesk
from app.web.slack.enveloped import EnvelopeDesk


@dataclass(frozen=True, slots=True)
class Reception:
    """Whom deliveries are for, what is refused, the queue of those that are to be stored, and who answers Slack."""

    recipients: Recipients
    refused: RefusedDeliveries
    queue: DeliveryQueue
    clock: Clock
    slack: SlackDesk

    @classmethod
    def open(cls, database: Database, key: SigningKey, clock: Clock, settings: Settings) -> "Reception":
        """The reception of one application."""
        queue, is_public = DeliveryQueue(database), settings.board_visibility == "public"
        slack = SlackDesk(database, clock, queue, settings.public_url, is_public=is_public)
        return cls(Recipients(database, key, clock), RefusedDeliveries(database), queue, clock, slack)

    async def enveloped(self, connection: str, body: bytes) -> bytes:
        """Answer what Slack sends over a socket. Raises NotFound, Busy or Unavailable."""
        return await EnvelopeDesk(self.recipients, self.slack, self.clock).answer(connection, body)
