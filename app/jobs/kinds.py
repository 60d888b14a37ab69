"""The kinds of jobs that a server does; those of what it isn't set up for wait, or have failed."""

from app.config import Settings
from app.jobs import backup, tools, upkeep
from app.jobs import weeks as week_jobs
from app.services import notices
from app.services.access import links

EVERYWHERE = frozenset({upkeep.FORGET, notices.MAIL, *week_jobs.KINDS, *tools.KINDS})
"""The kinds that every server does, whatever it is set up with."""


def done_by(settings: Settings) -> frozenset[str]:
    """The kinds that a server of these settings does."""
    mail = frozenset({links.BY_MAIL}) if settings.smtp_url is not None else frozenset[str]()
    return EVERYWHERE | mail | backup.kinds(settings)
