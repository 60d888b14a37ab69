"""Dense rules and ledgers: nearly every activity touches a quest, a cap or the moment of another one."""

from dataclasses import replace
from math import prod
from typing import Any

from hypothesis import strategies as st

from app.domain.rules.model import Bonus, Cap, CapScope, Quest, Rules
from app.domain.scoring.activity import Activity
from tests.domain.builders import EARLY, ISSUE, KINDS, RESPONSE, moment

PEOPLE = ("ana", "ben", "chi")
MOMENTS = tuple(map(moment, ("2022-09-13 18:00", "06:00", "06:01", "18:00", "2022-09-15 06:00")))
"""Few, so that many activities share a day or a moment; at 18:00 it is the next day in UTC."""

SCOPES: tuple[CapScope, ...] = ("person-day", "person-week", "team-day", "team-week")
SUBJECT: st.SearchStrategy[CapScope] = st.just("subject")
WIDE_CAPS = st.builds(Cap, st.integers(1, 2), st.sampled_from(SCOPES))
CAPS = st.none() | st.none() | st.builds(Cap, st.integers(1, 2), SUBJECT) | WIDE_CAPS
NEEDS = st.sampled_from([(("issue", 1),), (("issue", 2),), (("issue", 2),), (("issue", 1), ("response", 1))])


def quests(name: str) -> st.SearchStrategy[Quest]:
    """A quest of a day or the week that one or two activities complete, by the team or by one or two people."""
    members = st.sampled_from([None, None, 1, 2])
    return st.builds(Quest, st.just(name), NEEDS, st.sampled_from([7, -7]), members, st.sampled_from(["day", "week"]))


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """One quest or two over issues, and little else that could keep the increment from knowing."""
    kinds = {"issue": replace(ISSUE, cap=draw(CAPS)), "response": replace(RESPONSE, cap=Cap(1, "subject"))}
    quick = Bonus("Quick", "issue", points=1, within=60, cap=draw(CAPS))
    return Rules(
        kinds=tuple(kinds.get(kind.name, kind) for kind in KINDS),
        team_size=12,
        bonuses=draw(st.sampled_from([(), (quick,), (EARLY,)])),
        quests=tuple(draw(quests(name)) for name in draw(st.sampled_from([("One",), ("One",), ("One", "Two")]))),
    )


CHOICES = (("issue", "issue", "response"), PEOPLE, MOMENTS, ("api", "Zoo"), "aBz", ("T-1", "T-2", None), (60, None))
CODES = prod(map(len, CHOICES))


def ledgers(fewest: int, most: int, prefix: str = "") -> st.SearchStrategy[list[Activity]]:
    """Activities of one team, each new by its key."""
    # One number each: drawing every field takes most of a test's time.
    codes = st.lists(st.integers(0, CODES - 1), min_size=fewest, max_size=most)
    return codes.map(lambda found: [decoded(f"{prefix}{number}", code) for number, code in enumerate(found)])


def decoded(number: str, code: int) -> Activity:
    """The activity a code below CODES stands for; its number makes its key unique."""
    picked: list[Any] = []
    for choice in CHOICES:
        code, index = divmod(code, len(choice))
        picked.append(choice[index])
    kind, person, at, source, letter, subject, seconds = picked
    return Activity(number, kind, person, "owls", at, source, f"{letter}{number}", subject, seconds)
