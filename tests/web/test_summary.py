"""The summary: page, charts, card; who may see them, what a freeze hides, how often they are made."""

import re
import struct
from dataclasses import replace
from datetime import date, datetime, timedelta
from html import unescape
from unittest.mock import patch

import httpx
import pytest

from app.config import Settings
from app.domain.standings.tones import PATTERNS, TONES
from app.domain.story import PointsSeries
from app.models import GuestbookEntry
from app.services import guestbook
from app.services.standings import stories
from app.web import summaries
from app.web.charts import CHARTS
from app.web.charts.chart_renderer import ChartRenderer, chart_renderer
from app.web.charts.theme import KIND_COLOURS, ChartTheme, colours
from tests.builders import ADA, BO, CATS, DUA, NAMES, OWLS, SLUG, a_team, a_week, an_activity
from tests.services.shifts.test_seats import Plan
from tests.web.reading import plain
from tests.web.running_app import SIGNED_IN, RunningApp, SettableClock, serving

PAGE = f"/weeks/{SLUG}/summary"
CARD = f"{PAGE}/card.png"
ALL = list(CHARTS)


def chart(name: str, **query: str) -> str:
    return f"{PAGE}/charts/{name}.svg" + ("?" + "&".join("=".join(pair) for pair in query.items()) if query else "")


def play(site: RunningApp) -> None:
    """A little of everything."""
    site.batch(
        an_activity(kind="shift", occurred_at="2022-09-13T06:00:00-07:00", person=ADA),
        an_activity(kind="shift", occurred_at="2022-09-14T08:00:00-07:00", person=DUA),
        an_activity(kind="response", person=ADA, response_seconds=60, subject="T-1"),
        an_activity(kind="response", person=DUA, response_seconds=9000, subject="T-2"),
        an_activity(kind="issue", person=BO),
    ).raise_for_status()


def text_of(answer: httpx.Response) -> str:
    """The text of a page, without its markup."""
    return plain(answer.raise_for_status().text)


