"""Content coding: what is asked often is compressed for whoever wants that, and nothing with a secret in it."""

import asyncio
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from app.main import create_app
from app.web.http.content_coding import accepts_gzip
from app.web.http.render import asset
from tests.builders import SLUG, Game
from tests.web.running_app import WEEK, RunningApp, sign_in
from tests.web.test_differential import Answer
from tests.web.test_differential import ask as ask_past_the_server
from tests.web.viewing import STILL

BOARD, JSON, SUMMARY, STYLE = f"/weeks/{SLUG}", f"{WEEK}/leaderboard", f"/weeks/{SLUG}/summary", "/static/app.css"
COMPRESSED = [BOARD, JSON, SUMMARY, STYLE]
HELD = ("etag", "cache-control", "vary", "last-modified")


@pytest.fixture
def site(site: RunningApp) -> RunningApp:
    """A site with something on its board."""
    for name in ("Foxes", "Geese", "Hares", "Ibises"):
        site.game.team(name, f"{name.lower()}@example.com")
    site.record()
    return site


def ask(
    site: RunningApp, path: str, coding: str | None = "gzip", *, method: str = "GET", **headers: str
) -> httpx.Response:
    """An answer with its bytes as they came (`content` is what they mean)."""
    wanted = {} if coding is None else {"Accept-Encoding": coding}
    request = site.client.build_request(method, path, headers={**wanted, **headers})
    if coding is None:
        del request.headers["accept-encoding"]
    return site.client.send(request)


def held(answer: httpx.Response) -> dict[str, str | None]:
    """The headers a cache goes by."""
    return {name: answer.headers.get(name) for name in HELD}


@pytest.mark.parametrize(
    ("headers", "is_accepted"),
    [
        ([], False),
        ([""], False),
        (["gzip"], True),
        (["GZip"], True),
        (["x-gzip"], True),
        (["br, zstd"], False),
        (["gzip, deflate, br, zstd"], True),
        (["deflate", "gzip;q=0.001"], True),
        (["gzip;q=0"], False),
        (["gzip;q=0.000, *"], False),
        (["*"], True),
        (["*;q=0"], False),
        (["*;q=0, gzip"], True),
        (["identity;q=0"], False),
        (["identity;q=0, gzip ; Q=1.000"], True),
        (["identity, gzip;q=0.5"], False),
        (["identity;q=0.5, gzip;q=0.5"], True),
        (["gzip;q=2"], False),
        (["gzip;q=-1"], False),
        (["gzip;q=nan"], False),
        (["gzip;q=0.5555"], False),
        (["gzip;level=9"], False),
        (["gzip deflate"], False),
        (["gzi\xffp"], False),
        ([",,gzip,,"], True),
        (["gzip" + "," * 10_000], False),
    ],
)
def test_accepts_gzip_by_weight(headers: list[str], is_accepted: bool) -> None:
    scope = {"headers": [(b"accept-encoding", value.encode("latin-1")) for value in headers]}

    assert accepts_gzip(scope) == is_accepted


@pytest.mark.parametrize("path", COMPRESSED)
def test_answer_is_the_same_as_gzip_and_as_it_is(site: RunningApp, path: str) -> None:
    plain, packed, refused = ask(site, path, None), ask(site, path), ask(site, path, "gzip;q=0")

    codings = [answer.headers.get("content-encoding") for answer in (plain, packed, refused)]
    assert codings == [None, "gzip", None]
    assert plain.content == packed.content == refused.content
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert held(plain) == held(refused)
    assert {**held(packed), "etag": plain.headers["etag"]} == held(plain)
    assert packed.headers["etag"] == plain.headers["etag"].removesuffix('"') + '-gzip"'
    assert plain.headers["vary"].split(", ")[-1] == "Accept-Encoding"


@pytest.mark.parametrize("path", COMPRESSED)
def test_answer_is_304_for_who_has_this_very_coding(site: RunningApp, path: str) -> None:
    etags = {coding: ask(site, path, coding).headers["etag"] for coding in ("gzip", "identity")}

    answers = {
        (coding, known): ask(site, path, coding, **{"If-None-Match": f'"x", W/{etags[known]}'})
        for coding in etags
        for known in etags
    }

    statuses = {pair: answer.status_code for pair, answer in answers.items()}
    assert statuses == {(coding, known): 304 if coding == known else 200 for coding in etags for known in etags}
    for coding, etag in etags.items():
        same = answers[coding, coding]
        assert (same.headers["etag"], same.headers["vary"], same.headers.get("content-encoding"), same.content) == (
            etag, ask(site, path, coding).headers["vary"], None, b"",
        )  # fmt: skip


@pytest.mark.parametrize("path", COMPRESSED)
def test_head_has_the_headers_of_get_in_each_coding(site: RunningApp, path: str) -> None:
    for coding in (None, "gzip"):
        head, whole = ask(site, path, coding, method="HEAD"), ask(site, path, coding)

        names = (*HELD, "content-length", "content-encoding", "content-type")
        assert {name: head.headers.get(name) for name in names} == {name: whole.headers.get(name) for name in names}
        assert head.content == b""


