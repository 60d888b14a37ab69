"""The system's limit on open files: raised as far as it goes, and never used up by those who only watch."""

import logging
import resource
import sys
from contextlib import suppress

from app.config import Settings

FOR_REQUESTS = 100  # connections that streams leave to everybody else
FOR_OURSELVES = 100  # the database's files, the listener, the rules file, mail and the company's provider

# What macOS lets a process have that asks for all there is (OPEN_MAX).
_MODEST = 10_240

logger = logging.getLogger(__name__)


def raise_limit() -> int:
    """Raise the soft limit on open files to the hard one; returns how many files this process may open now."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for soft in (hard, _MODEST):
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            break
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if files == resource.RLIM_INFINITY else files


def max_connections(files: int) -> int:
    """The number of connections that fit into this many open files."""
    return max(2, files - FOR_OURSELVES)


def fit(settings: Settings, files: int) -> Settings:
    """The settings, with no more live streams than fit into this many open files; the log says so."""
    most = max(1, max_connections(files) - FOR_REQUESTS)
    if settings.max_streams <= most:
        return settings
    logger.warning(
        "This process may open %d files, so it takes %d live streams at most instead of %d. "
        "Raise the limit: LimitNOFILE in the unit, ulimits in compose.yaml, ulimit -n in a shell.",
        files,
        most,
        settings.max_streams,
    )
    return settings.changed(max_streams=most)