def table(page: str, name: str) -> list[list[str]]:
    """The rows of a chart's table."""
    figure = page.partition(f"figure--{name}")[2].partition("</figure>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", figure, re.DOTALL)
    return [
        [unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in rows
    ]


def test_summary_tells_every_teams_moment_and_shows_every_chart(site: RunningApp) -> None:
    play(site)

    page = site.get(PAGE)

    assert re.findall(r'figure figure--(\w+)"', page.text) == ALL
    said = text_of(page)
    assert said.count("3 people · 2 teams") == 1
    assert said.count("Best day: Tuesday, 1 shift, 20 points. No team had better.") == 1
    assert said.count("Best day: Wednesday, 1 shift, 1 response, 12 points.") == 1


def test_captions_are_true_before_and_after_the_week_is_closed(site: RunningApp) -> None:
    play(site)
    during = captions(site)

    site.game.close()

    assert during == [
        "Leader since Tue 06:00: Owls",
        "Busiest day: Wednesday 14 September (4 of 5 activities)",
        "2 shifts on 2 days",
        "6 a.m. shift: 1 time, 1 person",
        "Median response time: 1 hour 16 minutes. 50% within 1 hour.",
    ]
    assert captions(site) == ["Leader from Tue 06:00 to the end: Owls", *during[1:]]


def captions(site: RunningApp) -> list[str]:
    """The sentence above each chart."""
    return [plain(each) for each in re.findall(r'<p class="figure__says">(.*?)</p>', site.get(PAGE).text)]


def test_tables_beside_the_charts_add_up_to_the_board(site: RunningApp) -> None:
    play(site)

    page = site.get(PAGE).text

    board = site.board()
    points = {row[0]: int(row[-1]) for row in table(page, "race")[1:]}
    assert points == {standing["team"]: standing["points"] for standing in board["standings"]}
    days = [[int(count) for count in row[1:]] for row in table(page, "days")[1:]]
    assert [sum(column) for column in zip(*days[:-1], strict=True)] == days[-1] == list(board["totals"].values())
    assert sum(int(cell) for row in table(page, "coverage")[1:] for cell in row[1:]) == board["totals"]["shift"]
    assert int(table(page, "responses")[-1][1]) == board["totals"]["response"]
    assert table(page, "heroes")[1:] == [["Ada Lovelace", "Owls", "6 a.m. shift", "Tue 06:00"]]


@pytest.mark.parametrize("name", ALL)
def test_chart_is_a_drawing_without_script_style_or_foreign_address(site: RunningApp, name: str) -> None:
    play(site)

    drawings = [
        site.get(chart(name, theme=theme, size=size)) for theme in ("light", "dark") for size in ("wide", "narrow")
    ]

    assert {drawing.headers["content-type"] for drawing in drawings} == {"image/svg+xml"}
    assert len({drawing.content for drawing in drawings}) == 4
    for drawing in drawings:
        assert drawing.text.startswith("<svg ")
        assert re.findall(r"<script|<style|\sstyle=|\son\w+=|href=|url\((?!#)", drawing.text) == []


def test_chart_has_the_size_its_page_makes_room_for(site: RunningApp) -> None:
    play(site)
    rooms = re.findall(r'charts/(\w+)\.svg[^"]*light" width="(\d+)" height="(\d+)"', site.get(PAGE).text)

    sizes = {name: re.findall(r'width="(\d+)"', site.get(chart(name)).text)[0] for name in ALL}

    assert {name: width for name, width, _ in rooms} == sizes


def test_names_are_text_in_chart_and_card(empty_site: RunningApp) -> None:
    name = '<script>alert(1)</script>"&]]>'
    with empty_site.database.unit_of_work() as session:
        a_week(session)
        a_team(session, name, ADA)
    play_one = empty_site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00")

    drawing = empty_site.get(chart("race")).raise_for_status().text

    assert play_one.status_code == 201
    assert "<script" not in drawing
    assert empty_site.get(CARD).content.startswith(b"\x89PNG")
    assert "<script>alert" not in empty_site.get(PAGE).text


def test_card_is_a_picture_of_1200_by_630(site: RunningApp) -> None:
    play(site)

    card = site.get(CARD)

    assert card.headers["content-type"] == "image/png"
    assert struct.unpack(">II", card.content[16:24]) == (1200, 630)


def test_summary_and_what_it_shows_name_nobody_by_email(site: RunningApp) -> None:
    play(site)

    answers = [site.get(path) for path in (PAGE, CARD, *map(chart, ALL))]

    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert [email for email in NAMES for answer in answers if email.encode() in answer.content] == []
    assert [answer.url for answer in answers if b"example.com" in answer.content] == []


def test_summary_of_a_week_without_activities_draws_nothing_and_thanks_at_the_end(site: RunningApp) -> None:
    page = site.get(PAGE)

    assert re.findall(r'figure figure--(\w+)"', page.text) == []
    site.game.close()
    thanks = [text_of(each).count("Thanks for taking part.") for each in (page, site.get(PAGE))]
    assert thanks == [0, 3]
    assert {site.get(chart(name)).status_code for name in ALL} == {404}
    assert site.get(CARD).status_code == 200


def test_summary_of_a_week_without_teams_is_a_page(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session)

    assert text_of(empty_site.get(PAGE)).count("The summary shows what people did.") == 1
    assert empty_site.get(CARD).status_code == 200


def test_summary_without_response_times_leaves_their_chart_out(site: RunningApp) -> None:
    site.record(kind="response")

    assert re.findall(r'figure figure--(\w+)"', site.get(PAGE).text) == ["race", "days"]
    assert site.get(chart("responses")).status_code == 404


def test_summary_of_one_day_draws_it(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session, starts=date(2022, 9, 14), ends=date(2022, 9, 14))
        a_team(session)
    empty_site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00", response_seconds=60)

    assert {name: empty_site.get(chart(name)).status_code for name in ALL[:-1]} == dict.fromkeys(ALL[:-1], 200)


def test_summary_of_a_month_draws_every_day(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session, starts=date(2022, 8, 31), ends=date(2022, 9, 30))
        a_team(session)
    empty_site.record(kind="shift", occurred_at="2022-08-31T06:00:00-07:00")

    assert [row[0] for row in table(empty_site.get(PAGE).text, "days")[1::30]] == [
        "Wednesday 31 August",
        "Friday 30 September",
    ]
    assert {name: empty_site.get(chart(name)).status_code for name in ALL[:-1]} == dict.fromkeys(ALL[:-1], 200)


def test_summary_of_a_quarter_draws_its_weeks(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session, starts=date(2022, 7, 1), ends=date(2022, 9, 30))
        a_team(session)
    for day in ("07-05", "08-05", "09-05"):
        empty_site.record(kind="shift", occurred_at=f"2022-{day}T06:00:00-07:00", external_id=day)

    page = empty_site.get(PAGE).text
    assert "Week by week" in page
    assert [(column, points) for column, points in zip(*table(page, "race")[:2], strict=True)][1:-2:4] == [
        ("1 Jul to 7", "20"), ("29 Jul to 4", "20"), ("26 Aug to 1", "40"), ("23 Sep to 29", "60"),
    ]  # fmt: skip
    assert {name: empty_site.get(chart(name)).status_code for name in ALL[:-1]} == dict.fromkeys(ALL[:-1], 200)


@SIGNED_IN
@pytest.mark.parametrize("path", [PAGE, CARD, chart("race")])
def test_summary_is_closed_where_the_board_is(site: RunningApp, path: str) -> None:
    play(site)

    assert [site.get(path).status_code, site.get(path, "read").status_code] == [401, 200]


@SIGNED_IN
def test_chart_that_does_not_exist_is_closed_as_well(site: RunningApp) -> None:
    assert [site.get(chart("none")).status_code, site.get(chart("none"), "read").status_code] == [401, 404]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (chart("nonsense"), 404),
        ("/weeks/q1-1999/summary/charts/race.svg", 404),
        ("/weeks/q1-1999/summary/card.png", 404),
        (chart("race", theme="sepia"), 422),
        (chart("race", size="9999"), 422),
    ],
)
def test_chart_that_does_not_exist_is_refused(site: RunningApp, path: str, status: int) -> None:
    play(site)

    assert site.get(path).status_code == status


