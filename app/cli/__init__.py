"""The command line, `assembly-week`: each command calls one service and says what came of it."""

from app.cli.importing import no_collecting


def main() -> None:
    """Run one command; the exit status is 0, 1 (refused) or 2 (wrong usage)."""
    with no_collecting():
        from app.cli.commands import run
    run()
