"""The ledger as readers see it: views, pages and exports."""

import csv
import io
import json
from typing import Literal

import pytest

from app.domain.view import EVERYTHING, View
from app.errors import Malformed
from app.services.exports import ledger_export
from app.services.ledger import activities
from app.services.ledger.activities import ActivityView
from app.services.paging import Page
from app.services.people import people
from app.services.teams import teams
from app.services.weeks import weeks
from tests.builders import ADA, CATS, DUA, GUS, NOW, OWLS, Game


def page(game: Game, cursor: str | None = None, limit: int = 100, view: View = EVERYTHING) -> Page[ActivityView]:
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        return activities.page(session, week, cursor=cursor, limit=limit, view=view)


def test_page_follows_page_without_gap_or_overlap(game: Game) -> None:
    taken = [game.take().entry.id for _ in range(5)]

    first = page(game, limit=2)
    second = page(game, first.next_cursor, limit=2)
    third = page(game, second.next_cursor, limit=2)

    assert [item.id for item in first.items + second.items + third.items] == taken
    assert third.next_cursor is None


def test_page_that_is_full_and_last_has_no_next(game: Game) -> None:
    game.take()
    game.take()

    assert page(game, limit=2).next_cursor is None


@pytest.mark.parametrize("cursor", ["x", "====", "YTE", "é", "LTE", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA"])
def test_page_of_a_strange_cursor_is_refused(game: Game, cursor: str) -> None:
    with pytest.raises(Malformed, match="cursor"):
        page(game, cursor)


def test_page_looks_back_to_a_version(game: Game) -> None:
    first = game.take()
    version = game.week().version
    game.reverse(first.entry)
    game.team("Foxes", ADA)
    game.take()

    then = page(game, view=View("public", upto=version))

    assert [(item.id, item.reversed, item.team) for item in then.items] == [(first.entry.id, False, OWLS)]


def test_page_shows_an_adjustment_with_its_team_and_reason(game: Game) -> None:
    game.adjust(CATS, -5, "a-1")

    (activity,) = page(game).items

    assert (activity.kind, activity.person, activity.team, activity.points, activity.reason) == (
        "adjustment", None, CATS, -5, "For the spirit"
    )  # fmt: skip


def test_page_of_teams_is_by_name(game: Game) -> None:
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        first = teams.page(session, week, cursor=None, limit=1, view=EVERYTHING)
        second = teams.page(session, week, cursor=first.next_cursor, limit=1, view=EVERYTHING)

    assert [team.name for team in first.items + second.items] == [CATS, OWLS]
    assert second.next_cursor is None


def test_page_of_people_is_by_email(game: Game) -> None:
    with game.database.reading() as session:
        first = people.page(session, cursor=None, limit=4)
        second = people.page(session, cursor=first.next_cursor, limit=4)

    emails = [person.email for person in first.items + second.items]
    assert (emails, len(emails), second.next_cursor) == (sorted(emails), 6, None)


@pytest.mark.parametrize("cursor", ["AA", "YQBi"])
def test_page_of_a_cursor_with_nul_is_refused(game: Game, cursor: str) -> None:
    with game.database.reading() as session, pytest.raises(Malformed, match="cursor"):
        people.page(session, cursor=cursor, limit=4)


def export(game: Game, form: Literal["csv", "json"], *, per_page: int = 1_000) -> tuple[str, list[int]]:
    out, progress = io.StringIO(), list[int]()
    with game.database.reading() as session:
        week = weeks.find(session, game.slug, NOW)
        ledger_export.export(session, week, form, out, progress.append, per_page=per_page)
    return out.getvalue(), progress


def test_export_as_csv_has_a_row_per_entry(game: Game) -> None:
    taken = game.take(external_id="i-1", subject="t-1", response_seconds=-0, note="two\nlines")
    game.reverse(taken.entry)
    game.adjust(CATS, -5, "a-1")

    text, progress = export(game, "csv")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["kind"], row["person"], row["team"], row["reversed"], row["points"]) for row in rows] == [
        ("issue", ADA, OWLS, "true", ""),
        ("adjustment", "", CATS, "false", "-5"),
    ]
    assert (rows[0]["occurred_at"], rows[0]["note"]) == ("2022-09-14T16:00:00.000000Z", "two\nlines")
    assert progress == [2]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_export_as_csv_has_no_formulas(game: Game, start: str) -> None:
    game.take(note=f"{start}cmd()")

    text, _ = export(game, "csv")

    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["note"] == f"'{start}cmd()"


def test_export_as_json_is_one_document(game: Game) -> None:
    game.take(person=DUA, note="日本")

    text, _ = export(game, "json")

    document = json.loads(text)
    assert (document["week"], document["state"], document["starts"]) == ("q3-2022", "open", "2022-09-12")
    assert [(activity["person"], activity["note"], activity["team"]) for activity in document["activities"]] == [
        (DUA, "日本", CATS)
    ]


def test_export_of_an_empty_week_is_empty(game: Game) -> None:
    text, _ = export(game, "json")

    assert json.loads(text)["activities"] == []


def test_export_goes_through_every_page(game: Game) -> None:
    taken = [game.take().entry.id for _ in range(5)]

    text, progress = export(game, "json", per_page=2)

    assert [activity["id"] for activity in json.loads(text)["activities"]] == taken
    assert progress == [2, 2, 1]


def test_views_of_people_without_a_team_are_shown(game: Game) -> None:
    Game(game.database, slug="q4-2022").start().team("Guests", GUS)
    game.take(person=GUS)
    game.take()

    assert [(item.person, item.team, item.team_id) for item in page(game).items] == [
        (GUS, None, None),
        (ADA, OWLS, game.team_id(OWLS)),
    ]
