"""A small fixed cast and a fixed week, and short ways to play with them through the services."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from app.config import PROJECT
from app.db.database import Database
from app.domain import actor
from app.domain.actor import Act, Actor, Role, command, rights_of
from app.domain.draft import Draft, Reading
from app.domain.standings.board import Board
from app.domain.standings.receipt import Receipt
from app.domain.view import Audience
from app.errors import Problem
from app.models import LedgerEntry, Team, Week
from app.services import lifecycle, memberships
from app.services.imports import batch, roster_import
from app.services.imports.roster_import import Entry
from app.services.ledger import ledger
from app.services.ledger.admission import Recorded
from app.services.ledger.drafts import read_json
from app.services.ledger.ledger import Submission
from app.services.rules import rule_sets
from app.services.standings import boards, verification
from app.services.teams import teams
from app.services.weeks import weeks

SLUG = "q3-2022"
SIGNING_KEY = "the signing key of every test, which is no secret"
ZONE = "America/Los_Angeles"
PACIFIC = ZoneInfo(ZONE)
STARTS, ENDS = date(2022, 9, 12), date(2022, 9, 16)
NOW = datetime(2022, 9, 14, 20, tzinfo=UTC)
"""Wednesday of the standard week, 13:00 in its zone."""

ADA, BO, CHIDI = "ada@example.com", "bo@example.com", "chidi@example.com"
DUA, ELIF, FUMIKO = "dua@example.com", "elif@example.com", "fumiko@example.com"
GUS = "gus@example.com"
NAMES = {
    ADA: "Ada Lovelace",
    BO: "Bo Nguyen",
    CHIDI: "Chidi Okafor",
    DUA: "Dua Krasniqi",
    ELIF: "Elif Şahin",
    FUMIKO: "文子 Fumiko",
    GUS: "Gus Björk",
}
OWLS, CATS = "Owls", "Cats"
CAST = {OWLS: (ADA, BO, CHIDI), CATS: (DUA, ELIF, FUMIKO)}

RULES = (PROJECT / "scoring_rules.toml").read_text(encoding="utf-8")

_numbers = count(1)


def act_by(name: str, now: datetime = NOW, role: Role | None = None, *, client: str | None = None) -> Act:
    """An act of somebody with the rights of a role; without one, of a command, which may do everything."""
    actor = command(name) if role is None else Actor(name, "person", rights_of(role), None)
    return Act(actor, now, client)


def changed_rules(old: str, new: str) -> str:
    """The default rules with one passage changed; it must be there."""
    if old not in RULES:
        raise ValueError(f"the rules have no {old!r}")
    return RULES.replace(old, new, 1)


def dearer_issues(points: int = 7) -> str:
    """The default rules with other points for issues."""
    return changed_rules('points = 5\none = "issue"', f'points = {points}\none = "issue"')


def moment(text: str) -> datetime:
    """A local time of the standard week's zone: "2022-09-14 06:30", or "06:30" on that Wednesday; in UTC."""
    full = text if "-" in text else f"2022-09-14 {text}"
    return datetime.fromisoformat(full).replace(tzinfo=PACIFIC).astimezone(UTC)


def an_activity(**changes: Any) -> dict[str, Any]:
    """One activity as the API takes it, valid and new unless changed; a field changed to None is left out."""
    fields = {
        "kind": "issue",
        "person": ADA,
        "occurred_at": "2022-09-14T09:00:00-07:00",
        "source": "github",
        "external_id": f"issue-{next(_numbers)}",
    }
    merged = {**fields, **changes}
    if isinstance(at := merged["occurred_at"], datetime):
        merged["occurred_at"] = at.isoformat()
    return {name: value for name, value in merged.items() if value is not None}


def a_reading(**changes: Any) -> Reading:
    """One activity as read from the API's JSON."""
    return read_json(json.dumps(an_activity(**changes)))


def a_draft(**changes: Any) -> Draft:
    """One valid activity."""
    draft = a_reading(**changes).draft
    if draft is None:
        raise ValueError(f"{changes} makes no valid activity")
    return draft


def entries(team: str, emails: Iterable[str]) -> list[Entry]:
    """Lines of a team list that put these people into one team."""
    return [Entry(line, team, NAMES.get(email, email.partition("@")[0]), email) for line, email in enumerate(emails, 2)]


def a_week(session: Session, slug: str = SLUG, *, state: str = "open", now: datetime = NOW, **changes: Any) -> Week:
    """A week of the standard days and zone, in any state."""
    facts = {"name": slug.upper(), "timezone": ZONE, "starts": STARTS, "ends": ENDS}
    week = weeks.create(session, act_by("Olu", now), slug=slug, **{**facts, **changes})
    if state != "draft":
        lifecycle.open_week(session, slug, act_by("Olu", now))
    if state == "closed":
        lifecycle.close(session, slug, act_by("Olu", now))
    return week


def a_team(session: Session, name: str = OWLS, *emails: str, slug: str = SLUG, now: datetime = NOW) -> Team:
    """A team of the week with these people, or with its own of the cast."""
    roster_import.apply(session, slug, entries(name, emails or CAST[name]), act_by("Olu", now))
    return next(team for team in teams.of_week(session, weeks.find(session, slug, now)) if team.name == name)


class Taken(NamedTuple):
    """The activity in the ledger, and whether it was there before."""

    entry: LedgerEntry
    repeated: bool


def a_tool(name: str = "a tool", *scopes: str) -> Actor:
    """A program that records."""
    return actor.token(name, scopes or ["activities:write"])


def take(session: Session, slug: str, reading: Reading, *, by: str = "a tool", now: datetime = NOW) -> Taken:
    """Record what was read and find its row. Raises the Problem with which it is refused."""
    [outcome] = ledger.record(session, slug, [Submission(reading, a_tool(by))], now=now)
    if isinstance(outcome, Problem):
        raise outcome
    return taken(session, outcome)


