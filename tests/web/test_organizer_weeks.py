"""Organizers' pages of weeks: made by hand, opened, closed, frozen, revealed, presented, exported."""

import csv
import re
from datetime import date
from html import unescape
from io import StringIO
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from app.models import AuditEntry
from app.services.shifts import settings
from app.services.weeks import weeks
from tests.builders import ADA, CATS, DUA, ENDS, OWLS, SLUG, STARTS, ZONE
from tests.services.shifts.test_seats import Plan
from tests.web.reading import mistakes
from tests.web.running_app import BOTH_ENGINES, WEEK, RunningApp, Visitor, sign_in

HERE = f"/organizer/weeks/{SLUG}"
VERBS = ["open", "reopen", "close", "freeze", "reveal", "presenter", "export"]
TAKEN = f"There’s already a week “{SLUG}”. Choose another slug."


@pytest.fixture
def organizer(site: RunningApp) -> Visitor:
    """An organizer who has signed in."""
    return sign_in(site, "olu@example.com", "organizer")


def a_form(**changes: str) -> dict[str, str]:
    """The form of a new week, filled in well."""
    given = {"name": "Q4 2022", "slug": "", "timezone": "Europe/Berlin", "starts": "2022-12-05", "ends": "2022-12-09"}
    return {**given, "begin": "draft", **changes}


def flash(answer: httpx.Response) -> str:
    """The page's alert: what was done or refused."""
    match = re.search(r'class="alert[^>]*>([^<]*)<', answer.text)
    return unescape(match[1]) if match else ""


def values(answer: httpx.Response) -> dict[str, str]:
    """The values of the page's fields."""
    inputs = re.findall(r"<input([^>]*)>", answer.text)
    pairs = [dict(re.findall(r'(name|value|type)="([^"]*)"', each)) for each in inputs]
    return {pair["name"]: unescape(pair.get("value", "")) for pair in pairs if pair.get("type") in {"text", "date"}}


def state(site: RunningApp, slug: str = SLUG) -> tuple[str, bool]:
    """A week's state, and whether it is frozen."""
    week = site.get(f"/api/v1/weeks/{slug}", "admin").json()
    return week["state"], week["frozen"]


