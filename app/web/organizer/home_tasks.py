"""Tasks of the overview: each thing that needs an organizer now, in a sentence, with the page where it is done."""

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import NamedTuple

from app.domain.wording import size
from app.services.intake.health import Health
from app.services.operations.kept_backups import BACK_UP
from app.services.organizing.backup_health import BackupHealth
from app.services.organizing.dashboard import MAX_DEAD_JOBS, Overview
from app.services.organizing.service_health import ServiceHealth
from app.services.weeks import schedule
from app.web.http.addresses import url_for
from app.web.http.render import local_day, local_time, plural, stamp
from app.web.organizer import source_words

MOST_NAMED = 5
"""Sources, screens and plans that get a line each; of more, the page behind the link tells."""
BACKUP = "Daily backup"


class Task(NamedTuple):
    """One thing to do: a sentence, and where it is done; `name` is a source’s, screen’s, week’s or the backup’s."""

    text: str
    href: str = ""
    label: str = ""
    name: str = ""


def tasks(found: Overview, sources: Sequence[Health], service: ServiceHealth, zone: tzinfo) -> list[Task]:
    """Everything that needs an organizer now, what cannot wait first."""
    return [
        *_of_the_service(found, service),
        *_of_backups(service.backups, zone),
        *_of_plans(found),
        *_of_shifts_on(found),
        *_of_sources(sources),
        *_of_deliveries(found),
        *_of_coverage(found, zone),
        *_of_people(found),
        *_of_screens(found, zone),
    ]


def _of_the_service(found: Overview, service: ServiceHealth) -> Iterator[Task]:
    room, backups = service.room, service.backups
    if room is not None and room.is_tight:
        text = f"The disk of the database has {size(room.free)} left of {size(room.total)}. Make room there."
        yield Task(text, "#service", "See the disk")
    if found.rules_errors:
        mistakes = plural(len(found.rules_errors), "mistake", "mistakes")
        yield Task(f"The rules file has {mistakes}. Version {found.rules_version} stays active.", "#rules", "See them")
    told_of = {BACK_UP} if backups is not None and backups.given_up else set()
    if dead := [each for each in found.dead_jobs if each.job.kind not in told_of]:
        is_all = len(found.dead_jobs) < MAX_DEAD_JOBS
        number = plural(len(dead), "job", "jobs") if is_all else f"{len(dead)} jobs or more"
        yield Task(f"{number} failed, and nothing tries again by itself.", "#jobs", "See them")
    if found.broken_webhooks:
        number = plural(len(found.broken_webhooks), "webhook was", "webhooks were")
        yield Task(f"{number} disabled, for every try failed.", "#webhooks", "See which")


def _of_backups(backups: BackupHealth | None, zone: tzinfo) -> Iterator[Task]:
    if backups is None:
        return
    newest = f"The newest one is from {stamp(backups.last.at, zone)}." if backups.last else ""
    if backups.given_up:
        yield Task(f"It failed. {backups.failure} {newest}".strip(), "#jobs", "Try again", BACKUP)
    elif backups.failure:
        yield Task(f"It failed and is tried again. {backups.failure} {newest}".strip(), name=BACKUP)
    elif backups.is_old:
        text = f"None for over two days. {newest} Run “assembly-week backup”: it says what is wrong."
        yield Task(text, name=BACKUP)
    elif backups.is_gone:
        text = f"{backups.directory} holds none. Is its disk there? “assembly-week backup” makes one."
        yield Task(text, name=BACKUP)


def _of_plans(found: Overview) -> Iterator[Task]:
    for week, plan in found.failed_plans[:MOST_NAMED]:
        text = f"The planned {schedule.NOUNS[plan.action]} didn’t happen. {plan.failure}"
        yield Task(text, url_for("organizer_week", week=week.slug), _BY_HAND[plan.action], week.name)
    if (more := len(found.failed_plans) - MOST_NAMED) > 0:
        yield Task(
            f"{plural(more, 'more planned change', 'more planned changes')} didn’t happen.",
            url_for("organizer_weeks"),
            "See weeks",
        )


_BY_HAND = {"open": "Open week", "freeze": "Freeze board", "close": "Close week"}


def _of_shifts_on(found: Overview) -> Iterator[Task]:
    if found.week is None:
        return
    due, covers, unconfirmed = found.waits
    href = url_for("organizer_shifts", week=found.week.slug)
    if due:
        yield Task(plural(due, "person is", "people are") + " due and not here.", href, "See who")
    if covers:
        yield Task(plural(covers, "cover waits", "covers wait") + " for your approval.", href, "Approve or decline")
    if unconfirmed:
        yield Task(
            plural(unconfirmed, "shift waits", "shifts wait") + " for you to confirm who was there.", href, "Confirm"
        )


def _of_sources(sources: Sequence[Health]) -> Iterator[Task]:
    for each in sources[:MOST_NAMED]:
        href = url_for("organizer_source", connection=each.connection.name)
        yield Task(" ".join(source_words.advice(each)), href, "See source", each.connection.name)
    if (more := len(sources) - MOST_NAMED) > 0:
        yield Task(
            f"{plural(more, 'more source needs', 'more sources need')} a look.",
            url_for("organizer_sources"),
            "See sources",
        )


def _of_deliveries(found: Overview) -> Iterator[Task]:
    if found.unmatched:
        unmatched = plural(found.unmatched, "report is", "reports are")
        yield Task(f"{unmatched} unmatched.", url_for("organizer_unmatched"), "Say who it was")
    if found.unread:
        unread = plural(found.unread, "delivery", "deliveries")
        href = str(url_for("organizer_deliveries")) + "?state=quarantined"
        yield Task(f"{unread} couldn’t be read.", href, "See why")


def _of_coverage(found: Overview, zone: tzinfo) -> Iterator[Task]:
    if found.week is None:
        return
    number, first_at, idle = found.gaps
    href = url_for("shift_coverage", week=found.week.slug)
    if first_at is not None:
        lacks = "1 shift lacks people:" if number == 1 else f"{number} shifts lack people, the first"
        yield Task(f"{lacks} {local_day(first_at, zone)}, {local_time(first_at, zone)}.", href, "See gaps")
    if idle:
        yield Task(plural(len(idle), "team has", "teams have") + " no shift.", f"{href}#idle-title", "Ask them")


def _of_people(found: Overview) -> Iterator[Task]:
    if found.week is None or not found.never_in:
        return
    text = plural(found.never_in, "person hasn’t", "people haven’t") + " signed in."
    if found.week.state == "closed":
        yield Task(text, url_for("organizer_people"), "See who")
    else:
        yield Task(text, f"{url_for('organizer_teams', week=found.week.slug)}#invite-title", "Create links")


def _of_screens(found: Overview, zone: tzinfo) -> Iterator[Task]:
    href = url_for("organizer_displays")
    for each in found.away[:MOST_NAMED]:
        if each.seen_at is not None:
            text = f"This display is away, last seen {stamp(each.seen_at, zone)}. Is it on, and online?"
            yield Task(text, href, "See displays", each.name)
    if (more := len(found.away) - MOST_NAMED) > 0:
        yield Task(f"{plural(more, 'more display is', 'more displays are')} away.", href, "See displays")
