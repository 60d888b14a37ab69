"""Jira: an issue that somebody created. Facts: developer.atlassian.com, "Webhooks", with a secret set by an admin."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.intake.reports import Author, Parsed, Withdrawal, Work
from app.integrations.sources.document import read, required
from app.integrations.sources.envelope import Envelope, check_signature, hmac_hex
from app.integrations.sources.example import Example, envelope, write

NOBODY = ("app", "customer")
"""The types of accounts that are no colleague's."""


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> None:
    """Check the signature over the body, which does not say when it was signed. Raises SignatureInvalid."""
    given = envelope.required("x-hub-signature")
    check_signature([given], [f"sha256={hmac_hex(secret, envelope.body)}" for secret in secrets])
    envelope.check("x-atlassian-webhook-identifier")


def event_id_of(envelope: Envelope) -> str | None:
    """Jira's id of a delivery."""
    return envelope.unsigned("x-atlassian-webhook-identifier")


def parse(envelope: Envelope) -> Parsed:
    """Read one delivery. Raises DeliveryUnreadable."""
    delivery = read(envelope.body)
    event_id, event = event_id_of(envelope), delivery.word("webhookEvent")
    if event not in ("jira:issue_created", "jira:issue_deleted"):
        return Parsed(event_id, ignored="Only the creation of an issue counts.")
    external_id = required(delivery.text("issue.id"), "which issue it is about")
    if event == "jira:issue_deleted":
        return Parsed(event_id, (Withdrawal("issue", external_id, "gone"),))
    if delivery.word("user.accountType") in NOBODY:
        return Parsed(event_id, ignored="An app or a customer created the issue.")
    created_at = delivery.time("issue.fields.created") or delivery.time("timestamp")
    account, email = delivery.text("user.accountId"), delivery.text("user.emailAddress")
    name = delivery.text("user.displayName") or delivery.text("user.name")
    author = Author((account,) if account else (), email, name) if account or email else None
    return Parsed(event_id, (Work("issue", external_id, required(created_at, "when it was created"), author),))


def example(work: Example, secret: str) -> Envelope:
    """A created issue."""
    user = {"accountId": work.author_id, "accountType": "atlassian", "displayName": work.login}
    issue = {"id": str(work.number), "fields": {"created": work.done_at}}
    body = write({"webhookEvent": "jira:issue_created", "user": user, "issue": issue})
    signature = f"sha256={hmac_hex(secret, body)}"
    return envelope(body, x_atlassian_webhook_identifier=work.delivery, x_hub_signature=signature)
