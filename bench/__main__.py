"""`make bench`: measure everything and print the table; ratios count, for the machine may be shared."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, table
from bench.scale import FULL, QUICK, Scale

MEASURES = (
    "serving", "bulk", "rules", "forecast", "imports", "growth", "updates", "shifts", "deliveries", "slack", "streams",
)  # fmt: skip


def main(words: Sequence[str] | None = None) -> None:
    """Run the measures asked for; by default those of the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: see that everything runs, learn nothing")
    parser.add_argument("only", nargs="*", choices=[[], *MEASURES], help="these measures only")
    arguments = parser.parse_args(words)
    figures: list[Figure] = []
    for name in arguments.only or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        with TemporaryDirectory(prefix="assembly-week-bench-") as place:
            figures += measure(name, Path(place), QUICK if arguments.quick else FULL)
    print(table(figures))


def measure(name: str, place: Path, scale: Scale) -> Iterator[Figure]:
    """The figures of one measure, which alone imports what it needs: viewers' processes import this module again."""
    figures: Iterator[Figure] = import_module(f"bench.{name}").measure(place, scale)
    return figures


if __name__ == "__main__":
    main()
