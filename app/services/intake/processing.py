"""Processing: a stored delivery is read, matched and recorded in the week of its time, or left with a reason."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from app.db.database import announce, serialize
from app.domain.actor import Act, system
from app.domain.draft import MOST_SECONDS, Draft, Key, Reading
from app.domain.intake.kinds import GENERIC, KINDS, RESERVED
from app.domain.intake.reports import Author, ClockFact, DeliveryUnreadable, Parsed, Report, Withdrawal, Work
from app.errors import AlreadyDone, OutsideWeek, Problem, WeekNotOpen
from app.events import DeliveryStored
from app.models import Connection, Delivery, Week
from app.services import clocks
from app.services.intake import (
    author_ids,
    authors,
    confirmations,
    deliveries,
    known_activities,
    open_weeks,
    readings,
    service_accounts,
)
from app.services.intake.deliveries import Parse
from app.services.intake.readings import Progress
from app.services.ledger import ledger, timings, withdrawals
from app.services.ledger.admission import CLOCK_SKEW
from app.services.ledger.drafts import LONGEST_TEXT
from app.services.ledger.ledger import Submission

FAILED = "An unforeseen error; the server’s log has more. Replay it once that is fixed."
NOBODY = "The tool names nobody. Log it by hand for the right person, then set it aside under Unmatched."
CUSTOMER = "A customer wrote it, and nobody here has their email."
REPORTS_AT_ONCE = 25
"""Reports of one delivery that share a transaction, so that a batch of a thousand keeps no writer waiting for long."""
_ORDER = ("outside", "unmatched", "quarantined", "recorded", "repeated", "ignored")
"""The state of a delivery with several reports: the first of these that one of them has."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a report: the state, why, the activity it is about, and when to look again by itself."""

    state: str
    reason: str = ""
    activity_id: str | None = None
    retry_at: datetime | None = None


def claim(session: Session, *, newest: bool = False) -> Delivery | None:
    """The delivery that waits longest, or the newest one, to be processed in this transaction; None where none waits.

    One at a time, whichever processes are at it: of two that name one comment the second sees what the first did, and
    no week opens meanwhile.
    """
    serialize(session)
    place = col(Delivery.seq).desc() if newest else col(Delivery.seq)
    return session.exec(select(Delivery).where(deliveries.waits()).order_by(place).limit(1).with_for_update()).first()


def process_some(session: Session, parse: Parse, now: datetime, most: int) -> int:
    """Process up to `most` deliveries in this transaction; how many.

    The last of them is the newest: what comes in does not wait for the thousands that somebody replays.
    """
    number = judged = 0
    for place in range(most):
        is_last = place == most - 1
        if judged >= REPORTS_AT_ONCE and not is_last:
            continue
        delivery = claim(session, newest=is_last)
        if delivery is None:
            break
        judged += len(process(session, delivery, parse, now))
        number += 1
    return number


def process(session: Session, delivery: Delivery, parse: Parse, now: datetime) -> list[Outcome]:
    """Process a claimed delivery: keep its clock facts, then record, reverse or explain; the outcome of each report.

    Of one with many reports some are processed, and how far that went is kept with its reading; it waits for the rest.
    """
    connection = session.get_one(Connection, delivery.connection_id)
    try:
        parsed = _read(delivery, connection, parse)
    except DeliveryUnreadable as unreadable:
        outcome = Outcome("quarantined", str(unreadable))
        _settle(session, delivery, outcome, None)
        return [outcome]
    if confirmations.is_needed(session, delivery, connection, parsed):
        confirmations.ask(session, delivery, parsed, now)
        return [Outcome("received", confirmations.WAITS)]
    act = Act(system(connection.name), now)
    tickets = _keep_clocks(session, connection, parsed, act)
    before = readings.progress_in(delivery.reading)
    outcomes, after = _judge_some(session, connection, parsed, before, act)
    if isinstance(after, Progress):
        delivery.reading, delivery.body, delivery.headers = readings.to_text(parsed, after), None, "[]"
        session.add(delivery)
        session.flush()
        announce(session, DeliveryStored())
        return outcomes
    outcome, report = after
    _settle(session, delivery, outcome, report)
    if outcome.state != "quarantined":
        delivery.reading, delivery.body, delivery.headers = readings.to_text(parsed), None, "[]"
        session.add(delivery)
    timings.follow(session, connection.source, tickets, act)
    return outcomes


