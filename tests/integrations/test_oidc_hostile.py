"""Sign-in against a provider that lies, breaks, hangs or floods: nobody gets in, and nobody waits long."""

import base64
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import pytest

from app.config import Settings
from app.errors import Problem, ProviderAway, SignInFailed, SignInRefused
from app.integrations import oidc
from app.integrations.oidc import wire
from app.integrations.oidc.client import Provider
from tests import hostile as lies
from tests.hostile import MaliciousProvider, as_json

RETURN = "http://127.0.0.1:8000/sign-in/return"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def liar() -> Iterator[MaliciousProvider]:
    """A provider that can be bent; as it is, it is honest."""
    with lies.hostile() as running:
        yield running


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadlines short enough for a test."""
    monkeypatch.setattr(wire, "STEP_SECONDS", 0.3)
    monkeypatch.setattr(wire, "SECONDS", 0.6)


def a_client(liar: MaliciousProvider, secret: str = lies.SECRET) -> Provider:
    """Our side of it."""
    client = oidc.provider(
        Settings(_env_file=None, oidc_issuer=liar.issuer, oidc_client_id=lies.CLIENT, oidc_client_secret=secret)
    )
    assert client
    return client


def sign_in(
    liar: MaliciousProvider, client: Provider | None = None, now: datetime | None = None, **answer: str
) -> oidc.Claims:
    """A whole sign-in, the browser's part left out."""
    client, now = client or a_client(liar), now or datetime.now(UTC)
    begun = client.begin(RETURN, now)
    liar.nonce = begun.nonce
    return client.finish({"state": begun.state, "code": "code", **answer}, begun, now)


def test_provider_that_is_not_bent_signs_in(liar: MaliciousProvider) -> None:
    assert sign_in(liar) == oidc.Claims(liar.issuer, "ada", "ada@example.com", "Ada Lovelace")


@pytest.mark.parametrize(
    ("alg", "key"), [("RS256", lies.RSA), ("PS256", lies.RSA), ("ES256", lies.EC), ("EdDSA", lies.ED)]
)
def test_token_signed_with_an_accepted_algorithm_signs_in(liar: MaliciousProvider, alg: str, key: Any) -> None:
    liar.alg, liar.key = alg, key

    assert sign_in(liar).subject == "ada"


WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example.com"},
    "the issuer and more": {"iss": ["{issuer}"]},
    "the issuer with a slash": {"iss": "{issuer}/"},
    "an issuer that begins like ours": {"iss": "{issuer}.example"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "someone-else"},
    "no audience": {"aud": None},
    "an empty audience": {"aud": []},
    "several audiences without azp": {"aud": [lies.CLIENT, "someone-else"]},
    "several audiences and another azp": {"aud": [lies.CLIENT, "someone-else"], "azp": "someone-else"},
    "another azp": {"azp": "someone-else"},
    "an azp that is no text": {"azp": [lies.CLIENT]},
    "another audience and our azp": {"aud": "someone-else", "azp": lies.CLIENT},
    "a list without us and our azp": {"aud": ["someone-else"], "azp": lies.CLIENT},
    "an audience that begins with us": {"aud": f"{lies.CLIENT}-2"},
    "an audience that we begin with": {"aud": lies.CLIENT[:-1]},
    "our audience in capitals": {"aud": lies.CLIENT.upper()},
    "an audience that has us as a key": {"aud": {lies.CLIENT: 1}},
    "an audience within an audience": {"aud": [[lies.CLIENT]]},
    "expired": {"exp": 1_600_000_000},
    "no expiry": {"exp": None},
    "an expiry that is none": {"exp": "never"},
    "an expiry that is text": {"exp": "9000000000"},
    "an expiry that is true": {"exp": True},
    "an endless expiry": {"exp": float("inf")},
    "an expiry in a list": {"exp": [9_000_000_000]},
    "issued in the future": {"iat": 9_000_000_000, "exp": 9_000_000_300},
    "no time of issue": {"iat": None},
    "not yet valid": {"nbf": 9_000_000_000},
    "another nonce": {"nonce": "replayed"},
    "no nonce": {"nonce": None},
    "an empty nonce": {"nonce": ""},
    "a nonce that is no text": {"nonce": True},
    "several nonces": {"nonce": ["{nonce}"]},
    "nobody": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject too long": {"sub": "x" * 256},
    "a subject that is no text": {"sub": 7},
    "several subjects": {"sub": ["ada"]},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("what", WRONG_CLAIMS)
