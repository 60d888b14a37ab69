"""Signatures of sources: the vectors their makers publish, another's secret, tampering, age, and hostile headers."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from app.integrations.sources import generic, github, jira, zendesk
from app.integrations.sources.envelope import Envelope, SignatureInvalid, hmac_base64
from tests.integrations.sources.samples import (
    CANNY,
    GITHUB,
    LINEAR,
    NOW,
    SECRET,
    SIGNED,
    STANDARD,
    ZENDESK,
    Sample,
    encoded,
    sign_standard,
)

SAMPLES = pytest.mark.parametrize("sample", [pytest.param(sample, id=name) for name, sample in SIGNED.items()])
PUBLISHED = "It's a Secret to Everybody"


def test_the_vector_of_github() -> None:
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

    github.verify(Envelope(encoded({"x-hub-signature-256": signature}), b"Hello, World!"), [PUBLISHED], NOW)


def test_the_vector_of_jira() -> None:
    signature = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"

    jira.verify(Envelope(encoded({"x-hub-signature": signature}), b"Hello World!"), [PUBLISHED], NOW)


def test_the_vector_of_standard_webhooks() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v0,b2xk v1,bm90IHRoaXM= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    envelope = Envelope(encoded(headers), b'{"test": 2432232314}')

    generic.verify(envelope, [SECRET], datetime.fromtimestamp(1_614_265_330, UTC))


def test_the_vector_of_zendesk() -> None:
    at = "2021-03-25T05:09:27Z"
    headers = {
        "x-zendesk-webhook-signature-timestamp": at,
        "x-zendesk-webhook-signature": "MbJuCBPw9oCgvs5EvXprADja4ghhrTwTQJvxgFYTWHE=",
    }
    envelope = Envelope(encoded(headers), b'{"foo":"bar"}')

    zendesk.verify(envelope, ["dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="], datetime.fromisoformat(at))


@SAMPLES
def test_the_current_and_the_previous_secret_are_valid(sample: Sample) -> None:
    sample.source.verify(sample.envelope(), [SECRET, "whsec_b2xk"], NOW)
    sample.source.verify(sample.envelope(secret="whsec_b2xk"), [SECRET, "whsec_b2xk"], NOW)


@SAMPLES
def test_the_secret_of_another_source_is_not(sample: Sample) -> None:
    with pytest.raises(SignatureInvalid, match="doesn’t match"):
        sample.source.verify(sample.envelope(secret="whsec_b3RoZXI="), [SECRET], NOW)


@pytest.mark.parametrize("sample", [ZENDESK, GITHUB, LINEAR, STANDARD], ids=lambda sample: sample.source.__name__)
def test_a_body_with_one_more_byte_is_refused(sample: Sample) -> None:
    envelope = sample.envelope()

    with pytest.raises(SignatureInvalid):
        sample.source.verify(Envelope(envelope.headers, envelope.body + b" "), [SECRET], NOW)


def test_cannys_signature_says_nothing_of_the_body_and_its_nonce_names_the_delivery() -> None:
    envelope = CANNY.envelope()
    tampered = Envelope(envelope.headers, envelope.body.replace(b"p-1", b"p-2"))

    CANNY.source.verify(tampered, [SECRET], NOW)

    assert CANNY.source.parse(tampered).event_id == "0b5c1d7e"


@SAMPLES
def test_bytes_that_are_no_text_are_signed_like_all_others(sample: Sample) -> None:
    sample.source.verify(sample.envelope(b"\xff\xfe\x00"), [SECRET], NOW)


@SAMPLES
@pytest.mark.parametrize("value", [b"", b" ", b"\xff\xfe", "é".encode(), b"v1,", b"sha256=", b"x" * 9_000, b"\x00"])
def test_hostile_headers_are_refused_and_nothing_else(sample: Sample, value: bytes) -> None:
    envelope = sample.envelope()

    for spoilt in sample.sign(SECRET, b""):
        headers = [(name, value if name == spoilt.encode() else given) for name, given in envelope.headers]
        with pytest.raises(SignatureInvalid):
            sample.source.verify(Envelope(headers, envelope.body), [SECRET], NOW)
        with pytest.raises(SignatureInvalid):
            sample.source.verify(Envelope([*envelope.headers, (spoilt.encode(), value)], envelope.body), [SECRET], NOW)
        without = [each for each in envelope.headers if each[0] != spoilt.encode()]
        with pytest.raises(SignatureInvalid) if spoilt != "canny-timestamp" else nullcontext():  # nothing signs that
            sample.source.verify(Envelope(without, envelope.body), [SECRET], NOW)


@SAMPLES
@pytest.mark.parametrize("value", [b"\xff\xfe", "é".encode(), b"a\x00b", b"a\tb"])
def test_hostile_headers_that_nothing_signs_are_refused_as_well_and_may_be_missing(
    sample: Sample, value: bytes
) -> None:
    for spoilt in sample.headers:
        envelope = sample.envelope()
        others = [each for each in envelope.headers if each[0] != spoilt.encode()]
        sample.source.verify(Envelope(others, envelope.body), [SECRET], NOW)
        for headers in ([*others, (spoilt.encode(), value)], [*envelope.headers, (spoilt.encode(), b"again")]):
            with pytest.raises(SignatureInvalid):
                sample.source.verify(Envelope(headers, envelope.body), [SECRET], NOW)


@pytest.mark.parametrize("at", ["", "abc", "-5", "1e12", "99999999999999999", "2022-09-14T08:30:00Z"])
def test_a_time_of_canny_that_is_none_is_refused(at: str) -> None:
    with pytest.raises(SignatureInvalid, match="milliseconds since 1970"):
        CANNY.source.verify(CANNY.envelope(canny_timestamp=at), [SECRET], NOW)


@pytest.mark.parametrize("sample", [ZENDESK, LINEAR, CANNY], ids=lambda sample: sample.source.__name__)
def test_retries_of_a_day_are_taken_and_older_or_future_ones_are_not(sample: Sample) -> None:
    sample.source.verify(sample.envelope(), [SECRET], NOW + timedelta(hours=23))

    with pytest.raises(SignatureInvalid, match="too long ago"):
        sample.source.verify(sample.envelope(), [SECRET], NOW + timedelta(hours=25))
    with pytest.raises(SignatureInvalid, match="in the future"):
        sample.source.verify(sample.envelope(), [SECRET], NOW - timedelta(hours=1))


@pytest.mark.parametrize("seconds", [-299, 299])
def test_a_standard_webhook_is_taken_for_five_minutes(seconds: int) -> None:
    STANDARD.source.verify(STANDARD.envelope(), [SECRET], NOW + timedelta(seconds=seconds))

    with pytest.raises(SignatureInvalid):
        STANDARD.source.verify(STANDARD.envelope(), [SECRET], NOW + timedelta(seconds=2 * seconds))


@pytest.mark.parametrize("at", ["1e9", "-5", "99999999999999", "²", "12.5"])
def test_a_time_that_is_none_is_refused_even_when_it_is_signed(at: str) -> None:
    body = b"{}"

    with pytest.raises(SignatureInvalid):
        STANDARD.source.verify(
            Envelope([(k.encode(), v.encode()) for k, v in sign_standard(SECRET, body, at).items()], body),
            [SECRET],
            NOW,
        )


@pytest.mark.parametrize("at", [-5, 1e300])
def test_a_time_of_linear_that_no_clock_has_is_refused_even_when_it_is_signed(at: float) -> None:
    with pytest.raises(SignatureInvalid, match="must be a time"):
        LINEAR.source.verify(LINEAR.envelope({**LINEAR.body, "webhookTimestamp": at}), [SECRET], NOW)


@pytest.mark.parametrize("at", [None, "abc", True, [], {}])
def test_a_signed_delivery_of_linear_is_taken_where_its_time_cannot_be_read(at: object) -> None:
    assert LINEAR.source.verify(LINEAR.envelope({**LINEAR.body, "webhookTimestamp": at}), [SECRET], NOW) is None


@pytest.mark.parametrize("at", ["abc", "9999-99-99T00:00:00Z", "1663144200"])
def test_a_time_of_zendesk_that_is_none_is_refused_even_when_it_is_signed(at: str) -> None:
    headers = {
        "x-zendesk-webhook-signature-timestamp": at,
        "x-zendesk-webhook-signature": hmac_base64(SECRET, at.encode(), b"{}"),
    }

    with pytest.raises(SignatureInvalid, match="must be a time"):
        zendesk.verify(Envelope(encoded(headers), b"{}"), [SECRET], NOW)
