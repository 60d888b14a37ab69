"""Undoing a list of teams: what it made goes unless something stands against it, and comes anew with the same list."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from app.errors import NotFound
from app.models import (
    AuditEntry,
    CalendarFeed,
    GuestbookEntry,
    Identity,
    JoinCode,
    Person,
    Seat,
    SeatOffer,
    Shift,
    ShiftCredit,
    SignIn,
    SignInLink,
    SourceIdentity,
    WaitingEntry,
    Week,
)
from app.services import calendar_feeds
from app.services.access import accounts
from app.services.imports import history, people_import, previews, roster_import, undoing
from app.services.imports.lists import ListRefused
from app.services.imports.undoing import Undone
from app.services.organizing import join_codes, people_search, person_merging, team_drawing
from app.services.organizing.people_search import Wanted
from app.services.people import people
from app.services.people.removal import REFER
from app.services.standings import boards
from app.services.teams import removal, teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, DUA, NOW, OWLS, SLUG, Game

NIA, HUGO = "nia@example.com", "hugo@example.com"
TEXT = f"team,name,email\nFoxes,Nia,{NIA}\nFoxes,Ada Lovelace,{ADA}\nHens,Hugo,{HUGO}\n"
LATER = NOW + timedelta(hours=1)


def import_list(game: Game, text: str = TEXT) -> None:
    with game.database.unit_of_work() as session:
        plan = roster_import.prepare(session, SLUG, roster_import.read(text), game.act)
        roster_import.apply(session, SLUG, plan, game.act)


def undo(game: Game) -> Undone:
    """Undo the newest list that is not undone."""
    with game.database.unit_of_work() as session:
        found = next(each for each in history.recent(session, game.week()) if each.undone_at is None)
        return undoing.undo(session, found.id, game.act)


def placed(game: Game, *emails: str) -> dict[str, tuple[str, str]]:
    """The function and office of those of these people who are there, by their email."""
    with game.database.reading() as session:
        found = people.by_email(session, emails)
        return {email: (each.function or "", each.office or "") for email, each in found.items()}


def undo_first(game: Game) -> Undone:
    """Undo the oldest list."""
    with game.database.unit_of_work() as session:
        return undoing.undo(session, history.recent(session, game.week())[-1].id, game.act)


def team_names(game: Game) -> list[str]:
    with game.database.reading() as session:
        return [team.name for team in teams.of_week(session, game.week())]


def listed(game: Game) -> list[tuple[str, str]]:
    """Everybody whom lists of people show, by name."""
    with game.database.reading() as session:
        found = people_search.search(session, Wanted(), game.week(), page=1, now=game.now)
        shown = people.page(session, cursor=None, limit=100).items
        assert sorted(row.person.email for row in found.people) == [person.email for person in shown]
        return [(row.person.email, row.team or "") for row in found.people]


def person_of(session: Session, email: str) -> Person:
    return session.exec(select(Person).where(Person.email == email)).one()


def a_seat(session: Session, email: str) -> Seat:
    """A seat of somebody in a shift that starts an hour later."""
    week = session.exec(select(Week)).one()
    shift = Shift(
        week_id=week.id, starts_at=LATER, ends_at=LATER + timedelta(hours=2),
        local_date=week.starts, local_from="15:00", local_until="17:00", zone="UTC", seats=5, needed=1,
        created_at=NOW, created_by="Olu",
    )  # fmt: skip
    session.add(shift)
    session.flush()
    seat = Seat(shift_id=shift.id, person_id=person_of(session, email).id, signed_up_at=LATER)
    session.add(seat)
    session.flush()
    return seat


def _past_member(game: Game) -> None:
    game.at(LATER).team("Foxes", BO)
    game.at(LATER).team(OWLS, BO)


def _reversed(game: Game) -> None:
    game.reverse(game.at(LATER).take(person=NIA, occurred_at=LATER.isoformat()).entry)


def _calendar(game: Game) -> None:
    with game.database.unit_of_work() as session:
        team = teams.find(session, game.week(), game.team_id("Foxes"))
        calendar_feeds.create(session, None, team, game.act)


def _seat(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_seat(session, ADA)


@pytest.mark.parametrize(
    ("deed", "nouns"),
    [
        (_past_member, "members"),
        (_reversed, "activities"),
        (lambda game: game.at(LATER).take(person=ADA, occurred_at=LATER.isoformat()), "activities"),
        (lambda game: game.adjust("Foxes", 5), "adjustments"),
        (_calendar, "a calendar"),
        (_seat, "shifts"),
    ],
    ids=["past member", "reversed", "activity", "adjustment", "calendar", "seat"],
)
def test_team_stays_while_something_stands_against_it(game: Game, deed: Callable[[Game], object], nouns: str) -> None:
    import_list(game)
    deed(game)

    undone = undo(game.at(LATER + timedelta(minutes=1)))

    assert f"Foxes (team) stays: it has {nouns}." in undone.stayed
    assert (team_names(game), undone.counts["of its teams removed"]) == ([CATS, "Foxes", OWLS], 1)
    assert game.verify() == []


def test_credited_shift_stands_against_a_team(game: Game) -> None:
    import_list(game)
    team_id = game.team_id("Foxes")
    with game.database.unit_of_work() as session:
        seat = a_seat(session, DUA)
        session.add(ShiftCredit(shift_id=seat.shift_id, team_id=team_id, seat_id=seat.id))
        week = session.exec(select(Week)).one()

        assert removal.obstacles(session, week, [team_id])[team_id] == ["members", "shifts"]


def _rows(session: Session, person_id: str) -> dict[str, SQLModel]:
    """A row of each kind that stands against a person, by what is said of it."""
    other = a_seat(session, DUA)
    secret: dict[str, Any] = {"sha256": "0" * 64, "created_at": NOW}
    return {
        "places on waiting lists": WaitingEntry(shift_id=other.shift_id, person_id=person_id, joined_at=NOW),
        "offers of seats": SeatOffer(seat_id=other.id, audience="everyone", taker_id=person_id, offered_by="Dua",
                                     offered_at=NOW),
        "guestbook entries": GuestbookEntry(week_id=game_week(session), person_id=person_id, worked="All", improve="",
                                            is_public=0, may_quote=0, written_at=NOW),
        "signed in": SignIn(person_id=person_id, way="link", address="", agent="", used_at=NOW, expires_at=LATER,
                            **secret),
        "an invitation": SignInLink(purpose="invitation", person_id=person_id, by="Olu", expires_at=LATER, **secret),
        "a company account": Identity(issuer="https://id", subject="1", person_id=person_id, created_at=NOW),
        "ids in other tools": SourceIdentity(source="github", external_id="@hugo", person_id=person_id, created_at=NOW,
                                             created_by="Olu"),
        "a calendar": CalendarFeed(person_id=person_id, created_by="Hugo", **secret),
        "entries in the audit": AuditEntry(at=NOW, by="Hugo", person_id=person_id, address="", action="week.opened",
                                           object_kind="week", object_id="1", object_name=SLUG, before="{}",
                                           after="{}"),
    }  # fmt: skip


def game_week(session: Session) -> int:
    return session.exec(select(Week.id)).one()


ROWS = (
    "places on waiting lists", "offers of seats", "guestbook entries", "signed in", "an invitation",
    "a company account", "ids in other tools", "a calendar", "entries in the audit",
)  # fmt: skip


@pytest.mark.parametrize("nouns", ROWS)
def test_person_stays_while_a_row_stands_against_them(game: Game, nouns: str) -> None:
    import_list(game)
    with game.database.unit_of_work() as session:
        session.add(_rows(session, person_of(session, HUGO).id)[nouns])

    undone = undo(game)

    assert undone.stayed == [f"Hugo stays: they have {nouns}."]
    assert (undone.counts["of its people removed"], (HUGO, "") in listed(game)) == (1, True)


def _organizer(game: Game) -> None:
    with game.database.unit_of_work() as session:
        person_of(session, HUGO).role = "organizer"


def _deactivated(game: Game) -> None:
    with game.database.unit_of_work() as session:
        accounts.switch(session, person_of(session, HUGO), game.act, on=False)


def _hugos_seat(game: Game) -> None:
    with game.database.unit_of_work() as session:
        a_seat(session, HUGO)


@pytest.mark.parametrize(
    ("deed", "nouns", "team"),
    [
        (_organizer, "organizers’ rights", ""),
        (_deactivated, "been deactivated", ""),
        (_hugos_seat, "shifts", ""),
        (lambda game: game.at(LATER).take(person=HUGO, occurred_at=LATER.isoformat()), "activities", ""),
        (lambda game: game.at(LATER).rename(HUGO, "Hugo", "Elks"), "a team", "Elks"),
    ],
    ids=["role", "off", "seat", "activity", "team"],
)
def test_person_stays_for_what_they_are_and_did(
    game: Game, deed: Callable[[Game], object], nouns: str, team: str
) -> None:
    import_list(game)
    deed(game)

    undone = undo(game.at(LATER + timedelta(minutes=1)))

    assert f"Hugo stays: they have {nouns}." in undone.stayed
    assert (HUGO, team) in listed(game)
    assert game.verify() == []


def test_same_list_brings_the_same_again_as_often_as_it_is_undone(game: Game) -> None:
    before = (game.board().standings, listed(game))
    import_list(game)
    imported = ([(each.team, each.members) for each in game.board().standings], listed(game))

    for _ in range(2):
        undone = undo(game)

        assert (undone.stayed, undone.counts) == ([], {
            "moved back": 1, "renamed back": 0, "of its teams removed": 2, "of its people removed": 2,
        })  # fmt: skip
        assert (game.board().standings, listed(game), game.verify()) == (*before, [])
        import_list(game)
        assert ([(each.team, each.members) for each in game.board().standings], listed(game)) == imported
        assert game.verify() == []
    with game.database.reading() as session:
        entries = session.exec(select(AuditEntry.action, AuditEntry.object_name)).all()
        removed = [entry for entry in entries if entry[0].endswith(".removed")]
        assert sorted(removed) == sorted(
            [("team.removed", "Foxes"), ("team.removed", "Hens"), ("person.removed", "Nia"), ("person.removed", "Hugo")]
            * 2
        )


def test_function_and_office_of_a_list_of_teams_are_kept_and_go_back(game: Game) -> None:
    where = f"team,name,email,office\nOwls,Ada Lovelace,{ADA},Oslo\nFoxes,Nia,{NIA},Porto\n"
    import_list(game, f"team,name,email,function,office\nOwls,Ada Lovelace,{ADA},Sales,Bern\n")
    with game.database.reading() as session:
        preview = previews.preview(session, "teams", SLUG, where, None, game.act)

    import_list(game, where)

    changes = [(row.effect, row.change) for row in preview.rows]
    assert changes == [("changed", "in Owls; office Oslo, was Bern"), ("new", "joins Foxes; office Porto")]
    assert placed(game, ADA, NIA) == {ADA: ("Sales", "Oslo"), NIA: ("", "Porto")}
    assert undo(game).counts["changed back"] == 1
    assert placed(game, ADA, NIA) == {ADA: ("Sales", "Bern")}
    undo(game)
    assert placed(game, ADA) == {ADA: ("", "")}


def test_new_team_of_somebody_merged_goes_with_its_list(game: Game) -> None:
    with game.database.unit_of_work() as session:
        kept, other = (
            accounts.create(session, game.act, name="Nia", email=each) for each in (NIA, "twice@example.com")
        )
        person_merging.merge(session, kept.id, other.id, game.act)
    import_list(game)

    undone = undo(game)
    import_list(game)
    again = undo(game)

    assert (undone.stayed, undone.counts["of its teams removed"]) == ([], 2)
    assert (again.stayed, game.verify()) == ([], [])


def test_person_of_two_emails_is_on_one_line_of_a_list(game: Game) -> None:
    twice = "twice@example.com"
    with game.database.unit_of_work() as session:
        kept, other = (accounts.create(session, game.act, name="Nia", email=each) for each in (NIA, twice))
        person_merging.merge(session, kept.id, other.id, game.act)
    rows = f"Nia,{NIA}\nNia,{twice}\n"
    read = people_import.read(f"name,email\n{rows}")

    with pytest.raises(ListRefused) as of_teams:
        import_list(game, "team,name,email\n" + "".join(f"Foxes,{row}\n" for row in rows.splitlines()))
    with pytest.raises(ListRefused) as of_people, game.database.unit_of_work() as session:
        people_import.apply(session, read, game.act)
    with pytest.raises(ListRefused) as drawn, game.database.reading() as session:
        team_drawing.draw_teams(session, SLUG, people_import.read(f"name,email\n{rows}"), 1, game.act)

    mistakes = [each.value.extra["errors"] for each in (of_teams, of_people, drawn)]
    sentence = f"{twice} is the person of {NIA} on line 2; keep one of them."
    assert mistakes == [[{"line": 3, "message": sentence}]] * 3


def test_several_lists_are_undone_one_after_the_other(game: Game) -> None:
    before = (game.board().standings, listed(game))
    import_list(game)
    import_list(game, f"team,name,email\nElks,Ada King,{ADA}\nElks,Nia,{NIA}\n")
    import_list(game, f"team,name,email\nFoxes,Ada Lovelace,{ADA}\nHens,Nia Okoro,{NIA}\n")

    undone = [undo(game) for _ in range(3)]

    assert [each.stayed for each in undone] == [[], [], []]
    assert (game.board().standings, listed(game), game.verify()) == (*before, [])


def test_whom_and_what_a_later_list_names_again_stays_until_that_is_undone(game: Game) -> None:
    import_list(game, f"{TEXT}Hens,Uma,uma@example.com\n{OWLS},Bo B,{BO}\n")
    again = f"team,name,email\nFoxes,Nia,{NIA}\nFoxes,Ada Lovelace,{ADA}\n{OWLS},Bo B,{BO}\nFoxes,Pia,pia@example.com\n"
    import_list(game.at(LATER), again)

    undone = undo_first(game)

    assert undone.stayed == [
        "Ada Lovelace, Nia are on a later list, and stay there.",
        "Bo B is on a later list, and keeps that name.",
        "Foxes (team) stays: it has been named on a later list.",
    ]
    assert team_names(game) == [CATS, "Foxes", OWLS]
    assert {email for email, team in listed(game) if team == "Foxes"} == {NIA, ADA, "pia@example.com"}
    assert {HUGO, "uma@example.com"}.isdisjoint(email for email, _ in listed(game))
    assert game.verify() == []

    assert undo(game).stayed == []
    assert {email for email, team in listed(game) if team == "Foxes"} == set()
    assert ((ADA, OWLS) in listed(game), game.verify()) == (True, [])


def test_later_list_that_is_undone_or_of_no_team_is_told_apart(game: Game) -> None:
    import_list(game)
    import_list(game.at(LATER), f"team,name,email\nFoxes,Nia,{NIA}\nFoxes,Pia,pia@example.com\n")
    undo(game)
    with game.database.unit_of_work() as session:
        found = people_import.read(f"email,name,function\n{HUGO},Hugo,Support\n")
        people_import.apply(session, found, game.at(LATER).act)

    undone = undo(game)

    assert undone.stayed == ["Hugo stays: they have been named on a later list."]
    assert (team_names(game), (HUGO, "") in listed(game)) == ([CATS, OWLS], True)


def test_one_who_was_moved_by_hand_between_two_lists_goes_back_there(game: Game) -> None:
    import_list(game)
    game.at(LATER).team("Elks", ADA)
    import_list(game.at(LATER + timedelta(hours=1)), f"team,name,email\nHens,Ada Lovelace,{ADA}\n")

    last, first = undo(game), undo(game)

    assert (last.stayed, first.stayed) == ([], ["Ada Lovelace moved on since, and stays there."])
    assert (ADA, "Elks") in listed(game)


def test_removed_team_has_no_page_code_or_part_in_what_is_recorded_later(game: Game) -> None:
    import_list(game)
    foxes = game.team_id("Foxes")
    with game.database.unit_of_work() as session:
        code = join_codes.renew(session, teams.find(session, game.week(), foxes), game.act)
    undo(game.at(LATER))

    with game.database.reading() as session:
        assert session.exec(select(JoinCode)).all() == []
        with pytest.raises(NotFound):
            join_codes.look(session, code)
        with pytest.raises(NotFound):
            boards.receipt(session, game.week(), foxes, weeks.view_of(game.week(), "organizers"))
        assert teams.count_by_week(session) == {game.week().id: 2}
    between = (NOW + timedelta(minutes=30)).isoformat()
    game.at(LATER).take(person=ADA, occurred_at=between, external_id="between")
    assert game.points() == {OWLS: 5, CATS: 0}
    import_list(game.at(LATER + timedelta(hours=1)))
    assert game.points() == {OWLS: 5, CATS: 0, "Foxes": 0, "Hens": 0}
    assert game.verify() == []


def test_freeze_keeps_showing_what_was_undone_behind_it(game: Game) -> None:
    import_list(game)
    foxes = game.team_id("Foxes")
    game.freeze()
    public = game.public()

    undo(game)

    with game.database.reading() as session:
        week = game.week()
        view = weeks.view_of(week, "public")
        assert [team.name for team in teams.of_week(session, week, view=view)] == [CATS, "Foxes", "Hens", OWLS]
        assert dict(teams.named(session, week, view=view))[foxes] == "Foxes"
        assert boards.members(session, week, view)[foxes] == ["Ada Lovelace", "Nia"]
        assert teams.find(session, week, foxes, view=view).name == "Foxes"
    assert (game.public(), game.verify(), team_names(game)) == (public, [], [CATS, OWLS])


def test_any_empty_team_can_be_removed_and_a_full_one_cannot(game: Game) -> None:
    game.team("Elks", BO)
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, SLUG, NOW)
        new = teams.find_or_create(session, week, "Newts", NOW)
        weeks.bump_version(session, week)
        elks = game.team_id("Elks")

        against = removal.remove(session, week, [new.id, elks], game.act)

        assert (against, new.removed_version) == ({elks: ["members"]}, week.version + 1)


def test_whatever_refers_to_people_and_teams_is_looked_at_before_one_is_removed() -> None:
    refer = {
        (key.column.table.name, f"{table.name}.{key.parent.name}")
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
    }
    looked_at = {f"{column.expression.table.name}.{column.key}" for _, column, _ in REFER} - {"person.id"}

    of_people = {column for table, column in refer if table == "person"}
    of_teams = {column for table, column in refer if table == "team"}

    notices = {"notice.person_id", "notice_opt_out.person_id"}  # what somebody was told, and chose once signed in
    ready = {"ready_tick.person_id", "ready_person.person_id"}  # ticked once signed in
    reviews = {"calibration_mark.person_id"}  # marked once signed in
    slack = {"slack_opt_out.person_id", "slack_link.used_by"}  # chosen and used once signed in
    messages = {"slack_message.person_id"}  # to who has an identity there, or signed in and asked for a test
    assert of_people == looked_at | notices | ready | reviews | slack | messages
    assert of_teams == {
        "membership.team_id", "activity.team_id", "join_code.team_id", "calendar_feed.team_id", "shift_credit.team_id",
        "team.merged_into",
    }  # fmt: skip
