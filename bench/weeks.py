"""Weeks to measure with: the demo's, and made-up ones of any size."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.config import PROJECT, Settings
from app.db.database import Database
from app.domain.actor import Act, command
from app.domain.calendar.days import day_bounds
from app.models.columns import new_id
from app.services import lifecycle
from app.services.access import sign_ins, tokens
from app.services.demo import replay
from app.services.imports import roster_import
from app.services.ledger import recording
from app.services.ledger.admission import Admission
from app.services.operations import startup
from app.services.people import people, week_members
from app.services.rules import rule_sets
from app.services.weeks import weeks

NOW = datetime(2022, 9, 20, tzinfo=UTC)
ACTOR = command("bench")
ACT = Act(ACTOR, NOW)
STARTS, ENDS, ZONE = date(2022, 9, 12), date(2022, 9, 16), ZoneInfo("America/Los_Angeles")
TEAM_SIZE = 3
_KINDS = ("response",) * 15 + ("shift", "shift", "issue", "issue", "feature_request", "knowledge_card")


def settings_of(place: Path) -> Settings:
    """The settings of an installation in a directory of its own."""
    return Settings(_env_file=None, data_dir=place, rules_file=PROJECT / "scoring_rules.toml")


def open_database(place: Path) -> Database:
    """A fresh SQLite database in a directory, with the shipped rules."""
    settings = settings_of(place)
    database = Database(settings.sqlalchemy_url, checkpoints=True)
    startup.prepare(database, settings, NOW)
    return database


def make_token(database: Database) -> str:
    """A token that may read and record."""
    with database.unit_of_work() as session:
        return tokens.create(session, ACT, name="bench", scopes=["read", "activities:write"], days=None)


def make_sign_in(database: Database) -> str:
    """The cookie's secret of a player who is signed in."""
    act = Act(command("bench"), datetime.now(UTC))
    with database.unit_of_work() as session:
        person, _ = people.find_or_create(session, "reader@example.com", "Reader", act.now)
        return sign_ins.start(session, person, "invitation", act, agent="bench", replaces=None)


def play_demo(database: Database) -> None:
    """The demo's week as it ended: ten teams of three, some two hundred activities."""
    replay.prepare(database)
    replay.finish(database)


def make_week(database: Database, slug: str, *, teams: int, per_team: int) -> list[str]:
    """An open week with so many activities in each of so many teams of three; returns everybody's e-mail."""
    roster = [
        roster_import.Entry(
            number + 2, f"Team {number // TEAM_SIZE}", f"Player {number}", f"{slug}-{number}@example.com"
        )
        for number in range(teams * TEAM_SIZE)
    ]
    emails = [entry.email for entry in roster]
    with database.unit_of_work() as session:
        weeks.create(session, ACT, slug=slug, name=slug, timezone=ZONE.key, starts=STARTS, ends=ENDS)
        roster_import.apply(session, slug, roster, ACT)
        lifecycle.open_week(session, slug, ACT)
        weeks.lock(session, slug, NOW)
        admission = admission_of(session, slug, emails)
        for place in range(0, len(emails), TEAM_SIZE):
            members = emails[place : place + TEAM_SIZE]
            recording.record(
                session, admission, [row(admission, fact) for fact in islice(activities(members), per_team)]
            )
    return emails


def admission_of(session: Session, slug: str, emails: Sequence[str]) -> Admission:
    """The admission check of these people's activities in a week."""
    week = weeks.look(session, slug, NOW)
    return Admission(week, rule_sets.rules_of(session, week), week_members.find(session, week, emails), {}, NOW)


def row(admission: Admission, fact: dict[str, Any]) -> dict[str, Any]:
    """An activity as a row of the ledger."""
    person = admission.players[fact["person"]]
    return {
        **{name: value for name, value in fact.items() if name != "person"},
        "id": new_id(),
        "week_id": admission.week.id,
        "version": admission.week.version + 1,
        "person_id": person.id,
        "recorded_at": NOW,
        "recorded_by": "bench",
    }


def activities(people: Sequence[str], name: str = "") -> Iterator[dict[str, Any]]:
    """Activities without end, all different: everybody in turn, three replies to a ticket, times in no order."""
    begin, end = day_bounds(STARTS, ENDS, ZONE)
    span = int((end - begin).total_seconds())
    for number in count():
        turn, place = divmod(number, len(people))
        kind = _KINDS[(turn * 8 + place) % len(_KINDS)]
        is_reply = kind == "response"
        yield {
            "kind": kind,
            "person": people[place],
            "occurred_at": begin + timedelta(seconds=number * 104_729 % span),
            "source": "bench",
            "external_id": f"{name}{people[place]}-{number}",
            "subject": f"{name}{people[place]}-{turn // 3}" if is_reply else None,
            "response_seconds": number * 37 % 7_200 if is_reply else None,
            "url": None,
            "note": None,
        }


def lines(people: list[str], name: str, number: int) -> list[bytes]:
    """Activities as lines of NDJSON."""
    return [
        json.dumps({**fact, "occurred_at": fact["occurred_at"].isoformat()}).encode()
        for fact in islice(activities(people, name), number)
    ]
