"""One's own pages: the team and its standing, activities, logging by hand, sign-ins and settings."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import unescape

import httpx
import pytest
from sqlmodel import Session

from app.services import accounts, sign_ins
from tests.builders import ADA, BO, CATS, DUA, GUS, NOW, OWLS, SLUG, Game, a_week, moment
from tests.web.site import BOTH_ENGINES, SIGNED_IN, WEEK, Site, Visitor, pair, sign_in

PAGES = ("/me", "/me/log", "/me/activities", "/me/settings")
FORMS = ("/me/log", "/me/settings", "/me/sign-ins/0123456789abcdef/end", "/me/sign-ins/end-others", "/sign-out")


def text(answer: httpx.Response) -> str:
    """What a page's main part says, tags and runs of space left out."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub("<[^>]*>", " ", main.partition(">")[2])).split())


def part(answer: httpx.Response, pattern: str) -> list[str]:
    """What the parts of a page that match say."""
    found = re.findall(pattern, answer.text, re.DOTALL)
    return [" ".join(unescape(re.sub("<[^>]*>", " ", each)).split()) for each in found]


def sheet(who: Visitor, **changes: str) -> dict[str, str]:
    """The form for logging by hand as it comes, with something chosen."""
    fields = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', who.get("/me/log").text))
    del fields["csrf"]
    return {**fields, "kind": "issue", "note": "", **changes}


def in_ledger(site: Site) -> list[dict[str, object]]:
    """What the ledger holds."""
    items: list[dict[str, object]] = site.get(f"{WEEK}/activities", "admin").json()["items"]
    return items


def test_my_team_shows_place_points_and_people(site: Site) -> None:
    site.record(kind="shift")
    site.record(person=DUA, kind="issue")
    dua = sign_in(site, DUA)

    answer = dua.get("/me")

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert part(answer, r"<h1.*?</h1>") == [CATS]
    assert part(answer, r'<p class="mine__members">.*?</p>') == ["Dua Krasniqi, Elif Şahin and 文子 Fumiko"]
    assert part(answer, r'<p class="mine__place">.*?</p>') == ["2nd of 2"]
    assert part(answer, r'<p class="mine__gap">.*?</p>') == ["5 points to catch up with Owls."]
    assert f'href="/weeks/{SLUG}/teams/{site.game.team_id(CATS)}"' in answer.text


def test_shared_place_says_so(site: Site) -> None:
    site.record()
    site.record(person=DUA)

    answer = sign_in(site, ADA).get("/me")

    assert part(answer, r'<p class="mine__place">.*?</p>') == ["1st of 2 , shared"]


def test_quest_within_reach_is_named(site: Site) -> None:
    site.record(kind="shift")

    assert "Still missing: 1 shift from 2 more people." in text(sign_in(site, ADA).get("/me"))


def test_frozen_board_hides_the_live_score_from_players_and_not_from_organizers(site: Site) -> None:
    site.record(kind="issue", occurred_at=moment("09:00"))
    site.game.freeze()
    site.record(kind="issue", occurred_at=moment("10:00"))
    player, organizer = sign_in(site, ADA), sign_in(site, BO, "organizer")

    pages = [player.get("/me"), organizer.get("/me")]

    assert [part(each, r'<span class="points__number".*?</span>') for each in pages] == [["5"], ["10"]]
    assert [part(each, r'<p class="mine__done">.*?</p>') for each in pages] == [["1 issue"], ["2 issues"]]
    mine = player.get("/me/activities")
    assert part(mine, r'<p class="own__points">.*?</p>') == ["at the reveal", "+5 points"]
    assert "Within reach" not in pages[0].text
    newest = next(each["id"] for each in in_ledger(site) if each["occurred_at"] == "2022-09-14T17:00:00.000000Z")
    assert "shows at the reveal" in text(player.get(f"/me/activities/{newest}"))


def test_team_that_the_frozen_board_does_not_know_waits_for_the_reveal(site: Site) -> None:
    site.game.freeze()
    site.game.team("Hens", GUS)

    answer = sign_in(site, GUS).get("/me")

    assert part(answer, r"<h1.*?</h1>") == ["Hens"]
    assert "Your team shows on the board at the reveal." in text(answer)


