"""`metrics`: how a week went, in numbers."""

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.parameters import WeekSlug
from app.cli.place import command_act, reading
from app.domain.view import EVERYTHING
from app.domain.week_metrics import as_rows
from app.services.week_metrics import week_metrics
from app.services.weeks import weeks
from app.web.documents import week_metrics_document

group = typer.Typer()


@command(group, "metrics")
def metrics(_voice: Voice, week: WeekSlug) -> Answer:
    """Measure a week: response times, issues and requests, coverage, participation, contacts."""
    act = command_act()
    with reading() as session:
        found = weeks.find(session, week, act.now)
        measured = week_metrics.of_week(session, found, EVERYTHING, act.now)
    rows = [(name, group_name or "", "" if value is None else value) for name, group_name, value in as_rows(measured)]
    return Answer(week_metrics_document(measured), [Table(("metric", "function", "value"), rows)])
