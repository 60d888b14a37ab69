"""The announcement: on boards, shifts, Me and displays, live, until its last day is over."""

import re

import pytest

from app.services import announcements
from tests.builders import SLUG, act_by
from tests.services.shifts.test_seats import Plan
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import API, BOTH_ENGINES, RunningApp, Visitor, assert_problem, sign_in
from tests.web.test_display import picture
from tests.web.viewing import watching

PAGE = "/organizer/announcement"
LINE = "Prizes at 17:00 <in the lobby>"
SHOWN = "<bdi>Prizes at 17:00 &lt;in the lobby&gt;</bdi>"
BOARD = f"/weeks/{SLUG}"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An organizer."""
    return sign_in(site, "olu@example.com", "organizer")


def say(site: RunningApp, text: str) -> int:
    with site.database.unit_of_work() as session:
        return announcements.change(session, text, act_by("Ada", site.clock.now)).version


def announced(site: RunningApp) -> int:
    with site.database.reading() as session:
        return announcements.kept(session).version


def places(site: RunningApp) -> list[bool]:
    """Tell of a board, its shifts, one of them, a player's own page and the display if the announcement is there."""
    player = sign_in(site)
    shift = f"{BOARD}/shifts/{Plan(site.game, site.clock.now).shift()}"
    pages = (
        *(site.get(page).text for page in (BOARD, f"{BOARD}/shifts", shift)),
        player.get("/me").text,
        picture(site),
    )
    return [SHOWN in page for page in pages]


@BOTH_ENGINES
@pytest.mark.parametrize("frozen", [False, True])
def test_announcement_comes_to_open_boards_as_a_small_update(site: RunningApp, olu: Visitor, frozen: bool) -> None:
    site.record()
    if frozen:
        site.game.freeze()
    position = site.get(BOARD).text.partition("live?since=")[2].partition('"')[0]

    with watching(site, f"{BOARD}/live?since={position}") as events:
        answer = olu.post(PAGE, text=LINE, link="https://wiki.example/prizes", version="0")
        update = next(event["data"] for event in iter(lambda: events.get(timeout=2), {}) if "data" in event)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?done=said")
    assert f'<a href="https://wiki.example/prizes" rel="noopener noreferrer">{SHOWN}</a>' in update
    if not frozen:  # boards of a freeze are no step from others and are sent as a whole
        assert update.startswith('<hx-partial hx-target="#announcement"')
        assert len(update) < 1_200
    assert places(site) == [True] * 5


def test_announcement_comes_to_open_lists_of_shifts_and_goes_by_itself(site: RunningApp, olu: Visitor) -> None:
    position = site.get(f"{BOARD}/shifts").text.partition("live?since=")[2].partition('"')[0]

    with watching(site, f"{BOARD}/shifts/live?since={position}") as events:
        texts = iter(event["data"] for event in iter(lambda: events.get(timeout=10), {}) if "data" in event)
        next(texts)
        olu.post(PAGE, text=LINE, last_day="2022-09-14", version="0")
        said = next(texts)
        site.clock.set("2022-09-15T00:00:00-07:00")
        gone = next(texts)

    assert said.startswith('<hx-partial hx-target="#announcement"')
    assert (said.count(SHOWN), gone.count('id="announcement"'), gone.count(SHOWN)) == (1, 1, 0)


def test_announcement_is_told_where_there_is_no_week(empty_site: RunningApp) -> None:
    player = sign_in(empty_site)
    paths = ("/", "/me", "/display")
    before, mark = [empty_site.get(paths[0]).text, player.get("/me").text, empty_site.get("/display").text], "data-mark"
    pulse = empty_site.get("/display/pulse").json()["mark"]

    say(empty_site, LINE)
    after = [empty_site.get(paths[0]).text, player.get("/me").text, empty_site.get("/display").text]

    assert [(SHOWN in page, mark in page) for page in before] == [(False, False), (False, False), (False, True)]
    assert [SHOWN in page for page in after] == [True] * 3
    assert (pulse, f'{mark}="{empty_site.get("/display/pulse").json()["mark"]}"' in after[2]) == ("", True)


