"""`feedback`: what becomes of people's wishes."""

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.parameters import WeekSlug
from app.cli.place import command_act, reading
from app.domain.view import EVERYTHING
from app.services.feedback import listing
from app.services.weeks import weeks
from app.web.documents import feedback_document

COLUMNS = ("id", "state", "due_on", "owner", "title")

group = typer.Typer(help="What becomes of people's wishes.", no_args_is_help=True)


@command(group, "list")
def list_feedback(_voice: Voice, week: WeekSlug) -> Answer:
    """List the feedback of a week, new items too."""
    act = command_act()
    with reading() as session:
        found = weeks.find(session, week, act.now)
        documents = [feedback_document(each) for each in listing.of_week(session, found, act.actor, EVERYTHING)]
    if not documents:
        return Answer([], ["No feedback yet."])
    rows = [tuple(document[name] or "" for name in COLUMNS) for document in documents]  # type: ignore[literal-required]
    return Answer(documents, [Table(COLUMNS, rows)])
