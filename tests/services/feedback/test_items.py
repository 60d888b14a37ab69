"""Feedback: from a wish in the guestbook to what was done; its author hears, and no change is overwritten."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.domain.feedback import reminder_at
from app.errors import Conflict, Malformed, NotFound, PersonUnknown
from app.models import AuditEntry, FeedbackItem, GuestbookEntry, Notice, QueuedJob
from app.services import guestbook
from app.services.feedback import items, listing, reminders
from app.services.feedback.items import Change
from app.services.weeks import weeks
from tests.builders import ADA, BO, ENDS, SLUG, Game
from tests.services.shifts.test_seats import Plan


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week, with its cast."""
    return Plan(game)


def wish(plan: Plan, email: str = ADA, improve: str = "Shorter handovers") -> GuestbookEntry:
    with plan.game.database.unit_of_work() as session:
        return guestbook.write(
            session, SLUG, plan.person(email).id, "", improve, plan.act_of(email), is_public=True, may_quote=False
        )


def make(plan: Plan, *entries: GuestbookEntry) -> FeedbackItem:
    with plan.game.database.unit_of_work() as session:
        change = Change(title="Shorter handovers", entries=tuple(entry.id for entry in entries))
        return items.make(session, SLUG, change, plan.game.act)


def change(plan: Plan, item: FeedbackItem, **changes: Any) -> FeedbackItem:
    with plan.game.database.unit_of_work() as session:
        return items.change(session, SLUG, item.id, Change(**changes), plan.game.act)


def told(plan: Plan, kind: str) -> list[tuple[str, str]]:
    with plan.game.database.reading() as session:
        query = select(Notice.person_id, Notice.channel).where(Notice.kind == kind)
        return sorted(session.exec(query))


def test_item_of_a_wish_goes_its_way_and_its_author_hears_of_each_step(plan: Plan) -> None:
    item = make(plan, wish(plan))

    planned = change(plan, item, state="planned", owner=BO)
    change(plan, item, state="doing")
    done = change(plan, item, state="done", did="Two people overlap")

    author = plan.person(ADA).id
    assert (planned.due_on, planned.owner_id) == (date.fromordinal(ENDS.toordinal() + 14), plan.person(BO).id)
    assert (done.state, done.did, done.version) == ("done", "Two people overlap", 4)
    assert told(plan, "feedback-step") == [(author, "email")] * 3 + [(author, "page")] * 3
    with plan.game.database.reading() as session:
        noted = session.exec(select(AuditEntry.action).where(AuditEntry.object_kind == "feedback")).all()
    assert sorted(noted) == ["feedback.changed"] * 3 + ["feedback.created"]


@pytest.mark.parametrize(("changes", "field"), [
    ({"state": "planned"}, "owner"), ({"state": "doing", "owner": BO}, "state"), ({"state": "not_now"}, "why"),
    ({"state": "not_now", "entries": ()}, "why"),
])  # fmt: skip
def test_change_that_lacks_something_is_refused_at_its_field(plan: Plan, changes: dict[str, Any], field: str) -> None:
    item = make(plan)

    with pytest.raises(Conflict) as refused:
        change(plan, item, **changes)

    assert refused.value.extra["errors"][0]["field"] == field


def test_item_goes_back_with_a_reason_alone(plan: Plan) -> None:
    item = make(plan)
    change(plan, item, state="not_now", why="Too dear")

    with pytest.raises(Conflict):
        change(plan, item, state="new")
    change(plan, item, state="new", reason="Money came")

    with plan.game.database.reading() as session:
        after = session.exec(select(AuditEntry.after).where(AuditEntry.action == "feedback.changed")).all()
    assert any('"reason": "Money came"' in str(each) for each in after)


def test_change_of_a_version_that_somebody_changed_meanwhile_is_refused(plan: Plan) -> None:
    item = make(plan)
    change(plan, item, title="Shorter", version=1)

    with pytest.raises(Conflict):
        change(plan, item, title="Longer", version=1)


def test_refused_are_strangers_unknown_items_and_entries_of_nothing(plan: Plan) -> None:
    item, praise = make(plan), wish(plan, improve="x")
    with plan.game.database.unit_of_work() as session:
        guestbook.withdraw(session, SLUG, praise.id, plan.act_of(ADA))

    with pytest.raises(PersonUnknown):
        change(plan, item, owner="nobody@example.com")
    with pytest.raises(Malformed):
        change(plan, item, entries=(praise.id,))
    with pytest.raises(NotFound), plan.game.database.unit_of_work() as session:
        items.change(session, SLUG, "0" * 16, Change(title="x"), plan.game.act)


def test_listing_hides_what_is_new_from_all_but_organizers(plan: Plan) -> None:
    made, entry = make(plan), wish(plan)
    change(plan, make(plan, entry), state="planned", owner=BO)

    with plan.game.database.reading() as session:
        week = weeks.find(session, SLUG, plan.game.now)
        view = weeks.view_of(week, "public")
        public = listing.of_week(session, week, None, view)
        organizers = listing.of_week(session, week, plan.game.act.actor, view)
        left = listing.wishes(session, week)

    assert [each.item.state for each in public] == ["planned"]
    assert [each.item.state for each in organizers] == ["new", "planned"]
    assert (public[0].entries, left) == ((entry.id,), [])
    assert organizers[0].item.id == made.id


def test_owner_is_reminded_once_each_time_until_it_is_done(plan: Plan) -> None:
    item = change(plan, make(plan), state="planned", owner=BO)
    due = item.due_on
    assert due is not None
    with plan.game.database.reading() as session:
        [job] = session.exec(select(QueuedJob).where(QueuedJob.kind == reminders.REMIND))

    at = [reminder_at(due, number, plan.game.week().zone) for number in range(3)]
    for number, now in ((0, at[0] - timedelta(seconds=1)), (0, at[0]), (0, at[0]), (1, at[1]), (2, at[1])):
        with plan.game.database.unit_of_work() as session:
            reminders.remind(session, item.id, due, number, now)
    change(plan, item, state="not_now", why="Too dear")
    with plan.game.database.unit_of_work() as session:
        reminders.remind(session, item.id, due, 2, at[2])

    assert job.run_at == datetime.fromisoformat("2022-09-27T16:00:00+00:00")
    assert told(plan, "feedback-due") == [(plan.person(BO).id, each) for each in ("email", "email", "page", "page")]
