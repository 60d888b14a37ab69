"""`job`: what failed for good and stands on the overview, for scripts."""

from typing import Annotated

import typer

from app.cli.command import command
from app.cli.output import Answer, Table, Voice
from app.cli.place import command_act, reading, writing
from app.jobs import kinds
from app.services import jobs
from app.services.operations import startup
from app.services.organizing import dead_jobs

group = typer.Typer(help="Jobs that failed for good: list them, try them again, dismiss them.", no_args_is_help=True)

JobId = Annotated[str, typer.Argument(metavar="ID", help="The job's number, or “all”.")]
COLUMNS = ("id", "kind", "to", "failed_at", "error")


@command(group, "list")
def list_jobs(_voice: Voice) -> Answer:
    """List the jobs that failed and that nothing tries again, the newest first, with whom each was for."""
    with reading() as session:
        rows = [
            (each.job.id, each.job.kind, each.to or None, each.job.dead_at, each.job.error)
            for each in dead_jobs.look(session, jobs.dead(session, dead_jobs.MOST))
        ]
    document = {"jobs": [dict(zip(COLUMNS, row, strict=True)) for row in rows]}
    return Answer(document, [Table(COLUMNS, rows)] if rows else ["No job failed."])


@command(group, "retry")
def retry(_voice: Voice, job_id: JobId) -> Answer:
    """Have a job tried again by the server, or all that it can do."""
    act, does = command_act(), kinds.done_by(startup.read_settings())
    with writing() as session:
        dead_jobs.revive(session, job_id, act, does)
    return Answer({"retried": job_id}, ["The server tries again. If it fails, it is listed again."])


@command(group, "dismiss")
def dismiss(_voice: Voice, job_id: JobId) -> Answer:
    """Leave a job undone for good, or all."""
    act = command_act()
    with writing() as session:
        dead_jobs.dismiss(session, job_id, act)
    return Answer({"dismissed": job_id}, ["Dismissed. It won’t be tried again."])