@BOTH_ENGINES
def test_week_is_made_by_hand(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")

    answer = organizer.post("/organizer/weeks", **a_form())

    assert (answer.status_code, answer.headers["location"]) == (303, "/organizer/weeks/q4-2022?done=created")
    page = organizer.get(answer.headers["location"])
    assert flash(page) == "Created as a draft. Next: add teams."
    assert state(site, "q4-2022") == ("draft", False)


def test_week_can_be_opened_at_once(site: RunningApp, organizer: Visitor) -> None:
    answer = organizer.post("/organizer/weeks", **a_form(begin="open", slug="winter"))

    assert answer.headers["location"] == "/organizer/weeks/winter?done=started"
    assert state(site, "winter") == ("open", False)


def test_week_may_be_for_anyone_without_a_team(site: RunningApp, organizer: Visitor) -> None:
    organizer.post("/organizer/weeks", **a_form(slug="rotation", players="anyone"))

    with site.database.reading() as session:
        found = [weeks.look(session, slug, site.clock.game()) for slug in (SLUG, "rotation")]
        needs = [settings.settings_of(session, week).needs_team for week in found]
    assert needs == [True, False]


A_DAY = "Write a day as year-month-day: 2026-03-09."


@pytest.mark.parametrize(
    ("changes", "marked"),
    [
        ({"slug": "Q4!"}, {"slug": "“Q4!” can’t be a week’s slug. Use up to 40 of a-z, 0-9 and hyphens, such "
         "as q3-2022, not “current”."}),
        ({"name": ""}, {"name": "The week’s name must not be empty."}),
        ({"name": "文子"}, {"slug": "Enter a short name, such as q3-2022."}),
        ({"name": "x" * 61}, {"name": "The week’s name must have at most 60 characters, this has 61."}),
        ({"timezone": "Atlantis"}, {"timezone": "“Atlantis” isn’t a time zone. Use a city such as Berlin, or a name "
         "such as Europe/Berlin."}),
        ({"ends": "2022-12-04"}, {"ends": "The week can’t run from 2022-12-05 to 2022-12-04. "
         "The last day can’t be before the first."}),
        ({"ends": "2023-12-04"}, {"ends": "A week may last at most 100 days; 2022-12-05 to 2023-12-04 is longer."}),
        ({"starts": "5.12.2022", "ends": ""}, {"starts": A_DAY, "ends": A_DAY}),
    ],
)  # fmt: skip
def test_refused_week_comes_back_as_it_was_typed(
    site: RunningApp, organizer: Visitor, changes: dict[str, str], marked: dict[str, str]
) -> None:
    typed = a_form(**changes)

    answer = organizer.post("/organizer/weeks", **typed)

    assert (answer.status_code, flash(answer)) == (422, "Not saved. Fix the marked fields.")
    assert mistakes(answer) == marked
    assert values(answer) == {name: value for name, value in typed.items() if name != "begin"}
    assert len(site.get("/api/v1/weeks", "admin").json()["items"]) == 1


def test_week_that_is_there_already_is_refused_as_a_whole(site: RunningApp, organizer: Visitor) -> None:
    typed = a_form(slug=SLUG)

    answer = organizer.post("/organizer/weeks", **typed)

    assert (answer.status_code, flash(answer)) == (409, TAKEN)
    assert mistakes(answer) == {"slug": TAKEN}
    assert values(answer) == {name: value for name, value in typed.items() if name != "begin"}
    assert len(site.get("/api/v1/weeks", "admin").json()["items"]) == 1


@BOTH_ENGINES
def test_week_goes_through_its_life(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    steps: list[tuple[str, dict[str, str]]] = [
        ("freeze", {}), ("reveal", {}), ("close", {}), ("reopen", {"reason": "A shift was missing"}),
    ]  # fmt: skip

    seen = []
    for verb, fields in steps:
        answer = organizer.post(f"{HERE}/{verb}", **fields)
        seen.append((answer.status_code, answer.headers.get("location"), state(site)))

    assert seen == [
        (303, f"{HERE}?done=frozen", ("open", True)),
        (303, f"{HERE}?done=revealed", ("open", False)),
        (303, f"{HERE}?done=closed", ("closed", False)),
        (303, f"{HERE}?done=reopened", ("open", False)),
    ]
    history = re.findall(r'list__item"><p><b><bdi>(.*?)</bdi></b> (.*?)</p>', organizer.get(HERE).text)
    assert history[:5] == [
        ("olu", "reopened it: “<bdi>A shift was missing</bdi>”"),
        ("olu", "closed it"),
        ("olu", "revealed the board"),
        ("olu", "froze the board"),
        ("Olu", "opened it"),
    ]


def test_draft_is_opened(site: RunningApp, organizer: Visitor) -> None:
    organizer.post("/organizer/weeks", **a_form())

    answer = organizer.post("/organizer/weeks/q4-2022/open")

    assert answer.headers["location"] == "/organizer/weeks/q4-2022?done=opened"
    assert state(site, "q4-2022") == ("open", False)


def test_reopening_demands_a_reason_and_keeps_the_form_open(site: RunningApp, organizer: Visitor) -> None:
    organizer.post(f"{HERE}/close")

    answer = organizer.post(f"{HERE}/reopen", reason="x" * 501)
    empty = organizer.post(f"{HERE}/reopen", reason=" ")
    sly = organizer.post(f"{HERE}/open")

    sentence = "The reason must have at most 500 characters, this has 501. Say in a sentence why."
    assert mistakes(answer) == {"reason": sentence}
    assert (values(answer)["reason"], answer.text.count('<details class="confirm" open>')) == ("x" * 501, 1)
    assert [each.status_code for each in (answer, empty, sly)] == [422, 422, 422]
    assert state(site) == ("closed", False)


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [
        ("open", "Q3-2022 is open already."),
        ("reveal", "Q3-2022 isn’t frozen."),
    ],
)
def test_step_that_does_not_fit_is_refused_on_the_page(
    site: RunningApp, organizer: Visitor, verb: str, sentence: str
) -> None:
    answer = organizer.post(f"{HERE}/{verb}")

    assert (answer.status_code, flash(answer)) == (409, sentence)
    assert state(site) == ("open", False)


def an_edit(**changes: str) -> dict[str, str]:
    """The form of the standard week as it stands, with changes."""
    return {"name": SLUG.upper(), "timezone": ZONE, "starts": str(STARTS), "ends": str(ENDS), **changes}


@BOTH_ENGINES
def test_week_is_edited_and_everybody_sees_it(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")

    answer = organizer.post(f"{HERE}/edit", **an_edit(name="Autumn <week>", ends="2022-09-18"))

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?done=changed")
    page = organizer.get(answer.headers["location"])
    assert flash(page) == "Changed."
    assert "<b><bdi>olu</bdi></b> changed its name or days" in page.text
    assert "Autumn &lt;week&gt;" in site.get(f"/weeks/{SLUG}").text
    assert site.get(f"/api/v1/weeks/{SLUG}", "admin").json()["ends"] == "2022-09-18"


def test_edit_that_something_stands_against_keeps_what_was_typed(site: RunningApp, organizer: Visitor) -> None:
    site.record()
    typed = an_edit(name="Autumn", starts="2022-09-15", timezone="Nowhere")

    unknown = organizer.post(f"{HERE}/edit", **typed)
    outside = organizer.post(f"{HERE}/edit", **{**typed, "timezone": ZONE})

    assert (unknown.status_code, list(mistakes(unknown))) == (422, ["timezone"])
    assert outside.status_code == 409
    assert mistakes(outside) == {"starts": "1 activity lies outside these days. Choose days with all of them."}
    form = re.search(rf'action="{HERE}/edit".*?</form>', outside.text, re.DOTALL)
    assert form is not None
    assert dict(re.findall(r'name="(name|timezone|starts|ends)" [^>]*?value="([^"]*)"', form[0])) == {
        **typed,
        "timezone": ZONE,
    }
    assert outside.text.count('<details class="confirm" open>') == 1


def test_closing_before_the_last_day_is_over_says_so(site: RunningApp, organizer: Visitor) -> None:
    early = organizer.get(HERE).text
    site.clock.set("2022-09-17 08:00")
    late = organizer.get(HERE).text

    assert ("Its last day is Friday 16 September." in early, "Its last day is" in late) == (True, False)


def test_closing_tells_first_what_is_not_done(site: RunningApp, organizer: Visitor) -> None:
    plan = Plan(site.game)
    assert "Not done yet" not in organizer.get(HERE).text
    plan.sign_up(plan.shift(6, day=date(2022, 9, 16)), ADA)

    page = organizer.get(HERE).text

    assert f'<a href="/organizer/weeks/{SLUG}/shifts">1 shift with people isn’t over</a>' in page
    organizer.post(f"{HERE}/close")
    assert "Not done yet" not in organizer.get(HERE).text


def test_week_is_copied_from_its_page(site: RunningApp, organizer: Visitor) -> None:
    page = organizer.get(HERE)
    nameless = organizer.post(f"{HERE}/copy", name="", starts="2022-10-10", people="yes")
    copied = organizer.post(f"{HERE}/copy", name="Q4 2022", starts="2022-10-10", people="no")

    assert values(page)["starts"] == "2022-09-19"
    assert (nameless.status_code, list(mistakes(nameless))) == (422, ["copy-name"])
    assert copied.headers["location"] == "/organizer/weeks/q4-2022?done=copied"
    assert "0 people in 2 teams." in organizer.get(copied.headers["location"]).text
    assert state(site, "q4-2022") == ("draft", False)


def test_draft_is_deleted_from_its_page(site: RunningApp, organizer: Visitor) -> None:
    organizer.post("/organizer/weeks", **a_form())

    answer = organizer.post("/organizer/weeks/q4-2022/remove")

    assert answer.headers["location"] == "/organizer/weeks?done=removed"
    assert flash(organizer.get(answer.headers["location"])) == "Draft deleted."
    assert organizer.get("/organizer/weeks/q4-2022").status_code == 404
    assert organizer.post(f"{HERE}/remove").status_code == 409
    assert "Delete draft" not in organizer.get(HERE).text


def test_presenters_link_is_shown_once_and_works(site: RunningApp, organizer: Visitor) -> None:
    answer = organizer.post(f"{HERE}/presenter")

    links = re.findall(r'class="secret">([^<]*)<', answer.text)
    assert (answer.status_code, answer.headers["cache-control"], len(links)) == (200, "no-store", 1)
    assert links[0].startswith(f"{site.url}/weeks/{SLUG}/summary/present?key=")
    assert site.get(links[0].removeprefix(site.url)).status_code == 200
    assert re.findall('class="secret"', organizer.get(HERE).text) == []


@BOTH_ENGINES
def test_ledger_is_exported_and_noted(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    site.record(person=ADA, note="=1+1")
    site.record(person=DUA)

    table, document = (organizer.post(f"{HERE}/export", format=form) for form in ("csv", "json"))

    rows: list[dict[str, Any]] = list(csv.DictReader(StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert [(row["person"], row["note"]) for row in rows] == [(ADA, "'=1+1"), (DUA, "")]
    assert [activity["person"] for activity in document.json()["activities"]] == [ADA, DUA]
    assert (table.headers["content-type"], table.headers["content-disposition"], table.headers["cache-control"]) == (
        "text/csv; charset=utf-8", f'attachment; filename="{SLUG}-ledger.csv"', "no-store",
    )  # fmt: skip
    with site.database.reading() as session:
        noted = session.exec(
            select(AuditEntry).where(AuditEntry.action == "ledger.exported").order_by(col(AuditEntry.id))
        ).all()
    assert [(entry.by, entry.after) for entry in noted] == [
        ("olu", '{"format": "csv", "activities": 2}'),
        ("olu", '{"format": "json", "activities": 2}'),
    ]


def test_export_in_an_unknown_form_is_refused(organizer: Visitor) -> None:
    answer = organizer.post(f"{HERE}/export", format="xlsx")

    assert (answer.status_code, flash(answer)) == (422, "Choose CSV or JSON.")


def test_every_page_and_every_verb_is_for_organizers(site: RunningApp, organizer: Visitor) -> None:
    player = sign_in(site)
    pages, forms = ["/organizer/weeks", HERE], ["/organizer/weeks", *(f"{HERE}/{verb}" for verb in VERBS)]

    seen = {
        "visitor": {site.get(path).status_code for path in pages} | {site.post(path).status_code for path in forms},
        "player": {player.get(path).status_code for path in pages} | {player.post(path).status_code for path in forms},
        "forged": {organizer.post(path, csrf="wrong").status_code for path in forms},
        "token": {site.get(path, "admin").status_code for path in pages},
    }

    assert seen == {"visitor": {401}, "player": {403}, "forged": {403}, "token": {403}}
    assert state(site) == ("open", False)


def test_unknown_week_is_not_found(site: RunningApp, organizer: Visitor) -> None:
    places = [f"/organizer/weeks/{slug}" for slug in ("q1-1999", "%00", "Q3", "x" * 500)]

    statuses = {organizer.get(place).status_code for place in places}
    statuses |= {organizer.post(f"{place}/{verb}", reason="Why").status_code for place in places for verb in VERBS}

    assert statuses == {404}


def test_pages_are_kept_by_nobody_and_change_nothing(site: RunningApp, organizer: Visitor) -> None:
    before = site.board()["version"]

    kept = {organizer.get(path).headers["cache-control"] for path in ("/organizer/weeks", HERE)}

    assert (kept, site.board()["version"]) == ({"no-store"}, before)


def test_list_shows_each_week_with_its_state(site: RunningApp, organizer: Visitor) -> None:
    organizer.post("/organizer/weeks", **a_form())
    site.game.freeze()

    page = organizer.get("/organizer/weeks").text

    matches = re.findall("<tr>.*?</tr>", page, re.DOTALL)
    rows = [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in matches]
    assert rows[1:] == [
        "Q4 2022 Draft 5–9 Dec 2022 Europe/Berlin 0 teams",
        "Q3-2022 Open Frozen Current 12–16 Sep 2022 America/Los Angeles 2 teams",
    ]


def test_empty_installation_invites_to_make_the_first_week(empty_site: RunningApp) -> None:
    page = sign_in(empty_site, role="organizer").get("/organizer/weeks")

    assert "No weeks yet. Create the first one" in page.text


@BOTH_ENGINES
def test_organizer_looks_at_a_frozen_board_with_everybodys_eyes(site: RunningApp) -> None:
    organizer = sign_in(site, "olu@example.com", "organizer")
    site.record(person=ADA)
    site.game.freeze()
    site.record(person=DUA, kind="knowledge_card")
    public = site.get(f"/weeks/{SLUG}").text

    live, preview = (organizer.get(f"/weeks/{SLUG}{query}").text for query in ("", "?as=public"))

    assert preview.replace(f"{SLUG}/live?as=public&amp;", f"{SLUG}/live?") == public
    assert (live == public, f"/weeks/{SLUG}/live?as=public" in preview) == (False, True)
    assert organizer.get(f"/weeks/{SLUG}?%61s=public").text == preview
    assert [organizer.get(f"/weeks/{SLUG}?as={word}").text for word in ("", "organizer", "PUBLIC")] == [live] * 3


def test_stream_with_everybodys_eyes_is_the_publics(site: RunningApp, organizer: Visitor) -> None:
    site.record(person=ADA)
    site.game.freeze()
    site.record(person=DUA, kind="knowledge_card")

    first = {query: _first_message(organizer, query) for query in ("", "?as=public", "?%61s=public")}

    assert first["?as=public"] == first["?%61s=public"] == _first_message(Visitor(site, "", {}, ""), "")
    assert first["?as=public"] != first[""]


def _first_message(visitor: Visitor, query: str) -> list[str]:
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    lines = []
    with visitor.site.client.stream("GET", f"/weeks/{SLUG}/live{query}", headers={"Cookie": cookie}) as answer:
        for line in answer.iter_lines():
            if not line:
                break
            lines.append(line)
    return lines


def test_everybodys_eyes_change_nothing_for_everybody(site: RunningApp) -> None:
    site.record(person=ADA)
    site.game.freeze()
    site.record(person=DUA)

    assert {site.get(f"/weeks/{SLUG}?as={word}").status_code for word in ("public", "organizer", "")} == {200}
    assert site.points() == {OWLS: 5, CATS: 0}
    assert site.get(f"{WEEK}/leaderboard?as=organizer").content == site.get(f"{WEEK}/leaderboard").content