def test_who_has_no_team_learns_how_to_get_into_one(site: Site) -> None:
    answer = sign_in(site, GUS).get("/me")

    assert part(answer, r"<h1.*?</h1>") == ["You are in no team yet"]
    assert '<a class="button" href="/join">' in answer.text


def test_every_page_is_kind_while_there_is_no_week(empty_site: Site) -> None:
    gus = sign_in(empty_site, GUS)

    seen = {path: gus.get(path) for path in PAGES}

    assert {path: answer.status_code for path, answer in seen.items()} == dict.fromkeys(PAGES, 200)
    assert part(seen["/me"], r"<h1.*?</h1>") == ["No week on the calendar yet"]


def test_draft_says_when_it_begins(empty_site: Site) -> None:
    Game(empty_site.database).start(state="draft")
    ada = sign_in(empty_site, ADA)

    assert "It begins on Monday 12 September; points count once it is open." in text(ada.get("/me"))
    assert part(ada.get("/me/log"), r"<h1.*?</h1>") == ["Q3-2022 has not started"]


def test_closed_week_leads_to_the_summary(site: Site) -> None:
    site.record()
    site.game.close()
    with site.database.unit_of_work() as session:
        a_week(session, "q4", state="draft", starts=date(2022, 12, 5), ends=date(2022, 12, 9))
    ada = sign_in(site, ADA)

    answer = ada.get("/me")

    assert f'href="/weeks/{SLUG}/summary">See the summary' in answer.text
    assert "Next: Q4. It begins on Monday 5 December." in text(answer)
    assert part(ada.get("/me/log"), r"<h1.*?</h1>") == ["Q3-2022 is over"]


def test_activities_are_only_ones_own_and_come_in_pages(site: Site) -> None:
    for minute in range(30):
        site.record(occurred_at=moment(f"09:{minute:02}"), note="Mine")
    site.record(person=DUA, note="Not mine")
    ada = sign_in(site, ADA)

    first = ada.get("/me/activities")
    more = re.search(r'href="(/me/activities\?[^"]*cursor=[^"]*)"', first.text)
    assert more is not None
    second = ada.get(unescape(more[1]))

    assert [len(part(each, r'<li class="own">.*?</li>')) for each in (first, second)] == [25, 5]
    assert "Not mine" not in first.text + second.text
    assert part(first, r'<p class="own__when">.*?</p>')[0] == "Wed 09:29 · github"


def test_activities_of_another_week_are_a_link_away(site: Site) -> None:
    site.record()
    other = Game(site.database, slug="q4-2022").start()
    other.take(note="Of the other week")
    ada = sign_in(site, ADA)

    assert '<a href="/me/activities?week=q3-2022">' in ada.get("/me/activities").text
    assert "Of the other week" not in ada.get("/me/activities?week=q3-2022").text
    assert ada.get("/me/activities?week=nope").status_code == 404
    assert ada.get("/me/activities?cursor=nonsense").status_code == 422


@BOTH_ENGINES
def test_logging_by_hand_records_for_oneself_and_says_so(site: Site) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, day="2022-09-14", time="12:30", url=" https://example.com/1 ", note=" One\r\ntwo ")

    answer = ada.post("/me/log", **typed)
    shown = ada.get(answer.headers["location"])

    assert answer.status_code == 303
    [made] = in_ledger(site)
    names = "kind", "person", "team", "occurred_at", "source", "url", "note", "recorded_by"
    assert {name: made[name] for name in names} == {
        "kind": "issue", "person": ADA, "team": OWLS, "occurred_at": "2022-09-14T19:30:00.000000Z",
        "source": "by hand", "url": "https://example.com/1", "note": "One\ntwo", "recorded_by": "Ada Lovelace",
    }  # fmt: skip
    assert "Recorded. Thank you!" in text(shown)
    assert "Wednesday 14 September, 12:30" in text(shown)
    assert f'href="/weeks/{SLUG}/teams/{site.game.team_id(OWLS)}"' in shown.text
    assert "Ask an organizer to take it back" in text(shown)
    assert site.points() == {OWLS: 5, CATS: 0}


def test_form_is_filled_in_for_this_moment_in_the_weeks_zone(site: Site) -> None:
    typed = sheet(sign_in(site, ADA))

    assert (typed["day"], typed["time"], typed["week"]) == ("2022-09-14", "13:00", SLUG)


def test_form_after_the_last_day_proposes_the_last_day(site: Site) -> None:
    site.clock.set("2022-09-18 10:00")

    assert sheet(sign_in(site, ADA))["day"] == "2022-09-16"