def test_token_with_a_wrong_claim_is_refused(liar: MaliciousProvider, what: str) -> None:
    liar.claims = WRONG_CLAIMS[what]

    with pytest.raises(SignInFailed):
        sign_in(liar)


def test_finish_with_several_audiences_and_our_azp_signs_in(liar: MaliciousProvider) -> None:
    liar.claims = {"aud": [lies.CLIENT, "someone-else"], "azp": lies.CLIENT}

    assert sign_in(liar).subject == "ada"


def test_clock_a_minute_off_signs_in_and_two_are_refused(liar: MaliciousProvider) -> None:
    now = datetime.now(UTC)

    assert sign_in(liar, now=now - timedelta(seconds=50)).subject == "ada"
    with pytest.raises(SignInFailed, match="iat"):
        sign_in(liar, now=now - timedelta(seconds=120))
    with pytest.raises(SignInFailed, match="expired"):
        sign_in(liar, now=now + timedelta(seconds=420))


def test_finish_with_an_unsigned_token_is_refused(liar: MaliciousProvider) -> None:
    liar.alg, liar.key = "none", None

    with pytest.raises(SignInFailed, match="a way that we don’t accept"):
        sign_in(liar)


@pytest.mark.parametrize("shared", ["the public key", "the client's secret"])
def test_token_signed_with_a_shared_secret_is_refused(liar: MaliciousProvider, shared: str) -> None:
    public = lies.RSA.public_key().public_bytes(*_pem()) if shared == "the public key" else lies.SECRET.encode()
    liar.alg, liar.key = "HS256", lies.shared_secret(public)
    liar.published = [lies.RSA, liar.key]

    with pytest.raises(SignInFailed, match="a way that we don’t accept"):
        sign_in(liar)


def _pem() -> tuple[Any, Any]:
    from cryptography.hazmat.primitives import serialization

    return serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo


def test_token_signed_by_somebody_else_is_refused(liar: MaliciousProvider) -> None:
    liar.key = lies.OTHER_RSA

    with pytest.raises(SignInFailed, match="signature"):
        sign_in(liar)


def test_key_inside_the_token_is_not_believed(liar: MaliciousProvider) -> None:
    liar.key, liar.header = lies.OTHER_RSA, {"jwk": lies.OTHER_RSA.serialize()}

    with pytest.raises(SignInFailed):
        sign_in(liar)


@pytest.mark.parametrize(("alg", "key"), [("RS512", lies.RSA), ("RS256", lies.WEAK_RSA)])
def test_finish_with_a_weak_key_or_another_algorithm_is_refused(liar: MaliciousProvider, alg: str, key: Any) -> None:
    liar.alg, liar.key = alg, key

    with pytest.raises(SignInFailed):
        sign_in(liar)


def test_token_that_names_no_key_fits_the_only_one_of_its_type(liar: MaliciousProvider) -> None:
    liar.key = lies.NAMELESS_RSA
    liar.published = [lies.EC, lies.NAMELESS_RSA]

    assert sign_in(liar).subject == "ada"
    liar.published = [lies.RSA, lies.NAMELESS_RSA]
    with pytest.raises(SignInFailed, match="a key that isn’t"):
        sign_in(liar)


def test_changed_token_is_refused(liar: MaliciousProvider) -> None:
    def changed() -> dict[str, str]:
        header, _, signature = liar.token().split(".")
        claims = base64.urlsafe_b64encode(b'{"sub": "boss"}').rstrip(b"=").decode()
        return {"id_token": f"{header}.{claims}.{signature}"}

    liar.instead["/token"] = lambda: as_json(changed())

    with pytest.raises(SignInFailed, match="signature"):
        sign_in(liar)


@pytest.mark.parametrize(
    "token", [None, "", "a.b.c", "a.b.c.d.e", 7, {"a": 1}, "ü", "." * 200_000, "eyJhbGciOltdfQ.e30."]
)
def test_token_that_is_none_is_refused(liar: MaliciousProvider, token: object) -> None:
    liar.tokens = {"id_token": token}

    with pytest.raises(SignInFailed):
        sign_in(liar)


