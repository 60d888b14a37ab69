"""A small fixed cast: the default rules as values, and short ways to make activities, moments and boards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import count
from zoneinfo import ZoneInfo

from app.domain.rules.model import Bonus, Cap, Kind, Metric, Quest, Rules, Trophy, Window
from app.domain.scoring.activity import Activity, Adjustment, Award
from app.domain.scoring.evaluation import score
from app.domain.scoring.sums import score_teams
from app.domain.scoring.tally import TeamScore
from app.domain.standings.board import Board
from app.domain.standings.lines import TeamInfo
from app.domain.standings.receipt import Receipt, make_receipt
from app.domain.standings.standings import WeekInfo, make_board

PACIFIC = ZoneInfo("America/Los_Angeles")
BERLIN = ZoneInfo("Europe/Berlin")

SHIFT = Kind("shift", 10, "shift", "shifts")
RESPONSE = Kind("response", 2, "response", "responses", Cap(3, "subject"))
ISSUE = Kind("issue", 5, "issue", "issues")
FEATURE_REQUEST = Kind("feature_request", 5, "feature request", "feature requests")
KNOWLEDGE_CARD = Kind("knowledge_card", 8, "knowledge card", "knowledge cards")
KINDS = (SHIFT, RESPONSE, ISSUE, FEATURE_REQUEST, KNOWLEDGE_CARD)

EARLY = Bonus("6 a.m. shift", "shift", points=10, starts=Window(time(6), time(7)))
IN_SLA = Bonus("Inside the 1-hour SLA", "response", points=1, within=3600)
ALL_HANDS = Quest("All hands", (("shift", 1),), 15, members=3)
GRAND_SLAM = Quest("Grand slam", tuple((kind.name, 1) for kind in KINDS), 25)

PLAIN = Rules(kinds=KINDS)
DEFAULT = Rules(
    kinds=KINDS,
    bonuses=(EARLY, IN_SLA),
    quests=(ALL_HANDS, GRAND_SLAM),
    ties=(
        Metric("bonus", "6 a.m. shift"),
        Metric("count", "shift"),
        Metric("points_of", "response"),
        Metric("earliest"),
    ),
    trophies=(
        Trophy("Early birds", "team", Metric("bonus", "6 a.m. shift")),
        Trophy("Customer hero", "person", Metric("points_of", "response")),
    ),
)

PEOPLE = {"ana": "Ana", "ben": "Ben", "chi": "Chi", "dua": "Dua"}
WEEK = WeekInfo("q3-2022", "Q3 2022", "open", date(2022, 9, 12), date(2022, 9, 16))

_numbers = count(1)


def moment(text: str, zone: ZoneInfo = PACIFIC) -> datetime:
    """A local time like "2022-09-14 06:30", or "06:30" on Wednesday 14 September 2022, in UTC."""
    full = text if "-" in text else f"2022-09-14 {text}"
    return datetime.fromisoformat(full).replace(tzinfo=zone).astimezone(UTC)


def activity(
    kind: str = "shift",
    at: str | datetime = "09:00",
    person: str = "ana",
    team: str | None = "owls",
    *,
    subject: str | None = None,
    seconds: int | None = None,
    source: str = "api",
    external_id: str | None = None,
) -> Activity:
    """An activity with a key of its own."""
    number = next(_numbers)
    return Activity(
        id=f"a{number}",
        kind=kind,
        person=person,
        team=team,
        occurred_at=moment(at) if isinstance(at, str) else at,
        source=source,
        external_id=external_id or f"{number:09}",
        subject=subject,
        response_seconds=seconds,
    )


def adjustment(points: int, at: str = "12:00", team: str = "owls", reason: str = "Helped out") -> Adjustment:
    """An adjustment with an id of its own."""
    return Adjustment(f"j{next(_numbers)}", team, points, reason, moment(at))


def with_kind(kind: Kind, rules: Rules = PLAIN) -> Rules:
    """The rules with one kind put in the place of the one of its name."""
    return replace(rules, kinds=tuple(kind if each.name == kind.name else each for each in rules.kinds))


def gist(awards: Iterable[Award]) -> list[tuple[str, int]]:
    """Awards in short: names and points."""
    return [(award.name, award.points) for award in awards]


def earned(rules: Rules, *activities: Activity, zone: ZoneInfo = PACIFIC) -> list[tuple[str, int]]:
    """The gist of what activities earn."""
    return gist(score(activities, rules, zone))


def score_of(
    team: str, activities: Iterable[Activity], adjustments: Iterable[Adjustment], rules: Rules, zone: ZoneInfo = PACIFIC
) -> TeamScore:
    """One team's score, from its own activities alone."""
    own = [each for each in activities if each.team == team]
    return score_teams(own, [each for each in adjustments if each.team == team], rules, zone).get(team, TeamScore())


def board_of(
    activities: Sequence[Activity],
    rules: Rules = DEFAULT,
    adjustments: Sequence[Adjustment] = (),
    teams: Sequence[TeamInfo] = (TeamInfo("owls", "Owls"), TeamInfo("cats", "Cats")),
    *,
    week: WeekInfo = WEEK,
    today: date = date(2022, 9, 14),
    zone: ZoneInfo = PACIFIC,
    people: Mapping[str, str] = PEOPLE,
) -> Board:
    """The board of a week made from its teams' scores."""
    unassigned: dict[str, int] = {}
    for each in activities:
        if each.team is None:
            unassigned[each.kind] = unassigned.get(each.kind, 0) + 1
    scores = {team.id: score_of(team.id, activities, adjustments, rules, zone) for team in teams}
    as_of = datetime(2022, 9, 14, 20, tzinfo=UTC)
    return make_board(week, rules, teams, scores, unassigned, people, today, as_of=as_of, version=7)


def receipt_of(
    activities: Sequence[Activity], rules: Rules = DEFAULT, adjustments: Sequence[Adjustment] = ()
) -> Receipt:
    """The receipt of activities of one team."""
    return make_receipt(activities, score(activities, rules, PACIFIC), adjustments, rules, PEOPLE, PACIFIC)