def test_announcement_may_be_dismissed_by_its_text(site: RunningApp, olu: Visitor) -> None:
    keys = []
    for number, text in enumerate((LINE, LINE, "Lunch at noon")):
        olu.post(PAGE, text=text, version=str(announced(site)), link="https://a.example/" if number == 1 else "")
        keys += re.findall(r'data-said="(\w{12})"', site.get(BOARD).text)

    assert (len(keys), len(set(keys))) == (3, 3)
    assert "data-said" not in olu.get(PAGE).text  # organizers see on its page that it is there


def test_announcement_goes_by_itself_after_its_last_day(site: RunningApp, olu: Visitor) -> None:
    olu.post(PAGE, text=LINE, last_day="2022-09-14", version="0")
    before = places(site), text_of(olu.get(PAGE))

    site.clock.set("2022-09-15T00:00:00-07:00")

    assert before[0] == [True] * 5
    assert "Until Wednesday 14 September." in before[1]
    assert places(site) == [False] * 5
    assert "The last one went after Wednesday 14 September." in text_of(olu.get(PAGE))


def test_cleared_announcement_is_gone_everywhere(site: RunningApp, olu: Visitor) -> None:
    olu.post(PAGE, text=LINE, version="0")
    before = places(site)

    olu.post(f"{PAGE}/clear", version="1")

    assert (before, places(site)) == ([True] * 5, [False] * 5)


def test_second_of_two_organizers_sees_what_the_first_wrote(site: RunningApp, olu: Visitor) -> None:
    say(site, "Lunch at noon")

    refused = olu.post(PAGE, text=LINE, version="0")
    again = olu.post(PAGE, text=LINE, version="1")

    assert (refused.status_code, again.status_code) == (409, 303)
    assert "Ada wrote “Lunch at noon” after you opened this page." in flash(refused)
    assert 'value="Prizes at 17:00 &lt;in the lobby&gt;"' in refused.text
    assert '<input type="hidden" name="version" value="1">' in refused.text


@pytest.mark.parametrize(
    "field",
    [{"text": " "}, {"text": "x" * 141}, {"text": "a\u202eb"}, {"link": "javascript:alert(1)"},
     {"last_day": "2022-09-13"}, {"last_day": "soon"}],
)  # fmt: skip
def test_line_that_cannot_be_is_refused_at_its_field(site: RunningApp, olu: Visitor, field: dict[str, str]) -> None:
    answer = olu.post(PAGE, **{"text": LINE, "version": "0", **field})

    assert answer.status_code == 422
    assert f'id="{next(iter(field))}-error"' in answer.text
    assert places(site) == [False] * 5


@BOTH_ENGINES
def test_api_reads_sets_and_clears_it(site: RunningApp) -> None:
    wish = {"text": LINE, "until": "2022-09-16T18:00:00-07:00"}

    first = site.ask("PUT", f"{API}/announcement", "admin", json=wish)
    same = site.ask("PUT", f"{API}/announcement?version=1", "admin", json=wish)
    stale = site.ask("PUT", f"{API}/announcement?version=0", "admin", json={"text": "Later"})
    read = site.get(f"{API}/announcement", "read").json()
    cleared = [site.ask("DELETE", f"{API}/announcement", "admin").json() for _ in range(2)]

    assert [(read[name]) for name in ("text", "link", "until", "version")] == [
        LINE, None, "2022-09-17T01:00:00.000000Z", 1,
    ]  # fmt: skip
    assert first.json() == same.json() == read
    assert assert_problem(stale, 409, "code").startswith("Not saved: ")
    assert [(document["text"], document["version"]) for document in cleared] == [("", 2)] * 2
