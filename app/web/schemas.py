"""The API's documents as types: mypy checks what is returned against them, and OpenAPI is made of them."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic cannot read typing's own before Python 3.12

from app.domain.rules.model import Audience

State = Literal["draft", "open", "closed"]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2022-09-14T13:04:10.000000Z"])]
Day = Annotated[str, Field(json_schema_extra={"format": "date"}, examples=["2022-09-12"])]
NextCursor = Annotated[str | None, Field(description="Where the list goes on; null at its end.")]


class Problem(TypedDict):
    """A refusal (RFC 9457): `detail` is a sentence that says how to mend it."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[
        Annotated[list[dict[str, Any]], Field(description="The first mistakes, where there can be several.")]
    ]
    more: NotRequired[
        Annotated[int, Field(description="How many further mistakes `errors` leaves out, where it does.")]
    ]


class Week(TypedDict):
    """One week."""

    week: Annotated[str, Field(examples=["q3-2022"])]
    name: Annotated[str, Field(examples=["Q3 2022"])]
    state: State
    timezone: Annotated[str, Field(examples=["America/Los_Angeles"])]
    starts: Day
    ends: Day
    frozen: bool
    current: Annotated[bool, Field(description="Whether `current` means this week.")]
    version: NotRequired[Annotated[int, Field(description="Grows with every change; absent while the week is frozen.")]]


class Team(TypedDict):
    """One team and who is in it now."""

    team_id: str
    team: str
    members: list[str]


class Person(TypedDict):
    """One person."""

    person_id: str
    name: str
    email: str


class Activity(TypedDict):
    """One entry of the ledger; `person` is an email. An adjustment has `points` and `reason` besides."""

    id: str
    week: str
    kind: Annotated[str, Field(examples=["response"])]
    person: str | None
    team: str | None
    team_id: str | None
    occurred_at: Moment
    recorded_at: Moment
    source: str
    external_id: str
    subject: str | None
    response_seconds: int | None
    url: str | None
    note: str | None
    recorded_by: str
    reversed: bool
    points: NotRequired[int]
    reason: NotRequired[str]


class ActivityKey(TypedDict):
    """The key of an activity, for readers who may not see it."""

    id: str
    kind: str
    source: str
    external_id: str


class Standing(TypedDict):
    """One team's rank."""

    rank: int
    team: str
    team_id: str
    points: int
    counts: dict[str, int]
    bonuses: dict[str, int]
    quests: list[str]
    members: list[str]
    movement: int | None


# Written as a call, because `for` is a word of Python.
Trophy = TypedDict("Trophy", {"name": str, "for": Audience, "value": int, "winners": list[str]})


class Leaderboard(TypedDict):
    """One week's board."""

    week: str
    name: str
    state: State
    frozen: bool
    version: int
    as_of: Moment
    headline: Annotated[
        str, Field(examples=["20 shifts, 154 responses, 18 issues, 6 feature requests, 2 knowledge cards"])
    ]
    totals: dict[str, int]
    standings: list[Standing]
    trophies: list[Trophy]


class ReceiptLine(TypedDict):
    """One reason for points, or an activity that earned none."""

    at: Moment
    person: str | None
    what: str
    why: str
    points: int


class Receipt(TypedDict):
    """A team's receipt; the lines sum to `points`."""

    points: int
    items: list[ReceiptLine]


class BatchResult(TypedDict):
    """The outcome of a batch."""

    recorded: int
    repeated: int


class Correction(TypedDict):
    """A reversal or a reinstatement."""

    activity: str
    action: Literal["reversal", "reinstatement"]
    reason: str
    by: str
    at: Moment


class RuleSet(TypedDict):
    """One version of the rules."""

    version: int
    sha256: str
    by: str
    at: Moment
    note: str
    text: str


class ActiveRules(RuleSet):
    """The active version, and why the rules file was rejected if it was."""

    file_errors: list[dict[str, Any]]


class WeekPreview(TypedDict):
    """One open week under the active rules and under the offered ones."""

    week: str
    name: str
    before: list[Standing]
    after: list[Standing]


class Preview(TypedDict):
    """A preview of other rules; `refused` says why they could not be activated."""

    weeks: list[WeekPreview]
    refused: list[str]


class WeekList(TypedDict):
    """A list of weeks."""

    items: list[Week]
    next_cursor: NextCursor


class TeamList(TypedDict):
    """A list of teams."""

    items: list[Team]
    next_cursor: NextCursor


class PersonList(TypedDict):
    """A list of people."""

    items: list[Person]
    next_cursor: NextCursor


class ActivityList(TypedDict):
    """A list of activities, in the order they were recorded."""

    items: list[Activity]
    next_cursor: NextCursor


REPEAT = "A repeat: the first one; its id and key alone for who may not read it"


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("The request is no HTTP of ours."),
    401: _problem("No token, or one that is revoked or has expired."),
    403: _problem("The token lacks the scope."),
    404: _problem("There is no such thing."),
    409: _problem("It does not fit the state of things."),
    413: _problem("The body is too large."),
    422: _problem("Something in the request is invalid."),
    503: _problem("The database cannot take this now; nothing was changed."),
}