@pytest.mark.parametrize("path", [PAGE, CARD, chart("days")])
def test_summary_is_304_until_something_changes(site: RunningApp, path: str) -> None:
    play(site)
    etag = site.get(path).headers["etag"]

    same = site.get(path, headers={"If-None-Match": etag})
    site.record()
    other = site.get(path, headers={"If-None-Match": etag})

    assert (same.status_code, same.content) == (304, b"")
    assert (other.status_code, other.headers["etag"] == etag) == (200, False)


def test_story_is_told_and_chart_drawn_once_however_many_look(site: RunningApp) -> None:
    play(site)

    with (
        patch.object(stories, "of_week", wraps=stories.of_week) as told,
        patch.object(ChartRenderer, "_ask", autospec=True, side_effect=ChartRenderer._ask) as drawn,
    ):
        for _ in range(3):
            site.get(PAGE)
            site.get(chart("days"))
            site.get(CARD)

    assert (told.call_count, drawn.call_count) == (1, 2)


def test_public_of_a_frozen_week_sees_the_summary_of_the_freeze(site: RunningApp) -> None:
    play(site)
    site.game.freeze()
    paths = (PAGE, CARD, *map(chart, ALL))
    then = {path: (site.get(path).content, site.get(path).headers["etag"]) for path in paths}

    site.record(kind="shift", occurred_at="2022-09-14T06:30:00-07:00", person=DUA)
    site.record(kind="response", response_seconds=7, person=DUA)
    site.adjust(CATS, 500)

    assert {path: (site.get(path).content, site.get(path).headers["etag"]) for path in paths} == then
    seen = {path: site.get(path, "admin").content for path in paths}
    assert [path for path in paths if seen[path] == then[path][0]] == []
    assert text_of(site.get(PAGE)).count("Newer points show at the reveal.") == 1


def test_summary_that_rests_tells_of_a_week_that_was_closed_or_frozen_at_once(
    site: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "LONG_SECONDS", 0)
    monkeypatch.setattr(summaries, "RESTS", 1_000_000)
    site.record()
    pages = [text_of(site.get(PAGE))]

    for move in (site.game.freeze, site.game.reveal, site.game.close):
        move()
        pages.append(text_of(site.get(PAGE)))

    assert ["Frozen at" in page for page in pages] == [False, True, False, False]
    assert ["Winner:" in page for page in pages] == [False, False, False, True]


def quote(plan: Plan, seconds: int, worked: str) -> GuestbookEntry:
    """An entry of Ada's that may be quoted."""
    act = replace(plan.act_of(ADA), now=plan.now + timedelta(seconds=seconds))
    with plan.game.database.unit_of_work() as session:
        return guestbook.write(session, SLUG, plan.person(ADA).id, worked, "", act, is_public=True, may_quote=True)


@pytest.mark.parametrize("rest", [0, 1_000_000], ids=["told anew at once", "told anew later"])
def test_quote_is_in_the_summary_until_it_is_hidden_or_withdrawn(
    site: RunningApp, monkeypatch: pytest.MonkeyPatch, rest: int
) -> None:
    monkeypatch.setattr(summaries, "LONG_SECONDS", 0)
    monkeypatch.setattr(summaries, "RESTS", rest)
    plan = Plan(site.game, site.clock.now)
    first, second = (quote(plan, number, worked) for number, worked in enumerate(("Pairing", "Names of customers")))
    both = site.get(PAGE)

    with site.database.unit_of_work() as session:
        guestbook.hide(session, SLUG, second.id, plan.organizer, reason="Fair")
    one = site.get(PAGE)
    with site.database.unit_of_work() as session:
        guestbook.withdraw(session, SLUG, first.id, plan.act_of(ADA))
    none = site.get(PAGE)

    words = "What worked In people’s own words Names of customers Ada Lovelace Pairing Ada Lovelace Read the guestbook"
    assert words in text_of(both)
    assert "own words Pairing Ada Lovelace Read" in text_of(one)
    assert "own words" not in text_of(none)
    assert len({answer.headers["etag"] for answer in (both, one, none)}) == 3
    edition = re.compile(r"\?v=([\w-]+)")
    assert edition.findall(both.text) == edition.findall(none.text)  # nothing is drawn anew


