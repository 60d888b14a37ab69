"""Unmatched: what waits for a name, by author; one choice credits all of it and remembers who it is."""

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from app.db.database import serialize
from app.domain.actor import Act
from app.domain.intake.guesses import Candidate, Guess, Guesser
from app.domain.intake.kinds import source_of
from app.domain.intake.reports import Author, DeliveryUnreadable, Parsed
from app.errors import Conflict, Unavailable
from app.models import Connection, Delivery, Person
from app.services.audit import audit
from app.services.intake import (
    author_ids,
    authors,
    connections,
    deliveries,
    processing,
    readings,
    service_accounts,
    typed,
)
from app.services.intake.deliveries import DeliveryView, Headers
from app.services.intake.processing import Outcome
from app.services.people import people

MOST_GROUPS = 50
AT_ONCE = 50
"""Deliveries credited at once, so that nobody waits; the others follow within seconds."""
MOST_REPORTS = 200
"""Of these deliveries' reports, for a batch may hold many."""
SET_ASIDE = "An organizer set it aside, for its tool names no author."

logger = logging.getLogger(__name__)

_WAITS = col(Delivery.state) == "unmatched"


@dataclass(frozen=True, slots=True)
class Group:
    """The deliveries that wait for one author: their number and times, and who that probably is.

    `kinds` are numbers of activities, each once however often it came. `id` is that of one of its deliveries; `author`
    is None where the tool names nobody.
    """

    id: str
    source: str
    author: str | None
    name: str | None
    first: datetime | None
    last: datetime | None
    number: int
    kinds: dict[str, int]
    guess: Guess | None = None


class Waiting(NamedTuple):
    """The groups with the most deliveries, and the number of all groups.

    `named` are the deliveries that wait and name their author, of `names` authors; `nameless` name nobody.
    """

    groups: list[Group]
    of: int
    names: int
    named: int
    nameless: int


class Credited(NamedTuple):
    """The outcome of naming an author: activities recorded, deliveries by their state, and those that follow soon."""

    person: Person
    activities: int
    states: dict[str, int]
    following: int


def count(session: Session) -> int:
    """The number of deliveries that wait for a name."""
    return session.exec(select(func.count()).select_from(Delivery).where(_WAITS)).one()


def look(session: Session, *, text: str = "", connection: str = "", skip: int = 0) -> Waiting:
    """The authors that wait for a name, those with the most first; a few queries however much there is.

    Only those with a text in id or name, or of a connection, where one is given; the first `skip` are left out.
    """
    key = (Connection.kind, Connection.account, Delivery.author)
    number = func.count()
    span = (func.min(Delivery.occurred_at), func.max(Delivery.occurred_at))
    waits = (_WAITS, *_sought(text, connection))
    query = select(*key, number, *span, func.max(Delivery.seq)).join(Connection).where(*waits).group_by(*key)  # type: ignore[call-overload]
    rows = session.connection().execute(query.order_by(number.desc(), *key)).all()
    shown = rows[skip : skip + MOST_GROUPS]
    kinds = _kinds(session, [row[2] for row in shown])
    newest = {
        each.seq: each for each in session.exec(select(Delivery).where(col(Delivery.seq).in_([r[-1] for r in shown])))
    }
    groups = [
        Group(
            newest[seq].id, source_of(kind, account), author, newest[seq].author_name, first, last, of_group,
            kinds.get((kind, account, author), {}),
        )
        for kind, account, author, of_group, first, last, seq in shown
    ]  # fmt: skip
    guesser = _guesser(session) if groups else Guesser([])
    guessed = [
        replace(group, guess=guesser.guess(_author_in(newest[row[-1]])))
        for group, row in zip(groups, shown, strict=True)
    ]
    named = [row[3] for row in rows if row[2] is not None]
    return Waiting(guessed, len(rows), len(named), sum(named), sum(row[3] for row in rows) - sum(named))


def _sought(text: str, connection: str) -> list[ColumnElement[bool]]:
    named = [typed.holds(each, text) for each in (Delivery.author, Delivery.author_name)]
    return [*([or_(*named)] if text else []), *([col(Connection.name) == connection] if connection else [])]


def _kinds(session: Session, shown: list[str | None]) -> dict[tuple[str, str, str | None], dict[str, int]]:
    """The number of activities by kind of each group, for the authors shown: what came twice is read the same."""
    key = (Connection.kind, Connection.account, Delivery.author, Delivery.kind)
    is_shown = col(Delivery.author).in_([each for each in shown if each]) | col(Delivery.author).is_(None)
    number = func.count(col(Delivery.reading).distinct())
    query = select(*key, number).join(Connection).where(_WAITS, is_shown).group_by(*key)  # type: ignore[call-overload]
    kinds: dict[tuple[str, str, str | None], dict[str, int]] = {}
    for kind, account, author, of, count in session.connection().execute(query.order_by(number.desc(), *key)):
        kinds.setdefault((kind, account, author), {})[of or ""] = count
    return kinds


