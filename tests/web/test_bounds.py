"""No request costs more than it weighs: hostile bodies on a real server, with others asking at the same time."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.builders import an_activity
from tests.web.site import API, WEEK, Site, assert_problem

pytestmark = pytest.mark.usefixtures("quiet_log")

JSON = {"Content-Type": "application/json"}
MOST_SECONDS = 2.0  # of CPU, client and server together, for 15 MB; what these bodies took before was 11 to 60
MOST_GROWTH = 120  # MB, of client and server in one process: the body is held three times, and each copy is 14 MB


def unknown(number: int) -> str:
    """A JSON object of so many fields that no activity has."""
    return "{" + ",".join(f'"{each}":0' for each in range(number)) + "}"


def lines(line: str) -> bytes:
    """A batch of this line again and again, as large as a batch may be."""
    return (f"{line}\n" * min(10_000, 14_000_000 // (len(line) + 1))).encode()


BATCHES = {
    "one line of a million fields": unknown(1_300_000).encode(),
    "lines of unknown fields": lines(unknown(6_800)),
    "short lines of unknown fields": lines(unknown(20)),
    "nothing in each line": lines("{}"),
    "lists": lines('{"kind":[' + "[]," * 20_000 + "[]]}"),
    "depth": b"[" * 14_000_000,
    "people nobody knows": lines(json.dumps(an_activity(person="nobody@example.com", note="x" * 1_000))),
}


@contextmanager
def asking(site: Site) -> Iterator[list[float]]:
    """Ask for /healthz all the while; the seconds that each answer took."""
    waits: list[float] = []
    done = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=site.url, timeout=30) as client:
            while not done.is_set():
                began = time.monotonic()
                client.get("/healthz").raise_for_status()
                waits.append(time.monotonic() - began)
                time.sleep(0.01)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        done.set()
        thread.join()


def memory(field: str) -> int:
    """What the kernel says of this process's memory, in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{field}:")[2].split()[0]) // 1024


@pytest.mark.parametrize("body", BATCHES.values(), ids=BATCHES)
def test_a_hostile_batch_costs_no_more_than_it_weighs(site: Site, body: bytes) -> None:
    site.token("activities:write")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
    before, cpu = memory("VmRSS"), time.process_time()

    with asking(site) as waits:
        answer = site.post(f"{WEEK}/activities/batch", "activities:write", content=body)

    assert time.process_time() - cpu < MOST_SECONDS
    assert memory("VmHWM") - before < MOST_GROWTH
    assert max(waits) < 1.0
    assert_problem(answer, 422, "errors", *(["more"] if "more" in answer.json() else []))
    assert (len(answer.json()["errors"]) <= 100, len(answer.content) < 100_000) == (True, True)


@pytest.mark.parametrize("number", [60, 6_800, 90_000])
def test_a_body_of_unknown_fields_is_refused_at_once_in_twenty_sentences(site: Site, number: int) -> None:
    activity = site.record().json()["id"]
    paths = {
        f"{WEEK}/activities": "activities:write",
        f"{WEEK}/adjustments": "ledger:correct",
        f"{API}/activities/{activity}/reversal": "ledger:correct",
    }

    for path in paths:
        cpu = time.process_time()
        answer = site.ask("POST", path, "admin", content=unknown(number), headers=JSON)

        assert time.process_time() - cpu < 0.2
        assert (answer.status_code, len(answer.json()["errors"]) <= 20) == (422, True)
        assert len(answer.content) < 5_000


def test_a_body_that_repeats_is_a_repeat_whatever_else_is_in_it(site: Site) -> None:
    site.record(external_id="i-1")

    answer = site.record(external_id="i-1", **{f"field{number}": 0 for number in range(50)})

    assert answer.status_code == 200


def test_a_refusal_says_back_no_more_than_a_little(site: Site) -> None:
    answers = [
        site.record(**{"x" * 60_000: 1}),
        site.record(kind="x" * 60_000),
        site.record(person="x" * 60_000),
        site.post("/api/v1/rules/preview", "rules:write", content="x" * 60_000),
        site.get(f"{WEEK}/activities?cursor={'x' * 2_000}", "read"),
        site.get(f"{WEEK}/activities?limit={'9' * 5_000}", "read"),
        site.get(f"{API}/weeks/{'x' * 5_000}", "read"),
    ]

    assert [answer.status_code for answer in answers] == [422] * 6 + [404]
    assert max(len(answer.content) for answer in answers) < 1_000


@pytest.mark.parametrize("text", ["".join(f"k{n}=1\n" for n in range(7_000)), f"ranking.ties = [{'1,' * 30_000}]"])
def test_rules_full_of_mistakes_are_refused_with_a_hundred(site: Site, text: str) -> None:
    cpu = time.process_time()

    answers = [
        site.ask(*way, "rules:write", content=text)
        for way in (("POST", f"{API}/rules/preview"), ("PUT", f"{API}/rules"))
    ]

    assert time.process_time() - cpu < 1.5
    assert [(each.status_code, len(each.json()["errors"])) for each in answers] == [(422, 101)] * 2
    assert max(len(each.content) for each in answers) < 20_000
