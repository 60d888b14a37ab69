"""Sign-in against a real provider in its own process: what must work, and what an honest provider refuses."""

import http.client
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from app.config import Settings
from app.errors import SignInFailed, SignInRefused
from app.integrations import oidc
from app.integrations.oidc.client import Provider
from tests import provider as honest
from tests.provider import HonestProvider

RETURN = "http://127.0.0.1:8000/sign-in/return"


@pytest.fixture(scope="module")
def company() -> Iterator[HonestProvider]:
    """The company's provider, its clock ours."""
    with honest.running() as running:
        yield running


def a_client(company: HonestProvider, **changes: object) -> Provider:
    """Our side of it."""
    given = {"oidc_issuer": company.issuer, "oidc_client_id": company.client_id}
    settings = Settings(_env_file=None, **{**given, "oidc_client_secret": company.client_secret, **changes})  # type: ignore[arg-type]
    client = oidc.provider(settings)
    assert client
    return client


def approve(url: str, who: str = "ada") -> dict[str, str]:
    """The browser's return from the provider's page, on which somebody pressed the button of this name."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}&login_hint={quote(who)}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    return dict(parse_qsl(urlsplit(location).query))


def sign_in(client: Provider, who: str) -> oidc.Claims:
    """A whole sign-in."""
    now = datetime.now(UTC)
    begun = client.begin(RETURN, now)
    return client.finish(approve(begun.url, who), begun, now)


def test_sign_in_with_the_company_account_tells_who_it_is(company: HonestProvider) -> None:
    claims = sign_in(a_client(company), "ada")

    assert (claims.issuer, claims.email, claims.name) == (company.issuer, "ada@example.com", "Ada Lovelace")


def test_finish_gives_one_subject_for_one_person(company: HonestProvider) -> None:
    client = a_client(company)

    subjects = [sign_in(client, who).subject for who in ("ada", "ada", "zoë")]

    assert subjects[0] == subjects[1] != subjects[2]


def test_public_client_signs_in_without_a_secret(company: HonestProvider) -> None:
    client = a_client(company, oidc_client_id=honest.PUBLIC_CLIENT, oidc_client_secret="")

    assert sign_in(client, "ada").email == "ada@example.com"


@pytest.mark.parametrize(("who", "name"), [("zoë", "Zoë Ångström"), ("nameless", "nameless")])
def test_name_that_is_missing_is_made_of_what_there_is(company: HonestProvider, who: str, name: str) -> None:
    assert sign_in(a_client(company), who).name == name


@pytest.mark.parametrize("who", ["unverified", "silent", "mailless"])
def test_account_without_a_verified_email_is_refused(company: HonestProvider, who: str) -> None:
    with pytest.raises(SignInRefused):
        sign_in(a_client(company), who)


def test_provider_that_is_vouched_for_need_not_say_verified(company: HonestProvider) -> None:
    client = a_client(company, oidc_trust_email=True)

    assert sign_in(client, "silent").email == "silent@example.com"
    with pytest.raises(SignInRefused):
        sign_in(client, "unverified")


def test_email_of_another_domain_is_refused(company: HonestProvider) -> None:
    client = a_client(company, oidc_allowed_domains="example.com, Example.org")

    with pytest.raises(SignInRefused):
        sign_in(client, "stranger")
    assert sign_in(client, "ada").email == "ada@example.com"


def test_finish_of_a_cancelled_sign_in_says_so(company: HonestProvider) -> None:
    with pytest.raises(SignInFailed, match="it was cancelled"):
        sign_in(a_client(company), honest.CANCEL)


def test_finish_takes_a_code_once(company: HonestProvider) -> None:
    client, now = a_client(company), datetime.now(UTC)
    begun = client.begin(RETURN, now)
    answer = approve(begun.url)
    client.finish(answer, begun, now)

    with pytest.raises(SignInFailed, match="didn’t accept"):
        client.finish(answer, begun, now)


@pytest.mark.parametrize("what", ["verifier", "nonce", "redirect_uri", "state"])
def test_sign_in_that_is_not_the_one_begun_is_refused(company: HonestProvider, what: str) -> None:
    client, now = a_client(company), datetime.now(UTC)
    begun = client.begin(RETURN, now)
    answer = approve(begun.url)

    with pytest.raises(SignInFailed):
        client.finish(answer, replace(begun, **{what: "x" * 43}), now)


def test_wrong_client_secret_is_refused(company: HonestProvider) -> None:
    with pytest.raises(SignInFailed, match="who we are registered as"):
        sign_in(a_client(company, oidc_client_secret="guessed"), "ada")


def test_every_sign_in_has_secrets_of_its_own(company: HonestProvider) -> None:
    client, now = a_client(company), datetime.now(UTC)

    begun = [client.begin(RETURN, now) for _ in range(2)]
    query = dict(parse_qsl(urlsplit(begun[0].url).query))

    assert len({secret for one in begun for secret in (one.state, one.nonce, one.verifier)}) == 6
    assert begun[0].verifier not in begun[0].url
    assert (query["code_challenge_method"], query["response_type"], "login_hint" in query) == ("S256", "code", False)


def test_provider_without_an_issuer_is_none() -> None:
    assert oidc.provider(Settings(_env_file=None)) is None