def _guesser(session: Session) -> Guesser:
    query = select(Person.id, Person.name, Person.email).where(people.IS_REAL, col(Person.disabled_at).is_(None))
    return Guesser(Candidate(*row) for row in session.exec(query))


def _author_in(delivery: Delivery) -> Author:
    """The author that a delivery waits for, with all that the tool tells of them."""
    reports = readings.from_text(delivery.reading, None).reports if delivery.reading else ()
    named = (author for report in reports if (author := getattr(report, "author", None)) is not None)
    return next((each for each in named if delivery.author in author_ids.of(each)), Author())


def credit(session: Session, delivery_id: str, email: str, act: Act) -> Credited:
    """Say who the author of a delivery that waits is: all that waits for them is credited, at its original time.

    Raises NotFound, Conflict where it waits no more, or what `authors.name` raises.
    """
    view = _lock(session, delivery_id)
    author = view.delivery.author
    if author is None:
        raise Conflict("Its tool names no author, so nobody can be remembered for it. Log it by hand.")
    numbers = list(session.exec(select(Delivery.seq).where(*_group(session, view)).order_by(_SEQ)))
    identity, _ = authors.name(session, view.connection.source, author, email, act)
    outcomes: list[Outcome] = []
    states: Counter[str] = Counter()
    for number in numbers[:AT_ONCE]:
        if len(outcomes) >= MOST_REPORTS:
            break
        state, judged = _process(session, number, act)
        outcomes += judged
        states[state] += 1
    following = len(numbers) - states.total() + states.pop("received", 0)
    activities = sum(outcome.state == "recorded" for outcome in outcomes)
    return Credited(session.get_one(Person, identity.person_id), activities, dict(states), following)


def _process(session: Session, number: int, act: Act) -> tuple[str, list[Outcome]]:
    """Process a delivery of several; its state and outcomes. One that fails is quarantined and keeps none of them."""
    try:
        with session.begin_nested():
            delivery = _at(session, number)
            outcomes = processing.process(session, delivery, _no_body, act.now)
            return delivery.state, outcomes
    except (Unavailable, OperationalError):
        raise
    except Exception:
        logger.exception("a delivery could not be credited and is set aside")
        processing.fail(session, _at(session, number))
        return "quarantined", []


def _at(session: Session, number: int) -> Delivery:
    query = select(Delivery).where(number == _SEQ).execution_options(populate_existing=True)
    return session.exec(query.with_for_update()).one()


_SEQ = col(Delivery.seq)


def _no_body(kind: str, headers: Headers, body: bytes) -> Parsed:
    raise DeliveryUnreadable("Its body isn’t kept any more.")


def name_bot(session: Session, delivery_id: str, act: Act) -> int:
    """Say that the author of a delivery that waits is a bot or service account; the number of deliveries it settles.

    Raises NotFound, or Conflict where it waits no more.
    """
    view = _lock(session, delivery_id)
    if view.delivery.author is None:
        raise Conflict("Its tool names no author.")
    group = _group(session, view)
    waiting = session.exec(select(func.count()).select_from(Delivery).where(*group)).one()
    for connection in session.exec(select(Connection).join(Delivery).where(*group).distinct()).all():
        service_accounts.add_to(session, connection, view.delivery.author, act)
    return waiting


def set_aside(session: Session, delivery_id: str, act: Act) -> int:
    """Ignore what waits without an author; the number of deliveries. Raises NotFound, or Conflict."""
    view = _lock(session, delivery_id)
    if view.delivery.author is not None:
        raise Conflict("Its author has an id. Say who it is, or that it is a bot.")
    ignored = update(Delivery).where(*_group(session, view)).values(state="ignored", reason=SET_ASIDE)
    number = session.connection().execute(ignored).rowcount
    details = {"deliveries": number, "reason": SET_ASIDE}
    audit.note(session, "deliveries.set-aside", connections.audit_target(view.connection), act, after=details)
    return number


def _lock(session: Session, delivery_id: str) -> DeliveryView:
    """A delivery that waits for a name. Raises NotFound, or Conflict where it does not, or not any more."""
    serialize(session)  # as `processing.claim` does: before deliveries and weeks are locked
    view = deliveries.find(session, delivery_id)
    session.refresh(view.delivery, with_for_update={"key_share": True})
    if view.delivery.state != "unmatched":
        raise Conflict("This doesn’t wait for a name any more. Someone was quicker.")
    return view


def _group(session: Session, view: DeliveryView) -> tuple[ColumnElement[bool], ...]:
    """The conditions that a delivery waits for the same author of the same source."""
    of_source = connections.ids_of_source(session, view.connection.source)
    is_by_author = (
        col(Delivery.author) == view.delivery.author if view.delivery.author else col(Delivery.author).is_(None)
    )
    return _WAITS, col(Delivery.connection_id).in_(of_source), is_by_author
