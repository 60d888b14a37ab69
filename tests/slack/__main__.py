"""Serve the stand-in until it is ended; its address, for ASSEMBLY_WEEK_SLACK_API_URL, is the first line it says."""

import argparse
import os
import sys
import threading

from tests.slack.server import serve


def main() -> None:
    """Read the port, and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.slack")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--until-eof", action="store_true", help="end with whoever holds the other end of stdin")

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    arguments = parser.parse_args()
    if arguments.until_eof:
        threading.Thread(target=_end_at_eof, daemon=True).start()
    serve(arguments.port, say)


def _end_at_eof() -> None:
    """End once stdin does: a demo that is killed leaves no stand-in behind."""
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
