"""Knowledge cards: from the ledger to verified, due and retired; owners hear of it, and a freeze hides newer ones."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from app.domain import actor as actors
from app.domain.actor import Act
from app.errors import Conflict, Malformed, NotAllowed, NotFound, PersonUnknown
from app.models import AuditEntry, Notice
from app.services.cards import aging, cards, listing
from app.services.cards.cards import Edit
from app.services.cards.listing import Card
from tests.builders import ADA, BO, DUA, Game
from tests.services.shifts.test_seats import Plan


@pytest.fixture
def plan(game: Game) -> Plan:
    """The standard week, with its cast."""
    return Plan(game)


def card(plan: Plan, person: str = ADA, **fields: str) -> str:
    """A card as a tool records it; its id."""
    return plan.game.take(kind="knowledge_card", person=person, source="guru", **fields).entry.id


def seen(plan: Plan, card_id: str, act: Act | None = None) -> Card | None:
    with plan.game.database.reading() as session:
        return listing.find(session, card_id, (act or plan.organizer).actor)


def edit(plan: Plan, card_id: str, act: Act, *, title: str, version: int | None = None) -> Card:
    with plan.game.database.unit_of_work() as session:
        return cards.edit(session, card_id, Edit(title=title, version=version), act)


def verify(plan: Plan, card_id: str, email: str = BO, days: int = 0) -> Card:
    act = plan.act_of(email)
    with plan.game.database.unit_of_work() as session:
        return cards.verify(session, card_id, act.actor.person_id, act.at(act.now + timedelta(days=days)))


def look(plan: Plan, days: int) -> int:
    with plan.game.database.unit_of_work() as session:
        return aging.look(session, plan.organizer.at(plan.now + timedelta(days=days)))


def told(plan: Plan, kind: str) -> list[str]:
    """Whom somebody told of it on their page, once each time."""
    with plan.game.database.reading() as session:
        query = select(Notice.person_id).where(Notice.kind == kind, Notice.channel == "page")
        return sorted(session.exec(query))


def test_card_of_the_ledger_is_a_draft_of_its_author(plan: Plan) -> None:
    card_id = card(plan, url="https://cards.example.com/1")
    plan.game.take(kind="issue")

    with plan.game.database.reading() as session:
        found = listing.page(session, plan.organizer.actor, cursor=None, limit=5).items
        counts = listing.counts(session, plan.organizer.actor)

    assert [(each.id, each.state, each.owner.email, each.title, each.url) for each in found] == [
        (card_id, "draft", ADA, "", "https://cards.example.com/1")
    ]
    assert counts == {"draft": 1}


def test_card_lives_from_draft_to_retired_and_each_step_is_kept(plan: Plan) -> None:
    card_id = card(plan)
    edit(plan, card_id, plan.act_of(ADA), title="Reset a password")

    verified = verify(plan, card_id)
    due = (look(plan, 89), look(plan, 91), look(plan, 91))
    with plan.game.database.unit_of_work() as session:
        retired = cards.retire(session, card_id, plan.act_of(ADA))
        history = [change.action for change in listing.histories(session, [retired])[card_id]]

    assert (verified.state, verified.due_on) == ("verified", date(2022, 12, 13))
    assert (due, retired.state, retired.due_on) == ((0, 1, 0), "retired", None)
    assert history == ["retired", "due", "verified", "edited"]
    with plan.game.database.reading() as session:
        noted = session.exec(select(AuditEntry.action).where(AuditEntry.object_kind == "card")).all()
    assert sorted(noted) == ["card.due", "card.edited", "card.retired", "card.verified"]
    assert told(plan, "card-changed") == [plan.person(ADA).id]


def test_owner_is_told_once_7_days_before_and_once_when_it_is_due(plan: Plan) -> None:
    card_id = card(plan)
    verify(plan, card_id)

    counts = []
    for day in (82, 84, 85, 91, 92):
        look(plan, day)
        counts.append(len(told(plan, "card-due")))

    assert counts == [0, 1, 1, 2, 2]


def test_card_is_verified_again_once_it_is_due(plan: Plan) -> None:
    card_id = card(plan)
    verify(plan, card_id)

    with pytest.raises(Conflict, match="verified already"):
        verify(plan, card_id, DUA, days=30)
    look(plan, 91)
    again = verify(plan, card_id, DUA, days=91)

    assert (again.state, again.due_on) == ("verified", date(2023, 3, 14))


def test_nobody_verifies_their_own_card_nor_one_they_wrote_last(plan: Plan) -> None:
    card_id = card(plan)
    edit(plan, card_id, plan.act_of(BO), title="Reset a password")

    for email in (ADA, BO):
        with pytest.raises(Conflict):
            verify(plan, card_id, email)

    assert verify(plan, card_id, DUA).state == "verified"


def test_edit_by_another_makes_a_draft_and_its_owner_hears(plan: Plan) -> None:
    card_id = card(plan)
    verify(plan, card_id)

    own = edit(plan, card_id, plan.act_of(ADA), title="Reset a password")
    others = edit(plan, card_id, plan.act_of(DUA), title="Resetting passwords")

    assert (own.state, others.state, others.due_on) == ("verified", "draft", None)
    assert told(plan, "card-changed") == [plan.person(ADA).id] * 2


def test_only_organizers_hand_a_card_on_and_its_new_owner_hears(plan: Plan) -> None:
    card_id = card(plan)

    with plan.game.database.unit_of_work() as session:
        with pytest.raises(NotAllowed):
            cards.hand_on(session, card_id, BO, plan.act_of(ADA))
        with pytest.raises(PersonUnknown):
            cards.hand_on(session, card_id, "nobody@example.com", plan.organizer)
        handed = cards.hand_on(session, card_id, BO, plan.organizer)

    assert handed.owner.email == BO
    assert told(plan, "card-changed") == [plan.person(BO).id]
    with pytest.raises(Conflict):
        verify(plan, card_id, BO)


def test_refused_are_strangers_other_names_and_what_somebody_changed_meanwhile(plan: Plan) -> None:
    card_id, issue = card(plan), plan.game.take(kind="issue").entry.id
    edit(plan, card_id, plan.act_of(ADA), title="One", version=0)

    with pytest.raises(Conflict, match="meanwhile"):
        edit(plan, card_id, plan.act_of(BO), title="Two", version=0)
    with pytest.raises(Malformed):
        edit(plan, card_id, plan.act_of(BO), title="")
    with pytest.raises(NotFound):
        edit(plan, issue, plan.act_of(BO), title="Two")
    with plan.game.database.unit_of_work() as session, pytest.raises(NotAllowed):
        cards.verify(session, card_id, plan.person(DUA).id, plan.act_of(BO))
    with plan.game.database.unit_of_work() as session, pytest.raises(NotAllowed):
        cards.retire(session, card_id, plan.act_of(BO))
    with plan.game.database.unit_of_work() as session, pytest.raises(Conflict, match="due"):
        cards.retire(session, card_id, plan.act_of(ADA))


def test_reversed_card_is_gone_and_comes_back_as_it_was(plan: Plan) -> None:
    entry = plan.game.take(kind="knowledge_card", source="guru").entry
    verify(plan, entry.id)

    plan.game.reverse(entry)
    gone = seen(plan, entry.id)
    old = look(plan, 91)
    plan.game.reinstate(entry)
    back = seen(plan, entry.id)

    assert (gone, old, told(plan, "card-due")) == (None, 0, [])
    assert back is not None
    assert back.state == "verified"


def test_freeze_hides_newer_cards_and_reversals_from_players(plan: Plan) -> None:
    before = plan.game.take(kind="knowledge_card", source="guru").entry
    plan.game.freeze()
    after = card(plan)
    plan.game.reverse(before)
    player = Act(actors.person("Ada", plan.person(ADA).id, "player"), plan.now)

    as_player = [seen(plan, each, player) is not None for each in (before.id, after)]
    as_organizer = [seen(plan, each) is not None for each in (before.id, after)]

    assert (as_player, as_organizer) == ([True, False], [False, True])
