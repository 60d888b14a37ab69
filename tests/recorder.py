"""A process of its own that records activities and says so after each commit; tests watch it, and kill it."""

import sys

from app.db.database import Database
from tests.builders import Game


def main() -> None:
    """Record activities into the database of the first argument: as many as the second says, or until killed."""
    game = Game(Database(sys.argv[1], checkpoints=True))
    most = int(sys.argv[2])
    number = 0
    while number != most:
        number += 1
        game.take(external_id=f"recorded-{number}")
        sys.stdout.write(f"recorded {number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
