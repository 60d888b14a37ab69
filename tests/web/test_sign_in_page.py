"""The sign-in page in all its states, its cookies, and where it lets itself be reached."""

from collections.abc import Iterator
from http.cookies import SimpleCookie

import httpx
import pytest

from app.config import Settings
from app.web.sign_in.links import MAILED
from tests.builders import SLUG, Game
from tests.web.anonymous_browser import COOKIE, browsing, link_for, refusal_in
from tests.web.running_app import API, SIGNED_IN, RunningApp, SettableClock, pair, serving, sign_in

MAIL = {
    "smtp_url": "smtp://127.0.0.1:1",
    "mail_from": "week@example.com",
    "public_url": "http://127.0.0.1:8000",
}
COMPANY = {"oidc_issuer": "http://127.0.0.1:1", "oidc_client_id": "week", "oidc_label": "Example Corp"}
PRIVATE = ("no-store", "strict-origin")
BY_PROXY = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def wishes() -> dict[str, object]:
    """Further settings of the site."""
    return {}


@pytest.fixture
def house(game: Game, settings: Settings, clock: SettableClock, wishes: dict[str, object]) -> Iterator[RunningApp]:
    """A site with these settings, where the standard week is on."""
    assert game.slug == SLUG
    with serving(settings.changed(**wishes), clock) as site:
        yield site


def cookie_of(answer: httpx.Response) -> dict[str, object]:
    """Name and flags of the one cookie an answer sets."""
    (header,) = answer.headers.get_list("set-cookie")
    ((name, morsel),) = SimpleCookie(header).items()
    flags = {key: value for key, value in morsel.items() if value != ""}
    return {"name": name, **flags}


def manner(answer: httpx.Response) -> tuple[str, str]:
    """An answer's headers about caching and referrers."""
    assert len(answer.headers.get_list("referrer-policy")) == 1
    return answer.headers["cache-control"], answer.headers["referrer-policy"]


@pytest.mark.parametrize(
    ("wishes", "ways"),
    [
        ({}, ["link", "code"]),
        (MAIL, ["mail", "link", "code"]),
        (COMPANY, ["company", "link", "code"]),
        (MAIL | COMPANY, ["company", "mail", "link", "code"]),
    ],
)
def test_sign_in_page_offers_the_ways_there_are(house: RunningApp, ways: list[str]) -> None:
    page = house.get("/sign-in")

    assert [way for way in ("company", "mail", "link", "code") if f'id="{way}-title"' in page.text] == ways
    assert (page.status_code, manner(page)) == (200, PRIVATE)


@pytest.mark.parametrize(("done", "said"), [("out", "You’re signed out."), ("mailed", MAILED), ("<b>x", ""), ("", "")])
def test_sign_in_page_says_only_sentences_of_ours(site: RunningApp, done: str, said: str) -> None:
    page = site.get("/sign-in", params={"done": done})

    assert ('role="status"' in page.text, said in page.text) == (bool(said), True)
    assert done not in page.text or not done.startswith("<")


