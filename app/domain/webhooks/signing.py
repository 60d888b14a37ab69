"""Signatures of Standard Webhooks: HMAC-SHA256 over id, time and body, with each secret that is valid."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"


def headers(secrets: Iterable[str], message_id: str, body: str, now: datetime) -> dict[str, str]:
    """The headers of one try to send a message, signed at this moment with each of these secrets (`whsec_…`)."""
    timestamp = str(int(now.timestamp()))
    content = f"{message_id}.{timestamp}.{body}".encode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(secret, content)}" for secret in secrets),
        "content-type": "application/json",
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
