"""Rendering: what is escaped, what is a mistake, who gets a page and who a partial, each template on samples."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup
from starlette.requests import Request

from app.domain.rules.model import Kind, Rules
from app.domain.standings.board import Board, LastEarned, Standing, TrophyResult
from app.domain.standings.receipt import Receipt, ReceiptLine
from app.services.announcements import NO_LINE
from app.web.board.content import FixedContent
from app.web.boards import BoardSnapshot
from app.web.http import render
from tests.cost import calls

PACIFIC = ZoneInfo("America/Los_Angeles")
WEDNESDAY_SIX = datetime(2022, 9, 14, 13, tzinfo=UTC)
KINDS = {"shift": Kind("shift", 10, "shift", "shifts"), "issue": Kind("issue", 5, "issue", "issues")}
BOLD = "<b>Ada & Bo</b>"
LAST = LastEarned(WEDNESDAY_SIX, "6 a.m. shift", "Aiko Tanaka", 10)
OWLS = Standing(
    1, "Owls", "a1", 1250, {"shift": 2, "issue": 1}, {"Early": 2}, ("All hands",), ("Aiko Tanaka", "Bo Li"), 2, LAST
)
CATS = replace(OWLS, rank=2, team="Cats", team_id="b2", points=5, movement=-1, quests=(), last_earned=None)
NEW = replace(CATS, rank=3, team="New", team_id="c3", points=0, members=(), movement=None, bonuses={"Early": 0})
TROPHIES = (TrophyResult("Early birds", "team", 2, ("Owls", "Cats")), TrophyResult("Hero", "person", 0, ()))
BOARD = Board(
    "q3", "Q3 2022", "open", False, 7, WEDNESDAY_SIX, "2 shifts, 1 issue", {"shift": 2, "issue": 1},
    (OWLS, CATS, NEW), TROPHIES,
)  # fmt: skip
EMPTY = replace(BOARD, standings=(), headline="0 shifts, 0 issues", totals={"shift": 0, "issue": 0})
ZERO = replace(EMPTY, standings=tuple(replace(NEW, rank=1, team_id=each) for each in ("a1", "b2")))
RECEIPT = Receipt(
    13,
    (
        ReceiptLine(WEDNESDAY_SIX - timedelta(days=1), "Bo Li", "Issue", "Issues earn 5.", 5),
        ReceiptLine(WEDNESDAY_SIX, "Bo Li", "Response", "Only the first 3 count.", 0),
        ReceiptLine(WEDNESDAY_SIX, None, "All hands", "Each of 3 members.", 15),
        ReceiptLine(WEDNESDAY_SIX, None, "Adjustment", "Counted twice.", -7),
    ),
)


def a_request(**headers: str) -> Request:
    """A GET request with these headers; underscores stand for hyphens."""
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": pairs})


class Outline(HTMLParser):
    """The parts of a page: ids, headings, what a strict policy forbids, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.headings: list[str] = []
        self.forbidden: list[str] = []
        self.words: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this element says about the page."""
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.headings += [tag] if tag in {"h1", "h2", "h3", "h4"} else []
        inline = [name for name in given if name == "style" or name.startswith("on")]
        self.forbidden += inline + ([tag] if tag == "style" or (tag == "script" and "src" not in given) else [])

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self.words += data.split()

    @property
    def text(self) -> str:
        """The page's text with single spaces."""
        return " ".join(self.words)


def steps_over(headings: Iterable[str]) -> bool:
    """Tell whether a heading is more than one level below the one before it."""
    levels = [0, *(int(heading[1]) for heading in headings)]
    return any(below - above > 1 for above, below in pairwise(levels))


RECEIPT_VALUES = {"board": BOARD, "standing": OWLS, "cheers": {}, "evidence": {}, "zone": PACIFIC}


def snapshot(board: Board, rules: Rules = Rules(kinds=tuple(KINDS.values())), *, over: bool = False) -> BoardSnapshot:  # noqa: B008 (a frozen value)
    """A board that is ready to be served."""
    return BoardSnapshot(FixedContent(board, PACIFIC), rules, PACIFIC, WEDNESDAY_SIX, over=over)


