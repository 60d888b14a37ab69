"""Room on the disk that holds the database: how much is free, and when that is too little."""

import shutil
from pathlib import Path
from typing import NamedTuple

LEAST_BYTES, LEAST_SHARE = 200_000_000, 0.05
PLENTY_BYTES = 5_000_000_000
"""Enough whatever share of a disk it is."""


class Room(NamedTuple):
    """The free and all bytes of a disk."""

    free: int
    total: int

    @property
    def is_tight(self) -> bool:
        """True where a busy week, or a backup, may fill it."""
        share = LEAST_SHARE * self.total
        return self.free < LEAST_BYTES or (self.free < share and self.free < PLENTY_BYTES)


def of(place: Path) -> Room | None:
    """The room of the disk that holds a place; None where the system doesn't tell."""
    try:
        usage = shutil.disk_usage(place)
    except OSError:
        return None
    return Room(usage.free, usage.total)
