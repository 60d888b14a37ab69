"""Dense rules as an organizer writes them, and dense ledgers as a tool reports them."""

from collections.abc import Iterator
from typing import Any

from app.domain.rules.model import Bonus, Cap, Kind, Quest, Rules
from app.domain.scoring.activity import Activity
from tests.builders import ADA, BO, DUA, an_activity

EMAILS = {"ana": ADA, "ben": BO, "chi": DUA}
"""Two of one team, one of the other."""


def text_of(rules: Rules) -> str:
    """The rules file of dense rules."""
    return "\n".join(_lines(rules))


def _lines(rules: Rules) -> Iterator[str]:
    yield f"format = 1\nteam.size = {rules.team_size}"
    for kind in rules.kinds:
        yield from (f"[activities.{kind.name}]", f'one = "{kind.one}"', f'many = "{kind.many}"', *_earning(kind))
    for bonus in rules.bonuses:
        yield from ("[[bonuses]]", f'name = "{bonus.name}"', f'activity = "{bonus.activity}"', *_earning(bonus))
        yield from ([f'within = "{bonus.within}s"'] if bonus.within else [])
        window = bonus.starts
        yield from ([f'starts = {{ from = "{window.start:%H:%M}", until = "{window.until:%H:%M}" }}'] if window else [])
    for quest in rules.quests:
        yield from ("[[quests]]", f'name = "{quest.name}"', *_goal(quest))


def _earning(what: Kind | Bonus) -> Iterator[str]:
    yield f"points = {what.points}"
    if isinstance(what.cap, Cap):
        yield f'cap = {{ max = {what.cap.max}, per = "{what.cap.per}" }}'


def _goal(quest: Quest) -> Iterator[str]:
    needs = ", ".join(f"{kind} = {number}" for kind, number in quest.needs)
    yield f'needs = {{ {needs} }}\npoints = {quest.points}\nper = "{quest.per}"'
    if quest.members:
        yield f"members = {quest.members}"


def report_of(one: Activity) -> dict[str, Any]:
    """An activity as the API takes it, new by its key."""
    fields = an_activity(
        kind=one.kind,
        person=EMAILS[one.person],
        occurred_at=one.occurred_at,
        source=one.source,
        subject=one.subject,
        response_seconds=one.response_seconds,
    )
    return {**fields, "external_id": f"{one.external_id}-{fields['external_id']}"}