def taken(session: Session, recorded: Recorded) -> Taken:
    """A recorded activity, with its row."""
    entry = session.exec(select(LedgerEntry).where(LedgerEntry.id == recorded.id)).one()
    return Taken(entry, recorded.repeated)


@dataclass(frozen=True)
class Game:
    """One week played through the services, one unit of work a move; `at` plays on at another time."""

    database: Database
    now: datetime = NOW
    slug: str = SLUG
    by: str = field(default="Olu")

    def at(self, now: datetime | str) -> "Game":
        """The same week at another moment (UTC, or local text as `moment` takes it)."""
        return replace(self, now=moment(now) if isinstance(now, str) else now)

    def start(self, **changes: Any) -> "Game":
        """Make the week, with the whole cast in its teams."""
        with self.database.unit_of_work() as session:
            a_week(session, self.slug, now=self.now, **changes)
            for name in CAST:
                a_team(session, name, slug=self.slug, now=self.now)
        return self

    def team(self, name: str, *emails: str) -> str:
        """Put people into a team, made if there is none; returns its id."""
        with self.database.unit_of_work() as session:
            return a_team(session, name, *emails, slug=self.slug, now=self.now).id

    def rename(self, email: str, name: str, team: str) -> None:
        """Import somebody under another name into the team they are in."""
        with self.database.unit_of_work() as session:
            roster_import.apply(session, self.slug, [Entry(2, team, name, email)], self.act)

    def leave(self, email: str) -> None:
        """Take somebody out of their team."""
        with self.database.unit_of_work() as session:
            week = weeks.lock(session, self.slug, self.now)
            person = next(team for team in teams.people_of(session, week).values() if team.email == email)
            memberships.assign(session, week, person, None, self.act)

    def take(self, **changes: Any) -> Taken:
        """Record one activity."""
        return self.take_reading(a_reading(**changes))

    def take_reading(self, reading: Reading) -> Taken:
        """Record what was read."""
        with self.database.unit_of_work() as session:
            return take(session, self.slug, reading, now=self.now)

    def batch(self, *activities: dict[str, Any]) -> batch.Outcome:
        """Record several activities as the lines of one file."""
        lines = list(batch.read_ndjson("\n".join(map(json.dumps, activities)).encode()))
        with self.database.unit_of_work() as session:
            return batch.record(session, self.slug, lines, Act(a_tool(), self.now))

    def reverse(self, entry: LedgerEntry) -> None:
        """Cancel an activity."""
        with self.database.unit_of_work() as session:
            ledger.reverse(session, entry.id, self.act, reason="A mistake")

    @property
    def act(self) -> Act:
        """An act at this game's moment, by whoever plays it."""
        return act_by(self.by, self.now)

    def reinstate(self, entry: LedgerEntry) -> None:
        """Undo a reversal."""
        with self.database.unit_of_work() as session:
            ledger.reinstate(session, entry.id, self.act, reason="No mistake")

    def adjust(self, team: str, points: int, external_id: str | None = None) -> Taken:
        """Give points to the team of this name."""
        key = external_id or f"adjustment-{next(_numbers)}"
        with self.database.unit_of_work() as session:
            recorded = ledger.adjust(
                session, self.slug, self.act, team_id=self.team_id(team), points=points, reason="For the spirit",
                external_id=key,
            )  # fmt: skip
            return taken(session, recorded)

    def activate(self, text: str) -> int:
        """Make a rules text the active version; returns its number."""
        with self.database.unit_of_work() as session:
            return rule_sets.activate(session, text, self.act, note="Tried").id

    def open(self) -> None:
        """Open or reopen the week."""
        with self.database.unit_of_work() as session:
            lifecycle.open_week(session, self.slug, self.act, reason="One more thing")

    def close(self) -> None:
        """Close the week."""
        with self.database.unit_of_work() as session:
            lifecycle.close(session, self.slug, self.act)

    def freeze(self) -> None:
        """Freeze what the public sees."""
        with self.database.unit_of_work() as session:
            lifecycle.freeze(session, self.slug, self.act)

    def reveal(self) -> None:
        """Show the public everything again."""
        with self.database.unit_of_work() as session:
            lifecycle.reveal(session, self.slug, self.act)

    def week(self) -> Week:
        """The week's row."""
        with self.database.reading() as session:
            return weeks.find(session, self.slug, self.now)

    def team_id(self, name: str) -> str:
        """The id of the team of this name."""
        with self.database.reading() as session:
            week = weeks.find(session, self.slug, self.now)
            return next(team.id for team in teams.of_week(session, week) if team.name == name)

    def board(self) -> Board:
        """The board as it stands."""
        with self.database.reading() as session:
            return boards.live(session, weeks.find(session, self.slug, self.now), self.now)

    def public(self) -> Board:
        """The board everybody may see."""
        with self.database.reading() as session:
            week = weeks.find(session, self.slug, self.now)
            return boards.seen(session, week, weeks.view_of(week, "public"), self.now)

    def receipt(self, team: str, audience: Audience = "organizers") -> Receipt:
        """A team's receipt."""
        team_id = self.team_id(team)
        with self.database.reading() as session:
            week = weeks.find(session, self.slug, self.now)
            return boards.receipt(session, week, team_id, weeks.view_of(week, audience))

    def points(self) -> dict[str, int]:
        """Each team's points, by name."""
        return {standing.team: standing.points for standing in self.board().standings}

    def verify(self) -> list[str]:
        """The differences that `verify` finds."""
        with self.database.reading() as session:
            return verification.verify(session, weeks.find(session, self.slug, self.now), self.now)
