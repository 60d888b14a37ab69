"""E-mails as people write them down: stripped of what surely is not theirs, refused with what to remove."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text import emails, names

ADDRESS = "ada@example.com"
AROUND = [
    "{}", " {} ", "mailto:{}", "MAILTO:{}?subject=Hi", "<{}>", "<mailto:{}>", "Ada <{}>", '"Lovelace, Ada" <{}>',
    '"{}"', "'{}'", "“{}”", "{}.", "{};", "{},", '"{},"', "\u200b{}", "\ufeff{}", "{0} <{0}>",
]  # fmt: skip


@given(st.lists(st.sampled_from(AROUND[:14]), max_size=3))
def test_written_finds_the_address_in_what_stands_around_it(around: list[str]) -> None:
    text = ADDRESS.upper()
    for each in around:
        text = each.format(text) if "<" not in text or "<" not in each else text

    assert emails.written(text) == ADDRESS


@pytest.mark.parametrize("around", AROUND)
def test_written_finds_an_address_that_somebody_would_know(around: str) -> None:
    assert (emails.written(around.format(ADDRESS)), emails.flaw(ADDRESS)) == (ADDRESS, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(ada@example.com)", "Remove the ( from it."),
        ("'ada@example.com", "Remove the ' from its beginning."),
        ("e,e@example.com", "Remove the , from it."),
        ("ada@example..com", "has a dot too many."),
        (".ada@example.com", "has a dot too many."),
        ("ada@example.com/", "isn’t a domain."),
        ("ada@example.com bo@example.com", "is more than one email"),
        ("bo@example.com <ada@example.com>", "is more than one email"),
        ("nobody", "isn’t an email."),
        ("", "is missing."),
    ],
)
def test_flaw_says_what_to_remove(text: str, said: str) -> None:
    assert said in (emails.flaw(emails.written(text)) or "")


@pytest.mark.parametrize("email", ["o'brien@example.ie", "a+b@example.com", "ada@exämple.com", "f@x", "a_b@x.example"])
def test_flaw_finds_nothing_in_addresses_that_people_have(email: str) -> None:
    assert (emails.written(email), emails.flaw(email)) == (email, None)


@pytest.mark.parametrize(
    ("name", "is_public"),
    [
        ("lee@example.com", False), ("Lee <lee@example.com>", False), ("Lee lee@example.co.uk", False),
        ("lee@localhost", False), ("mailto:lee@example.com", False), ("Ada @ work", True), ("Team @home", True),
        ("@ada", True), ("Ada", True),
    ],
)  # fmt: skip
def test_public_flaw_refuses_names_that_hold_an_email(name: str, is_public: bool) -> None:
    assert (names.public_flaw(name) is None) == is_public
