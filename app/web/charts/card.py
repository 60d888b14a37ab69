"""The share card: a picture of the week's result for wherever its address is shared."""

from app.domain.text.direction import isolated
from app.domain.wording import points_text
from app.web.charts.chart_data import ChartData
from app.web.charts.lettering import width
from app.web.charts.theme import colours
from app.web.http import render

WIDTH, HEIGHT = 1200, 630
MAX_TOTALS = 5  # in one line of the card
MAX_NAMED = 3  # winners that fit by name; of more their number is told

_ROOM = WIDTH - 160
_ROOM_BESIDE_BRAND = 740  # for the week's name, on the line that begins with ours


def card_svg(data: ChartData) -> str:
    """The card as SVG; names are shrunk to fit, and too many winners are counted instead."""
    board = data.board
    best = board.standings[0].points if board.standings else 0
    winners = [standing for standing in board.standings if standing.rank == 1] if best > 0 else []
    name, line = _hero(data)
    totals = [(kind, board.totals[kind.name]) for kind in data.kinds if board.totals[kind.name]][:MAX_TOTALS]
    return render.render(
        "summary/card.svg",
        board=board,
        board_name=isolated(board.name),
        board_name_size=fit(board.name, 32, _ROOM_BESIDE_BRAND),
        over=data.over,
        label=_label(data, len(winners)),
        name=isolated(name),
        name_size=fit(name, 118),
        line=line,
        line_size=fit(line, 36),
        totals=totals,
        colours=colours("light"),
    ).decode()


def _label(data: ChartData, winners: int) -> str:
    if not winners:
        return "Summary" if data.is_closed else "So far"
    if not data.is_closed:
        return "In the lead:"
    return "Winner:" if winners == 1 else "Winners:"


def _hero(data: ChartData) -> tuple[str, str]:
    """The card's title, and the line below it."""
    board = data.board
    winners = [standing for standing in board.standings if standing.rank == 1 and standing.points > 0]
    if not winners:
        return board.name, "Thank you, everyone"
    points = points_text(winners[0].points)
    if len(winners) > MAX_NAMED:
        return f"{len(winners)} teams", f"{points} each"
    if len(winners) > 1:
        return render.listing(isolated(winner.team) for winner in winners), f"{points} each"
    people = render.listing(map(isolated, winners[0].members))
    return winners[0].team, f"{people}, {points}" if people else points


def needs_system_fonts(text: str) -> bool:
    """Tell whether a text leaves the scripts of vl-convert's own font: Latin, Greek, Cyrillic and signs."""
    return any(not (each < "\u0530" or "\u1d00" <= each < "\u2e00") for each in text)


def fit(text: str, largest: int, room: int = _ROOM) -> int:
    """The font size at which a text fits on one line of the card, in at most `room` pixels."""
    return min(largest, int(room / (width(text) or 1)))
