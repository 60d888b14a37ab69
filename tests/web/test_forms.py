"""Forms: only from our own pages, only with their sign-in's token, whatever else comes; and GET changes nothing."""

from typing import Any

import httpx
import pytest
from sqlmodel import SQLModel, select
from starlette.routing import Mount

from app.web.http.csrf import EXPIRED
from tests.builders import ADA, GUS, OWLS, SLUG
from tests.web.anonymous_browser import browsing, first_link, link_for
from tests.web.running_app import BOTH_ENGINES, WEEK, RunningApp, sign_in
from tests.web.test_access import routes
from tests.web.test_join import NEW, code_for, members

HOSTILE = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "a neighbour": {"Sec-Fetch-Site": "same-site"},
    "nobody": {"Sec-Fetch-Site": "none"},
    "nonsense": {"Sec-Fetch-Site": "same-origin, cross-site"},
    "another origin": {"Origin": "https://evil.example"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "another scheme": {"Origin": "https://HERE"},
    "a longer name": {"Origin": "http://HERE.evil.example"},
    "somebody at us": {"Origin": "http://evil@HERE"},
    "null": {"Origin": "null"},
    "half an address": {"Origin": "http://["},
    "empty": {"Origin": ""},
    "fetched here, sent elsewhere": {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    "silence": {},
}
OURS = [
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://HERE"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://HERE"},
]


def placed(headers: dict[str, str], site: RunningApp) -> dict[str, str]:
    """Headers with this site's name in them."""
    return {name: value.replace("HERE", site.url.removeprefix("http://")) for name, value in headers.items()}


@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize("name", HOSTILE)
def test_form_that_is_not_sent_from_here_is_refused(site: RunningApp, name: str) -> None:
    gus, link = sign_in(site, GUS, "owner"), link_for(site)
    cookie = {"Cookie": f"plain-sign-in={gus.cookies['plain-sign-in']}"}
    headers = placed(HOSTILE[name], site) | cookie

    answers = [
        site.client.post(path, headers=headers, data={"csrf": gus.csrf})
        for path in (link, "/sign-in/email", "/join/x", "/", "/organizer", "/nowhere", "//api/v1/weeks")
    ]

    assert {(answer.status_code, "This was sent from another site" in answer.text) for answer in answers} == {
        (403, True)
    }
    assert site.get(link).status_code == 200


@pytest.mark.parametrize("headers", OURS)
def test_form_sent_from_here_is_taken(site: RunningApp, headers: dict[str, str]) -> None:
    assert site.client.post(link_for(site), headers=placed(headers, site)).status_code == 303


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "post", "QUERY"])
def test_no_other_method_passes_by_the_guard(site: RunningApp, method: str) -> None:
    assert site.client.request(method, link_for(site)).status_code in {400, 403}


@pytest.mark.parametrize("name", HOSTILE)
def test_programs_with_a_token_are_not_asked_where_they_are(site: RunningApp, name: str) -> None:
    headers = placed(HOSTILE[name], site) | {"Authorization": f"Bearer {site.token('rules:write')}"}

    assert site.client.post("/api/v1/rules/preview", headers=headers, content=b"x").status_code == 422


def test_cookies_open_nothing_for_programs(site: RunningApp) -> None:
    gus = sign_in(site, GUS, "owner")

    answer = gus.ask("POST", f"{WEEK}/activities", json={}, headers={"X-CSRF-Token": gus.csrf})

    assert answer.status_code == 401


@BOTH_ENGINES
def test_form_needs_the_token_of_its_own_sign_in(site: RunningApp) -> None:
    code, gus, ada = code_for(site), sign_in(site, GUS), sign_in(site, ADA)
    again = sign_in(site, GUS)
    tries = [
        ada.csrf,
        again.csrf,
        "",
        "x",
        gus.csrf[:-1],
        gus.csrf.upper(),
        gus.csrf + " ",
        "\u00e9",
        gus.cookies["plain-sign-in"],
    ]

    answers = [gus.post(f"/join/{code}", csrf=each) for each in tries]
    missing = gus.ask("POST", f"/join/{code}", data={"name": "x"})
    empty = gus.ask("POST", f"/join/{code}")
    as_json = gus.ask("POST", f"/join/{code}", json={"csrf": gus.csrf})
    in_query = gus.ask("POST", f"/join/{code}?csrf={gus.csrf}")

    assert {each.status_code for each in (*answers, missing, empty, as_json, in_query)} == {403}
    assert {EXPIRED in answer.text for answer in answers} == {True}
    assert members(site) == [ADA]
    assert gus.post(f"/join/{code}").status_code == 303


def test_token_in_a_header_counts_and_goes_before_the_field(site: RunningApp) -> None:
    code, gus = code_for(site), sign_in(site, GUS)

    wrong = gus.ask("POST", f"/join/{code}", data={"csrf": gus.csrf}, headers={"X-CSRF-Token": "x"})
    right = gus.ask("POST", f"/join/{code}", headers={"X-CSRF-Token": gus.csrf})

    assert (wrong.status_code, right.status_code) == (403, 303)


def multipart(*parts: tuple[str, bytes], charset: str = "") -> dict[str, Any]:
    """A multipart body as hostile programs send it: each part with its own disposition."""
    lines = b"".join(
        b"--x\r\nContent-Disposition: form-data; " + name.encode() + b"\r\n\r\n" + value + b"\r\n"
        for name, value in parts
    )
    kind = "multipart/form-data; boundary=x" + (f"; charset={charset}" if charset else "")
    return {"content": lines + b"--x--\r\n", "headers": {"Content-Type": kind}}


URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
BODIES: dict[str, dict[str, Any]] = {
    "a file for a name": multipart(('name="name"; filename="x.exe"', b"MZ"), ('name="email"', b"x@example.com")),
    "a file for the token": multipart(('name="csrf"; filename="x"', b"x")),
    "a file nobody asked for": multipart(('name="x"; filename="x"', b"x" * 100_000), ('name="name"', b"X")),
    "a surrogate": multipart(('name="name"', b"+2AA-"), ('name="email"', b"x+2AA-+AEA-example.com"), charset="utf-7"),
    "a surrogate's e-mail": multipart(('name="name"', b"X"), ('name="email"', b"\\ud800@b"), charset="unicode_escape"),
    "an encoding that fails": multipart(('name="name"', b"x"), charset="undefined"),
    "another one": multipart(('name="name"', b"\xff-\x00"), charset="punycode"),
    "no text at all": multipart(('name="name"', b"78"), charset="hex"),
    "no name": multipart(("filename=x", b"x")),
    "too many parts": multipart(*[(f'name="f{number}"', b"x") for number in range(1_100)]),
    "a cut body": {"content": b"--x\r\nContent-Disp", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    "no boundary": {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    "fields twice": {
        "content": b"name=A&name=B&email=b@example.com&email=c@example.com&csrf=&csrf=x",
        "headers": URLENCODED,
    },
    "broken percents": {"content": b"name=%zz&email=%&%=%ff", "headers": URLENCODED},
    "bytes": {"content": bytes(range(256)), "headers": URLENCODED},
    "NUL": {"content": b"name=%00&email=%00@%00.example", "headers": URLENCODED},
    "a thousand fields": {"content": b"&".join(b"f=%d" % number for number in range(5_000)), "headers": URLENCODED},
    "a megabyte": {"content": b"name=" + b"x" * 1_040_000, "headers": URLENCODED},
    "more than that": {"content": b"name=" + b"x" * 1_100_000, "headers": URLENCODED},
    "json": {"json": {"name": "X", "email": "x@example.com"}},
    "text": {"content": b"name=X", "headers": {"Content-Type": "text/plain"}},
}


@BOTH_ENGINES
@pytest.mark.usefixtures("quiet_log")
@pytest.mark.parametrize("name", BODIES)
def test_form_that_makes_no_sense_never_fails_and_lets_nobody_in(site: RunningApp, name: str) -> None:
    code, gus = code_for(site), sign_in(site, GUS)
    paths = [f"/join/{code}", "/sign-in/email", "/sign-in/return", first_link(site), "/sign-in/link/x"]

    answers = [site.post(path, **BODIES[name]) for path in paths]
    answers.append(gus.ask("POST", f"/join/{code}", **BODIES[name]))

    if name != "fields twice":
        assert members(site) == [ADA]
    assert {answer.status_code for answer in answers} <= {303, 400, 403, 404, 413, 422}
    assert all(answer.status_code >= 400 for answer in answers) or name == "fields twice"


NOTED = ("'audit.exported'", "'access.refused'")
"""The audit's notes of reading: who took a copy of it, and who was refused."""


def everything(site: RunningApp) -> dict[str, list[str]]:
    """Every row of every table but what only counts tries, notes who read, or when something was last seen."""
    found = {}
    with site.database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in {"used_at", "seen_at"}]
            rows = [repr(tuple(row)) for row in session.exec(select(*columns)).all()]
            found[table.name] = sorted(row for row in rows if not any(each in row for each in NOTED))
    del found["throttle"], found["job"]  # the server plans its own daily jobs
    return found


def places(site: RunningApp) -> dict[str, str]:
    """The values of a path's placeholders."""
    activity = site.record().json()["id"]
    team = site.game.team_id(OWLS)
    return {
        "week": SLUG, "team": team, "team_id": team, "activity_id": activity, "name": "days", "code": code_for(site),
        "secret": link_for(site).rpartition("/")[2],
    }  # fmt: skip


@BOTH_ENGINES
def test_reading_never_changes_anything(site: RunningApp) -> None:
    parts = places(site)
    gus = sign_in(site, GUS, "owner")
    paths = [template for method, template in routes(site.app) if method == "GET" and not template.endswith("/live")]
    before = everything(site)

    for template in paths:
        path = template.format_map(_Known(parts))
        for method in ("GET", "HEAD", "OPTIONS"):
            for query in ("", "?to=me&done=out&code=x&state=y&delete=1&_method=POST"):
                answer = gus.ask(method, path + query, headers={"X-HTTP-Method-Override": "POST"})
                assert answer.status_code < 500, (method, path)

    assert everything(site) == before
    assert len(paths) > 20
    assert not [route for route in site.app.routes if isinstance(route, Mount) and route.path != "/static"]


class _Known(dict[str, str]):
    """Parts of paths; what nobody has thought of is called so."""

    def __missing__(self, _name: str) -> str:
        return "unknown"


def test_refusals_of_the_guard_are_pages_and_problems(site: RunningApp) -> None:
    with browsing(site) as somebody:
        page: httpx.Response = somebody.client.post("/join/x", data=NEW)

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Open the page here and send it from there." in page.text
