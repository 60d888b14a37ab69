"""`week`: create and edit weeks, open and close them, freeze and reveal their boards."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, plural
from app.cli.parameters import Ends, Starts, WeekSlug, iso_date
from app.cli.place import CLOCK, command_act, reading, writing
from app.errors import Malformed
from app.models import Week
from app.services import lifecycle
from app.services.operations import secrets, startup
from app.services.organizing import closing, ledger_desk, week_admin, week_copying
from app.services.organizing.week_admin import WeekFields
from app.services.shifts import settings as shift_settings
from app.services.weeks import schedule, weeks
from app.services.weeks.schedule import LONGEST_GRACE, Action, Planned, Slot
from app.web.documents import schedule_document, week_document

REOPENED = "Reopened from the command line"
_NO_WEEKS = "No weeks yet. `assembly-week week create` creates one."
_ALL_ARCHIVED = "All weeks are archived. `--archived` lists them."

group = typer.Typer(
    help="Create and edit weeks, open and close them, freeze and reveal their boards.", no_args_is_help=True
)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="a-z, 0-9 and hyphens, such as q3-2022.")]


@command(group, "create")
def create(
    _voice: Voice,
    slug: Slug,
    name: Annotated[str, typer.Option(metavar="NAME", help="The name people read.")],
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="A city, such as Berlin, or a zone, such as America/Los_Angeles.")
    ],
    starts: Starts,
    ends: Ends,
    open_now: Annotated[bool, typer.Option("--open", help="Open it at once; otherwise it is a draft.")] = False,
    no_teams: Annotated[
        bool, typer.Option("--no-teams", help="Anyone signs up for its shifts, without a team.")
    ] = False,
) -> Answer:
    """Create a week."""
    act = command_act()
    with writing() as session:
        week = weeks.create(session, act, slug=slug, name=name, timezone=timezone, starts=starts, ends=ends)
        if no_teams:
            shift_settings.change(session, slug, {"needs_team": False}, act)
        if open_now:
            lifecycle.open_week(session, slug, act)
        return _about(session, week, act.now, f"Created {week.name} ({slug}){_as_what(week)}.")


@command(group, "edit")
def edit(
    _voice: Voice,
    slug: WeekSlug,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Another name people read.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Another time zone.")] = None,
    starts: Annotated[date | None, typer.Option(metavar="DATE", parser=iso_date, help="Another first day.")] = None,
    ends: Annotated[date | None, typer.Option(metavar="DATE", parser=iso_date, help="Another last day.")] = None,
    sla: Annotated[
        int | None, typer.Option(metavar="SECONDS", help="The response time that is promised; an hour is 3600.")
    ] = None,
    customers: Annotated[
        int | None, typer.Option(metavar="N", help="How many customers there are, for the contact rate.")
    ] = None,
    hand_logs: Annotated[
        int | None, typer.Option(metavar="N", min=-1, help="Most activities a day people log themselves; -1 is any.")
    ] = None,
) -> Answer:
    """Change a week's name, time zone, days, promise, customers or limit, as far as nothing stands against it."""
    act = command_act()
    with writing() as session:
        week = weeks.find(session, slug, act.now)
        limit = week.hand_logs_a_day
        if hand_logs is not None:
            limit = None if hand_logs < 0 else hand_logs
        wanted = WeekFields(
            week.name if name is None else name, timezone or week.timezone, starts or week.starts, ends or week.ends,
            week.sla if sla is None else sla, week.customers if customers is None else customers,
        )  # fmt: skip
        is_limited = limit != week.hand_logs_a_day
        if is_limited:
            ledger_desk.limit_hand_logs(session, week.slug, limit, act)
        changed = week_admin.edit(session, week.slug, wanted, act) or is_limited
        answer = _about(session, week, act.now, f"Changed {week.name}." if changed else "Nothing to change.")
        return Answer({**answer.document, "hand_logs_a_day": week.hand_logs_a_day}, answer.parts)


