"""`job`: what failed for good, listed, tried again and dismissed by a script."""

from datetime import timedelta

from app.clock import Clock
from app.db.database import Database
from app.jobs import upkeep
from app.services import jobs
from app.services.access import accounts, links
from tests.cli.conftest import Shell


def fail(shell: Shell, kind: str, **payload: str) -> str:
    """A job that was given up; its number."""
    database, now = Database(f"sqlite:///{shell.ledger}"), Clock().real()
    try:
        with database.unit_of_work() as session:
            if (email := payload.pop("to", "")) and (person := accounts.by_email(session, email)):
                payload["person"] = person.id
            jobs.enqueue(session, kind, payload, run_at=now)
            [claim] = jobs.claim(session, "worker", {kind: timedelta(minutes=1)}, now, 1)
            jobs.bury(session, claim, "The mail server refuses it.", now)
            return str(claim.id)
    finally:
        database.dispose()


def test_list_names_whom_a_job_was_for(open_week: Shell) -> None:
    assert open_week.text("job", "list") == "No job failed.\n"
    job_id = fail(open_week, links.BY_MAIL, to="ada@example.com")

    [job] = open_week.document("job", "list")["jobs"]

    assert (job["id"], job["kind"], job["to"], job["error"]) == (
        int(job_id), links.BY_MAIL, "Ada Lovelace", "The mail server refuses it.",
    )  # fmt: skip


def test_retry_takes_up_what_a_server_can_do_and_dismiss_the_rest(open_week: Shell) -> None:
    mail, tidy = fail(open_week, links.BY_MAIL, to="ada@example.com"), fail(open_week, upkeep.FORGET)

    assert open_week.refusal("job", "retry", mail).startswith("Nothing here does jobs of the kind mail.sign_in_link")
    assert open_week.document("job", "retry", "all") == {"retried": "all"}
    assert [job["id"] for job in open_week.document("job", "list")["jobs"]] == [int(mail)]
    assert open_week.refusal("job", "retry", "all").startswith("Nothing here does any of these jobs now.")
    assert open_week.refusal("job", "dismiss", tidy) == "Someone took care of this job already."
    assert open_week.text("job", "dismiss", "all") == "Dismissed. It won’t be tried again.\n"
    assert open_week.document("job", "list") == {"jobs": []}
