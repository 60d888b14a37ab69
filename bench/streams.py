"""Live updates for thousands of viewers, against nginx's nchan module and sse-starlette in the same run."""

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles
from threading import Event, Thread

from bench.figures import Figure
from bench.scale import Scale, Watching
from bench.streams_servers import SLUG, Contestant, Ours, has_nchan, nchan, ours, sse_starlette
from bench.viewers import Crowd, allow_sockets, crowd

PACE_SECONDS = 0.35  # between two updates of a server: more than the shortest gap between two of ours
READ_EVERY_SECONDS = 0.03
SPARE_FILES = 200  # beside one for each viewer
FEW_GOALS = {"nchan": 2.0}  # our CPU against theirs, with so few viewers that what comes before sending counts
GOALS = {"nchan": 1.0, "sse-starlette": 0.5}
NO_NCHAN = "install nginx libnginx-mod-nchan"


@dataclass(frozen=True, slots=True)
class Burst:
    """The cost of some updates of one server: CPU seconds a delivery, and the time each delivery took, in seconds."""

    cpu: float
    since_sent: Sequence[float]
    since_acknowledged: Sequence[float]


def measure(place: Path, scale: Scale) -> Iterator[Figure]:
    """Every figure, with fresh data in this directory."""
    watching = scale.watching
    if hindrance := _hindrance(watching):
        yield Figure("live streams", None, "", note=hindrance)
        return
    with crowd() as people, ours(place) as server:
        people.join(server.stream, 1)
        _burst(server, people, 1)
        alone = _burst(server, people, watching.updates)
        rounds, _ = _rounds(place, server, people, watching, watching.few)
        yield from _costs(rounds, watching.few, FEW_GOALS)
        yield from compare(place, server, people, watching)
        yield Figure(
            "an update without its deliveries, CPU", 1e3 * alone.cpu, "ms", note="recorded, computed, rendered"
        )
        yield from hold(server, people, watching)


def _hindrance(scale: Watching) -> str:
    """The obstacle to measuring here; empty for none."""
    if sys.platform != "linux":
        return "runs on Linux only"
    most = max(scale.held, 3 * scale.viewers) + SPARE_FILES
    return "" if allow_sockets() >= most else f"needs {most:,} open files: ulimit -n"


def compare(place: Path, server: Ours, people: Crowd, scale: Watching) -> list[Figure]:
    """Hold ours against its rivals: cost, delay and memory."""
    rounds, memory = _rounds(place, server, people, scale, scale.viewers)
    figures = [*_costs(rounds, scale.viewers, GOALS), *_delays(rounds)]
    for name, size in memory.items():
        goal = 16.0 if name == Ours.name else None
        figures.append(Figure(f"{name}: memory for a viewer", size / 1024, "KiB", goal, "at most"))
    return figures


def _rounds(
    place: Path, server: Ours, people: Crowd, scale: Watching, viewers: int
) -> tuple[list[dict[str, Burst]], dict[str, float]]:
    """Let ours and its rivals take turns, so that whatever else the machine does weighs on all; and bytes a viewer."""
    with ExitStack() as stack:
        board = server.board()
        rivals: list[Contestant] = [stack.enter_context(sse_starlette(board))]
        if has_nchan():
            rivals.append(stack.enter_context(nchan(place, board)))
        everybody = (server, *rivals)
        memory = {each.name: _gather(each, people, viewers) for each in everybody}
        for each in everybody:
            _burst(each, people, 1)
        rounds = [{each.name: _burst(each, people, scale.updates) for each in everybody} for _ in range(scale.rounds)]
        for rival in rivals:
            people.leave(rival.stream)
    return rounds, memory


def hold(server: Ours, people: Crowd, scale: Watching) -> Iterator[Figure]:
    """So many viewers at once, and what others wait for their pages while updates go out."""
    size = _gather(server, people, scale.held)
    with _Reader(server) as reader:
        burst = _burst(server, people, scale.held_updates)
    label = f"{scale.held:,} viewers"
    yield Figure(f"{label}: memory for one more", size / 1024, "KiB", 16.0, "at most")
    yield Figure(
        f"{label}: p99 from the acknowledged write", 1e3 * _p99(burst.since_acknowledged), "ms", 5_000, "at most"
    )
    pages = f"{len(reader.took):,} requests"
    yield Figure(
        f"{label}: p95 of other pages meanwhile", 1e3 * quantiles(reader.took, n=20)[-1], "ms", 300, "at most", pages
    )


