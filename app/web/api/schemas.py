"""The shapes the API documents; answers are plain values, and a test holds them against these."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.rules.model import Audience

State = Literal["draft", "open", "closed"]
NextCursor = Field(description="Where the list goes on; null at its end.")


class ProblemDocument(BaseModel):
    """A refusal (RFC 9457): `detail` is a sentence that says how to mend it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = Field(None, description="The first mistakes, where there can be several.")
    more: int | None = Field(None, description="How many further mistakes `errors` leaves out, where it does.")


class WeekOut(BaseModel):
    """One week."""

    week: str = Field(examples=["q3-2022"])
    name: str = Field(examples=["Q3 2022"])
    state: State
    timezone: str = Field(examples=["America/Los_Angeles"])
    starts: date
    ends: date
    frozen: bool
    current: bool = Field(description="Whether `current` means this week.")
    version: int | None = Field(None, description="Grows with every change; absent while the week is frozen.")


class TeamOut(BaseModel):
    """One team and who is in it now."""

    team_id: str
    team: str
    members: list[str]


class PersonOut(BaseModel):
    """One person."""

    person_id: str
    name: str
    email: str


class ActivityOut(BaseModel):
    """One entry of the ledger; `person` is an e-mail. An adjustment has `points` and `reason` besides."""

    id: str
    week: str
    kind: str = Field(examples=["response"])
    person: str | None
    team: str | None
    team_id: str | None
    occurred_at: datetime
    recorded_at: datetime
    source: str
    external_id: str
    subject: str | None
    response_seconds: int | None
    url: str | None
    note: str | None
    recorded_by: str
    reversed: bool
    points: int | None = None
    reason: str | None = None


REPEAT = "A repeat: the first one; its id and key alone for who may not read it"


class KeyOut(BaseModel):
    """What names an activity, for who may not read it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    source: str
    external_id: str


class StandingOut(BaseModel):
    """One team's place."""

    rank: int
    team: str
    team_id: str
    points: int
    counts: dict[str, int]
    bonuses: dict[str, int]
    quests: list[str]
    members: list[str]
    movement: int | None


class TrophyOut(BaseModel):
    """Who holds a trophy."""

    name: str
    audience: Audience = Field(alias="for")
    value: int
    winners: list[str]


class LeaderboardOut(BaseModel):
    """One week's board."""

    week: str
    name: str
    state: State
    frozen: bool
    version: int
    as_of: datetime
    headline: str = Field(examples=["20 shifts, 154 responses, 18 issues, 6 feature requests, 2 knowledge cards"])
    totals: dict[str, int]
    standings: list[StandingOut]
    trophies: list[TrophyOut]


class ReceiptLineOut(BaseModel):
    """One reason for points, or an activity that earned none."""

    at: datetime
    person: str | None
    what: str
    why: str
    points: int


class ReceiptOut(BaseModel):
    """Why a team's score is what it is; the lines sum to `points`."""

    points: int
    items: list[ReceiptLineOut]


class BatchOut(BaseModel):
    """What became of a batch."""

    recorded: int
    repeated: int


class RulingOut(BaseModel):
    """A reversal or a reinstatement."""

    activity: str
    action: Literal["reversal", "reinstatement"]
    reason: str
    by: str
    at: datetime


class RuleSetOut(BaseModel):
    """One version of the rules."""

    version: int
    sha256: str
    by: str
    at: datetime
    note: str
    text: str


class ActiveRulesOut(RuleSetOut):
    """The active version, and why the rules file was refused if it was."""

    file_errors: list[dict[str, Any]]


class PreviewWeekOut(BaseModel):
    """One open week under the active rules and under the offered ones."""

    week: str
    name: str
    before: list[StandingOut]
    after: list[StandingOut]


class PreviewOut(BaseModel):
    """What other rules would do; `refused` says why they could not be activated."""

    weeks: list[PreviewWeekOut]
    refused: list[str]


class WeeksOut(BaseModel):
    """A list of weeks."""

    items: list[WeekOut]
    next_cursor: str | None = NextCursor


class TeamsOut(BaseModel):
    """A list of teams."""

    items: list[TeamOut]
    next_cursor: str | None = NextCursor


class PeopleOut(BaseModel):
    """A list of people."""

    items: list[PersonOut]
    next_cursor: str | None = NextCursor


class ActivitiesOut(BaseModel):
    """A list of activities, in the order they were recorded."""

    items: list[ActivityOut]
    next_cursor: str | None = NextCursor


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("The request is no HTTP of ours."),
    401: _problem("No token, or one that no longer counts."),
    403: _problem("The token lacks the scope."),
    404: _problem("There is no such thing."),
    409: _problem("It does not fit the state of things."),
    413: _problem("The body is too large."),
    422: _problem("Something in the request needs mending."),
    503: _problem("The database cannot take this now; nothing was changed."),
}
