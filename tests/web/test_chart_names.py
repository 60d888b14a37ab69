"""Names of every script in what is drawn: charts and the share card never break a letter, nor run out of their room."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.standings.tones import TONES
from app.domain.text import graphemes
from app.services.standings import stories
from app.services.weeks import weeks
from app.web.boards import serve
from app.web.charts import ChartData, ChartTheme, lettering
from app.web.charts.card import WIDTH, card_svg
from app.web.charts.chart_renderer import ChartRenderer, chart_renderer
from app.web.charts.grids import heroes_chart
from app.web.charts.race import race_chart
from app.web.charts.theme import tints
from tests.builders import ADA, DUA, SLUG, an_activity
from tests.web.running_app import RunningApp

PIECES = ["🦄", "👩‍💻", "🇳🇿", "🏳️‍🌈", "é", "ङ्क", "محمد", "قطط ", "שלום", "漢字", "W", "il", " ", "🥷🥷🥷", "<&>", "Zoë"]
NAMES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=24).map("".join).filter(str.strip)
SHARED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def data(site: RunningApp) -> ChartData:
    """A week with a race and early heroes."""
    site.batch(
        an_activity(kind="shift", occurred_at="2022-09-13T06:00:00-07:00", person=ADA),
        an_activity(kind="shift", occurred_at="2022-09-14T06:30:00-07:00", person=DUA),
    ).raise_for_status()
    with site.database.reading() as session:
        now = site.clock.game()
        week, snapshot = weeks.find(session, SLUG, now), serve(session, weeks.find(session, SLUG, now), now, "public")
        story = stories.of_week(session, week, weeks.view_of(week, "public"), past=())
        return ChartData(snapshot.board, story, snapshot.rules.kinds, snapshot.zone, snapshot.over)


def named(data: ChartData, name: str) -> ChartData:
    """The same week of people and teams of one name."""
    story, board = data.story, data.board
    race = replace(story.race, all_series=tuple(replace(each, team=name) for each in story.race.all_series))
    heroes = tuple(replace(hero, person=name, team=name) for hero in story.heroes)
    standings = tuple(replace(each, team=name, members=(name,) * 3) for each in board.standings)
    return replace(
        data, story=replace(story, race=race, heroes=heroes), board=replace(board, name=name, standings=standings)
    )


@SHARED
@given(name=NAMES)
def test_every_name_is_drawn_by_whole_letters(data: ChartData, name: str) -> None:
    week = named(data, name)

    for size in ("wide", "narrow"):
        for chart in (race_chart, heroes_chart):
            spec = chart(week, ChartTheme("light", size))
            assert spec is not None
            assert chart_renderer().svg(spec).startswith("<svg")
    assert chart_renderer().png(card_svg(week)).startswith(b"\x89PNG")


def test_card_leaves_out_what_fonts_do_not_have(data: ChartData) -> None:
    svg = card_svg(named(data, "Owls 🦄🦄 文子 7👩‍💻"), lambda character: character < "\u3000")

    shown = re.findall(r"\u2068(.*?)\u2069", svg)
    assert set(shown) == {"Assembly Week", "Owls 7", "O7"}


def test_card_counts_those_whose_names_it_cannot_draw(data: ChartData) -> None:
    week = named(data, "🦄")
    alone = replace(week, board=replace(week.board, standings=week.board.standings[:1]))

    svg = card_svg(alone, lambda character: character < "\u3000")

    assert ("\u2068One team\u2069" in svg, "3 people, " in svg, f"\u2068{SLUG}\u2069" in svg) == (True, True, True)


def test_card_marks_the_winner_with_the_colour_and_emblem_that_were_chosen(data: ChartData) -> None:
    first = replace(data.board.standings[0], rank=1, points=5, tone=9, emblem="OW", members=("Ada Lovelace", "文子"))
    alone = replace(data, board=replace(data.board, standings=(first,)))
    shared = replace(data, board=replace(data.board, standings=(first, replace(first, team_id="b", emblem=""))))

    svg = card_svg(alone, lambda character: character < "\u3000")

    circles = re.findall(r'<circle cx="(\d+)" cy="124" r="30" fill="(#\w+)"', svg)
    assert circles == [("564", "#e2dafa"), ("636", "#e2dafa")]
    assert [text in svg for text in (">\u2068OW\u2069<", ">\u2068AL\u2069<")] == [True, True]
    assert re.findall(r'cy="124"', card_svg(shared)) == ['cy="124"']
    assert tints()[9] == ("#e2dafa", "#4b2791")
    assert sorted(tints()) == list(range(TONES))


def test_card_breaks_a_long_name_and_keeps_it_readable(data: ChartData) -> None:
    week = named(data, " ".join(["Extraordinary Owls"] * 3))
    alone = replace(week, board=replace(week.board, standings=week.board.standings[:1]))

    svg = card_svg(alone)

    texts = re.findall(r'font-size="(\d+)"[^>]*>(.*?)</text>', svg)
    assert [(int(size) > 40, line) for size, line in texts[3:5]] == [
        (True, "\u2068Extraordinary Owls Extraordinary\u2069"), (True, "\u2068Owls Extraordinary Owls\u2069")
    ]  # fmt: skip
    assert all(int(size) >= 20 and int(size) * lettering.width(line) <= WIDTH - 40 for size, line in texts[:-2])


def test_card_shows_the_names_of_all_kinds_whole(data: ChartData) -> None:
    week = replace(data, board=replace(data.board, totals={kind.name: 12_345 for kind in data.kinds}))

    svg = card_svg(week)

    assert [f">{kind.many}<" in svg for kind in week.kinds] == [True] * 5


def test_renderer_tells_characters_from_boxes() -> None:
    characters = ["a", "é", "Ж", "漢", "🦄"]

    assert [chart_renderer().draws(each) for each in characters] == [True, True, True, False, False]


def test_emoji_of_several_characters_are_drawn_by_their_first_as_boxes_would_be_else() -> None:
    joined = "👩‍💻 Dev 🇩🇪 👍🏽 ❤️ 1️⃣ कि Z̷"

    assert lettering.drawable(joined, lambda _character: True) == "👩 Dev 👍 ❤ 1 कि Z̷"


@given(name=NAMES, room=st.floats(2, 40))
def test_what_is_shortened_begins_like_the_name_and_fits(name: str, room: float) -> None:
    short = lettering.shorten(name, room)

    kept = graphemes.split(short.removesuffix("…"))
    assert lettering.width(short) <= room
    assert short == name or (short.endswith("…") and graphemes.split(name)[: len(kept)] == kept)


def test_chart_that_cannot_be_drawn_leaves_its_table(site: RunningApp, monkeypatch: pytest.MonkeyPatch) -> None:
    site.record(kind="shift", occurred_at="2022-09-13T06:00:00-07:00").raise_for_status()

    def fail(_renderer: ChartRenderer, _spec: object) -> str:
        raise ValueError("unexpected end of hex escape")

    monkeypatch.setattr(ChartRenderer, "svg", fail)

    answer = site.get(f"/weeks/{SLUG}/summary/charts/race.svg")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert re.findall(r"<text[^>]*>(.*?)</text>", answer.text) == [
        "This chart could not be drawn. Its numbers are below."
    ]
