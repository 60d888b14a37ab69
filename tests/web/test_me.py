"""One's own pages: the team and its standing, and what one did."""

import re
from datetime import date
from html import unescape

import pytest
from sqlmodel import Session

from app.services.access import accounts
from tests.builders import ADA, BO, CATS, DUA, GUS, NOW, OWLS, SLUG, Game, a_week, act_by, moment
from tests.services.shifts.test_correction import DURING, completed, correct
from tests.services.shifts.test_seats import Plan
from tests.web.reading import in_ledger, part, text
from tests.web.running_app import SIGNED_IN, RunningApp, pair, sign_in

PAGES = ("/me", "/me/log", "/me/activities", "/me/settings")
FORMS = ("/me/log", "/me/settings", "/me/sign-ins/0123456789abcdef/end", "/me/sign-ins/end-others", "/sign-out")


def test_my_team_shows_place_points_and_people(site: RunningApp) -> None:
    site.record(kind="shift")
    site.record(person=DUA, kind="issue")
    dua = sign_in(site, DUA)

    answer = dua.get("/me")

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert part(answer, r"<h1.*?</h1>") == [CATS]
    assert part(answer, r'<p class="mine__members">.*?</p>') == ["Dua Krasniqi , Elif Şahin and 文子 Fumiko"]
    assert part(answer, r'<p class="mine__place">.*?</p>') == ["2nd of 2"]
    assert part(answer, r'<p class="mine__gap">.*?</p>') == ["5 points behind Owls"]
    assert f'href="/weeks/{SLUG}/teams/{site.game.team_id(CATS)}"' in answer.text


def test_shared_place_says_so(site: RunningApp) -> None:
    site.record()
    site.record(person=DUA)

    answer = sign_in(site, ADA).get("/me")

    assert part(answer, r'<p class="mine__place">.*?</p>') == ["1st of 2 , shared"]


def test_quest_within_reach_is_named(site: RunningApp) -> None:
    site.record(kind="shift")

    said = [text(sign_in(site, ADA).get("/me"))]
    site.clock.set("2022-09-17 00:00")
    said.append(text(sign_in(site, ADA).get("/me")))

    assert ["All hands, +15 points: 1 shift each from 2 more people" in page for page in said] == [True, False]


def test_frozen_board_hides_the_live_score_from_players_and_not_from_organizers(site: RunningApp) -> None:
    site.record(kind="issue", occurred_at=moment("09:00"))
    site.game.freeze()
    site.record(kind="shift", occurred_at=moment("10:00"))
    player, organizer = sign_in(site, ADA), sign_in(site, BO, "organizer")

    pages = [player.get("/me"), organizer.get("/me")]

    assert [part(page, r'<span class="points__number".*?</span>') for page in pages] == [["5"], ["15"]]
    assert [part(page, r'<p class="mine__done">.*?</p>') for page in pages] == [["1 issue"], ["1 shift and 1 issue"]]
    mine = player.get("/me/activities")
    assert part(mine, r'<p class="my-activity__points">.*?</p>') == ["at the reveal", "+5 points"]
    assert ["All hands, +15" in page.text for page in pages] == [False, True]
    assert [part(page, r'<p class="notice">.*?</p>')[0].split(".")[1] for page in pages] == [
        " Newer points show at the reveal",
        " You see the live board",
    ]
    newest = next(entry["id"] for entry in in_ledger(site) if entry["occurred_at"] == "2022-09-14T17:00:00.000000Z")
    assert "show at the reveal" in text(player.get(f"/me/activities/{newest}"))


def test_team_that_the_frozen_board_does_not_know_waits_for_the_reveal(site: RunningApp) -> None:
    site.game.freeze()
    site.game.team("Hens", GUS)

    answer = sign_in(site, GUS).get("/me")

    assert part(answer, r"<h1.*?</h1>") == ["Hens"]
    assert "Your team shows at the reveal." in text(answer)


def test_page_without_a_team_says_how_to_get_into_one(site: RunningApp) -> None:
    answer = sign_in(site, GUS).get("/me")

    assert part(answer, r"<h1.*?</h1>") == ["No team yet"]
    assert '<a class="button" href="/join">' in answer.text


def test_every_page_is_kind_while_there_is_no_week(empty_site: RunningApp) -> None:
    gus = sign_in(empty_site, GUS)

    seen = {path: gus.get(path) for path in PAGES}

    assert {path: answer.status_code for path, answer in seen.items()} == dict.fromkeys(PAGES, 200)
    assert part(seen["/me"], r"<h1.*?</h1>") == ["No week yet"]


def test_draft_says_when_it_begins(empty_site: RunningApp) -> None:
    Game(empty_site.database).start(state="draft")
    ada = sign_in(empty_site, ADA)

    assert "This week is a draft. It runs 12–16 Sep 2022." in text(ada.get("/me"))
    assert part(ada.get("/me/log"), r"<h1.*?</h1>") == ["Q3-2022 isn’t open yet"]


