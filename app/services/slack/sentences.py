"""The sentences that people read in Slack."""

from collections.abc import Sequence

from app.domain.slack.commands import KINDS
from app.domain.slack.writing import Button, Lines, Part
from app.domain.standings.board import Board, Standing
from app.domain.standings.receipt import ReceiptLine
from app.domain.standings.team_position import placing
from app.domain.text.direction import isolated
from app.domain.wording import listed, points_text
from app.models import Week
from app.services.shifts import refusals
from app.services.shifts.own_seats import NextSeat
from app.services.shifts.worth import ShiftWorth
from app.services.slack.logs import LogOutcome
from app.services.slack.open_shifts import OpenShift, OpenShifts

MEMBERS_ONLY = "Members of this workspace only."
REMOVED = "The app was removed at Slack. Install it again, and paste its new token."
NO_WEEK = "There’s no week yet."
UNKNOWN = "I don’t know you yet. Ask an organizer to name you: your Slack ID is {user}."
CONNECT = "I don’t know you yet. Connect your account here: the link is for you alone, works once, within 15 minutes."
CONNECT_LOOKING = "If that finds nobody, connect your account here: the link works once, within 15 minutes."
LOOKING = "I’m looking you up by your email. That takes a few seconds."
ONE_MOMENT = "One moment…"
SAVED = "One moment… It’s saved, and counted within seconds."
USAGE = "Say what you did: /assembly log issue LINK NOTE. In place of “issue” you can say “feature” or “card”."
SHOWN = 3
"""Teams of the board beside one's own: nobody is embarrassed by their place."""


def stranger(user_id: str, address: str, *, is_looked_up: bool) -> Lines:
    """Tell somebody unknown how they become known: by their email, by a link, or by an organizer."""
    looking = LOOKING if is_looked_up else ""
    if not address:
        return [looking or UNKNOWN.format(user=user_id)]
    connect = CONNECT_LOOKING if is_looked_up else CONNECT
    return [looking, Part(connect, [Button("Connect me", "link", url=address)])]


def known_as(name: str) -> Lines:
    """Tell somebody who they are here, with a way out where they aren't."""
    return [Part(f"Connected: here you’re {isolated(name)}.", [Button("Not me", "undo", "link")])]


PARTED: Lines = ["Not connected any more. What you logged stays. Type /assembly connect to say who you are."]


ANNOUNCED = (
    "News of the week are posted here from now on, once I’m in this channel: type /invite @Assembly. "
    "/assembly announce off ends it."
)
SILENT = "No more news is posted."
ANNOUNCE_USAGE = "Type /assembly announce here in the channel where news is to be posted, or /assembly announce off."
UNDONE = "Undone. It earns no points."


def form_link(name: str, url: str) -> Lines:
    """Lead to a form's page, where Slack opens none."""
    return [Part(f"Slack didn’t open the form. {name} on its page.", [Button(name, "link", url=url)])]


def faster(name: str) -> str:
    """Tell somebody who was faster."""
    return f"{isolated(name)} was faster."


def help_lines(url: str) -> list[str]:
    """List what can be typed."""
    return [
        "/assembly: your team, what it earned last, and your next shift.\n"
        "/assembly board: who leads, and where your team is.\n"
        "/assembly shifts: the next shifts with a free seat.\n"
        f"/assembly log {'|'.join(KINDS)} LINK NOTE: log what you did. A link counts once.\n"
        "/assembly cheer @someone|TEAM WORDS: cheer, for all of the channel to read. It earns nothing.\n"
        "/assembly connect: say who you are here.\n"
        "/assembly announce here|off: for organizers, where news is posted.\n"
        "/assembly help: this list.",
        f"Everything else: {url}" if url else "",
    ]


def board_lines(board: Board, own_team_id: str | None) -> list[str]:
    """The top three, one's own team, the one above it, and the totals."""
    frozen = " The board is frozen." if board.frozen else ""
    lines = [f"{isolated(board.name)}.{frozen}", "\n".join(_rows(board.standings, own_team_id)), board.headline]
    return [line for line in lines if line]


def _rows(standings: Sequence[Standing], own_team_id: str | None) -> list[str]:
    top = list(standings[:SHOWN])
    place = next((number for number, each in enumerate(standings) if each.team_id == own_team_id), None)
    own = [] if place is None else standings[max(place - 1, SHOWN) : place + 1]
    gap = ["…"] if place is not None and place > SHOWN + 1 else []
    return [*map(_row, top), *gap, *(_row(each) for each in own if each not in top)]


