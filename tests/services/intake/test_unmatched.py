"""Unmatched: what waits for a name, grouped by author, credited at once or settled."""

import copy
from typing import Any

import pytest
from sqlmodel import Session, select

from app.domain.draft import Key
from app.errors import Conflict, NotFound
from app.models import Delivery, LedgerEntry
from app.services.access import accounts
from app.services.intake import authors, deliveries, processing, unmatched
from app.services.ledger import ledger
from app.services.ledger.ledger import Submission
from app.services.people import newcomers, people
from tests.builders import ADA, BO, NOW, Game, act_by
from tests.cost import calls
from tests.integrations.sources.samples import GITHUB, GURU, JIRA, LINEAR, TRIGGER, Sample
from tests.services.intake.inbox import Inbox


def changed(sample: Sample, **changes: Any) -> dict[str, Any]:
    """A sample's body with other values at some paths: dots as two underscores."""
    body: dict[str, Any] = copy.deepcopy(sample.body)
    for path, value in changes.items():
        *parents, last = path.split("__")
        inner = body
        for name in parents:
            inner = inner[name]
        inner[last] = value
    return body


@pytest.fixture
def inbox(game: Game) -> Inbox:
    """GitHub, twice, with three issues of somebody whom nobody knows."""
    inbox = Inbox(game.database)
    inbox.connect("github")
    inbox.connect("github", name="github-2")
    for number, name in enumerate(("github", "github", "github-2")):
        inbox.take(name, GITHUB, changed(GITHUB, issue__id=number), x_github_delivery=f"d-{number}")
    return inbox


def test_look_groups_what_waits_by_author_with_kinds_times_and_a_guess(inbox: Inbox) -> None:
    inbox.connect("jira")
    inbox.take("jira", JIRA, changed(JIRA, user__displayName="Bo Nguyen"))
    inbox.take("jira", JIRA, changed(JIRA, user=None, issue__id="9"), x_atlassian_webhook_identifier="w-9")

    with inbox.database.reading() as session:
        groups, *numbers = unmatched.look(session)
        assert unmatched.count(session) == sum(numbers[-2:])

    assert numbers == [3, 2, 4, 1], "authors and nobody, names, reports of theirs, reports of nobody's"
    told = [(group.source, group.author, group.number, group.kinds, group.guess and group.guess[1]) for group in groups]
    assert sorted(told, key=str) == sorted(
        [
            ("github", "7", 3, {"issue": 3}, "login like their email"),
            ("jira", "a-1", 1, {"issue": 1}, "same name"),
            ("jira", None, 1, {"issue": 1}, None),
        ],
        key=str,
    )
    assert groups[0].first == groups[0].last


def test_look_finds_authors_by_name_and_connection_and_goes_on_after_the_first(inbox: Inbox) -> None:
    inbox.connect("jira")
    inbox.take("jira", JIRA, changed(JIRA, user__displayName="Bo O’Nguyen"))

    with inbox.database.reading() as session:
        found = [
            {group.author for group in unmatched.look(session, **sought).groups}
            for sought in (
                {"text": "o'nguy"},
                {"text": "%"},
                {"connection": "github"},
                {"connection": "x"},
                {"skip": 1},
            )
        ]
        of = unmatched.look(session, skip=1).of

    assert (found, of) == ([{"a-1"}, set(), {"7"}, set(), {"a-1"}], 2)


def test_credit_records_all_that_waits_at_its_time_and_remembers_the_author(inbox: Inbox) -> None:
    with inbox.database.unit_of_work() as session:
        waiting = unmatched.look(session).groups[0].id
        credited = unmatched.credit(session, waiting, ADA, act_by("Olu", inbox.now))
        assert (credited.person.name, *credited[1:]) == ("Ada Lovelace", 3, {"recorded": 3}, 0)

    with inbox.database.reading() as session:
        times = {entry.occurred_at.hour for entry in session.exec(select(LedgerEntry))}
        [identity] = authors.of_person(session, session.exec(select(LedgerEntry.person_id)).first() or "")
        assert (times, identity.source, identity.external_id) == ({8}, "github", "7")
    later = inbox.take("github", GITHUB, changed(GITHUB, issue__id=9), x_github_delivery="d-9")
    assert inbox.state(later) == "recorded"