def test_finish_fetches_a_new_key_when_it_first_signs(liar: MaliciousProvider) -> None:
    client, now = a_client(liar), datetime.now(UTC)
    sign_in(liar, client, now)
    liar.key, liar.published = lies.NEXT_RSA, [lies.RSA, lies.NEXT_RSA]

    claims = sign_in(liar, client, now + timedelta(seconds=30))

    assert (claims.subject, liar.asked("/jwks")) == ("ada", 2)


def test_unknown_key_makes_us_ask_seldom(liar: MaliciousProvider) -> None:
    client, now = a_client(liar), datetime.now(UTC)
    liar.key = lies.NEXT_RSA

    for second in range(5):
        with pytest.raises(SignInFailed, match="a key that isn’t"):
            sign_in(liar, client, now + timedelta(seconds=second))

    assert (liar.asked("/jwks"), liar.asked(DISCOVERY)) == (1, 1)


def test_finish_with_a_withdrawn_key_works_for_an_hour_at_most(liar: MaliciousProvider) -> None:
    client, now = a_client(liar), datetime.now(UTC)
    sign_in(liar, client, now)
    liar.published, liar.claims = [lies.NEXT_RSA], {"exp": 9_000_000_000}

    with pytest.raises(SignInFailed, match="a key that isn’t"):
        sign_in(liar, client, now + timedelta(minutes=61))


