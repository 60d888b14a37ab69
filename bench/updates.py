"""An update of a page, from the recorded activity to the viewer: what it costs the server, and how many bytes it is."""

import time
import zlib
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from bench.figures import Figure
from bench.scale import Scale
from bench.streams_servers import SLUG, Ours, ours

PACE_SECONDS = 0.3  # more than the shortest gap between two messages
SETTLE_SECONDS = 0.02  # in which a server that nobody watches has done what a write leaves to do
MAX_WARM_UP = 3
MOST_MS, MOST_BYTES, MOST_TIMES = 5.0, 2_000, 3.0
_WAIT_SECONDS = 30.0


class PageViewer:
    """A page that is open: it follows its board's stream as browsers do and counts the bytes of each message."""

    def __init__(self, server: Ours) -> None:
        page = server.server.get(f"/weeks/{SLUG}", **server.reader).decode()
        address = page.partition('hx-sse:connect="')[2].partition('"')[0]
        headers = {"Accept-Encoding": "gzip", "Accept": "text/event-stream", **server.reader}
        self._connection = HTTPConnection("127.0.0.1", server.server.port, timeout=_WAIT_SECONDS)
        self._connection.request("GET", address, headers=headers)
        self._answer = self._connection.getresponse()
        is_gzip = self._answer.headers["Content-Encoding"] == "gzip"
        self._unpack: Callable[[bytes], bytes] = zlib.decompressobj(wbits=31).decompress if is_gzip else bytes
        self.message()

    def message(self) -> int:
        """Wait for the next message; how many bytes came for it."""
        text, size = b"", 0
        while not text.endswith(b"\n\n") or text.startswith(b":"):
            text = b"" if text.startswith(b":") and text.endswith(b"\n\n") else text
            data = self._answer.read1()
            text, size = text + self._unpack(data), size + len(data)
        return size

    def close(self) -> None:
        """Leave."""
        self._connection.close()


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """Measure public and signed-in boards of each size, with fresh data in this directory."""
    for visibility in ("public", "signed-in"):
        costs = {}
        for teams in scale.board_teams:
            path = place / f"{visibility}-{teams}"
            path.mkdir()
            alone, cost, size = _update(path, teams, visibility, scale.updates)
            costs[teams] = max(cost - alone, 0.1)
            label = f"{visibility} board of {teams:,} teams"
            note = f"besides {alone:.2f} ms to record the activity"
            yield Figure(f"{label}: CPU of an update", costs[teams], "ms", MOST_MS, "at most", note)
            yield Figure(f"{label}: bytes of an update", size, "B", MOST_BYTES, "at most")
        fewest, most = min(costs), max(costs)
        ratio = costs[most] / costs[fewest]
        yield Figure(
            f"{visibility}: that CPU, {most:,} teams against {fewest:,}", ratio, "times", MOST_TIMES, "at most"
        )


def _update(place: Path, teams: int, visibility: str, updates: int) -> tuple[float, float, float]:
    """CPU (ms) of recording while nobody looks, of an update with a viewer, and the bytes that one got: medians."""
    with ours(place, teams=teams, visibility=visibility) as server:
        alone = [_cpu_of(server, server.publish) for _ in range(updates)]
        viewer = PageViewer(server)
        sizes: list[int] = []

        def deliver() -> None:
            server.publish()
            sizes.append(viewer.message())

        warm_up = min(MAX_WARM_UP, updates)
        costs = [_cpu_of(server, deliver) for _ in range(warm_up + updates)][warm_up:]
        viewer.close()
    return 1e3 * median(alone), 1e3 * median(costs), median(sizes[warm_up:])


def _cpu_of(server: Ours, work: Callable[[], object]) -> float:
    """CPU seconds of the server for some work and what follows at once from it."""
    before, begun = server.server.cpu_seconds(), time.monotonic()
    work()
    time.sleep(SETTLE_SECONDS)
    cost = server.server.cpu_seconds() - before
    time.sleep(max(0.0, begun + PACE_SECONDS - time.monotonic()))
    return cost