def test_ways_that_are_off_say_which_are_left(site: RunningApp) -> None:
    with browsing(site) as somebody:
        answers = [
            somebody.get("/sign-in/company"),
            somebody.get("/sign-in/return?code=x"),
            somebody.send("/sign-in/return", code="x"),
            somebody.send("/sign-in/email", email="ada@example.com"),
        ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert ["Use a sign-in link or join code." in answer.text for answer in answers] == [True] * 4


@pytest.mark.parametrize(
    ("to", "path"),
    [
        ("board", "/"),
        ("organizer", "/organizer"),
        ("me", "/me"),
        ("", "/me"),
        ("https://evil.example", "/me"),
        ("//evil.example", "/me"),
        ("/\\evil.example", "/me"),
        ("javascript:alert(1)", "/me"),
        ("current_board", "/"),
        (f"week_shift/{SLUG}/x", f"/weeks/{SLUG}/shifts/x"),
        (f"week_shift/{SLUG}", "/me"),
        (f"week_shift/{SLUG}/", "/me"),
        ("week_shift/../x", "/me"),
        ("week_board/%2F%2Fa.example", "/weeks/%252F%252Fa.example"),
        ("week_board//evil.example", "/me"),
        ("sign_in", "/me"),
        ("sign_out", "/me"),
        ("shift_take/x/y", "/me"),
        (f"live_shifts/{SLUG}", "/me"),
        ("week_board/" + "x" * 200, "/me"),
        ("board\r\nX-Evil: 1", "/me"),
    ],
)
def test_to_leads_to_named_pages_alone(site: RunningApp, to: str, path: str) -> None:
    gus = sign_in(site)

    answer = gus.get("/sign-in", params={"to": to})
    page = site.get("/sign-in", params={"to": to})

    assert (answer.status_code, answer.headers["location"], answer.headers.get("x-evil")) == (303, path, None)
    assert "evil" not in page.text


@SIGNED_IN
def test_closed_door_leads_to_the_sign_in_page_and_back_to_the_board(site: RunningApp) -> None:
    page = site.get("/")

    assert (page.status_code, 'href="/sign-in?to=board"' in page.text) == (401, True)


def test_every_page_on_the_way_in_is_kept_by_nobody_and_told_to_no_other_site(site: RunningApp) -> None:
    with browsing(site) as somebody:
        link = link_for(site)
        answers = [
            *(somebody.get(path) for path in ("/sign-in", link, "/join", "/join?code=x", "/join/x", "/sign-in/link/x")),
            somebody.send("/sign-in/link/x"),
            somebody.send("/join/nope", name="A", email="a@b"),
        ]  # fmt: skip
        entered = somebody.send(link)

    assert {manner(answer) for answer in answers} == {PRIVATE}
    assert entered.headers["cache-control"] == "no-store"


def test_cookie_on_this_very_machine_has_a_plain_name(site: RunningApp) -> None:
    with browsing(site) as ada:
        answer = ada.send(link_for(site))

    assert cookie_of(answer) == {"name": COOKIE, "httponly": True, "max-age": "604800", "path": "/", "samesite": "lax"}


@pytest.mark.parametrize("wishes", [{"public_url": "https://week.example.com", "trusted_proxies": "127.0.0.1"}])
def test_cookie_over_https_counts_for_this_host_alone(house: RunningApp) -> None:
    origin = {"Origin": "https://week.example.com", "Host": "week.example.com", **BY_PROXY}
    with browsing(house, **origin) as ada:
        answer = ada.send(link_for(house), origin)
        ada.client.headers["Cookie"] = f"__Host-sign-in={answer.cookies['__Host-sign-in']}"

        assert cookie_of(answer) == {
            "name": "__Host-sign-in", "secure": True, "httponly": True, "max-age": "604800", "path": "/",
            "samesite": "lax",
        }  # fmt: skip
        assert ada.is_in()


@pytest.mark.parametrize("wishes", [{"public_url": "https://week.example.com", "trusted_proxies": "127.0.0.1"}])
def test_plain_cookie_counts_for_nothing_over_https(house: RunningApp) -> None:
    gus = sign_in(house)
    origin = {"Host": "week.example.com", **BY_PROXY}

    answers = [gus.get("/me/mark.css"), gus.get("/me/mark.css", headers=origin)]

    assert [bool(answer.text.strip()) for answer in answers] == [True, False]


@pytest.mark.parametrize(
    ("wishes", "host", "status"),
    [
        ({}, "10.1.2.3", 403),
        ({"allow_http": True}, "10.1.2.3", 303),
        ({"trusted_hosts": "week.lan"}, "week.lan", 403),
        ({"trusted_hosts": "week.lan", "allow_http": True}, "week.lan", 303),
    ],
)
def test_plain_http_beyond_this_machine_needs_a_setting(house: RunningApp, host: str, status: int) -> None:
    with browsing(house, Host=host) as ada:
        answer = ada.send(link_for(house), {"Origin": f"http://{host}"})

    assert answer.status_code == status
    assert ("allows plain http with ASSEMBLY_WEEK_ALLOW_HTTP=true." in answer.text) == (status == 403)
    assert ("set-cookie" in answer.headers) == (status == 303)


@pytest.mark.parametrize("wishes", [{"trusted_proxies": "127.0.0.1"}])
def test_local_name_from_another_machine_is_no_loopback(house: RunningApp) -> None:
    with browsing(house, **{"X-Forwarded-For": "10.0.0.9"}) as ada:
        assert (ada.get(link_for(house)).status_code, ada.send(link_for(house)).status_code) == (403, 403)


@SIGNED_IN
def test_secret_of_one_kind_opens_no_other_door(site: RunningApp) -> None:
    gus, screen = sign_in(site, role="owner"), pair(site)
    signed, shown, token = gus.cookies[COOKIE], screen.cookies["plain-display"], site.token("admin")
    headers = [
        {"Authorization": f"Bearer {signed}"},
        {"Authorization": f"Bearer {shown}"},
        {"Cookie": f"{COOKIE}={token}"},
        {"Cookie": f"{COOKIE}={shown}"},
        {"Cookie": f"plain-display={signed}"},
        {"Cookie": f"plain-display={token}"},
        {"Cookie": f"__Host-sign-in={signed}"},
        {"Cookie": f"plain-company={signed}"},
        {"X-CSRF-Token": gus.csrf},
    ]

    pages = {site.get(f"/weeks/{SLUG}", headers=header).status_code for header in headers}
    programs = {
        site.get(f"{API}/people", headers=each).status_code for each in [*headers, {"Cookie": f"{COOKIE}={signed}"}]
    }

    assert (pages, programs) == ({401}, {401})
    assert (gus.get(f"/weeks/{SLUG}").status_code, screen.get(f"/weeks/{SLUG}").status_code) == (200, 200)


@pytest.mark.parametrize("wishes", [MAIL])
def test_too_many_tries_say_when_to_come_back(house: RunningApp) -> None:
    with browsing(house) as somebody:
        for _ in range(5):
            somebody.send("/sign-in/email", email="nobody@example.com")
        answer = somebody.send("/sign-in/email", email="nobody@example.com")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
    assert refusal_in(answer) == "Too many sign-in emails. Try again in 60 minutes."
    assert 'value="nobody@example.com"' in answer.text
