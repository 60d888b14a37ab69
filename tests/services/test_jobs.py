"""Jobs: decided with what they follow from, taken by one worker at a time, never lost."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlmodel import Session, select

from app.db.database import Database
from app.domain.actor import Act
from app.errors import Conflict, NotFound
from app.models import QueuedJob
from app.services import jobs
from app.services.jobs import Backlog, Claim
from tests.builders import NOW, act_by
from tests.races import race, repeat

LEASES = {"mail": timedelta(minutes=1), "backup": timedelta(minutes=10)}


def enqueue(
    database: Database, kind: str = "mail", *, run_at: datetime = NOW, key: str | None = None, **payload: object
) -> bool:
    with database.unit_of_work() as session:
        return jobs.enqueue(session, kind, payload, run_at=run_at, key=key)


def claim(
    database: Database,
    worker: str = "one",
    *,
    now: datetime = NOW,
    limit: int = 10,
    leases: Mapping[str, timedelta] = LEASES,
) -> list[Claim]:
    with database.unit_of_work() as session:
        return jobs.claim(session, worker, leases, now, limit)


def only_row(database: Database) -> QueuedJob:
    with database.reading() as session:
        return session.exec(select(QueuedJob)).one()


def backlog(database: Database, now: datetime = NOW) -> Backlog:
    with database.reading() as session:
        return jobs.backlog(session, now)


def test_enqueue_in_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def enqueue_and_fail() -> None:
        with database.unit_of_work() as session:
            jobs.enqueue(session, "mail", {}, run_at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enqueue_and_fail()

    assert claim(database) == []


def test_enqueue_with_a_known_key_does_nothing(database: Database) -> None:
    first = enqueue(database, "backup", key="backup:2026-03-09")
    second = enqueue(database, "backup", key="backup:2026-03-09")

    assert (first, second) == (True, False)
    assert len(claim(database)) == 1


def test_enqueue_by_many_processes_with_one_key_plans_once(places: list[Database]) -> None:
    results = race([partial(enqueue, database, "backup", key="backup:2026-03-09") for database in places])

    assert Counter(results) == {True: 1, False: len(places) - 1}


def test_claim_gives_due_jobs_oldest_first_up_to_the_limit(database: Database) -> None:
    for name, minutes in (("later", 2), ("second", 0), ("first", -1), ("third", 0)):
        enqueue(database, run_at=NOW + timedelta(minutes=minutes), name=name)

    claims = claim(database, limit=2)

    assert sorted(str(each.payload["name"]) for each in claims) == ["first", "second"]
    assert [each.payload for each in claim(database)] == [{"name": "third"}]


def test_claim_leaves_kinds_nobody_here_knows(database: Database) -> None:
    enqueue(database, "from a newer program")

    assert claim(database) == []
    assert backlog(database).waiting == 1


def test_claim_by_many_workers_gives_each_job_to_one(places: list[Database]) -> None:
    for _ in range(20):
        enqueue(places[0])

    batches = race([partial(claim, database, str(id(database)), limit=5) for database in places])

    ids = [each.id for batch in batches if isinstance(batch, list) for each in batch]
    assert len(ids) == len(set(ids)) == min(20, 5 * len(places))


def test_claim_while_a_lease_lasts_gives_nothing_and_then_the_next_attempt(database: Database) -> None:
    enqueue(database)
    [first] = claim(database, "one")

    assert claim(database, "two", now=NOW + timedelta(seconds=59)) == []
    [second] = claim(database, "two", now=NOW + timedelta(seconds=60))
    assert second == first._replace(attempt=2, worker="two")


def test_finish_ends_a_job_and_forgets_its_payload(database: Database) -> None:
    enqueue(database, email="ada@example.com")
    [one] = claim(database)

    with database.unit_of_work() as session:
        finished = jobs.finish(session, one, NOW)

    assert finished
    row = only_row(database)
    assert (row.done_at, row.payload, row.lease_until, row.leased_by) == (NOW, "{}", None, None)
    assert claim(database, now=NOW + timedelta(days=1)) == []


def test_finish_after_the_lease_went_to_another_changes_nothing(database: Database) -> None:
    enqueue(database)
    [slow] = claim(database, "slow")
    [quick] = claim(database, "quick", now=NOW + timedelta(minutes=1))

    with database.unit_of_work() as session:
        outcomes = [jobs.finish(session, slow, NOW), jobs.finish(session, quick, NOW), jobs.finish(session, quick, NOW)]

    assert outcomes == [False, True, False]


def test_retry_has_it_done_again_then(database: Database) -> None:
    enqueue(database)
    [one] = claim(database)

    with database.unit_of_work() as session:
        jobs.retry(session, one, "the server is away" + "!" * 1_000, NOW + timedelta(minutes=5))

    assert only_row(database).error == ("the server is away" + "!" * 1_000)[: jobs.MAX_ERROR]
    assert claim(database, now=NOW + timedelta(minutes=4)) == []
    assert [each.attempt for each in claim(database, now=NOW + timedelta(minutes=5))] == [2]


def test_bury_keeps_a_dead_job_to_look_at(database: Database) -> None:
    enqueue(database, email="ada@example.com")
    [one] = claim(database)

    with database.unit_of_work() as session:
        jobs.bury(session, one, "no such address", NOW)

    row = only_row(database)
    assert (row.dead_at, row.error, row.payload) == (NOW, "no such address", '{"email":"ada@example.com"}')
    assert backlog(database) == Backlog(waiting=0, dead=1, oldest_due=None)


def test_backlog_knows_since_when_the_oldest_due_job_waits(database: Database) -> None:
    enqueue(database, run_at=NOW - timedelta(minutes=3))
    enqueue(database, run_at=NOW - timedelta(minutes=2))
    enqueue(database, run_at=NOW + timedelta(minutes=2))

    assert backlog(database) == Backlog(waiting=3, dead=0, oldest_due=NOW - timedelta(minutes=3))


def test_is_due_says_whether_there_is_something_to_claim(database: Database) -> None:
    enqueue(database, run_at=NOW + timedelta(minutes=1))

    with database.reading() as session:
        answers = [jobs.is_due(session, ["mail"], NOW + timedelta(minutes=minutes)) for minutes in (0, 1)]

    assert answers == [False, True]


def test_forget_ended_deletes_what_ended_long_ago_alone(database: Database) -> None:
    for ended in (NOW - jobs.KEPT - timedelta(seconds=1), NOW - jobs.KEPT):
        enqueue(database)
        [one] = claim(database)
        with database.unit_of_work() as session:
            jobs.finish(session, one, ended)
    enqueue(database)

    with database.unit_of_work() as session:
        forgotten = jobs.forget_ended(session, NOW)

    assert forgotten == 1
    assert backlog(database).waiting == 1


def revive(session: Session, job_id: str, act: Act) -> None:
    jobs.revive(session, job_id, act, ["mail"])


def a_dead_job(database: Database, email: str = "") -> str:
    enqueue(database, key="only", email=email)
    (taken,) = claim(database)
    with database.unit_of_work() as session:
        jobs.bury(session, taken, "The mail server refuses it.", NOW)
    return str(taken.id)


def test_dead_lists_what_was_given_up_with_its_reason(database: Database) -> None:
    a_dead_job(database)
    enqueue(database)

    with database.reading() as session:
        listed = jobs.dead(session, 10)

    assert [(job.kind, job.error, job.dead_at) for job in listed] == [("mail", "The mail server refuses it.", NOW)]


def test_revive_has_a_dead_job_done_again_with_all_its_attempts(database: Database) -> None:
    job_id = a_dead_job(database, email="ada@example.com")

    with database.unit_of_work() as session:
        jobs.revive(session, job_id, act_by("Olu", NOW), ["mail"])

    (again,) = claim(database)
    assert (again.payload, again.attempt) == ({"email": "ada@example.com"}, 1)
    assert only_row(database).error is None


def test_dismiss_leaves_a_dead_job_undone_and_forgets_what_was_typed(database: Database) -> None:
    job_id = a_dead_job(database, email="ada@example.com")

    with database.unit_of_work() as session:
        jobs.dismiss(session, job_id, act_by("Olu", NOW))

    row = only_row(database)
    assert (claim(database), row.payload, row.done_at, row.dead_at) == ([], "{}", NOW, None)
    assert not enqueue(database, key="only")


@pytest.mark.parametrize("change", [revive, jobs.dismiss])
def test_revive_and_dismiss_of_twenty_at_once_happen_once(
    places: list[Database], change: Callable[[Session, str, Act], None]
) -> None:
    job_id = a_dead_job(places[0])

    def one(number: int) -> None:
        with places[number % len(places)].unit_of_work() as session:
            change(session, job_id, act_by("Olu", NOW))

    results = race(repeat(20, one))

    assert sorted(type(result).__name__ for result in results) == ["AlreadyDone"] * 19 + ["NoneType"]


@pytest.mark.parametrize("job_id", ["999", "0" * 30, "x", "²", ""])
@pytest.mark.parametrize("change", [revive, jobs.dismiss])
def test_revive_and_dismiss_of_no_job_are_refused(
    database: Database, change: Callable[[Session, str, Act], None], job_id: str
) -> None:
    with database.unit_of_work() as session, pytest.raises(NotFound):
        change(session, job_id, act_by("Olu", NOW))


def test_revive_of_a_kind_without_a_handler_is_refused(database: Database) -> None:
    job_id = a_dead_job(database)

    with database.unit_of_work() as session, pytest.raises(Conflict):
        jobs.revive(session, job_id, act_by("Olu", NOW), ["backup"])

    assert only_row(database).dead_at == NOW
