"""The bytes a first visit to a board moves over the wire, heads included."""

import re
import socket
from urllib.parse import urlsplit

from tests.builders import SLUG
from tests.web.running_app import RunningApp

BROWSER = "Host: localhost\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: close\r\n"
MAX_BYTES = 60_000


def moved(site: RunningApp, path: str) -> int:
    """The bytes of an answer as they come; of a stream, those of its head and its first message."""
    parts = urlsplit(site.url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\n{BROWSER}\r\n".encode())
        received = connection.recv(1_000_000)
        is_stream = b"text/event-stream" in received
        connection.settimeout(0.5 if is_stream else 10)
        try:
            while part := connection.recv(1_000_000):
                received += part
        except TimeoutError:
            assert is_stream
    assert received.startswith(b"HTTP/1.1 200 ")
    return len(received)


def test_first_visit_to_a_board_of_ten_teams_moves_little(site: RunningApp) -> None:
    for number in range(8):
        people = [f"person{number}{letter}@example.com" for letter in "abc"]
        site.game.team(f"The {number} wonderful wombats", *people)
        for kind in ("shift", "response", "issue", "knowledge_card"):
            site.record(person=people[0], kind=kind, external_id=f"{number} {kind}")
    page = site.get(f"/weeks/{SLUG}").text
    named = re.findall(r'<(?:link|script)[^>]* (?:href|src)="(/[^"]+)"', page)
    assert len(site.board()["standings"]) == 10
    files = sorted({path for path in named if ".woff2" not in path})

    sizes = {path: moved(site, path) for path in (f"/weeks/{SLUG}", *files, f"/weeks/{SLUG}/live")}

    assert len(files) >= 7
    assert sum(sizes.values()) <= MAX_BYTES, sizes