def _judge_some(
    session: Session, connection: Connection, parsed: Parsed, before: Progress, act: Act
) -> tuple[list[Outcome], Progress | tuple[Outcome, Report | None]]:
    """Judge the next reports; their outcomes, and how far that went, or what decides for the whole delivery."""
    end = before.next + REPORTS_AT_ONCE
    reports = parsed.reports[before.next : end]
    outcomes = [_judge(session, connection, report, act) for report in reports]
    judged = list(zip(outcomes, reports, range(before.next, end), strict=False))
    if before.report >= 0:
        judged.append((Outcome(before.state), parsed.reports[before.report], before.report))
    if not judged:
        return outcomes, (Outcome("ignored", parsed.ignored), None)
    outcome, report, place = min(judged, key=lambda each: _weight(each[:2]))
    if end < len(parsed.reports):
        return outcomes, Progress(end, place, outcome.state)
    if any(outcome is each for each in outcomes):
        return outcomes, (outcome, report)
    again = _judge(session, connection, report, act)  # that was another transaction
    if outcome.state == "recorded" and again.state == "repeated":
        again = replace(again, state="recorded")
    if again.state != outcome.state:
        return outcomes, Progress(0, place, again.state)  # a name was given, or a week opened: for others, too
    return outcomes, (again, report)


def _keep_clocks(session: Session, connection: Connection, parsed: Parsed, act: Act) -> set[str]:
    """Keep the clock facts of a delivery, and what it makes private, before it is judged; the tickets concerned."""
    facts = [report for report in parsed.reports if isinstance(report, ClockFact)]
    tickets = clocks.keep(session, connection.source, facts)
    for report in parsed.reports:
        if isinstance(report, Withdrawal) and report.cause == "private":
            withdrawals.note(session, connection.source, report, act.now)
            tickets |= clocks.tickets_of(session, connection.source, report.external_id)
    return tickets


def set_aside(session: Session, number: int) -> None:
    """Quarantine a delivery that waits, by its `seq`, for processing it failed in a way nobody foresaw."""
    query = select(Delivery).where(Delivery.seq == number, Delivery.state == "received")
    delivery = session.exec(query.with_for_update()).first()
    if delivery is not None:
        fail(session, delivery)


def fail(session: Session, delivery: Delivery) -> None:
    """Quarantine a delivery that processing failed; what is known of it stays."""
    delivery.state, delivery.reason, delivery.retry_at = "quarantined", FAILED, None
    delivery.attempts += 1
    session.add(delivery)
    session.flush()


def _read(delivery: Delivery, connection: Connection, parse: Parse) -> Parsed:
    if delivery.reading is not None:
        return readings.from_text(delivery.reading, delivery.event_id)
    if delivery.body is None:
        raise DeliveryUnreadable(delivery.reason or "Its body isn’t kept any more.")
    return parse(connection.kind, deliveries.headers_of(delivery), delivery.body)


def _weight(judged: tuple[Outcome, Report]) -> tuple[int, int, bool]:
    """The place of a report among those that decide for its delivery: by its state, and one with an author first.

    Of the same state, work says more than what was written, and that more than that a ticket was opened.
    """
    outcome, report = judged
    rank = 0 if not isinstance(report, ClockFact) else 2 if report.event == "created" else 1
    return _ORDER.index(outcome.state), rank, getattr(report, "author", None) is None


def _settle(session: Session, delivery: Delivery, outcome: Outcome, report: Report | None) -> None:
    delivery.state, delivery.reason = outcome.state, outcome.reason or None
    delivery.activity_id, delivery.retry_at = outcome.activity_id, outcome.retry_at
    author: Author | None = getattr(report, "author", None)
    names = author_ids.of(author) if author is not None else ()
    delivery.author, delivery.author_name = next(iter(names), None), author.name if author is not None else None
    delivery.kind, delivery.occurred_at = getattr(report, "kind", None), getattr(report, "occurred_at", None)
    delivery.attempts += 1
    session.add(delivery)
    session.flush()


def _judge(session: Session, connection: Connection, report: Report, act: Act) -> Outcome:
    match report:
        case Work():
            return _record(session, connection, report, act)
        case Withdrawal():
            return _withdraw(session, connection, report, act)
        case ClockFact():
            return Outcome("ignored", "It isn’t an activity. It only tells the times of a ticket.")