@BOTH_ENGINES
def test_form_sent_by_fifty_clicks_records_once(site: Site) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, note="Once")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: ada.post("/me/log", **typed), range(50)))

    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert [each["note"] for each in in_ledger(site)] == ["Once"]


def test_form_changed_and_sent_again_says_that_nothing_was_added(site: Site) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, note="First")
    ada.post("/me/log", **typed)

    again = ada.get(ada.post("/me/log", **{**typed, "note": "Second"}).headers["location"])

    assert "This form was sent before, so nothing was added." in text(again)
    assert [each["note"] for each in in_ledger(site)] == ["First"]


def test_forms_of_two_people_with_one_id_are_two_activities(site: Site) -> None:
    ada, dua = sign_in(site, ADA), sign_in(site, DUA)
    typed = sheet(ada, note="Canary of Ada's")
    ada.post("/me/log", **typed)

    answer = dua.get(dua.post("/me/log", **{**typed, "note": "Mine"}).headers["location"])

    assert [each["person"] for each in in_ledger(site)] == [ADA, DUA]
    assert "Canary" not in answer.text


REFUSED = {
    "no kind": ({"kind": ""}, 422, "Choose what it was."),
    "unknown kind": ({"kind": "nap"}, 422, "Choose what it was."),
    "no such day": ({"day": "2022-02-31"}, 422, "Choose a day of the week."),
    "a strange day": ({"day": "2022-W37-3"}, 422, "Choose a day of the week."),
    "no such time": ({"time": "25:00"}, 422, "Give a time of day, such as 14:30."),
    "the future": ({"time": "13:06"}, 409, "This lies in the future. Record an activity once it has happened."),
    "before the week": ({"day": "2022-09-11"}, 409, "2022-09-11 13:00 lies outside week Q3-2022, which runs from 2022-09-12 to 2022-09-16 (America/Los_Angeles)."),
    "no web address": ({"url": "javascript:alert(1)"}, 422, "A link begins with http:// or https://, has no spaces, and at most 2,000 characters."),
    "endless note": ({"note": "x" * 2001}, 422, "A note has at most 2,000 characters, and nothing invisible in it."),
    "NUL": ({"note": "a\0b"}, 422, "A note has at most 2,000 characters, and nothing invisible in it."),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_form_that_cannot_be_taken_comes_back_with_everything_typed(site: Site, case: str) -> None:
    changes, status, sentence = REFUSED[case]
    ada = sign_in(site, ADA)
    typed = sheet(ada, **{"note": "What I did & why", "url": "https://example.com/1", **changes})

    answer = ada.post("/me/log", **typed)

    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert part(answer, r'<p class="field__error".*?</p>') == [sentence]
    kept = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', answer.text))
    assert {name: unescape(kept[name]) for name in ("id", "day", "time", "url")} == {
        name: typed[name] for name in ("id", "day", "time", "url")
    }
    assert unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.DOTALL)[0]) == typed["note"]
    assert in_ledger(site) == []


def test_every_flaw_of_a_form_is_told_at_once(site: Site) -> None:
    ada = sign_in(site, ADA)

    answer = ada.post("/me/log", **sheet(ada, kind="", day="", time=""))

    assert len(part(answer, r'<p class="field__error".*?</p>')) == 3


def test_hour_that_clocks_skip_is_refused_and_one_that_comes_twice_is_the_first(empty_site: Site) -> None:
    empty_site.clock.set("2022-11-07 12:00")
    Game(empty_site.database, now=empty_site.clock.now).start(starts=date(2022, 11, 5), ends=date(2022, 11, 8))
    ada = sign_in(empty_site, ADA)
    ada.post("/me/log", **sheet(ada, day="2022-11-06", time="01:30"))
    assert [each["occurred_at"] for each in in_ledger(empty_site)] == ["2022-11-06T08:30:00.000000Z"]
    empty_site.game.close()
    empty_site.clock.set("2023-03-13 12:00")
    Game(empty_site.database, now=empty_site.clock.now, slug="q1").start(
        starts=date(2023, 3, 11), ends=date(2023, 3, 14)
    )
    ada = sign_in(empty_site, ADA)

    answer = ada.post("/me/log", **sheet(ada, day="2023-03-12", time="02:30"))

    assert answer.status_code == 422
    assert part(answer, r'<p class="field__error".*?</p>') == [
        "There was no 02:30 on that day: clocks went forward. Give a time before or after."
    ]


