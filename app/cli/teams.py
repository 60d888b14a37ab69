"""`team`: put people into teams, as a list says or by lot."""

from random import SystemRandom
from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice, noted, plural
from app.cli.parameters import InputFile, WeekSlug
from app.cli.place import command_act, opened
from app.services.imports import lists, people_import, roster_import, wording
from app.services.operations import startup
from app.services.organizing import team_drawing
from app.services.organizing.team_drawing import MOST_SEED
from app.services.weeks import weeks

group = typer.Typer(help="Put people into teams.", no_args_is_help=True)

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
