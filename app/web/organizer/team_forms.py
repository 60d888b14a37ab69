"""The forms of the page of a week's teams."""

import re
from typing import Annotated, Literal

from app.domain.standings.tones import TONES
from app.errors import Malformed
from app.services.access import accounts
from app.services.organizing import team_admin
from app.web.http.fields import Email, MaxLength, Name, Reason, optional, says
from app.web.http.forms import Form

_POINTS = re.compile(r"[+-]?[0-9]{1,6}")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})


def _points(text: str) -> int:
    """Points as people type them. Raises Malformed."""
    points = text.strip().translate(_MINUS)
    if not _POINTS.fullmatch(points):
        raise Malformed("Points are a whole number, such as 10 or -5.")
    return int(points)


class TeamForm(Form):
    """A new team."""

    name: Annotated[Name, says(team_admin.check_name)]


class RenameForm(TeamForm):
    """Another name for a team, and the one that it replaces."""

    seen: str = ""


def _tone(text: str) -> int | None:
    """A tone's number as the form sends it, none for the team's own. Raises Malformed."""
    if text == "":
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) < TONES):
        raise Malformed("Choose a colour of the list.")
    return int(text)


class LookForm(Form):
    """A team's colour and emblem, and the look that they replace."""

    tone: Annotated[int | None, MaxLength(2), says(_tone)] = None
    emblem: Annotated[str, MaxLength(team_admin.LONGEST_EMBLEM), optional(team_admin.check_emblem)] = ""
    seen: str = ""


class MoveForm(Form):
    """The team somebody moves to (none takes them out of all), and the one they leave, as the preview showed it."""

    team: str = ""
    seen: str = ""


class MemberForm(Form):
    """Somebody to put into a team; a name is needed for who is new."""

    email: Annotated[Email, says(accounts.check_email)]
    name: Annotated[Name, optional(accounts.check_name)] = ""


class InviteForm(Form):
    """Sign-in links for who has none that counts, or `again` for all who never did; shown, or sent `by` mail."""

    again: Literal["", "yes"] = ""
    by: Literal["", "mail"] = ""


class AdjustmentForm(Form):
    """Points to give or take; `once` makes sending it twice the same as sending it once."""

    points: Annotated[int, MaxLength(8), says(_points)]
    reason: Reason
    once: str