@command(group, "copy")
def copy(
    _voice: Voice,
    slug: WeekSlug,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The slug of the copy.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="The copy's name.")] = "",
    starts: Annotated[date | None, typer.Option(metavar="DATE", parser=iso_date, help="The copy's first day.")] = None,
    no_people: Annotated[bool, typer.Option("--no-people", help="Leave its teams empty.")] = False,
) -> Answer:
    """Make a draft like a week: its teams, shifts and settings on other days."""
    act = command_act()
    with writing() as session:
        copied = week_copying.copy(session, slug, new, act, name=name, starts=starts, with_people=not no_people)
        told = [
            plural(copied.teams, "team", "teams"), plural(copied.people, "person", "people"),
            plural(copied.shifts, "shift", "shifts"),
        ]  # fmt: skip
        days = f"{copied.week.starts} to {copied.week.ends}"
        return _about(
            session, copied.week, act.now, f"Created {copied.week.name} ({new}), {days}, as a draft: {', '.join(told)}."
        )


@command(group, "remove")
def remove(_voice: Voice, slug: WeekSlug) -> Answer:
    """Delete a draft, with its teams and shifts; its slug is free then."""
    act = command_act()
    with writing() as session:
        week = weeks.find(session, slug, act.now)
        name, slug = week.name, week.slug
        week_admin.remove_draft(session, slug, act)
        return Answer({"removed": slug}, [f"Deleted the draft {name}."])


@command(group, "open")
def open_week(
    _voice: Voice,
    slug: WeekSlug,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why a closed week is reopened.")] = REOPENED,
) -> Answer:
    """Open a draft, or reopen a closed week."""
    act = command_act()
    with writing() as session:
        given = reason if weeks.find(session, slug, act.now).state == "closed" else None
        week = lifecycle.open_week(session, slug, act, reason=given)
        return _about(session, week, act.now, f"{week.name} is open.")


@command(group, "close")
def close(
    _voice: Voice,
    slug: WeekSlug,
    check: Annotated[bool, typer.Option("--check", help="Only tell what closing it would leave undone.")] = False,
) -> Answer:
    """Close an open week; it keeps the rules it is closed with. What is left undone is told."""
    act = command_act()
    with reading() if check else writing() as session:
        week = weeks.find(session, slug, act.now)
        left = closing.unresolved(session, week, act.now) if week.state == "open" else None
        if not check:
            week = lifecycle.close(session, slug, act)
        answer = _about(session, week, act.now, f"{week.name} is {week.state}.")
    undone = left.told() if left else []
    if check:
        refusal = f"{week.name} isn’t done yet. A closed week takes nothing." if undone else None
        return Answer({"week": week.slug, "undone": undone}, undone or ["Nothing is left undone."], refusal)
    told = [*answer.parts, *(f"Left undone: {each}" for each in undone)]
    return Answer({**answer.document, "undone": undone}, told)


@command(group, "freeze")
def freeze(_voice: Voice, slug: WeekSlug) -> Answer:
    """Keep the public on the board of this moment until it is revealed."""
    return _change(lifecycle.freeze, slug, "is frozen")


@command(group, "schedule")
def schedule_week(
    _voice: Voice,
    slug: WeekSlug,
    opening: Annotated[
        str | None, typer.Option("--open", metavar="TIME", help="When the draft opens: 2022-09-12 07:00, local.")
    ] = None,
    freeze_at: Annotated[
        str | None, typer.Option("--freeze", metavar="TIME", help="When its board freezes, local.")
    ] = None,
    closing: Annotated[str | None, typer.Option("--close", metavar="TIME", help="When it closes, local.")] = None,
    grace: Annotated[
        int,
        typer.Option(metavar="MINUTES", min=0, max=LONGEST_GRACE, help="Close it so much later, for late reports."),
    ] = 0,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="CHANGE", help="What isn’t planned any longer: open, freeze or close.")
    ] = None,
) -> Answer:
    """Plan when a week opens, freezes and closes by itself; without options, show what is planned."""
    act = command_act()
    typed: dict[Action, str | None] = {"open": opening, "freeze": freeze_at, "close": closing}
    if grace and not closing:
        raise Malformed("--grace is for a closing. Add --close.")
    if unknown := [each for each in remove or () if each not in schedule.ACTIONS]:
        raise Malformed(f"“{unknown[0]}” can’t be planned. Choose open, freeze or close.")
    with writing() as session:
        week = weeks.find(session, slug, act.now)
        wanted: dict[Action, Slot | None] = {each: None for each in schedule.ACTIONS if each in (remove or ())}
        for action, text in typed.items():
            if text is not None:
                at = schedule.moment_of(schedule.read_local(text), week.zone)
                wanted[action] = Slot(at, grace if action == "close" else 0)
        planned = schedule.change(session, slug, wanted, act) if wanted else schedule.planned(session, week.id)
        return Answer(dict(schedule_document(planned)), _told(week, planned))


