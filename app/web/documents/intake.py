"""Documents of intake: deliveries, and whom ids of tools belong to."""

from typing import Literal, cast

from typing_extensions import TypedDict

from app.models import Person, SourceIdentity
from app.models import ServiceAccount as ServiceAccountRow
from app.services.exports.ledger_export import moment
from app.services.intake.deliveries import DeliveryView
from app.web.documents.values import Moment, NextCursor

DeliveryState = Literal["received", "recorded", "repeated", "ignored", "unmatched", "outside", "quarantined"]


class Delivery(TypedDict):
    """One call of a connection, and what became of it; `reason` says why in a sentence."""

    id: str
    connection: str
    kind: str
    event_id: str | None
    received_at: Moment
    state: DeliveryState
    reason: str | None
    author: str | None
    activity_id: str | None
    attempts: int


class DeliveryList(TypedDict):
    """Some deliveries, the newest first."""

    items: list[Delivery]
    next_cursor: NextCursor


class Identity(TypedDict):
    """A person's id in an outside tool."""

    id: str
    source: str
    external_id: str
    email: str


class IdentityList(TypedDict):
    """Some identities, by source and id."""

    items: list[Identity]
    next_cursor: NextCursor


class ServiceAccount(TypedDict):
    """A bot or integration among a connection's accounts."""

    external_id: str
    created_at: Moment
    created_by: str


class ServiceAccountList(TypedDict):
    """The service accounts of a connection, by id."""

    items: list[ServiceAccount]
    next_cursor: NextCursor


def delivery_document(view: DeliveryView) -> Delivery:
    """A delivery as the API shows it."""
    delivery, connection = view
    return Delivery(
        id=delivery.id, connection=connection.name, kind=connection.kind, event_id=delivery.event_id,
        received_at=moment(delivery.received_at), state=cast("DeliveryState", delivery.state), reason=delivery.reason,
        author=delivery.author, activity_id=delivery.activity_id, attempts=delivery.attempts,
    )  # fmt: skip


def identity_document(identity: SourceIdentity, person: Person) -> Identity:
    """An identity as the API shows it."""
    return Identity(id=identity.id, source=identity.source, external_id=identity.external_id, email=person.email)


def service_account_document(account: ServiceAccountRow) -> ServiceAccount:
    """A service account as the API shows it."""
    return ServiceAccount(
        external_id=account.external_id, created_at=moment(account.created_at), created_by=account.created_by
    )
