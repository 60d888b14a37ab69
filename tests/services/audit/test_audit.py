"""The audit: it grows, it can be narrowed, it holds no secrets, and every deed has its note."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.db.database import Database
from app.domain import actor
from app.domain.actor import Act, SignedInActor
from app.errors import Malformed
from app.models import AuditEntry
from app.services import memberships
from app.services.access import accounts, credentials, links, sign_ins, tokens
from app.services.audit import audit
from app.services.audit.audit import AuditTarget, Filter
from app.services.displays import displays
from app.services.exports import audit_export
from app.services.organizing import join_codes
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, NOW, OWLS, RULES, Game, act_by

ROOM = AuditTarget("room", "r1", "The room")


def note(
    session: Session, action: str, *, minutes: int = 0, audit_target: AuditTarget = ROOM, **details: object
) -> None:
    audit.note(session, action, audit_target, act_by("Olu", NOW + timedelta(minutes=minutes)), after=details or None)


def actions(database: Database, wanted: Filter = Filter()) -> list[str]:  # noqa: B008 (frozen)
    with database.reading() as session:
        return [entry.action for entry in audit.page(session, wanted, cursor=None, limit=1_000).items]


def entries(database: Database) -> list[AuditEntry]:
    with database.reading() as session:
        return list(session.exec(select(AuditEntry).order_by(col(AuditEntry.id))))


@pytest.mark.parametrize("scene", ["bare"])
def test_note_keeps_who_did_what_when_from_where_to_what(database: Database) -> None:
    with database.unit_of_work() as session:
        person = accounts.create(session, act_by("Olu", NOW), name="Ada", email=ADA)
    with database.unit_of_work() as session:
        act = Act(actor.person("Ada", person.id, "player"), NOW, "192.0.2.7")
        audit.note(session, "room.painted", ROOM, act, before={"colour": "red"}, after={"colour": "blue"})

    entry = entries(database)[-1]

    assert (entry.by, entry.person_id, entry.address, entry.at) == ("Ada", person.id, "192.0.2.7", NOW)
    assert (entry.action, entry.object_kind, entry.object_id, entry.object_name) == ("room.painted", *ROOM)
    assert (json.loads(entry.before or ""), json.loads(entry.after or "")) == ({"colour": "red"}, {"colour": "blue"})


@pytest.mark.parametrize("scene", ["bare"])
def test_note_in_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def paint_and_fail() -> None:
        with database.unit_of_work() as session:
            note(session, "room.painted")
            raise Malformed("No.")

    with pytest.raises(Malformed):
        paint_and_fail()

    assert entries(database) == []


@pytest.mark.parametrize("scene", ["bare"])
def test_note_cuts_endless_texts(database: Database) -> None:
    endless = {"colour": "x" * 100_000}

    with database.unit_of_work() as session:
        audit.note(session, "room.painted", ROOM, act_by("Olu", NOW), before=endless, after=endless)

    [entry] = entries(database)
    assert [len(text or "") < 2_100 for text in (entry.before, entry.after)] == [True, True]


@pytest.mark.parametrize("scene", ["bare"])
def test_page_has_the_newest_first_and_follows_the_one_before(database: Database) -> None:
    with database.unit_of_work() as session:
        for number in range(7):
            note(session, f"room.n{number}")

    seen, cursor = [], None
    with database.reading() as session:
        while True:
            found = audit.page(session, Filter(), cursor=cursor, limit=3)
            seen.append([entry.action for entry in found.items])
            if (cursor := found.next_cursor) is None:
                break

    assert seen == [["room.n6", "room.n5", "room.n4"], ["room.n3", "room.n2", "room.n1"], ["room.n0"]]


@pytest.mark.parametrize("cursor", ["x", "é", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk"])
def test_page_of_a_strange_cursor_is_refused(database: Database, cursor: str) -> None:
    with database.reading() as session, pytest.raises(Malformed):
        audit.page(session, Filter(), cursor=cursor, limit=3)


@pytest.mark.parametrize("scene", ["bare"])
def test_page_narrows_by_each_filter_and_by_all_together(database: Database) -> None:
    with database.unit_of_work() as session:
        note(session, "room.painted", minutes=0)
        note(session, "room.locked", minutes=1)
        note(session, "door.locked", minutes=2, audit_target=AuditTarget("door", "d1", "The door"))
        note(session, "door.painted", minutes=3, audit_target=AuditTarget("door", "d2", "Another"))

    found = {
        "action": actions(database, Filter(action="room.locked")),
        "kind": actions(database, Filter(object_kind="door")),
        "object": actions(database, Filter(object_kind="door", object_id="d2")),
        "since": actions(database, Filter(since=NOW + timedelta(minutes=2))),
        "until": actions(database, Filter(until=NOW + timedelta(minutes=1))),
        "between": actions(database, Filter(since=NOW + timedelta(minutes=1), until=NOW + timedelta(minutes=3))),
        "nothing": actions(database, Filter(action="room.locked", object_kind="door")),
    }

    assert found == {
        "action": ["room.locked"],
        "kind": ["door.painted", "door.locked"],
        "object": ["door.painted"],
        "since": ["door.painted", "door.locked"],
        "until": ["room.painted"],
        "between": ["door.locked", "room.locked"],
        "nothing": [],
    }
    with database.reading() as session:
        assert audit.actions(session) == ["door.locked", "door.painted", "room.locked", "room.painted"]
        assert audit.kinds(session) == ["door", "room"]


@pytest.mark.parametrize("scene", ["bare"])
def test_page_of_a_person_has_what_they_did_and_what_was_done_to_them(database: Database) -> None:
    with database.unit_of_work() as session:
        ada = accounts.create(session, act_by("Olu", NOW), name="Ada", email=ADA)
        bo = accounts.create(session, act_by("Olu", NOW), name="Bo", email="bo@example.com")
        note(session, "room.named", audit_target=AuditTarget("room", ada.id, "A room that has Ada's id"))
    with database.unit_of_work() as session:
        act = Act(actor.person("Ada", ada.id, "player"), NOW)
        audit.note(session, "room.painted", ROOM, act)

    assert actions(database, Filter(person_id=ada.id)) == ["room.painted", "person.created"]
    assert actions(database, Filter(person_id=bo.id)) == ["person.created"]


def test_note_of_everything_that_has_a_secret_holds_none(game: Game) -> None:
    made: list[str] = []
    with game.database.unit_of_work() as session:
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        week = weeks.find(session, game.slug, NOW)
        owls = teams.find(session, week, game.team_id(OWLS))
        made.append(tokens.create(session, act_by("Olu", NOW), name="Bridge", scopes=["read"], days=1))
        made.append(links.make(session, ada, "invitation", act_by("Olu", NOW)))
        made.append(links.make(session, ada, "email", act_by("Olu", NOW)))
        made.append(str(links.make_first(session, act_by("serve", NOW))))
        made.append(join_codes.renew(session, owls, act_by("Olu", NOW)))
        made.append(sign_ins.start(session, ada, "email", act_by("", NOW, client=""), agent="", replaces=None))
        screen = credentials.make(credentials.SCREEN)
        code = displays.code_of("key", screen)
        made += [screen, code]
        display = displays.pair(session, code, "Lobby", act_by("Olu", NOW))
        displays.claim(session, code, screen, NOW)
        member = sign_ins.check(session, made[5], NOW).actor
        assert isinstance(member, SignedInActor)
        made.append(member.csrf)
        displays.revoke(session, display.id, act_by("Olu", NOW))
        tokens.revoke(session, "Bridge", act_by("Olu", NOW))
        sign_ins.end_all(session, ada.id, act_by("Olu", NOW))
        links.revoke(session, ada, act_by("Olu", NOW))
        join_codes.withdraw(session, owls, act_by("Olu", NOW))

    told = "\n".join(str(entry.model_dump()) for entry in entries(game.database))

    assert len(entries(game.database)) > 10
    assert [secret for secret in made if secret in told or credentials.digest(secret) in told] == []


def test_note_follows_every_change_of_ledger_and_rules(game: Game) -> None:
    entry = game.take().entry
    game.reverse(entry)
    game.reinstate(entry)
    game.adjust(OWLS, 3)
    game.activate(RULES + "\n")
    game.freeze()
    game.reveal()
    game.close()
    game.open()

    assert actions(game.database)[:8] == [
        "week.reopened", "week.closed", "week.revealed", "week.frozen", "rules.activated", "team.adjusted",
        "activity.reinstated", "activity.reversed",
    ]  # fmt: skip


def test_move_is_noted_with_both_teams(game: Game) -> None:
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, game.slug, NOW)
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        memberships.assign(session, week, ada, None, act_by("Olu", NOW))

    entry = entries(game.database)[-1]

    assert json.loads(entry.before or "") == {"week": game.slug, "team": OWLS}
    assert json.loads(entry.after or "") == {"week": game.slug, "team": None}


def test_move_after_another_is_noted_with_the_team_before_it(game: Game) -> None:
    game.team("Foxes", ADA)
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, game.slug, NOW)
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        hens = teams.find_or_create(session, week, "Hens", NOW)
        memberships.assign(session, week, ada, hens, act_by("Olu", NOW))

    entry = entries(game.database)[-1]

    assert json.loads(entry.before or "") == {"week": game.slug, "team": "Foxes"}
    assert json.loads(entry.after or "") == {"week": game.slug, "team": "Hens"}


@pytest.mark.parametrize("scene", ["bare"])
def test_lines_of_the_export_hold_every_row_and_no_formula(database: Database) -> None:
    with database.unit_of_work() as session:
        for number in range(8):
            audit.note(session, "room.painted", AuditTarget("room", str(number), "=1+1"), act_by("@Olu", NOW))

    first = audit_export.first(database, Filter(), per_page=3)
    text = "".join(audit_export.lines(database, Filter(), first, per_page=3))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))

    assert [row["object_id"] for row in rows] == ["7", "6", "5", "4", "3", "2", "1", "0"]
    assert {(row["object_name"], row["by"], row["at"], row["before"]) for row in rows} == {
        ("'=1+1", "'@Olu", "2022-09-14T20:00:00.000000Z", "")
    }
    assert [int(row["id"]) for row in rows] == sorted((int(row["id"]) for row in rows), reverse=True)