def _told(week: Week, planned: Planned) -> list[str]:
    """The plans of a week, a sentence each."""
    return [
        f"{week.name}: {schedule.NOUNS[action]} {row.due_at.astimezone(week.zone):%Y-%m-%d %H:%M} ({week.timezone})"
        + (f", couldn’t happen: {row.failure}" if row.failure else ".")
        for action, row in planned.items()
    ] or [f"Nothing of {week.name} is planned."]


@command(group, "present")
def present(_voice: Voice, slug: WeekSlug) -> Answer:
    """Print the link that drives the week's ceremony; it counts for a day."""
    settings, now = startup.read_settings(), CLOCK.real()
    with reading() as session:
        week = weeks.find(session, slug, now)
    key, path = secrets.load(settings), f"/weeks/{week.slug}/summary/present"
    link = f"{settings.public_url.rstrip('/')}{path}?key={secrets.presenter_key(key, week.slug, now)}"
    sentences = [f"For the presenter, for a day: {link}", f"For the room: {settings.public_url.rstrip('/')}{path}"]
    return Answer({"link": link, "room": path}, sentences)


@command(group, "reveal")
def reveal(_voice: Voice, slug: WeekSlug) -> Answer:
    """Show the public the week as it stands again."""
    return _change(lifecycle.reveal, slug, "is revealed")


@command(group, "archive")
def archive(_voice: Voice, slug: WeekSlug) -> Answer:
    """Leave a closed week out of lists; links to it go on working."""
    return _change(lifecycle.archive, slug, "is archived")


@command(group, "unarchive")
def unarchive(_voice: Voice, slug: WeekSlug) -> Answer:
    """Have a week in lists again."""
    return _change(lifecycle.unarchive, slug, "is in lists again")


@command(group, "list")
def list_weeks(
    _voice: Voice,
    archived: Annotated[bool, typer.Option("--archived", help="List archived weeks, too.")] = False,
) -> Answer:
    """List the weeks, the one that starts last first."""
    now = CLOCK.real()
    with reading() as session:
        every = weeks.every(session)
    current = weeks.pick_current(every, now)
    listed = [week for week in every if archived or week.archived_at is None]
    documents = [week_document(week, "organizers", is_current=week is current) for week in listed]
    if not documents:
        return Answer({"weeks": []}, [_ALL_ARCHIVED if every else _NO_WEEKS])
    columns = ["week", "name", "state", "timezone", "starts", "ends", "frozen", "current"]
    columns += ["archived"] if archived else []
    rows = [tuple(document.get(column) for column in columns) for document in documents]
    return Answer({"weeks": documents}, [Table(tuple(columns), rows)])


def _change(verb: Callable[..., Week], slug: str, what: str) -> Answer:
    act = command_act()
    with writing() as session:
        week = verb(session, slug, act)
        return _about(session, week, act.now, f"{week.name} {what}.")


def _about(session: Session, week: Week, now: datetime, sentence: str) -> Answer:
    current = weeks.pick_current(weeks.every(session), now)
    document = week_document(week, "organizers", is_current=current is not None and current.id == week.id)
    return Answer(document, [sentence])


def _as_what(week: Week) -> str:
    return " and opened it" if week.state == "open" else " as a draft"
