"""Guesses: the person an author probably is, and why; nobody where two are as likely."""

import pytest

from app.domain.intake.guesses import Candidate, Guesser
from app.domain.intake.reports import Author

ADA = Candidate("1", "Ada Lovelace", "ada@example.com")
BO = Candidate("2", "Bo Nguyen", "b.nguyen@example.com")
ELIF = Candidate("3", "Elif Şahin", "elif@example.com")
TWO = [Candidate("4", "Kim Lee", "kim@example.com"), Candidate("5", "Kim Lee", "klee@example.com")]
GUESSER = Guesser([ADA, BO, ELIF, *TWO, Candidate("6", "文子", "fumiko@example.com")])


@pytest.mark.parametrize(
    ("author", "person", "reason"),
    [
        (Author(("77",), name="ADA LOVELACE"), ADA, "same name"),
        (Author(("77",), name="Lovelace, Ada"), ADA, "same name"),
        (Author(("77",), name="elif sahin"), ELIF, "same name"),
        (Author(email="b.nguyen@home.example"), BO, "same address before the @"),
        (Author(email="ada+work@home.example"), ADA, "same address before the @"),
        (Author(("7", "@b-nguyen")), BO, "login like their email"),
        (Author(("7", "@alovelace42")), ADA, "login like their name"),
        (Author(("7", "@lovelace-ada")), ADA, "login like their name"),
        (Author(email="elif.sahin@home.example"), ELIF, "email like their name"),
        (Author(("77",), name="bo"), BO, "the only one here with this first name"),
    ],
)
def test_guess_is_the_one_person_that_fits(author: Author, person: Candidate, reason: str) -> None:
    assert GUESSER.guess(author) == (person, reason)


@pytest.mark.parametrize(
    "author",
    [
        Author(),
        Author(("77",)),
        Author(("77",), name="Kim Lee"),
        Author(("77",), name="Grace Hopper"),
        Author(("7", "@-")),
        Author(("7", "@")),
        Author(email="@"),
        Author(("77",), name="\u202e💥"),
        Author(("77",), name="a" * 100_000),
    ],
)
def test_guess_is_nobody_where_none_fits_or_two_do(author: Author) -> None:
    assert GUESSER.guess(author) is None
