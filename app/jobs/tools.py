"""Tools that are asked by jobs: what they were not heard of (backfills), if a delivery is true, and Slack."""

from typing import Final

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.jobs import backfill, confirm, slack, slack_answers
from app.jobs.worker import Job
from app.services.operations.secrets import SigningKey

KINDS: Final = (backfill.FETCH, confirm.CONFIRM, *slack.KINDS, *slack_answers.KINDS)
compare = backfill.compare


def jobs(database: Database, clock: Clock, key: SigningKey, settings: Settings) -> list[Job]:
    """The jobs that ask tools, at public addresses and in our own networks."""
    networks = settings.outbound_networks
    asking = backfill.job(database, clock, key, networks), confirm.job(database, clock, key, networks)
    answering = slack_answers.SlackAnswers(database, clock, settings)
    return [*asking, *slack.SlackJobs(database, clock, key, settings.slack_api_url).jobs(), *answering.jobs()]
