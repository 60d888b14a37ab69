"""Every request has an id, and nobody but a trusted proxy chooses it."""

import io
import logging
import re
from collections.abc import Iterator

import pytest

from app.cli import log_lines
from app.config import Settings
from tests.builders import SLUG, Game
from tests.web.running_app import API, WEEK, RunningApp, SettableClock, break_addresses, serving, until

GIVEN = "4f1c9b7e-0d52-4b8a-9a77-d2c1f3e8a6b5"


@pytest.fixture
def trusting_site(game: Game, settings: Settings, clock: SettableClock) -> Iterator[RunningApp]:
    """A site behind a proxy that it trusts."""
    assert game.slug == SLUG
    changed = settings.changed(board_visibility="public", trusted_proxies="127.0.0.1")
    with serving(changed, clock) as site:
        yield site


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The server's log."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(log_lines.formatter("text"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def id_of(site: RunningApp, *values: str) -> str:
    """The id of a request that claims to have these."""
    headers = [("X-Request-ID", value) for value in values]
    (request_id,) = site.client.get("/healthz", headers=headers).headers.get_list("x-request-id")
    return request_id


def is_new(request_id: str) -> bool:
    """Tell whether an id is one of ours."""
    return re.fullmatch("[0-9a-f]{16}", request_id) is not None


def test_begin_gives_every_request_an_id_of_its_own(site: RunningApp) -> None:
    site.record()
    paths = ["/", f"{WEEK}/leaderboard", f"{API}/weeks/none/leaderboard", "/nothing", "/static/app.css", "/sign-in"]

    ids = [site.get(path).headers["x-request-id"] for path in paths * 2]

    assert [each for each in ids if not is_new(each)] == []
    assert len(set(ids)) == len(ids)


def test_answer_names_the_request_in_problems_and_in_small_print_on_error_pages(site: RunningApp) -> None:
    problem, page = site.get(f"{API}/weeks/none/leaderboard"), site.get("/weeks/none")

    footer = page.text.partition("<footer")[2].partition("</footer>")[0]
    assert problem.json()["request_id"] == problem.headers["x-request-id"]
    assert f"<p>Request {page.headers['x-request-id']}</p>" in footer
    assert "<p>Request " not in site.get("/").text


def test_log_lines_of_a_request_carry_its_id(site: RunningApp, log: io.StringIO) -> None:
    paths = ("/broken", f"{API}/broken")
    break_addresses(site, *paths)

    failed = [site.get(path).headers["x-request-id"] for path in paths]

    until(lambda: log.getvalue().count("ASGI application") == 2)
    assert re.findall(r" ERROR uvicorn\.error \[(\w+)\]: Exception in ASGI application", log.getvalue()) == failed


def test_adopt_believes_a_trusted_proxy_where_its_id_is_well_formed(trusting_site: RunningApp) -> None:
    malformed = ["short", "x" * 65, "has space", "semi;colon", "under_score_under", 'quo"te-quote']

    assert id_of(trusting_site, GIVEN) == GIVEN
    assert [value for value in malformed if not is_new(id_of(trusting_site, value))] == []
    assert is_new(id_of(trusting_site, GIVEN, GIVEN))


def test_adopt_believes_no_stranger(site: RunningApp) -> None:
    assert is_new(id_of(site, GIVEN))
