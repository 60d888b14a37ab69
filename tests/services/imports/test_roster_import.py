"""Team lists: read with every mistake at once, imported all or nothing."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from app.errors import WeekNotOpen, WeekUnknown
from app.models import Membership, Person, Team
from app.services import memberships
from app.services.imports import lists, roster_import
from app.services.imports.lists import ListRefused
from app.services.imports.roster_import import Entry, Outcome
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, BO, CATS, CHIDI, DUA, GUS, NOW, OWLS, Game, act_by, entries

HEADER = "team,name,email\n"


def apply(game: Game, *lines: Entry) -> Outcome:
    with game.database.unit_of_work() as session:
        return roster_import.apply(session, game.slug, list(lines), act_by("Olu", game.now))


def members(game: Game) -> dict[str, tuple[str, ...]]:
    return {standing.team: standing.members for standing in game.board().standings}


def mistakes(*rows: str) -> list[tuple[int, str]]:
    with pytest.raises(ListRefused) as refusal:
        lists.check(roster_import.read("".join(rows)).bad)
    return [(error["line"], error["message"]) for error in refusal.value.extra["errors"]]


def test_read_tidies_names_and_folds_emails() -> None:
    found = roster_import.read(
        HEADER + '"  Night   Owls ",Ada\u00a0Lovelace, ADA@Example.com \n' + "\n" + "Cats,文子,f@x\n"
    ).entries

    assert found == [Entry(2, "Night Owls", "Ada Lovelace", ADA), Entry(4, "Cats", "文子", "f@x")]


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("Gruppe;Vorname;Nachname;E-Mail-Adresse", "Owls;Ada;Lovelace;ada@example.com"),
        ("Équipe;Nom;Prénom;Courriel", "Owls;Lovelace;Ada;ada@example.com"),
        ("Groupe;Nom et prénom;Adresse mail", "Owls;Ada Lovelace;ada@example.com"),
        ("Equipo;Nombre;Apellidos;Correo electrónico", "Owls;Ada;Lovelace;ada@example.com"),
        ("Squadra;Nome;Cognome;Indirizzo e-mail", "Owls;Ada;Lovelace;ada@example.com"),
        ("Team;Naam;E-mailadres", "Owls;Ada Lovelace;ada@example.com"),
    ],
)
def test_read_knows_headings_of_other_languages(heading: str, row: str) -> None:
    roster = roster_import.read(f"{heading}\n{row}\n")

    assert (roster.entries, roster.bad.count) == ([Entry(2, "Owls", "Ada Lovelace", "ada@example.com")], 0)


def test_read_without_its_columns_quotes_the_line_and_names_what_is_missing() -> None:
    assert mistakes("team,person\n", "Owls,Ada\n") == [
        (
            1,
            "Line 1 reads “team,person”: there is no column email. "
            "The line above the rows must name the columns team, name, email (and if wanted function, office).",
        )
    ]


def test_read_tells_every_mistake_at_once() -> None:
    found = mistakes(
        HEADER, "Owls,Ada,ada@example.com\n", ",Bo,bo@example.com\n", "Owls,,nothing\n", "Owls\n",
        f"{'x' * 61},Dua\u202e,dua@example.com\n", "Cats,Ada,ADA@example.com\n", 'Cats,"Elif"x,e@x\n',
    )  # fmt: skip

    assert found == [
        (3, "The team must not be empty."),
        (4, "The name must not be empty."),
        (4, "“nothing” isn’t an email. Write one such as ada@example.com."),
        (5, "This line has 1 cell, the line of the columns has 3."),
        (6, "The name must not contain the invisible character U+202E."),
        (6, "The team must have at most 60 characters, this has 61."),
        (7, "ada@example.com is already on line 2; keep one of them."),
        (8, "This line isn’t valid CSV: something stands between a closing quotation mark and the next separator."),
    ]


def test_read_with_an_unclosed_quote_says_where_it_opened() -> None:
    found = mistakes(HEADER, "Owls,Ada,ada@example.com\n", 'Owls,"Bo,bo@example.com\n', "Cats,Dua,dua@example.com\n")

    assert found == [(3, "This line isn’t valid CSV: a quotation mark opens here and is never closed.")]


def test_read_names_a_hundred_mistakes_and_counts_the_others() -> None:
    with pytest.raises(ListRefused) as refusal:
        lists.check(roster_import.read(HEADER + "Owls,Ada\n" * 1_000).bad)

    assert [error["line"] for error in refusal.value.extra["errors"]] == list(range(2, 102))
    assert refusal.value.extra["more"] == 900
    assert refusal.value.detail.endswith(" And 999 more mistakes.")


def test_read_stops_at_a_list_that_is_too_long() -> None:
    rows = (f"Owls,Ada,{number}@x\n" for number in range(roster_import.MAX_LINES + 10))

    with pytest.raises(ListRefused) as refusal:
        lists.check(roster_import.read(HEADER + "".join(rows)).bad)

    assert [error["line"] for error in refusal.value.extra["errors"]] == [roster_import.MAX_LINES + 2]


@pytest.mark.parametrize("column", [0, 1, 2])
def test_read_with_a_cell_that_is_slow_to_tidy_takes_no_time(column: int) -> None:
    cells = ["Owls", "Ada", "ada@example.com"]
    cells[column] = "\u0300\u0316" * 30_000
    began = time.thread_time()

    with pytest.raises(ListRefused):
        lists.check(roster_import.read(HEADER + ",".join(cells)).bad)

    assert time.thread_time() - began < 0.5


def test_apply_makes_teams_and_people(game: Game) -> None:
    outcome = apply(game, Entry(2, "Foxes", "Gus Björk", GUS), Entry(3, "Hens", "Hana", "hana@example.com"))

    assert outcome == Outcome(teams=2, people=2, moved=2)
    assert members(game) == {
        CATS: ("Dua Krasniqi", "Elif Şahin", "文子 Fumiko"),
        "Foxes": ("Gus Björk",),
        "Hens": ("Hana",),
        OWLS: ("Ada Lovelace", "Bo Nguyen", "Chidi Okafor"),
    }


def test_apply_again_moves_nobody(game: Game) -> None:
    outcome = apply(game, *entries(OWLS, [ADA, BO, CHIDI]))

    assert outcome == Outcome(teams=1, people=3, moved=0)


def test_apply_leaves_people_who_are_not_listed(game: Game) -> None:
    apply(game, *entries(OWLS, [ADA]))

    assert members(game)[OWLS] == ("Ada Lovelace", "Bo Nguyen", "Chidi Okafor")


def test_apply_finds_a_team_by_its_folded_name(game: Game) -> None:
    apply(game, *entries("  ｏＷＬＳ ", [ADA]))

    assert list(members(game)) == [CATS, OWLS]


def test_apply_renames_listed_people_on_every_board(game: Game) -> None:
    other = Game(game.database, slug="q4-2022").start()
    before = other.week().version

    apply(game, Entry(2, OWLS, "Ada King", ADA))

    assert members(game)[OWLS] == ("Ada King", "Bo Nguyen", "Chidi Okafor")
    assert members(other)[OWLS] == ("Ada King", "Bo Nguyen", "Chidi Okafor")
    assert other.week().version == before + 1


def test_apply_without_new_names_leaves_other_weeks_alone(game: Game) -> None:
    other = Game(game.database, slug="q4-2022").start()
    before = other.week().version

    apply(game, *entries("Foxes", [ADA]))

    assert other.week().version == before


def test_apply_of_a_fourth_member_adds_nobody(game: Game) -> None:
    before = game.week().version

    sentence = "Line 3: Team Owls would have 4 members with line 3; the rules allow 3."
    with pytest.raises(ListRefused, match=sentence):
        apply(game, Entry(2, "Foxes", "Hana", "hana@example.com"), Entry(3, OWLS, "Gus", GUS))

    assert (list(members(game)), game.week().version) == ([CATS, OWLS], before)
    with game.database.reading() as session:
        assert session.exec(select(Person).where(Person.email == GUS)).first() is None


def test_apply_lets_a_full_team_exchange_somebody(game: Game) -> None:
    apply(game, Entry(2, OWLS, "Gus Björk", GUS), *entries("Foxes", [BO]))

    assert members(game)[OWLS] == ("Ada Lovelace", "Chidi Okafor", "Gus Björk")


def test_apply_to_an_unknown_week_is_refused(game: Game) -> None:
    with pytest.raises(WeekUnknown):
        apply(Game(game.database, slug="q4-2022"), *entries(OWLS, [ADA]))


def test_apply_to_a_closed_week_is_refused(game: Game) -> None:
    game.close()

    with pytest.raises(WeekNotOpen):
        apply(game, *entries("Foxes", [ADA]))


def test_joins_keep_their_times(game: Game) -> None:
    game.at("14:00").team("Foxes", ADA)
    game.at("15:00").leave(ADA)

    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        ada = session.exec(select(Person).where(Person.email == ADA)).one()
        joins = teams.joins(session, week, [ada.id])[ada.id]
    assert [(join.team, join.at) for join in joins] == [
        (game.team_id(OWLS), NOW),
        (game.team_id("Foxes"), NOW + timedelta(hours=1)),
        (None, NOW + timedelta(hours=2)),
    ]


def test_move_out_of_no_team_changes_nothing(game: Game) -> None:
    game.leave(ADA)
    with game.database.unit_of_work() as session:
        week = weeks.lock(session, game.slug, NOW)
        ada = session.exec(select(Person).where(Person.email == ADA)).one()

        moved = memberships.assign(session, week, ada, None, act_by("Olu", NOW))

    assert moved is False


def test_members_of_equal_names_are_both_there(game: Game) -> None:
    apply(game, Entry(2, "Foxes", "Gus", GUS), Entry(3, "Foxes", "Gus", "gus2@example.com"))

    assert members(game)["Foxes"] == ("Gus", "Gus")


def test_members_may_all_leave_and_the_team_stays_on_the_board(game: Game) -> None:
    apply(game, *entries("Foxes", [DUA]))
    game.leave(DUA)

    assert members(game)["Foxes"] == ()


def test_apply_gives_every_row_the_version_that_brought_it(game: Game) -> None:
    version = game.week().version

    apply(game, *entries("Foxes", [DUA, GUS]))

    with game.database.reading() as session:
        team = session.exec(select(Team).where(Team.name == "Foxes")).one()
        joined = session.exec(select(Membership.version).where(Membership.team_id == team.id)).all()
    assert (team.version, set(joined), game.week().version) == (version + 1, {version + 1}, version + 1)


def test_apply_asks_as_often_for_many_people_as_for_few(game: Game) -> None:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    def statements(first: int, number: int) -> int:
        asked.clear()
        roster = [Entry(line, f"New {line // 3}", f"Player {line}", f"p{line}@example.com") for line in range(number)]
        moved = [entry._replace(email=f"{first}-{entry.email}", team=f"{first} {entry.team}") for entry in roster]
        with game.database.unit_of_work() as session:
            roster_import.apply(session, game.slug, moved, act_by("Olu", NOW))
        return len(asked)

    game.database.release()  # a connection that is kept was made before anyone listened
    event.listen(game.database.writer, "before_cursor_execute", note)
    try:
        many, few = statements(1, 300), statements(2, 30)
    finally:
        event.remove(game.database.writer, "before_cursor_execute", note)

    assert (many == few, many < 40) == (True, True)
