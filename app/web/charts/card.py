"""The share card: a picture of the week's result for wherever its address is shared."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.domain.standings.board import Standing
from app.domain.text.direction import isolated
from app.domain.wording import points_text
from app.web.charts.card_heading import card_heading
from app.web.charts.chart_data import ChartData
from app.web.charts.lettering import drawable, halves, shorten, width
from app.web.charts.theme import Tint, colours, tints
from app.web.http import render
from app.web.http.branding import SHIPPED, Brand

WIDTH, HEIGHT = 1200, 630
MAX_TOTALS = 5  # in one line of the card
MAX_NAMED = 3  # winners that fit by name; of more their number is told

MOST_INITIALS = 5  # members that the board shows beside a team's name


class Mark(NamedTuple):
    """A circle above the name in a team's colour: where its middle is, its letters or emoji, and their size."""

    x: int
    text: str
    size: int
    tint: Tint


Draws = Callable[[str], bool]
"""Tells whether the fonts at hand draw a character, rather than a box in its place."""

_ROOM = WIDTH - 160
_STEP = 72  # pixels from one mark above the name to the next
_ONE_LINE, _HALVES = 66, 64  # the hero's font size: below the first a name takes two lines, of at most the second
_LEAST = 24  # what can be read where the card is shown small; beyond, names are shortened
_ROOM_OF_KIND, _LEAST_OF_KIND = 224, 18  # pixels of one of five columns, and the smallest font size in it


def card_svg(
    data: ChartData, draws: Draws = lambda _character: True, brand: Brand = SHIPPED, logo: bytes | None = None
) -> str:
    """The card as SVG: long names in two lines, too many winners counted, nothing that fonts would draw as a box.

    `logo` is that of the brand, as PNG.
    """
    board = data.board
    winners = [standing for standing in board.standings if standing.rank == 1 and standing.points > 0]
    name, line = _hero(data, winners, draws)
    week = drawable(board.name, draws) or board.week
    totals = [(kind, board.totals[kind.name]) for kind in data.kinds if board.totals[kind.name]][:MAX_TOTALS]
    room = _ROOM_OF_KIND / _LEAST_OF_KIND
    kinds = [shorten(kind.one if count == 1 else kind.many, room) for kind, count in totals]
    lines = _in_lines(name)
    return render.render(
        "summary/card.svg",
        headline=board.headline,
        heading=card_heading(brand, logo, week, draws),
        marks=_marks(data, winners, draws),
        label=_label(data, len(winners)),
        lines=[isolated(part) for part in lines],
        name_size=min(fit(part, 118 if len(lines) == 1 else _HALVES) for part in lines),
        line=line,
        line_size=fit(line, 36),
        totals=[(count, kind) for (_, count), kind in zip(totals, kinds, strict=True)],
        kind_size=min((fit(kind, 25, _ROOM_OF_KIND) for kind in kinds), default=25),
        colours=colours("light"),
    ).decode()


def _in_lines(name: str) -> list[str]:
    """The name in one line, or in two where it would be small in one."""
    return [name] if fit(name, 118) >= _ONE_LINE else list(halves(name))


def _label(data: ChartData, winners: int) -> str:
    if not winners:
        return "Summary" if data.is_closed else "So far"
    if not data.is_closed:
        return "In the lead:"
    return "Winner:" if winners == 1 else "Winners:"


def _marks(data: ChartData, winners: Sequence[Standing], draws: Draws) -> list[Mark]:
    """A lone winner's emblem and members, as on the board, or the emblems of those who share the lead."""
    tones = render.tones(data.board.standings)
    if len(winners) > MAX_NAMED:
        return []
    shown = [(winner, winner.emblem) for winner in winners]
    if len(winners) == 1:
        members = [drawable(member, draws) for member in winners[0].members[:MOST_INITIALS]]
        shown += [(winners[0], render.initials(member)) for member in members if member]
    told = [(winner, drawable(text, draws)) for winner, text in shown]
    texts = [(tints()[tones[winner.team_id]], text) for winner, text in told if text]
    first = WIDTH / 2 - _STEP * (len(texts) - 1) / 2
    return [
        Mark(round(first + _STEP * place), isolated(text), fit(text, 27, 46), tint)
        for place, (tint, text) in enumerate(texts)
    ]


def _hero(data: ChartData, winners: Sequence[Standing], draws: Draws) -> tuple[str, str]:
    """The card's title, and the line below it."""
    board = data.board
    if not winners:
        return drawable(board.name, draws) or board.week, "Thank you, everyone"
    points = points_text(winners[0].points)
    teams = [drawable(winner.team, draws) for winner in winners]
    if len(winners) > 1:
        is_told = len(winners) <= MAX_NAMED and all(teams)
        return render.listing(map(isolated, teams)) if is_told else f"{len(winners)} teams", f"{points} each"
    people = _people([drawable(member, draws) for member in winners[0].members], points)
    return teams[0] or "One team", f"{people}, {points}" if people else points


def _people(members: Sequence[str], points: str) -> str:
    """The members, shortened to what can be read beside the points; counted where that leaves too little of each."""
    room = (_ROOM / _LEAST - width(f", {points}")) / (len(members) or 1) - 2
    if not all(members) or room < 5:
        return render.plural(len(members), "person", "people") if members else ""
    line = render.listing(map(isolated, members))
    is_short = width(line) * _LEAST <= _ROOM - width(f", {points}") * _LEAST
    return line if is_short else render.listing(isolated(shorten(member, room)) for member in members)


def fit(text: str, largest: int, room: int = _ROOM) -> int:
    """The font size at which a text fits on one line of the card, in at most `room` pixels."""
    return min(largest, int(room / (width(text) or 1)))
