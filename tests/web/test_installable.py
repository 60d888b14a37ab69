"""The head of a page, as browsers and search engines read it: description, manifest, icons."""

import re
import struct

import pytest

from app.web.http.render import STATIC
from tests.builders import OWLS, SLUG
from tests.web.running_app import SIGNED_IN, RunningApp, sign_in
from tools import icons

STARTS = ("/", f"/weeks/{SLUG}/summary", f"/weeks/{SLUG}/shifts", f"/weeks/{SLUG}/guestbook", "/guide")
OPEN = (*STARTS, "/sign-in", "/join", "/display")
OWN = ("/me", "/me/settings", "/organizer", "/organizer/people")


def head_of(text: str) -> str:
    """The head of a page."""
    return text.partition("</head>")[0]


def test_every_page_describes_itself_once_and_can_be_installed(site: RunningApp) -> None:
    site.record()
    receipt = f"/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}"
    olu = sign_in(site, role="owner")
    pages = [olu.get(path) for path in (*STARTS, receipt, *OWN)]
    pages += [site.get(path) for path in (*OPEN, "/me", "/nothing")]

    for answer in pages:
        head = head_of(answer.text)
        described = re.findall(r'<meta name="description" content="([^"]+)">', head)
        assert (answer.url.path, len(described)) == (answer.url.path, 1)
        assert 20 <= len(described[0]) <= 160
        assert head.count('rel="manifest"') == head.count('rel="apple-touch-icon"') == 1

    kinds = {re.findall(r'name="description" content="([^"]+)"', each.text)[0] for each in pages}
    assert len(kinds) >= 11


@SIGNED_IN
def test_closed_board_describes_nothing_of_its_week(site: RunningApp) -> None:
    answer = site.get(f"/weeks/{SLUG}/summary")

    assert answer.status_code == 401
    assert 'content="A week of customer-support shifts as a game."' in head_of(answer.text)


def test_manifest_is_the_one_the_tool_writes_and_anybody_gets_it(site: RunningApp) -> None:
    [address] = re.findall(r'rel="manifest" href="([^"]+)"', site.get("/sign-in").text)

    answer = site.get(address)

    assert answer.headers["content-type"] == "application/manifest+json"
    assert answer.json() == icons.manifest()
    assert "manifest-src 'self'" in site.get("/").headers["content-security-policy"]
    olu = sign_in(site, role="owner")
    shortcuts = [each["url"] for each in answer.json()["shortcuts"]]
    assert [olu.get(url, follow_redirects=True).status_code for url in shortcuts] == [200] * len(shortcuts)


def test_icons_have_the_sizes_that_home_screens_ask_for(site: RunningApp) -> None:
    listed = site.get("/static/manifest.webmanifest").json()["icons"]

    found = {(each["sizes"], each["purpose"]) for each in listed}

    assert found == {(size, purpose) for size in ("192x192", "512x512", "any") for purpose in ("any", "maskable")}
    for each in listed:
        answer = site.get(each["src"])
        assert (answer.status_code, answer.headers["content-type"]) == (200, each["type"])
        assert "immutable" in answer.headers["cache-control"]
        if each["type"] == "image/png":
            assert "{}x{}".format(*size_of(answer.content)) == each["sizes"]


@pytest.mark.parametrize("name", list(icons.DRAWN))
def test_pictures_have_the_size_they_are_drawn_at(name: str) -> None:
    size = icons.DRAWN[name][1]

    picture = (STATIC / name).read_bytes()

    assert size_of(picture) == (size, size)
    assert len(picture) < 5_000, "drawn without a palette"


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, in pixels."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height
