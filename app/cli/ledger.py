"""`activity list`, `reverse`, `reinstate` and `undo`: the ledger as organizers search and correct it."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, plural
from app.cli.parameters import WeekSlug, iso_date
from app.cli.place import command_act, reading, writing
from app.cli.teams import find_team
from app.cli.transfers import activities
from app.errors import Malformed
from app.models import Week
from app.services.ledger import ledger
from app.services.organizing import bulk_reversals, ledger_search
from app.services.organizing.bulk_reversals import Selection
from app.services.organizing.ledger_search import NO_TEAM, Wanted
from app.services.weeks import weeks
from app.web.documents import activity_document, bulk_document, bulk_preview_document, correction_document

group = activities


class Only(StrEnum):
    """Ways of narrowing a list of activities."""

    BY_HAND = "by-hand"
    SAME_LINK = "same-link"
    NIGHT = "night"
    STANDING = "standing"
    REVERSED = "reversed"


Ids = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of activities.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The activity's id.")]
Why = Annotated[str, typer.Option(metavar="TEXT", help="Why, for everyone to read.")]
TeamOption = Annotated[str, typer.Option(metavar="TEAM", help="A team's name, or `none` for work of no team.")]
Person = Annotated[str, typer.Option(metavar="TEXT", help="Part of a name, or an email.")]
Kind = Annotated[str, typer.Option(metavar="KIND", help="A kind of the rules, or `adjustment`.")]
Source = Annotated[str, typer.Option(metavar="SOURCE", help="The tool that reported it, or `by hand`.")]
Text = Annotated[str, typer.Option(metavar="TEXT", help="An id or subject, or part of a link, note or reason.")]
Onlies = Annotated[
    list[Only] | None, typer.Option("--only", metavar="ONLY", help="by-hand, same-link, night, standing or reversed.")
]
Since = Annotated[date | None, typer.Option(metavar="DATE", parser=iso_date, help="The first day, YYYY-MM-DD.")]
Until = Annotated[date | None, typer.Option(metavar="DATE", parser=iso_date, help="The last day, YYYY-MM-DD.")]

All = Annotated[bool, typer.Option("--all", help="Without a filter: all of it.")]

COLUMNS = ("id", "occurred_at", "kind", "person", "team", "source", "reversed")


def wanted_of(session: Session, week: Week, only: Sequence[Only], days: tuple[date | None, date | None],
              team: str, **texts: str) -> Wanted:  # fmt: skip
    """The filter of a week's ledger that options ask for. Raises NotFound for a team that isn't there."""
    since, until = ledger_search.bounds(week, *days)
    states = {"standing": False, "reversed": True}
    stands = [states[each] for each in only if each in states]
    return Wanted(
        team=team if team in {"", NO_TEAM} else find_team(session, week, team), reversed=stands[-1] if stands else None,
        by_hand="by-hand" in only, same_link="same-link" in only, at_night="night" in only, since=since, until=until,
        **texts,
    )  # fmt: skip


@command(group, "list")
def list_activities(
    _voice: Voice, week: WeekSlug, team: TeamOption = "", person: Person = "", kind: Kind = "", source: Source = "",
    text: Text = "", only: Onlies = None, since: Since = None, until: Until = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=10_000, help="At most so many.")] = 50,
) -> Answer:  # fmt: skip
    """List a week's activities and adjustments, the last recorded first, as far as a filter lets them through."""
    act = command_act()
    with reading() as session:
        found = weeks.find(session, week, act.now)
        wanted = wanted_of(
            session, found, only or (), (since, until), team, person=person, kind=kind, source=source, text=text
        )
        count = ledger_search.count(session, found, wanted)
        rows = ledger_search.page(session, found, wanted, cursor=None, limit=limit).items
        documents: list[dict[str, Any]] = [dict(activity_document(row.activity)) for row in rows]
    if not documents:
        return Answer({"count": 0, "items": []}, ["No activities."])
    table = Table(
        COLUMNS, [tuple(each[name] if each[name] is not None else "" for name in COLUMNS) for each in documents]
    )
    more = [f"The newest {len(documents):,} of {count:,}. `--limit` lists more."] if count > len(documents) else []
    return Answer({"count": count, "items": documents}, [table, *more])


@command(group, "reverse")
def reverse(
    _voice: Voice, week: WeekSlug, ids: Ids = None, *, reason: Why, team: TeamOption = "", person: Person = "",
    kind: Kind = "", source: Source = "", text: Text = "", only: Onlies = None, since: Since = None,
    until: Until = None, everything: All = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Answer:  # fmt: skip
    """Reverse activities for one reason: those with these ids, or all that a filter finds, at most 10,000 at once."""
    if not (ids or team or person or kind or source or text or only or since or until or everything):
        raise Malformed("Say which: ids, a filter such as --source, or --all.")
    act = command_act()
    with writing() as session:
        found = weeks.find(session, week, act.now)
        wanted = wanted_of(
            session, found, only or (), (since, until), team, person=person, kind=kind, source=source, text=text
        )
        selection = Selection(ids or (), None if ids else wanted)
        if dry_run:
            preview = bulk_preview_document(bulk_reversals.preview(session, found, selection, act.now))
            rows = [(each["team"], *each["points"], *each["rank"]) for each in preview["teams"]]
            sentence = f"Would reverse {plural(preview['activities'], 'activity', 'activities')}."
            table = [Table(("team", "points", "points then", "rank", "rank then"), rows)] if rows else []
            return Answer(preview, [sentence, *table])
        bulk = bulk_reversals.reverse(session, found.slug, selection, act, reason=reason)
        undo = f"To undo: assembly-week activity undo {found.slug} {bulk.id}"
        return Answer(bulk_document(bulk), [f"Reversed {plural(bulk.activities, 'activity', 'activities')}.", undo])


@command(group, "undo")
def undo(
    _voice: Voice,
    week: WeekSlug,
    bulk: Annotated[str, typer.Argument(metavar="ID", help="The id of the reversal, as `activity reverse` told it.")],
) -> Answer:
    """Reinstate all that one reversal reversed; what was corrected since stays as it is."""
    with writing() as session:
        reinstated, stayed = bulk_reversals.undo(session, week, bulk, command_act())
    kept = f" {plural(stayed, 'stays', 'stay')} as corrected since." if stayed else ""
    document = {"reinstated": reinstated, "stayed": stayed}
    return Answer(document, [f"Reinstated {plural(reinstated, 'activity', 'activities')}.{kept}"])


@command(group, "reinstate")
def reinstate(_voice: Voice, activity: Id, *, reason: Why) -> Answer:
    """Reinstate one activity that was reversed."""
    with writing() as session:
        ruling = ledger.reinstate(session, activity, command_act(), reason=reason)
        return Answer(dict(correction_document(ruling, activity, "reinstatement")), [f"Reinstated {activity}."])