def test_week_that_closes_while_somebody_types_keeps_what_they_typed(site: Site) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, note="Too late")
    site.game.close()

    answer = ada.post("/me/log", **typed)

    assert answer.status_code == 409
    assert "The week is over, so nothing more is recorded." in text(answer)
    assert ">Too late</textarea>" in answer.text


def test_form_of_another_week_is_checked_again_by_its_writer(site: Site) -> None:
    ada = sign_in(site, ADA)
    typed = sheet(ada, week="q2-2022", note="Kept")

    answer = ada.post("/me/log", **typed)

    assert (answer.status_code, in_ledger(site)) == (409, [])
    assert f'name="week" value="{SLUG}"' in answer.text
    assert ">Kept</textarea>" in answer.text


def test_somebody_without_a_team_may_log_and_learns_when_it_counts(site: Site) -> None:
    gus = sign_in(site, GUS)

    shown = gus.get(gus.post("/me/log", **sheet(gus)).headers["location"])

    assert "It counts for your team as soon as you are in one." in text(shown)


def test_somebody_elses_activity_and_sign_in_are_not_found(site: Site) -> None:
    ada, dua = sign_in(site, ADA), sign_in(site, DUA)
    activity = site.record(person=DUA, note="Canary").json()["id"]
    [theirs] = _sign_ins(site, dua)

    answers = [
        ada.get(f"/me/activities/{activity}"),
        ada.get("/me/activities/0123456789abcdef"),
        ada.post(f"/me/sign-ins/{theirs}/end"),
        ada.post("/me/sign-ins/nonsense/end"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert "Canary" not in answers[0].text
    assert dua.get("/me").status_code == 200


def _sign_ins(site: Site, who: Visitor) -> list[str]:
    with site.database.reading() as session:
        return [each.id for each in sign_ins.of_person(session, who.person_id, site.clock.now)]


def test_sign_ins_are_listed_in_words_and_this_one_is_marked(site: Site) -> None:
    sign_in(site, DUA)
    first, ada = sign_in(site, ADA), sign_in(site, ADA)

    shown = part(ada.get("/me/settings"), r'<li class="browser">.*?</li>')

    assert sorted("This one" in each for each in shown) == [False, True]
    assert all("A personal link, from 192.0.2.7 Since Wed 13:00 , last used Wed 13:00" in each for each in shown)
    assert first.get("/me").status_code == 200


def test_ended_sign_in_is_out_at_once(site: Site) -> None:
    lost, ada = sign_in(site, ADA), sign_in(site, ADA)
    assert lost.get("/me").status_code == 200
    button = re.search(r'action="(/me/sign-ins/[0-9a-f]{16}/end)"', ada.get("/me/settings").text)
    assert button is not None

    answer = ada.post(button[1])

    assert (answer.status_code, answer.headers["location"]) == (303, "/me/settings?done=ended")
    assert "That browser is signed out." in text(ada.get("/me/settings?done=ended"))
    assert (lost.get("/me").status_code, ada.get("/me").status_code) == (401, 200)


def test_all_others_are_ended_together(site: Site) -> None:
    others, ada, dua = [sign_in(site, ADA), sign_in(site, ADA)], sign_in(site, ADA), sign_in(site, DUA)

    ada.post("/me/sign-ins/end-others")

    assert [each.get("/me").status_code for each in (*others, ada, dua)] == [401, 401, 200, 200]
    assert "/me/sign-ins/end-others" not in ada.get("/me/settings").text


@pytest.mark.parametrize(("visibility", "leads_to"), [("public", "/"), ("signed-in", "/sign-in")])
def test_signing_out_ends_this_one_and_forgets_the_cookie(site: Site, leads_to: str) -> None:
    other, ada = sign_in(site, ADA), sign_in(site, ADA)

    answer = ada.post("/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
    assert 'plain-sign-in=""; ' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (ada.get("/me").status_code, other.get("/me").status_code) == (401, 200)


def test_ending_this_very_sign_in_signs_out(site: Site) -> None:
    ada = sign_in(site, ADA)
    [mine] = _sign_ins(site, ada)

    answer = ada.post(f"/me/sign-ins/{mine}/end")

    assert (answer.headers["location"], ada.get("/me").status_code) == ("/", 401)


@BOTH_ENGINES
def test_new_name_shows_on_the_board_and_on_ones_pages_at_once(site: Site) -> None:
    ada = sign_in(site, ADA)
    ada.get("/me")

    answer = ada.post("/me/settings", name="Ada  King", theme="dark")

    assert (answer.status_code, answer.headers["location"]) == (303, "/me/settings?done=saved")
    assert "Ada King, Bo Nguyen, Chidi Okafor" in site.get("/").text
    shown = ada.get("/me/settings?done=saved")
    assert 'value="Ada King"' in shown.text
    assert '<option value="dark" selected>' in shown.text
    assert "Signed in as Ada King." in shown.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " ", "theme": "dark"}, "The name must not be empty."),
        ({"name": "Ada\u202e", "theme": "dark"}, "The name must not contain the invisible character U+202E."),
        ({"name": "Ada King", "theme": "pink"}, "“pink” is no appearance. Choose from auto, light, dark."),
    ],
)
def test_refused_settings_change_nothing_and_keep_what_was_typed(
    site: Site, fields: dict[str, str], sentence: str
) -> None:
    ada = sign_in(site, ADA)

    answer = ada.post("/me/settings", **fields)

    assert answer.status_code == 422
    assert part(answer, r'<p class="field__error".*?</p>') == [sentence]
    assert f'name="name" type="text" value="{fields["name"]}"' in answer.text
    with site.database.reading() as session:
        person = accounts.find(session, ada.person_id)
    assert (person.name, person.theme) == ("Ada Lovelace", "auto")


