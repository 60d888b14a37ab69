"""People lists: who there is, into no team, with function and office, and one step back."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import inspect
from sqlmodel import col, select

from app.db.database import Database
from app.domain.actor import Role
from app.models import AuditEntry, Person
from app.services.imports import doors, history, people_import, previews, undoing
from app.services.imports.bad_lines import BadLines
from app.services.imports.lists import ListRefused
from app.services.imports.people_import import Entry, Outcome
from app.services.people import people
from tests.builders import ADA, BO, GUS, Game, act_by
from tests.cost import statements_to

HEAD = "email,name,function,office"


def apply(game: Game, *rows: str, head: str = HEAD) -> Outcome:
    found = people_import.read("\n".join((head, *rows)))
    with game.database.unit_of_work() as session:
        return people_import.apply(session, found, game.act)


def known(database: Database, *emails: str) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        found = people.by_email(session, emails)
        return [(each.name, each.function or "", each.office or "") for email in emails if (each := found.get(email))]


def test_people_are_added_and_known_ones_get_what_the_list_says(game: Game) -> None:
    outcome = apply(game, f"{ADA},Ada Lovelace,Sales,Berlin", "new@example.com,New,,")
    again = apply(game, f"{ADA},Ada Lovelace,Sales,Berlin", "new@example.com,New,,")
    partly = apply(game, f"{ADA},Ada Lovelace,Lisbon", head="email,name,office")

    assert (outcome, again, partly) == (Outcome(2, 1, 1), Outcome(2, 0, 0), Outcome(1, 0, 1))
    assert known(game.database, ADA, "new@example.com") == [("Ada Lovelace", "Sales", "Lisbon"), ("New", "", "")]
    with game.database.reading() as session:
        notes = session.exec(select(AuditEntry.after).where(col(AuditEntry.action) == "people.imported")).all()
        assert len(notes) == len(history.recent(session, None)) == 2


def test_every_mistake_is_told_with_its_line_and_nothing_is_changed(game: Game) -> None:
    bad = ("no,Ada,,", f"{ADA},ada@example.com,,", "x@example.com,X,,", "X@example.com,X,,", f"{BO},Bo,{'y' * 61},")

    with pytest.raises(ListRefused) as refused:
        apply(game, *bad)

    assert [error["line"] for error in refused.value.extra["errors"]] == [2, 3, 5, 6]
    assert known(game.database, "x@example.com") == []


def test_preview_says_what_each_row_would_do(game: Game) -> None:
    apply(game, f"{BO},Bo,Legal,", f"{GUS},Gus,Legal,Berlin")
    rows = (f"{ADA},Ada King,Sales,", "new@example.com,New,,Porto", f"{BO},Bo,Legal,", f"{GUS},Gus,,Lisbon")

    with game.database.reading() as session:
        found = previews.preview(session, "people", "", "\n".join((HEAD, *rows)), None, game.act)

    assert [(row.effect, row.change) for row in found.rows] == [
        ("changed", "renamed from Ada Lovelace; function Sales"),
        ("new", "Porto"),
        ("unchanged", ""),
        ("changed", "function none, was Legal; office Lisbon, was Berlin"),
    ]


def test_names_from_right_to_left_turn_no_sentence_of_a_preview_around(game: Game) -> None:
    rows = ["team,name,email", f"فريق,كريم,{BO}"]

    with game.database.reading() as session:
        found = previews.preview(session, "teams", game.slug, "\n".join(rows), None, game.act)

    assert found.rows == [
        (2, "moved", f"\u2068كريم\u2069, {BO}", "from Owls to \u2068فريق\u2069, renamed from Bo Nguyen")
    ]
    assert found.notes == ["New teams: \u2068فريق\u2069."]


def test_undoing_puts_back_what_nobody_changed_since(game: Game) -> None:
    [before] = known(game.database, ADA)
    apply(game, f"{ADA},Ada Renamed,Sales,Berlin", f"{BO},Bo,Legal,", "new@example.com,New,,")
    with game.database.reading() as session:
        [first] = history.recent(session, None)
    apply(game, f"{BO},Bo,Finance,")

    with game.database.unit_of_work() as session:
        undone = undoing.undo(session, first.id, game.act)

    assert known(game.database, ADA, BO, "new@example.com") == [before, ("Bo Nguyen", "Finance", "")]
    assert undone.counts["of its people removed"] == 1
    assert undone.stayed == ["Bo Nguyen has another function or office since, and keeps it."]
    with game.database.reading() as session:
        removed = session.exec(select(Person).where(col(Person.removed_at).is_not(None))).all()
    assert [each.name for each in removed] == ["New"]


def test_what_a_later_list_says_again_stays_until_that_is_undone(game: Game) -> None:
    apply(game, f"{ADA},Ada Renamed,Sales,Berlin", f"{BO},Bo Renamed,Legal,", "new@example.com,New,,")
    again = f"{ADA},Ada Renamed,Sales,Berlin", "new@example.com,New,,", "pia@example.com,Pia,,"
    apply(game.at(game.now + timedelta(minutes=1)), *again)
    with game.database.reading() as session:
        first = history.recent(session, None)[-1]

    with game.database.unit_of_work() as session:
        undone = undoing.undo(session, first.id, game.act)

    assert known(game.database, ADA, BO) == [("Ada Renamed", "Sales", "Berlin"), ("Bo Nguyen", "", "")]
    assert undone.stayed == [
        "Ada Renamed is on a later list, and keeps that name.",
        "Ada Renamed is on a later list, and keeps function and office.",
        "New stays: they have been named on a later list.",
    ]


@pytest.mark.parametrize(
    "head",
    [
        "E-Mail-Adresse;Vorname;Nachname;Abteilung;Standort", "Adresse e-mail;Prénom;Nom;Département;Bureau",
        "Email Address [Required];First Name [Required];Last Name [Required];Department;Location",
    ],
)  # fmt: skip
def test_lists_of_other_programs_are_read_as_they_come(head: str) -> None:
    [entry] = people_import.read(f"{head}\nzoe@example.com;Zoë;Müller;Legal;Berlin\n").entries

    assert entry == Entry(2, "zoe@example.com", "Zoë Müller", "Legal", "Berlin")


@pytest.mark.parametrize(("role", "is_renamed"), [("organizer", False), ("owner", True)])
def test_owner_is_renamed_by_owners_alone(game: Game, role: Role, is_renamed: bool) -> None:
    with game.database.unit_of_work() as session:
        people.by_email(session, [ADA])[ADA].role = "owner"
    rows = "\n".join((HEAD, f"{BO},Bo Renamed,,", f"{ADA},Ada Renamed,,"))
    with pytest.raises(ListRefused) as both:
        doors.run(game.database, "people", "", f"{rows}\nno,No,,", None, act_by("Olu", game.now, "organizer"))
    assert [error["line"] for error in both.value.extra["errors"]] == [3, 4]
    act = act_by("Olu", game.now, role)

    with game.database.reading() as session:
        bad = previews.preview(session, "people", "", rows, None, act).bad
        teams = previews.preview(session, "teams", game.slug, f"team,name,email\nOwls,Ada King,{ADA}\n", None, act).bad
    if is_renamed:
        with game.database.unit_of_work() as session:
            people_import.apply(session, people_import.read(rows), act)
    else:
        with game.database.unit_of_work() as session, pytest.raises(ListRefused) as refused:
            people_import.apply(session, people_import.read(rows), act)
        assert refused.value.extra["errors"] == bad.document["errors"]

    assert (bad.lines, teams.lines) == ((set(), set()) if is_renamed else ({3}, {2}))
    assert known(game.database, ADA)[0][0] == ("Ada Renamed" if is_renamed else "Ada Lovelace")


def test_undoing_leaves_an_owner_the_name_that_an_owners_list_gave(game: Game) -> None:
    with game.database.unit_of_work() as session:
        people.by_email(session, [ADA])[ADA].role = "owner"
    apply(game, f"{ADA},Ada Renamed,,")

    with game.database.unit_of_work() as session:
        [found] = history.recent(session, None)
        undone = undoing.undo(session, found.id, act_by("Olu", game.now, "organizer"))

    assert known(game.database, ADA)[0][0] == "Ada Renamed"
    assert undone.stayed == ["Ada Renamed keeps that name: only owners rename owners."]


def test_history_leaves_aside_what_each_list_made(game: Game) -> None:
    apply(game, "new@example.com,New,,")

    with game.database.reading() as session:
        [found] = history.recent(session, None)

        assert inspect(found).unloaded == {"made"}


def test_plan_of_a_long_list_takes_time_in_proportion(game: Game) -> None:
    entries = [Entry(each, f"p{each}@example.com", "P", "Sales", None) for each in range(8_000)]
    apply(game, *(f"{entry.email},{entry.name},Legal," for entry in entries))

    with game.database.reading() as session:
        planned = people_import.plan(session, entries, game.act.actor, BadLines())
    began = time.thread_time()
    places = planned.made["places"]

    assert (len(places), time.thread_time() - began < 0.5) == (8_000, True)


def test_many_lines_take_as_many_looks_as_few(game: Game) -> None:
    rows = [f"p{number}@example.com,P{number},Sales,{number}" for number in range(330)]
    apply(game, "warm@example.com,Warm,,")

    with statements_to(game.database) as few:
        apply(game, *rows[:30])
    with statements_to(game.database) as many:
        apply(game, *rows[30:])

    looked = [sum(each.lstrip().upper().startswith("SELECT") for each in statements) for statements in (few, many)]
    assert looked[0] == looked[1]
