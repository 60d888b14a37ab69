"""GitHub: an issue that somebody opened. Facts: docs.github.com, "Webhook events and payloads"."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.intake.reports import Author, Parsed, Work
from app.integrations.sources.document import Document, read, required
from app.integrations.sources.envelope import Envelope, check_signature, hmac_hex
from app.integrations.sources.example import Example, envelope, write


def verify(envelope: Envelope, secrets: Sequence[str], now: datetime) -> None:
    """Check the signature over the body, which does not say when it was signed. Raises SignatureInvalid."""
    given = envelope.required("x-hub-signature-256")
    check_signature([given], [f"sha256={hmac_hex(secret, envelope.body)}" for secret in secrets])
    envelope.check("x-github-delivery", "x-github-event")


def event_id_of(envelope: Envelope) -> str | None:
    """GitHub's id of a delivery."""
    return envelope.unsigned("x-github-delivery")


def parse(envelope: Envelope) -> Parsed:
    """Read one delivery. Raises DeliveryUnreadable."""
    event_id, event = event_id_of(envelope), (envelope.unsigned("x-github-event") or "").lower()
    delivery = read(envelope.body)
    if event == "ping":
        return Parsed(event_id, ignored="A ping: the connection works.")
    if event != "issues":
        return Parsed(event_id, ignored="Only issues count.")
    if delivery.word("action") != "opened":
        return Parsed(event_id, ignored="Only the opening of an issue counts.")
    if delivery.has("changes.old_issue"):
        return Parsed(event_id, ignored="The issue was transferred, not opened.")
    issue = delivery.at("issue")
    if issue.word("user.type") == "bot":
        return Parsed(event_id, ignored="A bot opened the issue.")
    return Parsed(event_id, (_work(delivery, issue),))


def _work(delivery: Document, issue: Document) -> Work:
    repository = required(delivery.text("repository.id"), "which repository the issue is in")
    return Work(
        "issue",
        f"{repository}/{required(issue.text('id'), 'which issue it is about')}",
        required(issue.time("created_at"), "when the issue was opened"),
        _author(issue.at("user")),
        url=issue.address("html_url"),
    )


def _author(user: Document) -> Author | None:
    login = user.text("login")
    ids = tuple(each for each in (user.text("id"), f"@{login.casefold()}" if login else None) if each)
    return Author(ids, name=login) if ids else None


def example(work: Example, secret: str) -> Envelope:
    """An opened issue."""
    user = {"id": work.author_id, "login": work.login, "type": "User"}
    address = f"https://code.example.com/issues/{work.number}"
    issue = {"id": work.number, "html_url": address, "created_at": work.done_at, "user": user}
    body = write({"action": "opened", "repository": {"id": 12}, "issue": issue})
    signature = f"sha256={hmac_hex(secret, body)}"
    return envelope(body, x_github_event="issues", x_github_delivery=work.delivery, x_hub_signature_256=signature)
