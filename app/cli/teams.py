"""`team`: put people into teams, as a list says or by lot, and make two teams one."""

from random import SystemRandom
from typing import Annotated

import typer
from sqlmodel import Session

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, noted, plural
from app.cli.parameters import InputFile, WeekSlug
from app.cli.place import command_act, opened
from app.domain.standings.tones import NAMES as COLOURS
from app.domain.text import names
from app.errors import NotFound
from app.models import Week
from app.services.imports import lists, people_import, roster_import, wording
from app.services.operations import startup
from app.services.organizing import team_admin, team_drawing, team_merging
from app.services.organizing.team_drawing import MOST_SEED
from app.services.teams import teams
from app.services.weeks import weeks
from app.web.documents import team_document

group = typer.Typer(help="Create teams, put people into them, invite them, and merge two.", no_args_is_help=True)

Seed = Annotated[int | None, typer.Option(metavar="N", min=0, max=MOST_SEED, help="The same number, the same teams.")]


@command(group, "import")
def import_teams(voice: Voice, week: WeekSlug, file: InputFile) -> Answer:
    """Import teams from a CSV with the columns `team,name,email`, all or nothing."""
    with voice.progress("Reading"):
        roster = roster_import.read(lists.text_of(file.read_bytes()))
    act, number = command_act(), len(roster.entries)
    with opened(startup.read_settings()) as database, voice.progress(f"Placing {number:,} people", number) as bar:
        with database.reading() as session:
            slug = weeks.find(session, week, act.now).slug
            plan = roster_import.prepare(session, slug, roster, act, bar.advance)
        with database.unit_of_work() as session:
            outcome = roster_import.apply(session, slug, plan, act)
    sentence = f"Imported {wording.imported('teams', outcome._asdict())}."
    return Answer({"week": slug, **outcome._asdict(), **noted(roster.notes)}, [sentence, *roster.notes])


@command(group, "merge")
def merge(
    _voice: Voice,
    week: WeekSlug,
    kept: Annotated[str, typer.Argument(metavar="KEEP", help="The name of the team that stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The name of the one that becomes an alias.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> Answer:
    """Make two teams of an open week one: members, activities and points become the first's. Can't be undone."""
    run, act = team_merging.preview if dry_run else team_merging.merge, command_act()
    with opened(startup.read_settings()) as database, database.unit_of_work() as session:
        found = weeks.find(session, week, act.now)
        plan = run(session, found.slug, find_team(session, found, kept), find_team(session, found, other), act)
        members = [member.name for member in plan.members]
        document = {
            "merged": not dry_run, "week": found.slug, "team": plan.kept.name, "members": members, "points": plan.after,
            "refusals": list(plan.refusals),
        }  # fmt: skip
        sentence = f"{plan.kept.name}: {', '.join(members) or 'no members'}, {plural(plan.after, 'point', 'points')}."
    if plan.refusals:
        return Answer(document, ["They can’t be merged now:", *plan.refusals])
    return Answer(document, [f"{'Would be' if dry_run else 'Merged into'} {sentence}"])


@command(group, "look")
def look(
    _voice: Voice,
    week: WeekSlug,
    team: Annotated[str, typer.Argument(metavar="TEAM", help="The team's name.")],
    colour: Annotated[
        str | None, typer.Option(metavar="COLOUR", help=f"{', '.join(COLOURS)}; or “own”, chosen by itself.")
    ] = None,
    emblem: Annotated[
        str | None, typer.Option(metavar="TEXT", help="One or two letters, or one emoji; or “own”.")
    ] = None,
) -> Answer:
    """Choose a team's colour and emblem; without options, show them."""
    act = command_act()
    typed = {"colour": colour, "emblem": emblem}
    wanted = {name: "" if text == "own" else text for name, text in typed.items() if text is not None}
    with opened(startup.read_settings()) as database, database.unit_of_work() as session:
        found = weeks.find(session, week, act.now)
        team_id = find_team(session, found, team)
        row = team_admin.change_look(session, found.slug, team_id, act, **wanted) if wanted else None
        row = row or teams.find(session, found, team_id)
        members = [member.name for member in teams.members(session, found).get(row.id, [])]
        document = dict(team_document(row, members))
    shown = f"{document['colour'] or 'a colour of its own'}, {document['emblem'] or 'no emblem'}"
    return Answer(document, [f"{row.name}: {shown}."])


def find_team(session: Session, week: Week, name: str) -> str:
    """The id of the week's team of this name. Raises NotFound."""
    found = teams.by_key(session, week).get(names.fold(name))
    if found is None:
        raise NotFound(f"There’s no team “{name}” in {week.slug}. `assembly-week team list` lists them.")
    return found[0]


@command(group, "draw")
def draw(voice: Voice, week: WeekSlug, file: InputFile, seed: Seed = None) -> Answer:
    """Draw balanced teams from a CSV with `email,name` and, if wanted, `function,office`."""
    with voice.progress("Reading"):
        found = people_import.read(lists.text_of(file.read_bytes()))
    act = command_act()
    seed = SystemRandom().randint(0, MOST_SEED) if seed is None else seed
    with opened(startup.read_settings()) as database:
        with database.reading() as session:
            slug = weeks.find(session, week, act.now).slug
            drawn = team_drawing.draw_teams(session, slug, found, seed, act)
            plan = roster_import.prepare(session, slug, roster_import.read(drawn.text()), act)
        with database.unit_of_work() as session:
            outcome = roster_import.apply(session, slug, plan, act)
    rows = [(team, player.name, player.email) for team, players in drawn.teams for player in players]
    sentences = [f"Drew {plural(outcome.teams, 'team', 'teams')} with seed {seed}.", *found.notes]
    if drawn.left_out:
        sentences.append(f"Left out, in a team already: {', '.join(drawn.left_out)}.")
    columns = ("team", "name", "email")
    documents = [dict(zip(columns, row, strict=True)) for row in rows]
    document = {
        "week": slug,
        "seed": seed,
        "members": documents,
        "left_out": list(drawn.left_out),
        **noted(found.notes),
    }
    return Answer(document, [*sentences, Table(columns, rows)])
