"""`/organizer/audit`: read, narrowed, taken away as CSV."""

import csv
import io
import re

import pytest

from app.models import AuditEntry
from app.services.access import accounts
from app.services.audit import audit
from app.services.audit.audit import AuditTarget, Filter
from app.services.imports import roster_import
from app.services.imports.roster_import import Entry
from app.web.organizer import changes
from tests.builders import ADA, NOW, OWLS, PACIFIC, SLUG, act_by
from tests.web.organizer.reading import flash, text_of
from tests.web.running_app import BOTH_ENGINES, RunningApp, Visitor, sign_in

AUDIT = "/organizer/audit"


@pytest.fixture
def olu(site: RunningApp) -> Visitor:
    """An owner."""
    return sign_in(site, "olu@example.com", "owner")


def heads(visitor: Visitor, **params: str) -> list[str]:
    """The entries on the page, newest first."""
    page = visitor.get(AUDIT, params=params)
    assert page.status_code == 200, flash(page)
    return re.findall(r'<p class="event__head"><strong>(.*?)</strong>', page.text)


def rows(visitor: Visitor, **params: str) -> list[dict[str, str]]:
    answer = visitor.post(f"{AUDIT}/export", **params)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def an_entry(before: str | None, after: str | None) -> AuditEntry:
    return AuditEntry(at=NOW, by="Olu", address="", action="a.b", object_kind="x", object_id="x", object_name="x",
                      before=before, after=after)  # fmt: skip


@BOTH_ENGINES
def test_the_page_tells_who_did_what_to_whom_from_where(site: RunningApp, olu: Visitor) -> None:
    with site.database.reading() as session:
        ada = accounts.by_email(session, ADA)
    assert ada is not None
    olu.post(f"/organizer/people/{ada.id}/role", role="organizer")

    page = olu.get(AUDIT)

    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert (
        "Changed a role Ada Lovelace 14 Sep 2022, 13:00 · olu · from 127.0.0.1 role was player is now organizer"
        in text_of(page)
    )  # fmt: skip


def test_it_can_be_narrowed(site: RunningApp, olu: Visitor) -> None:
    with site.database.reading() as session:
        ada = accounts.by_email(session, ADA)
    assert ada is not None
    olu.post(f"/organizer/people/{ada.id}/name", name="Countess")
    site.clock.set("2022-09-15 09:00")
    olu = sign_in(site, "olu@example.com", "owner")

    found = {
        "action": heads(olu, action="person.renamed"),
        "kind": heads(olu, kind="week"),
        "email": heads(olu, person=" ADA@example.com "),
        "id": heads(olu, person=ada.id),
        "since": heads(olu, since="2022-09-15"),
        "until": heads(olu, until="2022-09-14", action="sign-in.started"),
        "nothing": heads(olu, action="no.such"),
        "nul": heads(olu, kind="\0week"),
    }

    assert found == {
        "action": ["Renamed a person"],
        "kind": ["Imported teams", "Imported teams", "Opened a week", "Created a week"],
        "email": ["Renamed a person"],
        "id": ["Renamed a person"],
        "since": ["Signed in"],
        "until": ["Signed in"],
        "nothing": [],
        "nul": ["Imported teams", "Imported teams", "Opened a week", "Created a week"],
    }


