"""No success that is none: whatever comes of a request behind nginx and Caddy, the answer says what happened."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest

from tests.builders import SLUG, an_activity
from tests.deploy.client import SILENCE, Answer, ask, chunks, connected, head, receive, send
from tests.deploy.conftest import Deployment
from tests.deploy.proxies import HOST, Proxy

pytestmark = pytest.mark.timeout(180)  # slow bodies are slow: the cases run side by side, for some 35 s in all

WEEK = f"/api/v1/weeks/{SLUG}"
PROBLEM = "application/problem+json"
JSON = "application/json"
SLOW_SECONDS = 33  # longer than the 30 s that Caddy's file once gave a whole body
CLIENTS = 10
TRIES = 5


@dataclass(frozen=True)
class Sender:
    """Sends activities through one proxy, each named for its case."""

    proxy: Proxy
    token: str

    def key(self, case: str) -> str:
        """The external id of a case's activity."""
        return f"{self.proxy.name} {case}"

    def body(self, case: str) -> bytes:
        """A case's activity."""
        return json.dumps(an_activity(external_id=self.key(case))).encode()

    def head(self, length: str, path: str = f"{WEEK}/activities") -> bytes:
        """The beginning of its request; `length` is one of the two headers that say how long the body is."""
        return head("POST", path, f"Authorization: Bearer {self.token}", "Content-Type: application/json", length)

    def in_pieces(self, case: str, count: int, *, is_chunked: bool) -> list[bytes]:
        """The whole request: its head, and its body in so many pieces."""
        body = self.body(case)
        step = -(-len(body) // count)
        pieces = [body[start : start + step] for start in range(0, len(body), step)]
        if is_chunked:
            return [self.head("Transfer-Encoding: chunked"), *chunks(pieces)]
        return [self.head(f"Content-Length: {len(body)}"), *pieces]

    def slow(self, case: str, *, is_chunked: bool) -> Answer:
        """A body that takes its time, but never pauses for long."""
        return ask(self.proxy, self.in_pieces(case, 12, is_chunked=is_chunked), SLOW_SECONDS / 12)

    def stalled(self, case: str, *, is_chunked: bool) -> Answer:
        """A body that stops in the middle, on a connection that stays."""
        pieces = self.in_pieces(case, 6, is_chunked=is_chunked)
        return ask(self.proxy, pieces[:3], 0.2)

    def cut_off(self, case: str, *, is_chunked: bool) -> Answer:
        """A body whose client goes away in the middle."""
        begun = time.monotonic()
        with connected(self.proxy) as connection:
            send(connection, self.in_pieces(case, 6, is_chunked=is_chunked)[:-2], 0.1)
        return Answer(SILENCE, "", {}, b"", time.monotonic() - begun)

    def large(self, path: str, size: int, *, is_chunked: bool, fill: bytes = b" ") -> Answer:
        """A large body that says nothing; sent anew where its answer came early and was lost to a reset."""
        pieces = [fill * 50_000] * (size // 50_000)
        length = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {size}"
        body = list(chunks(pieces)) if is_chunked else pieces
        answers = (ask(self.proxy, [self.head(length, path), *body]) for _ in range(TRIES))
        return next((answer for answer in answers if answer.status != SILENCE), Answer(SILENCE, "", {}, b"", 0))

    def slow_over_http_2(self) -> Answer:
        """A body that takes its time, over HTTP/2."""
        body = an_activity(external_id=self.key("slow http/2"), note="x" * 1_400)
        return self._over_http_2(json.dumps(body).encode(), "--limit-rate", "50")

    def large_over_http_2(self) -> Answer:
        """A body that is too large, over HTTP/2."""
        return self._over_http_2(b" " * 1_500_000)

    def _over_http_2(self, body: bytes, *options: str) -> Answer:
        begun = time.monotonic()
        command = ["curl", "--silent", "--http2", "--insecure", "--max-time", "90", "--write-out", "\n%{http_code}"]
        url = f"https://{HOST}:{self.proxy.port}{WEEK}/activities"
        address = ["--resolve", f"{HOST}:{self.proxy.port}:127.0.0.1", url]
        said = subprocess.run(  # noqa: S603 (our own words)
            [*command, *options, "--header", f"Authorization: Bearer {self.token}", "--data-binary", "@-", *address],
            input=body,
            capture_output=True,
            check=False,
        ).stdout
        content, _, status = said.rpartition(b"\n")
        return Answer(int(status), "", {}, content, time.monotonic() - begun)

    def again_after_a_pause(self, case: str, seconds: float) -> list[int]:
        """The statuses of two requests on one connection with a pause between them."""
        statuses = []
        with connected(self.proxy) as connection:
            for number in range(2):
                send(connection, self.in_pieces(f"{case} {number}", 1, is_chunked=False))
                statuses.append(receive(connection, time.monotonic()).status)
                time.sleep(seconds)
        return statuses


def speaks_http_2() -> bool:
    """Tell whether there is a curl that does."""
    curl = shutil.which("curl")
    if curl is None:
        return False
    said = subprocess.run([curl, "--version"], capture_output=True, text=True, check=True)  # noqa: S603 (our own words)
    return "HTTP2" in said.stdout


Answers = dict[str, Answer]


@dataclass(frozen=True)
class Outcomes:
    """The outcome of each case through each proxy, and of the posts with a pause between them."""

    answers: dict[str, Answers]
    pauses: dict[str, list[list[int]]]

    def brief(self, case: str) -> dict[str, tuple[int, str]]:
        """Status and media type of one case through each proxy."""
        return {name: (answers[case].status, answers[case].media_type) for name, answers in self.answers.items()}

    def all(self, status: int, media_type: str) -> dict[str, tuple[int, str]]:
        """The same through each proxy."""
        return dict.fromkeys(self.answers, (status, media_type))

    def seconds(self, case: str) -> list[float]:
        """The seconds one case took through each proxy."""
        return [answers[case].seconds for answers in self.answers.values()]


@pytest.fixture(scope="module")
def senders(deployment: Deployment, proxies: list[Proxy]) -> list[Sender]:
    """One for each proxy."""
    return [Sender(proxy, deployment.token) for proxy in proxies]


@pytest.fixture(scope="module")
def outcomes(senders: list[Sender]) -> Outcomes:
    """Run every case through every proxy, all at once."""
    with ThreadPoolExecutor(200) as pool:
        answers = {
            sender.proxy.name: {case: pool.submit(run) for case, run in _cases(sender).items()} for sender in senders
        }
        pauses = {
            sender.proxy.name: [
                pool.submit(sender.again_after_a_pause, f"pause {number}", 4.98 + number * 0.005)
                for number in range(CLIENTS)
            ]
            for sender in senders
        }
        return Outcomes(
            {name: {case: future.result() for case, future in futures.items()} for name, futures in answers.items()},
            {name: [future.result() for future in futures] for name, futures in pauses.items()},
        )


def _cases(sender: Sender) -> dict[str, Callable[[], Answer]]:
    cases: dict[str, Callable[[], Answer]] = {}
    for form in ("length", "chunked"):
        chunked = form == "chunked"
        cases |= {
            f"slow {form}": partial(sender.slow, f"slow {form}", is_chunked=chunked),
            f"stalled {form}": partial(sender.stalled, f"stalled {form}", is_chunked=chunked),
            f"cut off {form}": partial(sender.cut_off, f"cut off {form}", is_chunked=chunked),
            f"large {form}": partial(sender.large, f"{WEEK}/activities", 1_500_000, is_chunked=chunked),
            f"batch {form}": partial(_batch, sender, is_chunked=chunked),
            f"large batch {form}": partial(sender.large, f"{WEEK}/activities/batch", 20_000_000, is_chunked=chunked),
        }
    if sender.proxy.is_https and speaks_http_2():
        cases |= {"slow http/2": sender.slow_over_http_2, "large http/2": sender.large_over_http_2}
    return cases


def _batch(sender: Sender, *, is_chunked: bool) -> Answer:
    return sender.large(f"{WEEK}/activities/batch", 16_000_000, fill=b"\n", is_chunked=is_chunked)


FORMS = pytest.mark.parametrize("form", ["length", "chunked"])


@FORMS
def test_body_that_takes_long_is_recorded_as_the_answer_says(
    outcomes: Outcomes, deployment: Deployment, senders: list[Sender], form: str
) -> None:
    case = f"slow {form}"

    assert outcomes.brief(case) == outcomes.all(201, JSON)
    assert min(outcomes.seconds(case)) > SLOW_SECONDS - 4
    assert {sender.key(case) for sender in senders} <= deployment.keys()


@FORMS
def test_body_that_stops_is_408_and_not_recorded(
    outcomes: Outcomes, deployment: Deployment, senders: list[Sender], form: str
) -> None:
    case = f"stalled {form}"

    assert outcomes.brief(case) == outcomes.all(408, PROBLEM)
    assert max(outcomes.seconds(case)) < 25
    assert {sender.key(case) for sender in senders} & deployment.keys() == set()


@FORMS
def test_body_that_is_cut_off_is_not_recorded(
    outcomes: Outcomes, deployment: Deployment, senders: list[Sender], form: str
) -> None:
    assert {sender.key(f"cut off {form}") for sender in senders} & deployment.keys() == set()


@FORMS
def test_batch_of_nearly_sixteen_megabytes_passes(outcomes: Outcomes, form: str) -> None:
    assert outcomes.brief(f"batch {form}") == outcomes.all(200, JSON)


@FORMS
@pytest.mark.parametrize("case", ["large", "large batch"])
def test_body_that_is_too_large_is_413_with_a_sentence(outcomes: Outcomes, case: str, form: str) -> None:
    assert outcomes.brief(f"{case} {form}") == outcomes.all(413, PROBLEM)
    refusals = [answers[f"{case} {form}"] for answers in outcomes.answers.values()]
    documents = [json.loads(refusal.body) for refusal in refusals]
    assert {(document["status"], document["title"]) for document in documents} == {(413, "Too large")}
    ids = [refusal.headers["x-request-id"] for refusal in refusals]
    assert [document["request_id"] for document in documents] == ids


def test_post_after_five_idle_seconds_is_recorded(
    outcomes: Outcomes, deployment: Deployment, senders: list[Sender]
) -> None:
    assert outcomes.pauses == {sender.proxy.name: [[201, 201]] * CLIENTS for sender in senders}
    keys = {sender.key(f"pause {number} {turn}") for sender in senders for number in range(CLIENTS) for turn in (0, 1)}
    assert keys <= deployment.keys()


HTTP_2 = {"slow http/2": 201, "large http/2": 413}


def test_http_2_says_the_same(outcomes: Outcomes, deployment: Deployment, senders: list[Sender]) -> None:
    answers = {
        name: {case: found[case].status for case in HTTP_2 if case in found} for name, found in outcomes.answers.items()
    }
    if not any(answers.values()):
        pytest.skip("curl with HTTP/2 is not installed, so nothing is asked that way (apt-get install curl)")

    assert answers == {sender.proxy.name: HTTP_2 if sender.proxy.is_https else {} for sender in senders}
    assert {sender.key("slow http/2") for sender in senders if sender.proxy.is_https} <= deployment.keys()
