"""The rehearsal of a week on its page and by API, and its door: nobody but organizers finds one, by any address."""

import re

import httpx
import pytest

from app.domain.actor import SCOPES
from app.services import ceremonies
from app.services.rehearsals import rehearsals
from app.services.weeks import weeks
from tests.builders import ADA, ENDS, SLUG, STARTS, act_by, an_activity, moment
from tests.web.organizer.reading import flash
from tests.web.reading import mistakes
from tests.web.running_app import API, WEEK, RunningApp, Visitor, pair, sign_in
from tests.web.test_access import routes

TRIED, UNKNOWN = f"{SLUG}~rehearsal", "unknown~rehearsal"
HERE = f"/organizer/weeks/{SLUG}/rehearsal"
ID = "0123456789abcdef"


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer, signed in."""
    return sign_in(site, "olu@example.com", "organizer")


@pytest.fixture
def begun(site: RunningApp) -> RunningApp:
    """A site whose week is being rehearsed, until Tuesday noon."""
    with site.database.unit_of_work() as session:
        rehearsals.begin(session, SLUG, act_by("Olu", site.clock.now))
        rehearsals.move(session, SLUG, moment("2022-09-13 12:00"), act_by("Olu", site.clock.now))
    return site


def test_rehearsal_is_begun_moved_and_thrown_away(site: RunningApp, organizer: Visitor) -> None:
    before = site.board()
    assert "Start rehearsal" in organizer.get(HERE).text

    first = organizer.post(HERE)
    page = organizer.get(first.headers["location"]).text
    assert (first.status_code, "Monday 12 September, 09:00" in page) == (303, True)
    organizer.post(f"{HERE}/clock", to="hour")
    organizer.post(f"{HERE}/clock", to="morning")
    organizer.post(f"{HERE}/clock", to="time", at="2022-09-14T12:30")

    assert "Wednesday 14 September, 12:30" in organizer.get(HERE).text
    board = organizer.get(f"/weeks/{TRIED}")
    assert (board.status_code, "Rehearsal: not real." in board.text) == (200, True)
    assert site.board() == before
    end = organizer.post(f"{HERE}/end")
    assert "Thrown away." in flash(organizer.get(end.headers["location"]))
    assert organizer.get(f"/weeks/{TRIED}").status_code == 404


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"to": "time", "at": "2022-09-12T08:00"}, "This clock only goes forward."),
        ({"to": "time", "at": "2023-09-12T08:00"}, "That’s more than two weeks after the last day."),
        ({"to": "time", "at": ""}, "Write a day and a time"),
        ({"to": "time", "at": "noon"}, "Write a day and a time"),
    ],
)
def test_clock_that_cannot_be_is_refused_at_its_field(
    begun: RunningApp, organizer: Visitor, form: dict[str, str], sentence: str
) -> None:
    answer = organizer.post(f"{HERE}/clock", **form)

    assert answer.status_code == 422
    assert mistakes(answer)["at"].startswith(sentence)


def test_rehearsal_goes_by_its_own_clock(begun: RunningApp) -> None:
    begun.clock.set("2022-10-18 12:00")
    organizer = sign_in(begun, "olu@example.com", "organizer")

    board = organizer.get(f"/weeks/{TRIED}").text
    week = organizer.get(f"/organizer/weeks/{TRIED}").text

    assert 'aria-label="My team"' in board
    assert "Close week" in week
    frozen = organizer.post(f"/organizer/weeks/{TRIED}/freeze")
    assert frozen.headers["location"].endswith("?done=frozen")
    with begun.database.reading() as session:
        assert weeks.admitted(session, TRIED).frozen_at == moment("2022-09-13 12:00")


def test_board_of_a_rehearsal_follows_its_clock_at_once(begun: RunningApp) -> None:
    path = f"{API}/weeks/{TRIED}/leaderboard"
    before = begun.get(path, "admin").json()

    answer = begun.ask("PATCH", f"{WEEK}/rehearsal", "admin", json={"now": "2022-09-15T12:00:00-07:00"})

    after = begun.get(path, "admin").json()
    assert answer.json()["now"] == "2022-09-15T19:00:00.000000Z"
    assert sum(after["totals"].values()) > sum(before["totals"].values())
    assert after["as_of"].startswith("2022-09-15T19:00")


def test_api_begins_tells_and_throws_away(site: RunningApp) -> None:
    path = f"{WEEK}/rehearsal"

    missing = site.get(path, "admin")
    made = site.post(path, "admin")
    again = site.post(path, "admin")
    told = site.get(path, "admin")
    gone = site.ask("DELETE", path, "admin")

    assert [each.status_code for each in (missing, made, again, told, gone)] == [404, 201, 409, 200, 200]
    assert told.json() == made.json()
    assert (told.json()["week"], told.json()["of"], told.json()["state"]) == (TRIED, SLUG, "open")
    assert gone.json()["rows"] > 10


def test_nobody_else_finds_a_rehearsal_by_any_address(begun: RunningApp) -> None:
    """Whatever is asked for answers to everybody else as it does where there is no rehearsal."""
    people = {"visitor": None, "player": sign_in(begun, ADA), "screen": pair(begun)}
    scopes = [scope for scope in SCOPES if scope != "admin"]
    tried = 0
    for method, template in sorted(routes(begun.app)):
        if "{week}" not in template:
            continue
        paths = [re.sub(r"\{[^}]+\}", ID, template.replace("{week}", slug)) for slug in (TRIED, UNKNOWN)]
        for who, person in people.items():
            ask = person.ask if person else begun.ask
            fields = {"data": {"csrf": person.csrf}} if isinstance(person, Visitor) and method == "POST" else {}
            one, other = (ask(method, path, **fields) for path in paths)
            assert _said(one) == _said(other), (method, template, who)
            assert one.status_code in (401, 403, 404, 409, 422), (method, template, who)
            tried += 1
        for scope in scopes if template.startswith("/api/") else ():
            body = an_activity() if method == "POST" else {}
            one, other = (begun.ask(method, path, scope, json=body) for path in paths)
            assert _said(one) == _said(other), (method, template, scope)
            assert one.status_code >= 400, (method, template, scope)
    assert tried > 100


def _said(answer: httpx.Response) -> tuple[int, str]:
    text = re.sub(r'name="csrf" value="[^"]*"|nonce-\S+|[0-9a-f]{10,}', "", answer.text)
    return answer.status_code, text.replace(TRIED, "").replace(UNKNOWN, "")


def test_organizer_changes_nothing_in_a_rehearsal_but_its_life(begun: RunningApp, organizer: Visitor) -> None:
    may = {"open", "reopen", "close", "freeze", "reveal", "presenter", "state"}
    for method, template in sorted(routes(begun.app)):
        if method == "GET" or "{week}" not in template or template.rpartition("/")[2] in may | {"present"}:
            continue
        path = re.sub(r"\{[^}]+\}", ID, template.replace("{week}", TRIED))
        if template.startswith("/api/"):
            answer = begun.ask(method, path, "admin", json=an_activity())
        else:
            answer = organizer.post(path)
        assert (answer.status_code, "only its life can be tried" in answer.text) == (409, True), (method, template)


def test_slug_that_comes_in_a_form_a_query_or_a_body_finds_no_rehearsal(begun: RunningApp, organizer: Visitor) -> None:
    player = sign_in(begun, ADA)

    logged = player.post("/me/log", id=ID, week=TRIED, kind="issue", day="2022-09-13", time="10:00")
    listed = player.get(f"/me/activities?week={TRIED}")
    webhook = begun.post(
        f"{API}/webhooks", "admin", json={"url": "https://a.example.com/", "events": ["week.closed"], "week": TRIED}
    )
    exports = organizer.get(f"/organizer/exports?week={TRIED}")
    made = organizer.post(
        "/organizer/weeks", name="Fake", slug=TRIED, timezone="Berlin", starts=str(STARTS), ends=str(ENDS)
    )

    assert [answer.status_code >= 400 for answer in (logged, listed, webhook, exports, made)] == [True] * 5
    with begun.database.reading() as session:
        assert [week.slug for week in weeks.every(session)] == [SLUG]


def test_ceremony_is_rehearsed_with_a_presenter_link(begun: RunningApp, organizer: Visitor) -> None:
    made = organizer.post(f"/organizer/weeks/{TRIED}/presenter").text
    [key] = re.findall(r"present\?key=([^<\s]+)", made)
    stage = f"/weeks/{TRIED}/summary/present"

    first = organizer.get(f"{stage}?key={key}")
    moved = organizer.post(stage, to="next", key=key)
    stranger = begun.get(f"{stage}?key={key}")

    assert [each.status_code for each in (first, moved, stranger)] == [200, 303, 404]
    with begun.database.reading() as session:
        assert ceremonies.current(session, weeks.admitted(session, TRIED)) == 1
        assert ceremonies.last_begun(session, begun.clock.now) is None
