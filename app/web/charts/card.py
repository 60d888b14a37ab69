"""The share card: a picture of the week's result for wherever its address is shared."""

import unicodedata

from app.domain.wording import points_text
from app.web.charts.look import colours
from app.web.charts.told import Told
from app.web.http import render

WIDTH, HEIGHT = 1200, 630
MAX_TOTALS = 5  # in one line of the card
MAX_NAMED = 3  # winners that fit by name; of more their number is told

_ROOM = WIDTH - 160
_LETTER = 0.58  # the width of an average bold letter, as a part of the font size


def card_svg(told: Told) -> str:
    """The card as SVG; names are shrunk to fit, and too many winners are counted instead."""
    board = told.board
    best = board.standings[0].points if board.standings else 0
    winners = [each for each in board.standings if each.rank == 1] if best > 0 else []
    name, line = _hero(told)
    totals = [(kind, board.totals[kind.name]) for kind in told.kinds if board.totals[kind.name]][:MAX_TOTALS]
    return render.render(
        "summary/card.svg",
        board=board,
        over=told.over,
        label=_label(told, len(winners)),
        name=name,
        name_size=fit(name, 118),
        line=line,
        line_size=fit(line, 36),
        totals=totals,
        colours=colours("light"),
    ).decode()


def _label(told: Told, winners: int) -> str:
    if not winners:
        return "The summary" if told.over else "The week so far"
    if not told.over:
        return "In the lead so far"
    return "The winner is" if winners == 1 else "The winners are"


def _hero(told: Told) -> tuple[str, str]:
    """The card's title, and the line below it."""
    board = told.board
    winners = [each for each in board.standings if each.rank == 1 and each.points > 0]
    if not winners:
        return board.name, "Thank you, every one of you"
    points = points_text(winners[0].points)
    if len(winners) > MAX_NAMED:
        return f"{len(winners)} teams", f"{points} each"
    if len(winners) > 1:
        return render.listing(each.team for each in winners), f"{points} each"
    people = render.listing(winners[0].members)
    return winners[0].team, f"{people}, {points}" if people else points


def needs_system_fonts(text: str) -> bool:
    """Tell whether a text leaves the scripts of vl-convert's own font: Latin, Greek, Cyrillic and signs."""
    return any(not (each < "\u0530" or "\u1d00" <= each < "\u2e00") for each in text)


def fit(text: str, largest: int) -> int:
    """The font size at which a text fits on one line of the card."""
    letters = sum(1.8 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text) or 1
    return min(largest, int(_ROOM / (letters * _LETTER)))
