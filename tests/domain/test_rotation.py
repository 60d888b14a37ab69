"""The display's rotation as people write it."""

import re

import pytest

from app.domain.rotation import parse


def test_parse_keeps_order_and_seconds() -> None:
    assert parse(["totals:5", " board ", "race:600"]) == [("totals", 5), ("board", None), ("race", 600)]


THERE_ARE = "board, shifts, race, latest, totals, quests, heroes, quotes, message"


@pytest.mark.parametrize(
    ("items", "flaw"),
    [
        (["bord:20"], f"names a scene “bord”; there are {THERE_ARE}"),
        (["board:2"], "gives “board” 2 seconds; between 3 and 600 are possible"),
        (["board:601"], "gives “board” 601 seconds; between 3 and 600 are possible"),
        (["board:20", "board:5"], "names “board” twice; a scene has one turn"),
        (["board=20"], "says “board=20”; write scenes with their seconds, such as board:20,race:12"),
        (["board:20", ""], "says “”; write scenes with their seconds, such as board:20,race:12"),
        (["board:٣"], "says “board:٣”; write scenes with their seconds, such as board:20,race:12"),
    ],
)
def test_parse_names_the_first_flaw(items: list[str], flaw: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(flaw)}$"):
        parse(items)
