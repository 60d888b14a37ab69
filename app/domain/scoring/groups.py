"""Groups: whose activities of one team are counted together, for caps and quests."""

from collections.abc import Callable, Hashable
from datetime import date

from app.domain.rules.model import CapScope

Group = Callable[[str, str | None, date], Hashable]

GROUPS: dict[CapScope, Group] = {
    "subject": lambda _person, subject, _day: subject or None,
    "person-day": lambda person, _subject, day: (person, day),
    "person-week": lambda person, _subject, _day: person,
    "team-day": lambda _person, _subject, day: day,
    "team-week": lambda _person, _subject, _day: "team",
}
"""The group of an activity by its person, subject and local day; None for an activity without a subject."""