def test_closed_week_leads_to_the_summary(site: RunningApp) -> None:
    site.record()
    site.game.close()
    with site.database.unit_of_work() as session:
        a_week(session, "q4", state="draft", starts=date(2022, 12, 5), ends=date(2022, 12, 9))
    ada = sign_in(site, ADA)

    answer = ada.get("/me")

    assert f'href="/weeks/{SLUG}/summary">See the summary' in answer.text
    assert "Next: Q4 , from Monday 5 December." in text(answer)
    assert part(ada.get("/me/log"), r"<h1.*?</h1>") == ["Q3-2022 is closed"]


def test_activities_are_only_ones_own_and_come_in_pages(site: RunningApp) -> None:
    for minute in range(30):
        site.record(occurred_at=moment(f"09:{minute:02}"), note="Mine")
    site.record(person=DUA, note="Not mine")
    ada = sign_in(site, ADA)

    first = ada.get("/me/activities")
    more = re.search(r'href="(/me/activities\?[^"]*cursor=[^"]*)"', first.text)
    assert more is not None
    second = ada.get(unescape(more[1]))

    assert [len(part(answer, r'<li class="my-activity">.*?</li>')) for answer in (first, second)] == [25, 5]
    assert "Not mine" not in first.text + second.text
    assert part(first, r'<p class="my-activity__when">.*?</p>')[0] == "Wed 09:29 · github"


def test_activities_of_another_week_are_a_link_away(site: RunningApp) -> None:
    site.record()
    other = Game(site.database, slug="q4-2022").start()
    other.take(note="Of the other week")
    ada = sign_in(site, ADA)

    assert '<a href="/me/activities?week=q3-2022">' in ada.get("/me/activities").text
    assert "Of the other week" not in ada.get("/me/activities?week=q3-2022").text
    assert ada.get("/me/activities?week=nope").status_code == 404
    assert ada.get("/me/activities?cursor=nonsense").status_code == 422


def test_activities_of_a_seat_say_what_it_is_and_are_corrected_there(site: RunningApp) -> None:
    plan = Plan(site.game)
    site.clock.set(DURING)
    seats = completed(plan, ADA, BO)
    bo, organizer = sign_in(site, BO), sign_in(site, ADA, "organizer")

    def told() -> list[list[str]]:
        page = bo.get("/me/activities")
        return [part(page, rf'<p class="my-activity__{name}">.*?</p>') for name in ("points", "why")]

    before = told()
    correct(plan, seats[ADA], "no_show")
    organizers = organizer.get(f"/organizer/people/{bo.person_id}")

    assert before[1] == ["A teammate has the credit for this shift; being there counts towards quests"]
    assert sorted(told()[0]) == ["+20 points", "reversed"]
    assert "Your seat in this shift was corrected. This earns no points." in told()[1]
    assert organizers.text.count("Correct the seat, and this follows.") == 2
    assert "/reversal" not in organizers.text
    assert "6 a.m. shift" in text(bo.get(f"/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}"))


@SIGNED_IN
@pytest.mark.parametrize("path", PAGES)
def test_page_is_for_people_who_signed_in(site: RunningApp, path: str) -> None:
    screen = pair(site)

    assert (site.get(path).status_code, site.get(path, "admin").status_code) == (401, 403)
    assert (screen.get(path).status_code, sign_in(site, ADA).get(path).status_code) == (403, 200)


@pytest.mark.parametrize("path", FORMS)
def test_form_wants_its_token_and_somebody_signed_in(site: RunningApp, path: str) -> None:
    ada = sign_in(site, ADA)

    assert (site.post(path).status_code, ada.post(path, csrf="wrong").status_code) == (401, 403)
    assert ada.post(path, csrf=sign_in(site, ADA).csrf).status_code == 403
    assert ada.get("/me").status_code == 200
    assert in_ledger(site) == []


def test_long_names_and_markup_are_shown_as_text(site: RunningApp) -> None:
    site.game.rename(ADA, "<b>" + "W" * 57, OWLS)
    site.record(note="<script>alert(1)</script>", url='https://example.com/"onclick="x')
    ada = sign_in(site, ADA)
    with site.database.unit_of_work() as session:
        _call(session, ada.person_id, "<b>" + "W" * 57)

    for path in PAGES:
        assert "<b>W" not in ada.get(path).text
        assert "<script>alert" not in ada.get(path).text
        assert 'example.com/"' not in ada.get(path).text


def _call(session: Session, person_id: str, name: str) -> None:
    accounts.rename(session, accounts.find(session, person_id), name, act_by("Olu", NOW))


def test_page_after_joining_says_so_to_nobody_else(site: RunningApp) -> None:
    site.record(kind="shift")
    ada, nobody = sign_in(site, ADA), sign_in(site, "nobody@example.com")

    answers = [ada.get("/me?done=joined"), ada.get("/me?done=<b>"), ada.get("/me"), nobody.get("/me?done=joined")]

    told = [re.findall(r'alert--done" role="status">(.*?)<', answer.text) for answer in answers]
    assert told == [["You’ve joined the team."], [], [], []]
