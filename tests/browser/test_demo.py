"""The demo as a newcomer meets it: a process, an address, and a board that moves to the totals of Q3 2022."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from tests.browser.looking import ROWS, looking, texts
from tests.cli.processes import Program, started
from tests.web.running_app import until

HEADLINE = "20 shifts, 154 responses, 18 issues, 6 feature requests, 2 knowledge cards"


@contextmanager
def demo(directory: Path, *options: str) -> Iterator[tuple[Program, dict[str, Any]]]:
    """A running demo, and what it printed."""
    with started("demo", *options, settings={"ASSEMBLY_WEEK_DATA_DIR": str(directory)}) as (process, document):
        _wait(document["api"])
        yield process, document


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            httpx.get(address)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{address} does not answer")


def _is_over(page: Page, board: str) -> bool:
    page.goto(f"{board}/shifts")
    return "All shifts are over" in page.inner_text("main")


def test_demo_plays_on_an_open_board_and_ends_on_the_totals_of_q3_2022(chromium: Browser, tmp_path: Path) -> None:
    with demo(tmp_path, "--speed", "10") as (_process, found), looking(chromium) as page:
        page.goto(found["board"])
        orders, headlines = set(), set()
        for _ in range(400):
            orders.add(tuple(texts(page, ROWS)))
            headlines.add(page.text_content(".hero__line"))
            if HEADLINE in headlines:
                break
            page.wait_for_timeout(100)

        assert HEADLINE in headlines
        assert len(headlines) > 5
        assert len(orders) > 2
        # The last activity is not the end yet: the week is over when its last evening has played. It stays open.
        until(lambda: _is_over(page, found["board"]))
        page.goto(found["summary"])
        assert re.search(r"In the lead:\s+Tea & Triage", page.inner_text("main"), re.IGNORECASE)


def test_finished_demo_loads_nothing_from_elsewhere_and_takes_one_more_issue_from_the_curious(
    chromium: Browser, tmp_path: Path
) -> None:
    hosts = set()
    with demo(tmp_path, "--finished") as (process, found), looking(chromium) as page:
        page.on("request", lambda request: hosts.add(httpx.URL(request.url).host))
        page.goto(found["summary"], wait_until="networkidle")
        page.goto(found["board"])
        assert page.text_content(".hero__line") == HEADLINE

        command = found["example"].replace("\\\n", " ")
        subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True)  # noqa: S603 - printed by the demo
        page.wait_for_function(
            "() => document.querySelector('.hero__line').textContent.includes('19 issues')", timeout=3_000
        )

        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0

    assert hosts == {"127.0.0.1"}


def test_demo_with_slack_answers_what_is_typed_into_its_stand_in(chromium: Browser, tmp_path: Path) -> None:
    with demo(tmp_path, "--speed", "0.5", "--with-slack") as (process, found), looking(chromium) as page:
        page.goto(f"{found['slack']}?place=C0SUPPORT")
        page.fill("[name=text]", "board")
        page.press("[name=text]", "Enter")
        page.wait_for_selector("article.own >> text=Q3 2022")
        page.fill("[name=text]", "log issue https://example.com/issues/7 Login fails")
        page.click("text=Send")
        page.wait_for_selector("text=Logged 1 issue.")
        page.goto(f"{found['slack']}?as=U6999&place=messages")
        page.fill("[name=text]", "/assembly connect")
        page.click("text=Send")
        way_in = page.get_attribute("article.own >> text=Connect me", "href") or ""
        page.goto(way_in)

        assert "The Slack account u6999" in page.inner_text("main")
        process.kill()
        until(lambda: not _answers(found["slack"]))


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).is_success
    except httpx.HTTPError:
        return False
