"""The amount of measuring: enough for figures, or just enough to see that everything still runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watching:
    """`rounds` of so many `updates` to `few` and all viewers of each server; then so many `held` by ours alone."""

    few: int
    viewers: int
    rounds: int
    updates: int
    held: int
    held_updates: int


@dataclass(frozen=True, slots=True)
class Scale:
    """`rounds` of so many `reads` and `writes`; lines of a batch, an import, a team list; sizes of weeks and boards.

    `undone_lines` of a team list that is undone.
    `players` sign up for shifts at once, `sign_ups` one by one; `views` of the page on which they do.
    `deliveries` come steadily while `delivery_viewers` watch, and in copies at once.
    """

    rounds: int
    reads: int
    writes: int
    batch_lines: int
    import_lines: int
    roster_lines: int
    undone_lines: int
    per_team: int
    teams: int
    growth_writes: int
    rescored_teams: int
    board_teams: tuple[int, ...]
    updates: int
    watching: Watching
    players: int
    sign_ups: int
    views: int
    deliveries: int
    delivery_viewers: int
    engines: tuple[str, ...]


FULL = Scale(
    rounds=7,
    reads=2_000,
    writes=150,
    batch_lines=10_000,
    import_lines=100_000,
    roster_lines=30_000,
    undone_lines=10_000,
    per_team=1_000,
    teams=1_000,
    growth_writes=200,
    rescored_teams=100,
    board_teams=(10, 100, 1_000),
    updates=20,
    watching=Watching(few=100, viewers=2_000, rounds=7, updates=4, held=5_000, held_updates=20),
    players=200,
    sign_ups=200,
    views=200,
    deliveries=1_000,
    delivery_viewers=1_000,
    engines=("SQLite", "PostgreSQL"),
)
QUICK = Scale(
    rounds=1,
    reads=50,
    writes=20,
    batch_lines=100,
    import_lines=200,
    roster_lines=60,
    undone_lines=30,
    per_team=20,
    teams=5,
    growth_writes=5,
    rescored_teams=5,
    board_teams=(2, 5),
    updates=1,
    watching=Watching(few=20, viewers=100, rounds=1, updates=2, held=200, held_updates=2),
    players=12,
    sign_ups=10,
    views=5,
    deliveries=20,
    delivery_viewers=20,
    engines=("SQLite",),
)