def board_page(board: Board) -> tuple[str, dict[str, object]]:
    """The board's page around the part that changes."""
    standings = Markup(snapshot(board).partial.body.decode())  # noqa: S704 (our own markup)
    return "board/index.html", {
        "head": board.head,
        "standings": standings,
        "stream": "/weeks/q3-2022/live",
        "zone": PACIFIC,
    }


PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "board": board_page(BOARD),
    "tied at the top": board_page(replace(BOARD, standings=(OWLS, replace(CATS, rank=1, points=1250)))),
    "frozen": board_page(replace(BOARD, frozen=True)),
    "closed": board_page(replace(BOARD, state="closed")),
    "draft": board_page(replace(ZERO, state="draft")),
    "no teams": board_page(EMPTY),
    "no points": board_page(ZERO),
    "no week": ("board/no_week.html", {"line": NO_LINE}),
    "receipt": ("receipt/index.html", {**RECEIPT_VALUES, "receipt": RECEIPT}),
    "empty receipt": ("receipt/index.html", {**RECEIPT_VALUES, "receipt": Receipt(0, ())}),
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_well_made(name: str) -> None:
    template, values = PAGES[name]

    page = Outline(render.render(template, **values))

    assert page.forbidden == []
    assert page.headings.count("h1") == 1
    assert not steps_over(page.headings)
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("board", "In the lead: Owls"),
        ("tied at the top", "In the lead: Owls and Cats"),
        ("frozen", "Frozen at Wed 06:00. Newer points show at the reveal."),
        ("closed", "This week is closed."),
        ("draft", "This week is a draft."),
        ("no teams", "No teams yet"),
        ("no points", "No points yet."),
        ("no week", "assembly-week week create"),
        ("receipt", "Tuesday 13 September 1 line +5 points"),
        ("empty receipt", "No activities yet."),
    ],
)
def test_page_says_what_it_is_about(name: str, said: str) -> None:
    template, values = PAGES[name]

    text = Outline(render.render(template, **values)).text

    assert text.count(said) == 1


def test_board_without_points_has_no_leader() -> None:
    page = snapshot(ZERO).partial.body

    assert page.count(b"row--leader") == 0
    assert page.count(b'<span class="visually-hidden" hidden>Rank ') == page.count(b"Rank ") == 2


def test_partial_has_the_same_root_as_the_page_and_nothing_around_it() -> None:
    ready = snapshot(BOARD)

    partial, page, preview = (ready.make(form).body for form in ("partial", "page", "preview"))

    assert partial.split()[:3] == [b"<div", b'id="standings"', b'class="board']
    assert partial.count(b" is-live") == 1
    assert partial.replace(b" is-live", b"") in page
    assert page.replace(b"/live?", b"/live?as=public&amp;") == preview


def test_page_and_preview_render_the_standings_once() -> None:
    ready = snapshot(a_league(100))
    ready.make("partial")

    assert calls(lambda: (ready.make("page"), ready.make("preview"))) < 5_500


def test_mark_differs_by_all_that_is_shown_and_by_nothing_else() -> None:
    def mark(board: Board = BOARD, *, over: bool = False) -> str:
        return snapshot(board, over=over).mark

    later = replace(LAST, at=WEDNESDAY_SIX + timedelta(seconds=1))
    shown = [
        mark(), mark(over=True), mark(replace(BOARD, version=8)), mark(replace(BOARD, name="Q4")),
        mark(replace(BOARD, standings=(replace(OWLS, last_earned=later), CATS, NEW))),
        mark(replace(BOARD, standings=(replace(OWLS, movement=1), CATS, NEW))),
    ]  # fmt: skip

    assert len(set(shown)) == len(shown)
    assert mark() == mark(replace(BOARD))


