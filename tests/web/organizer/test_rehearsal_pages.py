"""The pages of a rehearsal: what can't be done in one is not offered, and what they link to is there."""

import re

import pytest

from app.services.rehearsals import ending, rehearsals
from app.services.shifts import patterns, settings
from app.services.shifts.shifts import ShiftFields
from tests.builders import ENDS, SLUG, STARTS, act_by, moment
from tests.web.running_app import API, RunningApp, Visitor, pair, sign_in

TRIED = f"{SLUG}~rehearsal"
PARTIAL = {"HX-Request": "true"}
LIFE = {"open", "reopen", "close", "freeze", "reveal", "presenter", "present"}
ID = re.compile(r"[0-9a-f]{16}")
FORM = re.compile(r'<form[^>]*\bmethod="post"[^>]*\baction="([^"]+)"')
BUTTON = re.compile(r'\bformaction="([^"]+)"')
LINK = re.compile(r'\bhref="([^"#]+)')


@pytest.fixture
def tried(site: RunningApp) -> RunningApp:
    """A site whose week, for anyone and with shifts that organizers confirm, is being rehearsed; on its third day."""
    with site.database.unit_of_work() as session:
        act = act_by("Olu", site.clock.now)
        settings.change(session, SLUG, {"needs_team": False, "completes": "organizer"}, act)
        patterns.generate_ready(
            session, SLUG, patterns.ASSEMBLY, STARTS, ENDS, ShiftFields(seats=3, label="Desk"), site.game.act
        )
        rehearsals.begin(session, SLUG, act)
        rehearsals.move(session, SLUG, moment("2022-09-14 10:05"), act)
    return site


@pytest.fixture
def organizer(tried: RunningApp) -> Visitor:
    """An organizer, signed in."""
    return sign_in(tried, "olu@example.com", "organizer")


def test_pages_of_a_rehearsal_offer_its_life_alone_and_lead_nowhere_that_is_not(organizer: Visitor) -> None:
    pages, offered, dead = _walk(organizer)

    assert {action for action in offered if action.rpartition("/")[2] not in LIFE} == set()
    assert {f"/organizer/weeks/{TRIED}/{step}" for step in ("close", "freeze", "presenter")} <= offered
    assert dead == []
    organizer.post(f"/organizer/weeks/{TRIED}/close")
    closed = set(FORM.findall(organizer.get(f"/organizer/weeks/{TRIED}").text))
    assert closed == {f"/organizer/weeks/{TRIED}/{step}" for step in ("reopen", "presenter")}
    assert {f"/organizer/weeks/{TRIED}/{page}" for page in ("teams", "shifts", "shifts/coverage", "ledger")} <= pages
    assert {f"/weeks/{TRIED}/{page}" for page in ("shifts", "latest", "guestbook", "summary", "teams/ID")} <= pages


def test_display_of_a_rehearsal_is_for_organizers_and_no_screen_hears_of_it(
    tried: RunningApp, organizer: Visitor
) -> None:
    screen, path = pair(tried), f"/organizer/weeks/{TRIED}/display"
    before = screen.get("/display", headers=PARTIAL).text

    page = organizer.get(path)

    assert (page.status_code, "Rehearsal: not real." in page.text, "hx-sse" in page.text) == (200, True, False)
    assert 'id="scene-board"' in page.text
    assert '<body data-now="2022-09-14T17:05:00' in page.text
    assert screen.get("/display", headers=PARTIAL).text == before
    assert "<b>Preview.</b>" in organizer.get(f"/organizer/weeks/{SLUG}/display").text


def test_streams_of_a_rehearsal_end_when_it_is_thrown_away(tried: RunningApp, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Authorization": f"Bearer {tried.token('admin')}"}
    with tried.client.stream("GET", f"{API}/weeks/{TRIED}/live", headers=headers) as answer:
        lines = answer.iter_lines()
        assert next(lines).startswith("id: ")
        with tried.database.unit_of_work() as session:
            ending.throw_away(session, SLUG, act_by("Olu", tried.clock.now))

        for _ in lines:
            pass

    assert [record.getMessage() for record in caplog.records if "live:" in record.getMessage()] == []


def _walk(organizer: Visitor) -> tuple[set[str], set[str], list[str]]:
    """Follow every link of a rehearsal, one of a kind each: the pages, what their forms send, and what is not there."""
    pages, offered, dead = set(), set(), []
    known = {f"/organizer/weeks/{TRIED}", f"/weeks/{TRIED}"}
    todo = sorted(known)
    while todo:
        path = todo.pop()
        answer = organizer.get(path)
        pages.add(ID.sub("ID", path.partition("?")[0]))
        if answer.status_code != 200:
            dead.append(path)
        offered |= {each.partition("?")[0] for each in (*FORM.findall(answer.text), *BUTTON.findall(answer.text))}
        for link in LINK.findall(answer.text):
            kind = ID.sub("ID", link)
            if kind not in known and (TRIED in link or "/people/" in link) and "text/html" in str(answer.headers):
                known.add(kind)
                todo.append(link.replace("&amp;", "&"))
    assert not any("stand-in" in organizer.get(path).text for path in (f"/organizer/weeks/{TRIED}/teams",))
    return pages, offered, dead
