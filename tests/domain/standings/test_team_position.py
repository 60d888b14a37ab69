"""A team's place in words: friendly to everybody, also to the last."""

import pytest

from app.domain.standings.board import Standing
from app.domain.standings.team_position import Placing, placing
from app.domain.wording import ordinal


def standings(*places: tuple[int, str, int]) -> list[Standing]:
    """Standings from rank, team and points."""
    return [Standing(rank, team, team.casefold(), points, {}, {}, (), (), None) for rank, team, points in places]


def words(team: str, *places: tuple[int, str, int]) -> tuple[str, bool, str]:
    """The place of one of these teams."""
    all_of_them = standings(*places)
    found = placing(all_of_them, next(standing for standing in all_of_them if standing.team == team))
    return found.place, found.shared, found.gap


def test_place_tells_the_gap_to_the_next_team_ahead() -> None:
    table = (1, "Owls", 30), (2, "Cats", 20), (3, "Hens", 19)

    assert words("Hens", *table) == ("3rd of 3", False, "1 point behind \u2068Cats\u2069")
    assert words("Cats", *table) == ("2nd of 3", False, "10 points behind \u2068Owls\u2069")
    assert words("Owls", *table) == ("1st of 3", False, "10 points ahead of \u2068Cats\u2069")


def test_shared_place_says_so_and_looks_ahead() -> None:
    table = (1, "Owls", 30), (2, "Cats", 20), (2, "Hens", 20), (4, "Rays", 0)

    assert words("Hens", *table) == ("2nd of 4", True, "10 points behind \u2068Owls\u2069")


def test_shared_lead_names_the_others() -> None:
    table = (1, "Cats", 5), (1, "Hens", 5), (1, "Owls", 5)

    assert words("Hens", *table) == ("1st of 3", True, "Tied with \u2068Cats\u2069 and \u2068Owls\u2069")


def test_place_decided_by_a_tie_break_says_how_close_it_is() -> None:
    table = (1, "Owls", 30), (2, "Cats", 30)

    assert words("Cats", *table)[2] == "Any more points put you ahead of \u2068Owls\u2069"
    assert words("Owls", *table)[2] == "Ahead of \u2068Cats\u2069 on the tie-break"


def test_placing_before_the_first_points_is_empty() -> None:
    assert words("Cats", (1, "Cats", 0), (1, "Owls", 0)) == ("", False, "No points yet.")


def test_team_below_zero_has_a_place() -> None:
    assert words("Owls", (1, "Cats", 0), (2, "Owls", -5)) == ("2nd of 2", False, "5 points behind \u2068Cats\u2069")


def test_team_alone_has_nobody_to_look_at() -> None:
    [alone] = standings((1, "Owls", 7))

    assert placing([alone], alone) == Placing("", shared=False, gap="")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"), (21, "21st"),
     (102, "102nd"), (111, "111th")],
)  # fmt: skip
def test_ordinal_has_its_ending(number: int, text: str) -> None:
    assert ordinal(number) == text