def test_range_of_a_file_is_one_of_its_own_bytes(site: RunningApp) -> None:
    part = ask(site, "/static/favicon.svg", "gzip", Range="bytes=0-9")

    assert (part.status_code, part.headers.get("content-encoding"), part.content) == (
        206, None, Path("static/favicon.svg").read_bytes()[:10],
    )  # fmt: skip
    for path in (BOARD, STYLE, "/static/app.js"):  # of which nobody has the bytes as they are served
        assert ask(site, path, "gzip", Range="bytes=0-9").status_code == 200


def test_file_is_kept_for_ever_by_its_hash_in_each_coding(site: RunningApp) -> None:
    kept = {ask(site, asset("app.css"), coding).headers["cache-control"] for coding in (None, "gzip")}

    assert kept == {"public, max-age=31536000, immutable"}


def test_small_files_and_fonts_stay_as_they_are(site: RunningApp) -> None:
    for path in ("/static/favicon.svg", "/static/vendor/inter-latin-wght-normal.woff2", "/static/nothing.css"):
        answer = ask(site, path)

        assert (answer.headers.get("content-encoding"), answer.headers.get("vary")) == (None, None)


def test_no_answer_with_a_secret_is_compressed(site: RunningApp) -> None:
    olu = sign_in(site, role="owner")
    start = ["/", "/me", "/organizer", "/organizer/audit", "/sign-in", "/display", BOARD, SUMMARY, JSON]
    waiting, seen = list(start), dict[str, httpx.Response]()
    while waiting and len(seen) < 200:
        path = waiting.pop(0)
        if path in seen or path.partition("?")[0].endswith("/live"):
            continue
        seen[path] = answer = olu.get(path, headers={"Accept-Encoding": "gzip"})
        waiting += re.findall(r'(?:href|src|action)="(/[^"#]*)', answer.text)

    packed = {path for path, answer in seen.items() if "content-encoding" in answer.headers}
    secret = {
        path
        for path, answer in seen.items()
        if "set-cookie" in answer.headers or re.search(r"csrf|a[a-z]_[A-Za-z0-9_-]{20}", answer.text)
    }

    assert packed >= {"/", BOARD, SUMMARY, JSON}
    assert {"/me/settings", "/organizer/people"} <= secret
    assert packed & secret == set()
    assert [path for path in packed if path.startswith(("/me", "/organizer", "/sign-in", "/display"))] == []


def test_compressed_board_is_gzip_of_the_standard(site: RunningApp) -> None:
    with site.client.stream("GET", BOARD, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())

    assert gzip.decompress(raw) == ask(site, BOARD, None).content


STREAMS = [f"{BOARD}/live", f"{WEEK}/live", "/display/live"]


def events(answer: httpx.Response) -> Iterator[bytes]:
    """The events of a stream as they come, undone from whatever coding it has."""
    received = b""
    for part in answer.iter_bytes():
        received += part
        while b"\n\n" in received:
            event, _, received = received.partition(b"\n\n")
            yield event


@pytest.mark.parametrize("path", STREAMS)
def test_stream_says_the_same_as_gzip_whenever_somebody_joins(site: RunningApp, path: str) -> None:
    wanted = {"Accept-Encoding": "gzip"}
    with site.client.stream("GET", path, headers=wanted) as packed:
        early = events(packed)
        first = next(early)
        site.record(external_id="another")
        second = next(early)
        with (
            site.client.stream("GET", path, headers=wanted) as joined,
            site.client.stream("GET", path, headers={"Accept-Encoding": "identity"}) as plain,
        ):
            late, as_it_is = next(events(joined)), next(events(plain))

    codings = [answer.headers.get("content-encoding") for answer in (packed, joined, plain)]
    assert codings == ["gzip", "gzip", None]
    assert {answer.headers["vary"] for answer in (packed, joined, plain)} == {"Accept-Encoding"}
    assert second not in {b"", first}
    assert late == as_it_is


@pytest.mark.parametrize("path", STREAMS)
def test_stream_that_is_no_stream_is_gzip_of_the_standard(game: Game, settings: Settings, path: str) -> None:
    assert game.slug == SLUG
    app = create_app(settings.changed(board_visibility="public"), timing=STILL)

    async def story() -> Answer:
        async with app.router.lifespan_context(app):
            return await ask_past_the_server(app, path, {"Accept-Encoding": "gzip"})

    answer = asyncio.run(story())

    assert (answer.status, dict(answer.headers)[b"content-encoding"]) == (200, b"gzip")
    assert gzip.decompress(answer.body).startswith(b"id: ")


def test_presenter_whose_stage_holds_a_key_gets_it_as_it_is(site: RunningApp) -> None:
    with site.client.stream("GET", f"{SUMMARY}/present/live", headers={"Accept-Encoding": "gzip"}) as answer:
        assert (answer.status_code, answer.headers.get("content-encoding")) == (200, None)