def _row(standing: Standing) -> str:
    return f"{standing.rank}. {isolated(standing.team)}: {points_text(standing.points)}"


def my_lines(
    week: Week, board: Board, own: Standing | None, lines: Sequence[ReceiptLine], seat: NextSeat | None
) -> list[str]:
    """One's own team, its place, what it earned last (the newest first), and one's next shift."""
    coming = f"Your next shift: {refusals.dated(seat)}." if seat else "You have no shift yet."
    if own is None:
        return [f"{isolated(week.name)}: you’re in no team.", coming]
    place = placing(board.standings, own)
    where = f"{isolated(own.team)}: {points_text(own.points)}{f', {place.place}' if place.place else ''}."
    earned = "\n".join(_earned(line, week) for line in lines)
    return [f"{where} {place.gap}".rstrip(), earned, coming]


def _earned(line: ReceiptLine, week: Week) -> str:
    who = f", {isolated(line.person)}" if line.person else ""
    sign = "−" if line.points < 0 else "+"
    return f"{line.at.astimezone(week.zone):%a %H:%M} {line.what}{who}: {sign}{abs(line.points):,}"


def shift_lines(week: Week, found: OpenShifts, url: str) -> Lines:
    """The next open shifts, each with what one may do, and where the others are."""
    if not found.shifts:
        return ["No shift has a free seat.", url]
    more = f"{found.number - len(found.shifts):,} more" if found.number > len(found.shifts) else ""
    rows = [_shift(week, each, can_take=not found.not_yet) for each in found.shifts]
    return [found.not_yet, *rows, more, f"All shifts: {url}" if url else ""]


def _shift(week: Week, found: OpenShift, *, can_take: bool) -> Part:
    item, choice = found.item, found.choice
    label = f", {isolated(item.shift.label)}" if item.shift.label else ""
    free = f"{refusals.when_in(week, item.shift)}{label}: {item.free} of {item.shift.seats} free"
    if choice is None:
        return Part(free)
    if choice.seat is not None and choice.seat.is_live:
        value = f"{item.shift.id}/{choice.seat.id}"
        return Part(f"{free}. You’re on it.", [Button("Can’t make it", "cant", value)])
    worth = f", {worth_text(found.worth)}" if found.worth is not None else ""
    if not choice.is_open:
        waits = [Button("Join the waiting list", "wait", item.shift.id)] if choice.code == "limit" else []
        return Part(f"{free}{worth}. {choice.why}", waits if not choice.is_waiting else [])
    buttons = [Button("Take", "take", item.shift.id)]
    if 0 < choice.for_team <= item.free:
        buttons.append(Button("Take for my team", "take_team", item.shift.id))
    return Part(f"{free}{worth}.", buttons if can_take else [])


def worth_text(worth: ShiftWorth) -> str:
    """A seat's worth to one's team: its points, and their parts where there are several."""
    points = f"worth {points_text(worth.points)}"
    if len(worth.parts) < 2:
        return points
    return f"{points} ({listed([f'{part.why} +{part.points:,}' for part in worth.parts], 'and')})"


LOG = "log"
"""The beginning of a button's value that is about a log."""
UNMATCHED = "Saved. It counts once you’re known here, at its own time."


def log_lines(outcome: LogOutcome, greeting: Lines = ()) -> Lines:
    """Tell what became of a log; the `greeting` is for whoever isn't known."""
    if outcome.state == "unmatched":
        return [UNMATCHED, *greeting]
    is_fresh = outcome.state == "recorded" and outcome.is_live
    undo = [Button("Undo", "undo", f"{LOG}/{outcome.activity_id}")] if is_fresh else []
    return [Part(log_line(outcome), undo)]


def log_line(outcome: LogOutcome) -> str:
    """The sentence about a log of who is known."""
    match outcome.state:
        case "recorded":
            return f"Logged 1 {outcome.one}."
        case "repeated" if outcome.is_live:
            return f"Already counted, by {isolated(outcome.person)}." if outcome.person else "Already counted."
        case "repeated" if outcome.is_undone:
            return "Undone before. Ask an organizer to reinstate it."
        case "repeated":
            return "Reversed by an organizer. Ask them."
        case "received":
            return SAVED
    return f"Not counted. {outcome.reason}"
