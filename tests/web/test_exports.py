"""Exports of a week: every table in both formats, from the page, the API and the command, with and without a freeze."""

import csv
import json
from io import StringIO

import pytest
from sqlmodel import col, select

from app.domain.actor import Scope
from app.domain.calendar.slots import slot
from app.models import AuditEntry
from app.services.access import accounts
from app.services.shifts import seats, shifts
from app.services.shifts.shifts import ShiftFields
from tests.builders import ADA, DUA, OWLS, PACIFIC, SLUG
from tests.services.shifts.test_seats import THURSDAY
from tests.web.reading import text
from tests.web.running_app import WEEK, RunningApp, Visitor, sign_in

EXPORT = f"/organizer/weeks/{SLUG}/export"
SCOPES: tuple[Scope, ...] = ("read", "admin")
BOTH_ENGINES = pytest.mark.parametrize("engine", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    return sign_in(site, "olu@example.com", "organizer")


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV, which begins with the mark."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_standings_are_exported_as_the_board_shows_them(site: RunningApp, olu: Visitor) -> None:
    site.record(person=ADA)
    site.game.rename(ADA, "=Ada", OWLS)

    rows = rows_of(olu.post(EXPORT, what="standings", format="csv").content)
    document = olu.post(EXPORT, what="standings", format="json").json()

    first = rows[0]
    assert (first["rank"], first["team"], first["points"], first["counts.issue"]) == ("1", OWLS, "5", "1")
    assert first["members"].startswith("'=Ada; ")
    assert [(row["team"], row["points"]) for row in document["standings"]] == [(OWLS, 5), ("Cats", 0)]
    assert (document["week"], document["totals"]["issue"], document["headline"]) == (SLUG, 1, "1 issue")


def test_shifts_are_exported_with_a_row_for_each_seat(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        taken, empty = (
            shifts.create(
                session, SLUG, slot(THURSDAY, at * 60, at * 60 + 120, PACIFIC), ShiftFields(), site.game.act
            ).id
            for at in (6, 8)
        )
        ada = accounts.by_email(session, ADA)
        assert ada is not None
        seats.sign_up(session, SLUG, taken, ada.id, site.game.act, reason="A test")

    rows = rows_of(olu.post(EXPORT, what="shifts", format="csv").content)
    document = olu.post(EXPORT, what="shifts", format="json").json()

    assert [(row["shift_id"], row["email"], row["state"]) for row in rows] == [
        (taken, ADA, "signed_up"), (empty, "", ""),
    ]  # fmt: skip
    assert [len(shift["sign_ups"]) for shift in document["shifts"]] == [1, 0]


def test_counts_leave_out_what_is_reversed(site: RunningApp, olu: Visitor) -> None:
    site.record(person=ADA)
    site.game.reverse(site.game.take(person=DUA).entry)
    site.game.adjust(OWLS, 3)

    rows = rows_of(olu.post(EXPORT, what="counts", format="csv").content)

    assert [(row["date"], row["team"], row["kind"], row["activities"]) for row in rows] == [
        ("2022-09-14", OWLS, "issue", "1")
    ]


@BOTH_ENGINES
def test_export_of_a_frozen_week_gives_everybody_else_the_moment_of_the_freeze(site: RunningApp, olu: Visitor) -> None:
    site.record(person=ADA)
    site.game.freeze()
    site.record(person=ADA)

    of_token = {scope: site.get(f"{WEEK}/exports/ledger?format=json", scope).json() for scope in SCOPES}
    live, frozen = (
        olu.post(EXPORT, what="standings", format="csv", board=board).content for board in ("live", "frozen")
    )

    assert [len(of_token[scope]["activities"]) for scope in SCOPES] == [1, 2]
    assert [rows_of(content)[0]["points"] for content in (live, frozen)] == ["10", "5"]
    with site.database.reading() as session:
        query = select(AuditEntry.after).where(AuditEntry.action == "standings.exported").order_by(col(AuditEntry.id))
        noted = [json.loads(after or "") for after in session.exec(query)]
    assert noted == [{"format": "csv", "rows": 2}, {"format": "csv", "rows": 2, "board": "frozen"}]


def test_page_offers_every_table_of_the_week_chosen(site: RunningApp, olu: Visitor) -> None:
    page = olu.get("/organizer/exports").text

    for what in ("ledger", "standings", "shifts", "counts"):
        assert f'name="what" value="{what}"' in page
    assert "frozen board" not in page
    site.game.freeze()
    frozen = olu.get(f"/organizer/exports?week={SLUG}&as=public").text
    assert 'name="board" value="frozen"' in frozen
    assert ['name="what" value="reviews"' in each for each in (page, frozen)] == [True, False]


def test_page_without_a_week_says_what_to_do(empty_site: RunningApp) -> None:
    page = sign_in(empty_site, "olu@example.com", "organizer").get("/organizer/exports")

    assert "No weeks yet, so there’s nothing to export. Create a week" in text(page)


def test_unknown_week_and_unknown_table_are_refused(site: RunningApp, olu: Visitor) -> None:
    answer = olu.post(EXPORT, what="secrets")

    assert (answer.status_code, "Choose CSV or JSON." in text(answer)) == (422, True)
    assert olu.get("/organizer/exports?week=nothing").status_code == 404
    assert site.get(f"{WEEK}/exports/people", "read").status_code == 404