def test_look_counts_what_came_twice_once_by_kind(inbox: Inbox) -> None:
    inbox.take("github-2", GITHUB, changed(GITHUB, issue__id=0), x_github_delivery="d-0")

    with inbox.database.unit_of_work() as session:
        [group] = unmatched.look(session).groups
        credited = unmatched.credit(session, group.id, ADA, act_by("Olu", inbox.now))

    assert (group.number, group.kinds) == (4, {"issue": 3})
    assert credited.states == {"recorded": 3, "repeated": 1}


def test_credit_leaves_what_is_too_much_at_once_to_the_job(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unmatched, "AT_ONCE", 2)

    with inbox.database.unit_of_work() as session:
        credited = unmatched.credit(session, unmatched.look(session).groups[0].id, ADA, act_by("Olu", inbox.now))
    inbox.process()

    assert (credited.activities, credited.following) == (2, 1)
    with inbox.database.reading() as session:
        assert len(session.exec(select(LedgerEntry)).all()) == 3


def test_credit_leaves_one_that_fails_with_its_reason_and_credits_the_others(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = ledger.record

    def fail_one(session: Session, slug: str, some: list[Submission], **options: Any) -> Any:
        recorded = record(session, slug, some, **options)
        if some[0].reading.key == Key("github", "issue", "12/1"):
            raise ZeroDivisionError("after it was recorded")
        return recorded

    monkeypatch.setattr(ledger, "record", fail_one)
    with inbox.database.unit_of_work() as session:
        credited = unmatched.credit(session, unmatched.look(session).groups[0].id, ADA, act_by("Olu", inbox.now))

    assert (credited.activities, credited.states) == (2, {"recorded": 2, "quarantined": 1})
    with inbox.database.reading() as session:
        [failed] = session.exec(select(Delivery).where(Delivery.state == "quarantined")).all()
        assert (failed.reason, failed.author, failed.body) == (processing.FAILED, "7", None)
        assert {entry.external_id for entry in session.exec(select(LedgerEntry))} == {"12/0", "12/2"}
    monkeypatch.undo()
    with inbox.database.unit_of_work() as session:
        deliveries.replay(session, failed.id, act_by("Olu", inbox.now))
    inbox.process()
    assert inbox.state(failed.id) == "recorded"


def test_credit_of_a_long_batch_leaves_the_rest_to_the_job(game: Game, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "REPORTS_AT_ONCE", 2)
    inbox = Inbox(game.database)
    inbox.connect("guru")
    cards = [changed(GURU, user="x@example.org", properties__cardId=f"card-{number}") for number in range(5)]
    waiting = inbox.take("guru", GURU, cards)

    with inbox.database.unit_of_work() as session:
        credited = unmatched.credit(session, waiting, ADA, act_by("Olu", inbox.now))
    inbox.process()

    assert (credited.activities, credited.states, credited.following) == (2, {}, 1)
    with inbox.database.reading() as session:
        assert (inbox.state(waiting), len(session.exec(select(LedgerEntry)).all())) == ("recorded", 5)


def test_credit_is_refused_where_nothing_waits_any_more(inbox: Inbox) -> None:
    with inbox.database.unit_of_work() as session:
        waiting = unmatched.look(session).groups[0].id
        unmatched.credit(session, waiting, ADA, act_by("Olu", inbox.now))

    with inbox.database.unit_of_work() as session:
        with pytest.raises(Conflict):
            unmatched.credit(session, waiting, BO, act_by("Olu", inbox.now))
        with pytest.raises(NotFound):
            unmatched.credit(session, "0" * 16, BO, act_by("Olu", inbox.now))


def test_name_bot_settles_what_waits_on_every_connection_of_the_source(inbox: Inbox) -> None:
    with inbox.database.unit_of_work() as session:
        number = unmatched.name_bot(session, unmatched.look(session).groups[0].id, act_by("Olu", inbox.now))
    inbox.process()

    assert number == 3
    with inbox.database.reading() as session:
        assert unmatched.count(session) == 0


def test_set_aside_ignores_what_has_no_author_and_nothing_else(inbox: Inbox) -> None:
    inbox.connect("jira")
    nobody = inbox.take("jira", JIRA, changed(JIRA, user=None))

    with inbox.database.unit_of_work() as session:
        assert unmatched.set_aside(session, nobody, act_by("Olu")) == 1
        with pytest.raises(Conflict):
            unmatched.set_aside(session, unmatched.look(session).groups[0].id, act_by("Olu"))

    assert (inbox.state(nobody), inbox.find(nobody).reason) == ("ignored", unmatched.SET_ASIDE)


def test_an_author_known_by_an_email_alone_is_remembered_by_it(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("zendesk")
    waiting = inbox.take("zendesk", TRIGGER, changed(TRIGGER, author_email="Ada@Home.example"))

    with game.database.unit_of_work() as session:
        unmatched.credit(session, waiting, ADA, act_by("Olu", inbox.now))
    later = inbox.take(
        "zendesk",
        TRIGGER,
        changed(TRIGGER, author_email="ADA@home.example", comment_id="9"),
        x_zendesk_webhook_invocation_id="inv-9",
    )

    assert (inbox.find(waiting).author, inbox.state(later)) == ("ada@home.example", "recorded")


def test_a_batch_waits_for_each_of_its_authors_in_turn(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("guru")
    batch = [
        {**changed(GURU, properties__cardId=f"card-{email}"), "user": email}
        for email in (ADA, "x@example.org", "y@example.org")
    ]
    delivery = inbox.take("guru", GURU, batch)

    seen = []
    for email in (BO, ADA):
        seen.append(inbox.find(delivery).author)
        with game.database.unit_of_work() as session:
            unmatched.credit(session, delivery, email, act_by("Olu", inbox.now))

    assert (seen, inbox.state(delivery)) == (["x@example.org", "y@example.org"], "recorded")
    with game.database.reading() as session:
        assert len(session.exec(select(LedgerEntry)).all()) == 3


@pytest.mark.parametrize("add", ["by hand", "one of a list", "a whole list"])
def test_what_waits_for_an_email_is_looked_at_again_once_somebody_has_it(game: Game, add: str) -> None:
    inbox = Inbox(game.database)
    inbox.connect("linear")
    waiting = inbox.take("linear", LINEAR, changed(LINEAR, actor__email="New@example.com"))
    assert inbox.state(waiting) == "unmatched"

    with game.database.unit_of_work() as session:
        match add:
            case "by hand":
                accounts.create(session, act_by("Olu"), name="New Person", email="new@example.com")
            case "one of a list":
                people.find_or_create(session, "new@example.com", "New Person", inbox.now)
            case _:
                names = {"new@example.com": "New Person", "o@example.com": "Other"}
                people.make(session, people.look_up(session, names), names, inbox.now)
    inbox.process()

    assert inbox.state(waiting) == "recorded"


@pytest.mark.parametrize("number", [1, newcomers.FEW + 1], ids=["few", "many"])
def test_newcomers_find_what_waits_for_their_own_emails(game: Game, number: int) -> None:
    inbox = Inbox(game.database)
    inbox.connect("guru")
    emails = ["new_1@example.com", "newx1@example.com", "a.new_1@example.com"]
    waiting = [
        inbox.take("guru", GURU, {**changed(GURU, id=email, properties__cardId=f"card-{email}"), "user": email})
        for email in emails
    ]

    with game.database.unit_of_work() as session:
        people.find_or_create(session, emails[0], "New", NOW)
        for each in range(1, number):
            people.find_or_create(session, f"other-{each}@example.com", "Other", NOW)
    inbox.process()

    assert [inbox.state(each) for each in waiting] == ["recorded", "unmatched", "unmatched"]


def test_a_newcomer_costs_the_same_however_much_waits_for_others(game: Game) -> None:
    inbox = Inbox(game.database)
    inbox.connect("guru")

    def add(email: str) -> None:
        with game.database.unit_of_work() as session:
            people.find_or_create(session, email, "New", NOW)

    add("warm@example.com")
    few = calls(lambda: add("first@example.com"))
    for number in range(30):
        body = {**changed(GURU, id=str(number), properties__cardId=f"card-{number}"), "user": f"x{number}@example.org"}
        inbox.take("guru", GURU, body)

    assert calls(lambda: add("second@example.com")) < few * 1.1
