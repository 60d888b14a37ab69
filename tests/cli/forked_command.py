"""The program for shell scripts: asks `tests/cli/forking.py` on the socket FORKING for a fork, and ends as that does.

It imports nothing of ours, for a script may run it often.
"""

import json
import os
import socket
import sys
from pathlib import Path


def main() -> int:
    """Have the fork say what it says to whom we would; its exit status."""
    control = socket.socket(fileno=int(os.environ["FORKING"]))
    ended, status = os.pipe()
    request = {"words": sys.argv[1:], "environment": dict(os.environ), "directory": str(Path.cwd())}
    socket.send_fds(control, [json.dumps(request).encode()], [1, 2, status])
    control.recv(16)
    os.close(status)
    return int(os.read(ended, 16))


if __name__ == "__main__":
    sys.exit(main())
