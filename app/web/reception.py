"""The reception of deliveries: the parts of the application that a hook needs, on the long way and the short one."""

from dataclasses import dataclass

from app.clock import Clock
from app.db.database import Database
from app.services.operations.secrets import SigningKey
from app.web.delivery_queue import DeliveryQueue
from app.web.recipients import Recipients
from app.web.refused_deliveries import RefusedDeliveries


@dataclass(frozen=True, slots=True)
class Reception:
    """Whom deliveries are for, what is refused, and the queue of those that are to be stored."""

    recipients: Recipients
    refused: RefusedDeliveries
    queue: DeliveryQueue
    clock: Clock

    @classmethod
    def open(cls, database: Database, key: SigningKey, clock: Clock) -> "Reception":
        """The reception of one application."""
        return cls(Recipients(database, key, clock), RefusedDeliveries(database), DeliveryQueue(database), clock)
