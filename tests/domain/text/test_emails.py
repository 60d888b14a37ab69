"""E-mail addresses as proof: one plain address, exactly this domain."""

import pytest

from app.domain.text import emails, hosts


@pytest.mark.parametrize("email", ["ada@example.com", " ADA@EXAMPLE.COM ", "a+b.c@example.com", "o'neil@example.com"])
def test_address_of_an_allowed_domain_may_come_in(email: str) -> None:
    assert emails.is_of(email, {"example.com"})


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@sub.example.com",
        "ada@example.com.evil.com",
        "ada@evilexample.com",
        "ada@evil.com@example.com",
        "ada@example.com@evil.com",
        "ada@example.com,bob@evil.com",
        "ada@evil.com bob@example.com",
        "ada@evil.com\n@example.com",
        '"ada@evil.com"@example.com',
        "<ada@example.com>",
        "Ada <ada@example.com>",
        "ada@example.com.",
        "ada@.example.com",
        "ada@-example.com",
        "ada@ｅxample.com",
        "ada@exam\u00adple.com",
        "\u212aada@example.com",
        "straße@example.com",
        "a" * 65 + "@example.com",
    ],
)
def test_is_of_other_domains_or_strange_addresses_is_false(email: str) -> None:
    assert not emails.is_of(email, {"example.com"})


def test_is_of_no_domains_is_true_of_every_plain_address() -> None:
    assert [emails.is_of(email, set()) for email in ("ada@example.com", "ada@a@b.com", "ada")] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "is_domain"),
    [
        ("example.com", True),
        ("Example.ORG", True),
        ("@example.com", False),
        ("*.example.com", False),
        ("exa mple.com", False),
        ("example.com;example.org", False),
        ("münchen.de", False),
        ("", False),
    ],
)
def test_is_domain_takes_exactly_plain_domains(text: str, is_domain: bool) -> None:
    assert emails.is_domain(text) == is_domain


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("0.0.0.0", False),  # noqa: S104 (nothing listens)
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_and_nothing_else(host: str, is_here: bool) -> None:
    assert hosts.is_loopback(host) == is_here
