"""Signatures are those of Standard Webhooks: its published vector, and its own library."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.webhooks import signing

OLD, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_plJ3nmyCDGBKInavdOK15jsl"


def test_headers_sign_as_the_published_vector_does() -> None:
    found = signing.headers(
        [OLD], "msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', datetime.fromtimestamp(1614265330, UTC)
    )

    assert found == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "content-type": "application/json",
    }


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_headers_of_two_secrets_are_valid_for_who_has_either(secret: str) -> None:
    body = '{"type":"week.closed","data":{"name":"Größe 文"}}'
    found = signing.headers([NEW, OLD], "0123456789abcdef", body, datetime.now(UTC))

    assert Webhook(secret).verify(body.encode(), found)["type"] == "week.closed"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace("closed", "opened"), found)