def test_days_are_those_of_the_week(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        for hour, name in ((6, "before"), (7, "first"), (30, "last"), (31, "after")):
            at = NOW.replace(hour=0).replace(day=14 + hour // 24, hour=hour % 24)
            audit.note(session, f"tea.{name}", AuditTarget("tea", "t", "Tea"), act_by("Olu", at))

    assert heads(olu, kind="tea", since="2022-09-14", until="2022-09-14") == ["Tea: last", "Tea: first"]


@pytest.mark.parametrize(
    "params",
    [{"since": "yesterday"}, {"until": "9999-12-31"}, {"since": "0001-01-01"}, {"person": "eve@example.com"},
     {"cursor": "strange"}, {"person": "\udcff".encode(errors="surrogateescape").decode("latin-1")}],
)  # fmt: skip
def test_impossible_filter_is_refused_and_kept(site: RunningApp, olu: Visitor, params: dict[str, str]) -> None:
    page = olu.get(AUDIT, params=params)

    assert (page.status_code, flash(page) != "") == (422, True)
    assert [value for name, value in params.items() if name != "cursor" and f'value="{value}"' not in page.text] == []
    assert "cursor" in params or olu.post(f"{AUDIT}/export", **params).status_code == 422


def test_older_entries_are_a_page_further(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        for number in range(120):
            audit.note(session, "tea.made", AuditTarget("tea", str(number), f"Cup {number}"), act_by("Olu", NOW))

    pages, where = [], f"{AUDIT}?kind=tea"
    while where:
        page = olu.get(where)
        pages.append(page.text.count('<li class="event"'))
        match = re.search(r'rel="next" href="(.*?)"', page.text)
        where = match[1].replace("&amp;", "&") if match else ""

    assert pages == [50, 50, 20]


@BOTH_ENGINES
def test_the_csv_holds_what_was_looked_for_and_is_noted(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        roster_import.apply(session, SLUG, [Entry(2, OWLS, "Gus", "gus@example.com")][:0], act_by("=cmd()", NOW))

    weeks = rows(olu, kind="week")

    assert [row["action"] for row in weeks][:1] == ["teams.imported"]
    assert (weeks[0]["by"], int(weeks[0]["id"]) > 0, weeks[0]["at"]) == ("'=cmd()", True, "2022-09-14T20:00:00.000000Z")
    assert heads(olu)[0] == "Exported the audit"
    with site.database.reading() as session:
        assert audit.page(session, Filter(), cursor=None, limit=1).items[0].after == '{"filter": {"kind": "week"}}'


def test_the_csv_goes_beyond_one_page(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        for number in range(2_300):
            audit.note(session, "tea.made", AuditTarget("tea", str(number), "Tea"), act_by("Olu", NOW))

    assert [row["object_id"] for row in rows(olu, kind="tea")] == [str(number) for number in range(2_299, -1, -1)]


def test_typed_text_is_shown_as_text(site: RunningApp, olu: Visitor) -> None:
    with site.database.unit_of_work() as session:
        audit.note(
            session, "tea.made", AuditTarget("tea", "t", "<b>Tea</b>"), act_by("<i>", NOW), after={"<u>": ["<s>", None]}
        )

    page = olu.get(AUDIT, params={"kind": "tea"})

    assert [tag for tag in ("<b>", "<i>", "<u>", "<s>") if tag in page.text] == []
    assert "<u> : <s>; nothing" in text_of(page).replace("<u> <s>", "<u> : <s>")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, None, []),
        ('{"role": "player"}', '{"role": "owner"}', [("role", "player", "owner")]),
        ('{"a_b": true}', None, [("a b", "yes", None)]),
        ('{"n": 1}', '{"n": 1}', [("n", None, "1")]),
        (None, '{"team": null, "sha256": "x", "sign_in": "y"}', [("team", None, "nothing")]),
        (None, '{"errors": [{"line": 3, "key": "k", "message": "No."}]}', [("errors", None, "line 3: No.")]),
        (None, '{"filter": {"kind": "week"}}', [("filter", None, "kind week")]),
        (None, '{"expires_at": "2022-09-14 20:00:00+00:00"}', [("expires at", None, "14 Sep 2022, 13:00")]),
        (None, "[1]", []),
    ],
)
def test_changes_read_as_words(
    before: str | None, after: str | None, told: list[tuple[str, str | None, str | None]]
) -> None:
    assert changes.of(an_entry(before, after), PACIFIC) == told


def test_the_export_is_a_form_of_the_page_it_is_on(site: RunningApp, olu: Visitor) -> None:
    before = len(heads(olu))

    statuses = [olu.get(f"{AUDIT}/export").status_code, olu.post(f"{AUDIT}/export", csrf="another").status_code]
    shown = re.findall(r'<input type="hidden" name="(\w+)" value="(.*?)">', olu.get(f"{AUDIT}?kind=week").text)

    assert statuses == [405, 403]
    assert dict(shown[1:]) == {"action": "", "kind": "week", "since": "", "until": "", "person": ""}
    assert heads(olu).count("Exported the audit") == 0 < before


def test_players_and_visitors_stay_outside(site: RunningApp) -> None:
    gus = sign_in(site, "gus@example.com")

    statuses = [each(AUDIT).status_code for each in (gus.get, site.get)]
    exports = [each(f"{AUDIT}/export").status_code for each in (gus.post, site.post)]

    assert (statuses, exports) == ([403, 401], [403, 401])
