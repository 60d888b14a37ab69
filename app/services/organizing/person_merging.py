"""Merging two people: the second becomes an alias of the first, in one transaction."""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import literal, update
from sqlmodel import Session, col

from app.db.database import announce, serialize
from app.domain.actor import Act
from app.domain.memberships import Join, current_team
from app.domain.text.direction import apart
from app.errors import Conflict
from app.events import AccessChanged
from app.models import Person, PersonAddress, Week
from app.services import memberships, topics
from app.services.access import accounts
from app.services.audit import audit
from app.services.organizing import merge_plans
from app.services.organizing.merge_plans import OneWeek, Plan
from app.services.people import belongings, newcomers
from app.services.rules import rule_sets
from app.services.scoring import scores
from app.services.shifts import credit, readiness, shifts, timetable
from app.services.weeks import weeks


def preview(session: Session, kept_id: str, other_id: str, act: Act) -> Plan:
    """Work out what `merge` would do. Raises NotFound, NotAllowed, or Conflict for one and the same person."""
    kept, other = merge_plans.find_pair(session, kept_id, other_id, act.actor)
    return merge_plans.plan(session, kept, other, act.actor)


def merge(session: Session, kept_id: str, other_id: str, act: Act) -> Plan:
    """Make the second person an alias of the first: addresses, ids, seats and work are the first's from then on.

    Raises NotFound, NotAllowed for an owner's account, or Conflict with all that stands against it, as that one of the
    two was merged meanwhile; then nothing may be committed.
    """
    serialize(session)
    first_look = preview(session, kept_id, other_id, act)
    _check_are_themselves(first_look, {kept_id, other_id})
    for each in first_look.weeks:
        shifts.lock_all(session, weeks.lock(session, each.week.slug, act.now))
    kept, other = first_look.kept, first_look.other
    for person in sorted((kept, other), key=lambda each: each.id):
        session.refresh(person, with_for_update=True)
    plan = merge_plans.plan(session, kept, other, act.actor)
    if plan.refusals:
        raise Conflict(" ".join(plan.refusals))
    names = {"name": other.name, "email": other.email}
    accounts.shut_out(session, other.id, act.now)
    _retire(session, kept, other, act)
    belongings.give(session, kept.id, other.id, act.now)
    readiness.finish(session, act.now, kept.id)  # the two may have ticked the whole list together
    for each in plan.weeks:
        _join_histories(session, each, plan, act)
    announce(session, AccessChanged(frozenset({kept.id, other.id})))
    newcomers.welcome(session, plan.emails)
    details = {"before": names, "after": {"person": kept.name, "email": kept.email}}
    audit.note(session, "person.merged", accounts.audit_target(other), act, **details)
    return plan


def _check_are_themselves(plan: Plan, asked: set[str]) -> None:
    """Raise Conflict where an id asked for is an alias: what was looked at before was about somebody else."""
    now = [person for person in (plan.kept, plan.other) if person.id not in asked]
    if now:
        names = " and ".join(apart(person.name) for person in now)
        raise Conflict(f"One of the two was merged into {names} meanwhile. Look at what changes now, then merge again.")


def _retire(session: Session, kept: Person, other: Person, act: Act) -> None:
    """Mark the second as an alias, whose own aliases become the first's, and give their main e-mail away."""
    email = other.email
    own = (col(Person.id) == other.id) | (col(Person.merged_into) == other.id)
    no_email = literal("removed\n") + col(Person.id)  # no e-mail has two lines
    changes = {"disabled_at": act.now, "removed_at": act.now, "merged_into": kept.id, "email": no_email}
    session.connection().execute(update(Person).where(own).values(changes))
    session.add(PersonAddress(email=email, person_id=kept.id, added_at=act.now, added_by=act.actor.name))
    session.flush()
    session.expire_all()


def _join_histories(session: Session, each: OneWeek, plan: Plan, act: Act) -> None:
    """Let all ids of a person have one history of teams in a week, and only the person's own be a member.

    What only grows grows: an alias gets the joins it lacks and then leaves, and work done before stays in its team.
    """
    week = session.merge(each.week)
    added = {id_: _missing(each, id_, plan.kept.id, act) for id_ in sorted(each.joins)}
    memberships.write_down(session, week, added, act)
    _keep_frozen_name(week, plan)
    session.flush()
    rules = rule_sets.rules_of(session, week)
    scores.rebuild(session, week, rules)
    if week.state == "open":
        credit.follow_people(session, week, [plan.kept.id], act)
        timetable.plan_waited_for(session, act.now)
    for topic in ("shifts", "guestbook", "cheers"):
        topics.bump(session, week, topic)
    weeks.bump_version(session, week)


def _missing(each: OneWeek, id_: str, kept_id: str, act: Act) -> Sequence[Join]:
    """The joins that an id lacks in a week."""
    own = each.joins[id_]
    joins = () if own else each.history
    last = (own or joins)[-1:]
    is_member = bool(last) and current_team(own or joins) is not None
    leaves = [Join(None, max(act.now, last[0].at))] if is_member and id_ != kept_id else []
    return [*joins, *leaves]


def _keep_frozen_name(week: Week, plan: Plan) -> None:
    """Let the first be called in a frozen week what the second was, where it knows the second alone."""
    names: Mapping[str, str] = json.loads(week.frozen_names or "{}")
    if plan.other.id in names and plan.kept.id not in names:
        week.frozen_names = json.dumps({**names, plan.kept.id: names[plan.other.id]})
