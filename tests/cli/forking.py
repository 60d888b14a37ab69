"""A process that has imported the program, and starts it by forking: `python -m tests.cli.forking DESCRIPTOR`.

It takes two seconds of CPU to import it anew, and half a one to analyse the routes, for each of a hundred servers and
commands that tests start, kill and end.
"""

import gc
import json
import os
import resource
import selectors
import socket
import sys
from pkgutil import resolve_name
from typing import Any

from app import cli
from app.config import PROJECT

MAX_REQUEST = 200_000  # bytes of words and environment


def wait_for_starts(control: socket.socket) -> bool:
    """Fork for each start that is asked for, and tell how it ended; True in what was forked, False in the end."""
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not control:
                    _tell(selector, key)
                    continue
                request, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, 3)
                if not request:
                    return False
                if (pid := os.fork()) == 0:
                    _become(json.loads(request), descriptors, selector)
                    return True
                _watch(selector, control, pid, descriptors)


def _watch(selector: selectors.BaseSelector, control: socket.socket, pid: int, descriptors: list[int]) -> None:
    """Say under which number it runs, and wait for its end beside all else."""
    control.send(str(pid).encode())
    output, errors, status = descriptors
    os.close(output)
    os.close(errors)
    selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, status))


def _tell(selector: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    """Tell the exit status of what has ended."""
    pid, status = key.data
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    selector.unregister(key.fd)
    os.close(key.fd)
    os.write(status, str(ended).encode())
    os.close(status)


def _become(request: dict[str, Any], descriptors: list[int], selector: selectors.BaseSelector) -> None:
    """Be a new process, with the words, the environment and the streams that were asked for."""
    output, errors, status = descriptors
    os.dup2(output, 1)
    os.dup2(errors, 2)
    others = [key.data[1] for key in selector.get_map().values() if key.data]
    for descriptor in (output, errors, status, *others, *(key.fd for key in selector.get_map().values())):
        os.close(descriptor)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", buffering=1, closefd=False)
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])
    if files := request.get("files"):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    be(request["words"], request.get("first"))


def be(words: list[str], first: str | None = None) -> None:
    """Have the words and what comes first of a process that was started with them."""
    sys.argv = [str(PROJECT / "app" / "cli" / "__main__.py"), *words]
    if first:
        resolve_name(first)()


def import_program() -> None:
    """Import everything and analyse every route, for those that are forked."""
    gc.disable()
    from fastapi.routing import iter_route_contexts

    from app.cli import commands, demo, server  # noqa: F401 - imported for those that are forked
    from app.main import routes

    list(iter_route_contexts(routes()))
    gc.freeze()
    gc.enable()


def main() -> None:
    """Import everything, fork until whoever asks has ended, and in each fork be the program."""
    control = socket.socket(fileno=int(sys.argv[1]))
    import_program()
    if wait_for_starts(control):
        control.detach()  # it is closed
        cli.main()


if __name__ == "__main__":
    main()
