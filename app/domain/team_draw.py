"""Teams drawn by lot: as equal as can be in size, and mixed by function and office; the same for the same seed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple


class Player(NamedTuple):
    """Somebody to be drawn into a team, by folded e-mail; function and office are empty where nobody said."""

    email: str
    name: str
    function: str = ""
    office: str = ""


def draw(players: Iterable[Player], size: int, seed: int) -> list[list[Player]]:
    """Draw teams of at most `size`, as few as will do; their sizes differ by one at most, and so does each function.

    People of one office are spread as far as that allows. It depends on the seed and on who takes part alone, not on
    their order or on the version of Python: everybody's lot is a hash of the seed and their address.
    """
    lots = sorted(players, key=lambda player: sha256(f"{seed}\n{player.email}".encode()).digest())
    teams: list[list[Player]] = [[] for _ in range(-(-len(lots) // size))]
    functions: list[Counter[str]] = [Counter() for _ in teams]
    offices: list[Counter[str]] = [Counter() for _ in teams]
    for player in _by_function(lots):
        place = min(
            range(len(teams)),
            key=lambda at: (len(teams[at]), functions[at][player.function], offices[at][player.office], at),
        )
        teams[place].append(player)
        functions[place][player.function] += 1
        offices[place][player.office] += 1
    return teams


def _by_function(lots: list[Player]) -> list[Player]:
    """The players in order of their functions, the most common first, and by office within one."""
    groups: defaultdict[str, list[Player]] = defaultdict(list)
    for player in lots:
        groups[player.function].append(player)
    return [
        player
        for _, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
        for player in _by_office(group)
    ]


def _by_office(group: list[Player]) -> list[Player]:
    number = Counter(player.office for player in group)
    return sorted(group, key=lambda player: (-number[player.office], player.office))
