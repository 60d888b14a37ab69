"""The service's own metrics, for Prometheus; `/metrics` has the process's besides."""

from prometheus_client import Counter, Gauge, Histogram
from sqlmodel import Session

_COUNTS = "counts"

_QUICK = (0.001, 0.005, 0.025, 0.1, 0.5, 2.5)

REQUESTS = Histogram(
    "assembly_week_request_seconds",
    "Time until an answer began, by route",
    ["method", "route", "status"],
    buckets=(0.005, 0.025, 0.1, 0.5, 2.5, 10.0),
)
COMMITS = Histogram("assembly_week_commit_seconds", "Time that commits waited for the disk", buckets=_QUICK)
DATABASE_FAILURES = Counter("assembly_week_database_failures", "Transactions that the database could not take")
ACTIVITIES = Counter("assembly_week_activities_recorded", "Activities that entered a ledger")
RULES_REJECTED = Counter("assembly_week_rules_rejected", "Rules texts and files with mistakes")
UPDATES = Histogram("assembly_week_update_seconds", "Time to make one message for all its viewers", buckets=_QUICK)
STREAMS = Gauge("assembly_week_streams", "Live streams that are open")
JOBS_WAITING = Gauge("assembly_week_jobs_waiting", "Jobs that are due or planned")
JOBS_DEAD = Gauge("assembly_week_jobs_dead", "Jobs that were given up")
BACKED_UP_AT = Gauge(
    "assembly_week_backup_timestamp_seconds",
    "When the newest backup was made; 0 without one",
)
BACKUP_BYTES = Gauge("assembly_week_backup_bytes", "Size of the newest backup")

GROW_WITH_ACTIVITIES = frozenset(
    {
        "assembly_week_request_seconds",
        "assembly_week_commit_seconds",
        "assembly_week_activities_recorded",
        "assembly_week_update_seconds",
    }
)


def count_on_commit(session: Session, counter: Counter, number: int) -> None:
    """Count something once this session's transaction is committed, and not at all where it is not."""
    session.info.setdefault(_COUNTS, []).append((counter, number))


def committed(session: Session) -> None:
    """Count what waited for the commit."""
    for counter, number in session.info.pop(_COUNTS, ()):
        counter.inc(number)
