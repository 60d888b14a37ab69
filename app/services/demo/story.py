"""The week as it went: who took which shift, what they answered and wrote down, and what else there was."""

from collections.abc import Iterator
from datetime import time
from typing import NamedTuple

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")

# A shift is "starts crew | replies"; the first of the crew is credited with it, and tickets go round the crew. In the
# replies a word is a ticket and a letter a reply: "+" inside the hour, "=" exactly on it, "-" after it, "x" inside it
# and reversed later. A second bar gives the time of the last reply, where the story depends on it.
# Below it stands what was filed: "tool who | title". A gift is "time organizer points team | reason". All times local.
_TEXT = """
Monday, when everyone wants to know how hard it can be
06:00 amelie                   | - - + ++ + ++
      github amelie            | Invitation mails greet everyone as “null”
10:00 siobhan yuki             | + ++ + +++ + + ++
      linear yuki              | Date picker starts weeks on Sunday in every locale
14:00 ngozi lukasz             | + ++ - +++++ +
      github lukasz            | CSV export drops the last row when it ends in a comma
      canny ngozi              | Keyboard shortcuts for people who live in tables
16:00 gulnora aile             | + x - ++ + = +
      github aile              | Map puts customers without an address at 0° N, 0° E

Tuesday, when tea is made and breakfast is had, twice
06:00 tariq                    | - + ++ - + +
      linear tariq             | Night mode forgets itself at sunrise
08:00 thorunn mateo priya      | + + ++ - + +++ +
      canny priya              | Undo for archived projects, because fingers slip before coffee
12:00 yuki                     | + ++ + - + + +
      github yuki              | Copying a table loses its header row
14:00 zeynep soren             | + - ++ + +
      linear soren             | Names with æ and ø sort after z, or before a, or both

Wednesday, when one thread will not end and webhooks are explained
05:48 organizer +5 Happy Path  | Descaled the espresso machine before the 6 a.m. shift. Lives were saved.
06:00 tane huong               | - + ++ + +++ +
      github huong             | Search cannot find đ
      linear tane              | Macrons turn into question marks in PDFs
10:00 meiling dusan            | + ++ - + +
      canny dusan              | Show that someone is still typing…
12:00 rania jurgita            | + - ++ + ++
      linear jurgita           | Error page apologizes twice
14:00 joao ngozi lukasz        | + -++++ + +
      github joao              | Retry button retries the retry
      guru ngozi               | Explaining webhooks to someone who is not angry yet

Thursday, when all hands are on deck
06:00 kwabena                  | - = + ++ + +
      linear kwabena           | Two-factor codes arrive in pairs
10:00 wanjiku eszter jiwoo     | + + ++ - +++ +
      github wanjiku           | Import merges people who share a birthday
12:00 xochitl anjali           | + ++ + ++++
      github xochitl           | Sign-up rejects names that begin with X
      canny anjali             | A quiet hour: hold notifications while I am on a call
16:00 huong amelie             | + ++ + - + +++
      github amelie            | Calendar invites outlive the meeting they were for
      canny huong              | Print a project on one page, for the fridge

Friday: ducks at dawn, tea at noon, and a dead heat to the second
06:00 lukasz joao              | - + ++ + +
      linear joao              | Timer shows 24:60
12:00 anjali tariq xochitl     | + ++ + +++ +
      github tariq             | Right-to-left names push the avatar off the card
      guru anjali              | Triage in the time it takes to brew a pot
14:00 leilani zeynep           | + + ++ + | 15:57:41
      canny leilani            | Hand a ticket over together with a note
14:00 bjorn meiling            | + + ++ + | 15:57:41
      linear bjorn             | Drafts vanish when I look something up
"""

WRONG_CUSTOMER = "Went to the wrong customer, who was very kind about it."
"""The reason for which a reply marked "x" is reversed."""


class Shift(NamedTuple):
    """One team in one two-hour slot; `day` 0 is Monday, `replies` as in the text above, one word for each ticket."""

    day: int
    starts: time
    crew: tuple[str, ...]
    replies: tuple[str, ...]
    last_reply: time | None


class Filed(NamedTuple):
    """Something written down during a shift, in the tool that reports it."""

    shift: Shift
    source: str
    who: str
    title: str


class Gift(NamedTuple):
    """Points an organizer gave."""

    day: int
    at: time
    team: str
    points: int
    reason: str


def tell() -> Iterator[Shift | Filed | Gift]:
    """The story's lines."""
    day, shift = -1, None
    for line in filter(None, _TEXT.splitlines()):
        head, *tail = (part.strip() for part in line.split("|"))
        match head.split():
            case [name, *_] if not tail:
                day = _DAYS.index(name.rstrip(",:"))
            case [at, "organizer", points, *team]:
                yield Gift(day, time.fromisoformat(at), " ".join(team), int(points), tail[0])
            case [source, who] if shift is not None and line.startswith(" "):
                yield Filed(shift, source, who, tail[0])
            case [at, *crew]:
                last = time.fromisoformat(tail[1]) if len(tail) > 1 else None
                shift = Shift(day, time.fromisoformat(at), tuple(crew), tuple(tail[0].split()), last)
                yield shift