def a_league(teams: int) -> Board:
    """A board of so many teams, every two of which share a rank."""
    standings = (
        replace(OWLS, rank=place - place % 2 + 1, team_id=f"{place:04}", points=teams - place // 2)
        for place in range(teams)
    )
    return replace(BOARD, standings=tuple(standings))


def thank(board: Board) -> object:
    """Render the thanks of a summary."""
    moments = [SimpleNamespace(team_id=standing.team_id, sentence="Hi.") for standing in board.standings]
    return render.render("summary/_thanks.html", board=board, kinds=KINDS, story=SimpleNamespace(moments=moments))


@pytest.mark.parametrize("make", [lambda board: snapshot(board).partial, thank], ids=["board", "thanks"])
def test_rendering_twice_as_many_teams_costs_twice_as_much(make: Callable[[Board], object]) -> None:
    def cost(teams: int) -> int:
        board = a_league(teams)
        return calls(lambda: make(board))

    cost(1)  # compiles the templates
    few, more, most = cost(50), cost(100), cost(200)

    assert most - more <= 2.2 * (more - few)


def test_tied_teams_are_said_to_be_tied_and_no_others() -> None:
    board = replace(BOARD, standings=(OWLS, replace(OWLS, team_id="b2", team="Cats"), replace(NEW, rank=3)))

    page = snapshot(board).partial.body.decode()

    assert [row.count('row__tied">') for row in page.split('<li id="team-')[1:]] == [1, 1, 0]


def test_names_are_escaped() -> None:
    board = replace(BOARD, name=BOLD, standings=(replace(OWLS, team=BOLD, members=(BOLD,), quests=(BOLD,)),))

    template, values = board_page(board)

    page = render.render(template, **values)

    assert page.count(b"<b>") == 0
    assert page.count(b"&lt;b&gt;Ada &amp; Bo&lt;/b&gt;") == 6  # title, heading, team, member, quest, who leads


def test_missing_value_is_a_mistake() -> None:
    with pytest.raises(UndefinedError):
        render.render("errors/error.html")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"hx_request": "true"}, True),
        ({"hx_request": "true", "hx_request_type": "partial"}, True),
        ({"hx_request": "true", "hx_request_type": "full"}, False),
        ({"hx_request": "true", "hx_boosted": "true"}, False),
        ({"hx_request": "true", "hx_history_restore_request": "true"}, False),
        ({"hx_request_type": "partial"}, False),
    ],
)
def test_partial_is_only_for_who_swaps_a_part(headers: dict[str, str], expected: bool) -> None:
    request = a_request(**headers)

    assert render.wants_partial(request) is expected


def test_answer_is_partial_or_page_and_says_what_it_varies_by() -> None:
    page, partial = "board/index.html", "board/_standings.html"

    parts = dict.fromkeys(("announcement", "state", "title", "headline", "morning", "as-of"), "")
    pieces = dict.fromkeys(("tiles", "trophies", "latest", "rows"), "")
    values: dict[str, Any] = {**board_page(BOARD)[1], "parts": parts, **pieces}

    answers = [
        render.render_page(a_request(**headers), page, partial=partial, **values)
        for headers in ({}, {"hx_request": "true"})
    ]

    assert [bytes(answer.body).lstrip()[:5] for answer in answers] == [b"<!doc", b"<div "]
    assert {answer.headers["vary"] for answer in answers} == {render.VARY}


def test_page_without_a_partial_is_a_page_for_htmx_too() -> None:
    answer = render.render_page(a_request(hx_request="true"), "board/no_week.html", status=404, line=NO_LINE)

    assert (answer.status_code, bytes(answer.body).lstrip()[:5]) == (404, b"<!doc")


def test_asset_carries_the_hash_of_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "STATIC", tmp_path)
    (tmp_path / "a.css").write_text("a {}")
    first = render.asset("a.css")
    (tmp_path / "a.css").write_text("b { }")

    second = render.asset("a.css")

    assert first == f"/static/a.css?v={sha256(b'a {}').hexdigest()[:12]}"
    assert second == f"/static/a.css?v={sha256(b'b { }').hexdigest()[:12]}"


def test_htmx_comes_from_the_network_only_while_there_is_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "STATIC", tmp_path)
    away = render.scripts()[0]
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "htmx.min.js").write_text("")

    copy = render.scripts()[0]

    assert (away.src, away.csp) == (render.HTMX_CDN + "htmx.min.js", render.HTMX_CDN + "htmx.min.js")
    assert (copy.src, copy.csp) == (render.asset("vendor/htmx.min.js"), "'self'")
    assert away.integrity == copy.integrity


