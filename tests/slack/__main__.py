"""Serve the stand-in until it is ended; its address, for ASSEMBLY_WEEK_SLACK_API_URL, is the first line it says."""

import argparse
import sys

from tests.slack.server import serve


def main() -> None:
    """Read the port, and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.slack")
    parser.add_argument("--port", type=int, default=0)

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    serve(parser.parse_args().port, say)


if __name__ == "__main__":
    main()
