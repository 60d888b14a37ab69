"""Copies of weeks: a draft with the same teams, members, shifts and settings, on other days."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session

from app.domain.actor import Act
from app.domain.calendar.days import boundary, local_day
from app.models import Week
from app.services.imports import roster_import
from app.services.imports.roster_import import Entry
from app.services.organizing import team_admin
from app.services.shifts import settings, shifts
from app.services.teams import teams
from app.services.weeks import weeks

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Copied:
    """A draft made after another week, and how much of it came over."""

    week: Week
    teams: int
    people: int
    shifts: int


def copy(
    session: Session, slug: str, new_slug: str, act: Act, *, name: str = "", starts: date | None = None,
    with_people: bool = True,
) -> Copied:  # fmt: skip
    """Make a draft like a week: as long, in its zone, with its teams, shifts and settings; seats and points stay there.

    It is called a copy and begins on the same weekday, after that week and today, unless given otherwise. Without
    people the teams are empty. Raises WeekUnknown, Malformed, Conflict or TeamFull.
    """
    source = weeks.find(session, slug, act.now)
    starts = starts or next_start(source, act)
    days = (starts - source.starts).days
    week = weeks.create(
        session, act, slug=new_slug, name=name or f"{source.name} (copy)", timezone=source.timezone, starts=starts,
        ends=source.ends + timedelta(days=days),
    )  # fmt: skip
    week.sla, week.customers = source.sla, source.customers
    week.hand_logs_a_day = source.hand_logs_a_day
    _copy_settings(session, source, week, days, act)
    number, people = _copy_teams(session, source, week, act, with_people=with_people)
    return Copied(week, number, people, shifts.copy(session, week.slug, source, days, act))


def next_start(source: Week, act: Act) -> date:
    """The first day for a copy: the weekday on which the week began, when it and today are over."""
    over = max(source.ends, local_day(act.now, source.zone))
    length = -(-((over - source.starts).days + 1) // DAYS_OF_A_WEEK) * DAYS_OF_A_WEEK
    return source.starts + timedelta(days=length)


def _copy_settings(session: Session, source: Week, week: Week, days: int, act: Act) -> None:
    """Set what is set of the other week's shifts; sign-up opens as long before."""
    found = settings.settings_of(session, source)
    if found.opens_at is not None:
        local = found.opens_at.astimezone(source.zone).replace(tzinfo=None)
        found = replace(found, opens_at=boundary(local + timedelta(days=days), source.zone))
    settings.change(session, week.slug, settings.values_of(found), act)


def _copy_teams(session: Session, source: Week, week: Week, act: Act, *, with_people: bool) -> tuple[int, int]:
    """Make the teams, and put who is in them into them; how many of both. Who is deactivated stays out."""
    every, members = teams.of_week(session, source), teams.members(session, source)
    entries = [
        Entry(line, team.name, person.name, person.email)
        for line, (team, person) in enumerate(
            (team, person) for team in every for person in members.get(team.id, ()) if person.disabled_at is None
        )
    ]
    if with_people and entries:
        roster_import.apply(session, week.slug, entries, act)
    there = {team.name_key for team in teams.of_week(session, week)}
    for team in every:
        if team.name_key not in there:
            team_admin.make_team(session, week.slug, team.name, act)
    looks = {team.name_key: team for team in every if team.tone is not None or team.emblem}
    for team in teams.of_week(session, week) if looks else ():
        if (look := looks.get(team.name_key)) is not None:
            team.tone, team.emblem = look.tone, look.emblem
            session.add(team)
    session.flush()
    return len(every), len(entries) if with_people else 0
