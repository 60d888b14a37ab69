"""Merged people, and teams."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.services.organizing.merge_plans import OneWeek, Plan
from app.services.organizing.team_merging import TeamPlan
from app.web.documents.weeks import Person, Team, person_document, team_document


class MergedWeek(TypedDict):
    """A week as a merging leaves it: the person's team, or null, and how many entries and live seats they have."""

    week: str
    team: str | None
    activities: int
    seats: int


class PersonMerge(TypedDict):
    """The merging of one person into another."""

    merged: Annotated[bool, Field(description="False for a dry run.")]
    person: Person
    emails: Annotated[list[str], Field(description="Emails that become the person's.")]
    weeks: list[MergedWeek]
    refusals: Annotated[list[str], Field(description="What stands against it; empty once it is done.")]


def merge_document(plan: Plan, addresses: list[str], *, merged: bool) -> PersonMerge:
    """A merging that was done, or would be."""
    return {
        "merged": merged,
        "person": person_document(plan.kept, addresses),
        "emails": list(plan.emails),
        "weeks": [_week(each) for each in plan.weeks],
        "refusals": list(plan.refusals),
    }


class TeamMerge(TypedDict):
    """The merging of one team into another."""

    merged: Annotated[bool, Field(description="False for a dry run.")]
    team: Team
    points: Annotated[int, Field(description="Points of the two together.")]
    refusals: Annotated[list[str], Field(description="What stands against it; empty once it is done.")]


def team_merge_document(plan: TeamPlan, *, merged: bool) -> TeamMerge:
    """A merging of teams that was done, or would be."""
    return {
        "merged": merged,
        "team": team_document(plan.kept, [member.name for member in plan.members]),
        "points": plan.after,
        "refusals": list(plan.refusals),
    }


def _week(each: OneWeek) -> MergedWeek:
    return {"week": each.week.slug, "team": each.team, "activities": sum(each.work), "seats": sum(each.seats)}