@pytest.mark.parametrize("keys", [None, {}, [7, {}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-256", "x": "?", "y": 7}]])
def test_keys_that_make_no_sense_are_refused(liar: MaliciousProvider, keys: object) -> None:
    liar.instead["/jwks"] = lambda: as_json({"keys": keys})

    with pytest.raises(SignInFailed):
        sign_in(liar)


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example.com"},
        {"issuer": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
        {"token_endpoint": "http://evil.example.com/token"},
        {"token_endpoint": "file:///etc/passwd"},
        {"jwks_uri": "https://user@evil.example.com/jwks"},
        {"jwks_uri": ["https://evil.example.com/jwks"]},
        {"token_endpoint": "http://127.0.0.1:99999/token"},
    ],
)
def test_begin_with_a_wrong_address_in_the_discovery_document_is_refused(
    liar: MaliciousProvider, said: dict[str, Any]
) -> None:
    liar.metadata = said

    with pytest.raises(SignInFailed):
        a_client(liar).begin(RETURN, datetime.now(UTC))


def test_begin_with_an_issuer_of_one_slash_more_is_refused(liar: MaliciousProvider) -> None:
    liar.metadata = {"issuer": f"{liar.issuer}/"}

    with pytest.raises(SignInFailed, match="OIDC_ISSUER"):
        a_client(liar).begin(RETURN, datetime.now(UTC))


def test_answer_that_names_another_issuer_is_refused(liar: MaliciousProvider) -> None:
    with pytest.raises(SignInFailed, match="our provider"):
        sign_in(liar, iss="https://evil.example.com")

    assert liar.asked("/token") == 0


def test_answer_without_the_issuer_it_promised_is_refused(liar: MaliciousProvider) -> None:
    liar.metadata = {"authorization_response_iss_parameter_supported": True}

    with pytest.raises(SignInFailed, match="our provider"):
        sign_in(liar)
    assert sign_in(liar, iss=liar.issuer).subject == "ada"


@pytest.mark.parametrize(
    "answer", [{"state": ""}, {"state": "ü"}, {"code": ""}, {"code": "x" * 5_000}, {"error": "<b>"}]
)
def test_answer_that_proves_nothing_never_reaches_the_provider(liar: MaliciousProvider, answer: dict[str, Any]) -> None:
    with pytest.raises(SignInFailed):
        sign_in(liar, **answer)

    assert liar.asked("/token") == 0


def test_finish_repeats_none_of_the_providers_words(liar: MaliciousProvider) -> None:
    words = "<script>alert(1)</script>"
    liar.instead["/token"] = lambda: as_json({"error": words, "error_description": words}, 400)

    with pytest.raises(SignInFailed) as refusal:
        sign_in(liar)

    assert "script" not in f"{refusal.value.detail}{refusal.value.extra}"


@pytest.mark.parametrize(
    ("offered", "secret", "expected"),
    [
        (None, lies.SECRET, "basic"),
        (["client_secret_post", "client_secret_basic"], lies.SECRET, "basic"),
        (["client_secret_post"], lies.SECRET, "post"),
        (["client_secret_basic"], "", "none"),
    ],
)
def test_finish_authenticates_the_client_as_the_provider_wants_it(
    liar: MaliciousProvider, offered: list[str] | None, secret: str, expected: str
) -> None:
    liar.metadata = {"token_endpoint_auth_methods_supported": offered}

    sign_in(liar, a_client(liar, secret))
    request = next(seen for seen in liar.seen if seen.path == "/token")

    assert {
        "basic": _basic(request.headers.get("Authorization", "")) == (lies.CLIENT, lies.SECRET),
        "post": (request.form.get("client_id"), request.form.get("client_secret")) == (lies.CLIENT, lies.SECRET),
        "none": request.form.get("client_id") == lies.CLIENT and "client_secret" not in request.form,
    } == {method: method == expected for method in ("basic", "post", "none")}


def _basic(header: str) -> tuple[str, ...]:
    """Both parts as RFC 6749 has them: form-encoded inside Basic."""
    decoded = base64.b64decode(header.removeprefix("Basic ")).decode()
    return tuple(unquote_plus(part) for part in decoded.split(":", 1))


def test_provider_that_takes_no_secret_is_refused(liar: MaliciousProvider) -> None:
    liar.metadata = {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}

    with pytest.raises(SignInFailed, match="no client secret"):
        a_client(liar).begin(RETURN, datetime.now(UTC))


def test_finish_with_userinfo_of_somebody_else_is_refused(liar: MaliciousProvider) -> None:
    liar.claims = {"email": None}
    liar.userinfo = {"sub": "bob", "email": "bob@example.com", "email_verified": True}

    with pytest.raises(SignInFailed, match="someone else"):
        sign_in(liar)


def test_finish_takes_no_email_of_userinfo_as_verified_by_the_token(liar: MaliciousProvider) -> None:
    liar.claims = {"email": None}
    liar.userinfo = {"email": "boss@example.com"}

    with pytest.raises(SignInRefused):
        sign_in(liar)


@pytest.mark.parametrize(
    "email",
    [
        "a@evil.com@example.com",
        "a@example.com, b@example.com",
        "A <a@example.com>",
        "ß@example.com",
        7,
        "a\n@example.com",
    ],
)
def test_email_that_is_not_one_plain_address_is_refused(liar: MaliciousProvider, email: object) -> None:
    liar.claims = {"email": email}

    with pytest.raises(SignInRefused):
        sign_in(liar)


@pytest.mark.parametrize("verified", [False, "false", 1, "yes", [True], None])
def test_email_that_is_not_verified_is_refused(liar: MaliciousProvider, verified: object) -> None:
    liar.claims = {"email_verified": verified}

    with pytest.raises(SignInRefused):
        sign_in(liar)


@pytest.mark.parametrize(
    ("name", "shown"), [("Ada\u202eevol", "ada"), (["Ada"], "ada"), ("  Ada \n L. ", "Ada L."), ("A" * 80, "A" * 60)]
)
def test_name_that_would_deceive_is_not_taken(liar: MaliciousProvider, name: object, shown: str) -> None:
    liar.claims = {"name": name}

    assert sign_in(liar).name == shown


def elsewhere() -> lies.Answer:
    """A redirect."""
    return 307, {"Location": "http://127.0.0.1:1/"}, b""


def huge() -> lies.Answer:
    """More than anybody needs."""
    return 200, {}, b'{"a": "' + b"x" * 400_000 + b'"}'


NONSENSE, TROUBLE = "makes no sense", "in trouble or busy"
BROKEN: dict[str, tuple[Callable[[], lies.Answer], type[Problem], str]] = {
    "redirects": (elsewhere, SignInFailed, "sent us elsewhere"),
    "is huge": (huge, SignInFailed, "too large"),
    "is no JSON": (lambda: (200, {}, b"<html>"), SignInFailed, NONSENSE),
    "is a list": (lambda: as_json([]), SignInFailed, NONSENSE),
    "is nested deeply": (lambda: (200, {}, b'{"a":' + b"[" * 100_000), SignInFailed, NONSENSE),
    "is not UTF-8": (lambda: (200, {}, b'{"a": "\xff"}'), SignInFailed, NONSENSE),
    "is empty": (lambda: (200, {}, b""), SignInFailed, NONSENSE),
    "has nothing": (lambda: as_json({}, 404), SignInFailed, "refused to tell|no id_token"),
    "breaks": (lambda: as_json({}, 500), ProviderAway, TROUBLE),
    "is busy": (lambda: as_json({}, 429), ProviderAway, TROUBLE),
}


@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/jwks", "/userinfo"])
@pytest.mark.parametrize("how", BROKEN)
def test_finish_with_a_broken_answer_signs_nobody_in(liar: MaliciousProvider, path: str, how: str) -> None:
    liar.claims = {"email": None}
    liar.instead[path], problem, sentence = BROKEN[how]

    with pytest.raises(problem, match=sentence):
        sign_in(liar)


@pytest.mark.parametrize("tokens", [{"expires_in": "soon"}, {"expires_in": 1e400}, {"expires_at": [1]}])
def test_answer_with_odd_times_is_not_our_failure(liar: MaliciousProvider, tokens: dict[str, Any]) -> None:
    liar.tokens = tokens

    with pytest.raises(SignInFailed, match="makes no sense"):
        sign_in(liar)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("path", [DISCOVERY, "/token", "/jwks"])
def test_provider_that_hangs_is_left_in_time(liar: MaliciousProvider, path: str) -> None:
    honest = liar.answer(path)

    def late() -> lies.Answer:
        time.sleep(1.5)
        return honest

    liar.instead[path] = late
    started = time.monotonic()

    with pytest.raises(ProviderAway, match="takes too long"):
        sign_in(liar)

    assert time.monotonic() - started < 1.2


@pytest.mark.usefixtures("impatient")
def test_provider_that_drips_is_left_in_time() -> None:
    with _dripping() as issuer:
        client = oidc.provider(Settings(_env_file=None, oidc_issuer=issuer, oidc_client_id="week"))
        assert client
        started = time.monotonic()

        with pytest.raises(ProviderAway, match="takes too long"):
            client.begin(RETURN, datetime.now(UTC))

        assert time.monotonic() - started < 1.2


@contextmanager
def _dripping() -> Iterator[str]:
    """A server that sends one byte of a header every tenth of a second."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(3)

        def drip() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 40:
                        connection.sendall(bytes([byte]))
                        time.sleep(0.1)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join()


def test_provider_that_is_away_is_not_asked_again_at_once(liar: MaliciousProvider) -> None:
    client, now = a_client(liar), datetime.now(UTC)
    liar.instead[DISCOVERY] = lambda: as_json({}, 503)
    for _ in range(3):
        with pytest.raises(ProviderAway):
            client.begin(RETURN, now)
    asked = liar.asked(DISCOVERY)
    liar.instead.clear()

    url = client.begin(RETURN, now + timedelta(seconds=11)).url

    assert (asked, url.startswith(f"{liar.issuer}/authorize?")) == (1, True)


def test_provider_that_was_away_while_a_clock_was_ahead_is_asked_again(liar: MaliciousProvider) -> None:
    client, now = a_client(liar), datetime.now(UTC)
    liar.instead[DISCOVERY] = lambda: as_json({}, 503)
    with pytest.raises(ProviderAway):
        client.begin(RETURN, now + timedelta(hours=11))
    liar.instead.clear()

    url = client.begin(RETURN, now).url

    assert url.startswith(f"{liar.issuer}/authorize?")


def test_provider_that_cannot_be_reached_is_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
    client = oidc.provider(Settings(_env_file=None, oidc_issuer=issuer, oidc_client_id="week"))
    assert client

    with pytest.raises(ProviderAway, match="can’t be reached"):
        client.begin(RETURN, datetime.now(UTC))


def test_provider_with_a_certificate_of_its_own_making_is_not_believed(certificate: str) -> None:
    with lies.hostile(certificate) as liar, pytest.raises(ProviderAway):
        a_client(liar).begin(RETURN, datetime.now(UTC))

    assert liar.seen == []