def test_summary_compares_with_closed_weeks_before_as_they_change(site: RunningApp) -> None:
    play(site)
    spring = datetime.fromisoformat("2022-06-15T20:00:00+00:00")
    with site.database.unit_of_work() as session:
        a_week(session, "q2-2022", starts=date(2022, 6, 13), ends=date(2022, 6, 17), now=spring)
        a_team(session, OWLS, slug="q2-2022", now=spring)
    game = type(site.game)(site.database, now=spring, slug="q2-2022")
    game.take(kind="issue", occurred_at="2022-06-14T09:00:00-07:00")
    assert "Earlier weeks" not in text_of(site.get(PAGE))

    game.close()
    page = site.get(PAGE)

    earlier = page.text.partition("numbers--earlier")[2]
    rows = [re.findall(r"<td>(\d+)", row) for row in re.findall(r"<tr.*?</tr>", earlier, re.DOTALL)[1:]]
    assert rows == [["2", "2", "1", "0", "0", "2", "3"], ["0", "0", "1", "0", "0", "1", "1"]]


def test_share_card_is_named_only_where_the_board_is_public(settings: Settings, clock: SettableClock) -> None:
    known = {"public_url": "https://week.example.org/"}
    with serving(settings.changed(**known, board_visibility="public"), clock) as site:
        site.game.start()
        token, public = site.token("read"), site.get(PAGE).text
    with serving(settings.changed(**known), clock) as site:
        closed = site.get(PAGE, headers={"Authorization": f"Bearer {token}"}).raise_for_status().text

    named = re.compile(r'"og:image" content="([^"?]+)')
    assert (named.findall(public), named.findall(closed)) == (["https://week.example.org" + CARD], [])


def test_stylesheet_has_every_colour_that_charts_use() -> None:
    wanted = {f"race-{tone}" for tone in range(TONES)} | {f"kind-{number}" for number in range(KIND_COLOURS)}

    assert wanted - set(colours("light")) == wanted - set(colours("dark")) == set()
    assert colours("light")["race-0"] != colours("dark")["race-0"]


def test_lines_of_the_race_differ_for_every_team() -> None:
    look = ChartTheme("light", "wide")
    teams = [PointsSeries("", f"{number:016x}", ()) for number in range(PATTERNS * TONES)]

    lines = look.lines(teams)

    assert len({(line.colour, *line.dash) for line in lines.values()}) == len(teams)
    assert len({line.colour for line in look.lines(teams[:TONES]).values()}) == TONES
    assert look.lines(teams[:1])[teams[0].team_id].colour == look.colour("race-0")


def test_easel_starts_anew_when_its_process_has_died() -> None:
    renderer = ChartRenderer()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"/>'
    before = renderer.png(svg)
    renderer._process.kill()  # type: ignore[union-attr]

    after = renderer.png(svg)

    renderer.close()
    assert struct.unpack(">II", after[16:24]) == struct.unpack(">II", before[16:24]) == (3, 2)


def test_easel_draws_the_same_alike_every_time() -> None:
    values = {"data": {"values": [{"n": 1}]}, "encoding": {"x": {"field": "n", "type": "quantitative"}}}
    spec = {**values, "mark": {"type": "bar", "clip": True}}

    drawings = {chart_renderer().svg(spec) for _ in range(3)}

    assert [drawing.count('"url(#clip1)"') > 0 for drawing in drawings] == [True]


def test_easel_says_what_it_cannot_draw() -> None:
    with pytest.raises(ValueError, match=r"\w"):
        chart_renderer().png("no drawing")


def test_summary_without_a_week_leads_to_the_current_one(site: RunningApp) -> None:
    assert site.get("/summary").headers["location"] == PAGE
    assert '<a href="/summary">Summary</a>' in site.get("/guide").text


def test_summary_without_any_week_leads_to_the_board_that_says_so(empty_site: RunningApp) -> None:
    assert empty_site.get("/summary").headers["location"] == "/"
