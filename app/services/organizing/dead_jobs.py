"""Jobs that were given up, as organizers see them: whom each was for, and all of them tried again or dismissed."""

import json
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from app.domain.actor import Act
from app.errors import Conflict
from app.models import Notice, QueuedJob
from app.services import jobs
from app.services.people import people

EVERY = "all"
"""Names all of them, where a job is named by its number."""
MOST = 500
"""As many are tried again or dismissed at once."""


class DeadJob(NamedTuple):
    """A job that was given up. `to` is the name or email of whom it was for, empty where it was for nobody.

    `person_id` is theirs, empty for an email that somebody typed.
    """

    job: QueuedJob
    to: str = ""
    person_id: str = ""


def look(session: Session, found: Sequence[QueuedJob]) -> list[DeadJob]:
    """Say of dead jobs whom they were for."""
    payloads = {job.id: json.loads(job.payload) for job in found}
    notice_ids = [payload["notice"] for payload in payloads.values() if "notice" in payload]
    query = select(Notice.id, Notice.person_id).where(col(Notice.id).in_(notice_ids))
    owners = dict(session.exec(query).all()) if notice_ids else {}
    whom = {
        job_id: str(payload.get("person") or owners.get(payload.get("notice")) or "")
        for job_id, payload in payloads.items()
    }
    names = people.names_of(session, set(whom.values()) - {""})
    return [
        DeadJob(job, names[whom[job.id]], whom[job.id])
        if whom[job.id] in names
        else DeadJob(job, str(payloads[job.id].get("email", "")))
        for job in found
    ]


def revive(session: Session, job_id: str, act: Act, kinds: Collection[str]) -> None:
    """Have a dead job tried again, or `EVERY` one that this server can do. Raises as `jobs.revive` does."""
    named = _named(session, job_id, kinds)
    if not named:
        raise Conflict("Nothing here does any of these jobs now. Set up what they need first, or dismiss them.")
    for each in named:
        jobs.revive(session, each, act, kinds)


def dismiss(session: Session, job_id: str, act: Act) -> None:
    """Leave a dead job undone, or `EVERY` one. Raises as `jobs.dismiss` does."""
    for each in _named(session, job_id):
        jobs.dismiss(session, each, act)


def _named(session: Session, job_id: str, kinds: Collection[str] | None = None) -> list[str]:
    if job_id != EVERY:
        return [job_id]
    return [str(job.id) for job in jobs.dead(session, MOST) if kinds is None or job.kind in kinds]