def _gather(server: Contestant, people: Crowd, viewers: int) -> float:
    """Bring the server's viewers to this number; how many bytes each of the new ones costs it."""
    here, before = people.size(server.stream), server.server.memory_bytes()
    if people.join(server.stream, viewers - here) != viewers:
        raise RuntimeError(f"{server.name} does not take {viewers} viewers")
    return (server.server.memory_bytes() - before) / (viewers - here)


def _burst(server: Contestant, people: Crowd, updates: int) -> Burst:
    """So many updates, the next when all have the last one, but not before PACE_SECONDS have passed."""
    viewers, before = people.size(server.stream), server.server.cpu_seconds()
    since_sent: list[float] = []
    since_acknowledged: list[float] = []
    for _ in range(updates):
        sent = time.monotonic()
        version = server.publish()
        acknowledged = time.monotonic()
        arrived = people.arrivals(server.stream, version)
        if len(arrived) != viewers:
            raise RuntimeError(f"{server.name}: an update reached {len(arrived)} of {viewers} viewers")
        since_sent += [each - sent for each in arrived]
        since_acknowledged += [each - acknowledged for each in arrived]
        time.sleep(max(0.0, sent + PACE_SECONDS - time.monotonic()))
    return Burst((server.server.cpu_seconds() - before) / len(since_sent), since_sent, since_acknowledged)


def _costs(rounds: Sequence[Mapping[str, Burst]], viewers: int, goals: Mapping[str, float]) -> Iterator[Figure]:
    for name in rounds[0]:
        cost = median(mapping[name].cpu for mapping in rounds)
        yield Figure(f"{name}: CPU for an update to one of {viewers:,} viewers", 1e6 * cost, "µs")
    for name, goal in goals.items():
        what = f"that CPU with {viewers:,} viewers, against {name}"
        if name in rounds[0]:
            ratio = median(mapping[Ours.name].cpu / mapping[name].cpu for mapping in rounds)
            yield Figure(what, ratio, "times", goal, "at most")
        else:
            yield Figure(what, None, "times", goal, "at most", NO_NCHAN)


def _delays(rounds: Sequence[Mapping[str, Burst]]) -> Iterator[Figure]:
    for name in rounds[0]:
        sent = 1e3 * median(_p99(mapping[name].since_sent) for mapping in rounds)
        acknowledged = 1e3 * median(_p99(mapping[name].since_acknowledged) for mapping in rounds)
        note = f"{sent:,.0f} ms from when it was sent"
        yield Figure(f"{name}: p99 from the acknowledged write", max(acknowledged, 0.0), "ms", note=note)
    what = "that p99, against nchan's from when it was sent"
    if "nchan" in rounds[0]:
        # nchan acknowledges when it has written to everybody: from there on, nothing is left to measure.
        ratio = median(
            _p99(mapping[Ours.name].since_acknowledged) / _p99(mapping["nchan"].since_sent) for mapping in rounds
        )
        yield Figure(what, ratio, "times", 2.0, "at most")
    else:
        yield Figure(what, None, "times", 2.0, "at most", NO_NCHAN)


def _p99(times: Sequence[float]) -> float:
    return quantiles(times, n=100)[-1] if len(times) > 1 else times[0]


class _Reader(Thread):
    """Somebody who reads pages all the time; `took` is in seconds."""

    def __init__(self, server: Ours) -> None:
        super().__init__(daemon=True)
        self._port = server.stream.port
        team = server.board()["standings"][0]["team_id"]
        self._paths = (f"/weeks/{SLUG}", f"/weeks/{SLUG}/teams/{team}", f"/api/v1/weeks/{SLUG}/leaderboard", "/readyz")
        self._enough = Event()
        self.took: list[float] = []

    def __enter__(self) -> "_Reader":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self.join()

    def run(self) -> None:
        """Ask for one page after the other until it is enough, for two at least: one has no percentile."""
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            for path in cycle(self._paths):
                began = time.monotonic()
                connection.request("GET", path)
                connection.getresponse().read()
                self.took.append(time.monotonic() - began)
                if self._enough.wait(READ_EVERY_SECONDS) and len(self.took) > 1:
                    return