def test_mark_names_every_team_of_mine_and_nothing_else(site: Site) -> None:
    other = Game(site.database, slug="q4-2022").start()
    site.game.team("Hens", ADA)
    ada = sign_in(site, ADA)

    answer = ada.get("/me/mark.css")

    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("text/css; charset=utf-8", "no-store")
    assert re.findall(r"^#team-(\w+) ", answer.text, re.MULTILINE) == [site.game.team_id("Hens"), other.team_id(OWLS)]
    assert ":root { --signed-in: yes; }" in answer.text
    assert "masthead__organize" not in answer.text
    assert "masthead__organize" in sign_in(site, BO, "organizer").get("/me/mark.css").text


def test_mark_is_empty_for_visitors_and_screens(site: Site) -> None:
    assert (site.get("/me/mark.css").text, pair(site).get("/me/mark.css").text) == ("", "")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_mark_carries_the_chosen_appearance(site: Site, theme: str) -> None:
    ada = sign_in(site, ADA)
    assert "color-scheme" not in ada.get("/me/mark.css").text

    ada.post("/me/settings", name="Ada Lovelace", theme=theme)

    assert f":root {{ color-scheme: {theme}; }}" in ada.get("/me/mark.css").text


def test_mark_looks_like_what_the_browser_itself_marks(site: Site) -> None:
    def looks(css: str, team: str) -> str:
        return "".join(css[css.index("@media screen") :].replace(team, "TEAM").split())

    script = site.get("/static/app.js").text
    own = script[script.index("? `") + 3 : script.index('`\n        : ""')]

    marked = sign_in(site, ADA).get("/me/mark.css").text

    assert looks(marked, site.game.team_id(OWLS)) == looks(own, "${id}")


@SIGNED_IN
@pytest.mark.parametrize("path", PAGES)
def test_page_is_for_people_who_signed_in(site: Site, path: str) -> None:
    screen = pair(site)

    assert (site.get(path).status_code, site.get(path, "admin").status_code) == (401, 403)
    assert (screen.get(path).status_code, sign_in(site, ADA).get(path).status_code) == (403, 200)


@pytest.mark.parametrize("path", FORMS)
def test_form_wants_its_token_and_somebody_signed_in(site: Site, path: str) -> None:
    ada = sign_in(site, ADA)

    assert (site.post(path).status_code, ada.post(path, csrf="wrong").status_code) == (401, 403)
    assert ada.post(path, csrf=sign_in(site, ADA).csrf).status_code == 403
    assert ada.get("/me").status_code == 200
    assert in_ledger(site) == []


def test_long_names_and_markup_are_shown_as_text(site: Site) -> None:
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
    accounts.rename(session, accounts.find(session, person_id), name, by="Olu", now=NOW)