def _record(session: Session, connection: Connection, work: Work, act: Act) -> Outcome:
    source = work.source or connection.source
    if flaw := _flaw(connection, work, source):
        return Outcome("quarantined", flaw)
    key = Key(source, work.kind, work.external_id)
    if known := known_activities.by_key(session, key):
        return Outcome("repeated", activity_id=known[0].id)
    if service_accounts.is_one(service_accounts.ids_of(session, connection.id), work.author):
        return Outcome("ignored", service_accounts.IGNORED)
    week, outside = _week_of(session, work.occurred_at, act.now)
    if week is None:
        return outside
    if (
        KINDS[connection.kind].is_chat
        and work.url
        and (twin := known_activities.by_link(session, week, work.kind, work.url))
    ):
        return Outcome("repeated", activity_id=twin)
    person = authors.resolve(session, connection.source, work.author, act)
    if person is None:
        return _unknown(work.author)
    draft = Draft(
        work.kind, person, work.occurred_at, source, work.external_id, work.subject, work.response_seconds, work.url,
        work.note,
    )  # fmt: skip
    [recorded] = ledger.record(session, week.slug, [Submission(Reading.of(draft), act.actor)], now=act.now)
    match recorded:
        case WeekNotOpen() | OutsideWeek():
            return Outcome("outside", recorded.detail)
        case Problem():
            return Outcome("quarantined", recorded.detail)
    if recorded.repeated:
        return Outcome("repeated", activity_id=recorded.id)
    return Outcome("recorded", activity_id=recorded.id)


def _unknown(author: Author | None) -> Outcome:
    """The outcome of work whose person is not found."""
    if author is None:
        return Outcome("unmatched", NOBODY)
    if author.is_customer:
        return Outcome("ignored", CUSTOMER)
    return Outcome("unmatched", "Nobody here is known by this author. Say who it is.")


def _flaw(connection: Connection, work: Work, source: str) -> str:
    if connection.kind == GENERIC and source.partition(":")[0] in RESERVED:
        return f"“{source}” is a source that only its own connection reports. Send another “source”."
    if work.response_seconds is not None and not 0 <= work.response_seconds <= MOST_SECONDS:
        return f"“response_seconds” must lie between 0 and {MOST_SECONDS:,}."
    if work.note is not None and len(work.note) > LONGEST_TEXT:
        return f"“note” must have at most {LONGEST_TEXT:,} characters."
    return ""


def _week_of(session: Session, at: datetime, now: datetime) -> tuple[Week | None, Outcome]:
    """The open week that holds a time, and the outcome where there is none."""
    if at > now + CLOCK_SKEW:
        return None, Outcome("outside", "Its time lies ahead. It is looked at again then.", retry_at=at - CLOCK_SKEW)
    outside = Outcome("outside", "No open week includes its time. It is looked at again when one opens.")
    return open_weeks.holding(session, at), outside


def _withdraw(session: Session, connection: Connection, withdrawal: Withdrawal, act: Act) -> Outcome:
    """Reverse what a tool took back, once, in every week that is open; what arrives later is reversed as it does."""
    if withdrawal.cause == "gone" and not connection.reverses_gone:
        return Outcome("ignored", "It is gone at its tool. This connection lets such activities stand.")
    timings.lock_open(session, act)  # what is recorded meanwhile was before, or sees that it is taken back
    known = withdrawals.note(session, connection.source, withdrawal, act.now)
    entries = known_activities.by_key(session, Key(known.source, known.kind, known.external_id))
    if not entries:
        return Outcome("ignored", "There’s no activity to reverse. It is reversed should it arrive.")
    if known.ruled_at is not None:
        return Outcome("repeated", activity_id=entries[0].id)
    closed: WeekNotOpen | None = None
    ruled: list[str] = []
    for entry in entries:
        try:
            ledger.reverse(session, entry.id, act, reason=withdrawals.REASONS[known.cause])
        except WeekNotOpen as problem:
            closed = problem
            continue
        except AlreadyDone:
            pass  # an organizer was quicker; should they reinstate it, they have the last word
        ruled.append(entry.id)
    if closed is not None and not ruled:
        return Outcome("outside", closed.detail, entries[0].id)
    known.ruled_at = act.now
    session.add(known)
    session.flush()
    return Outcome("recorded", activity_id=ruled[0])
