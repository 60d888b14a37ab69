"""Every command there is, and how one is run."""

import io
import sys
from typing import Annotated

import typer

from app import __version__
from app.cli import (
    announcements,
    appearance,
    archives,
    capacity,
    cards,
    deliveries,
    displays,
    failed_jobs,
    feedback,
    forecast,
    guide,
    imports,
    ledger,
    messages,
    people,
    rehearsals,
    reviews,
    rules,
    running,
    shifts,
    slack_sources,
    sources,
    team_changes,
    tokens,
    transfers,
    upkeep,
    webhooks,
    week_metrics,
)

app = typer.Typer(
    name="assembly-week",
    help="A week of customer-support rotations as a game. Every command has --json and --help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"assembly-week {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """A week of customer-support rotations as a game. Every command has --json and --help."""


app.add_typer(running.group)
app.add_typer(upkeep.group)
app.add_typer(rehearsals.group, name="week")
app.add_typer(people.group, name="person")
app.add_typer(team_changes.group, name="team")
app.add_typer(ledger.group, name="activity")
app.add_typer(transfers.group)
app.add_typer(week_metrics.group)
app.add_typer(reviews.group)
app.add_typer(archives.group, name="archive")
app.add_typer(shifts.group, name="shift")
app.add_typer(forecast.group, name="forecast")
app.add_typer(capacity.group, name="capacity")
app.add_typer(rules.group, name="rules")
app.add_typer(guide.group, name="guide")
app.add_typer(cards.group, name="cards")
app.add_typer(feedback.group, name="feedback")
app.add_typer(announcements.group, name="announcement")
app.add_typer(appearance.group, name="appearance")
app.add_typer(slack_sources.group, name="source")
app.add_typer(deliveries.group, name="delivery")
app.add_typer(sources.identities, name="identity")
app.add_typer(displays.group, name="display")
app.add_typer(messages.group, name="message")
app.add_typer(webhooks.group, name="webhook")
app.add_typer(imports.group, name="import")
app.add_typer(failed_jobs.group, name="job")
app.add_typer(tokens.group, name="token")


def run() -> None:
    """Run one command; the exit status is 0, 1 (refused) or 2 (wrong usage)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="assembly-week")
