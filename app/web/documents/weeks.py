"""Weeks, their teams, and people."""

from collections.abc import Sequence
from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app import models
from app.domain.standings.tones import NAMES
from app.domain.view import Audience
from app.web.documents.values import Day, NextCursor, State, state_of


class Week(TypedDict):
    """One week."""

    week: Annotated[str, Field(examples=["q3-2022"])]
    name: Annotated[str, Field(examples=["Q3 2022"])]
    state: State
    timezone: Annotated[str, Field(examples=["America/Los_Angeles"])]
    starts: Day
    ends: Day
    frozen: bool
    archived: Annotated[bool, Field(description="Whether the list leaves it out unless asked for archived weeks, too.")]
    sla: Annotated[int, Field(description="The response time that is promised, in seconds.", examples=[3600])]
    customers: Annotated[int | None, Field(description="How many customers there are; null: nobody said.")]
    current: Annotated[bool, Field(description="Whether `current` means this week.")]
    version: NotRequired[Annotated[int, Field(description="Grows with every change; absent while the week is frozen.")]]


class WeekList(TypedDict):
    """A list of weeks."""

    items: list[Week]
    next_cursor: NextCursor


def week_document(row: models.Week, audience: Audience, *, is_current: bool) -> Week:
    """One week; its version, and whether it was closed since, only for an audience from whom nothing is hidden."""
    is_hidden = row.frozen_at is not None and audience == "public"
    document: Week = {
        "week": row.slug,
        "name": row.name,
        "state": "open" if is_hidden else state_of(row.state),
        "timezone": row.timezone,
        "starts": row.starts.isoformat(),
        "ends": row.ends.isoformat(),
        "frozen": row.frozen_at is not None,
        "archived": row.archived_at is not None,
        "sla": row.sla,
        "customers": row.customers,
        "current": is_current,
    }
    if not is_hidden:
        document["version"] = row.version
    return document


class Team(TypedDict):
    """One team and who is in it now."""

    team_id: str
    team: str
    members: list[str]
    colour: Annotated[str | None, Field(description="What organizers chose; null: by itself.", examples=["Violet"])]
    emblem: str | None


class TeamList(TypedDict):
    """A list of teams."""

    items: list[Team]
    next_cursor: NextCursor


def team_document(row: models.Team, members: Sequence[str]) -> Team:
    """One team and who is in it, by name."""
    colour = None if row.tone is None else NAMES[row.tone]
    return {"team_id": row.id, "team": row.name, "members": list(members), "colour": colour, "emblem": row.emblem}


class Person(TypedDict):
    """One person; `email` is their main one, `addresses` are further ones. Null `function`, `office`: nobody said."""

    person_id: str
    name: str
    email: str
    addresses: list[str]
    function: str | None
    office: str | None


class PersonList(TypedDict):
    """A list of people."""

    items: list[Person]
    next_cursor: NextCursor


def person_document(row: models.Person, addresses: Sequence[str]) -> Person:
    """One person with their further e-mails."""
    return {
        "person_id": row.id,
        "name": row.name,
        "email": row.email,
        "addresses": list(addresses),
        "function": row.function,
        "office": row.office,
    }
