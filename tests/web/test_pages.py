"""Pages: board, receipt, summary; partial or page; what they must never show."""

import re
from datetime import date

import pytest

from app.services.imports import roster_import
from app.services.imports.roster_import import Entry
from tests.builders import ADA, CAST, CATS, OWLS, SLUG, a_week, act_by
from tests.web.reading import text
from tests.web.running_app import BOTH_ENGINES, WEEK, RunningApp, sign_in

VARY = "HX-Request, HX-Request-Type, HX-Boosted, HX-History-Restore-Request, Authorization, Cookie, Accept-Encoding"


def heading(text: str) -> str:
    """The text of the page's first heading."""
    match = re.search(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    assert match
    return re.sub(r"<[^>]+>", "", match[1]).strip()


def test_all_weeks_are_listed_but_drafts_and_nothing_from_behind_a_freeze(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        a_week(session, "q4-2022", starts=date(2022, 12, 5), ends=date(2022, 12, 9))
        a_week(session, "secret", state="draft")
    site.game.freeze()
    site.game.close()

    seen = [site.get("/weeks"), sign_in(site, "olu@example.com", "organizer").get("/weeks")]

    assert [text(page) for page in seen] == [
        f"All weeks {hall}Q4-2022 Open 5–9 Dec 2022 Board of Q4-2022 Summary of Q4-2022 "
        f"Q3-2022 {state} 12–16 Sep 2022 Board of Q3-2022 Summary of Q3-2022"
        for hall, state in (("", "Frozen"), ("Hall of fame ", "Closed Frozen"))
    ]


def test_without_a_week_the_list_of_weeks_says_what_to_do(empty_site: RunningApp) -> None:
    answer = empty_site.get("/weeks")

    assert (answer.status_code, heading(answer.text)) == (200, "No weeks yet")


@BOTH_ENGINES
def test_the_board_is_the_page_of_its_week_and_of_the_current_one(site: RunningApp) -> None:
    site.record()

    answer, there = site.get("/"), site.get(f"/weeks/{SLUG}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (answer.content == there.content, heading(answer.text)) == (True, "Q3-2022")
    assert re.findall(r'<h3 class="row__name"><a href="[^"]*"><bdi>([^<]*)</bdi></a>', answer.text) == [OWLS, CATS]
    assert answer.text.startswith("<!doctype html>")


def test_without_a_week_the_front_page_says_what_to_do(empty_site: RunningApp) -> None:
    answer = empty_site.get("/")

    assert (answer.status_code, heading(answer.text)) == (200, "No week yet")
    assert empty_site.get("/weeks/current").status_code == 404


def test_a_draft_and_an_empty_week_have_boards(empty_site: RunningApp) -> None:
    with empty_site.database.unit_of_work() as session:
        a_week(session, state="draft")

    pages = [empty_site.get(path) for path in (f"/weeks/{SLUG}", f"/weeks/{SLUG}/summary")]

    assert [page.status_code for page in pages] == [200, 200]
    assert empty_site.get("/").status_code == 200


def test_the_partial_is_the_part_of_the_page_that_changes(site: RunningApp) -> None:
    page, partial = (site.get(f"/weeks/{SLUG}", headers=each) for each in ({}, {"HX-Request": "true"}))

    assert partial.text.lstrip().startswith('<div id="standings"')
    assert (page.headers["vary"], partial.headers["vary"]) == (VARY, VARY)
    assert page.headers["etag"] != partial.headers["etag"]


@pytest.mark.parametrize(
    "extra",
    [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}, {"HX-Request": "no"}],
)
def test_page_is_answered_to_whoever_needs_all_of_it(site: RunningApp, extra: dict[str, str]) -> None:
    answer = site.get(f"/weeks/{SLUG}", headers={"HX-Request": "true", **extra})

    assert answer.text.startswith("<!doctype html>")


def test_the_partial_has_an_etag_of_its_own(site: RunningApp) -> None:
    htmx = {"HX-Request": "true"}
    partial = site.get(f"/weeks/{SLUG}", headers=htmx)

    again = site.get(f"/weeks/{SLUG}", headers={**htmx, "If-None-Match": partial.headers["etag"]})
    weak = site.get(f"/weeks/{SLUG}", headers={**htmx, "If-None-Match": f"W/{partial.headers['etag']}"})
    site.record()
    changed = site.get(f"/weeks/{SLUG}", headers={**htmx, "If-None-Match": partial.headers["etag"]})

    assert partial.headers["etag"] != site.get(f"/weeks/{SLUG}").headers["etag"]
    assert [answer.status_code for answer in (again, weak, changed)] == [304, 304, 200]


def test_the_receipt_answers_why_this_score(site: RunningApp) -> None:
    site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00")
    site.adjust(OWLS, -3)

    answer = site.get(f"/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}")

    assert (answer.status_code, heading(answer.text)) == (200, OWLS)
    assert re.findall(r'<p class="line__points">([^<]*)<', answer.text) == ["\u22123", "+10", "+10"]
    assert answer.headers["vary"].split(", ")[:4] == VARY.split(", ")[:4]


def test_the_summary_names_the_winner_once_the_week_is_over(site: RunningApp) -> None:
    site.record()

    during = site.get(f"/weeks/{SLUG}/summary").text
    site.game.close()
    after = site.get(f"/weeks/{SLUG}/summary").text

    assert [re.search(r'class="winner__label">([^<]*)<', text)[1] for text in (during, after)] == [  # type: ignore[index]
        "In the lead:",
        "Winner:",
    ]
    assert heading(after).startswith("1 issue")


def test_unknown_address_is_a_404_page(site: RunningApp) -> None:
    with site.database.unit_of_work() as session:
        a_week(session, "q4-2022", state="draft")
    owls = site.game.team_id(OWLS)
    paths = ["/weeks/q1-1999", "/weeks/q1-1999/summary", f"/weeks/{SLUG}/teams/nobody", f"/weeks/q4-2022/teams/{owls}"]

    answers = [site.get(path) for path in paths]

    assert [(answer.status_code, heading(answer.text)) for answer in answers] == [(404, "Not found")] * 4


CANARIES = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "' onfocus='alert(1)"]


def test_names_and_reasons_are_text_wherever_they_are_shown(empty_site: RunningApp) -> None:
    site = empty_site
    team_list = [Entry(2, CANARIES[3], CANARIES[0], ADA)]
    with site.database.unit_of_work() as session:
        a_week(session, name=CANARIES[1])
        roster_import.apply(session, SLUG, team_list, act_by("Olu", site.clock.now))
    site.record(kind="shift", occurred_at="2022-09-14T06:00:00-07:00", note=CANARIES[0], subject=CANARIES[1])
    site.adjust(CANARIES[3], 5, reason=CANARIES[2] + CANARIES[0])
    team = site.game.team_id(CANARIES[3])
    paths = ["/", f"/weeks/{SLUG}/teams/{team}", f"/weeks/{SLUG}/summary", f"/weeks/{CANARIES[0]}"]

    texts = [site.get(path).text for path in paths] + [site.get("/", headers={"HX-Request": "true"}).text]

    for page in texts:
        assert [canary in page for canary in (CANARIES[0], CANARIES[1], CANARIES[3], ">49<")] == [False] * 4
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in texts[1]
    assert "{{7*7}}" in texts[1]


@BOTH_ENGINES
def test_emails_are_nowhere_the_public_looks(site: RunningApp) -> None:
    site.record(note=f"Ask {ADA}")
    team = site.game.team_id(OWLS)
    paths = [
        "/", f"/weeks/{SLUG}", f"/weeks/{SLUG}/teams/{team}", f"/weeks/{SLUG}/summary", "/nothing",
        f"{WEEK}/leaderboard", f"{WEEK}/teams/{team}/receipt", "/openapi.json",
    ]  # fmt: skip

    texts = [site.get(path).text for path in paths] + [site.get("/", headers={"HX-Request": "true"}).text]

    emails = [email for emails in CAST.values() for email in emails]
    shown = {path for path, text in zip([*paths, "partial"], texts, strict=True) for email in emails if email in text}
    assert shown == {"/openapi.json"}  # the made-up one of its examples
