"""`make bench`: measure everything and print the table; ratios count, for the machine may be shared."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import bulk, deliveries, forecast, growth, imports, rules, serving, shifts, slack, streams, updates
from bench.figures import Figure, table
from bench.scale import FULL, QUICK, Scale

MEASURES: dict[str, Callable[[Path, Scale], Iterator[Figure]]] = {
    "serving": serving.measure,
    "bulk": bulk.measure,
    "rules": rules.measure,
    "forecast": forecast.measure,
    "imports": imports.measure,
    "growth": growth.measure,
    "updates": updates.measure,
    "shifts": shifts.measure,
    "deliveries": deliveries.measure,
    "slack": slack.measure,
    "streams": streams.measure,
}


def main() -> None:
    """Run the measures asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: see that everything runs, learn nothing")
    parser.add_argument("only", nargs="*", choices=[[], *MEASURES], help="these measures only")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    for name in arguments.only or MEASURES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        with TemporaryDirectory(prefix="assembly-week-bench-") as place:
            figures += MEASURES[name](Path(place), QUICK if arguments.quick else FULL)
    print(table(figures))


if __name__ == "__main__":
    main()