def test_has_font_only_where_there_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "STATIC", tmp_path)
    before = render.has_font()
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / render.FONT_FILE).write_text("")

    assert (before, render.has_font()) == (False, True)


def test_times_are_the_weeks_local_ones() -> None:
    late = datetime(2022, 9, 15, 5, tzinfo=UTC)

    assert render.local_time(late, PACIFIC) == "22:00"
    assert render.city(PACIFIC) == "Los Angeles"
    assert render.local_moment(late, PACIFIC) == "Wed 22:00"
    assert render.local_day(late, PACIFIC) == "Wednesday 14 September"


@pytest.mark.parametrize(
    ("value", "number", "signed"),
    [
        (0, "0", "0"),
        (7, "7", "+7"),
        (1234567, "1,234,567", "+1,234,567"),
        (-5, "\u22125", "\u22125"),
    ],
)
def test_numbers_are_grouped_and_signed(value: int, number: str, signed: str) -> None:
    assert (render.number(value), render.signed(value)) == (number, signed)


def test_counts_read_as_words_without_zeros() -> None:
    assert render.counted({"shift": 1, "issue": 2}, KINDS) == "1 shift and 2 issues"
    assert render.counted({"shift": 0, "issue": 1}, KINDS) == "1 issue"
    assert render.counted({"shift": 0, "issue": 0}, KINDS) == ""
    assert render.listing(["a", "b", "c"]) == "a, b and c"


def test_headline_keeps_its_words_and_escapes_them() -> None:
    assert str(render.numerals("2345 <b>, 3 c")) == (
        '<span class="count"><span class="numeral">2,345</span> &lt;b&gt;,</span> '
        '<span class="count"><span class="numeral">3</span> c</span>'
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Aiko Tanaka", "AT"),
        ("wolfe von der Heide", "WH"),
        ("文子", "文"),
        ("", "?"),
        ("👩‍💻 Dev", "👩‍💻D"),
        ("Zoe\u0301 Åsa", "ZÅ"),
    ],
)
def test_initials_are_those_of_first_and_last_word(name: str, expected: str) -> None:
    assert render.initials(name) == expected


def test_team_keeps_its_colour_whatever_its_rank() -> None:
    assert render.tones([CATS, OWLS]) == {"a1": 0, "b2": 1}


def test_receipt_is_grouped_by_local_day_the_newest_first() -> None:
    late = replace(RECEIPT.items[0], at=datetime(2022, 9, 15, 6, 59, tzinfo=UTC))

    days = render.by_local_day([late, *RECEIPT.items], PACIFIC)

    assert [(day, len(lines)) for day, lines in days] == [(date(2022, 9, 14), 4), (date(2022, 9, 13), 1)]
    assert days[0][1][0] == late


def test_sums_put_the_most_points_first() -> None:
    sums = [(each.what, each.lines, each.points) for each in render.sums_by_what([*RECEIPT.items, RECEIPT.items[0]])]

    assert sums == [("All hands", 1, 15), ("Issue", 2, 10), ("Response", 1, 0), ("Adjustment", 1, -7)]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (3, "14 Sep 2022, 22:00 – 15 Sep 2022, 01:00"),
        (1, "14 Sep 2022, 22:00–23:00"),
        (0.01, "14 Sep 2022, 22:00"),
    ],
)
def test_span_names_a_day_and_a_minute_once(hours: float, told: str) -> None:
    start = datetime(2022, 9, 14, 20, tzinfo=UTC)

    assert render.span(start, start + timedelta(hours=hours), ZoneInfo("Europe/Berlin")) == told


@pytest.mark.parametrize("tag", ["div", "section", "form", "table", "details", "article", "ul", "ol"])
def test_templates_close_what_they_open(tag: str) -> None:
    sources = {file: file.read_text(encoding="utf-8") for file in render.TEMPLATES.rglob("*.html")}

    assert [
        file.name
        for file, text in sources.items()
        if len(re.findall(rf"<{tag}[\s>]", text)) != len(re.findall(rf"</{tag}>", text))
    ] == []
