"""Tools that are asked by jobs: what they were not heard of (backfills), if a delivery is true, and Slack."""

from typing import Final

from app.clock import Clock
from app.config import Settings
from app.db.database import Database
from app.jobs import backfill, confirm, slack, slack_answers, slack_homes
from app.jobs.slack_messages import SlackMessages
from app.jobs.slack_sockets import SlackSockets
from app.jobs.worker import Job
from app.services import slack_messages
from app.services.operations.secrets import SigningKey

__all__ = ["DAILY", "KINDS", "HomeWatch", "SlackSockets", "compare", "jobs"]

KINDS: Final = (
    backfill.FETCH,
    confirm.CONFIRM,
    *slack.KINDS,
    *slack_answers.KINDS,
    *slack_homes.KINDS,
    slack_messages.SEND,
)
DAILY: Final = (slack.FIND,)
"""Those of them that are done once a day."""
compare = backfill.compare
HomeWatch = slack_homes.HomeWatch


def jobs(database: Database, clock: Clock, key: SigningKey, settings: Settings) -> list[Job]:
    """The jobs that ask tools, at public addresses and in our own networks."""
    networks = settings.outbound_networks
    asking = backfill.job(database, clock, key, networks), confirm.job(database, clock, key, networks)
    talking = slack.SlackJobs(database, clock, key, settings.slack_api_url)
    answering = slack_answers.SlackAnswers(database, clock, settings, talking)
    messages = SlackMessages(database, clock, key, settings.slack_api_url, settings.public_url)
    homes = slack_homes.SlackHomes(database, clock, settings, talking)
    return [*asking, *talking.jobs(), *answering.jobs(), *homes.jobs(), messages.job()]
